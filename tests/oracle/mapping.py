"""Each pair of cores on its own map: azimuthal equidistant on WGS-84, around the pair's middle.

The map of a point is its geodesic distance and azimuth from the centre, from `Geod.inv`. Along a
ray from the centre lengths are true; across it they are stretched by at most `x / sin x`, with
x = distance from the centre / 6,335 km (the least radius of curvature of the ellipsoid). So a
length on the map is never shorter than the true one.
Edges are drawn as geodesics: `Geod` places points on them so that the straight pieces between
depart from the geodesic by at most `departure_m`. A geodesic within distance r of the centre has
a curvature of at most 2 r / (3 R^2) on the map, hence a piece of length h departs by at most
r h^2 / (12 R^2); `test_oracle.py` measures it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod

from tests.oracle.cores import CoreKind, FlatCores, Floats, Ints

GEOD = Geod(ellps="WGS84")
LEAST_CURVATURE_RADIUS_M = 6_335_000.0
FINEST_DEPARTURE_M = 0.002
COARSEST_DEPARTURE_M = 100.0
_RADIUS_FACTOR = 0.1
_PIECES_MAX = 20_000

Geometries = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class PairMaps:
    """Maps of n pairs. vertex_xy (v, 2); geometries (2n,) of the cores; lines (e,) of the edges.

    edge_azimuth_deg, edge_length_m (e,): the geodesics. stretch, departure_m (n,): error bounds.
    centre (n, 2): longitude and latitude.
    """

    centre: Floats
    vertex_xy: Floats
    edge_azimuth_deg: Floats
    edge_length_m: Floats
    geometries: Geometries
    lines: Geometries
    stretch: Floats
    departure_m: Floats


def centres(flat: FlatCores, pairs: int) -> Floats:
    """Longitude and latitude (n, 2) in the middle of all vertices of each pair."""
    lat, lng = np.radians(flat.lat), np.radians(flat.lng)
    vectors = np.stack([np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)], axis=1)
    # each core counts the same, however many vertices it has
    weight = 1.0 / np.bincount(flat.vertex_core, minlength=2 * pairs)[flat.vertex_core]
    total = np.zeros((pairs, 3))
    np.add.at(total, flat.vertex_core // 2, vectors * weight[:, None])
    if np.any(np.linalg.norm(total, axis=1) < 0.2):
        raise ValueError("a pair spans more than the oracle can map")
    across = np.hypot(total[:, 0], total[:, 1])
    middle: Floats = np.degrees(
        np.stack(
            [np.arctan2(total[:, 1], total[:, 0]), np.arctan2(total[:, 2], across)],
            axis=1,
        )
    )
    return middle


def draw(flat: FlatCores) -> PairMaps:
    """Maps of all pairs, with every edge in pieces short enough for its bound."""
    pairs = len(flat.kinds) // 2
    centre = centres(flat, pairs)
    vertex_pair = flat.vertex_core // 2
    vertex_xy, vertex_s = _project(centre[vertex_pair], flat.lng, flat.lat)
    reach = np.zeros(pairs)
    np.maximum.at(reach, vertex_pair, vertex_s)
    angle = np.maximum(reach / LEAST_CURVATURE_RADIUS_M, 1e-9)
    if np.any(angle > 2.2):
        raise ValueError("a pair spans more than the oracle can map")
    radius = flat.radius_m[0::2] + flat.radius_m[1::2]
    departure = np.clip(_RADIUS_FACTOR * radius, FINEST_DEPARTURE_M, COARSEST_DEPARTURE_M)
    azimuth, _, length = GEOD.inv(
        flat.lng[flat.edge_from],
        flat.lat[flat.edge_from],
        flat.lng[flat.edge_to],
        flat.lat[flat.edge_to],
    )
    azimuth, length = np.asarray(azimuth), np.asarray(length)
    piece = np.sqrt(12 * LEAST_CURVATURE_RADIUS_M**2 * departure / np.maximum(reach, 1e-3))
    counts = np.ceil(length / piece[flat.edge_core // 2]).astype(np.int64)
    counts = np.clip(counts, 1, _PIECES_MAX)
    coords, owner = _pieces(flat, centre, vertex_xy, azimuth, length, counts)
    return PairMaps(
        centre=centre,
        vertex_xy=vertex_xy,
        edge_azimuth_deg=azimuth,
        edge_length_m=length,
        geometries=_geometries(flat, vertex_xy, coords, owner, counts),
        lines=shapely.linestrings(coords, indices=owner),
        stretch=np.where(angle < 1e-6, 1.0, angle / np.sin(angle)),
        departure_m=departure,
    )


def _project(centre: Floats, lng: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Map coordinates (m, 2) and distances (m,) from the centres (m, 2)."""
    azimuth, _, distance = GEOD.inv(centre[:, 0], centre[:, 1], lng, lat)
    angle, length = np.radians(np.asarray(azimuth)), np.asarray(distance)
    return np.stack([length * np.sin(angle), length * np.cos(angle)], axis=1), length


def _pieces(
    flat: FlatCores,
    centre: Floats,
    vertex_xy: Floats,
    azimuth: Floats,
    length: Floats,
    counts: Ints,
) -> tuple[Floats, Ints]:
    """Map coordinates of counts + 1 points per edge, and the edge of each."""
    owner = np.repeat(np.arange(len(counts)), counts + 1)
    first = np.cumsum(counts + 1) - (counts + 1)
    step = np.arange(len(owner)) - first[owner]
    coords = np.empty((len(owner), 2))
    at_start, at_end = step == 0, step == counts[owner]
    coords[at_start] = vertex_xy[flat.edge_from]
    coords[at_end] = vertex_xy[flat.edge_to]
    between = ~(at_start | at_end)
    if np.any(between):
        edge = owner[between]
        start = flat.edge_from[edge]
        lng, lat, _ = GEOD.fwd(
            flat.lng[start],
            flat.lat[start],
            azimuth[edge],
            length[edge] * step[between] / counts[edge],
        )
        pair = flat.edge_core[edge] // 2
        coords[between], _ = _project(centre[pair], np.asarray(lng), np.asarray(lat))
    return coords, owner


def _geometries(
    flat: FlatCores, vertex_xy: Floats, coords: Floats, owner: Ints, counts: Ints
) -> Geometries:
    """One GEOS geometry per core."""
    result = np.empty(len(flat.kinds), dtype=object)
    of_point = flat.kinds[flat.vertex_core] == CoreKind.POINT
    result[flat.vertex_core[of_point]] = shapely.points(vertex_xy[of_point])

    last = np.append(owner[1:] != owner[:-1], True)
    first = np.append(True, owner[1:] != owner[:-1])
    line = flat.kinds[flat.edge_core[owner]] == CoreKind.LINE
    opens = np.append(True, flat.edge_core[owner][1:] != flat.edge_core[owner][:-1])
    keep = line & (~first | opens)  # inner vertices once
    if np.any(keep):
        cores, group = np.unique(flat.edge_core[owner[keep]], return_inverse=True)
        result[cores] = shapely.linestrings(coords[keep], indices=group)

    keep = (flat.kinds[flat.edge_core[owner]] == CoreKind.POLYGON) & ~last
    if np.any(keep):
        parts, group = np.unique(flat.edge_part[owner[keep]], return_inverse=True)
        rings = shapely.linearrings(coords[keep], indices=group)
        cores, ring_group = np.unique(flat.part_core[parts], return_inverse=True)
        result[cores] = shapely.polygons(rings, indices=ring_group)
    return result
