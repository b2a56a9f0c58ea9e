"""Footprints as arrays: cutting, winding, boxes that hold everything."""

import numpy as np
import pyproj
import pytest

from openline.geo.circle import Circle
from openline.geo.containment import contains_first_vertex
from openline.geo.corridor import Corridor
from openline.geo.ellipsoid import GEODESIC_STEP_M, surface_points
from openline.geo.footprint_table import RUN_EDGES, FootprintTable
from openline.geo.polygon import Polygon
from openline.geo.sphere import unit_vectors

GEOD = pyproj.Geod(ellps="WGS84")
SQUARE = [(47.0, 8.0), (47.0, 8.02), (47.01, 8.02), (47.01, 8.0)]
HOLE = [(47.004, 8.008), (47.004, 8.012), (47.006, 8.012), (47.006, 8.008)]
POLE = [(80.0, lng) for lng in (-150.0, -90.0, -30.0, 30.0, 90.0, 150.0)]
ACROSS = [(-5.0, 175.0), (-5.0, -175.0), (5.0, -175.0), (5.0, 175.0)]


def test_edges_of_each_kind() -> None:
    table = FootprintTable.of(
        [
            Circle.of(1, 2, 500),
            Corridor.of([(0, 0), (0, 0.01), (0.01, 0.01)], 50),
            Polygon.of(SQUARE),
        ]
    )
    assert np.diff(table.edge_offset).tolist() == [1, 3, 4]
    assert table.buffer_m.tolist() == [500, 50, 0]
    assert table.polygon.tolist() == [False, False, True]
    lengths = np.linalg.norm(table.vertex[table.edge_to] - table.vertex[table.edge_from], axis=1)
    assert (lengths == 0).tolist() == [True, False, False, True, False, False, False, False]


def test_nothing_makes_an_empty_table() -> None:
    assert len(FootprintTable.of([])) == 0


def test_long_edges_are_cut_and_no_vertex_is_lost() -> None:
    table = FootprintTable.of([Polygon.of(ACROSS), Corridor.of([(10, 10), (12, 14)], 100)])
    lengths = np.linalg.norm(table.vertex[table.edge_to] - table.vertex[table.edge_from], axis=1)
    assert lengths.max() <= GEODESIC_STEP_M
    for corner in surface_points(unit_vectors([*ACROSS, (10, 10), (12, 14)])):
        assert np.linalg.norm(table.vertex - corner, axis=1).min() < 1e-6
    perimeter = sum(
        GEOD.inv(a[1], a[0], b[1], b[0])[2]
        for a, b in zip(ACROSS, ACROSS[1:] + ACROSS[:1], strict=True)
    )
    assert lengths[: table.edge_offset[1]].sum() == pytest.approx(perimeter, rel=1e-6)


@pytest.mark.parametrize("ring", [SQUARE, POLE, ACROSS, [(-89.0, 0), (-88, 120), (-87, -120)]])
def test_winding_does_not_matter(ring: list[tuple[float, float]]) -> None:
    inside = {
        tuple(SQUARE[0]): Circle.of(47.005, 8.01, 1),
        tuple(POLE[0]): Circle.of(90, 0, 1),
        tuple(ACROSS[0]): Circle.of(0, 180, 1),
    }.get(tuple(ring[0]), Circle.of(-90, 0, 1))
    outside = Circle.of(-inside.centre.lat_deg / 2, 100, 1)
    probes = FootprintTable.of([inside, outside])
    for points in (ring, ring[::-1]):
        polygons = FootprintTable.of([Polygon.of(points)])
        hits, _ = contains_first_vertex(
            probes, np.array([0, 1]), polygons, np.zeros(2, dtype=np.int64)
        )
        assert hits.tolist() == [True, False]


def test_holes_are_outside() -> None:
    polygons = FootprintTable.of(
        [Polygon.of(SQUARE, [HOLE]), Polygon.of(SQUARE[::-1], [HOLE[::-1]])]
    )
    probes = FootprintTable.of([Circle.of(47.005, 8.01, 1), Circle.of(47.002, 8.01, 1)])
    for number in (0, 1):
        hits, _ = contains_first_vertex(probes, np.array([0, 1]), polygons, np.full(2, number))
        assert hits.tolist() == [False, True]


@pytest.mark.parametrize(
    "ring", [SQUARE, POLE, ACROSS, [(0.0, 0.0), (0.0, 30.0), (30.0, 30.0), (30.0, 0.0)]]
)
def test_box_holds_the_inside(ring: list[tuple[float, float]]) -> None:
    table = FootprintTable.of([Polygon.of(ring)])
    rng = np.random.default_rng(7)
    weights = rng.dirichlet(np.full(len(ring), 0.4), 5_000)
    mixed = weights @ unit_vectors(ring)  # positive combinations of the corners are inside
    points = surface_points(mixed / np.linalg.norm(mixed, axis=1)[:, None])
    assert (points >= table.low[0]).all()
    assert (points <= table.high[0]).all()


@pytest.mark.parametrize("radius_m", [1.0, 1_000.0, 300_000.0, 4_000_000.0])
@pytest.mark.parametrize("centre", [(0.0, 180.0), (90.0, 0.0), (47.0, 8.0)])
def test_box_holds_the_buffer(centre: tuple[float, float], radius_m: float) -> None:
    table = FootprintTable.of([Circle.of(*centre, radius_m)])
    azimuth = np.linspace(0, 360, 721)
    lng, lat, _ = GEOD.fwd(
        np.full(721, centre[1]), np.full(721, centre[0]), azimuth, np.full(721, radius_m)
    )
    points = surface_points(unit_vectors(np.c_[lat, lng]))
    assert (points >= table.low[0]).all()
    assert (points <= table.high[0]).all()


def test_runs_hold_their_edges() -> None:
    table = FootprintTable.of([Polygon.of(ACROSS), Polygon.of(SQUARE), Circle.of(3, 3, 10)])
    assert table.run_edge[-1] == len(table.edge_from)
    assert np.diff(table.run_edge).max() <= RUN_EDGES
    for run in range(len(table.run_low)):
        edges = slice(table.run_edge[run], table.run_edge[run + 1])
        for ends in (table.edge_from[edges], table.edge_to[edges]):
            assert (table.vertex[ends] >= table.run_low[run]).all()
            assert (table.vertex[ends] <= table.run_high[run]).all()


def test_joined_tables_are_the_table_of_all() -> None:
    shapes = [
        Circle.of(1, 2, 30),
        Polygon.of(
            [(0, 0), (0, 1), (1, 1), (1, 0)], [[(0.2, 0.2), (0.2, 0.4), (0.4, 0.4), (0.4, 0.2)]]
        ),
        Corridor.of([(5, 5), (5, 6), (6, 6)], 100),
        Circle.of(-80, 170, 5000),
    ]
    whole = FootprintTable.of(shapes)
    for cuts in ((1, 3), (0, 2), (2, 2)):
        parts = [shapes[: cuts[0]], shapes[cuts[0] : cuts[1]], shapes[cuts[1] :]]
        joined = FootprintTable.joined([FootprintTable.of(part) for part in parts])
        for name in FootprintTable.__slots__:
            assert np.array_equal(getattr(joined, name), getattr(whole, name)), name
