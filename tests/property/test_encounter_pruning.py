"""All pairs among many aircraft: nothing is dropped, nothing comes twice."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.encounter import join
from openline.airspace.encounter.arrays import Relative
from openline.airspace.encounter.compiled import in_loops
from openline.airspace.encounter.detector import Detector
from openline.airspace.encounter.join import Places, near_pairs
from openline.airspace.encounter.pruning import Encounters, find_encounters
from openline.airspace.encounter.snapshot import Snapshot
from openline.airspace.encounter.well_clear import WellClear
from openline.encounter import Cylinder
from openline.errors import InvalidInput
from openline.geo.ellipsoid import surface_distance_m

DETECTORS = (
    Cylinder(9260, 304.8),
    Cylinder(150, 30),
    WellClear.named("do365-phase1"),
    WellClear.named("buffered"),
)


def by_brute_force(aircraft: Snapshot, detector: Detector, lookahead_s: float) -> Encounters:
    first, second = np.triu_indices(len(aircraft), 1)
    enter, leave = detector.spans(aircraft.relative(first, second), lookahead_s)
    hit = np.isfinite(enter)
    return Encounters(first[hit], second[hit], enter[hit], leave[hit])


def same(one: Encounters, other: Encounters) -> None:
    np.testing.assert_array_equal(one.first, other.first)
    np.testing.assert_array_equal(one.second, other.second)
    np.testing.assert_allclose(one.enter_s, other.enter_s, rtol=0, atol=1e-6)
    np.testing.assert_allclose(one.exit_s, other.exit_s, rtol=0, atol=1e-6)


def traffic(seed: int, count: int, around: tuple[float, float], spread_deg: float) -> Snapshot:
    """Aircraft around a place, slow and fast, level and not, some hovering, some in one place."""
    random = np.random.default_rng(seed)
    lat = np.clip(around[0] + random.uniform(-spread_deg, spread_deg, count), -90, 90)
    widen = 1 / max(math.cos(math.radians(around[0])), 0.02)
    lng = around[1] + random.uniform(-spread_deg, spread_deg, count) * min(widen, 180 / spread_deg)
    lng = (lng + 180) % 360 - 180
    speed = random.choice([0.0, 15.0, 120.0, 250.0], count) * random.uniform(0.5, 1.1, count)
    track = random.uniform(0, 2 * np.pi, count)
    rate = random.choice([0.0, 0.0, 10.0, -15.0], count)
    altitude = random.choice([300.0, 600.0, 3000.0, 9448.8, 9753.6], count)
    return Snapshot.on_earth(
        np.stack((lat, lng, altitude), axis=1),
        np.stack((speed * np.sin(track), speed * np.cos(track), rate), axis=1),
    )


@pytest.mark.parametrize("detector", DETECTORS, ids=repr)
@pytest.mark.parametrize(
    "around", [(47.0, 8.0), (0.0, 180.0), (89.9, 0.0), (-90.0, 12.0), (60.0, -180.0)], ids=str
)
@pytest.mark.parametrize("lookahead_s", [60.0, 300.0, 1200.0])
def test_the_pairs_of_brute_force_anywhere_on_earth(
    detector: Detector, around: tuple[float, float], lookahead_s: float
) -> None:
    found = 0
    for seed, spread_deg in enumerate((0.02, 0.5, 3.0)):
        aircraft = traffic(seed, 220, around, spread_deg)
        expected = by_brute_force(aircraft, detector, lookahead_s)
        same(find_encounters(aircraft, detector, lookahead_s), expected)
        same(find_encounters(aircraft, detector, lookahead_s, in_loops), expected)
        found += len(expected.first)
    assert found > 0


@pytest.mark.parametrize("detector", DETECTORS, ids=repr)
def test_the_pairs_of_brute_force_all_around_the_earth(detector: Detector) -> None:
    # Half of them in a few busy places, so that some meet; both sides of the Earth at once.
    random = np.random.default_rng(5)
    parts = [traffic(9, 500, (0.0, 0.0), 89.9)]
    parts += [
        traffic(k, 60, (float(random.uniform(-89, 89)), float(random.uniform(-180, 180))), 0.1)
        for k in range(8)
    ]
    columns = zip(*([getattr(p, name) for name in Snapshot.__slots__] for p in parts), strict=True)
    aircraft = Snapshot(*(np.concatenate(column) for column in columns))
    expected = by_brute_force(aircraft, detector, 600.0)
    assert len(expected.first) > 0
    same(find_encounters(aircraft, detector, 600.0), expected)
    same(find_encounters(aircraft, detector, 600.0, in_loops), expected)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 1 << 30),
    st.integers(2, 60),
    st.sampled_from([10.0, 1e3, 1e5]),
    st.sampled_from(DETECTORS),
    st.sampled_from([1.0, 30.0, 600.0]),
)
def test_the_pairs_of_brute_force_in_a_plane(
    seed: int, count: int, size_m: float, detector: Detector, lookahead_s: float
) -> None:
    random = np.random.default_rng(seed)
    position = np.round(random.uniform(-size_m, size_m, (count, 3)) * (1, 1, 0.01))
    velocity = np.round(random.uniform(-250, 250, (count, 3)) * (1, 1, 0.05))
    velocity *= random.choice([0.0, 0.05, 1.0], (count, 1))
    aircraft = Snapshot.in_plane(position, velocity)
    expected = by_brute_force(aircraft, detector, lookahead_s)
    same(find_encounters(aircraft, detector, lookahead_s), expected)
    same(find_encounters(aircraft, detector, lookahead_s, in_loops), expected)


@settings(deadline=None, max_examples=80)
@given(
    st.integers(0, 1 << 30),
    st.integers(0, 80),
    st.sampled_from([0.0, 1.0, 1e3, 1e9]),
    st.sampled_from([1.0, 1e4]),
)
def test_the_join_drops_no_pair_and_doubles_none(
    seed: int, count: int, size_m: float, unequal: float
) -> None:
    random = np.random.default_rng(seed)
    points = np.round(random.uniform(-size_m, size_m, (count, 3)), 1)
    reach = 0.05 * max(size_m, 1.0) * unequal ** -random.uniform(0, 1, count)
    height = random.uniform(0, 100, count)
    tall = random.uniform(0, 30, count)
    blocks = list(near_pairs(Places(points, reach, height, tall)))
    pairs = [tuple(sorted(pair)) for i, j in blocks for pair in zip(i, j, strict=True)]
    assert len(pairs) == len(set(pairs))
    for i in range(count):
        for j in range(i + 1, count):
            near = math.dist(points[i], points[j]) <= reach[i] + reach[j]
            if near and abs(height[i] - height[j]) <= tall[i] + tall[j]:
                assert (i, j) in pairs


def test_the_compiled_search_finds_the_same() -> None:
    compiled = pytest.importorskip("openline.airspace.encounter.compiled")
    random = np.random.default_rng(11)
    for unequal in (1.0, 1e4):
        points = random.uniform(0, 1e4, (400, 3))
        reach = 1000.0 * unequal ** -random.uniform(0, 1, 400)
        places = Places(points, reach, points[:, 2].copy(), reach, random.integers(0, 3, 400))
        by_numpy, by_loops = (
            sorted(
                tuple(sorted(pair))
                for i, j in near_pairs(places, search)
                for pair in zip(i.tolist(), j.tolist(), strict=True)
            )
            for search in (join.in_blocks, compiled.in_loops)
        )
        assert by_numpy == by_loops
        assert len(by_numpy) > 5
    aircraft = traffic(3, 300, (47.0, 8.0), 0.5)
    expected = find_encounters(aircraft, DETECTORS[0], 300.0)
    same(find_encounters(aircraft, DETECTORS[0], 300.0, compiled.in_loops), expected)


def test_small_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    aircraft = traffic(3, 200, (47.0, 8.0), 0.5)
    expected = find_encounters(aircraft, DETECTORS[0], 300.0)
    monkeypatch.setattr(join, "BLOCK_PAIRS", 7)
    same(find_encounters(aircraft, DETECTORS[0], 300.0), expected)


def _single(relative: Relative) -> tuple[float, ...]:
    return tuple(float(column[0]) for column in relative)


@pytest.mark.parametrize("lng", [0.0, 90.0, 180.0, -180.0])
def test_head_on_over_a_pole_and_the_antimeridian(lng: float) -> None:
    """Two aircraft 0.2 degrees apart, meeting at 400 m/s: half the geodesic distance, by both."""
    over_pole = Snapshot.on_earth(
        [(89.9, lng, 9000.0), (89.9, lng + 180.0, 9000.0)], [(0, 200.0, 0), (0, 200.0, 0)]
    )
    across = Snapshot.on_earth(
        [(0.0, 179.9, 9000.0), (0.0, -179.9, 9000.0)], [(200.0, 0, 0), (-200.0, 0, 0)]
    )
    for aircraft in (over_pole, across):
        found = find_encounters(aircraft, Cylinder(1000, 100), 300.0)
        assert len(found.first) == 1
        apart = surface_distance_m(aircraft.point_m[:1], aircraft.point_m[1:])[0]
        assert found.enter_s[0] == pytest.approx((apart - 1000) / 400, abs=0.001)


def test_the_frame_keeps_distances_and_speeds() -> None:
    """The relative position is as long as the geodesic, by the ellipsoid's own routine."""
    random = np.random.default_rng(5)
    for spread_deg in (0.01, 0.3, 1.0):
        aircraft = traffic(int(random.integers(1 << 30)), 200, (46.0, 7.0), spread_deg)
        own, intruder = np.arange(0, 200, 2), np.arange(1, 200, 2)
        pair = aircraft.relative(own, intruder)
        length = np.hypot(pair.east_m, pair.north_m)
        geodesic = surface_distance_m(aircraft.point_m[own], aircraft.point_m[intruder])
        np.testing.assert_allclose(length, geodesic, rtol=1e-6, atol=0.002)


def test_swapping_two_aircraft_mirrors_the_pair() -> None:
    aircraft = traffic(9, 40, (70.0, 30.0), 1.0)
    own, intruder = np.arange(20), np.arange(20, 40)
    one, other = aircraft.relative(own, intruder), aircraft.relative(intruder, own)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, -b, rtol=0, atol=1e-8)


def test_few_aircraft_and_bad_ones() -> None:
    none = Snapshot.on_earth(np.empty((0, 3)), np.empty((0, 3)))
    assert len(find_encounters(none, DETECTORS[0], 60.0).first) == 0
    one = Snapshot.on_earth([(0, 0, 0)], [(0, 0, 0)])
    assert len(find_encounters(one, DETECTORS[0], 60.0).first) == 0
    same_place = Snapshot.on_earth([(45, 9, 100)] * 3, [(0, 0, 0)] * 3)
    assert len(find_encounters(same_place, DETECTORS[0], 60.0).first) == 3
    with pytest.raises(InvalidInput, match="latitude"):
        Snapshot.on_earth([(91, 0, 0)], [(0, 0, 0)])
    with pytest.raises(InvalidInput, match="2 positions and 1"):
        Snapshot.in_plane([(1, 0, 0)] * 2, [(0, 0, 0)])
    with pytest.raises(InvalidInput):
        Snapshot.on_earth([(1, 0, math.nan)], [(0, 0, 0)])
