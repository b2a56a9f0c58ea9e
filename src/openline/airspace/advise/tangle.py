"""Plans in each other's way that move together: what each pair forbids, and what is fixed.

Only time and height move here. A pair forbids rectangles of the difference of its two shifts; what
does not move forbids rectangles of the shift itself. Shifts are whole steps of both.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np

from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.move import Change, shifted
from openline.airspace.advise.obstacles import (
    Asking,
    Obstacles,
    Sky,
    joined,
    notice_blocks,
    window_blocks,
)
from openline.airspace.advise.room import room_of
from openline.airspace.advise.search import Alternative
from openline.airspace.advise.shift import Blocks, Room, Shift
from openline.airspace.entity import OperationalIntent
from openline.airspace.volume_table import VolumeTable
from openline.geo.altitude import AltitudeReference

STILL: Final = Shift(0, 0.0, 0.0)
_MICROSECOND: Final = timedelta(microseconds=1)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Tangle:
    """n plans that may move. rooms[k], fixed[k]: the shifts allowed and forbidden to plan k.

    pairs: for (i, j) with i < j the rectangles forbidden to the shift of j less that of i.
    """

    plans: tuple[OperationalIntent, ...]
    rooms: tuple[Room, ...]
    fixed: tuple[Blocks, ...]
    pairs: dict[tuple[int, int], Blocks]
    costs: Costs

    @classmethod
    def of(
        cls,
        plans: Sequence[OperationalIntent],
        asking: Callable[[OperationalIntent], Asking],
        limits: Limits,
        costs: Costs,
        progress: Progress | None = None,
    ) -> "Tangle":
        """The plans among each other; asking: a plan in the sky of what does not move."""
        rooms = tuple(_room(plan, limits) for plan in plans)
        fixed = []
        pairs: dict[tuple[int, int], Blocks] = {}
        number = {(plan.party, plan.id): at for at, plan in enumerate(plans)}
        together = Sky.of(plans)
        for at, plan in enumerate(plans):
            asked = asking(plan)
            fixed.append(_fixed(plan, asked, rooms[at], limits))
            pairs |= _pairs(at, replace(asked, sky=together), rooms, number)
            if progress is not None:
                progress(at + 1, len(plans))
        return cls(tuple(plans), rooms, tuple(fixed), pairs, costs)

    def neighbours(self) -> list[list[tuple[int, Blocks, int]]]:
        """Per plan: the others it can meet, the rectangles, and 1 or -1 for the side it is on."""
        around: list[list[tuple[int, Blocks, int]]] = [[] for _ in self.plans]
        for (i, j), blocks in self.pairs.items():
            around[j].append((i, blocks, 1))
            around[i].append((j, blocks, -1))
        return around

    def in_conflict(self, shifts: Sequence[Shift | None]) -> Iterator[tuple[int, int]]:
        """Pairs that are too close under these shifts; None stands for a plan that is left out."""
        for (i, j), blocks in self.pairs.items():
            one, other = shifts[i], shifts[j]
            if one is None or other is None:
                continue
            apart = other.delay_us - one.delay_us, other.climb_m - one.climb_m
            if blocks.holds(*apart).any():
                yield i, j

    def moved(self, number: int, shift: Shift) -> Alternative:
        """The plan of that number, shifted."""
        plan = self.plans[number]
        change = Change(
            tuple(range(len(plan.volumes))), shift.delay_us * _MICROSECOND, shift.climb_m
        )
        volumes = tuple(shifted(v, change.delay, change.climb_m) for v in plan.volumes)
        return Alternative(replace(plan, volumes=volumes), (change,), shift.cost)


def _room(plan: OperationalIntent, limits: Limits) -> Room:
    """As for one plan; but flight levels stay: how far two of them come apart is not known."""
    room = room_of(plan.volumes, limits)
    levels = (limit for v in plan.volumes for limit in (v.altitude.lower, v.altitude.upper))
    if any(limit.reference is AltitudeReference.FL for limit in levels):
        return replace(room, lowest_m=0.0, highest_m=0.0)
    return room


def _fixed(plan: OperationalIntent, asking: Asking, room: Room, limits: Limits) -> Blocks:
    obstacles = Obstacles.around(asking, room, 0.0)
    table = VolumeTable.of(plan.volumes)
    by_places = obstacles.blocks(table, *obstacles.close(table.footprints))
    notices = asking.notices(plan.volumes)
    by_notices = notice_blocks(notices, plan.volumes, asking.separation.time)
    return joined(by_places, by_notices, window_blocks(plan, limits))


def _pairs(
    at: int, asking: Asking, rooms: Sequence[Room], number: dict[tuple[str, str], int]
) -> dict[tuple[int, int], Blocks]:
    """The rectangles of this plan with those of smaller number."""
    widest = Room(
        min(room.earliest_us for room in rooms) - max(room.latest_us for room in rooms),
        max(room.latest_us for room in rooms) - min(room.earliest_us for room in rooms),
        min(room.lowest_m for room in rooms) - max(room.highest_m for room in rooms),
        max(room.highest_m for room in rooms) - min(room.lowest_m for room in rooms),
        0,
        0.0,
    )
    obstacles = Obstacles.around(asking, widest, 0.0)
    earlier = [
        (entity, volume)
        for entity, volume in zip(obstacles.entities, obstacles.volumes, strict=True)
        if number[entity.party, entity.id] < at
    ]
    obstacles = Obstacles.of(earlier, asking.separation)
    table = VolumeTable.of(asking.plan.volumes)
    i, j = obstacles.close(table.footprints)
    blocks = obstacles.blocks(table, i, j)
    owner = np.array(
        [number[entity.party, entity.id] for entity in obstacles.entities], dtype=np.int64
    )[blocks.theirs]
    return {(int(one), at): blocks.where(owner == one) for one in np.unique(owner)}
