"""The newest end of the record, as the one who writes it knows it.

Entries that changes append wait here until their batch is written: all in one statement, each under
the number that it was given at once. What was appended lately is told without asking the file:
nearly every change of the line asks for the very last entry.
"""

from typing import Final

import apsw

from openline.airspace.volume_table import microseconds
from openline.store.ports import Record

KEPT: Final = 64  # entries that stay at hand after their commit
_INSERT: Final = "INSERT INTO records (sequence, time, party, kind, body) VALUES (?, ?, ?, ?, ?)"


class Tail:
    """The last entries of the record, those of the batch under way with them. For one thread."""

    def __init__(self) -> None:
        self._kept: list[Record] = []  # without a gap, up to the last
        self._written = 0  # the number of the last one that is in the file or its transaction
        self._known = False
        self.last = 0

    def begin(self, connection: apsw.Connection) -> None:
        """A batch begins, on what the file has. Raises: apsw.Error."""
        if not self._known:
            question = "SELECT coalesce(max(sequence), 0) FROM records"
            (last,) = connection.execute(question).fetchone() or (0,)
            self._kept, self._written, self.last = [], int(str(last)), int(str(last))
            self._known = True

    def lost(self) -> None:
        """A batch failed: only the file knows what is in it."""
        self._known = False

    def append(self, record: Record) -> None:
        """One more entry: its number is the next."""
        self._kept.append(record)
        self.last = record.sequence

    def after(self, sequence: int, limit: int) -> list[Record] | None:
        """At most `limit` entries after that number; None if only the file knows them."""
        count = self.last - sequence
        if not 0 <= count <= len(self._kept):
            return None
        first = len(self._kept) - count
        return self._kept[first : first + max(0, limit)]

    def write(self, connection: apsw.Connection) -> None:
        """Put what waits into the transaction of its batch. Raises: apsw.Error."""
        waiting = self.last - self._written
        if waiting:
            rows = [
                (one.sequence, microseconds(one.time), one.party, one.kind, one.body)
                for one in self._kept[-waiting:]
            ]
            connection.executemany(_INSERT, rows)
            self._written = self.last

    def undo_to(self, last: int) -> None:
        """Forget what was appended after that number: its transaction is taken back."""
        gone = self.last - last
        if gone:
            del self._kept[-gone:]
            self.last, self._written = last, min(self._written, last)

    def committed(self) -> None:
        """The batch is in the file: only the last entries stay at hand."""
        del self._kept[:-KEPT]
