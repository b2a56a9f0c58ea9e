"""A ring that is moved outward holds everything within reach, and little more."""

import math

import s2geometry as s2
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openline.errors import InvalidInput
from openline.geo.measured_ring import grown, measured
from openline.geo.polygon import Polygon
from openline.geo.position import Position

METRE_RAD = 1 / 6_371_000
latitudes = st.floats(-89.5, 89.5) | st.sampled_from([0.0, 45.0, 89.9])
longitudes = st.floats(-180, 180) | st.sampled_from([180.0, -180.0, 0.0])
stars = st.lists(st.floats(0.15, 1), min_size=3, max_size=12)
sizes = st.floats(0.5, 50) | st.floats(50, 100_000)


def star(lat: float, lng: float, size_m: float, shares: list[float]) -> tuple[Position, ...]:
    """Corners in all directions, nearer and farther: spikes, notches, flat corners."""
    centre = s2.S2LatLng.FromDegrees(lat, lng).ToPoint()
    north, east = frame(centre)
    points = []
    for number, share in enumerate(shares):
        angle = 2 * math.pi * number / len(shares)
        points.append(position(beside(centre, north, east, angle, size_m * share * METRE_RAD)))
    return tuple(points)


def frame(point: s2.S2Point) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Two directions at a point, square to each other."""
    x, y, z = point.x(), point.y(), point.z()
    level = (-y, x, 0.0) if abs(z) < 0.9 else (0.0, -z, y)
    one = tuple(value / math.hypot(*level) for value in level)
    other = (y * one[2] - z * one[1], z * one[0] - x * one[2], x * one[1] - y * one[0])
    return one, other


def beside(
    point: s2.S2Point, one: tuple[float, ...], other: tuple[float, ...], angle: float, far: float
) -> s2.S2Point:
    ahead, aside = math.cos(angle) * math.sin(far), math.sin(angle) * math.sin(far)
    at = (point.x(), point.y(), point.z())
    return s2.S2Point_FromRaw(
        *(math.cos(far) * a + ahead * b + aside * c for a, b, c in zip(at, one, other, strict=True))
    ).Normalize()


def position(point: s2.S2Point) -> Position:
    there = s2.S2LatLng(point)
    return Position(there.lat().degrees(), there.lng().degrees())


def polygon(ring: tuple[Position, ...]) -> Polygon:
    try:
        return Polygon(ring)
    except InvalidInput:
        assume(False)
        raise


def boundary(ring: tuple[Position, ...], steps: int = 6) -> list[s2.S2Point]:
    """Points on the edges, corners among them."""
    corners = [s2.S2LatLng.FromDegrees(*one).ToPoint() for one in ring]
    found = []
    for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
        for step in range(steps):
            t = step / steps
            x, y, z = (p + t * (q - p) for p, q in zip(xyz(a), xyz(b), strict=True))
            found.append(s2.S2Point_FromRaw(x, y, z).Normalize())
    return found


def xyz(point: s2.S2Point) -> tuple[float, float, float]:
    return point.x(), point.y(), point.z()


@settings(deadline=None, max_examples=300)
@given(
    lat=latitudes,
    lng=longitudes,
    size_m=sizes,
    shares=stars,
    reach_m=st.floats(0.003, 3),
    backwards=st.booleans(),
)
def test_a_moved_ring_holds_all_within_reach(
    lat: float, lng: float, size_m: float, shares: list[float], reach_m: float, backwards: bool
) -> None:
    ring = star(lat, lng, size_m, shares)
    if backwards:
        ring = ring[::-1]
    ring = polygon(ring).outer
    reach = reach_m * METRE_RAD
    loop = grown(measured(ring), reach)
    if loop is None:
        return
    for point in boundary(ring):
        one, other = frame(point)
        for number in range(12):
            near = beside(point, one, other, number * math.pi / 6, reach)
            assert loop.Contains(near)
    corners = [s2.S2LatLng.FromDegrees(*one).ToPoint() for one in ring]
    for number in range(loop.num_vertices()):
        moved = loop.vertex(number)
        assert min(angle(moved, corner) for corner in corners) < 5 * reach


def test_most_rings_are_moved() -> None:
    """A house, a notch, a corridor round a corner; metres become degrees at 48 N."""
    for corners in (
        [(0, 0), (0, 20), (15, 20), (15, 0)],
        [(0, 0), (0, 30), (10, 30), (10, 20), (5, 20), (5, 10), (10, 10), (10, 0)],
        [(0, 0), (0, 800), (500, 800), (500, 760), (40, 760), (40, 0)],
    ):
        ring = polygon(tuple(Position(48 + a / 111_000, 16 + b / 74_000) for a, b in corners)).outer
        assert grown(measured(ring), 0.01 * METRE_RAD) is not None
        assert grown(measured(ring[::-1]), 0.01 * METRE_RAD) is not None


def test_what_cannot_be_moved_simply_is_left_to_others() -> None:
    """A spike of 5 degrees; an edge of 5 cm; a notch of 2 cm; a ring round the pole and far off."""
    for corners in (
        [(0, 0), (4, 100), (8, 0)],
        [(0, 0), (0, 20), (10, 20), (10, 0.05), (10, 0)],
        [(0, 0), (0, 20), (10, 20), (10, 10.01), (2, 10.01), (2, 9.99), (10, 9.99), (10, 0)],
    ):
        ring = polygon(tuple(Position(48 + a / 111_000, 16 + b / 74_000) for a, b in corners)).outer
        assert grown(measured(ring), 0.011 * METRE_RAD) is None
    ring = polygon(tuple(Position(80.0, lng) for lng in (-120.0, 0.0, 120.0))).outer
    assert grown(measured(ring), 0.01 * METRE_RAD) is None


def angle(a: s2.S2Point, b: s2.S2Point) -> float:
    return 2 * math.asin(min(1.0, math.dist(xyz(a), xyz(b)) / 2))
