"""One footprint against a few, fast: what is certain in a flat picture, and what is not.

Everything is projected from the Earth's centre onto the plane that touches near the first
footprint, where edges are straight lines. Within SIEVE_RANGE_M of the touching point distances in
the plane are right to SIEVE_ERROR of them; whatever is nearer to a decision than that is left to
`proximity.measure`. Errs toward: "unsure".
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from openline.geo.circle import Circle
from openline.geo.ellipsoid import CURVATURE_RADIUS_MIN_M, GEODESIC_STEP_M, Floats, surface_points
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import Booleans, FootprintTable
from openline.geo.polygon import Polygon
from openline.geo.sphere import Vectors, unit_vectors
from openline.limits import RESOLUTION_M

Verdicts = npt.NDArray[np.int8]

SIEVE_RANGE_M: Final = 150_000.0
SIEVE_ERROR: Final = 2e-3
SIEVE_MARGIN_M: Final = 5 * RESOLUTION_M
_SHORT_STEP_M: Final = 0.9 * GEODESIC_STEP_M

assert 2 * (SIEVE_RANGE_M / CURVATURE_RADIUS_MIN_M) ** 2 < SIEVE_ERROR


def edges_of(table: FootprintTable, footprint: int) -> Floats:
    """The edges of one footprint's core, (e, 6): start and end in earth-centred metres."""
    edges = slice(table.edge_offset[footprint], table.edge_offset[footprint + 1])
    starts, ends = table.vertex[table.edge_from[edges]], table.vertex[table.edge_to[edges]]
    return np.concatenate((starts, ends), axis=1)


def sieve(
    own: Floats,
    own_polygon: bool,
    others: Sequence[Floats],
    polygon: Booleans,
    reach_m: Floats,
) -> Verdicts:
    """Per other core: 1 certainly closer than its reach, -1 certainly not, 0 unsure.

    own (m, 6) and others (e, 6): edges as from `edges_of`. polygon, reach_m (k,): whether the core
    has an inside, and the distance that counts; 0 means the insides of two polygons must overlap.
    """
    counts = np.array([len(edges) for edges in others])
    first = np.cumsum(counts) - counts
    frame, radius = _frame(own)
    flat_own, near_own = _flat(own, frame, radius)
    flat, near = _flat(np.concatenate(others), frame, radius)
    within = np.minimum.reduceat(near, first) & near_own.all()
    squared, crossing, solid = _edges_against(flat_own, flat)
    least = np.sqrt(np.minimum.reduceat(squared, first))
    crosses = np.logical_or.reduceat(crossing, first)
    crosses_solidly = np.logical_or.reduceat(solid, first)
    inside = _odd_crossings(flat_own[0, :2], flat, first) & polygon
    if own_polygon:
        starts = flat[first, :2]
        inside |= _inside_one(starts, flat_own)
    apart = ~crosses & ~inside & (least * (1 - SIEVE_ERROR) - SIEVE_MARGIN_M > reach_m)
    closer = least * (1 + SIEVE_ERROR) + SIEVE_MARGIN_M < reach_m
    overlaps = crosses_solidly | (inside & ~crosses & (least > SIEVE_MARGIN_M))
    verdict = np.where(closer | overlaps, 1, np.where(apart, -1, 0))
    return np.where(within, verdict, 0).astype(np.int8)


def _frame(own: Floats) -> tuple[Vectors, float]:
    """East, north and up at the touching point, as columns, and its distance from the centre."""
    centre = own[:, :3].mean(axis=0)
    radius = float(np.linalg.norm(own[0, :3]))
    up = centre / np.linalg.norm(centre)
    aside = np.array((0.0, 0.0, 1.0)) if abs(up[2]) < 0.9 else np.array((1.0, 0.0, 0.0))
    east = np.array(
        (
            aside[1] * up[2] - aside[2] * up[1],
            aside[2] * up[0] - aside[0] * up[2],
            aside[0] * up[1] - aside[1] * up[0],
        )
    )
    east /= np.linalg.norm(east)
    north = np.array(
        (
            up[1] * east[2] - up[2] * east[1],
            up[2] * east[0] - up[0] * east[2],
            up[0] * east[1] - up[1] * east[0],
        )
    )
    return np.stack((east, north, up), axis=1), radius


def _flat(edges: Floats, frame: Vectors, radius: float) -> tuple[Floats, Booleans]:
    """Edges (e, 6) to the plane (e, 4), and whether the plane is right there."""
    local = edges.reshape(-1, 3) @ frame
    height = local[:, 2]
    flat = local[:, :2] * (radius / np.maximum(height, 1.0))[:, None]
    near = (np.abs(flat).max(axis=1) < SIEVE_RANGE_M / 1.5) & (height > radius / 2)
    return flat.reshape(-1, 4), near.reshape(-1, 2).all(axis=1)


def _edges_against(own: Floats, others: Floats) -> tuple[Floats, Booleans, Booleans]:
    """Per other edge: squared distance to the own edges, whether it crosses one, and solidly."""
    ax, ay = own[:, 0:1], own[:, 1:2]
    along_ax, along_ay = own[:, 2:3] - ax, own[:, 3:4] - ay
    bx, by = others[:, 0], others[:, 1]
    along_bx, along_by = others[:, 2] - bx, others[:, 3] - by
    x, y = bx - ax, by - ay
    length_a = along_ax * along_ax + along_ay * along_ay
    length_b = along_bx * along_bx + along_by * along_by
    # Starts of the other edges against own edges, then own starts against the other edges.
    share = np.clip((x * along_ax + y * along_ay) / np.maximum(length_a, 1e-12), 0.0, 1.0)
    squared = (x - share * along_ax) ** 2 + (y - share * along_ay) ** 2
    share = np.clip(-(x * along_bx + y * along_by) / np.maximum(length_b, 1e-12), 0.0, 1.0)
    squared = np.minimum(squared, (x + share * along_bx) ** 2 + (y + share * along_by) ** 2)
    side_1 = along_ax * y - along_ay * x
    turn = along_ax * along_by - along_ay * along_bx
    side_2 = side_1 + turn
    side_3 = along_by * x - along_bx * y
    side_4 = side_3 - turn
    crossing = (side_1 * side_2 < 0) & (side_3 * side_4 < 0)
    solid = crossing
    if crossing.any():
        depth_a, depth_b = SIEVE_MARGIN_M * np.sqrt(length_a), SIEVE_MARGIN_M * np.sqrt(length_b)
        solid = crossing & (np.minimum(np.abs(side_1), np.abs(side_2)) > depth_a)
        solid &= np.minimum(np.abs(side_3), np.abs(side_4)) > depth_b
    least: Floats = squared.min(axis=0)
    return least, np.any(crossing, axis=0), np.any(solid, axis=0)


def _odd_crossings(point: Floats, edges: Floats, first: npt.NDArray[np.int64]) -> Booleans:
    """Per group of edges: whether a ray from the point crosses an odd number of them."""
    x, y = point
    above = (edges[:, 1] > y) != (edges[:, 3] > y)
    rise = np.where(above, edges[:, 3] - edges[:, 1], 1.0)
    at = edges[:, 0] + (y - edges[:, 1]) / rise * (edges[:, 2] - edges[:, 0])
    hits = np.add.reduceat((above & (at > x)).astype(np.int64), first)
    odd: Booleans = hits % 2 == 1
    return odd


def _inside_one(points: Floats, edges: Floats) -> Booleans:
    """Per point (k, 2): whether it is inside the ring of edges."""
    x, y = points[:, 0], points[:, 1]
    y0, y1 = edges[:, 1:2], edges[:, 3:4]
    above = (y0 > y) != (y1 > y)
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    at = edges[:, 0:1] + (y - y0) / rise * (edges[:, 2:3] - edges[:, 0:1])
    odd: Booleans = (above & (at > x)).sum(axis=0) % 2 == 1
    return odd


def core_edges(footprint: Footprint) -> Floats:
    """The edges of one footprint's core, (e, 6), as in its `FootprintTable`.

    The inside of a polygon may be on either side; `sieve` does not mind.
    """
    if isinstance(footprint, Polygon) and not footprint.holes:
        starts = surface_points(unit_vectors(footprint.outer))
        ends = np.concatenate((starts[1:], starts[:1]))
    elif isinstance(footprint, Circle):
        starts = ends = surface_points(unit_vectors((footprint.centre,)))
    else:
        return edges_of(FootprintTable.of((footprint,)), 0)
    if np.abs(ends - starts).max() > _SHORT_STEP_M / 2:  # some edge may need cutting
        return edges_of(FootprintTable.of((footprint,)), 0)
    return np.concatenate((starts, ends), axis=1)
