"""A thread, or a day, as a file to keep: everything that a party may see of it, and no more.

The same masking as on the board: what is shown as cells is written as cells, of what is not shown
only its digest is known here. What is written is as the record has it when it is asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from openline.airspace.entity import Constraint, Entity, EntityKind, Notice, OperationalIntent
from openline.airspace.extent import Extent
from openline.app.line.entries import LineEntry
from openline.app.line.follow import thread_of_entry
from openline.app.line.history import entry_at
from openline.app.line.services import LineServices
from openline.errors import AreaTooLarge, NotFound
from openline.formats.line_catalogue import label
from openline.formats.line_words import describe, headline
from openline.line.agreement import Agreement, Coarseness
from openline.line.board import ConflictView, ThreadView
from openline.line.event import Event
from openline.line.filed import Filed
from openline.line.line import Line
from openline.line.masking import CoarseNotice, visible_body, visible_marks
from openline.line.message.bodies import Amend, Closure, LineCheck, Notify
from openline.line.message.envelope import Message
from openline.line.message.kind import CheckMode, NoticeKind
from openline.line.state import LineState
from openline.line.thread import MessageEntry
from openline.line.view import ID_SHOWN, one_thread
from openline.line.view_threads import name_for
from openline.store.ports import Record

ROWS_MAX: Final = 20_000  # entries of a day that are looked through
THREADS_MAX: Final = 1_000
_AT_ONCE: Final = 500
_DAY: Final = timedelta(days=1)
_LEAST: Final = timedelta(microseconds=1)
_COARSE: Final = "A notice; its place is shown to you as cells that contain it."
_HIDDEN: Final = "Said, and shown to you as conflicts alone."


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One entry: who said it, to whom, in which thread, and what it says in a line.

    kind: of the message in words, or the event's name. details: every field that is shown, by its
    name. marks: LATE, carried in a bundle, how it is shown.
    """

    entry: int
    time: datetime
    kind: str
    by: str
    officer: str | None
    to: tuple[str, ...]
    thread: str | None
    name: str | None
    words: str
    details: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """What is written. places: what of it has a place. checks: line checks of machines that are
    left out. entry: the record up to that number, looked at at `now`."""

    title: str
    party: str
    agreement: str
    version: int
    now: datetime
    entry: int
    rows: tuple[ExportRow, ...]
    threads: tuple[ThreadView, ...]
    conflicts: tuple[ConflictView, ...]
    places: tuple[Entity, ...]
    checks: int = 0


def export_thread(services: LineServices, party: str, thread: str, now: datetime) -> Export:
    """Everything said in a thread; of a conflict also in the two threads that meet.

    Raises: NotFound if it is not shown.
    """

    def ask(line: Line, position: int) -> Export:
        state = line.state
        found, conflict = one_thread(state, party, thread, now)
        names = [thread] if conflict is None else [thread, *_threads_of(conflict)]
        views = [_view(state, party, name, now)[0] for name in names]
        entries = [
            one
            for name in names
            for one in state.threads[name].entries
            if _is_told(one.message, party)
        ]
        entries.sort(key=lambda one: one.entry)
        return Export(
            _title(state, party, thread, found, conflict),
            party,
            state.agreed().id,
            state.agreed().version,
            now,
            position,
            tuple(_message_row(state, one, party) for one in entries),
            tuple(one for one in views if one is not None),
            () if conflict is None else (conflict,),
            tuple(_places(state, party, names)),
        )

    return services.look(ask)


def _title(
    state: LineState,
    party: str,
    thread: str,
    found: ThreadView | None,
    conflict: ConflictView | None,
) -> str:
    if conflict is not None:
        return f"Conflict {thread[:ID_SHOWN]} with {conflict.other}"
    assert found is not None
    name = name_for(state, thread, party) or thread[:ID_SHOWN]
    return f"{label(found.kind)}: {name}, of {found.opener}"


def export_day(services: LineServices, party: str, day: date, now: datetime) -> Export:
    """Everything that a party was told on a day (UTC), and the threads that it is about.

    Raises: NotFound for a day that has not begun, AreaTooLarge for more than one file holds.
    """
    begin = datetime.combine(day, time(), UTC)
    if begin > now:
        raise NotFound("that day has not begun", cure="give an earlier one", field="date")
    first, last = services.store.read(
        lambda reader: (entry_at(reader, begin - _LEAST), entry_at(reader, begin + _DAY - _LEAST))
    )
    if last - first > ROWS_MAX:
        raise AreaTooLarge(
            f"{last - first:,} entries on that day; {ROWS_MAX:,} are written in one file",
            cure="export single threads, or the record with `openline record export`",
            field="date",
        )
    rows, checks = _rows(services, party, first, last)

    def ask(line: Line, position: int) -> Export:
        state = line.state
        names = list(dict.fromkeys(row.thread for row in rows if row.thread is not None))
        views = [_view(state, party, name, now) for name in names[:THREADS_MAX]]
        return Export(
            f"{day:%d %B %Y}",
            party,
            state.agreed().id,
            state.agreed().version,
            now,
            position,
            tuple(rows),
            tuple(one for one, _ in views if one is not None),
            tuple(one for _, one in views if one is not None),
            tuple(_places(state, party, names)),
            checks,
        )

    return services.look(ask)


def _rows(services: LineServices, party: str, first: int, last: int) -> tuple[list[ExportRow], int]:
    """The rows of some entries, and how many line checks of machines are among them."""
    rows: list[ExportRow] = []
    checks = 0
    while first < last:
        records = _some_records(services, first, min(_AT_ONCE, last - first))
        if not records:
            break
        found = _rows_of(services, party, records)
        rows += [row for row in found if row is not None]
        checks += sum(row is None for row in found)
        first = records[-1].sequence
    return rows, checks


def _some_records(services: LineServices, after: int, most: int) -> list[Record]:
    return services.store.read(lambda reader: reader.records(after, most))


def _rows_of(services: LineServices, party: str, records: list[Record]) -> list[ExportRow | None]:
    entries = [services.recent.entry_of(one) for one in records]
    told = [one for one in entries if one is not None]
    return services.look(lambda line, _position: _told(line.state, told, party))


def _told(state: LineState, entries: Iterable[LineEntry], party: str) -> list[ExportRow | None]:
    """A row for each entry that the party was told of; None for a line check of a machine."""
    rows: list[ExportRow | None] = []
    for entry in entries:
        match entry.content:
            case Message() as message if _is_told(message, party):
                known = state.messages.get(message.id)
                if known is None or _is_machine_check(message):
                    rows.append(None)
                else:
                    rows.append(_message_row(state, known, party))
            case Message():
                continue
            case Agreement() as agreement:
                words = f"Agreement {agreement.id}, version {agreement.version}, in force"
                rows.append(_plain_row(entry, "agreement", None, None, words, ()))
            case event if party in event.parties:
                rows.append(_event_row(state, entry, event, party))
    return rows


def _is_machine_check(message: Message) -> bool:
    return isinstance(message.body, LineCheck) and message.body.mode is CheckMode.MACHINE


def _is_told(message: Message, party: str) -> bool:
    return party == message.sender or party in message.recipients


def _event_row(state: LineState, entry: LineEntry, event: Event, party: str) -> ExportRow:
    thread = thread_of_entry(entry)
    name = None if thread is None else name_for(state, thread, party)
    words = headline(event)
    for one in getattr(event, "threads", ()):  # names where they are shown, and ids cut short
        known, short = name_for(state, one, party), one[:ID_SHOWN]
        words = words.replace(one, short if known is None else f"{known} ({short})")
    return _plain_row(entry, event.name, thread, name, words, tuple(describe(event)))


def _plain_row(
    entry: LineEntry,
    kind: str,
    thread: str | None,
    name: str | None,
    words: str,
    details: tuple[tuple[str, str], ...],
) -> ExportRow:
    by = entry.party
    return ExportRow(entry.sequence, entry.time, kind, by, None, (), thread, name, words, details)


def _message_row(state: LineState, entry: MessageEntry, party: str) -> ExportRow:
    message = entry.message
    body = visible_body(state, entry, party)
    marks = visible_marks(state, entry, party)
    notes = ["LATE"] if marks is not None and marks.late else []
    notes += ["carried in a bundle"] if entry.carried else []
    words = _HIDDEN
    details: tuple[tuple[str, str], ...] = ()
    if isinstance(body, CoarseNotice):
        notes.append(f"shown as {body.shown.value}")
        words = _COARSE if body.shown is Coarseness.CELLS else _HIDDEN
    elif body is not None:
        words, details = headline(message), tuple(describe(message))
    return ExportRow(
        entry.entry,
        entry.received,
        label(message.kind),
        message.sender,
        message.officer,
        message.recipients,
        message.thread,
        name_for(state, message.thread, party),
        words,
        details,
        tuple(notes),
    )


def _threads_of(conflict: ConflictView) -> tuple[str, str]:
    return conflict.own_thread, conflict.other_thread


def _view(
    state: LineState, party: str, thread: str, now: datetime
) -> tuple[ThreadView | None, ConflictView | None]:
    try:
        return one_thread(state, party, thread, now)
    except NotFound:  # what was told, and is shown no longer
        return None, None


def _places(state: LineState, party: str, threads: Iterable[str]) -> Iterable[Entity]:
    """What stands or stood in these threads and has a place, as far as it is shown."""
    for name in threads:
        thread = state.threads.get(name)
        current = None if thread is None else state.messages.get(thread.current)
        if thread is None or current is None or party not in thread.parties:
            continue
        body = visible_body(state, current, party)
        content = body.notice if isinstance(body, Amend) else body
        entity = _entity(name, thread.opener, content)
        if entity is not None:
            yield entity


def _entity(thread: str, party: str, content: object) -> Entity | None:
    match content:
        case Notify(volumes=volumes, notice=NoticeKind.PLAN) if volumes:
            return OperationalIntent(thread, party, volumes, name=content.name)
        case Notify(volumes=volumes) if volumes:
            times = (content.time_start, content.time_end)
            return Notice(thread, party, *times, volumes, content.text, content.name)
        case Closure():
            reason = content.reason.value
            return Constraint(thread, party, content.volumes, reason, content.name)
        case CoarseNotice(cells=cells, time_start=start, time_end=end) if cells:
            assert start is not None
            assert end is not None
            extent = Extent(cells, None, None, start, end)
            return Filed(thread, party, EntityKind.INTENT, 0, (extent,)).entity()
        case _:
            return None
