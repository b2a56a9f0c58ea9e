"""Whether two polygons that touch somewhere share a region worth the name.

Only asked where no edges cross solidly and no vertex is well inside: shared borders, shared
vertices, one polygon twice. The edges are those of the table, cut along their geodesics.
"""

import numpy as np

from openline.geo import s2
from openline.geo.ellipsoid import normals_of
from openline.geo.footprint_table import FootprintTable
from openline.geo.polygon import Ring
from openline.geo.sphere import EARTH_RADIUS_M, angle_rad, positions_of
from openline.limits import RESOLUTION_M


def overlaps_solidly(a: FootprintTable, i: int, b: FootprintTable, j: int) -> bool:
    """Whether polygon i of a and j of b share a region that is thicker than RESOLUTION_M.

    Thickness of a region: twice its area over its perimeter. Exact where both share vertices.
    """
    shared = s2.intersection(_rings(a, i), _rings(b, j))
    return any(_thickness_m(ring) > RESOLUTION_M for ring in shared)


def _thickness_m(ring: Ring) -> float:
    perimeter = sum(angle_rad(p, q) for p, q in zip(ring, (*ring[1:], ring[0]), strict=True))
    area = s2.area_sr(s2.loop(ring))
    return 2 * area / perimeter * EARTH_RADIUS_M if perimeter > 0 else 0.0


def _rings(table: FootprintTable, footprint: int) -> list[Ring]:
    """The rings of a polygon as cut; each starts where an edge does not follow the one before."""
    edges = slice(table.edge_offset[footprint], table.edge_offset[footprint + 1])
    numbers = np.unique(table.edge_from[edges])
    positions = positions_of(normals_of(table.vertex[numbers]))
    by_number = dict(zip(numbers.tolist(), positions, strict=True))
    following = dict(
        zip(table.edge_from[edges].tolist(), table.edge_to[edges].tolist(), strict=True)
    )
    rings: list[Ring] = []
    while following:
        start = min(following)  # the outer ring was stored first
        ring, at = [], start
        while at in following:
            ring.append(by_number[at])
            at = following.pop(at)
        rings.append(tuple(ring))
    return rings
