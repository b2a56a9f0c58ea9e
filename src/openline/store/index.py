"""Which keys have an extent that touches: an index in memory over any number of extents.

Shape: every extent is a row of flat arrays (key, heights, times, its cells in one long array). On
their space-filling curve it is a few *runs*, first and last leaf cell; each run lies in
the time buckets that the extent reaches. A query scans the runs of its buckets, then compares
heights, times and cells exactly. Runs and cells are integers on the whole sphere: nothing is
special at ±180° or the poles.
Buckets are 1, 8 or 64 hours wide, so that an extent lies in five of them at most; longer ones lie
in one bucket of their own.
Cells are kept as 4 bytes each (`curve`): an extent that cannot be is kept as several.
Measured: 170 bytes for each extent of 8 cells and one hour; 0.06 ms for a query of 100,000.
Not thread-safe: whoever owns it holds a lock.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from openline.airspace.extent import Cells, Extent
from openline.airspace.volume_table import microseconds
from openline.errors import InvariantBroken
from openline.store.columns import ExtentColumns, ExtentRows
from openline.store.curve import (
    Integers,
    Leaves,
    Shifts,
    Slots,
    Words,
    leaves,
    pack,
    pack_many,
    runs,
    runs_of_many,
    unpack,
    windows,
)
from openline.store.ports import NotAtHand

Floats = npt.NDArray[np.float64]
_BucketName = tuple[int, int]  # which width, which number
_A = TypeVar("_A", bound=npt.NDArray[Any])

_HOUR_US: Final = 3_600_000_000
_WIDTHS_US: Final = (_HOUR_US, 8 * _HOUR_US, 64 * _HOUR_US)
_BUCKETS_MAX: Final = 5  # of one width for one extent
_ALL_TIMES: Final = (len(_WIDTHS_US), 0)
_FEW: Final = 16  # slots that may as well be looked at twice as be sorted
# What is gone through within a few milliseconds: runs, and then slots with all their cells.
_AT_ONCE_RUNS: Final = 500_000
_AT_ONCE_NEAR: Final = 500
_NOTHING: Final = np.empty(0, np.int64)
_WASTE_MIN: Final = 4096  # cells of removed extents that are kept without looking


def _names(start_us: int, end_us: int) -> list[_BucketName]:
    """The buckets in which an extent of these times lies."""
    for level, width in enumerate(_WIDTHS_US):
        numbers = range(start_us // width, end_us // width + 1)
        if len(numbers) <= _BUCKETS_MAX:
            return [(level, number) for number in numbers]
    return [_ALL_TIMES]


def _rows_of_buckets(
    start_us: Integers, end_us: Integers
) -> Iterator[tuple[_BucketName, npt.NDArray[np.intp]]]:
    """Every bucket with the numbers of the rows, one or more, that lie in it. See `_names`."""
    left = np.ones(len(start_us), np.bool_)
    for level, width in enumerate(_WIDTHS_US):
        low, high = start_us // width, end_us // width
        rows = np.flatnonzero(left & (high - low < _BUCKETS_MAX))
        if not len(rows):
            continue
        left[rows] = False
        steps = high[rows] - low[rows] + 1
        rows = np.repeat(rows, steps)
        numbers = low[rows] + np.arange(len(rows)) - np.repeat(np.cumsum(steps) - steps, steps)
        order = np.argsort(numbers, kind="stable")
        found, starts = np.unique(numbers[order], return_index=True)
        parts = np.split(rows[order], starts[1:])
        for number, part in zip(found.tolist(), parts, strict=True):
            yield (level, number), part
    if left.any():
        yield _ALL_TIMES, np.flatnonzero(left)


def _grown(old: _A, more: int | None = None) -> _A:
    """A copy with room for so many more, or for half as many more."""
    room = np.empty(len(old) // 2 + 8 if more is None else more, old.dtype)
    return np.concatenate((old, room))  # type: ignore[return-value]


@dataclass(slots=True)
class _Bucket:
    """Runs of some extents, `used` of them in use. Order means nothing."""

    first: Leaves = field(default_factory=lambda: np.empty(8, np.uint64))
    last: Leaves = field(default_factory=lambda: np.empty(8, np.uint64))
    slot: Slots = field(default_factory=lambda: np.empty(8, np.int32))
    used: int = 0

    def add(self, first: Leaves, last: Leaves, slot: int | Slots) -> None:
        end = self.used + len(first)
        while end > len(self.slot):
            self.first = _grown(self.first)
            self.last = _grown(self.last)
            self.slot = _grown(self.slot)
        self.first[self.used : end] = first
        self.last[self.used : end] = last
        self.slot[self.used : end] = slot
        self.used = end

    def remove(self, slot: int) -> None:
        for at in np.flatnonzero(self.slot[: self.used] == slot)[::-1].tolist():
            end = self.used - 1
            self.first[at], self.last[at] = self.first[end], self.last[end]
            self.slot[at] = self.slot[end]
            self.used = end

    def meeting(self, first: Leaves, last: Leaves) -> "list[_Runs]":
        """The runs that meet one of these ranges; none that is empty."""
        used = self.used
        low, high, slot = self.first[:used], self.last[:used], self.slot[:used]
        found = []
        for start, end in zip(first, last, strict=True):
            at = ((low <= end) & (high >= start)).nonzero()[0]
            if len(at):
                found.append(_Runs(low[at], high[at], slot[at]))
        return found


class _Runs(NamedTuple):
    """Some runs: first leaf, last leaf, whose."""

    first: Leaves
    last: Leaves
    slot: Slots

    def only(self, keep: npt.NDArray[np.bool_]) -> "_Runs":
        """Those."""
        return _Runs(self.first[keep], self.last[keep], self.slot[keep])

    def meeting(self, first: Leaves, last: Leaves) -> npt.NDArray[np.bool_]:
        """For each, whether it meets one of these ranges."""
        keep = np.zeros(len(self.slot), np.bool_)
        for start, end in zip(first, last, strict=True):
            keep |= (self.first <= end) & (self.last >= start)
        return keep


def _heights(extent: Extent) -> tuple[float, float]:
    """Its heights; infinite where it has no bound."""
    low_m, high_m = extent.altitude_lower_m, extent.altitude_upper_m
    return -math.inf if low_m is None else low_m, math.inf if high_m is None else high_m


def _near(buckets: Sequence[_Bucket], cells: Cells) -> _Runs | None:
    """The runs near these cells; a slot may have several."""
    first, last = runs(cells)
    near: list[_Runs] = []
    for bucket in buckets:
        near += bucket.meeting(first, last)
    if len(near) < 2:
        return near[0] if near else None
    return _Runs(*map(np.concatenate, zip(*near, strict=True)))


class ExtentIndex:
    """Extents by whole-number keys, such as row numbers; a key may have several extents.

    Laws: `matching` is exact, as `extents_touch` with every extent held; adding and removing in
    any order ends in the same answers.
    """

    def __init__(self) -> None:
        self._buckets: dict[_BucketName, _Bucket] = {}
        self._key: Integers = np.empty(64, np.int64)
        self._low_m: Floats = np.empty(64)
        self._high_m: Floats = np.empty(64)
        self._start_us: Integers = np.empty(64, np.int64)
        self._end_us: Integers = np.empty(64, np.int64)
        self._place: Integers = np.empty(64, np.int64)  # where the cells begin
        self._count: Slots = np.empty(64, np.int32)  # how many there are
        self._free: list[int] = []
        self._slots = 0
        self._base: Leaves = np.empty(64, np.uint64)  # the first cell
        self._shift: Shifts = np.empty(64, np.uint8)
        self._cells: Words = np.empty(512, np.uint32)  # steps from the first, see `curve`
        self._cells_end = 0
        self._waste = 0

    def __len__(self) -> int:
        """How many extents are held; one of very large and very small cells counts as several."""
        return self._slots - len(self._free)

    def reserve(self, extents: int, cells: int) -> None:
        """Make room for so many more extents with so many cells in all: saves copies."""
        self._grow_slots(extents)
        self._cells = _grown(self._cells, cells)

    def load(self, columns: ExtentColumns) -> None:
        """Hold many extents, as if each had been added, in a tenth of the time."""
        rows = ExtentRows.of(columns)
        if not rows.counts.all():
            raise InvariantBroken("an extent without cells is nowhere")
        self._load(rows)

    def _load(self, rows: ExtentRows) -> None:
        if not len(rows.key):
            return
        place = rows.place
        shift, words, wide = pack_many(rows.cells, place, rows.counts)
        if len(wide):
            is_narrow = np.ones(len(rows.key), np.bool_)
            is_narrow[wide] = False
            self._load(rows.only(is_narrow))
            self._load(rows.only(~is_narrow).in_windows())
            return
        slots = slice(self._slots, self._slots + len(rows.key))
        if slots.stop > len(self._key):
            self._grow_slots(max(len(rows.key), len(self._key) // 2))
        if self._cells_end + len(words) > len(self._cells):
            self._cells = _grown(self._cells, max(len(words), len(self._cells) // 2))
        self._key[slots], self._count[slots] = rows.key, rows.counts
        self._low_m[slots], self._high_m[slots] = rows.low_m, rows.high_m
        self._start_us[slots], self._end_us[slots] = rows.start_us, rows.end_us
        self._place[slots] = place + self._cells_end
        self._base[slots], self._shift[slots] = rows.cells[place], shift
        self._cells[self._cells_end : self._cells_end + len(words)] = words
        self._cells_end += len(words)
        self._slots = slots.stop
        first, last, owner = runs_of_many(rows.cells, place, rows.counts)
        for name, at in _rows_of_buckets(rows.start_us[owner], rows.end_us[owner]):
            bucket = self._buckets.setdefault(name, _Bucket())
            bucket.add(first[at], last[at], owner[at] + np.int32(slots.start))

    def add(self, key: int, extents: Sequence[Extent]) -> None:
        """Hold these extents for a key, besides those it has."""
        for extent in extents:
            if not extent.cells:
                raise InvariantBroken("an extent without cells is nowhere")
            for window in windows(extent.cells):
                slot = self._new_slot(key, extent, window)
                first, last = runs(window)
                for name in _names(int(self._start_us[slot]), int(self._end_us[slot])):
                    bucket = self._buckets.get(name)
                    if bucket is None:
                        bucket = self._buckets[name] = _Bucket()
                    bucket.add(first, last, slot)

    def remove(self, key: int, extents: Sequence[Extent]) -> None:
        """Forget these extents of a key, as they were added. Raises: InvariantBroken."""
        for extent in extents:
            for window in windows(extent.cells):
                self._forget(self._find(key, extent, window))
        if self._waste > max(_WASTE_MIN, self._cells_end // 2):
            self._compact()

    def matching(self, extents: Sequence[Extent], *, at_once: bool = False) -> list[int]:
        """Keys with an extent that touches one of these; each once, ascending.

        at_once: within some milliseconds. Raises: NotAtHand where that takes longer.
        """
        found: set[int] = set()
        for extent in extents:
            if extent.around:
                found.update(self._touching(extent, at_once=at_once).tolist())
        return sorted(found)

    def _touching(self, extent: Extent, *, at_once: bool) -> Integers:
        """The keys of the slots that touch, in any order, each once or more."""
        start, end = microseconds(extent.time_start), microseconds(extent.time_end)
        buckets = self._buckets_between(start, end)
        if at_once and sum(bucket.used for bucket in buckets) > _AT_ONCE_RUNS:
            raise NotAtHand
        near = _near(buckets, extent.around)
        if near is None:
            return _NOTHING
        slots = near.slot
        keep = (self._start_us[slots] <= end) & (self._end_us[slots] >= start)
        if extent.altitude_lower_m is not None:
            keep &= self._high_m[slots] >= extent.altitude_lower_m
        if extent.altitude_upper_m is not None:
            keep &= self._low_m[slots] <= extent.altitude_upper_m
        count = int(np.count_nonzero(keep))
        if not count:
            return _NOTHING
        if at_once and count > _AT_ONCE_NEAR:
            raise NotAtHand
        cells = extent.cells  # what they cost is spent only here
        if cells is not extent.around:
            keep &= near.meeting(*runs(cells))
        slots = slots[keep]
        if not len(slots):
            return _NOTHING
        if len(slots) > _FEW:
            slots = np.unique(slots)
        first, last = leaves(np.array(cells, np.uint64))
        return self._key[slots[self._cells_meet(slots, first, last)]]

    def _cells_meet(self, slots: Slots, first: Leaves, last: Leaves) -> npt.NDArray[np.bool_]:
        """Per slot, of one or more: whether a cell of it meets one of these ascending ranges."""
        counts = self._count[slots].astype(np.int64)
        ends = np.cumsum(counts)
        at = np.arange(ends[-1]) + np.repeat(self._place[slots] - ends + counts, counts)
        base, shift = np.repeat(self._base[slots], counts), np.repeat(self._shift[slots], counts)
        low, high = leaves(unpack(self._cells[at], base, shift))
        nearest = np.searchsorted(last, low)  # the first range that does not end before
        inside = nearest < len(first)
        hit = np.zeros(len(low), np.bool_)
        hit[inside] = first[nearest[inside]] <= high[inside]
        result: npt.NDArray[np.bool_] = np.logical_or.reduceat(hit, ends - counts)
        return result

    def _buckets_between(self, start_us: int, end_us: int) -> list[_Bucket]:
        spans = [range(start_us // width, end_us // width + 1) for width in _WIDTHS_US]
        spans.append(range(1))  # _ALL_TIMES
        if sum(map(len, spans)) > len(self._buckets):
            held = self._buckets.items()
            return [bucket for (level, number), bucket in held if number in spans[level]]
        names = [(level, number) for level, span in enumerate(spans) for number in span]
        return [self._buckets[name] for name in names if name in self._buckets]

    def _forget(self, slot: int) -> None:
        for name in _names(int(self._start_us[slot]), int(self._end_us[slot])):
            bucket = self._buckets[name]
            bucket.remove(slot)
            if not bucket.used:
                del self._buckets[name]
        self._waste += int(self._count[slot])
        self._count[slot] = 0
        self._free.append(slot)

    def _new_slot(self, key: int, extent: Extent, window: Cells) -> int:
        if self._free:
            slot = self._free.pop()
        else:
            slot = self._slots
            self._slots += 1
            if slot == len(self._key):
                self._grow_slots()
        self._key[slot] = key
        self._low_m[slot], self._high_m[slot] = _heights(extent)
        self._start_us[slot] = microseconds(extent.time_start)
        self._end_us[slot] = microseconds(extent.time_end)
        shift, words = pack(window)
        begin, count = self._cells_end, len(window)
        while begin + count > len(self._cells):
            self._cells = _grown(self._cells)
        self._cells[begin : begin + count] = words
        self._cells_end = begin + count
        self._place[slot], self._count[slot] = begin, count
        self._base[slot], self._shift[slot] = window[0], shift
        return slot

    def _grow_slots(self, more: int | None = None) -> None:
        self._key, self._place = _grown(self._key, more), _grown(self._place, more)
        self._low_m, self._high_m = _grown(self._low_m, more), _grown(self._high_m, more)
        self._start_us, self._end_us = _grown(self._start_us, more), _grown(self._end_us, more)
        self._count, self._base = _grown(self._count, more), _grown(self._base, more)
        self._shift = _grown(self._shift, more)

    def _words_of(self, slot: int) -> Words:
        begin = int(self._place[slot])
        return self._cells[begin : begin + int(self._count[slot])]

    def _find(self, key: int, extent: Extent, window: Cells) -> int:
        """The slot of a window of a key. Equal ones of one key are as good as each other."""
        start, end = microseconds(extent.time_start), microseconds(extent.time_end)
        first, last = leaves(np.array(window[:1], np.uint64))
        low_m, high_m = _heights(extent)
        shift, words = pack(window)
        bucket = self._buckets.get(_names(start, end)[0])
        if bucket is not None:
            for slots in (run.slot for run in bucket.meeting(first, last)):
                same = (self._key[slots] == key) & (self._start_us[slots] == start)
                same &= (self._end_us[slots] == end) & (self._count[slots] == len(window))
                same &= (self._low_m[slots] == low_m) & (self._high_m[slots] == high_m)
                same &= (self._base[slots] == window[0]) & (self._shift[slots] == shift)
                for slot in slots[same].tolist():
                    if np.array_equal(self._words_of(slot), words):
                        return int(slot)
        raise InvariantBroken("an extent to forget is not in the index", key=key)

    def _compact(self) -> None:
        """Close the gaps that removed extents left among the cells."""
        counts = self._count[: self._slots].astype(np.int64)
        ends = np.cumsum(counts)
        starts = ends - counts
        at = np.arange(ends[-1]) + np.repeat(self._place[: self._slots] - starts, counts)
        kept = self._cells[at]
        self._cells = np.concatenate((kept, np.empty(max(512, len(kept) // 4), np.uint32)))
        self._place[: self._slots] = starts
        self._cells_end, self._waste = len(kept), 0
