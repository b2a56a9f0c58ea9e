"""Many worlds, one seed each. A failure names its seed; `replay(seed)` runs that one alone."""

import pytest

from openline.app.dss import put_intent
from openline.store.memory import MemoryStore
from tests.simulation.world import World

BLOCKS = 20
SEEDS_PER_BLOCK = 100
NIGHTLY_BLOCKS = 100
STEPS = 80


def replay(seed: int, steps: int = STEPS) -> World:
    """The world of a seed, run and checked."""
    store = MemoryStore()
    try:
        world = World(seed, store)
        world.run(steps)
        world.check_subscriptions()
    except BaseException as error:
        module = "tests.simulation.test_dss_simulation"
        error.add_note(f'replay: python -c "from {module} import replay; replay({seed})"')
        raise
    finally:
        store.close()
    return world


def _run_block(first: int, count: int) -> None:
    written = refused = 0
    for seed in range(first, first + count):
        ledger = replay(seed).ledger
        written, refused = written + ledger.written, refused + ledger.refused
    assert written > 4 * count, "too little happened"
    assert refused > count, "nothing was ever refused"


@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_must_hold_holds(block: int) -> None:
    _run_block(block * SEEDS_PER_BLOCK, SEEDS_PER_BLOCK)


@pytest.mark.nightly
@pytest.mark.parametrize("block", range(NIGHTLY_BLOCKS))
def test_what_must_hold_holds_in_many_worlds(block: int) -> None:
    _run_block(1_000_000 + block * 1_000, 1_000)


def test_a_long_life() -> None:
    assert replay(99, 20 * STEPS).ledger.written > 100


def test_the_same_seed_is_the_same_world() -> None:
    assert replay(7).ledger.ovns == replay(7).ledger.ovns


@pytest.mark.parametrize(
    ("fault", "replacement"),
    [
        ("require_key", lambda *args, **kwargs: None),
        ("new_version", lambda *args: "always the same OVN, whatever changes"),
        ("notify_of_intent", lambda tx, extents: tx.subscriptions_matching(extents)),
        ("detach", lambda *args: None),
        ("_check_current", lambda *args: None),
    ],
)
def test_a_planted_fault_is_found(
    monkeypatch: pytest.MonkeyPatch, fault: str, replacement: object
) -> None:
    monkeypatch.setattr(put_intent, fault, replacement)
    with pytest.raises((AssertionError, KeyError)):
        _run_block(0, 40)
