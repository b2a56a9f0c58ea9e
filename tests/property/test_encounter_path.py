"""Declared courses: what lies behind a turning point is found, as by walking through time."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.encounter.path import LossSpan, Path, losses_on_paths
from openline.encounter import Cylinder, WellClear, loss_intervals
from openline.errors import InvalidInput

BUBBLE = Cylinder(500.0, 100.0)


def test_a_conflict_behind_the_turning_point() -> None:
    """Flying north past the other, then turning east into its way: straight on there is none."""
    own = Path.through([0, 60, 160], [(0, 0, 1000), (0, 6000, 1000), (10_000, 6000, 1000)])
    intruder = Path.straight((10_000, 6000, 1000), (0, 0, 0), 160)
    assert losses_on_paths(own, intruder, BUBBLE) == (LossSpan(155.0, 160.0),)
    enter, _ = loss_intervals((0, 0, 0), (0, 100, 0), (10_000, 6000, 0), (0, 0, 0), BUBBLE, 160)
    assert math.isnan(enter[0])


def test_two_losses_and_one_across_a_turn() -> None:
    own = Path.through([0, 100, 200], [(-5000, 0, 0), (5000, 0, 0), (-5000, 0, 0)])
    intruder = Path.straight((0, 0, 0), (0, 0, 0), 200)
    assert losses_on_paths(own, intruder, BUBBLE) == (LossSpan(45.0, 55.0), LossSpan(145.0, 155.0))
    near = Path.straight((5000, 0, 0), (0, 0, 0), 200)
    assert losses_on_paths(own, near, BUBBLE) == (LossSpan(95.0, 105.0),)


def test_nothing_is_said_where_a_path_says_nothing() -> None:
    one = Path.through([0, 10], [(0, 0, 0), (0, 0, 0)])
    later = Path.through([10, 20], [(0, 0, 0), (0, 0, 0)])
    overlapping = Path.through([5, 20], [(0, 0, 0), (0, 0, 0)])
    assert losses_on_paths(one, later, BUBBLE) == ()
    assert losses_on_paths(one, overlapping, BUBBLE) == (LossSpan(5.0, 10.0),)


@pytest.mark.parametrize(
    ("times", "points"),
    [
        ([0], [(0, 0, 0)]),
        ([0, 0], [(0, 0, 0)] * 2),
        ([1, 0], [(0, 0, 0)] * 2),
        ([0, math.nan], [(0, 0, 0)] * 2),
        ([0, math.inf], [(0, 0, 0)] * 2),
        ([0, 1], [(0, 0, math.nan)] * 2),
        ([0, 1], [(0, 0, 0), (9e8, 0, 0)]),
        ([0, 1, 2], [(0, 0, 0)] * 2),
    ],
)
def test_a_bad_path_is_refused(times: list[float], points: list[tuple[float, ...]]) -> None:
    with pytest.raises(InvalidInput):
        Path.through(times, points)


def paths() -> st.SearchStrategy[Path]:
    legs = st.lists(
        st.tuples(
            st.integers(1, 30), st.integers(-30, 30), st.integers(-30, 30), st.integers(-3, 3)
        ),
        min_size=2,
        max_size=6,
    )

    def build(rows: list[tuple[int, int, int, int]]) -> Path:
        numbers = np.array(rows, dtype=float)
        return Path.through(np.cumsum(numbers[:, 0]), numbers[:, 1:] * (100.0, 100.0, 50.0))

    return legs.map(build)


@settings(deadline=None, max_examples=150)
@given(paths(), paths(), st.sampled_from([BUBBLE, WellClear(500.0, 100.0)]))
def test_it_is_what_walking_through_time_finds(
    own: Path, intruder: Path, detector: Cylinder | WellClear
) -> None:
    spans = losses_on_paths(own, intruder, detector)
    start = max(own.time_s[0], intruder.time_s[0])
    end = min(own.time_s[-1], intruder.time_s[-1])
    if not start < end:
        assert spans == ()
        return
    instants = np.linspace(start, end, 400)
    apart = np.abs(
        np.stack([np.interp(instants, own.time_s, own.position_m[:, k]) for k in range(3)])
        - np.stack(
            [np.interp(instants, intruder.time_s, intruder.position_m[:, k]) for k in range(3)]
        )
    )
    lateral, vertical = np.hypot(apart[0], apart[1]), apart[2]
    inside = (lateral < 500.0 - 1e-3) & (vertical < 100.0 - 1e-3)
    outside = (lateral > 500.0 + 1e-3) | (vertical > 100.0 + 1e-3)
    said = np.zeros(len(instants), bool)
    for span in spans:
        said |= (instants >= span.enter_s) & (instants <= span.exit_s)
    assert not (inside & ~said).any()
    assert not (outside & said).any()
    for one, other in pairwise(spans):
        assert one.exit_s < other.enter_s
