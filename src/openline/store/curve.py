"""Cells on their space-filling curve: leaf ranges, a few runs of them, and 4 bytes for each.

A cell is a range of smallest cells (*leaves*), whole numbers along one curve over the whole
sphere. `runs` are a few ranges that hold all cells of an extent; what is between them may be lost
on a filter, never the other way. A *window* is a group of cells that can be written as 4-byte steps
of the size of the smallest: nearly every extent is one window.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from openline.airspace.extent import Cells

Leaves = npt.NDArray[np.uint64]
Slots = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]
Shifts = npt.NDArray[np.uint8]

RUNS_MAX: Final = 4
# Two cells are one run unless the gap between them exceeds so many times what is left of it.
_GAP_SHARE: Final = 8
_ONE: Final = np.uint64(1)
_LEAVES_MAX: Final = 2**64 - 1
_WINDOW_STEPS: Final = 1 << 32
_REMEMBERED: Final = 512  # coverings of changes in work


def leaves(cells: Leaves) -> tuple[Leaves, Leaves]:
    """First and last leaf of each cell."""
    reach = (cells & (~cells + _ONE)) - _ONE
    return cells - reach, cells + reach


@lru_cache(_REMEMBERED)
def runs(cells: Cells) -> tuple[Leaves, Leaves]:
    """At most RUNS_MAX runs that hold these ascending cells, broken at the widest gaps.

    Plain integers: for the few cells of an extent that is faster than arrays. Remembered, for what
    is asked for is added next; the arrays must not be changed.
    """
    bits = [cell & -cell for cell in cells]
    wide = _GAP_SHARE * (2 * (sum(bits) - len(bits)) + 1)
    # Between the last leaf of a cell and the first of the next; a cell reaches bit - 1 both ways.
    gaps = [
        after - before - one - other + 2
        for before, after, one, other in zip(cells, cells[1:], bits, bits[1:], strict=False)
    ]
    breaks: list[int] = []
    if gaps and max(gaps) > wide:
        broken = [at for at, gap in enumerate(gaps) if gap > wide]
        breaks = sorted(sorted(broken, key=gaps.__getitem__)[-(RUNS_MAX - 1) :])
    begins, ends = [0, *(at + 1 for at in breaks)], [*breaks, len(cells) - 1]
    return (
        np.array([cells[at] - bits[at] + 1 for at in begins], np.uint64),
        np.array([cells[at] + bits[at] - 1 for at in ends], np.uint64),
    )


def runs_of_many(cells: Leaves, place: Integers, count: Slots) -> tuple[Leaves, Leaves, Slots]:
    """The runs of many extents, and for each run the number of its extent. See `runs`."""
    first, last = leaves(cells)
    owner = np.repeat(np.arange(len(count), dtype=np.int32), count)
    filled = np.add.reduceat(last - first, place) + _ONE
    most = np.uint64(_LEAVES_MAX // _GAP_SHARE)
    wide = np.where(filled > most, np.uint64(_LEAVES_MAX), filled * np.uint64(_GAP_SHARE))
    gaps = first[1:] - last[:-1]
    breaks = (owner[1:] == owner[:-1]) & (gaps > wide[owner[1:]])
    many = np.bincount(owner[1:][breaks], minlength=len(count)) >= RUNS_MAX
    for slot in np.flatnonzero(many).tolist():
        inner = slice(int(place[slot]), int(place[slot]) + int(count[slot]) - 1)
        keep = np.argsort(gaps[inner])[:-RUNS_MAX:-1]
        breaks[inner] = False
        breaks[inner.start + keep] = True
    begins = np.concatenate(([True], breaks | (owner[1:] != owner[:-1])))
    ends = np.append(begins[1:], True)
    return first[begins], last[ends], owner[begins]


def windows(cells: Cells) -> list[Cells]:
    """The cells, ascending, in groups that can be packed. Laws: all cells, in order; few groups."""
    found: list[Cells] = []
    rest = cells
    while rest:
        end = len(rest)
        while (rest[end - 1] - rest[0]) // smallest(rest[:end]) >= _WINDOW_STEPS:
            end = (end + 1) // 2
        found.append(rest[:end])
        rest = rest[end:]
    return found


def smallest(cells: Cells) -> int:
    """The lowest bit of the smallest cell: half the step between two of its size."""
    return min(cell & -cell for cell in cells)


def pack(cells: Cells) -> tuple[int, Words]:
    """The shift, and the steps from the first cell, of a window."""
    first, shift = cells[0], smallest(cells).bit_length() - 1
    return shift, np.array([(cell - first) >> shift for cell in cells], np.uint32)


def pack_many(cells: Leaves, place: Integers, count: Slots) -> tuple[Shifts, Words, Slots]:
    """Shifts and steps of many extents, and the numbers of those that are more than one window.

    Steps of the latter mean nothing.
    """
    low = cells & (~cells + _ONE)
    step = np.minimum.reduceat(low, place)
    shift = (np.frexp(step.astype(np.float64))[1] - 1).astype(np.uint8)  # exact: powers of two
    base, end = cells[place], cells[place + count - 1]
    wide = np.flatnonzero((end - base) >> shift >= np.uint64(_WINDOW_STEPS)).astype(np.int32)
    words = (cells - np.repeat(base, count)) >> np.repeat(shift, count)
    return shift, words.astype(np.uint32), wide


def unpack(words: Words, base: Leaves, shift: Shifts) -> Leaves:
    """Cells from steps, each with its first cell and shift."""
    return base + (words.astype(np.uint64) << shift.astype(np.uint64))
