"""What no way out of a tangle can cost less than.

Two bounds, and the greater counts. *Pairs*: what is fixed makes a plan move so much at least; and
of pairs that share no plan each must come apart by itself. *Crowds*: plans that may not be at one
height at one time are rectangles of time and height that must not overlap, however they are
shifted. Those that cost no more than c fill no more than what can be reached for c: so the k-th
cheapest costs at least what makes room for the k smallest.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.advise.cost import Costs
from openline.airspace.advise.shift import Room, cheapest
from openline.airspace.advise.tangle import STILL, Tangle
from openline.airspace.volume_table import VolumeTable
from openline.geo.ellipsoid import Floats
from openline.geo.footprint_table import Booleans, Integers

_MICROSECONDS: Final = 1e6
_ROUNDING_US: Final = 2.0
_ROUNDING_M: Final = 0.05  # of what a pair keeps apart in height: heights in their own datum
_SHARE: Final = 1 - 1e-6  # times of day as seconds since 1970 are right to less than that
_LEAST_CROWD: Final = 3
_HALVINGS: Final = 60


def bound(tangle: Tangle, unplaced: int = 0) -> float:
    """A cost that no way out is below, which leaves out no more plans than that."""
    return max(_pairs(tangle, unplaced), _crowds(tangle, unplaced))


def _pairs(tangle: Tangle, unplaced: int) -> float:
    """By what is fixed and by pairs; without the dearest, as many as are left out."""
    alone = []
    for at in range(len(tangle.plans)):
        shift = cheapest(tangle.fixed[at], tangle.rooms[at], tangle.costs)
        alone.append(0.0 if shift is None else shift.cost)
    tangled = tangle.in_conflict([STILL] * len(tangle.plans))
    weights = sorted(
        ((_apart(tangle, (i, j)) - alone[i] - alone[j], (i, j)) for i, j in tangled),
        key=lambda one: (-one[0], one[1]),
    )
    parts: dict[tuple[int, ...], float] = {(at,): cost for at, cost in enumerate(alone)}
    used: set[int] = set()
    for gain, (i, j) in weights:
        if gain > 0 and i not in used and j not in used:
            used |= {i, j}
            parts[i, j] = gain + parts.pop((i,)) + parts.pop((j,))
    kept = sorted(parts.values())
    return sum(kept[: max(len(kept) - unplaced, 0)])


def _apart(tangle: Tangle, pair: tuple[int, int]) -> float:
    """The least that both together must spend to come apart, whatever else is in the sky."""
    blocks, costs = tangle.pairs[pair], tangle.costs
    rate_s, rate_m = min(costs.later, costs.earlier) / _MICROSECONDS, min(costs.up, costs.down)
    best = np.inf
    for delay_us in {0, *blocks.delay_low.tolist(), *blocks.delay_high.tolist()}:
        cost = abs(delay_us) * rate_s
        if cost >= best:
            continue
        held = (blocks.delay_low < delay_us) & (delay_us < blocks.delay_high)
        ends = [0.0, *blocks.climb_low[held].tolist(), *blocks.climb_high[held].tolist()]
        for climb_m in ends:
            if not blocks.holds(delay_us, climb_m).any():
                best = min(best, cost + abs(climb_m) * rate_m)
    return float(best) if np.isfinite(best) else 0.0


class _Boxes(NamedTuple):
    """Of n plans of one volume each: what they keep free of others in seconds and metres, halves of
    the minima added on every side; number (n,) is their number in the tangle.
    """

    number: Integers
    start: Floats
    end: Floats
    low: Floats
    high: Floats

    def of(self, some: Integers) -> "_Boxes":
        """Those alone."""
        ends = self.start[some], self.end[some], self.low[some], self.high[some]
        return _Boxes(self.number[some], *ends)


def _crowds(tangle: Tangle, unplaced: int) -> float:
    """By crowds that share no plan. Of each all that are left out may be missing."""
    boxes = _boxes(tangle)
    if boxes is None:
        return 0.0
    total = 0.0
    for crowd in _cliques(_excluding(tangle, boxes)):
        rooms = [tangle.rooms[n] for n in boxes.number[crowd].tolist()]
        total += _crowd(boxes.of(crowd), rooms, tangle.costs, len(crowd) - unplaced)
    return total


def _boxes(tangle: Tangle) -> _Boxes | None:
    """None if no two plans of one volume can meet. The minima are those of the first such pair."""
    single = [n for n, plan in enumerate(tangle.plans) if len(plan.volumes) == 1]
    table = VolumeTable.of([tangle.plans[n].volumes[0] for n in single])
    at = {n: k for k, n in enumerate(single)}
    pair = next(((i, j) for i, j in tangle.pairs if i in at and j in at), None)
    if pair is None:
        return None
    blocks, (i, j) = tangle.pairs[pair], (at[pair[0]], at[pair[1]])
    start, end = table.start_us / _MICROSECONDS, table.end_us / _MICROSECONDS
    long_s = (blocks.delay_high[0] - blocks.delay_low[0]) / _MICROSECONDS
    wait_s = max(long_s - (end[i] - start[i]) - (end[j] - start[j]), 0.0) / 2
    tall_m = blocks.climb_high[0] - blocks.climb_low[0]
    tall_m -= table.high_m[i] - table.low_m[i] + table.high_m[j] - table.low_m[j]
    gap_m = max(tall_m / 2 - _ROUNDING_M, 0.0)
    return _Boxes(
        np.array(single),
        start - wait_s / 2,
        end + wait_s / 2,
        table.low_m - gap_m / 2,
        table.high_m + gap_m / 2,
    )


def _excluding(tangle: Tangle, boxes: _Boxes) -> Booleans:
    """(n, n): whether what a pair forbids holds all shifts by which their boxes overlap."""
    result = np.zeros((len(boxes.number), len(boxes.number)), np.bool_)
    at = {n: k for k, n in enumerate(boxes.number.tolist())}
    for (one, other), blocks in tangle.pairs.items():
        if one not in at or other not in at:
            continue
        i, j = at[one], at[other]
        low_us = (boxes.start[i] - boxes.end[j]) * _MICROSECONDS + _ROUNDING_US
        high_us = (boxes.end[i] - boxes.start[j]) * _MICROSECONDS - _ROUNDING_US
        holds = (blocks.delay_low <= low_us) & (high_us <= blocks.delay_high)
        holds &= blocks.climb_low <= boxes.low[i] - boxes.high[j]
        holds &= boxes.high[i] - boxes.low[j] <= blocks.climb_high
        result[i, j] = result[j, i] = holds.any()
    return result


def _cliques(excluding: Booleans) -> Iterator[Integers]:
    """Sets of which each excludes each, that share nothing; those with the most others first."""
    left = sorted(range(len(excluding)), key=lambda n: (-int(excluding[n].sum()), n))
    while left:
        fits, crowd = np.ones(len(excluding), np.bool_), []
        for n in left:
            if fits[n]:
                crowd.append(n)
                fits &= excluding[n]
        left = [n for n in left if n not in crowd]
        if len(crowd) >= _LEAST_CROWD:
            yield np.array(crowd)


def _crowd(boxes: _Boxes, rooms: list[Room], costs: Costs, count: int) -> float:
    """The least cost of so many of them, none of which overlaps another."""
    needed = np.cumsum(np.sort((boxes.end - boxes.start) * (boxes.high - boxes.low)))
    needed = needed[: max(count, 0)]
    wide, tall = np.ptp((boxes.start, boxes.end)), np.ptp((boxes.low, boxes.high))
    rate = 1 / costs.later + 1 / costs.earlier
    ways = (
        (costs.up, max(room.highest_m for room in rooms)),
        (costs.down, max(-room.lowest_m for room in rooms)),
    )

    def reached(cost: Floats) -> Floats:
        """What can be filled for so much each: the higher, the less is left to go aside."""
        area = (wide + rate * cost) * tall
        for each_m, most_m in ways:
            up = np.minimum(cost / each_m, most_m)
            area = area + wide * up + rate * (cost * up - each_m * up * up / 2)
        filled: Floats = area
        return filled

    low, high = np.zeros(len(needed)), needed / (rate * tall)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = reached(middle) >= needed
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return float(low.sum()) * _SHARE
