"""The line as it was: what the record amounts to up to an entry, never the line as it is.

The record is read up to the entry that is asked for, from the nearest state before it that is kept.
A few such states are kept, spread over the record, so that going back and forth reads little.
What would take long is read in parts: who asks is told to ask again.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from openline.app.line.fold import dump, load
from openline.app.line.projection import Projection, Recent
from openline.errors import InvalidInput, LimitExceeded
from openline.line.line import Line
from openline.store.ports import Reader, Store

T = TypeVar("T")

READ_MAX: Final = 20_000  # entries in one answer: about two seconds
KEPT_MAX: Final = 12
KEPT_BYTES_MAX: Final = 96 * 1024 * 1024
STEP_MIN: Final = 1_000  # entries between two kept states, at least
_WAIT_S: Final = 3.0


class History:
    """States of the line at earlier entries. Safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: dict[int, bytes] = {}
        self._open: Projection | None = None
        self._recent = Recent()
        self._lock = threading.Lock()

    @property
    def kept(self) -> tuple[int, ...]:
        """The entries of which the state is kept, in order."""
        return tuple(sorted(self._kept))

    def look_at(self, store: Store, entry: int, question: Callable[[Line], T]) -> T:
        """Ask something about the line as it was after that entry of the record.

        Raises: LimitExceeded where more has to be read than one answer reads: ask again.
        """
        if not self._lock.acquire(timeout=_WAIT_S):
            raise LimitExceeded("others look at the past", cure="try again", retry_after_s=1)
        try:
            found = store.read(lambda reader: self._at(reader, entry))
            return question(found.line)
        finally:
            self._lock.release()

    def _at(self, reader: Reader, entry: int) -> Projection:
        found = self._nearest(reader, entry)
        self._open = None  # it is not what it was, if reading fails
        end = min(entry, found.position + READ_MAX)
        if end - found.position > 2 * STEP_MIN:  # half way, for whoever goes back from here
            found.follow(reader, (found.position + end) // 2, READ_MAX)
            self._keep(found)
        found.follow(reader, end, READ_MAX)
        self._open = found
        self._keep(found)
        if found.position < entry:
            raise LimitExceeded(
                f"{entry - found.position:,} entries are left to be read",
                cure="ask again: it goes on from there",
                retry_after_s=1,
            )
        return found

    def _nearest(self, reader: Reader, entry: int) -> Projection:
        """The nearest state before the entry that is still on the record."""
        found = self._open
        at = found.position if found is not None and _stands(found, reader) else entry + 1
        kept = max((one for one in self._kept if one <= entry), default=0)
        if found is not None and kept <= at <= entry:
            return found
        begun = Projection(self._recent)
        while kept:
            begun.resume(load(self._kept[kept]))
            if _stands(begun, reader):
                return begun
            del self._kept[kept]  # a commit was taken back
            kept = max((one for one in self._kept if one <= entry), default=0)
            begun = Projection(self._recent)
        return begun

    def _keep(self, found: Projection) -> None:
        at = found.position
        fold = found.fold()
        if fold is None or any(abs(at - one) < STEP_MIN for one in self._kept) or at < STEP_MIN:
            return
        self._kept[at] = dump(fold)
        while len(self._kept) > KEPT_MAX or sum(map(len, self._kept.values())) > KEPT_BYTES_MAX:
            del self._kept[self._least()]

    def _least(self) -> int:
        """The state whose neighbours are closest to each other: it saves the least."""
        entries = self.kept
        ends = (0, *entries[:-1]), (*entries[1:], entries[-1] + STEP_MIN)
        gaps = [after - before for before, after in zip(*ends, strict=True)]
        return entries[gaps.index(min(gaps))]


def _stands(found: Projection, reader: Reader) -> bool:
    fold = found.fold()
    if fold is None:
        return True
    return reader.records(fold.record.sequence - 1, 1) == [fold.record]


def entry_at(reader: Reader, instant: datetime) -> int:
    """The number of the last entry that was there at that instant; 0 before all."""
    low, high = 0, reader.last_sequence()
    while low < high:
        middle = (low + high + 1) // 2
        (record,) = reader.records(middle - 1, 1)
        low, high = (middle, high) if record.time <= instant else (low, middle - 1)
    return low


def time_of(reader: Reader, entry: int) -> datetime:
    """When the entry was made. Raises: InvalidInput for one that is not on the record."""
    found = reader.records(entry - 1, 1) if entry > 0 else []
    if not found:
        raise InvalidInput("there is no such entry on the record", field="entry")
    return found[0].time
