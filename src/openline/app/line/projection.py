"""A line kept up with the record: what the record amounts to, read once and then followed.

Whoever asks first gives a reader of the store; everything that was committed since is taken then.
A store that took back a commit is noticed: the last entry taken is no longer what the record has
there. The line is then resumed from what another view has of the record as it is committed, if
there is one; else everything is read again.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from openline.app.line import filed
from openline.app.line.entries import SHOWN, LineEntry, entry_of
from openline.app.line.fold import Fold
from openline.errors import InvariantBroken
from openline.limits import TIME_MIN
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

    def __init__(
        self,
        recent: Recent | None = None,
        before: Callable[[], Fold | None] | None = None,
    ) -> None:
        """`before`: gives what an earlier part of the record amounts to, after a commit was taken
        back."""
        self.line = Line()
        self.position = 0
        self.filed_entry = 0  # the last record of something filed by a party of the line
        self._managers: dict[str, str] = {}
        self._new_managers = False
        self._recent = recent or Recent()
        self._before = before
        self._last: Record | None = None

    def catch_up(self, reader: Reader) -> None:
        """Take everything that is on the record and was not taken yet."""
        records = reader.records(max(self.position - 1, 0), _AT_ONCE)
        is_last = len(records) < _AT_ONCE
        if self._last is not None:
            if records[:1] == [self._last]:
                del records[0]
            else:
                self._go_back(reader)
                records, is_last = reader.records(self.position, _AT_ONCE), False
        while records:
            for record in records:
                self.take(record)
            records = [] if is_last else reader.records(self.position, _AT_ONCE)
        if self._new_managers:
            self._look_back(reader)

    def follow(self, reader: Reader, upto: int, most: int) -> None:
        """Take what comes next on the record up to that number, at most so many entries."""
        end = min(upto, self.position + most)
        while self.position < end:
            records = reader.records(self.position, min(_AT_ONCE, end - self.position))
            if not records:
                break
            for record in records:
                self.take(record)
        if self._new_managers:
            self._look_back(reader)

    def fold(self) -> Fold | None:
        """What was taken so far; None if nothing was. Not a copy: it changes with this."""
        if self._last is None:
            return None
        managers, changed = self._managers, self._new_managers
        return Fold(self._last, self.line.folded(), self.filed_entry, managers, changed)

    def resume(self, fold: Fold) -> None:
        """Be as what gave this was; it must be nobody else's."""
        self.line.resume(fold.line)
        self.position, self._last = fold.record.sequence, fold.record
        self.filed_entry = fold.filed_entry
        self._managers, self._new_managers = dict(fold.managers), fold.managers_changed

    def _go_back(self, reader: Reader) -> None:
        """Be as at an earlier entry that is still on the record, or as at none."""
        fold = self._before() if self._before is not None else None
        if fold is not None and reader.records(fold.record.sequence - 1, 1) == [fold.record]:
            self.resume(fold)
            return
        self.line, self.position, self._last = Line(), 0, None
        self._managers, self._new_managers, self.filed_entry = {}, False, 0

    def take(self, record: Record) -> LineEntry | None:
        """Take the next record; the entry of the line in it, if there is one."""
        if record.sequence != self.position + 1:
            raise InvariantBroken(f"record {record.sequence} after {self.position}")
        if record.kind in filed.KINDS:
            self._take_filed(record)
            entry = None
        elif record.kind == SHOWN:
            shown = msgspec.json.decode(record.body)
            self.line.take_shown(record.sequence, shown["message"], shown["parties"])
            entry = None
        else:
            entry = self._recent.entry_of(record)
        if entry is not None:
            self._take_entry(entry)
        self.position, self._last = record.sequence, record
        return entry

    def take_shown(self, record: Record, message_id: str, parties: Iterable[str]) -> None:
        """Take the next record: what was shown of a message, just appended."""
        self.line.take_shown(record.sequence, message_id, parties)
        self.position, self._last = record.sequence, record

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
                managers = filed.managers_of(agreement)
                # what others filed before is looked for once more
                self._new_managers |= managers != self._managers and entry.sequence > 1
                self._managers = managers
            case event:
                self.line.take_event(entry.sequence, entry.time, event)

    def _take_filed(self, record: Record) -> None:
        found = filed.filed_of(record, self._managers)
        if isinstance(found, filed.Gone):
            if found.id in self.line.state.filed:
                self.line.drop_filed(found.id, record.time)
                self.filed_entry = record.sequence
        elif found is not None:
            self.line.take_filed(found, record.time)
            self.filed_entry = record.sequence

    def _look_back(self, reader: Reader) -> None:
        """Read everything filed again, by those who are on the line now."""
        self._new_managers = False
        for filed_id in tuple(self.line.state.filed):
            self.line.drop_filed(filed_id, self._last.time if self._last else TIME_MIN)
        after = 0
        while records := reader.records(after, _AT_ONCE):
            for record in records:
                if record.sequence > self.position:
                    return
                if record.kind in filed.KINDS:
                    self._take_filed(record)
            after = records[-1].sequence
