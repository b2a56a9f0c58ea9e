"""The cheapest shift in time and height out of all blocks, exactly.

A block is an open rectangle of shifts: those by which a volume would still be too close to what
blocks it. The best free shift lies where a block ends, in time and in height, or at zero; so only
those instants and heights are tried, the cheaper first, until none can be better.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

import numpy as np

from openline.airspace.advise.cost import Costs
from openline.geo.ellipsoid import Floats
from openline.geo.footprint_table import Booleans, Integers

_Number = TypeVar("_Number", int, float)
_DELAYS_AT_ONCE: Final = 32
_ROUNDING: Final = 1e-9  # of a step: a height that is a multiple but for its last digits


class Shift(NamedTuple):
    """Later by so many microseconds and higher by so many metres, at this cost."""

    delay_us: int
    climb_m: float
    cost: float


@dataclass(frozen=True, slots=True)
class Blocks:
    """k blocked rectangles, open: microseconds later and metres higher, least and greatest.

    mine, theirs (k,): numbers of the volume that would move and of the one that blocks it.
    """

    delay_low: Integers
    delay_high: Integers
    climb_low: Floats
    climb_high: Floats
    mine: Integers
    theirs: Integers

    def __len__(self) -> int:
        return len(self.mine)

    def where(self, keep: Booleans | Integers | slice) -> "Blocks":
        """Those blocks alone: by flags, by numbers, or a stretch."""
        return Blocks(
            self.delay_low[keep],
            self.delay_high[keep],
            self.climb_low[keep],
            self.climb_high[keep],
            self.mine[keep],
            self.theirs[keep],
        )

    def holds(self, delay_us: int, climb_m: float) -> Booleans:
        """Per block: whether it forbids that shift."""
        result: Booleans = (self.delay_low < delay_us) & (delay_us < self.delay_high)
        result &= (self.climb_low < climb_m) & (climb_m < self.climb_high)
        return result


@dataclass(frozen=True, slots=True)
class Room:
    """The shifts that are allowed, ends included, and the steps in which they are made.

    earliest_us <= 0 <= latest_us, lowest_m <= 0 <= highest_m. A step of 0 is no step.
    """

    earliest_us: int
    latest_us: int
    lowest_m: float
    highest_m: float
    step_us: int
    step_m: float

    def outward_us(self, delay_us: int) -> int:
        """The next step away from zero."""
        if not self.step_us:
            return delay_us
        steps = -(-abs(delay_us) // self.step_us)
        return steps * self.step_us if delay_us >= 0 else -steps * self.step_us

    def outwards_us(self, delay_us: Integers) -> Integers:
        """As `outward_us`, of many."""
        if not self.step_us:
            return delay_us
        steps: Integers = -(-np.abs(delay_us) // self.step_us)
        return np.sign(delay_us) * steps * self.step_us

    def outward_m(self, climb_m: float) -> float:
        """The next step away from zero."""
        if not self.step_m or math.isinf(climb_m):
            return climb_m
        steps = math.ceil(abs(climb_m) / self.step_m - _ROUNDING)
        return math.copysign(steps * self.step_m, climb_m)

    def outwards_m(self, climb_m: Floats) -> Floats:
        """As `outward_m`, of many."""
        if not self.step_m:
            return climb_m
        steps = np.ceil(np.abs(climb_m) / self.step_m - _ROUNDING)
        return np.copysign(steps * self.step_m, climb_m)


def delays(blocks: Blocks, room: Room, climb_m: float = 0.0) -> tuple[int | None, int | None]:
    """The least free delay and the least free advance (negative) at one height; None for none."""
    held = blocks.where((blocks.climb_low < climb_m) & (climb_m < blocks.climb_high))
    ends = list(zip(held.delay_low.tolist(), held.delay_high.tolist(), strict=True))
    turned = [(-high, -low) for low, high in ends]
    later = _first_free(ends, room.outward_us, 0)
    earlier = -_first_free(turned, room.outward_us, 0)
    return (
        later if later <= room.latest_us else None,
        earlier if earlier >= room.earliest_us else None,
    )


def climbs(blocks: Blocks, room: Room, delay_us: int = 0) -> tuple[float | None, float | None]:
    """The least free climb and the least free descent (negative) at one time; None for none."""
    held = (blocks.delay_low < delay_us) & (delay_us < blocks.delay_high)
    ends = list(zip(blocks.climb_low[held].tolist(), blocks.climb_high[held].tolist(), strict=True))
    turned = [(-high, -low) for low, high in ends]
    up = _first_free(ends, room.outward_m, 0.0)
    down = 0.0 - _first_free(turned, room.outward_m, 0.0)
    return (up if up <= room.highest_m else None, down if down >= room.lowest_m else None)


def _first_free(
    ends: Iterable[tuple[_Number, _Number]], outward: Callable[[_Number], _Number], at: _Number
) -> _Number:
    """The least step upward from `at`, zero, that lies in none of the open intervals."""
    for low, high in sorted(ends):
        if low >= at:
            break  # all that follow begin there or later
        if high > at:
            at = outward(high)
    return at


def cheapest(blocks: Blocks, room: Room, costs: Costs, below: float = math.inf) -> Shift | None:
    """The cheapest allowed shift that no block forbids; None if none costs less than `below`.

    Of equal costs: the shorter change in time, later before earlier, up before down.
    Law: no multiple of the steps within the room is free and cheaper.
    """
    delay_us, in_time = _delays_to_try(blocks, room, costs)
    best: Shift | None = None
    for first in range(0, len(delay_us), _DELAYS_AT_ONCE):
        if in_time[first] >= below:
            break
        some = slice(first, first + _DELAYS_AT_ONCE)
        climb_m, cost = _least_climbs(blocks, room, costs, delay_us[some], in_time[some], below)
        at = int(np.argmin(cost))
        if cost[at] < below:
            below = float(cost[at])
            best = Shift(int(delay_us[first + at]), float(climb_m[at]), below)
    return best


def _least_climbs(
    blocks: Blocks, room: Room, costs: Costs, delay_us: Integers, in_time: Floats, below: float
) -> tuple[Floats, Floats]:
    """At each delay the cheapest free climb, and what both cost; infinite if that is not less."""
    when = delay_us[:, None]
    held = (blocks.delay_low < when) & (when < blocks.delay_high)
    left = below - in_time
    up = _first_free_of_all(
        held, blocks.climb_low, room.outwards_m(blocks.climb_high), left / costs.up
    )
    climb_m, cost = up, in_time + costs.up * up
    cost[up > room.highest_m] = np.inf
    if room.lowest_m < 0:
        most_m = left / costs.down
        down = -_first_free_of_all(
            held, -blocks.climb_high, room.outwards_m(-blocks.climb_low), most_m
        )
        lower = in_time - costs.down * down
        lower[down < room.lowest_m] = np.inf
        climb_m, cost = np.where(lower < cost, down, up), np.minimum(lower, cost)
    return climb_m, cost


def _first_free_of_all(held: Booleans, low: Floats, high: Floats, most: Floats) -> Floats:
    """As `_first_free` for each row of `held`, which says what intervals count there.

    high: the intervals' ends, outward. most: beyond it nothing is looked for, and what is given
    is beyond it too.
    """
    at = np.zeros(len(held))
    rows = np.flatnonzero(at < most)
    while len(rows):
        here = at[rows, None]
        blocked = held[rows] & (low < here) & (here < high)
        reach = np.where(blocked, high, 0.0).max(axis=1, initial=0.0)
        moved = reach > at[rows]
        rows, reach = rows[moved], reach[moved]
        at[rows] = reach
        rows = rows[reach < most[rows]]
    return at


def _delays_to_try(blocks: Blocks, room: Room, costs: Costs) -> tuple[Integers, Floats]:
    """Zero, and where blocks end in time, the cheapest first, and what each costs."""
    after = blocks.delay_high[blocks.delay_high > 0]
    before = blocks.delay_low[blocks.delay_low < 0]
    steps = np.unique(room.outwards_us(np.concatenate(([0], after, before))))
    steps = steps[(room.earliest_us <= steps) & (steps <= room.latest_us)]
    cost: Floats = np.where(steps >= 0, costs.later, -costs.earlier) * steps / 1e6
    order = np.lexsort((-steps, cost))
    return steps[order], cost[order]
