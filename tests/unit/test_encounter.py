"""The public call for encounters: known answers, limits of the volumes, refused input."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from openline.airspace.encounter.arrays import relative
from openline.airspace.encounter.cpa import closest_point, modified_tau
from openline.encounter import Cylinder, WellClear, loss_intervals
from openline.errors import InvalidInput
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

STILL = (0.0, 0.0, 0.0)
RADAR = Cylinder(5 * METRES_PER_NAUTICAL_MILE, 1000 * METRES_PER_FOOT)
PHASE_1 = WellClear.named("do365-phase1")


def one(position: Any, velocity: Any, detector: Any, lookahead_s: float = 300.0) -> Any:
    enter, leave = loss_intervals(position, velocity, STILL, STILL, detector, lookahead_s)
    return None if math.isnan(enter[0]) else (float(enter[0]), float(leave[0]))


def test_head_on_by_hand() -> None:
    # 20 km apart, closing at 200 m/s, cylinder of 1 km: (20 -+ 1) km / 200 m/s
    found = one((-20_000, 0, 0), (200, 0, 0), Cylinder(1000, 100))
    assert found == pytest.approx((95.0, 105.0), abs=1e-12)


def test_modified_tau_by_hand() -> None:
    # Head-on at 200 m/s, DTHR 1 km, TTHR 30 s: r^2 - 1000^2 = 30 * 200 r, r = 3000 + sqrt(1e7)
    entry_m = 3000 + math.sqrt(1e7)
    found = one((-20_000, 0, 0), (200, 0, 0), WellClear(1000, 100, 30.0))
    assert found == pytest.approx(((20_000 - entry_m) / 200, 105.0), abs=1e-12)


def test_time_to_coaltitude_by_hand() -> None:
    # 1,000 m above, coming down at 10 m/s, TCOA 20 s: from 200 m on, that is 80 s
    volume = WellClear(1000, 100, 0.0, 20.0)
    assert one((0, 0, 1000), (0, 0, -10), volume) == pytest.approx((80.0, 110.0), abs=1e-12)
    assert one((0, 0, 1000), (0, 0, 10), volume) is None


@pytest.mark.parametrize(
    ("position", "velocity"),
    [
        ((500, 0, 0), STILL),  # in trail or hovering: equal velocities
        ((500, 0, 0), (0, 0, 1e-15)),
        (STILL, STILL),
    ],
)
def test_equal_velocities_in_loss_stay_in_loss(position: Any, velocity: Any) -> None:
    for detector in (RADAR, PHASE_1):
        assert one(position, velocity, detector) == (0.0, 300.0)


def test_exactly_at_the_minima() -> None:
    assert one((1000, 0, 0), STILL, Cylinder(1000, 100)) is None
    assert one((0, 0, 100), STILL, Cylinder(1000, 100)) is None
    assert one((1000, 0, 0), STILL, WellClear(1000, 100)) == (0.0, 300.0)
    assert one((0, 0, 100), STILL, WellClear(1000, 100)) == (0.0, 300.0)


def test_a_thousand_feet_from_rounded_metres_is_separated_from_both_sides() -> None:
    lower, upper = 31_000 * METRES_PER_FOOT, 32_000 * METRES_PER_FOOT
    for below, above in ((lower, upper), (upper, lower)):
        own, intruder = (0, 0, below), (0, 0, above)
        enter, _ = loss_intervals(own, STILL, intruder, STILL, RADAR, 60)
        assert math.isnan(enter[0])


def test_a_tangent_pass() -> None:
    tangent = ((-5000.0, 1000.0, 0.0), (100.0, 0.0, 0.0))
    assert one(*tangent, Cylinder(1000, 100)) is None
    assert one(*tangent, WellClear(1000, 100)) is None  # a single instant
    assert one(*tangent, WellClear(1000, 100, 10.0)) == pytest.approx((40.0, 50.0), abs=1e-9)


def test_leaving_from_exactly_the_limit_is_no_loss() -> None:
    for detector in (Cylinder(1000, 100), WellClear(1000, 100, 35.0, 20.0)):
        assert one((1000, 0, 0), (50, 0, 0), detector) is None
        assert one((0, 0, 100), (0, 0, 5), detector) is None


def test_the_look_ahead_clamps() -> None:
    states = (-20_000, 0, 0), (200, 0, 0)
    assert one(*states, Cylinder(1000, 100), 100.0) == pytest.approx((95.0, 100.0))
    assert one(*states, Cylinder(1000, 100), 95.0) is None  # touches at the last instant
    assert one((-19_500, 0, 0), (200, 0, 0), Cylinder(1000, 100), 92.0) is None


def test_one_row_stands_for_every_pair_and_no_pair_is_no_answer() -> None:
    many = np.array([(-20_000.0, 0, 0), (-30_000.0, 0, 0)])
    enter, _ = loss_intervals(many, (200, 0, 0), STILL, STILL, Cylinder(1000, 100), 300)
    assert enter == pytest.approx([95.0, 145.0])
    none = np.empty((0, 3))
    enter, leave = loss_intervals(none, none, none, none, RADAR, 300)
    assert enter.shape == leave.shape == (0,)


def test_many_pairs_are_answered_as_one_by_one() -> None:
    """More pairs than are held at once, and each is the answer for that pair alone."""
    random = np.random.default_rng(4)
    states = random.uniform(
        (-2e4, -2e4, -500, -200, -200, -9), (2e4, 2e4, 500, 200, 200, 9), (20_001, 6)
    )
    enter, leave = loss_intervals(states[:, :3], states[:, 3:], STILL, STILL, PHASE_1, 180)
    assert 100 < np.isfinite(enter).sum() < 20_001
    for row in range(0, 20_001, 197):
        alone = one(states[row, :3], states[row, 3:], PHASE_1, 180)
        assert alone == ((enter[row], leave[row]) if np.isfinite(enter[row]) else None)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e12, 1e300])
@pytest.mark.parametrize("place", range(4))
def test_what_is_not_finite_or_huge_is_refused(bad: float, place: int) -> None:
    arrays = [np.zeros((3, 3)) for _ in range(4)]
    arrays[place][1, 2] = bad
    with pytest.raises(InvalidInput, match="row 1"):
        loss_intervals(*arrays, RADAR, 60)


@pytest.mark.parametrize(
    "bad",
    ["abc", None, [[1, 2]], [[1, 2, 3, 4]], np.zeros((2, 2, 3)), [["a", "b", "c"]], [[1j, 0, 0]]],
)
def test_other_shapes_and_types_are_refused(bad: Any) -> None:
    with pytest.raises(InvalidInput):
        loss_intervals(bad, STILL, STILL, STILL, RADAR, 60)


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="rows"):
        loss_intervals(np.zeros((2, 3)), np.zeros((3, 3)), STILL, STILL, RADAR, 60)
    masked = np.ma.masked_invalid([[math.nan, 0.0, 0.0]])
    with pytest.raises(InvalidInput, match="masked"):
        loss_intervals(masked, STILL, STILL, STILL, RADAR, 60)


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, "x", "60", True, [60], 10**400, None])
def test_bad_look_aheads_and_thresholds_are_refused(bad: Any) -> None:
    with pytest.raises(InvalidInput):
        loss_intervals(STILL, STILL, STILL, STILL, RADAR, bad)
    with pytest.raises(InvalidInput):
        Cylinder(bad, 100)
    with pytest.raises(InvalidInput):
        WellClear(1000, bad)


@pytest.mark.parametrize("bad", ["cylinder", None, Cylinder, object()])
def test_no_detector_is_refused(bad: Any) -> None:
    with pytest.raises(InvalidInput, match="detector"):
        loss_intervals(STILL, STILL, STILL, STILL, bad, 60)


def test_states_may_be_of_any_numbers_and_in_any_order_of_memory() -> None:
    whole = np.array([(-20_000, 0, 0), (-30_000, 100, 50), (500, 0, 0)])
    speed = np.array([(200, 0, 0), (100, 0, 0), (0, 0, 0)])
    expected = loss_intervals(whole, speed, STILL, STILL, Cylinder(1000, 100), 400)
    assert expected[0] == pytest.approx([95.0, 290.0 + 10 - math.sqrt(99.0), 0.0])
    as_given: list[Any] = [whole.tolist(), whole.astype(">f4"), np.asfortranarray(whole, "f8")]
    as_given += [np.repeat(whole, 2, axis=0)[::2], np.ma.masked_array(whole, mask=False)]
    for states in as_given:
        found = loss_intervals(states, speed, STILL, STILL, Cylinder(1000, 100), 400)
        np.testing.assert_array_equal(found, expected)
    flipped = loss_intervals(whole[::-1], speed[::-1], STILL, STILL, Cylinder(1000, 100), 400)
    np.testing.assert_array_equal(np.array(flipped)[:, ::-1], expected)
    assert loss_intervals([], [], STILL, STILL, RADAR, 60)[0].shape == (0,)


def test_the_greatest_and_the_least_numbers_have_an_answer() -> None:
    # Head on from 3.5e9 m at 3.5e6 m/s: they meet after 1,000 s.
    far, fast = np.full(3, 1e9), np.full(3, 1e6)
    enter, leave = loss_intervals(far, -fast, -far, fast, RADAR, 1e6)
    assert (enter[0] + leave[0]) / 2 == pytest.approx(1000.0, abs=1e-9)
    least = np.array((5e-324, 1e-300, 5e-324))
    assert one((100, 0, 0), least, PHASE_1, 1e6) == (0.0, 1e6)
    assert one(least, (1, 0, 0), Cylinder(1000, 100)) == (0.0, 300.0)


def test_the_named_thresholds_are_those_of_the_standard() -> None:
    """DO-365: 0.66 NM, 450 ft, 35 s; Phase II 1,500 ft; non-cooperative 2,200 ft."""
    for name, thresholds in {
        "do365-phase1": (1222.32, 137.16, 35.0, 0.0),
        "do365-phase2": (457.2, 137.16, 0.0, 0.0),
    }.items():
        assert dataclasses.astuple(WellClear.named(name)) == pytest.approx(thresholds)
    noncooperative = WellClear.named("do365-noncooperative")
    assert noncooperative.dthr_m == pytest.approx(670.56)
    assert noncooperative.tthr_s == 0
    buffered = dataclasses.astuple(WellClear.named("buffered"))
    assert buffered == pytest.approx((1852.0, 137.16, 35.0, 20.0))
    with pytest.raises(InvalidInput, match="do365-phase1"):
        WellClear.named("do365")


def test_the_closest_point_by_hand() -> None:
    pairs = relative((-3000, 400, 100), (100, 0, -2), STILL, STILL)
    closest = closest_point(pairs, 20.0)
    assert closest.tcpa_s[0] == pytest.approx(30.0)
    assert closest.dcpa_m[0] == pytest.approx(400.0)
    assert closest.hmd_m[0] == pytest.approx(math.hypot(1000, 400))
    assert closest.vmd_m[0] == pytest.approx(60.0)
    assert closest.tcoa_s[0] == pytest.approx(50.0)
    # (1000^2 - 3000^2 - 400^2) / (-3000 * 100)
    assert modified_tau(pairs, 1000.0)[0] == pytest.approx(8_160_000 / 300_000)


def test_the_closest_point_of_a_standing_pair_is_now() -> None:
    closest = closest_point(relative((3, 4, 5), STILL, STILL, STILL), 20.0)
    assert (closest.tcpa_s[0], closest.dcpa_m[0], closest.vmd_m[0]) == (0.0, 5.0, 5.0)
    assert math.isnan(closest.tcoa_s[0])
