"""Servers by seed, with faults, crashes and clocks that are off: the invariants of `simulation`."""

import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from openline.app.line.projection import Projection
from openline.app.peer import link, outbox
from openline.app.peer.heads import Witness
from openline.app.peer.link import Link
from openline.app.peer.outbox import Outbox
from openline.app.peer.refusals import Refusals
from tests.peer.memo import memoised
from tests.peer.simulation import LONG, SHORT, Run, replay
from tests.peer.world import Site

BLOCKS = 20
SEEDS_PER_BLOCK = 100
NIGHTLY_BLOCKS = 1_000
LOOKED_FOR = 400  # seeds in which a planted fault has to show


@pytest.fixture(scope="module", autouse=True)
def _once() -> Iterator[None]:
    with memoised():
        yield


def play(seed: int, steps: int = SHORT) -> Run:
    """A seed; a failure says how to play it again."""
    run = Run(seed, steps)
    try:
        run.play()
    except BaseException as error:
        error.add_note(f"seed {seed}; play it again: {replay(seed, steps)}")
        raise
    return run


def run_block(first: int, count: int) -> None:
    """So many seeds; that enough happened in them."""
    parties: Counter[int] = Counter()
    said = compared = 0
    for seed in range(first, first + count):
        run = play(seed)
        parties[len(run.world.parties)] += 1
        said, compared = said + len(run.said), compared + run.compared
    assert set(parties) == {2, 3, 4}
    assert said > 2 * count, "nobody spoke"
    assert compared > count / 5, "the boards were hardly ever compared"


@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_invariants_hold_over_random_histories(block: int) -> None:
    run_block(1 + block * SEEDS_PER_BLOCK, SEEDS_PER_BLOCK)


@pytest.mark.parametrize("seed", range(1, 13))
def test_the_invariants_hold_over_a_long_history(seed: int) -> None:
    assert len(play(seed, LONG).said) > 3


@pytest.mark.nightly
@pytest.mark.parametrize("block", range(NIGHTLY_BLOCKS))
def test_the_invariants_hold_over_many_histories(block: int) -> None:
    run_block(1_000_000 + block * SEEDS_PER_BLOCK, SEEDS_PER_BLOCK)
    play(block, LONG)


def digest(run: Run) -> str:
    """What is on all records, as one word."""
    found = [(party, site.records()) for party, site in sorted(run.world.sites.items())]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def test_a_seed_is_the_same_history_in_every_process() -> None:
    code = "from tests.peer.test_simulation import *; print(digest(play(8)), digest(play(12)))"
    again = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=200
    )
    assert again.stdout.split() == [digest(play(8)), digest(play(12))]


def _forget_what_waits(_outbox: Outbox, *_refusal: object) -> None:
    """What is refused for now is not tried again."""


def _forget_the_last(site: Site, begin: Callable[[Site], None] = Site.begin) -> None:
    """A disk that does not have what it acknowledged, after a crash."""
    if hasattr(site, "line"):
        del site.store._state.records[-1:]
    begin(site)


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "what is refused for now is forgotten": (Outbox, "_refuse", _forget_what_waits),
    "what is in flight is never offered again": (outbox, "IN_FLIGHT_S", float("inf")),
    "the other's refusals are not kept": (Refusals, "there", lambda *_: None),
    "own refusals are not kept": (Refusals, "here", lambda *_: None),
    "numbers for others stay gaps": (Link, "_note_settled", lambda *_: None),
    "answers are not verified": (link, "check_answer", lambda *_: None),
    "a commit taken back stays in memory": (Projection, "_go_back", lambda *_: None),
    "a disk forgets what it acknowledged": (Site, "begin", _forget_the_last),
    "heads are never cosigned": (Witness, "_keep", lambda *_: None),
}


def planted(monkeypatch: pytest.MonkeyPatch, fault: str) -> Exception | None:
    """What shows a fault; None if nothing does."""
    with monkeypatch.context() as patch:
        patch.setattr(*FAULTS[fault])
        for seed in range(1, LOOKED_FOR):
            try:
                play(seed)
            except Exception as error:
                return error
    return None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    found = planted(monkeypatch, fault)
    assert found is not None, "it shows in no history"
    assert any("python -m tests.peer.simulation" in note for note in found.__notes__)
