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
RECENT_MAX: Final = 4_096


class Recent:
    """Entries that were just appended or read, so that the other view need not read them again.

    Law: what it gives for a record is what `entry_of` gives. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Record, LineEntry | None]] = {}

    def keep(self, record: Record, entry: LineEntry | None) -> None:
        """Keep an entry; the oldest go."""
        self._kept[record.sequence] = (record, entry)
        self._kept.pop(record.sequence - RECENT_MAX, None)

    def entry_of(self, record: Record) -> LineEntry | None:
        """The entry in a record."""
        kept = self._kept.get(record.sequence)
        if kept is not None and kept[0] == record:
            return kept[1]
        entry = entry_of(record)
        self.keep(record, entry)
        return entry


class Projection:
    """The line as of `position`, the number of the last record that was looked at.

    Not thread-safe: whoever holds it takes turns.
    """

    def __init__(self, recent: Recent | None = None) -> None:
        self.line = Line()
        self.position = 0
        self._recent = recent or Recent()
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
        entry = self._recent.entry_of(record)
        if entry is not None:
            self._take_entry(entry)
        self.position, self._last = record.sequence, record
        return entry

    def take_known(self, record: Record, entry: LineEntry) -> None:
        """Take the next record, whose entry is known: it was just appended."""
        self._recent.keep(record, entry)
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
