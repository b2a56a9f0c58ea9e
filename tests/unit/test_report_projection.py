"""The report's projection, outlines and clipping against pyproj and shapely."""

import math
from itertools import pairwise

import numpy as np
import pyproj
import pytest
import shapely

from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.geo.sphere import EARTH_RADIUS_M, Vectors, positions_of, unit_vectors
from openline.report.frame import clipped_line, clipped_ring, frame_around
from openline.report.graticule import draw
from openline.report.labels import Box, Placer
from openline.report.outline import outline_of, radius_at, widened
from openline.report.projection import Projection, densified, middle
from openline.report.simplify import simplified, simplified_ring

WGS84 = pyproj.Geod(ellps="WGS84")
CENTRES = [(0, 0), (48.2, 11.5), (-33, 179.99), (12, -180), (89.9, 40), (90, 0), (-90, 77)]
BOX = Box(0, 0, 480, 340)


def lat_lng(vectors: Vectors) -> tuple[list[float], list[float]]:
    found = positions_of(vectors)
    return [p.lat_deg for p in found], [p.lng_deg for p in found]


def geodesic_m(vectors: Vectors, where: Position) -> Vectors:
    lats, lngs = lat_lng(vectors)
    there = [where.lng_deg] * len(lats), [where.lat_deg] * len(lats)
    return np.array(WGS84.inv(lngs, lats, *there)[2])


@pytest.mark.parametrize("centre", CENTRES)
def test_forward_and_inverse_agree_with_proj(centre: tuple[float, float]) -> None:
    rng = np.random.default_rng(7)
    lat = np.degrees(np.arcsin(rng.uniform(-1, 1, 400)))
    lng = rng.uniform(-180, 180, 400)
    angle = np.arccos(unit_vectors(np.column_stack((lat, lng))) @ unit_vectors([centre])[0])
    lat, lng = lat[angle < math.radians(170)], lng[angle < math.radians(170)]
    proj = pyproj.Proj(
        proj="aeqd", lat_0=centre[0], lon_0=centre[1], R=EARTH_RADIUS_M, x_0=0, y_0=0
    )
    expected = np.column_stack(proj(lng, lat))
    projection = Projection(Position(*centre))
    vectors = unit_vectors(np.column_stack((lat, lng)))
    assert np.abs(projection.forward(vectors) - expected).max() < 0.01
    assert np.abs(projection.inverse(expected) - vectors).max() < 1e-9


def test_the_centre_maps_to_zero_and_back() -> None:
    projection = Projection(Position(48.0, 11.0))
    assert projection.forward(unit_vectors([(48.0, 11.0)])) == pytest.approx(
        np.zeros((1, 2)), abs=1e-8
    )
    assert positions_of(projection.inverse(np.zeros((1, 2))))[0] == pytest.approx((48.0, 11.0))


def test_the_middle_is_found_across_the_antimeridian_and_at_a_pole() -> None:
    assert abs(middle([unit_vectors([(0, 179), (0, -179)])]).lng_deg) == pytest.approx(180)
    ring = unit_vectors([(80, lng) for lng in range(0, 360, 30)])
    assert middle([ring]).lat_deg == pytest.approx(90)
    assert middle([unit_vectors([(0, 0), (0, 180)])]) == pytest.approx((0, 0))


@pytest.mark.parametrize("closed", [True, False])
def test_densified_edges_are_great_circles(closed: bool) -> None:
    corners = [(10.0, 170.0), (60.0, -150.0), (59.9, -150.0)]
    dense = densified(unit_vectors(corners), closed=closed)
    sphere = pyproj.Geod(a=EARTH_RADIUS_M, b=EARTH_RADIUS_M)
    count = next(n for n, v in enumerate(dense) if np.allclose(v, unit_vectors([corners[1]])[0]))
    along = sphere.npts(170, 10, -150, 60, count - 1)
    lats, lngs = lat_lng(dense[1:count])
    assert np.allclose(np.column_stack((lngs, lats)), np.array(along), atol=1e-9)
    following = np.roll(dense, -1, axis=0) if closed else dense[1:]
    gaps = np.linalg.norm(following - dense[: len(following)], axis=1)
    assert gaps.max() <= math.radians(1.0) + 1e-12


@pytest.mark.parametrize("lat", [0.0, 30.0, 45.0, 60.0, 90.0])
def test_the_gaussian_radius_is_that_of_a_small_quadrangle(lat: float) -> None:
    step = 0.01
    low, high = (lat - step, lat) if lat == 90 else (lat - step / 2, lat + step / 2)
    area, _ = WGS84.polygon_area_perimeter([0, step, step, 0], [low, low, high, high])
    on_unit = math.radians(step) * (math.sin(math.radians(high)) - math.sin(math.radians(low)))
    assert radius_at(lat) == pytest.approx(math.sqrt(abs(area) / on_unit), rel=2e-5)


@pytest.mark.parametrize(
    "circle", [Circle.of(48, 11, 3000), Circle.of(-17, 180, 200_000), Circle.of(90, 0, 50_000)]
)
def test_circles_are_drawn_at_their_radius(circle: Circle) -> None:
    outline = outline_of(circle, 1e-6)
    distances = geodesic_m(outline.points(), circle.centre)
    assert distances == pytest.approx(np.full(len(distances), circle.radius_m), rel=0.0035)


def boundary_gaps(vectors: Vectors, path: list[tuple[float, float]]) -> Vectors:
    """Geodesic distance from each point to a path, by dense sampling: up to 1 m too long."""
    samples: list[tuple[float, float]] = []
    for (lat, lng), (lat_2, lng_2) in pairwise(path):
        samples += [(lng, lat), *WGS84.npts(lng, lat, lng_2, lat_2, 400)]
    samples.append((path[-1][1], path[-1][0]))
    lats, lngs = lat_lng(vectors)
    gaps = []
    for lat, lng in zip(lats, lngs, strict=True):
        there = [p[0] for p in samples], [p[1] for p in samples]
        gaps.append(min(WGS84.inv([lng] * len(samples), [lat] * len(samples), *there)[2]))
    return np.array(gaps)


def test_a_corridor_is_outlined_at_its_half_width_without_inner_lines() -> None:
    path = [(48.0, 11.0), (48.05, 11.1), (48.0, 11.2), (48.1, 11.15)]
    outline = outline_of(Corridor.of(path, 1000), 1e-6)
    gaps = boundary_gaps(np.concatenate(outline.strokes), path)
    assert gaps == pytest.approx(np.full(len(gaps), 1000.0), rel=0.005)
    inside = boundary_gaps(np.concatenate(outline.rings), path)
    assert inside.min() < 900, "the rings of single pieces do run inside: the strokes must not"


def test_a_polygon_is_widened_outwards_by_the_minimum() -> None:
    corners = [(48.0, 11.0), (48.0, 11.2), (48.1, 11.2), (48.02, 11.1), (48.1, 11.0)]
    lines = widened(Polygon.of(corners), 1500, 1e-6)
    points = np.concatenate(lines)
    gaps = boundary_gaps(points, [*corners, corners[0]])
    assert gaps == pytest.approx(np.full(len(gaps), 1500.0), rel=0.005)
    shape = shapely.Polygon([(lng, lat) for lat, lng in corners])
    lats, lngs = lat_lng(points)
    assert not shapely.contains_xy(shape, lngs, lats).any()


def wild_ring(seed: int, count: int = 60) -> np.ndarray:
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * math.pi, count))
    radius = rng.uniform(50, 500, count)
    return np.column_stack((240 + radius * np.cos(angle), 170 + radius * np.sin(angle)))


@pytest.mark.parametrize("seed", range(20))
def test_a_clipped_ring_has_the_area_of_the_intersection(seed: int) -> None:
    ring = wild_ring(seed)
    clipped = clipped_ring(ring, BOX)
    x, y = clipped[:, 0], clipped[:, 1]
    area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    expected = shapely.Polygon(ring).intersection(shapely.box(*BOX)).area
    assert area == pytest.approx(expected, rel=1e-9)


def test_a_ring_outside_is_clipped_away_and_one_inside_is_kept() -> None:
    ring = np.array([[10.0, 10], [20, 10], [15, 20]])
    assert clipped_ring(ring, BOX) is ring
    assert len(clipped_ring(ring - 1000, BOX)) == 0


@pytest.mark.parametrize("seed", range(20))
def test_a_clipped_line_has_the_length_of_the_intersection(seed: int) -> None:
    line = wild_ring(seed)
    pieces = clipped_line(line, BOX)
    length = sum(np.linalg.norm(np.diff(piece, axis=0), axis=1).sum() for piece in pieces)
    expected = shapely.LineString(line).intersection(shapely.box(*BOX))
    assert length == pytest.approx(expected.length, rel=1e-9)
    assert len(pieces) == len(shapely.get_parts(expected))


@pytest.mark.parametrize("tolerance", [0.1, 5.0, 40.0])
def test_simplifying_stays_within_the_tolerance(tolerance: float) -> None:
    line = wild_ring(3, 300)
    thin = simplified(line, tolerance, 10_000)
    gap = shapely.hausdorff_distance(shapely.LineString(line), shapely.LineString(thin))
    assert gap <= tolerance
    assert len(thin) <= len(line)


def test_simplifying_is_bounded_and_keeps_a_ring_a_ring() -> None:
    ring = wild_ring(4, 9000)
    thin = simplified_ring(ring, 0.2, 500)
    assert 3 <= len(thin) <= 502
    square = np.array([[0.0, 0], [1, 0], [2, 0], [2, 2], [0, 2], [0, 1]])
    corners = {tuple(p) for p in simplified_ring(square, 0.01, 500).tolist()}
    assert corners == {(0, 0), (2, 0), (2, 2), (0, 2)}


@pytest.mark.parametrize(
    "footprint",
    [
        Circle.of(90, 0, 30_000),
        Circle.of(-17.5, 180, 1),
        Circle.of(0, 0, 4_500_000),
        Polygon.of([(-17, 179), (-18, -179), (-19, 179.5)]),
        Polygon.of([(85, 0), (84, 120), (86, -120)]),
    ],
)
def test_a_frame_shows_everything_and_has_a_graticule(footprint: Footprint) -> None:
    points = outline_of(footprint, 1e-9 if isinstance(footprint, Polygon) else 1e-8).points()
    frame = frame_around([points], BOX)
    units = frame.units(points)
    assert units.min() >= 0
    assert (units <= (480, 340)).all()
    back = frame.vectors(units)
    assert np.abs(back - points).max() < 1e-9
    grid, labels = draw(frame, Placer(Box(2, 2, 478, 338)))
    assert "M" in grid
    assert "°" in labels
