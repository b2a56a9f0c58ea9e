"""A line in a box: three parties, a clock that is moved by hand, and everything that was said.

    world = World()
    first = world.say("north", notice(circle(54.0, 7.0), START + 2 * HOUR))
    world.receipt("south", first, ReceiptKind.READ, officer="Bo")
    world.sleep(5 * MINUTE)          # alarms, overdue marks and ends come at their times
    world.heard("south")             # what south was shown, in order

Nothing is signed. `say` gives a message the next number of its sender and a name such as
`north-3`; what the line refuses is raised. Every step is an entry: `replayed()` is another line
that read the same entries and nothing else.

With `World(machines=True)` the machine of every party that is not in `world.down` answers each
message with its receipt and sends a line check at the agreed pace, as a server does.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeGuard, TypeVar, overload

from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.geo.circle import Circle
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.line.agreement import (
    Agreement,
    LineCheckTerms,
    NoticeTerms,
    Party,
)
from openline.line.duty import DutyKind
from openline.line.event import Alarm, Event, Overdue
from openline.line.line import Line
from openline.line.message.bodies import Answer, Body, LineCheck, Notify, PassedTo, Receipt
from openline.line.message.envelope import Message
from openline.line.message.kind import (
    AnswerCode,
    Asks,
    CheckMode,
    NoticeKind,
    ReceiptKind,
    UnableReason,
)
from openline.line.state import DutyState, LineState
from openline.line.thread import MessageEntry, Side, Thread
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

E = TypeVar("E")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OFFICERS = {"north": "Ada", "south": "Bo", "east": "Cai"}
_EVERYBODY = ("north", "south", "east")


def agreement(version: int = 1, **changes: Any) -> Agreement:
    """Three parties under the terms of the example: alarms at 10, 30 and 60 s, then the ladder.

    The line is checked hourly by machines and daily by people, so that other tests are quiet.
    """
    parties = tuple(
        Party(
            name,
            f"{name.title()} Cell",
            name.encode().ljust(32, b"."),
            ladder=("duty officer", "cell chief", "commander"),
        )
        for name in _EVERYBODY
    )
    given: dict[str, Any] = {
        "id": "northern-sky-2026",
        "version": version,
        "area": Circle(Position(54.0, 7.0), 200_000.0),
        "time_start": START - 30 * DAY,
        "time_end": START + 300 * DAY,
        "separation": Separation(5 * METRES_PER_NAUTICAL_MILE, 1000 * METRES_PER_FOOT, MINUTE),
        "notice": NoticeTerms(HOUR, MINUTE, 5 * MINUTE, (10 * SECOND, 30 * SECOND, MINUTE)),
        "line_check": LineCheckTerms(HOUR, DAY, 2),
        "parties": parties,
    }
    return Agreement(**(given | changes))


def circle(lat: float = 54.0, lon: float = 7.0, radius_m: float = 5_000.0) -> Circle:
    """A circle in the middle of the agreed area, or elsewhere."""
    return Circle(Position(lat, lon), radius_m)


def box(south: float, west: float, north: float, east: float) -> Polygon:
    """A rectangle by its sides, degrees."""
    corners = ((south, west), (south, east), (north, east), (north, west))
    return Polygon(tuple(Position(*corner) for corner in corners))


def volume(
    footprint: Footprint | None = None,
    start: datetime = START + 2 * HOUR,
    end: datetime | None = None,
    lower_m: float = 0.0,
    upper_m: float = 1_000.0,
) -> Volume4D:
    """A volume that begins in two hours and lasts one, heights over the ellipsoid."""
    return Volume4D.over_ellipsoid(
        footprint or circle(), lower_m, upper_m, start, end or start + HOUR
    )


def notice(*volumes: Volume4D, asks: Asks = Asks.NOTHING, **fields: Any) -> Notify:
    """A notice of these volumes (one, if none is given), over their whole time."""
    listed = volumes or (volume(),)
    given: dict[str, Any] = {
        "notice": NoticeKind.VOLUME,
        "time_start": min(one.time_start for one in listed),
        "time_end": max(one.time_end for one in listed),
        "volumes": listed,
        "asks": asks,
    }
    return Notify(**(given | fields))


def unlocated(start: datetime = START + 2 * HOUR, asks: Asks = Asks.STAY_OUTSIDE) -> Notify:
    """A notice that asks for something and gives no place."""
    return Notify(NoticeKind.UNLOCATED, start, start + HOUR, asks=asks)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of the record: its number, when it was made, and what it holds."""

    number: int
    at: datetime
    what: MessageEntry | Event | Agreement


class World:
    """A line, its clock, and its record."""

    def __init__(
        self, agreed: Agreement | None = None, now: datetime = START, *, machines: bool = False
    ) -> None:
        self.line = Line()
        self.machines = machines
        self.down: set[str] = set()  # parties whose machine is silent
        self.now = now
        self.entries: list[Recorded] = []
        self.clocks: dict[str, timedelta] = {}  # how far the clock of a party is ahead
        self._next_beat = now
        self.agree(agreed or agreement())

    @property
    def state(self) -> LineState:
        """The state of the line."""
        return self.line.state

    # Saying things

    def message(self, sender: str, body: Body, **fields: Any) -> Message:
        """The next message of a party, not said yet. It goes to all others, under its officer.

        fields: any of Message's; `officer=None` for a machine.
        """
        agreed = self.state.agreed()
        number = fields.pop("sequence", self.state.party(sender).sequences.last + 1)
        sent = fields.pop("time_sent", self.now + self.clocks.get(sender, timedelta(0)))
        message_id = fields.pop("id", f"{sender}-{number}")
        given: dict[str, Any] = {
            "id": message_id,
            "agreement_id": agreed.id,
            "agreement_version": agreed.version,
            "sender": sender,
            "recipients": self._recipients(sender, fields.get("thread")),
            "sequence": number,
            "time_sent": sent,
            "time_expires": sent + HOUR,
            "thread": message_id,
            "body": body,
            "officer": OFFICERS.get(sender, "Dee"),
        }
        return Message(**(given | fields))

    def say(self, sender: str, body: Body, *, carried: bool = False, **fields: Any) -> MessageEntry:
        """Say something and let the line do all that follows from it, now."""
        return self.hear(self.message(sender, body, **fields), carried=carried)

    def hear(self, message: Message, *, carried: bool = False) -> MessageEntry:
        """Take a message as it is. Raises: whatever the line refuses it with."""
        self.line.check(message, self.now, carried=carried)
        number = len(self.entries) + 1
        taken = self.line.take_message(number, self.now, message, carried=carried)
        self.entries.append(Recorded(number, self.now, taken))
        self._record(self.line.follow(taken))
        if self.machines:
            self._receive(taken)
        self.settle()
        return taken

    def receipt(
        self, sender: str, of: MessageEntry, kind: ReceiptKind = ReceiptKind.READ, **fields: Any
    ) -> MessageEntry:
        """A receipt for a message; a machine's, if it is DELIVERED."""
        passed = fields.pop("passed_to", (PassedTo("crew", self.now),))
        receipt = Receipt(
            kind,
            of.message.id,
            passed_to=passed if kind is ReceiptKind.DISSEMINATED else (),
            reason=UnableReason.NO_CONTACT if kind is ReceiptKind.UNABLE else None,
        )
        if kind is ReceiptKind.DELIVERED:
            fields.setdefault("officer", None)
        return self.say(sender, receipt, thread=of.message.thread, **fields)

    def answer(
        self, sender: str, of: MessageEntry, code: AnswerCode, **fields: Any
    ) -> MessageEntry:
        """An answer to a message."""
        until, text = fields.pop("until", None), fields.pop("text", None)
        answer = Answer(code, of.message.id, until, text)
        return self.say(sender, answer, thread=of.message.thread, **fields)

    def agree(self, agreed: Agreement) -> None:
        """Put an agreement in force."""
        self.line.take_agreement(agreed, self.now)
        self.entries.append(Recorded(len(self.entries) + 1, self.now, agreed))
        self.settle()

    # Time

    def sleep(self, duration: timedelta) -> None:
        """Let time pass; what is due comes at its own time, not later."""
        self.until(self.now + duration)

    def until(self, instant: datetime) -> None:
        """Let time pass up to an instant, which counts."""
        for _ in range(100_000):
            due = self.state.next_due()
            if self.machines:
                due = min(due or self._next_beat, self._next_beat)
            if due is None or due > instant:
                break
            self.now = max(self.now, due)
            if self.machines and self._next_beat <= self.now:
                self.beat()
            self.settle()
        else:
            raise AssertionError("the line is never done at this instant")
        self.now = instant
        self.settle()

    def jump(self, duration: timedelta) -> None:
        """Let time pass while the line is not asked: a server that was down."""
        self.now += duration
        self.settle()

    def settle(self) -> None:
        """Put on the record what the clock and the comparison lead to, until there is no more."""
        for _ in range(100):
            events = [*self.line.due(self.now), *self.line.compare(self.now)]
            if not events:
                return
            self._record(events)
        raise AssertionError("events without end")

    # Looking

    @overload
    def events(self) -> list[Event]: ...
    @overload
    def events(self, *kinds: type[E]) -> list[E]: ...
    def events(self, *kinds: type[Any]) -> list[Any]:
        """What the server said, of these kinds (all, if none is given), in order."""
        return [event for _, event in self.said(*kinds)]

    @overload
    def said(self) -> list[tuple[float, Event]]: ...
    @overload
    def said(self, *kinds: type[E]) -> list[tuple[float, E]]: ...
    def said(self, *kinds: type[Any]) -> list[tuple[float, Any]]:
        """The same with the seconds since START at which each was said."""
        wanted = kinds or (object,)
        return [
            ((one.at - START).total_seconds(), one.what)
            for one in self.entries
            if _is_event(one.what) and isinstance(one.what, wanted)
        ]

    def heard(self, party: str) -> list[MessageEntry | Event]:
        """What a party sent, was sent, or was told, in order."""
        return [
            one.what
            for one in self.entries
            if not isinstance(one.what, Agreement) and party in parties_of(one.what)
        ]

    def thread(self, of: MessageEntry) -> Thread:
        """The thread of a message."""
        return self.state.threads[of.message.thread]

    def side(self, of: MessageEntry, party: str) -> Side:
        """The thread as it is with a recipient."""
        return self.thread(of).sides[party]

    def duty(self, of: MessageEntry, kind: DutyKind, party: str) -> DutyState | None:
        """What that party owes in the thread; None if it is done or was never owed."""
        return self.state.duties.get(f"{of.message.thread}/{kind}/{party}")

    def alarms(self, kind: DutyKind | None = None) -> list[tuple[float, str, str]]:
        """Every alarm: seconds since START, whose, for which step of the ladder."""
        return [
            (at, one.owes, one.ladder_role)
            for at, one in self.said(Alarm)
            if kind in (None, one.what)
        ]

    def overdue(self) -> list[tuple[float, str, str]]:
        """Every overdue mark: seconds since START, who owes, what."""
        return [(at, one.owes, str(one.what)) for at, one in self.said(Overdue)]

    def replayed(self, *cuts: int) -> Line:
        """Another line that read the same entries, asked what is due after each of `cuts`."""
        line = Line()
        for start, stop in pairwise((0, *cuts, len(self.entries))):
            replay(line, self.entries[start:stop])
            if 0 < stop < len(self.entries):
                line.due(self.entries[stop - 1].at)
                line.compare(self.entries[stop - 1].at)
        return line

    def beat(self) -> None:
        """A line check by the machine of every party that is up."""
        self._next_beat = self.now + self.state.agreed().line_check.machine_every
        for party in self.state.agreed().parties:
            if party.id not in self.down:
                self.say(party.id, LineCheck(CheckMode.MACHINE), officer=None)

    def _receive(self, taken: MessageEntry) -> None:
        body = taken.message.body
        if isinstance(body, Receipt) or (isinstance(body, LineCheck) and body.of is not None):
            return
        for party in taken.message.recipients:
            if party in self.down:
                continue
            to = (taken.message.sender,)
            if isinstance(body, LineCheck) and body.mode is CheckMode.MACHINE:
                answer = LineCheck(CheckMode.MACHINE, body.channel, taken.message.id)
                self.say(party, answer, officer=None, recipients=to)
            else:
                self.receipt(party, taken, ReceiptKind.DELIVERED, recipients=to)

    def _recipients(self, sender: str, thread_id: str | None) -> tuple[str, ...]:
        agreed = [party.id for party in self.state.agreed().parties]
        thread = self.state.threads.get(thread_id or "")
        others = agreed if thread is None else [one for one in thread.parties if one in agreed]
        return tuple(party for party in others if party != sender)

    def _record(self, events: list[Event]) -> None:
        for event in events:
            number = len(self.entries) + 1
            self.line.take_event(number, self.now, event)
            self.entries.append(Recorded(number, self.now, event))


def replay(line: Line, entries: list[Recorded]) -> None:
    """Let a line read entries as they are on the record."""
    for one in entries:
        match one.what:
            case MessageEntry():
                line.take_message(one.number, one.at, one.what.message, carried=one.what.carried)
            case Agreement():
                line.take_agreement(one.what, one.at)
            case _:
                line.take_event(one.number, one.at, one.what)


def parties_of(what: MessageEntry | Event) -> tuple[str, ...]:
    """Who sent or got a message, or was told an event."""
    if isinstance(what, MessageEntry):
        return (what.message.sender, *what.message.recipients)
    return what.parties


def _is_event(what: MessageEntry | Event | Agreement) -> TypeGuard[Event]:
    return not isinstance(what, MessageEntry | Agreement)
