"""The box of latitudes and longitudes around a footprint, by hand calculation."""

import pytest

from openline.geo.bounding_region import WHOLE_EARTH, BoundingRegion, bounding_region
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon


def test_circle_is_as_wide_as_its_diameter() -> None:
    """111.2 km are about 1 degree; at 60N a degree of longitude is half as long."""
    box = bounding_region(Circle.of(60.0, 10.0, 111_200.0))
    assert box.south_deg == pytest.approx(59.0, abs=0.02)
    assert box.north_deg == pytest.approx(61.0, abs=0.02)
    assert box.width_deg == pytest.approx(4.0, abs=0.2)
    assert box.west_deg == pytest.approx(8.0, abs=0.1)


def test_circle_across_180() -> None:
    box = bounding_region(Circle.of(0.0, 179.9, 111_200.0))
    assert box.west_deg == pytest.approx(178.9, abs=0.02)
    assert box.west_deg + box.width_deg == pytest.approx(180.9, abs=0.02)


@pytest.mark.parametrize(("lat", "south", "north"), [(89.95, 88.9, 90.0), (-89.95, -90.0, -88.9)])
def test_circle_over_a_pole_has_all_longitudes(lat: float, south: float, north: float) -> None:
    box = bounding_region(Circle.of(lat, 33.0, 111_200.0))
    assert (box.west_deg, box.width_deg) == (-180.0, 360.0)
    assert box.south_deg == pytest.approx(south, abs=0.1)
    assert box.north_deg == pytest.approx(north, abs=0.1)


def test_polygon_box_holds_the_bulge_of_its_edges() -> None:
    """The northernmost point of the arc from 60N 0E to 60N 60E: tan = tan 60 / cos 30."""
    box = bounding_region(Polygon.of([(60, 0), (60, 60), (50, 60), (50, 0)]))
    assert box.north_deg == pytest.approx(63.435, abs=0.1)
    assert (box.south_deg, box.west_deg) == pytest.approx((50.0, 0.0), abs=0.2)


def test_polygon_round_a_pole() -> None:
    box = bounding_region(Polygon.of([(80, 0), (80, 120), (80, -120)]))
    assert (box.north_deg, box.width_deg) == (90.0, 360.0)
    assert 78 < box.south_deg < 80.01
    south = bounding_region(Polygon.of([(-80, 0), (-80, 120), (-80, -120)]))
    assert (south.south_deg, south.width_deg) == (-90.0, 360.0)


def test_polygon_across_180_is_not_the_rest_of_the_world() -> None:
    box = bounding_region(Polygon.of([(10, 178), (10, -178), (11, -178), (11, 178)]))
    assert box.west_deg == pytest.approx(178, abs=0.01)
    assert box.width_deg == pytest.approx(4, abs=0.02)


def test_corridor_grows_by_its_half_width() -> None:
    box = bounding_region(Corridor.of([(0, 0), (1, 0)], 11_120.0))
    assert isinstance(box, BoundingRegion)
    assert (box.south_deg, box.north_deg) == pytest.approx((-0.1, 1.1), abs=0.01)
    assert (box.west_deg, box.width_deg) == pytest.approx((-0.1, 0.2), abs=0.01)


def test_edge_longer_than_a_quarter_of_the_earth_is_anywhere() -> None:
    assert bounding_region(Corridor.of([(0, 0), (10, 100)], 100.0)) == WHOLE_EARTH
