"""A line kept up with the record: what the record amounts to, read once and then followed.

Whoever asks first gives a reader of the store; everything that was committed since is taken then.
A store that took back a commit is noticed: the last entry taken is no longer what the record has
there, and everything is read again.
"""

from typing import Final

from openline.app.line.entries import LineEntry, entry_of
from openline.errors import InvariantBroken
from openline.line.agreement import Agreement
from openline.line.line import Line
from openline.line.message.envelope import Message
from openline.store.ports import Reader, Record

_AT_ONCE: Final = 1_000


class Projection:
    """The line as of `position`, the number of the last record that was looked at.

    Not thread-safe: whoever holds it takes turns.
    """

    def __init__(self) -> None:
        self.line = Line()
        self.position = 0
        self._last: Record | None = None

    def catch_up(self, reader: Reader) -> None:
        """Take everything that is on the record and was not taken yet."""
        if self._last is not None:
            found = reader.records(self.position - 1, 1)
            if not found or found[0] != self._last:
                self.line, self.position, self._last = Line(), 0, None
        while records := reader.records(self.position, _AT_ONCE):
            for record in records:
                self.take(record)

    def take(self, record: Record) -> LineEntry | None:
        """Take the next record; the entry of the line in it, if there is one."""
        if record.sequence != self.position + 1:
            raise InvariantBroken(f"record {record.sequence} after {self.position}")
        entry = entry_of(record)
        if entry is not None:
            self._take_entry(entry)
        self.position, self._last = record.sequence, record
        return entry

    def take_known(self, record: Record, entry: LineEntry) -> None:
        """Take the next record, whose entry is known: it was just appended."""
        self._take_entry(entry)
        self.position, self._last = record.sequence, record

    def _take_entry(self, entry: LineEntry) -> None:
        match entry.content:
            case Message() as message:
                line = self.line
                line.take_message(entry.sequence, entry.time, message, carried=entry.carried)
            case Agreement() as agreement:
                self.line.take_agreement(agreement, entry.time)
            case event:
                self.line.take_event(entry.sequence, entry.time, event)
