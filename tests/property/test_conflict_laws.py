"""Laws of the conflict: symmetry, shrinking, wider minima, shifts in time and round the axis.

The pairs are those of the oracle's generator. Where a change moves coordinates, pairs that the
oracle calls too close to call are left out; the other laws hold without exception.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.conflict import VolumeConflict
from openline.airspace.detect import conflict, volume_conflict
from openline.airspace.entity import OperationalIntent
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.geo.polygon import Polygon
from tests.oracle.changes import (
    shifted,
    shrunk_band,
    shrunk_footprint,
    shrunk_window,
    turned,
)
from tests.oracle.generator import pairs
from tests.oracle.judge import Pair, Verdict, judge

PAIRS_PER_EXAMPLE = 20
# metres: floating point may round differently at another longitude or in another order
SAME_M = 1e-3

seeds = st.integers(0, 2**32 - 1)
factors = st.floats(0.05, 0.999)
few = settings(deadline=None, max_examples=16)

Find = Callable[[Volume4D, Volume4D, Separation], VolumeConflict | None]


def _cases(seed: int) -> list[Pair]:
    return pairs(seed, PAIRS_PER_EXAMPLE)


def _assert_same(one: VolumeConflict | None, other: VolumeConflict | None) -> None:
    """The same times, band and distance."""
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    assert (one.time_start, one.time_end) == (other.time_start, other.time_end)
    assert one.time_gap_s == other.time_gap_s
    assert one.altitude_lower_m == other.altitude_lower_m
    assert one.altitude_upper_m == other.altitude_upper_m
    assert one.vertical_gap_m == other.vertical_gap_m
    assert one.distance_m == pytest.approx(other.distance_m, abs=SAME_M)


@few
@given(seeds)
def test_swapping_the_sides_changes_no_number(seed: int) -> None:
    for a, b, separation in _cases(seed):
        _assert_same(volume_conflict(a, b, separation), volume_conflict(b, a, separation))


@few
@given(seeds)
def test_swapping_two_intents_keeps_the_id(seed: int) -> None:
    for a, b, separation in _cases(seed):
        one = OperationalIntent("one", "north", (a,))
        two = OperationalIntent("two", "south", (b, a))
        there, back = conflict(one, two, separation), conflict(two, one, separation)
        assert there is not None
        assert back is not None
        assert there.id == back.id
        assert (there.time_start, there.time_end) == (back.time_start, back.time_end)
        assert there.altitude_lower_m == back.altitude_lower_m
        assert there.altitude_upper_m == back.altitude_upper_m
        assert there.distance_m == pytest.approx(back.distance_m, abs=SAME_M)
        assert len(there.parts) == len(back.parts)


def _assert_adds_none(case: Pair, smaller: Volume4D) -> None:
    """If the smaller first volume conflicts, then the first volume does."""
    a, b, separation = case
    if volume_conflict(smaller, b, separation) is not None:
        assert volume_conflict(a, b, separation) is not None, (case, smaller)


@few
@given(seeds, factors)
def test_a_shorter_window_adds_no_conflict(seed: int, factor: float) -> None:
    for case in _cases(seed):
        _assert_adds_none(case, shrunk_window(case[0], factor))


@few
@given(seeds, factors)
def test_a_thinner_band_adds_no_conflict(seed: int, factor: float) -> None:
    for case in _cases(seed):
        thinner = replace(case[0], altitude=shrunk_band(case[0].altitude, factor))
        _assert_adds_none(case, thinner)


@few
@given(seeds, factors)
def test_less_radius_or_width_adds_no_conflict(seed: int, factor: float) -> None:
    for case in _cases(seed):
        if isinstance(case[0].footprint, Polygon):
            continue
        smaller = shrunk_footprint(case[0].footprint, factor)
        assert smaller is not None
        _assert_adds_none(case, replace(case[0], footprint=smaller))


@few
@given(seeds, factors)
def test_a_smaller_polygon_adds_no_conflict(seed: int, factor: float) -> None:
    cases = _cases(seed)
    for case, judged in zip(cases, judge(cases), strict=True):
        if judged.lateral is Verdict.TOO_CLOSE or not isinstance(case[0].footprint, Polygon):
            continue
        smaller = shrunk_footprint(case[0].footprint, 0.4 + 0.6 * factor)
        if smaller is not None:
            _assert_adds_none(case, replace(case[0], footprint=smaller))


wider = st.sampled_from([0.0, 0.5, 1.0, 50.0, 3000.0, 60_000.0])


@few
@given(seeds, wider, wider, st.sampled_from([0, 1, 90, 7200]))
def test_wider_minima_remove_no_conflict(
    seed: int, lateral_m: float, vertical_m: float, time_s: int
) -> None:
    for a, b, separation in _cases(seed):
        lateral = separation.lateral_m + lateral_m
        vertical = separation.vertical_m + vertical_m
        wide = Separation(
            lateral if lateral >= 1 else 0.0,
            vertical if vertical >= 1 else 0.0,
            separation.time + timedelta(seconds=time_s),
        )
        if volume_conflict(a, b, separation) is not None:
            assert volume_conflict(a, b, wide) is not None, (a, b, separation, wide)


@few
@given(seeds, st.integers(-(10**15), 10**15))
def test_a_shift_in_time_changes_the_time_alone(seed: int, shift_us: int) -> None:
    shift = timedelta(microseconds=shift_us)
    for a, b, separation in _cases(seed):
        before = volume_conflict(a, b, separation)
        after = volume_conflict(shifted(a, shift), shifted(b, shift), separation)
        assert (before is None) == (after is None)
        if before is not None and after is not None:
            assert after == replace(
                before, time_start=before.time_start + shift, time_end=before.time_end + shift
            )


@few
@given(seeds, st.floats(-360.0, 360.0))
def test_a_turn_round_the_axis_changes_the_place_alone(seed: int, turn_deg: float) -> None:
    cases = _cases(seed)
    for (a, b, separation), judged in zip(cases, judge(cases), strict=True):
        if judged.lateral is Verdict.TOO_CLOSE:
            continue
        before = volume_conflict(a, b, separation)
        after = volume_conflict(turned(a, turn_deg), turned(b, turn_deg), separation)
        _assert_same(before, after)
