"""One plan, what surrounds it within its limits, and every shift that is blocked."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np

from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.move import Change, shifted
from openline.airspace.advise.obstacles import (
    Asking,
    Obstacles,
    joined,
    notice_blocks,
    window_blocks,
)
from openline.airspace.advise.room import room_of
from openline.airspace.advise.shift import Blocks, Room
from openline.airspace.entity import Entity, Notice, OperationalIntent
from openline.airspace.volume_table import VolumeTable
from openline.errors import OpenlineError

_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A plan without conflict, what changed to get there, and its cost in seconds of delay."""

    plan: OperationalIntent
    changes: tuple[Change, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class Search:
    """One plan, what surrounds it, and every block of a shift of the whole plan."""

    asking: Asking
    limits: Limits
    costs: Costs
    room: Room
    obstacles: Obstacles
    notices: tuple[Notice, ...]
    blocks: Blocks
    fixed: Blocks
    conflicting: tuple[int, ...]

    @classmethod
    def of(cls, asking: Asking, limits: Limits, costs: Costs, reach_m: float) -> "Search":
        """fixed: blocks that hold wherever the plan is: notices without a place, the window."""
        plan = asking.plan
        room = room_of(plan.volumes, limits)
        obstacles = Obstacles.around(asking, _widest(plan, room, limits), reach_m)
        table = VolumeTable.of(plan.volumes)
        i, j = obstacles.close(table.footprints)
        notices = tuple(asking.notices(plan.volumes))
        by_notices = notice_blocks(notices, plan.volumes, asking.separation.time)
        fixed = joined(by_notices, window_blocks(plan, limits))
        blocks = joined(obstacles.blocks(table, i, j), fixed)
        held = np.unique(blocks.mine[blocks.holds(0, 0.0) & (blocks.theirs >= 0)])
        return cls(
            asking, limits, costs, room, obstacles, notices, blocks, fixed, tuple(held.tolist())
        )

    @property
    def plan(self) -> OperationalIntent:
        """The plan as it stands."""
        return self.asking.plan

    @property
    def everything(self) -> tuple[int, ...]:
        """The numbers of all its volumes."""
        return tuple(range(len(self.plan.volumes)))

    def moved(self, delay_us: int, climb_m: float, cost: float) -> Alternative | None:
        """The whole plan shifted; None where that makes no valid plan."""
        change = Change(self.everything, delay_us * _MICROSECOND, climb_m)
        try:
            volumes = tuple(shifted(v, change.delay, climb_m) for v in self.plan.volumes)
        except OpenlineError:
            return None
        return Alternative(replace(self.plan, volumes=volumes), (change,), cost)

    def entity(self, theirs: int) -> Entity | None:
        """Who blocks, by `theirs` of a block; None if it is the limits themselves."""
        if theirs >= 0:
            return self.obstacles.entities[theirs]
        at = -1 - theirs
        return self.notices[at] if at < len(self.notices) else None


def _widest(plan: OperationalIntent, room: Room, limits: Limits) -> Room:
    """The room, or more where single volumes can be moved in height though not all can."""
    singles = [room_of((volume,), limits) for volume in plan.volumes]
    return replace(
        room,
        lowest_m=min(room.lowest_m, *(one.lowest_m for one in singles), 0.0),
        highest_m=max(room.highest_m, *(one.highest_m for one in singles), 0.0),
    )
