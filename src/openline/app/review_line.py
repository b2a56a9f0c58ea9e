"""Review the entries of a line in an exported record, and write the review as JSON values."""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from openline.app.line.entries import entry_of
from openline.errors import OpenlineError
from openline.formats.instants import format_instant
from openline.formats.record_lines import EntryLine
from openline.line.review import LineReviewer, Period
from openline.line.reviewed import LineReview
from openline.store.ports import Record

_REMARKS_MAX: Final = 20
# Pairs of a word and what belongs to it, which are objects in JSON.
_BY_WORD: Final = frozenset(
    {"notices", "lead_times", "answers", "overdue", "closed", "proposals", "dispositions"}
)


class LineReading:
    """Takes the entries of a record; what is not of a line is passed over.

    `remarks` name entries that could not be read or that the rules refuse; they are not counted.
    """

    def __init__(self, period: Period | None = None) -> None:
        self._reviewer = LineReviewer(period)
        self._left_out = 0
        self._remarks: list[str] = []

    def take(self, line: EntryLine, time: datetime) -> None:
        """Take the next entry of the record."""
        record = Record(line.sequence, time, line.party, line.kind, line.body)
        try:
            entry = entry_of(record)
            if entry is not None:
                self._reviewer.take(
                    entry.sequence, entry.time, entry.content, carried=entry.carried
                )
        except OpenlineError as error:
            self._left_out += 1
            if len(self._remarks) < _REMARKS_MAX:
                self._remarks.append(f"entry {line.sequence} is not counted in the line: {error}")

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left out and why; of many the first."""
        more = self._left_out - len(self._remarks)
        last = [f"and {more:,} more entries are not counted in the line"] if more else []
        return (*self._remarks, *last)

    def result(self) -> LineReview | None:
        """The review; None if the record holds no line."""
        return self._reviewer.result()


def line_values(review: LineReview) -> dict[str, Any]:
    """The review of a line as JSON values: instants as text, durations as seconds (`_s`)."""
    values: dict[str, Any] = _plain(review)
    return values


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        members = ((one.name, getattr(value, one.name)) for one in fields(value))
        return {
            f"{name}_s" if isinstance(member, timedelta) else name: _member(name, member)
            for name, member in members
        }
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def _member(name: str, member: Any) -> Any:
    if name in _BY_WORD and isinstance(member, tuple):
        return {str(word): _plain(one) for word, one in member}
    return _plain(member)
