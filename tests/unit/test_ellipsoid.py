"""Distances and edges on the ellipsoid, against PROJ's geodesics."""

import itertools

import numpy as np
import pyproj
import pytest

from openline.geo import ellipsoid
from openline.geo.far import chord_error_m, refine_far
from openline.geo.position import Position
from openline.geo.proximity import vertex_to_edge
from openline.geo.sphere import unit_vectors

GEOD = pyproj.Geod(ellps="WGS84")
COUNT = 5_000


def _lines(distance_m: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Starts, azimuths and ends of random geodesics everywhere on the Earth, degrees."""
    rng = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(rng.uniform(-1, 1, COUNT)))
    lat[:4] = 90, -90, 0, 1e-9
    lng, azimuth = rng.uniform(-180, 180, COUNT), rng.uniform(0, 360, COUNT)
    end_lng, end_lat, _ = GEOD.fwd(lng, lat, azimuth, np.full(COUNT, distance_m))
    return np.c_[lat, lng], azimuth, np.c_[end_lat, end_lng]


def _points(degrees: np.ndarray) -> np.ndarray:
    return ellipsoid.surface_points(unit_vectors(degrees))


@pytest.mark.parametrize(
    ("distance_m", "tolerance_m"),
    [(0.01, 1e-7), (1, 1e-7), (1_000, 1e-7), (1e5, 1e-6), (3e5, 1e-4), (1e6, 0.03), (5e6, 90)],
)
def test_surface_distance(distance_m: float, tolerance_m: float) -> None:
    start, _, end = _lines(distance_m)
    measured = ellipsoid.surface_distance_m(_points(start), _points(end))
    assert np.abs(measured - distance_m).max() < tolerance_m
    assert tolerance_m <= max(1e-4, 1.7 * chord_error_m(np.array([distance_m]))[0])


def test_same_point_has_no_distance() -> None:
    point = _points(np.array([[90.0, 0.0], [0.0, 180.0], [47.0, 8.0]]))
    assert ellipsoid.surface_distance_m(point, point).tolist() == [0.0, 0.0, 0.0]


def test_edge_of_one_step_follows_the_geodesic() -> None:
    start, azimuth, end = _lines(ellipsoid.GEODESIC_STEP_M)
    for share in (0.25, 0.5, 0.75):
        along = np.full(COUNT, ellipsoid.GEODESIC_STEP_M * share)
        lng, lat, _ = GEOD.fwd(start[:, 1], start[:, 0], azimuth, along)
        a, b, middle = _points(start), _points(end), _points(np.c_[lat, lng])
        normal = np.cross(a, b - a)
        aside = np.einsum("ij,ij->i", middle - a, normal) / np.linalg.norm(normal, axis=1)
        assert np.abs(aside).max() < 0.002
        squared, _ = vertex_to_edge(middle - a, b - a, a)
        assert np.sqrt(squared).max() < 0.005


def test_surface_points_have_their_normals() -> None:
    start, _, _ = _lines(1.0)
    normals = unit_vectors(start)
    assert np.abs(ellipsoid.normals_of(ellipsoid.surface_points(normals)) - normals).max() < 1e-15


def test_points_match_proj_geocentric() -> None:
    to_geocentric = pyproj.Transformer.from_crs(4979, 4978)
    start, _, _ = _lines(1.0)
    expected = np.stack(to_geocentric.transform(start[:, 0], start[:, 1], np.zeros(COUNT)), axis=1)
    assert np.abs(_points(start) - expected).max() < 1e-6


def test_cut_points_lie_on_the_geodesic_evenly() -> None:
    start, end = Position(51.0, -3.0), Position(60.0, 170.0)
    points = [start, *ellipsoid.between_on_geodesic(start, end, 50_000), end]
    steps = [ellipsoid.geodesic_distance_m(p, q) for p, q in itertools.pairwise(points)]
    assert max(steps) <= 50_000
    assert max(steps) - min(steps) < 1e-6
    assert sum(steps) == pytest.approx(GEOD.inv(-3, 51, 170, 60)[2], abs=1e-5)


def test_short_line_is_not_cut() -> None:
    assert ellipsoid.between_on_geodesic(Position(1, 1), Position(1, 1.01), 5_000) == []


def test_far_points_are_measured_again() -> None:
    start, _, end = _lines(4e6)
    distance = ellipsoid.surface_distance_m(_points(start), _points(end))
    refine_far(distance, _points(start), _points(end), np.zeros(COUNT))
    assert np.abs(distance - 4e6).max() < 1e-3


def test_far_points_that_overlap_anyway_are_left_alone() -> None:
    start, _, end = _lines(4e6)
    distance = ellipsoid.surface_distance_m(_points(start), _points(end))
    before = distance.copy()
    refine_far(distance, _points(start), _points(end), np.full(COUNT, 5e6))
    assert (distance == before).all()
