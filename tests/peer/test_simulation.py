"""Servers by seed, with faults, crashes and clocks that are off: the invariants of `simulation`."""

import pytest

from tests.peer.simulation import Run, replay


def play(seed: int) -> Run:
    """A seed; a failure says how to play it again."""
    run = Run(seed)
    try:
        run.play()
    except Exception as error:
        raise AssertionError(f"seed {seed}: {replay(seed)}") from error
    return run


def test_the_invariants_hold_over_random_histories() -> None:
    runs = [play(seed) for seed in range(1, 16)]
    assert sum(run.compared for run in runs) >= 2, "the boards were hardly ever compared"
    assert sum(len(run.said) for run in runs) > 60


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(16, 2_016, 100))
def test_the_invariants_hold_over_many_histories(first: int) -> None:
    for seed in range(first, first + 100):
        play(seed)
