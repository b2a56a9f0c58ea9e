"""The line as it stands: what the entries of the record amount to, one after the other.

Law, held by tests/property/test_line_machine.py: the same entries give the same state, whoever
reads them and whenever; nothing here reads a clock.
"""

import heapq
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from openline.errors import InvariantBroken
from openline.line.agreement import Agreement, Party
from openline.line.duty import Duty, DutyKind, duty_name
from openline.line.event import ConflictFacts, LinkState
from openline.line.filed import Filed
from openline.line.message.bodies import Authority, Closure, Notify
from openline.line.message.kind import AlertLevel, DispositionState
from openline.line.proposal import ProposalState
from openline.line.thread import MessageEntry, Side, Thread

DUTY: Final = "duty"  # items of the agenda that are duties
Item = tuple[str, str]  # of the agenda: its sort, and what it is of


@dataclass(slots=True)
class Sequences:
    """Which numbers of a party were used: all up to `last` but the gaps."""

    last: int = 0
    gaps: set[int] = field(default_factory=set)

    def used(self, number: int) -> bool:
        """Whether a message has that number."""
        return number <= self.last and number not in self.gaps

    def use(self, number: int) -> None:
        """Note a number; those that it leaps over are gaps until their messages come."""
        if number > self.last:
            self.gaps.update(range(self.last + 1, number))
            self.last = number
        else:
            self.gaps.discard(number)

    def settle(self, up_to: int) -> None:
        """Nothing is missing up to that number: what did not come was for others."""
        self.last = max(self.last, up_to)
        self.gaps = {number for number in self.gaps if number > up_to}

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers below the greatest that no message has: messages that have not come."""
        return tuple(sorted(self.gaps))


@dataclass(slots=True)
class PartyState:
    """What is known of a party.

    last_heard: when a message last came from it directly; one in a bundle proves no link.
    """

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
    machine_checks: list[str] = field(default_factory=list)  # the last ones, oldest first
    said: list[MessageEntry] = field(default_factory=list)  # all but those, in their order here
    urgent: list[MessageEntry] = field(default_factory=list)  # URGENT among them
    newest: dict[str, int] = field(default_factory=dict)  # by what it says of itself: its number

    def is_newest(self, what: str, sequence: int) -> bool:
        """Note what the party says of itself; false if something later on that came before."""
        is_newest = sequence > self.newest.get(what, 0)
        if is_newest:
            self.newest[what] = sequence
        return is_newest


@dataclass(slots=True)
class NoticeState:
    """A notice, plan or site as it is now. `version` counts its amendments from 1.

    widen: by how much its times may be wrong, either way, as its sender's clock is.
    unauthorised_since: when its own side was told that a plan has no valid authority; None while
    it has one. unauthorised_shown: the others were told too. over_at: when its own server said
    that its time was over, of one whose time is not known here.
    """

    thread: str
    party: str
    recipients: tuple[str, ...]
    notify: Notify
    version: int
    confirmed: datetime
    stale: bool = False
    widen: timedelta = timedelta(0)
    unauthorised_since: datetime | None = None
    unauthorised_shown: bool = False
    over_at: datetime | None = None

    @property
    def begins(self) -> tuple[datetime, str]:
        """When it begins at the earliest, and its thread."""
        return self.notify.time_start - self.widen, self.thread


@dataclass(slots=True)
class ClosureState:
    """A closure as it is now. `widen` as of a notice."""

    thread: str
    party: str
    recipients: tuple[str, ...]
    closure: Closure
    widen: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Found:
    """What the machine of a party said last of a notice that it hides. sequence: of that message;
    is_open: whether the two are too close."""

    sequence: int
    is_open: bool


@dataclass(slots=True)
class ConflictState:
    """A conflict that is open or was, with its proposals by message id."""

    id: str
    threads: tuple[str, str]
    parties: tuple[str, ...]
    facts: ConflictFacts
    opened: datetime
    opened_entry: int
    closed: datetime | None = None
    proposals: dict[str, ProposalState] = field(default_factory=dict)


@dataclass(slots=True)
class DutyState:
    """A duty that is not done yet, and how many of its alarms were raised."""

    duty: Duty
    overdue: bool = False
    alarms: int = 0

    def next_time(self) -> datetime | None:
        """When something has to be said about it; None if all was said."""
        if not (self.overdue or self.alarms or self.duty.alarms):
            return self.duty.due  # nearly every duty: its first alarm is raised when it is due
        following = self.duty.alarm(self.alarms + 1)
        waiting = [] if following is None else [following[0]]
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
    filed: dict[str, Filed] = field(default_factory=dict)
    conflicts: dict[str, ConflictState] = field(default_factory=dict)
    accepted: dict[str, list[ProposalState]] = field(default_factory=dict)  # by the thread moved
    dispositions: dict[str, dict[str, DispositionState]] = field(default_factory=dict)
    duties: dict[str, DutyState] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)  # closures whose difference was said
    # what servers found of notices that they hide: by the hidden thread and the other one
    findings: dict[tuple[str, str], Found] = field(default_factory=dict)
    # entries of the coarse forms of messages, by message and party
    shown: dict[tuple[str, str], int] = field(default_factory=dict)
    last_entry: int = 0  # of the record, as far as it was read
    # Notices with a place, by when they begin at the earliest, ascending.
    _begins: list[tuple[datetime, str]] = field(default_factory=list)
    # A heap of times and items: what sort of thing, and of what: the id of a duty, a thread, a
    # party. Most of a long line is here: the names are those that stand elsewhere, not copies.
    # It says when to look, never what is so: what was looked at in vain leaves it.
    _agenda: list[tuple[datetime, str, str]] = field(default_factory=list, compare=False)

    def party(self, party_id: str) -> PartyState:
        """What is known of a party of the agreement."""
        found = self.parties.get(party_id)
        if found is None:
            found = self.parties[party_id] = PartyState()
        return found

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

    def place(self, notice: NoticeState) -> None:
        """Note when a notice begins, if it has a place: as it was just said, or amended."""
        if notice.notify.volumes:
            insort(self._begins, notice.begins)

    def displace(self, notice: NoticeState) -> None:
        """Forget when it begins: it ended, or is about to be amended."""
        at = bisect_left(self._begins, notice.begins)
        if self._begins[at : at + 1] == [notice.begins]:
            del self._begins[at]

    def begun_by(self, until: datetime) -> list[str]:
        """The threads of notices with a place that may begin by then; those that end leave."""
        return [name for _, name in self._begins[: bisect_right(self._begins, until, key=_first)]]

    def owe(self, duty: Duty) -> None:
        """Note a duty; one that is there already stays as it is."""
        duty_id = duty.id
        if duty_id not in self.duties:
            self.duties[duty_id] = DutyState(duty)
            self.look_again(duty_id)

    def look_again(self, duty_id: str) -> None:
        """Put a duty on the agenda for its next time."""
        at = self.duties[duty_id].next_time()
        if at is not None:
            heapq.heappush(self._agenda, (at, DUTY, duty_id))

    def wake(self, at: datetime, sort: str, name: str) -> None:
        """Put something else on the agenda: a thread that ends, a link that falls silent."""
        heapq.heappush(self._agenda, (at, sort, name))

    def done(self, duty_id: str) -> None:
        """A duty is done; nothing happens if it was not owed."""
        found = self.duties.pop(duty_id, None)
        thread = None if found is None else self.threads.get(found.duty.thread)
        if thread is not None:
            thread.overdue_duties -= {duty_id}
            for side in thread.sides.values():
                side.overdue -= {duty_id}

    def end_duties(self, thread: Thread) -> None:
        """Nothing is owed in a thread any more."""
        for party in thread.parties:
            for kind in DutyKind:
                self.done(duty_name(thread.id, kind, party))

    def forget(self, thread_id: str) -> None:
        """Forget a thread and its messages: a line check that others came after."""
        thread = self.threads.pop(thread_id, None)
        if thread is not None:
            self.end_duties(thread)
            for entry in thread.entries:
                self.messages.pop(entry.message.id, None)

    def due_now(self, now: datetime, most: int | None = None) -> tuple[datetime, list[Item]]:
        """The items that are due, each once; they leave the agenda. Whoever looked at one puts it
        back, with `wake`, if it has something to say: it stays due until that is on the record.

        most: take the first so many, and whatever is due at the same instant as the last of them;
        the instant up to which that is all there is.
        """
        found, at = set[Item](), now
        while self._agenda and self._agenda[0][0] <= now:
            if most is not None and len(found) >= most and self._agenda[0][0] > at:
                return at, sorted(found)
            at, sort, name = heapq.heappop(self._agenda)
            found.add((sort, name))
        return now, sorted(found)

    def next_due(self) -> datetime | None:
        """When something is due next."""
        return self._agenda[0][0] if self._agenda else None


def _first(one: tuple[datetime, str]) -> datetime:
    return one[0]
