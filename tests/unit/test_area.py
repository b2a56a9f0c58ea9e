"""Areas for limits: against exact formulas on the sphere and PROJ on the ellipsoid."""

import math

import pytest
from pyproj import Geod

from openline.geo.area import area_km2
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon


@pytest.mark.parametrize(
    "points",
    [
        [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)],
        [(60.0, 179.5), (60.0, -179.5), (60.4, -179.5), (60.4, 179.5)],
        [(89.5, 0.0), (89.5, 120.0), (89.5, -120.0)],
        [(-45.0, 7.0), (-45.5, 7.0), (-45.2, 7.9)],
    ],
)
def test_polygons_agree_with_the_ellipsoid_within_a_hundredth(
    points: list[tuple[float, float]],
) -> None:
    lats, lngs = zip(*points, strict=True)
    metres2, _ = Geod(ellps="WGS84").polygon_area_perimeter(lngs, lats)
    assert area_km2(Polygon.of(points)) == pytest.approx(abs(metres2) / 1e6, rel=0.01)


@pytest.mark.parametrize("radius_m", [1.0, 500.0, 28_000.0])
def test_circles_are_nearly_flat(radius_m: float) -> None:
    expected = math.pi * (radius_m / 1000) ** 2
    assert area_km2(Circle.of(48.0, 7.0, radius_m)) == pytest.approx(expected, rel=1e-4)


def test_a_corridor_is_its_length_times_its_width_and_the_ends() -> None:
    path = [(48.0, 7.0), (48.0, 7.5), (48.3, 7.5)]
    lats, lngs = zip(*path, strict=True)
    length_km = Geod(ellps="WGS84").line_length(lngs, lats) / 1000
    expected = length_km * 2 * 0.926 + math.pi * 0.926**2
    assert area_km2(Corridor.of(path, 926.0)) == pytest.approx(expected, rel=0.01)
