"""Coverings contain their footprints, as PROJ sees them, and fit closer than level-13 cells."""

import math
import random
from itertools import pairwise

import pytest
import s2geometry as s2
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from openline.airspace.extents import cell_range, cells_touch
from openline.errors import AreaTooLarge, InvalidGeometry, InvariantBroken
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.covering import WHOLE_EARTH, covering, covering_within, surrounding
from openline.geo.polygon import Polygon
from openline.limits import COVERING_CELLS_MAX

GEOD = Geod(ellps="WGS84")
latitudes = st.floats(-90, 90) | st.sampled_from([90.0, -90.0, 89.9999, 0.0, 35.264389682754654])
longitudes = st.floats(-180, 180) | st.sampled_from([180.0, -180.0, 179.99999, 0.0, 45.0])
bearings = st.lists(st.floats(0, 360), min_size=8, max_size=8)
radii = st.floats(0.1, 1e3) | st.floats(1e3, 1e5) | st.floats(1e5, 5e6)


def leaf(lat: float, lng: float) -> int:
    """The smallest cell at a position."""
    return int(s2.S2CellId(s2.S2LatLng.FromDegrees(lat, lng).ToPoint()).id())


def holds(cells: tuple[int, ...], lat: float, lng: float) -> bool:
    at = leaf(lat, lng)
    return any(low <= at <= high for low, high in map(cell_range, cells))


def reach(lat: float, lng: float, bearing: float, distance_m: float) -> tuple[float, float]:
    there = GEOD.fwd(lng, lat, bearing, distance_m)
    return there[1], there[0]


def require_normal(cells: tuple[int, ...], cells_max: int) -> None:
    assert 1 <= len(cells) <= cells_max
    ranges = [cell_range(cell) for cell in cells]
    assert all(early[1] < late[0] for early, late in pairwise(ranges)), "ascending, disjoint"


@settings(deadline=None, max_examples=300)
@given(lat=latitudes, lng=longitudes, radius=radii, directions=bearings, few=st.integers(8, 64))
def test_a_circle_is_contained(
    lat: float, lng: float, radius: float, directions: list[float], few: int
) -> None:
    circle = Circle.of(lat, lng, radius)
    for cells in (covering(circle), covering_within(circle, few)):
        require_normal(cells, max(few, COVERING_CELLS_MAX))
        assert holds(cells, lat, lng)
        for number, bearing in enumerate(directions):
            for share in (1.0, number / 8):
                assert holds(cells, *reach(lat, lng, bearing, radius * share))


@settings(deadline=None, max_examples=200)
@given(
    lat=latitudes,
    lng=longitudes,
    radius=st.floats(1, 1e4) | st.floats(1e4, 4e6),
    shares=st.lists(st.floats(0.3, 1), min_size=3, max_size=9),
)
def test_a_polygon_is_contained(lat: float, lng: float, radius: float, shares: list[float]) -> None:
    step = 360 / len(shares)
    corners = [reach(lat, lng, n * step, radius * share) for n, share in enumerate(shares)]
    try:
        cells = covering(Polygon.of(corners))
    except InvalidGeometry:
        return  # a corner fell on another one
    require_normal(cells, COVERING_CELLS_MAX)
    for here, there in pairwise([*corners, corners[0]]):
        assert holds(cells, *here)
        for at_lng, at_lat in GEOD.npts(here[1], here[0], there[1], there[0], 7):
            assert holds(cells, at_lat, at_lng)
    # The middle is within any three-cornered or rounder star whose corners are not too far.
    if len(shares) > 4 and radius < 1e6:
        assert holds(cells, lat, lng)


def require_held(cells: tuple[int, ...], around: tuple[int, ...]) -> None:
    outer = [cell_range(cell) for cell in around]
    for low, high in map(cell_range, cells):
        assert any(first <= low and high <= last for first, last in joined(outer))


def joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges without the gaps that are none: smallest cells have odd numbers."""
    found: list[tuple[int, int]] = []
    for low, high in ranges:
        if found and low <= found[-1][1] + 2:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return found


@settings(deadline=None, max_examples=300)
@given(lat=latitudes, lng=longitudes, radius=radii, finest=st.sampled_from([12, 17, 30]))
def test_what_surrounds_a_circle_holds_its_covering(
    lat: float, lng: float, radius: float, finest: int
) -> None:
    circle = Circle.of(lat, lng, radius)
    around = surrounding(circle, finest)
    require_normal(around, 6)
    require_held(covering(circle, finest), around)


@settings(deadline=None, max_examples=400)
@given(
    lat=latitudes,
    lng=longitudes,
    radius=st.floats(1, 1e4) | st.floats(1e4, 4e6),
    shares=st.lists(st.floats(0.01, 1), min_size=3, max_size=9),
    finest=st.sampled_from([12, 17, 30]),
    hole=st.booleans(),
)
def test_what_surrounds_a_polygon_holds_its_covering(
    lat: float, lng: float, radius: float, shares: list[float], finest: int, hole: bool
) -> None:
    step = 360 / len(shares)
    corners = [reach(lat, lng, n * step, radius * share) for n, share in enumerate(shares)]
    inside = [reach(lat, lng, n * 120, radius * min(shares) / 10) for n in range(3)]
    try:
        polygon = Polygon.of(corners, [inside] if hole else ())
    except (InvalidGeometry, AreaTooLarge):
        return  # a corner fell on another one, or a spike holds no hole
    require_held(covering(polygon, finest), surrounding(polygon, finest))


@settings(deadline=None, max_examples=100)
@given(
    lat=st.floats(-89, 89),
    lng=longitudes,
    half_width=st.floats(0.1, 1e5),
    legs=st.lists(
        st.tuples(st.floats(0, 360), st.floats(0.001, 1e3) | st.floats(1e3, 2e6)),
        min_size=1,
        max_size=5,
    ),
    directions=bearings,
)
def test_a_corridor_is_contained(
    lat: float,
    lng: float,
    half_width: float,
    legs: list[tuple[float, float]],
    directions: list[float],
) -> None:
    path = [(lat, lng)]
    for bearing, length in legs:
        path.append(reach(*path[-1], bearing, length))
    try:
        cells = covering(Corridor.of(path, half_width))
    except InvalidGeometry:
        return  # a leg too short for degrees
    require_normal(cells, COVERING_CELLS_MAX)
    for here, there in pairwise(path):
        along = GEOD.npts(here[1], here[0], there[1], there[0], 3)
        for at_lat, at_lng in [here, there, *((p[1], p[0]) for p in along)]:
            for bearing in directions:
                assert holds(cells, *reach(at_lat, at_lng, bearing, half_width))


@settings(deadline=None, max_examples=200)
@given(
    lat=latitudes,
    lng=longitudes,
    one=radii,
    other=radii,
    bearing=st.floats(0, 360),
)
def test_circles_that_touch_share_a_cell(
    lat: float, lng: float, one: float, other: float, bearing: float
) -> None:
    """They lie side by side: both have one point of the line of centres, to a nanometre."""
    if one + other > 9e6:
        other = one
    centre_lat, centre_lng = reach(lat, lng, bearing, one + other)
    first = covering(Circle.of(lat, lng, one))
    second = covering(Circle.of(centre_lat, math.remainder(centre_lng, 360.0), other))
    assert cells_touch(first, second)
    assert cells_touch(second, first)


def test_a_circle_through_the_pole_meets_the_other_side() -> None:
    near = covering(Circle.of(89.999, 180, 200))
    far = covering(Circle.of(89.999, 0, 200))
    assert cells_touch(near, far)
    assert not cells_touch(near, covering(Circle.of(89.99, 0, 200)))


def test_180_degrees_is_no_border() -> None:
    west, east = covering(Circle.of(0, 179.999, 150)), covering(Circle.of(0, -179.999, 150))
    assert cells_touch(west, east)
    assert len(west) <= COVERING_CELLS_MAX


def test_a_hole_is_not_covered() -> None:
    def square(half: float) -> list[tuple[float, float]]:
        return [(48 + y * half, 11 + x * half) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]

    cells = covering(Polygon.of(square(1.0), [square(0.8)]))
    assert not holds(cells, 48, 11)
    assert holds(cells, 48.9, 11)


def test_an_edge_beyond_a_quarter_of_the_earth_gets_the_whole_earth() -> None:
    assert covering(Corridor.of([(0, 0), (0, 91)], 10)) == WHOLE_EARTH
    assert all(holds(WHOLE_EARTH, lat, lng) for lat in (-90, 0, 90) for lng in range(-180, 181, 45))


@pytest.mark.parametrize("cells_max", [7, 4097])
def test_absurd_numbers_of_cells_are_refused(cells_max: int) -> None:
    with pytest.raises(InvariantBroken):
        covering_within(Circle.of(0, 0, 1), cells_max)


@pytest.mark.parametrize(("radius_m", "ours_max", "better"), [(300, 1.35, 3), (1500, 1.35, 1.3)])
def test_far_fewer_matches_are_false_than_with_level_13(
    radius_m: float, ours_max: float, better: float
) -> None:
    """Pairs whose cells meet, for each pair that truly meets; the truth is PROJ's distance."""
    chance = random.Random(7)
    circles = []
    for _ in range(250):
        lat = 48 + chance.uniform(-1, 1) * radius_m / 9_000
        lng = 11 + chance.uniform(-1, 1) * radius_m / 6_000
        circles.append((lat, lng, radius_m * chance.uniform(0.3, 1)))
    fixed = s2.S2RegionCoverer()
    fixed.set_fixed_level(13)
    ours, level_13 = [], []
    for lat, lng, radius in circles:
        ours.append(covering(Circle.of(lat, lng, radius)))
        centre = s2.S2LatLng.FromDegrees(lat, lng).ToPoint()
        cap = s2.S2Cap(centre, s2.S1Angle.Radians(radius / 6_371_000))
        level_13.append({cell.id() for cell in fixed.GetCovering(cap)})
    true = matched = coarse = 0
    for one in range(len(circles)):
        for other in range(one):
            a, b = circles[one], circles[other]
            meets = GEOD.inv(a[1], a[0], b[1], b[0])[2] <= a[2] + b[2]
            found = cells_touch(ours[one], ours[other])
            assert found or not meets
            true, matched = true + meets, matched + found
            coarse += not level_13[one].isdisjoint(level_13[other])
    print(
        f"{radius_m} m: {matched / true:.2f} matches for a true one, level 13 {coarse / true:.2f}"
    )
    assert true > 100
    assert matched / true < ours_max
    assert (coarse - true) / (matched - true) > better
