"""Whether footprints lie within an area, erring toward "no".

A footprint lies inside if one point of it does and no edge of the area comes as near as its buffer.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from openline.geo.containment import contains_first_vertex
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import FootprintTable
from openline.geo.outline import outline
from openline.geo.polygon import Polygon
from openline.geo.proximity import measure
from openline.limits import RADIUS_MIN_M, RESOLUTION_M

_EDGE_M: Final = RADIUS_MIN_M  # the width of a line that stands for an edge does not matter


def all_within(area: Footprint, footprints: Sequence[Footprint]) -> bool:
    """Whether each footprint lies in the area, boundary excluded.

    Errs toward: no, by RESOLUTION_M; for a circle or corridor as area by 0.12 % of its radius.
    """
    rings = outline(area)
    border = area if isinstance(area, Polygon) else Polygon(rings[0], rings[1:])
    table, around = FootprintTable.of(footprints), FootprintTable.of((border,))
    count = len(footprints)
    inside, _ = contains_first_vertex(
        table, np.arange(count), around, np.zeros(count, dtype=np.int64)
    )
    if not inside.all():
        return False
    edges = FootprintTable.of([Corridor((*ring, ring[0]), _EDGE_M) for ring in border.rings()])
    i, j = np.divmod(np.arange(count * len(edges)), len(edges))
    reach = table.buffer_m[i] + RESOLUTION_M
    near = measure(table, i, edges, j, reach)
    return bool((near.distance_m > reach).all())
