"""All pairs of points that are near each other, without comparing all pairs.

Points lie in cells as wide as the largest reach; only neighbouring cells are compared. Points of
very different reach (drones beside jets) go into classes, each with its own cells, so that one fast
aircraft does not make every cell wide.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray, IndexArray

BLOCK_PAIRS: Final = 1 << 18  # candidate pairs held at once: they stay in the cache
_CLASS_RATIO: Final = 3.0  # reaches within this factor share their cells
_LEAST_SHARE: Final = 1e-3  # of the widest reach: shorter ones are of the last class
_KEYS_MAX: Final = 1 << 61
_ROUNDING: Final = 1 + 1e-9

PairIndex = tuple[IndexArray, IndexArray]


class Places(NamedTuple):
    """n places: points_m (n, 3) in any Cartesian frame, height_m (n,), and how far each reaches.

    group (n,), from 0: only places of one group are compared; empty: all are of one.
    """

    points_m: FloatArray
    reach_m: FloatArray
    height_m: FloatArray
    tall_m: FloatArray
    group: IndexArray = np.empty(0, np.int64)


class _Grid(NamedTuple):
    """The members of some classes, in the order of their cells."""

    member: IndexArray  # index in the caller's arrays
    own: BoolArray  # whether of the widest class
    key: IndexArray
    strides: tuple[int, int]
    columns: tuple[FloatArray, ...]  # x, y, z, reach, height, tall


def near_pairs(places: Places) -> Iterator[PairIndex]:
    """Blocks (i, j) of all pairs near each other: no farther apart than the sum of their reaches,
    and no more in height than the sum of their `tall_m`.

    Each pair comes once, in no order, either index first. Exactly at the sum is near.
    Law: contains every pair found by brute force; held by tests/property/test_encounter_pruning.
    """
    if len(places.reach_m) < 2:
        return
    rank = _classes(places.reach_m)  # 0 is the class of the shortest
    for level in range(int(rank.max()) + 1):
        members = np.flatnonzero(rank <= level)
        own = rank[members] == level
        if own.any():
            yield from _of_class(_grid(places, members, own))


def _classes(reach_m: FloatArray) -> IndexArray:
    """The highest for the widest reaches, one less for each factor of `_CLASS_RATIO`."""
    widest = max(float(reach_m.max()), 1e-6)
    share = np.clip(reach_m / widest, _LEAST_SHARE, 1.0)
    rank: IndexArray = np.ceil(np.log(share) / np.log(_CLASS_RATIO)).astype(np.int64)
    return rank - int(rank.min())


def _grid(places: Places, members: IndexArray, own: BoolArray) -> _Grid:
    points = places.points_m[members]
    low = points.min(axis=0)
    extent = points.max(axis=0) - low
    width = max(2.0 * float(places.reach_m[members].max()) * _ROUNDING, 1e-6)
    group = places.group[members] if len(places.group) else np.zeros(len(members), np.int64)
    groups = float(group.max()) + 1
    while groups * float(np.prod(np.floor(extent / width) + 4)) > _KEYS_MAX:
        width *= 2  # so that a key fits an integer
    # One empty cell around: rows of keys that lie beside each other never wrap.
    cell = np.floor((points - low) / width).astype(np.int64) + 1
    size = cell.max(axis=0) + 2
    strides = (int(size[1] * size[2]), int(size[2]))
    key = (group * size[0] + cell[:, 0]) * strides[0] + cell[:, 1] * strides[1] + cell[:, 2]
    order = np.argsort(key, kind="stable")
    chosen = members[order]
    columns = (
        *(np.ascontiguousarray(points[order, axis]) for axis in range(3)),
        places.reach_m[chosen],
        places.height_m[chosen],
        places.tall_m[chosen],
    )
    return _Grid(chosen, own[order], key[order], strides, columns)


def _of_class(grid: _Grid) -> Iterator[PairIndex]:
    """Near pairs of which at least one is of the widest class, each once."""
    all_own = bool(grid.own.all())
    x, y, z, reach, height, tall = grid.columns
    for left, right in _neighbours(grid, all_own):
        level = np.abs(height[left] - height[right]) <= (tall[left] + tall[right]) * _ROUNDING
        if not all_own:
            level &= ~grid.own[right] | (left < right)
        i, j = left[level], right[level]
        apart2 = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 + (z[i] - z[j]) ** 2
        near = apart2 <= ((reach[i] + reach[j]) * _ROUNDING) ** 2
        if near.any():
            yield grid.member[i[near]], grid.member[j[near]]


def _neighbours(grid: _Grid, all_own: bool) -> Iterator[PairIndex]:
    """(own, other) in the same or touching cells, as positions in the grid.

    Three cells in a row have keys in a row: nine ranges hold all 27 neighbours. If all are of the
    class, half of the ranges is enough.
    """
    owners = np.flatnonzero(grid.own)
    base = grid.key[owners]
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            if all_own and (dx, dy) < (0, 0):
                continue
            shift = dx * grid.strides[0] + dy * grid.strides[1]
            stop = np.searchsorted(grid.key, base + (shift + 1), side="right")
            if all_own and (dx, dy) == (0, 0):
                start = owners + 1
            else:
                start = np.searchsorted(grid.key, base + (shift - 1), side="left")
            yield from _expanded(owners, start, stop)


def _expanded(left: IndexArray, start: IndexArray, stop: IndexArray) -> Iterator[PairIndex]:
    """(left[k], m) for every m from start[k] to stop[k], in blocks."""
    count = np.maximum(stop - start, 0)
    some = np.flatnonzero(count)
    left, start, count = left[some], start[some], count[some]
    total = np.cumsum(count)
    begin = 0
    while begin < len(left):
        done = int(total[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(total, done + BLOCK_PAIRS, side="right")), begin + 1)
        part = count[begin:end]
        offset = total[begin:end] - part - done
        step = np.arange(int(part.sum())) + np.repeat(start[begin:end] - offset, part)
        yield np.repeat(left[begin:end], part), step
        begin = end
