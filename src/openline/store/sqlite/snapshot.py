"""What a query sees: one commit, in the file and in the memory beside it.

Nothing matches in most places where somebody looks: then memory says so alone, as of its last
commit, and the file is not asked. It is with the first question that needs more, as of whatever
commit is its last by then. If that is a later one than memory has answered for, the two would tell
of different instants, and the query begins again (`Outrun`), with the file first.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import apsw

from openline.airspace.extent import Extent
from openline.airspace.reference import Availability
from openline.store.references import Expirable
from openline.store.sqlite.live import Live, Matches, Unknown

_COMMIT: Final = "SELECT value FROM meta WHERE name = 'commits'"


class Outrun(Exception):
    """The file is ahead of what memory has told a query."""


class Snapshot:
    """See `reader.Sight` and `reader.Connection`; for one query, in its thread.

    `borrow` gives a connection; whoever made the snapshot takes it back: `borrowed`. `commit` is
    the last one by the memory, which is told of the query (`Live.enter`).
    """

    def __init__(self, live: Live, commit: int, borrow: Callable[[], apsw.Connection]) -> None:
        self._live = live
        self._commit = commit
        self._borrow = borrow
        self._has_told = False
        self.borrowed: apsw.Connection | None = None

    def begin(self) -> apsw.Connection:
        """See the file as it is now, from here on. Raises: apsw.Error, Outrun."""
        if self.borrowed is not None:
            return self.borrowed
        connection = self.borrowed = self._borrow()
        connection.execute("BEGIN")
        (found,) = connection.execute(_COMMIT).fetchone() or (0,)
        commit = int(str(found))
        if commit != self._commit and self._has_told:
            raise Outrun
        self._commit = commit
        return connection

    def execute(self, question: str, bindings: Any = ()) -> apsw.Cursor:
        """Ask the file. Raises: apsw.Error, Outrun."""
        return self.begin().execute(question, bindings)

    def matching(self, table: str, extents: Sequence[Extent]) -> Matches:
        """Keys that match, and keys that were changed since."""
        found = self._live.matching_as_of(self._commit, table, extents)
        if self.borrowed is None:
            if not found.sure and not found.doubtful:
                self._has_told = True
                return found
            seen = self._commit
            self.begin()
            if self._commit != seen:
                found = self._live.matching_as_of(self._commit, table, extents)
        return found

    def cached(self, table: str, key: int) -> Expirable | None:
        """A reference, if it is at hand and was not changed since."""
        self.begin()
        return self._live.cached_as_of(self._commit, table, key)

    def remember(self, table: str, key: int, reference: Expirable, cells: int) -> None:
        """Keep it at hand, unless it was changed since."""
        self._live.remember_as_of(self._commit, table, key, reference, cells)

    def availability(self, uss_id: str) -> Availability | Unknown | None:
        """What was last set for a USS, if that is at hand and none was set since."""
        self.begin()
        return self._live.availability(uss_id, self._commit)

    def remember_availability(self, uss_id: str, found: Availability | None) -> None:
        """Keep it at hand, unless one was set since."""
        self._live.remember_availability(uss_id, found, self._commit)
