"""What a check by cells reports: entities that share an S2 cell of level 13, a time and a height.

That is how many services find what is relevant to a volume: cells of about one square kilometre,
and one time window and one altitude band for each entity. A covering keeps its large cells whole:
two such coverings share a cell of level 13 exactly when their id ranges meet.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import s2geometry as s2
import shapely

from bench.baselines import (
    Columns,
    Pairs,
    Progress,
    boxes_of,
    bulk_query,
    overlapping,
    shape_of,
)
from openline.airspace.entity import Entity
from openline.geo.circle import Circle
from openline.geo.footprint import Footprint
from openline.geo.sphere import EARTH_RADIUS_M

LEVEL: Final = 13
_CELLS_MAX: Final = 10_000_000  # no bound: every cell that touches is wanted
_CELL_DIAGONAL_DEG: Final = 0.05  # more than a cell's diagonal up to 60 degrees of latitude

Ranges = npt.NDArray[np.uint64]  # (n, 2): sorted, apart, closed


def cell_pairs(entities: Sequence[Entity], progress: Progress | None = None) -> Pairs:
    """The pairs of entities of two parties that share a cell, a time and a height."""
    boxes = boxes_of(Columns.of(entities))
    coverer = s2.S2RegionCoverer()
    coverer.set_max_level(LEVEL)
    coverer.set_max_cells(_CELLS_MAX)
    ranges = []
    for number, entity in enumerate(entities):
        ranges.append(_merged([_ranges(coverer, volume.footprint) for volume in entity.volumes]))
        if progress is not None and number % 1024 == 0:
            progress(number, len(entities))
    wide = shapely.bounds(boxes.shapes) + np.array([-1, -1, 1, 1]) * _CELL_DIAGONAL_DEG
    shapes = shapely.box(*wide.T)
    found: Pairs = set()
    for first, second in bulk_query(shapely.STRtree(shapes), shapes, None, None):
        keep = first < second
        i, j = overlapping(boxes, first[keep], second[keep])
        for a, b in zip(boxes.entity[i].tolist(), boxes.entity[j].tolist(), strict=True):
            if _meet(ranges[a], ranges[b]):
                found.add((a, b))
    return found


def _ranges(coverer: Any, footprint: Footprint) -> Ranges:
    """The id ranges of all cells of the level that touch the footprint."""
    if isinstance(footprint, Circle):
        centre = s2.S2LatLng.FromDegrees(*footprint.centre).ToPoint()
        region: Any = s2.S2Cap(centre, s2.S1Angle.Radians(footprint.radius_m / EARTH_RADIUS_M))
    else:
        corners = shapely.get_coordinates(shapely.get_exterior_ring(shape_of(footprint)))[:-1]
        region = s2.S2Loop()
        region.Init([s2.S2LatLng.FromDegrees(lat, lng).ToPoint() for lng, lat in corners])
        region.Normalize()
    cells = coverer.GetCovering(region)
    return np.array([(c.range_min().id(), c.range_max().id()) for c in cells], dtype=np.uint64)


def _merged(parts: list[Ranges]) -> Ranges:
    """Ranges of several coverings as one sorted list without overlaps."""
    if len(parts) == 1:
        return parts[0]
    both = np.concatenate(parts)
    both = both[np.argsort(both[:, 0], kind="stable")]
    reach = np.maximum.accumulate(both[:, 1])
    new = np.concatenate(([True], both[1:, 0] > reach[:-1]))
    last = np.concatenate((np.flatnonzero(new)[1:] - 1, [len(both) - 1]))
    return np.stack((both[new, 0], reach[last]), axis=1)


def _meet(one: Ranges, other: Ranges) -> bool:
    """Whether two sorted lists of closed ranges have an id in common."""
    if len(one) > len(other):
        one, other = other, one
    slot = np.searchsorted(other[:, 1], one[:, 0])  # the first range that ends at or after
    inside = slot < len(other)
    return bool((other[slot[inside], 0] <= one[inside, 1]).any())
