"""Cells made no finer than a level, so that less of a shape shows and near things share a cell."""

from collections.abc import Iterable

from openline.airspace.extent import Cells
from openline.airspace.extents import cell_range


def coarsened(cells: Iterable[int], finest_level: int) -> Cells:
    """Cells that contain these, none of a level beyond `finest_level` (0 .. 30).

    Ids ascending, none inside another. Errs toward: larger.
    """
    least = 1 << (2 * (30 - finest_level))  # lowest set bit of an id of that level
    grown = {(c & -least) | least if (c & -c) < least else c for c in cells}
    kept: list[int] = []
    reach = -1
    for cell in sorted(grown, key=lambda c: (cell_range(c)[0], -cell_range(c)[1])):
        low, high = cell_range(cell)
        if low > reach:
            kept.append(cell)
            reach = high
    return tuple(kept)
