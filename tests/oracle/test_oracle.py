"""The oracle against published numbers, unpruned searches and winding numbers."""

import math
from typing import Any

import numpy as np
import pytest
from pyproj import Geod

from tests.oracle.cores import Core, CoreKind, Floats, core_of, flatten, point_core
from tests.oracle.generator import pairs
from tests.oracle.lateral import nearness
from tests.oracle.mapping import draw

GEOD = Geod(ellps="WGS84")


def _forward(lng: Any, lat: Any, azimuth_deg: Any, length_m: Any) -> tuple[Floats, Floats]:
    """Where geodesics end: longitudes and latitudes."""
    table = np.broadcast_arrays(lng, lat, azimuth_deg, length_m)
    ends = GEOD.fwd(table[0], table[1], table[2], table[3])
    return np.asarray(ends[0]), np.asarray(ends[1])


def _inverse(lng0: Any, lat0: Any, lng1: Any, lat1: Any) -> tuple[Floats, Floats]:
    """Azimuths and lengths of geodesics."""
    table = np.broadcast_arrays(lng0, lat0, lng1, lat1)
    found = GEOD.inv(table[0], table[1], table[2], table[3])
    return np.asarray(found[0]), np.asarray(found[2])


# WGS-84: quarter of the meridian and one degree of the equator (a * pi / 180), metres.
QUARTER_MERIDIAN_M = 10_001_965.729
EQUATOR_DEGREE_M = 6_378_137.0 * math.pi / 180


def _distance(a: Core, b: Core) -> float:
    return float(nearness([(a, b)]).distance_m[0])


def _line(*path: tuple[float, float]) -> Core:
    return Core(CoreKind.LINE, (path,), 0.0)


def _area(*ring: tuple[float, float]) -> Core:
    return Core(CoreKind.POLYGON, (ring,), 0.0)


@pytest.mark.parametrize("lng", [-180.0, -179.5, 0.0, 90.0, 179.9])
def test_published_lengths(lng: float) -> None:
    pole, foot = point_core(90.0, 12.0), point_core(0.0, lng)
    assert _distance(pole, foot) == pytest.approx(QUARTER_MERIDIAN_M, abs=1e-3)
    beside = point_core(0.0, math.remainder(lng + 1.0, 360.0))
    assert _distance(foot, beside) == pytest.approx(EQUATOR_DEGREE_M, abs=1e-6)


def test_a_point_beside_the_equator_is_a_meridian_arc_away() -> None:
    _, _, arc = GEOD.inv(3.0, 0.0, 3.0, 1.0)
    assert _distance(_line((0.0, -5.0), (0.0, 9.0)), point_core(1.0, 3.0)) == pytest.approx(
        arc, abs=1e-6
    )


def test_around_the_pole_inside_is_the_small_side() -> None:
    cap = _area((80.0, 0.0), (80.0, 120.0), (80.0, -120.0))
    assert _distance(cap, point_core(90.0, 0.0)) == 0.0
    # the middle of an edge between two points at 80 degrees is nearer the pole than they are
    assert _distance(cap, point_core(82.0, 60.0)) > 100_000.0


def _plain(a: Core, b: Core) -> float:
    """Least distance by golden section on every vertex and edge, nothing left out."""
    flat = flatten([a, b])
    best = math.inf
    for vertex, side in enumerate(flat.vertex_core):
        for edge in np.flatnonzero(flat.edge_core != side):
            start, end = flat.edge_from[edge], flat.edge_to[edge]
            azimuth, _, length = GEOD.inv(
                flat.lng[start], flat.lat[start], flat.lng[end], flat.lat[end]
            )
            fractions = np.linspace(0.0, 1.0, 9)
            low, high = 0.0, float(length)
            for _ in range(24):  # each round keeps a quarter of the stretch
                along = low + (high - low) * fractions
                lng, lat = _forward(flat.lng[start], flat.lat[start], azimuth, along)
                _, found = _inverse(lng, lat, flat.lng[vertex], flat.lat[vertex])
                least = int(np.argmin(found))
                low, high = along[max(0, least - 1)], along[min(8, least + 1)]
                best = min(best, float(found[least]))
                if high - low < 1e-5:
                    break
    return best


def test_distance_agrees_with_a_search_that_leaves_nothing_out() -> None:
    cores = [(core_of(a.footprint), core_of(b.footprint)) for a, b, _ in pairs(31, 250)]
    near = nearness(cores)
    apart = [
        number
        for number, (a, b) in enumerate(cores)
        if not near.meet[number]
        and 0 < sum(len(p) for p in a.parts) * sum(len(p) for p in b.parts) < 60
        and not a.kind == b.kind == CoreKind.POINT
    ]
    assert len(apart) > 60
    for number in apart[:70]:
        expected = _plain(*cores[number])
        assert near.core_distance_m[number] == pytest.approx(expected, abs=1e-4)


def _turns(point: tuple[float, float], ring: tuple[tuple[float, float], ...]) -> int:
    """How often the ring goes round the point, by azimuths from the point."""
    total = 0.0
    for (lat0, lng0), (lat1, lng1) in zip(ring, (*ring[1:], ring[0]), strict=True):
        azimuth, _, length = GEOD.inv(lng0, lat0, lng1, lat1)
        along = np.linspace(0.0, length, 201)
        lng, lat = _forward(lng0, lat0, azimuth, along)
        away, _ = _inverse(point[1], point[0], lng, lat)
        total += float(np.sum((np.diff(away) + 180.0) % 360.0 - 180.0))
    return abs(round(total / 360.0))


def test_inside_agrees_with_the_winding_number() -> None:
    inside = outside = 0
    for a, b, _ in pairs(77, 1400):
        one, two = core_of(a.footprint), core_of(b.footprint)
        if one.kind is not CoreKind.POLYGON or two.kind is not CoreKind.POINT:
            continue
        point = two.parts[0][0]
        near = nearness([(one, two)])
        outlines = [_line(*ring, ring[0]) for ring in one.parts]
        if min(_distance(outline, point_core(*point)) for outline in outlines) < 0.01:
            continue
        holds = _turns(point, one.parts[0]) == 1
        in_hole = any(_turns(point, hole) == 1 for hole in one.parts[1:])
        assert bool(near.meet[0]) == (holds and not in_hole)
        inside += holds and not in_hole
        outside += not holds or in_hole
    assert inside > 10
    assert outside > 10


def test_pieces_keep_to_their_departure() -> None:
    """Halfway along each piece, the true edge is no farther from the piece than stated."""
    worst = 0.0
    for a, b, _ in pairs(5, 120):
        cores = [core_of(a.footprint), core_of(b.footprint)]
        flat = flatten(cores)
        maps = draw(flat)
        for edge, line in enumerate(maps.lines):
            count = len(line.coords) - 1
            middle = (np.arange(count) + 0.5) / count * maps.edge_length_m[edge]
            start = flat.edge_from[edge]
            lng, lat = _forward(
                flat.lng[start], flat.lat[start], maps.edge_azimuth_deg[edge], middle
            )
            away, length = _inverse(maps.centre[0, 0], maps.centre[0, 1], lng, lat)
            x, y = length * np.sin(np.radians(away)), length * np.cos(np.radians(away))
            coords = np.asarray(line.coords)
            worst = max(worst, _departure(coords, x, y) / float(maps.departure_m[0]))
    assert 0.3 < worst < 1.05


def _departure(coords: Floats, x: Floats, y: Floats) -> float:
    """Greatest distance of the points from the straight lines of their pieces."""
    step = np.diff(coords, axis=0)
    size = np.hypot(step[:, 0], step[:, 1])
    off = step[:, 0] * (y - coords[:-1, 1]) - step[:, 1] * (x - coords[:-1, 0])
    return float(np.max(np.abs(off) / size))
