"""Untangle many plans at the least total cost: one after the other, then improved plan by plan.

Deterministic: no chance and no clock, the effort is counted in placements. `bound` is a cost below
which no way out exists, so the gap to it says how far from the best the result can be at most.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from openline.airspace.advise.bounds import bound
from openline.airspace.advise.obstacles import joined
from openline.airspace.advise.shift import Blocks, Shift, cheapest
from openline.airspace.advise.tangle import Tangle

Shifts = list[Shift | None]
_ROUNDS: Final = 4
_PLACEMENTS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Untangled:
    """A shift for each plan of a tangle, or None where there was no room for it.

    cost: of all shifts. bound: no way out that places as many is cheaper.
    """

    shifts: tuple[Shift | None, ...]
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """How much of the cost may be too much: 0 is proved best, 1 nothing is known."""
        return 0.0 if self.cost <= 0 else max(0.0, 1 - self.bound / self.cost)

    @property
    def unplaced(self) -> int:
        """How many plans have no room."""
        return sum(shift is None for shift in self.shifts)

    def better_than(self, other: "Untangled") -> bool:
        """More plans placed, or as many at less cost."""
        return (self.unplaced, self.cost) < (other.unplaced, other.cost)


def untangle(tangle: Tangle, tell: Callable[[int, int], None] | None = None) -> Untangled:
    """A shift for each plan so that none is in another's way, nor in that of what is fixed.

    Errs toward: dearer. Laws: 1 no two placed plans are in each other's way; 2 the cost is never
    below the bound; 3 the same tangle gives the same result (tests/unit/test_untangle.py).
    """
    work = _Work(tangle)
    best: Shifts | None = None
    orders = _orders(tangle)
    for number, order in enumerate(orders):
        shifts: Shifts = [None] * len(tangle.plans)
        for at in order:
            shifts[at] = work.place(at, shifts)
        work.improve(shifts)
        if best is None or _rank(shifts) < _rank(best):
            best = shifts
        if tell is not None:
            tell(number + 1, len(orders))
    chosen = best or []
    unplaced = sum(shift is None for shift in chosen)
    return Untangled(tuple(chosen), total(chosen), bound(tangle, unplaced))


def total(shifts: Sequence[Shift | None]) -> float:
    """The cost of all that are placed."""
    return sum(shift.cost for shift in shifts if shift is not None)


def _rank(shifts: Sequence[Shift | None]) -> tuple[int, float]:
    return sum(shift is None for shift in shifts), total(shifts)


def _orders(tangle: Tangle) -> list[list[int]]:
    """As filed; the longest first; those with the most neighbours first."""
    plans = tangle.plans
    filed = list(range(len(plans)))
    around = [len(some) for some in tangle.neighbours()]

    def length(at: int) -> float:
        start = min(volume.time_start for volume in plans[at].volumes)
        return (max(volume.time_end for volume in plans[at].volumes) - start).total_seconds()

    orders = [
        filed,
        sorted(filed, key=lambda n: -length(n)),
        sorted(filed, key=lambda n: -around[n]),
    ]
    return orders if len(plans) > 1 else orders[:1]


class _Work:
    """Placing and moving plans; counts its placements."""

    def __init__(self, tangle: Tangle) -> None:
        self._tangle = tangle
        self._around = tangle.neighbours()
        self._left = _PLACEMENTS

    def place(self, at: int, shifts: Shifts, below: float = math.inf) -> Shift | None:
        """The cheapest shift of one plan with all others where they are."""
        self._left -= 1
        tangle = self._tangle
        parts = [tangle.fixed[at]]
        for other, blocks, side in self._around[at]:
            placed = shifts[other]
            if placed is not None:
                parts.append(_seen_from(blocks, placed, side))
        return cheapest(joined(*parts), tangle.rooms[at], tangle.costs, below)

    def improve(self, shifts: Shifts) -> None:
        """Plan by plan: to a cheaper place; or to where it wants to be, if those it displaces find
        places that cost less than is gained."""
        for _ in range(_ROUNDS):
            before = _rank(shifts)
            order = sorted(range(len(shifts)), key=lambda at: (-_cost(shifts[at]), at))
            for at in order:
                if self._left <= 0:
                    return
                now = shifts[at]
                if now is not None and now.cost == 0:
                    continue
                shifts[at] = self.place(at, [*shifts[:at], None, *shifts[at + 1 :]]) or now
                self._displace(at, shifts)
            if _rank(shifts) == before:
                return

    def _displace(self, at: int, shifts: Shifts) -> None:
        wanted = cheapest(
            self._tangle.fixed[at], self._tangle.rooms[at], self._tangle.costs, _cost(shifts[at])
        )
        if wanted is None:
            return
        tried: Shifts = list(shifts)
        tried[at] = wanted
        out = [other for other, _, _ in self._around[at] if self._meets(at, other, tried)]
        for other in out:
            tried[other] = None
        for other in out:
            tried[other] = self.place(other, tried)
            if self._left <= 0 or tried[other] is None:
                return
        if _rank(tried) < _rank(shifts):
            shifts[:] = tried

    def _meets(self, at: int, other: int, shifts: Shifts) -> bool:
        one, two = min(at, other), max(at, other)
        low, high = shifts[one], shifts[two]
        if low is None or high is None:
            return False
        blocks = self._tangle.pairs[one, two]
        return bool(blocks.holds(high.delay_us - low.delay_us, high.climb_m - low.climb_m).any())


def _cost(shift: Shift | None) -> float:
    return math.inf if shift is None else shift.cost


def _seen_from(blocks: Blocks, other: Shift, side: int) -> Blocks:
    """The rectangles as forbidden to one plan while the other is at its shift."""
    delay, climb = other.delay_us, other.climb_m
    if side > 0:
        return Blocks(
            blocks.delay_low + delay,
            blocks.delay_high + delay,
            blocks.climb_low + climb,
            blocks.climb_high + climb,
            blocks.mine,
            blocks.theirs,
        )
    return Blocks(
        delay - blocks.delay_high,
        delay - blocks.delay_low,
        climb - blocks.climb_high,
        climb - blocks.climb_low,
        blocks.mine,
        blocks.theirs,
    )
