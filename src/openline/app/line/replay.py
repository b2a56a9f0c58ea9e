"""What a party saw: its board and its threads as they were, and when something happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openline.app.line.follow import Shown, entries_after
from openline.app.line.history import entry_at, time_of
from openline.app.line.services import LineServices
from openline.app.line.views import ThreadSaid
from openline.errors import InvalidInput, NotFound
from openline.formats.instants import parse_instant
from openline.line.board import Board
from openline.line.line import Line
from openline.line.view import board, one_thread
from openline.line.view_threads import said_in
from openline.store.ports import Reader

MOMENTS_MAX: Final = 1_000  # in one answer
_SCANNED_MAX: Final = 5_000  # entries looked through for one answer: about half a second
_AT_ONCE: Final = 500
_LEAST: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Then:
    """An instant of the record: after that entry, at that time."""

    entry: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """Something on the record that a party was told of. name: `message`, `event` or `agreement`."""

    entry: int
    time: datetime
    name: str
    kind: str
    party: str
    thread: str | None


@dataclass(frozen=True, slots=True)
class Moments:
    """When something happened that a party may see. next: the entry to go on after; None at the
    end. first, last: of all that is on the record."""

    moments: tuple[Moment, ...]
    next: int | None
    first: datetime | None
    last: datetime | None


def then_of(services: LineServices, at: datetime | None, entry: int | None, now: datetime) -> Then:
    """The instant that is asked for: a time or an entry. Raises: InvalidInput."""
    if (at is None) == (entry is None):
        raise InvalidInput("give at or entry", cure="one of the two", field="at")
    if at is not None:
        if at > now:
            raise InvalidInput(
                "the future is on no record", cure="give an earlier time", field="at"
            )
        return Then(services.store.read(lambda reader: entry_at(reader, at)), at)
    assert entry is not None
    return Then(entry, services.store.read(lambda reader: time_of(reader, entry)))


def board_then(services: LineServices, party: str, then: Then) -> Board:
    """The board of the party as it was. Raises: NotFound if it was no party then."""
    return services.history.look_at(
        services.store, then.entry, lambda line: board(line.state, party, then.time)
    )


def thread_then(services: LineServices, party: str, thread: str, then: Then) -> ThreadSaid:
    """A thread as it was. Raises: NotFound if it was not shown to the party then."""

    def ask(line: Line) -> ThreadSaid:
        state = line.state
        if state.agreement is None or state.agreement.party(party) is None:
            raise NotFound(f"{party!r} was no party of an agreement then")
        found, conflict = one_thread(state, party, thread, then.time)
        return ThreadSaid(found, conflict, said_in(state, state.threads[thread], party))

    return services.history.look_at(services.store, then.entry, ask)


def moments_of(
    services: LineServices,
    party: str,
    start: datetime | None,
    end: datetime | None,
    after: int | None,
) -> Moments:
    """What the party was told of from `start` to `end`, both of them counted, after an entry.

    Looks through so many entries at a time: what is left comes after `next`.
    """
    if start is not None and end is not None and end < start:
        raise InvalidInput("to is before from", field="to")
    ends = services.store.read(
        lambda reader: (reader.records(0, 1), reader.last_sequence(), _before(reader, start))
    )
    first, last, begin = ends[0], ends[1], max(ends[2], after or 0)
    last_time = services.store.read(lambda reader: reader.records(last - 1, 1)) if last else []
    found: list[Moment] = []
    position = begin
    while position < last and len(found) < MOMENTS_MAX and position - begin < _SCANNED_MAX:
        most = min(_AT_ONCE, MOMENTS_MAX - len(found))
        shown, position = entries_after(services, party, position, most)
        new = [_moment(one) for one in shown]
        inside = [one for one in new if end is None or one.time <= end]
        found += inside
        if len(inside) < len(new):
            position = last
    return Moments(
        tuple(found),
        position if position < last else None,
        first[0].time if first else None,
        last_time[0].time if last_time else None,
    )


def _moment(shown: Shown) -> Moment:
    return Moment(
        shown.entry, parse_instant(shown.time), shown.name, shown.kind, shown.party, shown.thread
    )


def _before(reader: Reader, start: datetime | None) -> int:
    """The last entry before that instant."""
    return 0 if start is None else entry_at(reader, start - _LEAST)
