"""Whether a point lies inside a polygon on the Earth, for many pairs at once."""

from typing import Final

import numpy as np

from openline.geo.ellipsoid import Floats
from openline.geo.footprint_table import Booleans, FootprintTable, Integers
from openline.geo.ranges import chunks, expand
from openline.geo.sphere import Vectors

_EDGES_AT_ONCE: Final = 500_000


def contains_first_vertex(
    inner: FootprintTable, i: Integers, outer: FootprintTable, j: Integers
) -> tuple[Booleans, Vectors]:
    """Per pair: does polygon j of `outer` contain the first vertex of footprint i of `inner`?

    Also returns that vertex (k, 3). Errs either way within 2 mm of the boundary.
    """
    point = inner.vertex[inner.edge_from[inner.edge_offset[i]]]
    inside = np.zeros(len(i), np.bool_)
    in_box = np.ones(len(i), np.bool_)
    for axis in range(3):
        in_box &= (outer.low[j, axis] <= point[:, axis]) & (point[:, axis] <= outer.high[j, axis])
    asked = np.flatnonzero(in_box)
    low, high = outer.edge_offset[j[asked]], outer.edge_offset[j[asked] + 1]
    for some in chunks(high - low, _EDGES_AT_ONCE):
        owner, edge = expand(low[some], high[some])
        turns = _turns(point[asked[some]], owner, outer, edge)
        inside[asked[some]] = turns > np.pi
    return inside, point


def _turns(point: Vectors, owner: Integers, outer: FootprintTable, edge: Integers) -> Floats:
    """How far the direction from each point to the boundary turns, walking all edges, radians.

    Close to 2 pi for a point inside (edges have the inside on their left), 0 outside, and
    -2 pi for the antipode of a point inside. Directions are taken in the plane across the point.
    """
    up = point / np.linalg.norm(point, axis=1)[:, None]
    upward = up[owner]
    start = outer.vertex[outer.edge_from[edge]] - point[owner]
    end = outer.vertex[outer.edge_to[edge]] - point[owner]
    sine = np.einsum("ij,ij->i", upward, np.cross(start, end))
    cosine = np.einsum("ij,ij->i", start, end)
    cosine -= np.einsum("ij,ij->i", start, upward) * np.einsum("ij,ij->i", end, upward)
    turn = np.arctan2(sine, cosine)
    result: Floats = np.bincount(owner, weights=turn, minlength=len(point)).astype(np.float64)
    return result
