"""The search through the cells as compiled loops; needs the extra `fast` (numba).

The first call compiles, for about a second; the result is kept on disk where that is allowed. The
same pairs as `join.in_blocks`, in another order; held by tests/property/test_encounter_pruning.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit

from openline.airspace.encounter.join import ROUNDING, Grid, PairIndex


def in_loops(grid: Grid) -> Iterator[PairIndex]:
    """Near pairs of a class, each once: one block."""
    left, right = _search(
        grid.key, grid.own, bool(grid.own.all()), grid.strides[0], grid.strides[1], *grid.columns
    )
    if len(left):
        yield grid.member[left], grid.member[right]


def _search_loops(
    key: Any, own: Any, all_own: bool, wide: int, deep: int, *columns: Any
) -> tuple[Any, Any]:
    """Positions in the grid of all near pairs.

    Keys are sorted, so for each of the nine rows of cells the range of neighbours only moves on.
    """
    x, y, z, reach, height, tall = columns
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
                if a * a + b * b + c * c > limit * limit:
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
