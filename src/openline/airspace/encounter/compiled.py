"""The search through the cells as compiled loops; needs the extra `fast` (numba).

The first call compiles, for about a second; the result is kept on disk where that is allowed. The
same pairs as `join.in_blocks`, in another order; held by tests/property/test_encounter_pruning.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numba import njit

from openline.airspace.encounter.compiled_relative import losses
from openline.airspace.encounter.compiled_sweep import sweep
from openline.airspace.encounter.join import ROUNDING, Grid, PairIndex


class Loops:
    """Near pairs by compiled loops: of the cells of a grid, or of a whole look-ahead at once."""

    def __call__(self, grid: Grid) -> Iterator[PairIndex]:
        """Near pairs of a class, each once: one block."""
        none = np.zeros(0)
        sweeps = grid.sweeps or (none, none, none, none)
        shape = (bool(grid.own.all()), grid.strides[0], grid.strides[1])
        left, right = _search(grid.key, grid.own, *shape, *grid.columns, *sweeps)
        if len(left):
            yield grid.member[left], grid.member[right]

    sweep = staticmethod(sweep)
    losses = staticmethod(losses)


in_loops: Final = Loops()


def _search_loops(  # noqa: PLR0912  # one loop, compiled as a whole
    key: Any, own: Any, all_own: bool, wide: int, deep: int, *columns: Any
) -> tuple[Any, Any]:
    """Positions in the grid of all near pairs.

    Keys are sorted, so for each of the nine rows of cells the range of neighbours only moves on.
    """
    x, y, z, reach, height, tall, dx, dy, dz, close = columns
    sweeping = len(close) > 0
    count = len(key)
    left, right = np.empty(count + 16, np.int64), np.empty(count + 16, np.int64)
    found = 0
    for row in range(9):
        shift = (row // 3 - 1) * wide + (row % 3 - 1) * deep
        if all_own and row < 4:
            continue
        start = stop = 0
        for i in range(count):
            if not own[i]:
                continue
            while start < count and key[start] < key[i] + shift - 1:
                start += 1
            while stop < count and key[stop] <= key[i] + shift + 1:
                stop += 1
            begin = max(start, i + 1) if all_own and row == 4 else start
            for j in range(begin, stop):
                if abs(height[i] - height[j]) > (tall[i] + tall[j]) * ROUNDING:
                    continue
                limit = (reach[i] + reach[j]) * ROUNDING
                a, b, c = x[i] - x[j], y[i] - y[j], z[i] - z[j]
                apart2 = a * a + b * b + c * c
                if apart2 > limit * limit:
                    continue
                if sweeping:
                    u, v, w = dx[i] - dx[j], dy[i] - dy[j], dz[i] - dz[j]
                    speed2, toward = u * u + v * v + w * w, a * u + b * v + c * w
                    at = min(1.0, max(-1.0, -toward / max(speed2, 1e-30)))
                    limit = (close[i] + close[j]) * ROUNDING
                    least2 = apart2 + at * (2 * toward + at * speed2)
                    if least2 > limit * limit + 1e-9 * apart2:
                        continue
                if not all_own and own[j] and j <= i:
                    continue
                if found == len(left):
                    left = np.concatenate((left, np.empty(found, np.int64)))
                    right = np.concatenate((right, np.empty(found, np.int64)))
                left[found], right[found] = i, j
                found += 1
    return left[:found], right[:found]


_search: Any = njit(cache=True)(_search_loops)
