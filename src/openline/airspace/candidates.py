"""Pairs of volumes that may conflict, from an index over space, altitude and time.

Space is cut into cubes of the earth-centred frame, in sizes that double; a volume lives in the
cubes of the smallest size that is not smaller than its box, so it touches few of them. Smaller
volumes also visit the larger sizes that are in use. Within a cube, volumes sorted by start time
are paired by binary search, so only pairs present at the same time are ever looked at. A pair
that shares several cubes is taken in one of them alone. No case is special: not ±180°, not the
poles. Cost: near-linear in volumes plus pairs present at the same time in the same place.

Law: every pair closer than all three minima is among the candidates (`may_*`: a false "no" is
impossible, a "yes" may be wrong).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from openline.airspace.separation import Separation
from openline.airspace.volume_table import VolumeTable, vertical_gap_m
from openline.geo.footprint_table import Booleans, Integers
from openline.geo.ranges import chunks, expand
from openline.geo.sphere import Vectors

_CUBE_M: Final = 2_000.0
_LEVELS: Final = 16
_CUBES_HALF: Final = 1 << 14  # cubes from the Earth's centre outwards at the finest level
_AT_ONCE: Final = 1_000_000

assert _CUBE_M * _CUBES_HALF > 2 * 6_400_000, "the cubes must hold the Earth and wide margins"


@dataclass(frozen=True, slots=True)
class _Boxes:
    """Boxes widened by half the minima; times as ranks, so that they fit into a sorting key."""

    low: Vectors
    high: Vectors
    start: Integers
    stop: Integers
    level: Integers


def may_conflict(
    table: VolumeTable, separation: Separation, owner: Integers
) -> Iterator[tuple[Integers, Integers]]:
    """Pairs (i, j) of volumes of different owners that may conflict; each pair once.

    owner (n,): volumes with the same owner are never paired.
    """
    if len(table) < 2:
        return
    boxes = _boxes(table, separation)
    for level in np.unique(boxes.level):
        residents = np.flatnonzero(boxes.level == level)
        visitors = np.flatnonzero(boxes.level < level)
        for i, j, cube in _pairs_at(boxes, int(level), residents, visitors):
            keep = (owner[i] != owner[j]) & _in_first_shared_cube(boxes, int(level), i, j, cube)
            keep &= _may_meet(table, boxes, separation, i, j)
            yield i[keep], j[keep]


def _boxes(table: VolumeTable, separation: Separation) -> _Boxes:
    margin = separation.lateral_m / 2
    low, high = table.footprints.low - margin, table.footprints.high + margin
    extent = (high - low).max(axis=1)
    level = np.ceil(np.log2(np.maximum(extent / _CUBE_M, 1.0))).astype(np.int64)
    starts = np.sort(table.start_us)
    latest = table.end_us + round(separation.time_s * 1_000_000)
    return _Boxes(
        low,
        high,
        np.searchsorted(starts, table.start_us, side="left"),
        np.searchsorted(starts, latest, side="left"),
        np.minimum(level, _LEVELS - 1),
    )


def _cubes(boxes: _Boxes, level: int, some: Integers) -> tuple[Integers, Integers]:
    """Every cube that each box touches: the number of the box, and the cube's key."""
    size = _CUBE_M * 2**level
    low = np.floor(boxes.low[some] / size).astype(np.int64)
    span = np.floor(boxes.high[some] / size).astype(np.int64) - low + 1
    number, step = expand(np.zeros(len(some), np.int64), span.prod(axis=1))
    cell = low[number]
    rest, cell_z = np.divmod(step, span[number, 2])
    cell_x, cell_y = np.divmod(rest, span[number, 1])
    return some[number], _key(cell + np.stack((cell_x, cell_y, cell_z), axis=1))


def _key(cell: Integers) -> Integers:
    shifted = cell + _CUBES_HALF
    result: Integers = (shifted[:, 0] << 30) | (shifted[:, 1] << 15) | shifted[:, 2]
    return result


def _pairs_at(
    boxes: _Boxes, level: int, residents: Integers, visitors: Integers
) -> Iterator[tuple[Integers, Integers, Integers]]:
    """Pairs of residents, and of residents with visitors, that share a cube and a time."""
    who, cube = _cubes(boxes, level, residents)
    keys = np.unique(cube)
    home = _Sorted.of(boxes, who, np.searchsorted(keys, cube))
    yield from home.later_starters(home, keys, among_themselves=True)
    if len(visitors):
        who, cube = _cubes(boxes, level, visitors)
        place = np.minimum(np.searchsorted(keys, cube), len(keys) - 1)
        known = keys[place] == cube
        guests = _Sorted.of(boxes, who[known], place[known])
        yield from home.later_starters(guests, keys, ties=True)
        yield from guests.later_starters(home, keys)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Stays of volumes in cubes, sorted by cube, then by start."""

    who: Integers
    place: Integers
    rank: Integers
    start: Integers
    stop: Integers
    scale: int

    @classmethod
    def of(cls, boxes: _Boxes, who: Integers, place: Integers) -> "_Sorted":
        scale = len(boxes.start) + 1
        rank = place * scale + boxes.start[who]
        order = np.argsort(rank, kind="stable")
        who, place = who[order], place[order]
        return cls(who, place, rank[order], boxes.start[who], boxes.stop[who], scale)

    def later_starters(
        self,
        other: "_Sorted",
        keys: Integers,
        *,
        among_themselves: bool = False,
        ties: bool = False,
    ) -> Iterator[tuple[Integers, Integers, Integers]]:
        """For each stay of mine, those of the other that start in its time in the same cube.

        Of two that start at the same instant, `ties` says whether they count; among themselves
        each pair counts once.
        """
        base = self.place * self.scale
        if among_themselves:
            low = np.arange(1, len(self.who) + 1)
        else:
            low = np.searchsorted(other.rank, self.rank, side="left" if ties else "right")
        high = np.maximum(np.searchsorted(other.rank, base + self.stop, side="left"), low)
        for some in chunks(high - low, _AT_ONCE):
            mine, theirs = expand(low[some], high[some])
            mine += some.start
            yield self.who[mine], other.who[theirs], keys[self.place[mine]]


def _in_first_shared_cube(
    boxes: _Boxes, level: int, i: Integers, j: Integers, cube: Integers
) -> Booleans:
    size = _CUBE_M * 2**level
    first = np.floor(np.maximum(boxes.low[i], boxes.low[j]) / size).astype(np.int64)
    result: Booleans = _key(first) == cube
    return result


def _may_meet(
    table: VolumeTable, boxes: _Boxes, separation: Separation, i: Integers, j: Integers
) -> Booleans:
    same_ground = separation.lateral_m == 0
    keep = vertical_gap_m(table, i, table, j, same_ground=same_ground) < separation.vertical_m
    for axis in range(3):
        keep &= boxes.low[i, axis] <= boxes.high[j, axis]
        keep &= boxes.low[j, axis] <= boxes.high[i, axis]
    result: Booleans = keep
    return result
