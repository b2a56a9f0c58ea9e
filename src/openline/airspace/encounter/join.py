"""All pairs of points that are near each other, without comparing all pairs.

Points lie in cells as wide as the largest reach; only neighbouring cells are compared. Points of
very different reach (drones beside jets) go into classes, each with its own cells, so that one fast
aircraft does not make every cell wide.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray, IndexArray
from openline.airspace.encounter.interval import Thresholds
from openline.airspace.encounter.snapshot import Snapshot

BLOCK_PAIRS: Final = 1 << 18  # candidate pairs held at once: they stay in the cache
_CLASS_RATIO: Final = 3.0  # reaches within this factor share their cells
_LEAST_SHARE: Final = 1e-3  # of the widest reach: shorter ones are of the last class
_KEYS_MAX: Final = 1 << 61
ROUNDING: Final = 1 + 1e-9

PairIndex = tuple[IndexArray, IndexArray]


class Places(NamedTuple):
    """n places: points_m (n, 3) in any Cartesian frame, height_m (n,), and how far each reaches.

    group (n,), from 0: only places of one group are compared; empty: all are of one. sweep_m
    (n, 3), near_m (n,): how far each moves to either side, and its half of how near two must come
    on the way; empty: they stand, and `reach_m` says it.
    """

    points_m: FloatArray
    reach_m: FloatArray
    height_m: FloatArray
    tall_m: FloatArray
    group: IndexArray = np.empty(0, np.int64)
    sweep_m: FloatArray = np.empty((0, 3))
    near_m: FloatArray = np.empty(0)


class Grid(NamedTuple):
    """The members of some classes, in the order of their cells."""

    member: IndexArray  # index in the caller's arrays
    own: BoolArray  # whether of the widest class
    key: IndexArray
    strides: tuple[int, int]
    columns: tuple[FloatArray, ...]  # x, y, z, reach, height, tall
    sweeps: tuple[FloatArray, ...]  # x, y, z of the sweep, near; or none


Search: TypeAlias = Callable[[Grid], Iterator[PairIndex]]


class Moving(NamedTuple):
    """n aircraft on straight courses: point_m, velocity_mps (n, 3) in any Cartesian frame; (n,):
    altitude_m, rate_mps, and each one's half of how near two must come, aside and in height.

    radius_m: of the Earth, where the point is on it; 0 in a plane.
    """

    point_m: FloatArray
    velocity_mps: FloatArray
    altitude_m: FloatArray
    rate_mps: FloatArray
    lateral_m: FloatArray
    vertical_m: FloatArray
    radius_m: float


@runtime_checkable
class Sweep(Protocol):
    """A search that goes through all slices of a look-ahead by itself."""

    def sweep(self, moving: Moving, horizon_s: float, parts: int) -> PairIndex:
        """The pairs that may meet by the horizon, each once; so many slices are a good number."""

    def losses(
        self,
        aircraft: Snapshot,
        first: IndexArray,
        second: IndexArray,
        limits: Thresholds,
        lookahead_s: float,
    ) -> tuple[IndexArray, IndexArray, FloatArray, FloatArray]:
        """Those of the pairs in loss: lower index, higher, enter, exit."""


def near_pairs(places: Places, search: Search | None = None) -> Iterator[PairIndex]:
    """Blocks (i, j) of all pairs near each other: no farther apart than the sum of their reaches,
    and no more in height than the sum of their `tall_m`.

    Each pair comes once, in no order, either index first. Exactly at the sum is near.
    `search`: who goes through the cells; `in_blocks` with numpy, or `compiled.in_loops`.
    Law: contains every pair found by brute force; held by tests/property/test_encounter_pruning.
    """
    if len(places.reach_m) < 2:
        return
    search = search or in_blocks
    rank = _classes(places.reach_m)  # 0 is the class of the shortest
    for level in range(int(rank.max()) + 1):
        members = np.flatnonzero(rank <= level)
        own = rank[members] == level
        if own.any():
            yield from search(_grid_of(places, members, own))


def _classes(reach_m: FloatArray) -> IndexArray:
    """The highest for the widest reaches, one less for each factor of `_CLASS_RATIO`."""
    widest = max(float(reach_m.max()), 1e-6)
    share = np.clip(reach_m / widest, _LEAST_SHARE, 1.0)
    rank: IndexArray = np.ceil(np.log(share) / np.log(_CLASS_RATIO)).astype(np.int64)
    return rank - int(rank.min())


def _grid_of(places: Places, members: IndexArray, own: BoolArray) -> Grid:
    everyone = len(members) == len(places.reach_m)
    chosen: Any = slice(None) if everyone else members
    axes = [np.ascontiguousarray(places.points_m[chosen, axis]) for axis in range(3)]
    low = [float(axis.min()) for axis in axes]
    extent = [float(axis.max()) - least for axis, least in zip(axes, low, strict=True)]
    group = places.group[chosen] if len(places.group) else np.zeros(1, np.int64)
    width = max(2.0 * float(places.reach_m[chosen].max()) * ROUNDING, 1e-6)
    while (float(group.max()) + 1) * math.prod(e // width + 4 for e in extent) > _KEYS_MAX:
        width *= 2  # so that a key fits an integer
    # One empty cell around: rows of keys that lie beside each other never wrap.
    cells = [
        ((axis - least) / width).astype(np.int64) + 1 for axis, least in zip(axes, low, strict=True)
    ]
    size = [int(cell.max()) + 2 for cell in cells]
    strides = (size[1] * size[2], size[2])
    key = (group * size[0] + cells[0]) * strides[0] + cells[1] * strides[1] + cells[2]
    order = np.argsort(key)
    member = order if everyone else members[order]
    columns = (
        *(axis[order] for axis in axes),
        places.reach_m[member],
        places.height_m[member],
        places.tall_m[member],
    )
    sweeps: tuple[FloatArray, ...] = ()
    if len(places.near_m):
        sweeps = (*(places.sweep_m[member, axis] for axis in range(3)), places.near_m[member])
    return Grid(member, own[order], key[order], strides, columns, sweeps)


def in_blocks(grid: Grid) -> Iterator[PairIndex]:
    """Near pairs of which at least one is of the widest class, each once."""
    all_own = bool(grid.own.all())
    x, y, z, reach, height, tall = grid.columns
    for left, right in _neighbours(grid, all_own):
        level = np.abs(height[left] - height[right]) <= (tall[left] + tall[right]) * ROUNDING
        if not all_own:
            level &= ~grid.own[right] | (left < right)
        i, j = left[level], right[level]
        a, b, c = x[i] - x[j], y[i] - y[j], z[i] - z[j]
        apart2 = a * a + b * b + c * c
        near = np.flatnonzero(apart2 <= ((reach[i] + reach[j]) * ROUNDING) ** 2)
        if grid.sweeps and len(near):
            i, j = i[near], j[near]
            near = _passing(grid.sweeps, i, j, (a[near], b[near], c[near]), apart2[near])
        if len(near):
            yield grid.member[i[near]], grid.member[j[near]]


def _passing(
    sweeps: tuple[FloatArray, ...],
    i: IndexArray,
    j: IndexArray,
    apart: tuple[FloatArray, ...],
    apart2: FloatArray,
) -> IndexArray:
    """Which pairs come near enough on the way, from one sweep before to one after."""
    moving = [sweep[i] - sweep[j] for sweep in sweeps[:3]]
    speed2 = sum(m * m for m in moving)
    toward = sum(m * p for m, p in zip(moving, apart, strict=True))
    at = np.clip(-toward / np.maximum(speed2, 1e-30), -1.0, 1.0)
    least2 = apart2 + at * (2 * toward + at * speed2)
    limit = (sweeps[3][i] + sweeps[3][j]) * ROUNDING
    return np.flatnonzero(least2 <= limit * limit + 1e-9 * apart2)


def _neighbours(grid: Grid, all_own: bool) -> Iterator[PairIndex]:
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
