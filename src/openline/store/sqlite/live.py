"""What is held in memory beside the file: the index of all extents and references lately decoded.

There is one of it, and it follows the writer: while a batch runs, it holds what is not committed
yet. A query sees it *as of* the commit its snapshot of the file shows: every row that was changed
by a later commit, or by the batch under way, is named in `changed`, and for those the query asks
its snapshot instead. So a query never sees half a commit, and neither side waits for the other,
except for the moment of one lookup.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple

from openline.airspace.extent import Extent
from openline.airspace.reference import Availability
from openline.errors import InvariantBroken
from openline.store.index import ExtentIndex
from openline.store.references import Expirable
from openline.store.sqlite.rows import TABLES

CACHE_CELLS_MAX: Final = 1_000_000  # of all decoded references together; a cell is about 40 bytes
AVAILABILITY_MAX: Final = 10_000  # of so many USS at hand
_CELLS_OF_NOTHING: Final = 40  # what a reference and its extents cost besides their cells, in cells


class _Cache:
    """References by key, the least recently used forgotten first."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Expirable, int]] = {}
        self._cost = 0

    def get(self, key: int) -> Expirable | None:
        entry = self._found.pop(key, None)
        if entry is None:
            return None
        self._found[key] = entry  # now the last to be forgotten
        return entry[0]

    def set(self, key: int, reference: Expirable, cost: int) -> None:
        self.drop(key)
        self._found[key] = (reference, cost)
        self._cost += cost
        while self._cost > CACHE_CELLS_MAX // len(TABLES):
            self.drop(next(iter(self._found)))

    def drop(self, key: int) -> None:
        entry = self._found.pop(key, None)
        if entry is not None:
            self._cost -= entry[1]


class _Undo(NamedTuple):
    table: str
    key: int
    before: Sequence[Extent]
    after: Sequence[Extent]


class Matches(NamedTuple):
    """Row numbers: `sure` ones match; of the `doubtful` ones only the snapshot knows."""

    sure: list[int]
    doubtful: list[int]


class Unknown(Enum):
    """Says that something is not at hand; None says that it is not there."""

    UNKNOWN = 0


UNKNOWN: Final = Unknown.UNKNOWN


class Live:
    """Index and cache of every table. The methods of the writer are called by its thread alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index = {table.name: ExtentIndex() for table in TABLES}
        self._cache = {table.name: _Cache() for table in TABLES}
        self._changed: dict[str, dict[int, int]] = {table.name: {} for table in TABLES}
        self._readers: Counter[int] = Counter()
        self._undo: list[_Undo] = []
        self._commit = 0
        self._availability: dict[str, Availability | None] = {}
        self._availability_commit = 0  # of the last commit that changed one, or will

    @property
    def commit(self) -> int:
        """The number of the last commit that is known to be durable."""
        return self._commit

    def fill(self, commit: int, index: dict[str, ExtentIndex]) -> None:
        """Start over with the index of each table, as of a commit."""
        with self._lock:
            self._index = index
            self._cache = {table.name: _Cache() for table in TABLES}
            self._undo.clear()
            self._commit = self._availability_commit = commit
            self._availability.clear()

    # The writer.

    def replace(
        self, table: str, key: int, before: Sequence[Extent], after: Sequence[Extent]
    ) -> None:
        """A row is changed by the batch under way; empty extents: it was not, or is no more."""
        if not all(extent.cells for extent in after):
            raise InvariantBroken("an extent without cells is nowhere", table=table)
        with self._lock:
            self._changed[table][key] = self._commit + 1
            self._cache[table].drop(key)
            if before != after:
                index = self._index[table]
                index.remove(key, before)
                index.add(key, after)
            self._undo.append(_Undo(table, key, before, after))

    def mark(self) -> int:
        """Where `undo_to` can go back to."""
        return len(self._undo)

    def undo_to(self, mark: int) -> None:
        """Take back what was changed since the mark."""
        with self._lock:
            self._availability.clear()
            while len(self._undo) > mark:
                table, key, before, after = self._undo.pop()
                self._cache[table].drop(key)
                if before != after:
                    self._index[table].remove(key, after)
                    self._index[table].add(key, before)

    def committed(self) -> None:
        """The batch under way is durable; forget what no query can ask about any more."""
        with self._lock:
            self._undo.clear()
            self._commit += 1
            oldest = min(self._readers, default=self._commit)
            for changed in self._changed.values():
                for key in [key for key, commit in changed.items() if commit <= oldest]:
                    del changed[key]

    def matching(self, table: str, extents: Sequence[Extent]) -> list[int]:
        """Keys that match, as the writer sees it."""
        with self._lock:
            index = self._index[table]
            return index.matching(extents) if len(index) else []

    def cached(self, table: str, keys: Sequence[int]) -> list[Expirable | None]:
        """References as the writer sees them, those that are at hand."""
        with self._lock:
            return list(map(self._cache[table].get, keys))

    def remember(self, table: str, key: int, reference: Expirable, cells: int) -> None:
        """Keep a reference at hand, as the writer sees it."""
        with self._lock:
            self._cache[table].set(key, reference, cells + _CELLS_OF_NOTHING)

    def availability_changed(self) -> None:
        """The batch under way sets one."""
        with self._lock:
            self._availability.clear()
            self._availability_commit = self._commit + 1

    # Both. `commit` is that of a query; the writer sees its own changes too.

    def availability(self, uss_id: str, commit: int | None = None) -> Availability | Unknown | None:
        """What was last set for a USS, if that is at hand and none was set after the commit."""
        with self._lock:
            if commit is not None and commit < self._availability_commit:
                return UNKNOWN
            return self._availability.get(uss_id, UNKNOWN)

    def remember_availability(
        self, uss_id: str, found: Availability | None, commit: int | None = None
    ) -> None:
        """Keep what was found at hand, unless one was set after the commit."""
        with self._lock:
            if commit is None or commit >= self._availability_commit:
                if len(self._availability) >= AVAILABILITY_MAX:
                    self._availability.clear()
                self._availability[uss_id] = found

    # Queries.

    def enter(self) -> int:
        """A query begins; nothing is forgotten that it may ask about. Ends with `leave`."""
        with self._lock:
            self._readers[self._commit] += 1
            return self._commit

    def leave(self, token: int) -> None:
        """The query that got this token is over."""
        with self._lock:
            self._readers[token] -= 1
            if not self._readers[token]:
                del self._readers[token]

    def matching_as_of(
        self, commit: int, table: str, extents: Sequence[Extent], *, at_once: bool = False
    ) -> Matches:
        """Keys that match as of a commit. Raises: NotAtHand, as `ExtentIndex.matching`."""
        with self._lock:
            index = self._index[table]
            found = index.matching(extents, at_once=at_once) if len(index) else []
            doubtful = [key for key, at in self._changed[table].items() if at > commit]
        if not doubtful:
            return Matches(found, doubtful)
        unsure = set(doubtful)
        return Matches([key for key in found if key not in unsure], doubtful)

    def cached_as_of(self, commit: int, table: str, keys: Sequence[int]) -> list[Expirable | None]:
        """References as of a commit, those that are at hand."""
        with self._lock:
            changed, cache = self._changed[table], self._cache[table]
            return [None if changed.get(key, 0) > commit else cache.get(key) for key in keys]

    def remember_as_of(
        self, commit: int, table: str, key: int, reference: Expirable, cells: int
    ) -> None:
        """Keep a reference of a snapshot at hand, unless it was changed since."""
        with self._lock:
            if self._changed[table].get(key, 0) <= commit:
                self._cache[table].set(key, reference, cells + _CELLS_OF_NOTHING)
