"""When a volume's place and height are free: exact intervals of a day, and who has the rest."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.advise.obstacles import Asking, Obstacles, Sky, notice_blocks
from openline.airspace.advise.shift import Blocks, Room
from openline.airspace.entity import Entity, OperationalIntent
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D, check_window
from openline.airspace.volume_table import VolumeTable

Window = tuple[datetime, datetime]
_MICROSECOND: Final = timedelta(microseconds=1)
_STAY: Final = Room(0, 0, 0.0, 0.0, 0, 0.0)


@dataclass(frozen=True, slots=True)
class Taken:
    """When somebody's volume, with the time minimum on both sides, has the place."""

    entity: Entity
    time_start: datetime
    time_end: datetime


@dataclass(frozen=True, slots=True)
class FreeWindows:
    """The free windows of a period in order, ends included, and what is taken between them."""

    free: tuple[Window, ...]
    taken: tuple[Taken, ...]


def free_windows(
    volume: Volume4D,
    period: Window,
    sky: Sky,
    separation: Separation = INTERSECTION,
    *,
    party: str = "",
) -> FreeWindows:
    """When the place and height of a volume are free within a period; its own times do not count.

    A stay within a free window conflicts with nothing in the sky; a stay that meets the inside of
    what is taken does. party: whose own traffic does not count.
    Raises: InvalidTimeRange for a period that is none.
    Errs toward: taken, by at most RESOLUTION_M of height.
    """
    start, end = check_window(*period)
    stay = replace(volume, time_start=start, time_end=end)
    plan = OperationalIntent("free?", party or "\0", (stay,))
    asking = Asking(plan, sky, separation)
    obstacles = Obstacles.around(asking, _STAY, 0.0)
    table = VolumeTable.of((stay,))
    i, j = obstacles.close(table.footprints)
    blocks = obstacles.blocks(table, i, j)
    blocks = blocks.where((blocks.climb_low < 0) & (blocks.climb_high > 0))
    notices = asking.notices((stay,))
    late = notice_blocks(notices, (stay,), separation.time)
    taken = [
        Taken(obstacles.entities[theirs], *span)
        for theirs, span in zip(blocks.theirs.tolist(), taken_by(blocks, stay), strict=True)
    ]
    taken += [
        Taken(notices[-1 - theirs], *span)
        for theirs, span in zip(late.theirs.tolist(), taken_by(late, stay), strict=True)
    ]
    held = sorted(
        (one for one in taken if one.time_start < end and one.time_end > start),
        key=lambda one: (one.time_start, one.time_end, one.entity.party, one.entity.id),
    )
    spans = [(one.time_start, one.time_end) for one in held]
    return FreeWindows(tuple(minus((start, end), spans)), tuple(held))


def taken_by(blocks: Blocks, volume: Volume4D) -> list[Window]:
    """The times in which the volume must not be, one for each block of delays of it."""
    starts = [volume.time_end + int(low) * _MICROSECOND for low in blocks.delay_low]
    ends = [volume.time_start + int(high) * _MICROSECOND for high in blocks.delay_high]
    return list(zip(starts, ends, strict=True))


def minus(window: Window, taken: Iterable[Window]) -> list[Window]:
    """What is left of a window, in order; nothing of no length."""
    at, end = window
    left = []
    for low, high in sorted(taken):
        if low > at:
            left.append((at, min(low, end)))
        at = max(at, high)
        if at >= end:
            break
    if at < end:
        left.append((at, end))
    return [(start, stop) for start, stop in left if stop > start]
