"""Arcs against pyproj: every edge is outside the circle, and never by more than the tolerance."""

import itertools

import pytest
from pyproj import Geod

from openline.errors import InvalidGeometry
from openline.geo.arc import ARC_TOLERANCE_M, arc_between, arc_of_bearings, turns_clockwise
from openline.geo.position import Position

GEOD = Geod(ellps="WGS84")
NM = 1852.0


def _distances_m(centre: Position, vertices: list[Position]) -> list[float]:
    """Distances from the centre of points along the geodesic edges."""
    distances = []
    for a, b in itertools.pairwise(vertices):
        between = GEOD.npts(a.lng_deg, a.lat_deg, b.lng_deg, b.lat_deg, 15)
        for lng, lat in [(a.lng_deg, a.lat_deg), *between, (b.lng_deg, b.lat_deg)]:
            distances.append(GEOD.inv(centre.lng_deg, centre.lat_deg, lng, lat)[2])
    return distances


@pytest.mark.parametrize("radius_m", [50.0, 500.0, 5 * NM, 40 * NM, 200 * NM, 1000 * NM])
@pytest.mark.parametrize("centre", [Position(0, 0), Position(47, 8), Position(-78, 179.9)])
def test_edges_touch_the_circle_from_outside(centre: Position, radius_m: float) -> None:
    arc = arc_of_bearings(centre, radius_m, 200.0, 75.0, clockwise=True)
    distances = _distances_m(centre, arc.outline(area_inside=True))
    assert min(distances) > radius_m - 1e-6
    assert max(distances) < radius_m + min(ARC_TOLERANCE_M, radius_m / 2000 + 0.1)


@pytest.mark.parametrize("radius_m", [50.0, 5 * NM, 200 * NM, 1000 * NM])
def test_edges_cut_inside_the_circle_where_the_area_is_outside(radius_m: float) -> None:
    centre = Position(60.0, -100.0)
    arc = arc_of_bearings(centre, radius_m, 10.0, 350.0, clockwise=False)
    assert arc.sweep_deg == -20.0
    distances = _distances_m(centre, arc.outline(area_inside=False))
    assert max(distances) < radius_m + 1e-6
    assert min(distances) > radius_m - min(ARC_TOLERANCE_M, radius_m / 2000 + 0.1)


def test_ends_are_where_the_bearings_lead() -> None:
    arc = arc_of_bearings(Position(47, 8), 5 * NM, 30.0, 60.0, clockwise=True)
    for end, bearing in ((arc.start, 30.0), (arc.end, 60.0)):
        lng, lat, _ = GEOD.fwd(8, 47, bearing, 5 * NM)
        assert end == pytest.approx((lat, lng), abs=1e-10)


@pytest.mark.parametrize(
    ("start", "end", "clockwise", "sweep"),
    [
        (270.0, 90.0, True, 180.0),
        (350.0, 10.0, True, 20.0),
        (350.0, 10.0, False, -340.0),
        (185.0, 155.0, False, -30.0),
        (90.0, 90.0, True, 360.0),
        (0.0, 360.0, False, -360.0),
    ],
)
def test_sweep(start: float, end: float, clockwise: bool, sweep: float) -> None:
    arc = arc_of_bearings(Position(0, 0), 1000.0, start, end, clockwise=clockwise)
    assert arc.sweep_deg == sweep
    assert arc.is_circle() is (abs(sweep) == 360)


def test_unequal_ends_keep_both_and_stay_outside_the_smaller_circle() -> None:
    centre, start, end = Position(47, 8), Position(47.1, 8), Position(47, 8.14)
    arc = arc_between(centre, start, end, clockwise=True)
    vertices = arc.outline(area_inside=True)
    assert (vertices[0], vertices[-1]) == (start, end)
    assert min(_distances_m(centre, vertices)) > min(arc.radius_start_m, arc.radius_end_m) - 1e-6


def test_radius_out_of_range_is_refused() -> None:
    with pytest.raises(InvalidGeometry, match="radius"):
        arc_of_bearings(Position(0, 0), 1e7, 0.0, 90.0, clockwise=True)
    with pytest.raises(InvalidGeometry, match="radius"):
        arc_between(Position(0, 0), Position(0, 0), Position(0, 1), clockwise=True)


@pytest.mark.parametrize("shift", [0.0, 100.0, 179.5])
@pytest.mark.parametrize("lat", [0.0, 60.0, -89.9])
def test_turning_direction(lat: float, shift: float) -> None:
    def wrapped(lng: float) -> float:
        return (lng + 180.0) % 360.0 - 180.0

    ring = [Position(lat, wrapped(shift)), Position(lat + 0.05, wrapped(shift + 1))]
    ring.append(Position(lat, wrapped(shift + 2)))  # east by the north: clockwise
    assert turns_clockwise(ring)
    assert not turns_clockwise(ring[::-1])
