"""The lateral question: how far apart are two footprints, and do polygons overlap deeply.

Method, the same for 1 m and for 1,000 km:
1. Whether the cores meet: GEOS on the pair's map (`mapping`). The pieces depart from the true
   edges by at most 2 mm; where a radius is involved by a tenth of it (at most 100 m), because
   then an overlap of the cores that is as thin as that is far below the radius anyway.
2. If not, the least distance is from a vertex of one to an edge of the other (on a surface of
   positive curvature the distance of two geodesics has no least value inside both). The map picks
   every vertex and edge that can hold it, by its bounds on stretch and departure; Newton steps
   with `Geod` find the foot of the perpendicular on the ellipsoid. Bound: `DISTANCE_BOUND_M`.
3. For polygons that overlap and a minimum of 0: does the overlap hold a disc of a given width?
   GEOS again, by shrinking the intersection.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from tests.oracle.cores import Core, Floats, Ints, flatten
from tests.oracle.mapping import GEOD, Geometries, PairMaps, draw

# Geod: 15 nm, and the last Newton step; test_oracle.py compares it with dense sampling.
DISTANCE_BOUND_M = 1e-4
_NEWTON_STEPS = 7
_MEAN_RADIUS_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near n pairs of footprints are.

    core_distance_m (n,): between the cores, 0 where they meet. radius_m (n,): the sum of both
    radii. meet (n,): whether the cores share a point. overlap (n,): the map of the shared part
    where both are polygons, else None.
    """

    core_distance_m: Floats
    radius_m: Floats
    meet: np.ndarray[tuple[int], np.dtype[np.bool_]]
    overlap: Geometries

    @property
    def distance_m(self) -> Floats:
        """Least distance of the footprints, 0 where they overlap. Within DISTANCE_BOUND_M."""
        return np.maximum(0.0, self.core_distance_m - self.radius_m)

    def overlap_holds_disc(self, pair: int, width_m: float) -> bool:
        """Whether the shared part of two polygons holds a disc of this width."""
        shared = self.overlap[pair]
        return shared is not None and not shapely.buffer(shared, -width_m / 2).is_empty


def nearness(pairs: Sequence[tuple[Core, Core]]) -> Nearness:
    """The nearness of all pairs in one batch.

    Raises: ValueError for a pair that spans more than a third of the way round the Earth.
    """
    flat = flatten([core for pair in pairs for core in pair])
    maps = draw(flat)
    one, two = maps.geometries[0::2], maps.geometries[1::2]
    meet = shapely.intersects(one, two)
    distance = np.where(meet, 0.0, np.inf)
    _between_points(pairs, distance)
    vertex, edge = _candidates(flat.vertex_core, flat.edge_core, maps, meet)
    if len(vertex):
        start = flat.edge_from[edge]
        found = _to_edges(
            flat.lng[vertex],
            flat.lat[vertex],
            flat.lng[start],
            flat.lat[start],
            maps.edge_azimuth_deg[edge],
            maps.edge_length_m[edge],
            _start_fraction(maps, vertex, edge),
        )
        np.minimum.at(distance, flat.edge_core[edge] // 2, found)
    overlap = np.full(len(pairs), None, dtype=object)
    radius = flat.radius_m[0::2] + flat.radius_m[1::2]
    both = np.flatnonzero(meet & (radius == 0))
    overlap[both] = shapely.intersection(one[both], two[both])
    return Nearness(distance, radius, meet, overlap)


def _between_points(pairs: Sequence[tuple[Core, Core]], distance: Floats) -> None:
    """Fill in the pairs of points: one geodesic each."""
    rows = [
        (number, *a.parts[0][0], *b.parts[0][0])
        for number, (a, b) in enumerate(pairs)
        if a.kind == b.kind == 0
    ]
    if rows:
        table = np.array(rows)
        _, _, length = GEOD.inv(table[:, 2], table[:, 1], table[:, 4], table[:, 3])
        distance[table[:, 0].astype(np.int64)] = length


def _candidates(
    vertex_core: Ints,
    edge_core: Ints,
    maps: PairMaps,
    meet: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> tuple[Ints, Ints]:
    """Every vertex and edge of opposite sides that can be the nearest of its pair."""
    cores = 2 * len(meet)
    vertices_of = np.bincount(vertex_core, minlength=cores)
    first_vertex = np.cumsum(vertices_of) - vertices_of
    other = edge_core ^ 1
    counts = np.where(meet[edge_core // 2], 0, vertices_of[other])
    edge = np.repeat(np.arange(len(edge_core)), counts)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    vertex = first_vertex[other[edge]] + within
    if not len(edge):
        return vertex, edge
    on_map = shapely.distance(shapely.points(maps.vertex_xy[vertex]), maps.lines[edge])
    pair = edge_core[edge] // 2
    least = np.full(len(meet), np.inf)
    np.minimum.at(least, pair, on_map)
    slack = maps.departure_m[pair]
    keep = on_map <= maps.stretch[pair] * (least[pair] + slack) * (1 + 1e-9) + slack
    return vertex[keep], edge[keep]


def _start_fraction(maps: PairMaps, vertex: Ints, edge: Ints) -> Floats:
    """Where on its edge the map sees the foot, as a fraction of the edge's length."""
    points = shapely.points(maps.vertex_xy[vertex])
    fraction: Floats = shapely.line_locate_point(maps.lines[edge], points, normalized=True)
    return fraction


def _to_edges(
    lng: Floats,
    lat: Floats,
    start_lng: Floats,
    start_lat: Floats,
    azimuth_deg: Floats,
    length_m: Floats,
    fraction: Floats,
) -> Floats:
    """Least geodesic distance from each point to its geodesic edge, metres."""
    along = fraction * length_m
    best = np.full(len(lng), np.inf)
    for _ in range(_NEWTON_STEPS):
        foot_lng, foot_lat, back = GEOD.fwd(start_lng, start_lat, azimuth_deg, along)
        to_point, _, distance = GEOD.inv(foot_lng, foot_lat, lng, lat)
        distance = np.asarray(distance)
        best = np.minimum(best, distance)
        turn = np.radians(np.asarray(to_point) - np.asarray(back) - 180.0)
        angle = distance / _MEAN_RADIUS_M
        step = _MEAN_RADIUS_M * np.arctan2(np.sin(angle) * np.cos(turn), np.cos(angle))
        along = np.clip(along + step, 0.0, length_m)
    return best
