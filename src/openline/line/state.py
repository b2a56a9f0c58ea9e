"""The line as it stands: what the entries of the record amount to, one after the other.

Law, held by tests/unit/test_line_state.py: the same entries give the same state, whoever reads
them and whenever; nothing here reads a clock.
"""

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from openline.errors import InvariantBroken
from openline.line.agreement import Agreement, Party
from openline.line.duty import Duty
from openline.line.event import ConflictFacts, LinkState
from openline.line.message.bodies import Authority, Closure, Notify
from openline.line.message.kind import AlertLevel, DispositionState
from openline.line.thread import MessageEntry, Side, Thread


@dataclass(slots=True)
class Sequences:
    """Which numbers of a party were used: all up to `whole`, and some beyond."""

    whole: int = 0
    beyond: dict[int, str] = field(default_factory=dict)  # number: message id

    def used(self, number: int) -> bool:
        """Whether a message has that number."""
        return number <= self.whole or number in self.beyond

    def use(self, number: int, message_id: str) -> None:
        """Note a number."""
        self.beyond[number] = message_id
        while self.whole + 1 in self.beyond:
            self.whole += 1
            del self.beyond[self.whole]

    @property
    def last(self) -> int:
        """The greatest number."""
        return max(self.beyond, default=self.whole)

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers below the greatest that no message has: messages that have not come."""
        return tuple(n for n in range(self.whole + 1, self.last) if n not in self.beyond)


@dataclass(slots=True)
class PartyState:
    """What is known of a party."""

    sequences: Sequences = field(default_factory=Sequences)
    last_heard: datetime | None = None
    last_machine_check: datetime | None = None
    last_human_check: datetime | None = None
    link: LinkState = LinkState.UNKNOWN
    skew: timedelta | None = None
    suspended_since: datetime | None = None
    alert: AlertLevel | None = None
    officer: str | None = None
    authorities: dict[str, Authority] = field(default_factory=dict)  # by thread, while they stand


@dataclass(slots=True)
class NoticeState:
    """A notice, plan or site as it is now. `version` counts its amendments from 1."""

    thread: str
    party: str
    recipients: tuple[str, ...]
    notify: Notify
    version: int
    confirmed: datetime
    stale: bool = False


@dataclass(slots=True)
class ClosureState:
    """A closure as it is now."""

    thread: str
    party: str
    recipients: tuple[str, ...]
    closure: Closure


@dataclass(slots=True)
class ConflictState:
    """A conflict that is open, with its proposals by message id and what became of them."""

    id: str
    threads: tuple[str, str]
    parties: tuple[str, ...]
    facts: ConflictFacts
    opened: datetime
    opened_entry: int
    closed: datetime | None = None
    proposals: dict[str, str] = field(default_factory=dict)  # message id: open, accepted, declined


@dataclass(slots=True)
class DutyState:
    """A duty that is not done yet, and how many of its alarms were raised."""

    duty: Duty
    overdue: bool = False
    alarms: int = 0

    def next_time(self) -> datetime | None:
        """When something has to be said about it; None if all was said."""
        times = self.duty.alarm_times()
        waiting = [times[self.alarms][0]] if self.alarms < len(times) else []
        if not self.overdue:
            waiting.append(self.duty.due)
        return min(waiting, default=None)


@dataclass(slots=True)
class LineState:
    """Everything that the rules look at. Changed only by `Line`, entry by entry."""

    agreements: dict[int, Agreement] = field(default_factory=dict)
    agreement: Agreement | None = None  # the one in force, or the last that was
    parties: dict[str, PartyState] = field(default_factory=dict)
    messages: dict[str, MessageEntry] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    notices: dict[str, NoticeState] = field(default_factory=dict)
    closures: dict[str, ClosureState] = field(default_factory=dict)
    conflicts: dict[str, ConflictState] = field(default_factory=dict)
    dispositions: dict[str, dict[str, DispositionState]] = field(default_factory=dict)
    duties: dict[str, DutyState] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  # things said once: authority, differing closures
    _agenda: list[tuple[datetime, str]] = field(default_factory=list)  # heap: time, duty or thread

    def party(self, party_id: str) -> PartyState:
        """What is known of a party of the agreement."""
        return self.parties.setdefault(party_id, PartyState())

    def agreed(self) -> Agreement:
        """The agreement. Raises: InvariantBroken before there is one."""
        if self.agreement is None:
            raise InvariantBroken("no agreement was put on the record")
        return self.agreement

    def member(self, party_id: str) -> Party:
        """A party as the agreement has it. Raises: InvariantBroken if it is none."""
        found = self.agreed().party(party_id)
        if found is None:
            raise InvariantBroken(f"{party_id!r} is no party of the agreement")
        return found

    def begin_thread(self, entry: MessageEntry) -> Thread:
        """The thread that a message begins."""
        message = entry.message
        sides = {party: Side() for party in message.recipients}
        thread = Thread(message.id, message.kind, message.sender, sides, entry.received, message.id)
        self.threads[thread.id] = thread
        return thread

    def owe(self, duty: Duty) -> None:
        """Note a duty; one that is there already stays as it is."""
        if duty.id not in self.duties:
            self.duties[duty.id] = DutyState(duty)
            self.look_again(duty.id)

    def look_again(self, duty_id: str) -> None:
        """Put a duty on the agenda for its next time."""
        at = self.duties[duty_id].next_time()
        if at is not None:
            heapq.heappush(self._agenda, (at, duty_id))

    def wake(self, at: datetime, name: str) -> None:
        """Put something else on the agenda: a thread that ends, a link that falls silent."""
        heapq.heappush(self._agenda, (at, name))

    def done(self, duty_id: str) -> None:
        """A duty is done; nothing happens if it was not owed."""
        self.duties.pop(duty_id, None)

    def due_now(self, now: datetime) -> list[tuple[datetime, str]]:
        """What is due, earliest first; it leaves the agenda. Whoever looked at it puts back, with
        `wake`, what has something to say: it stays due until that is on the record."""
        found: list[tuple[datetime, str]] = []
        while self._agenda and self._agenda[0][0] <= now:
            found.append(heapq.heappop(self._agenda))
        return found

    def next_due(self) -> datetime | None:
        """When something is due next."""
        return self._agenda[0][0] if self._agenda else None
