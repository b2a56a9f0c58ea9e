"""Laws of the encounter intervals, and the exact, stepped and published answers to compare with."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openline.airspace.encounter.well_clear import NAMED
from openline.encounter import Cylinder, Detector, WellClear, loss_intervals
from tests.oracle.encounters import (
    Pair,
    Volume,
    exact_interval,
    is_loss,
    published_intervals,
    stepped_interval,
)

STILL = (0.0, 0.0, 0.0)
# Quarters and small whole numbers make standing, level, touching and tangent pairs common.
lateral_m = st.one_of(
    st.integers(-40, 40).map(lambda n: n * 100.0),
    st.floats(-60_000, 60_000).map(lambda x: round(x, 3)),
)
vertical_m = st.one_of(st.integers(-8, 8).map(lambda n: n * 50.0), st.floats(-2_000, 2_000))
lateral_mps = st.one_of(
    st.integers(-8, 8).map(lambda n: n * 25.0),
    st.floats(-400, 400).map(lambda x: round(x, 4)),
)
vertical_mps = st.one_of(st.sampled_from([0.0, 0.0, 5.0, -5.0]), st.floats(-30, 30))
pairs = st.builds(
    Pair, lateral_m, lateral_m, vertical_m, lateral_mps, lateral_mps, vertical_mps
).filter(lambda p: p.w == 0 or abs(p.w) > 1e-3)
cylinders = st.builds(
    Volume,
    st.just(False),
    st.sampled_from([150.0, 1000.0, 9260.0]),
    st.sampled_from([30.0, 100.0, 304.8]),
    st.just(0.0),
    st.just(0.0),
)
well_clears = st.builds(
    Volume,
    st.just(True),
    st.sampled_from([457.2, 1000.0, 1852.0]),
    st.sampled_from([100.0, 137.16]),
    st.sampled_from([0.0, 10.0, 35.0]),
    st.sampled_from([0.0, 20.0]),
)
volumes = st.one_of(cylinders, well_clears)
horizons = st.sampled_from([30.0, 180.0, 600.0])


def detector(volume: Volume) -> Detector:
    if volume.closed:
        return WellClear(*volume[1:])
    return Cylinder(volume.distance_m, volume.height_m)


def span(pair: Pair, volume: Volume, lookahead_s: float) -> tuple[float, float] | None:
    enter, leave = loss_intervals(
        pair[:3], pair[3:], STILL, STILL, detector(volume), lookahead_s=lookahead_s
    )
    assert math.isnan(enter[0]) == math.isnan(leave[0])
    return None if math.isnan(enter[0]) else (float(enter[0]), float(leave[0]))


def blur_s(pair: Pair, volume: Volume) -> float:
    """How far rounding may move an end: 1e-9 s, more for a pair that grazes the circle."""
    speed2 = pair.u**2 + pair.v**2
    if speed2 == 0:
        return 1e-9
    delta = volume.distance_m**2 * speed2 - (pair.x * pair.v - pair.y * pair.u) ** 2
    scale = volume.distance_m**2 + math.hypot(pair.x, pair.y) * volume.distance_m
    half_chord = math.sqrt(max(delta, 0.0)) / speed2
    least = 1e-7 * math.sqrt(scale / speed2)
    return 1e-9 + 1e-14 * scale / speed2 / max(half_chord, least)


@settings(deadline=None, max_examples=600)
@given(pairs, volumes, horizons)
def test_it_is_the_exact_interval(pair: Pair, volume: Volume, lookahead_s: float) -> None:
    found = span(pair, volume, lookahead_s)
    exact = exact_interval(pair, volume, lookahead_s)
    blur = blur_s(pair, volume)
    if exact is None:
        assert found is None or found[1] - found[0] <= max(2 * blur, 1e-6)
    elif found is None:
        assert exact[1] - exact[0] <= max(2 * blur, 1e-6)
    else:
        assert abs(found[0] - float(exact[0])) <= blur
        assert abs(found[1] - float(exact[1])) <= blur


@settings(deadline=None, max_examples=300)
@given(pairs, volumes, horizons)
def test_inside_the_interval_and_only_there_the_pair_is_in_loss(
    pair: Pair, volume: Volume, lookahead_s: float
) -> None:
    blur = 2 * blur_s(pair, volume)
    found = span(pair, volume, lookahead_s)
    instants = [Fraction(k, 16) * Fraction(lookahead_s) for k in range(17)]
    if found is not None and found[1] - found[0] > 4 * blur:
        middle = (found[0] + found[1]) / 2
        ends = (found[0] - blur, found[0] + blur, middle, found[1] - blur, found[1] + blur)
        instants += [Fraction(t) for t in ends if 0 <= t <= lookahead_s]
    for instant in instants:
        if is_loss(pair, volume, instant):
            if found is None:
                exact = exact_interval(pair, volume, lookahead_s)
                assert exact is None or exact[1] - exact[0] < max(blur, 1e-6)
            else:
                assert found[0] - blur <= instant <= found[1] + blur
        elif found is not None:
            assert instant <= found[0] + blur or instant >= found[1] - blur


@settings(deadline=None, max_examples=100)
@given(pairs, volumes)
def test_walking_through_time_finds_no_other(pair: Pair, volume: Volume) -> None:
    stepped = stepped_interval(pair, volume, 60.0, 0.25)
    found = span(pair, volume, 60.0)
    if stepped is None:
        assert found is None or found[1] - found[0] <= 0.25 + 1e-6
    elif stepped[0] < stepped[1]:
        assert found is not None
        assert found[0] - 1e-6 <= stepped[0] <= found[0] + 0.25 + 1e-6
        assert found[1] - 0.25 - 1e-6 <= stepped[1] <= found[1] + 1e-6


@settings(deadline=None, max_examples=300)
@given(pairs, volumes, horizons)
def test_swapping_the_aircraft_changes_nothing(
    pair: Pair, volume: Volume, lookahead_s: float
) -> None:
    one = loss_intervals(pair[:3], pair[3:], STILL, STILL, detector(volume), lookahead_s)
    other = loss_intervals(STILL, STILL, pair[:3], pair[3:], detector(volume), lookahead_s)
    np.testing.assert_array_equal(one, other)


@settings(deadline=None, max_examples=300)
@given(pairs, volumes, horizons, st.sampled_from([0.0, 0.01, 1.0]), st.sampled_from([0.0, 7.0]))
def test_a_larger_volume_contains_the_interval_of_a_smaller(
    pair: Pair, volume: Volume, lookahead_s: float, share: float, time_s: float
) -> None:
    larger = Volume(
        volume.closed,
        volume.distance_m * (1 + share),
        volume.height_m * (1 + share),
        volume.tau_s + time_s,
        volume.coaltitude_s + time_s,
    )
    small, large = span(pair, volume, lookahead_s), span(pair, larger, lookahead_s)
    if small is not None:
        assert large is not None
        blur = blur_s(pair, volume) + blur_s(pair, larger)
        assert large[0] <= small[0] + blur
        assert large[1] >= small[1] - blur


@settings(deadline=None, max_examples=300)
@given(pairs, volumes, st.sampled_from([1.0, 8.0, 64.0]))
def test_moving_both_on_shifts_the_interval(pair: Pair, volume: Volume, shift_s: float) -> None:
    moved = pair._replace(
        x=pair.x + shift_s * pair.u, y=pair.y + shift_s * pair.v, z=pair.z + shift_s * pair.w
    )
    now, later = span(pair, volume, 600.0), span(moved, volume, 600.0 - shift_s)
    blur = 100 * (blur_s(pair, volume) + blur_s(moved, volume))
    if now is None or now[1] - shift_s <= blur or now[1] - now[0] < blur:
        assert later is None or later[1] - later[0] <= max(2 * blur, 1e-5)
    elif now[1] - shift_s > max(2 * blur, 1e-5) and now[1] - now[0] > max(2 * blur, 1e-5):
        assert later is not None
        assert abs(later[0] - max(0.0, now[0] - shift_s)) <= blur
        assert abs(later[1] - (now[1] - shift_s)) <= blur


@settings(deadline=None, max_examples=200)
@given(pairs, well_clears)
def test_well_clear_contains_what_it_says(pair: Pair, volume: Volume) -> None:
    one, other = WellClear(*volume[1:]), NAMED["do365-phase2"]
    assume(one.contains(other))
    small = loss_intervals(pair[:3], pair[3:], STILL, STILL, other, 60.0)
    large = loss_intervals(pair[:3], pair[3:], STILL, STILL, one, 60.0)
    if not math.isnan(small[0][0]):
        assert large[0][0] <= small[0][0] + 1e-6
        assert large[1][0] >= small[1][0] - 1e-6


NAMED_VOLUMES = {
    "cylinder": Volume(False, 9260.0, 304.8),
    "drones": Volume(False, 150.0, 30.0),
    **{
        name: Volume(True, limits.dthr_m, limits.zthr_m, limits.tthr_s, limits.tcoa_s)
        for name, limits in NAMED.items()
    },
    "own": Volume(True, 2000.0, 200.0, 20.0, 45.0),
}


def random_states(volume: Volume, count: int) -> Any:
    """(n, 6) of ownship and of intruder; half of them are aimed at each other."""
    random = np.random.default_rng(20_260)
    own, intruder = (
        random.uniform(
            (-4e4, -4e4, -2e3, -300, -300, -20), (4e4, 4e4, 2e3, 300, 300, 20), (count, 6)
        )
        for _ in range(2)
    )
    half = count // 2
    meeting_s = random.uniform(0, 200, (half, 1))
    reach = (volume.distance_m, volume.distance_m, volume.height_m)
    miss_m = random.normal(0, 1, (half, 3)) * reach
    own[:half, :3] = intruder[:half, :3] + miss_m
    own[:half, :3] -= (own[:half, 3:] - intruder[:half, 3:]) * meeting_s
    return own, intruder


def special_states(volume: Volume, count: int) -> Any:
    """The same on a grid of halves of the thresholds and a few speeds: standing, in trail, level,
    exactly at a threshold, exactly tangent, exactly parallel, from above, diverging inside."""
    random = np.random.default_rng(20_261)
    reach = (volume.distance_m, volume.distance_m, volume.height_m)
    place = random.integers(-6, 7, (count, 3)) * 0.5 * np.array(reach)
    speed = random.integers(-2, 3, (count, 3)) * (64.0, 64.0, 4.0)
    speed *= random.choice([0.0, 1.0], (count, 3), p=[0.4, 0.6])
    other = random.integers(-2, 3, (count, 3)) * (64.0, 64.0, 4.0)
    return np.hstack((place, speed + other)), np.hstack((np.zeros((count, 3)), other))


@pytest.mark.parametrize("name", NAMED_VOLUMES)
@pytest.mark.parametrize("states", [random_states, special_states])
def test_tens_of_thousands_of_encounters_are_as_published(name: str, states: Any) -> None:
    """Within 1e-9 s of the published formulas in extended precision, none missed, none made up.

    Where they differ, exact rational arithmetic is asked, and has to be on our side.
    """
    volume = NAMED_VOLUMES[name]
    own, intruder = states(volume, 30_000)
    found = np.array(
        loss_intervals(
            own[:, :3], own[:, 3:], intruder[:, :3], intruder[:, 3:], detector(volume), 180.0
        )
    )
    pairs = own - intruder
    expected = published_intervals(pairs, volume, 180.0)
    assert np.isfinite(expected[0]).sum() > 1000
    same = np.abs(found - expected).max(axis=0) <= 1e-9
    same |= np.isnan(found).all(axis=0) & np.isnan(expected).all(axis=0)
    differing = np.flatnonzero(~same)
    assert len(differing) < 300  # rounding of the exactly tangent
    asked = [*differing.tolist(), *range(0, 30_000, 500)]
    for row in asked:
        exact = exact_interval(Pair(*pairs[row].tolist()), volume, 180.0)
        if exact is None:
            assert np.isnan(found[:, row]).all()
        else:
            np.testing.assert_allclose(found[:, row], [float(t) for t in exact], rtol=0, atol=1e-9)
