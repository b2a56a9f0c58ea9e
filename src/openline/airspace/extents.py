"""Extents of volumes, and which extents are relevant to each other.

Touching counts, in cells, heights and instants: what is compared contains the volumes, so nothing
that meets is ever missed. (Volumes that only touch do not conflict; that is a question of shapes.)
"""

import math
from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, datetime

from openline.airspace.extent import Cells, Extent
from openline.airspace.volume import Volume4D
from openline.errors import InvalidAltitude, InvalidTimeRange
from openline.geo.covering import covering
from openline.geo.footprint import Footprint


def extent_of(
    footprint: Footprint,
    altitude_lower_m: float | None,
    altitude_upper_m: float | None,
    time_start: datetime,
    time_end: datetime,
) -> Extent:
    """What is kept of one volume. None is unbounded; limits or instants may be the same.

    Raises: InvalidAltitude for NaN or upper below lower, InvalidTimeRange for instants without a
    zone or end before start.
    """
    for word, limit_m in (("lower", altitude_lower_m), ("upper", altitude_upper_m)):
        if limit_m is not None and not math.isfinite(limit_m):
            raise InvalidAltitude(f"{word} altitude {limit_m} is not a finite number")
    if not _not_above(altitude_lower_m, altitude_upper_m):
        raise InvalidAltitude(
            f"upper altitude {altitude_upper_m:g} m is below lower altitude {altitude_lower_m:g} m",
            cure="swap the limits",
        )
    for word, instant in (("start", time_start), ("end", time_end)):
        if instant.tzinfo is None:
            raise InvalidTimeRange(f"{word} time {instant.isoformat()} has no time zone")
    if time_end < time_start:
        raise InvalidTimeRange("end time is before start time", cure="correct one of the two")
    return Extent(
        covering(footprint),
        altitude_lower_m,
        altitude_upper_m,
        time_start.astimezone(UTC),
        time_end.astimezone(UTC),
    )


def extent_of_volume(volume: Volume4D) -> Extent:
    """What is kept of a volume: heights over the ellipsoid, as wide as they can be."""
    return extent_of(
        volume.footprint,
        volume.altitude_lower_m,
        volume.altitude_upper_m,
        volume.time_start,
        volume.time_end,
    )


def cell_range(cell: int) -> tuple[int, int]:
    """The first and the last of the smallest cells in a cell, both included."""
    reach = (cell & -cell) - 1
    return cell - reach, cell + reach


def cells_touch(one: Cells, other: Cells) -> bool:
    """Whether a cell of one covering contains, or is, a cell of the other."""
    if len(one) > len(other):
        one, other = other, one
    for cell in one:
        low, high = cell_range(cell)
        at = bisect_left(other, cell)
        if at < len(other) and cell_range(other[at])[0] <= high:
            return True
        if at and cell_range(other[at - 1])[1] >= low:
            return True
    return False


def extents_touch(one: Extent, other: Extent) -> bool:
    """Whether two extents have a cell, a height and an instant in common; ends belong to each.

    Laws: symmetric; volumes that intersect have extents that touch.
    """
    return (
        one.time_start <= other.time_end
        and other.time_start <= one.time_end
        and _not_above(one.altitude_lower_m, other.altitude_upper_m)
        and _not_above(other.altitude_lower_m, one.altitude_upper_m)
        and cells_touch(one.cells, other.cells)
    )


def any_touch(some: Iterable[Extent], others: Iterable[Extent]) -> bool:
    """Whether any extent of one group touches any of the other."""
    others = tuple(others)
    return any(extents_touch(one, other) for one in some for other in others)


def _not_above(lower_m: float | None, upper_m: float | None) -> bool:
    return lower_m is None or upper_m is None or lower_m <= upper_m
