"""Outlines for maps, judged by shapely (validity, area in degrees) and pyproj (distances)."""

import math

import pytest
from pyproj import Geod
from shapely.geometry import Point
from shapely.geometry import Polygon as FlatShape
from shapely.ops import unary_union

from openline.formats.drawing import flat_line, flat_polygons
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position

GEOD = Geod(ellps="WGS84")


def _shapes(footprint: Footprint) -> list[FlatShape]:
    polygons = flat_polygons(footprint)
    for rings in polygons:
        for ring in rings:
            assert ring[0] == ring[-1]
            assert all(abs(lng) <= 180 and abs(lat) <= 90 for lng, lat in ring)
    return [FlatShape(rings[0], rings[1:]) for rings in polygons]


@pytest.mark.parametrize("centre", [(0.0, 0.0), (48.8, 7.6), (-70.0, 100.0)])
@pytest.mark.parametrize("radius_m", [1.0, 1500.0, 100_000.0])
def test_a_circle_is_drawn_at_its_radius(centre: tuple[float, float], radius_m: float) -> None:
    (rings,) = flat_polygons(Circle.of(*centre, radius_m))
    for lng, lat in rings[0]:
        distance = GEOD.inv(centre[1], centre[0], lng, lat)[2]
        assert distance == pytest.approx(radius_m, rel=0.007, abs=0.02)  # sphere; 1e-7 degrees


def test_outer_rings_turn_left_and_holes_right() -> None:
    hole = [(48.75, 7.55), (48.75, 7.6), (48.8, 7.6), (48.8, 7.55)]
    outer = [(48.7, 7.5), (48.7, 7.7), (48.9, 7.7), (48.9, 7.5)]
    for ring in (outer, outer[::-1]):
        (shape,) = _shapes(Polygon.of(ring, [hole]))
        assert shape.is_valid
        assert shape.exterior.is_ccw
        assert not shape.interiors[0].is_ccw


def test_a_polygon_across_180_is_cut_in_two_that_touch_there() -> None:
    ring = [(10.0, 179.0), (10.0, -179.0), (12.0, -179.0), (12.0, 179.0)]
    shapes = _shapes(Polygon.of(ring))
    assert len(shapes) == 2
    assert all(shape.is_valid for shape in shapes)
    assert sorted(shape.bounds[::2] for shape in shapes) == [(-180.0, -179.0), (179.0, 180.0)]
    # 2 by 2 degrees; the edges of the parallels bulge by a few thousandths of a degree
    assert sum(shape.area for shape in shapes) == pytest.approx(4.0, rel=0.002)


def test_a_hole_across_180_stays_in_its_half() -> None:
    outer = [(10.0, 178.0), (10.0, -178.0), (14.0, -178.0), (14.0, 178.0)]
    hole = [(11.0, -179.5), (11.0, -179.0), (12.0, -179.0), (12.0, -179.5)]
    shapes = _shapes(Polygon.of(outer, [hole]))
    assert sum(len(shape.interiors) for shape in shapes) == 1
    assert sum(shape.area for shape in shapes) == pytest.approx(16.0 - 0.5, rel=0.005)


@pytest.mark.parametrize(("lat", "pole"), [(80.0, 90.0), (-80.0, -90.0)])
def test_a_polygon_round_a_pole_takes_it_in(lat: float, pole: float) -> None:
    ring = [(lat, lng) for lng in range(-150, 180, 60)]
    whole = unary_union(_shapes(Polygon.of(ring)))
    assert whole.is_valid
    assert whole.covers(Point(10.0, (pole + lat) / 2))
    assert whole.covers(Point(179.0, pole - math.copysign(2, pole)))
    assert not whole.covers(Point(10.0, lat - math.copysign(8, lat)))


def test_a_circle_over_the_pole_covers_the_top_of_the_map() -> None:
    whole = unary_union(_shapes(Circle.of(89.0, 0.0, 300_000.0)))
    assert whole.covers(Point(120.0, 89.5))


def test_a_corridor_is_as_wide_as_it_says() -> None:
    corridor = Corridor.of([(48.8, 7.9), (48.85, 7.95), (48.9, 7.9)], 200.0)
    shape = unary_union(_shapes(corridor))
    assert shape.geom_type == "Polygon"
    for azimuth in (0, 77, 180, 270):
        for lat, lng in ((48.8, 7.9), (48.85, 7.95), (48.9, 7.9)):
            inside = GEOD.fwd(lng, lat, azimuth, 196.0)[:2]
            assert shape.covers(Point(inside)), (lat, azimuth)
    lng, lat, _ = GEOD.fwd(7.9, 48.8, 213.5, 204.0)  # beyond the end, straight on
    assert not shape.covers(Point(lng, lat))


def test_a_long_edge_follows_the_great_circle() -> None:
    ring = [(50.0, 0.0), (50.0, 60.0), (20.0, 30.0)]
    (shape,) = _shapes(Polygon.of(ring))
    middle = GEOD.npts(0.0, 50.0, 60.0, 50.0, 1)[0]
    assert shape.bounds[3] == pytest.approx(middle[1], abs=0.2)
    assert shape.bounds[3] > 53


def test_a_line_across_180_comes_back_on_the_other_side() -> None:
    one = flat_line(Position(10.0, 179.9), Position(10.2, -179.9))
    assert len(one) == 2
    assert (one[0][-1][0], one[1][0][0]) == (180.0, -180.0)
    assert one[0][-1][1] == one[1][0][1] == pytest.approx(10.1, abs=0.001)
    assert one[1][-1] == (-179.9, 10.2)
    assert len(flat_line(Position(10.0, 7.0), Position(10.2, 7.1))) == 1
