"""What a query sees: one commit, in the file and in the memory beside it.

Nothing matches in most places where somebody looks, or what does was looked at lately: then memory
says so alone, as of its last commit, and the file is not asked. It is with the first question that
needs more, as of whatever commit is its last by then. If that is a later one than memory has
answered for, the two would tell of different instants, and the query begins again (`Outrun`), with
the file first. A query that must not wait ends there instead (`NotAtHand`).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import apsw

from openline.airspace.extent import Extent
from openline.airspace.reference import Availability
from openline.store.ports import NotAtHand
from openline.store.references import Expirable
from openline.store.sqlite.live import UNKNOWN, Live, Matches, Unknown

_COMMIT: Final = "SELECT value FROM meta WHERE name = 'commits'"


class Outrun(Exception):
    """The file is ahead of what memory has told a query."""


class Snapshot:
    """See `reader.Sight` and `reader.Connection`; for one query, in its thread.

    `borrow` gives a connection, None to whom must not wait; whoever made the snapshot takes it
    back: `borrowed`. `commit` is the last one by the memory, which is told of the query
    (`Live.enter`).
    """

    def __init__(
        self, live: Live, commit: int, borrow: Callable[[], apsw.Connection] | None
    ) -> None:
        self._live = live
        self._commit = commit
        self._borrow = borrow
        self._has_told = False
        self.borrowed: apsw.Connection | None = None

    def begin(self) -> apsw.Connection:
        """See the file as it is now, from here on. Raises: apsw.Error, Outrun, NotAtHand."""
        if self.borrowed is not None:
            return self.borrowed
        if self._borrow is None:
            raise NotAtHand
        connection = self.borrowed = self._borrow()
        connection.execute("BEGIN")
        (found,) = connection.execute(_COMMIT).fetchone() or (0,)
        commit = int(str(found))
        if commit != self._commit and self._has_told:
            raise Outrun
        self._commit = commit
        return connection

    def execute(self, question: str, bindings: Any = ()) -> apsw.Cursor:
        """Ask the file. Raises: apsw.Error, Outrun, NotAtHand."""
        return self.begin().execute(question, bindings)

    def matching(self, table: str, extents: Sequence[Extent]) -> Matches:
        """Keys that match, and keys that were changed since."""
        at_once = self._borrow is None
        found = self._live.matching_as_of(self._commit, table, extents, at_once=at_once)
        if self.borrowed is None:
            if not found.doubtful and self._are_at_hand(table, found.sure):
                self._has_told = True
                return found
            seen = self._commit
            self.begin()
            if self._commit != seen:
                found = self._live.matching_as_of(self._commit, table, extents)
        return found

    def cached(self, table: str, keys: Sequence[int]) -> list[Expirable | None]:
        """References, those that are at hand and were not changed since."""
        found = self._live.cached_as_of(self._commit, table, keys)
        if self.borrowed is None and None not in found:
            self._has_told = True
            return found
        seen = self._commit
        self.begin()
        return found if self._commit == seen else self._live.cached_as_of(self._commit, table, keys)

    def remember(self, table: str, key: int, reference: Expirable, cells: int) -> None:
        """Keep it at hand, unless it was changed since."""
        self._live.remember_as_of(self._commit, table, key, reference, cells)

    def availability(self, uss_id: str) -> Availability | Unknown | None:
        """What was last set for a USS, if that is at hand and none was set since."""
        found = self._live.availability(uss_id, self._commit)
        if found is UNKNOWN:
            self.begin()  # who asks next asks the file
            found = self._live.availability(uss_id, self._commit)
        elif self.borrowed is None:
            self._has_told = True
        return found

    def _are_at_hand(self, table: str, keys: Sequence[int]) -> bool:
        return not keys or None not in self._live.cached_as_of(self._commit, table, keys)

    def remember_availability(self, uss_id: str, found: Availability | None) -> None:
        """Keep it at hand, unless one was set since."""
        self._live.remember_availability(uss_id, found, self._commit)
