"""Where and when a subscription listens.

Cells no finer than level 13 (about 1.3 km²), every height, one window of time: a subscription hears
of more than its area, never of less. Errs toward: telling.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from openline.airspace.coarse import coarsened
from openline.airspace.extent import Extent
from openline.airspace.extents import cells_touch
from openline.airspace.reference import IntentReference
from openline.app.dss.rules import CLOCK_SKEW, span

FINEST_LEVEL: Final = 13
_REMEMBERED: Final = 128  # changes in work: each asks for its own some three times


def interest(cells: Iterable[int], time_start: datetime, time_end: datetime) -> Extent:
    """The extent of a subscription."""
    return Extent(coarsened(cells, FINEST_LEVEL), None, None, time_start, time_end)


def interest_around(extents: Sequence[Extent]) -> Extent:
    """The interest of an intent's own subscription: all its volumes, from first to last."""
    return _interest_around(tuple(extents))


@lru_cache(_REMEMBERED)
def _interest_around(extents: tuple[Extent, ...]) -> Extent:
    return interest((cell for extent in extents for cell in extent.cells), *span(extents))


def widened(extent: Extent, others: Sequence[Extent]) -> Extent:
    """The interest that also covers these extents; never smaller than before."""
    return interest_around((extent, *others))


def covers(interest_extent: Extent, extents: Sequence[Extent]) -> bool:
    """Whether everything in these extents is listened to, as fine as level-13 cells can tell."""
    start, end = span(extents)
    inside = interest_extent.time_start <= start and end <= interest_extent.time_end
    return inside and covers_cells(interest_extent, extents)


def covers_cells(interest_extent: Extent, extents: Sequence[Extent]) -> bool:
    """Whether the cells of these extents are listened to.

    A covering reaches beyond its shape, so a cell counts if it has a part within: a shape inside
    the subscription's area is never refused.
    """
    cells = coarsened((cell for extent in extents for cell in extent.cells), FINEST_LEVEL)
    return all(cells_touch((cell,), interest_extent.cells) for cell in cells)


def covers_dependent(
    interest_extent: Extent,
    altitude_lower_m: float | None,
    altitude_upper_m: float | None,
    intent: IntentReference,
) -> bool:
    """Whether a changed subscription still covers an intent that depends on it.

    Cells, heights and end strictly; the start may be up to 5 minutes late, so that a subscription
    can be renewed while its intent is under way.
    """
    lows = [extent.altitude_lower_m for extent in intent.extents]
    highs = [extent.altitude_upper_m for extent in intent.extents]
    return (
        interest_extent.time_start <= intent.time_start + CLOCK_SKEW
        and intent.time_end <= interest_extent.time_end
        and (altitude_lower_m is None or all(x is not None and x >= altitude_lower_m for x in lows))
        and (
            altitude_upper_m is None or all(x is not None and x <= altitude_upper_m for x in highs)
        )
        and covers_cells(interest_extent, intent.extents)
    )
