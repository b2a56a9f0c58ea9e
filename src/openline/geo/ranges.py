"""Ranges of whole numbers, unfolded without a loop."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


def expand(low: Integers, high: Integers) -> tuple[Integers, Integers]:
    """Every number of every range [low, high), and the range it belongs to."""
    counts = high - low
    owner = np.repeat(np.arange(len(counts)), counts)
    shift = low - (np.cumsum(counts) - counts)
    return owner, np.arange(len(owner)) + shift[owner]


def product(
    low_a: Integers, high_a: Integers, low_b: Integers, high_b: Integers
) -> tuple[Integers, Integers, Integers]:
    """Every combination of a number of range a with one of range b, range by range.

    Returns the number of the range pair, the number from a, the number from b; sorted by the first.
    """
    count_b = high_b - low_b
    owner, position = expand(np.zeros_like(count_b), (high_a - low_a) * count_b)
    row, column = np.divmod(position, count_b[owner])
    return owner, low_a[owner] + row, low_b[owner] + column


def chunks(work: Integers, most: int) -> Iterator[slice]:
    """Consecutive slices whose work adds up to at most `most`, or of a single item."""
    total = np.cumsum(work)
    start = 0
    while start < len(work):
        base = total[start - 1] if start else 0
        stop = max(int(np.searchsorted(total, base + most, side="right")), start + 1)
        yield slice(start, stop)
        start = stop
