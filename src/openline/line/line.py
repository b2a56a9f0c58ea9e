"""The line: a fold over the entries of the record, and what the next entry may be.

`check` and `marks` look at a message before it is taken; `take_message`, `take_event` and
`take_agreement` change the state once an entry is on the record; `follow` and `due` say which
events come next. All of it is pure but for the state that is kept here, and reads no clock.

Laws, held by tests/property/test_line_machine.py:
1 the same entries give the same state;
2 what `check` passed, `take_message` takes;
3 an event that is taken is not said again by `due`;
4 a line that resumed what another one folded is as that one (tests/property/test_line_fold.py).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from openline.errors import InvariantBroken
from openline.line.agreement import Agreement
from openline.line.compare import Comparison
from openline.line.event import (
    Alarm,
    AuthorityMissing,
    ClarifyAsked,
    ClosuresDiffer,
    ConflictChanged,
    ConflictClosed,
    ConflictOpened,
    EndCause,
    Ended,
    Event,
    LinkChanged,
    LinkState,
    NumbersSettled,
    Overdue,
    ProposalChecked,
    Stale,
)
from openline.line.filed import Filed
from openline.line.message.bodies import Finding, LineCheck
from openline.line.message.envelope import Message
from openline.line.message.kind import CheckMode, FindingState, Kind
from openline.line.rules import general, proposals
from openline.line.rules.agenda import in_order
from openline.line.rules.agreed import renew
from openline.line.rules.authorities import look_at_plans, take_missing
from openline.line.rules.checks import LINK
from openline.line.rules.rule import Timed
from openline.line.rules.table import AGENDA, RULES
from openline.line.sky import NOBODY, Remote
from openline.line.state import ConflictState, LineState
from openline.line.thread import Marks, MessageEntry, Side, Step, Thread


@dataclass(frozen=True, slots=True)
class Folded:
    """What the entries up to one of them amount to: the state, and the conflicts that stand."""

    state: LineState
    conflicts: Mapping[str, ConflictOpened | ConflictChanged]


class Line:
    """One line under one agreement. Not thread-safe: whoever holds it takes turns."""

    def __init__(self) -> None:
        self.state = LineState()
        self._comparison = Comparison()

    def folded(self) -> Folded:
        """What the entries amount to so far: not a copy, it changes with the line."""
        return Folded(self.state, self._comparison.standing)

    def resume(self, folded: Folded) -> None:
        """Be as the line was that gave this: as if its entries had been taken, and no others.

        What is given is changed from now on: it must be nobody else's.
        """
        self.state = folded.state
        self._comparison.resume(folded.state, folded.conflicts)

    def check(self, message: Message, received: datetime, *, carried: bool = False) -> None:
        """Whether a message may be taken.

        Raises: InvalidInput, NotFound, PermissionDenied, VersionMismatch, with `field`.
        """
        general.check(self.state, message, received, carried=carried)
        RULES[message.kind].check(self.state, message, received)

    def marks(self, message: Message, received: datetime, *, carried: bool = False) -> Marks:
        """What is found at receiving: latency, skew, lead time, LATE, a read-back's distance."""
        first = general.first_marks(self.state, message, received, carried=carried)
        return RULES[message.kind].mark(self.state, message, received, first)

    def take_message(
        self, entry: int, received: datetime, message: Message, *, carried: bool = False
    ) -> MessageEntry:
        """Take a message that is on the record under that number."""
        marks = self.marks(message, received, carried=carried)
        taken = MessageEntry(entry, received, message, marks, carried)
        state = self.state
        state.last_entry = max(state.last_entry, entry)
        state.messages[message.id] = taken
        sender = state.party(message.sender)
        sender.sequences.use(message.sequence)
        self._note_said(taken)
        if not carried:
            sender.last_heard, sender.skew = received, marks.skew
            if sender.link is not LinkState.LIVE:
                state.wake(received, LINK, message.sender)
        if message.kind.begins_thread:
            state.begin_thread(taken)
        state.threads[message.thread].entries.append(taken)
        RULES[message.kind].apply(state, taken)
        if message.thread in state.notices or message.thread in state.closures:
            self._comparison.touch(message.thread)
        return taken

    def follow(self, taken: MessageEntry) -> list[Event]:
        """What a message that was taken leads to; conflicts come from `compare`."""
        events = RULES[taken.message.kind].follow(self.state, taken)
        if taken.message.kind is Kind.PROPOSE:
            events += proposals.checked(self.state, taken.message, self._comparison.would_meet)
        return events

    def take_filed(self, filed: Filed, at: datetime) -> None:
        """Take what a party filed with the discovery service, in place of what it was."""
        state = self.state
        state.filed[filed.id] = filed
        others = [one.id for one in state.agreed().parties if one.id != filed.party]
        sides = {party: Side(Step.RECEIVED) for party in others}
        state.threads[filed.id] = Thread(filed.id, None, filed.party, sides, at, filed.id)
        self._comparison.touch(filed.id)

    def drop_filed(self, filed_id: str, at: datetime) -> None:
        """What was filed is no more; nothing happens if it was not."""
        if self.state.filed.pop(filed_id, None) is not None:
            thread = self.state.threads[filed_id]
            thread.ended, thread.ended_at = EndCause.ENDED, at
            self._comparison.touch(filed_id)

    def filed_ends_at(self) -> datetime | None:
        """When the next of what was filed is over."""
        return self._comparison.ends_at()

    def compare(self, now: datetime, remote: Remote = NOBODY) -> list[Event]:
        """The conflicts that opened, changed or closed since the last comparison was taken.

        remote: those with servers of their own.
        """
        return self._comparison.events(self.state, now, remote)

    def findings(self, own: Collection[str]) -> list[tuple[str, Finding]]:
        """What has to be told of notices of these parties to those who are shown conflicts alone:
        the thread of the notice, and what is found. It is given until it was said."""
        hidden, state = self._comparison.hidden, self.state
        if not hidden and not state.findings:
            return []
        wanted = dict.fromkeys(pair for pair in hidden.values() if self._is_of(pair[0], own))
        said = [
            pair
            for pair, found in state.findings.items()
            if found.is_open and self._is_of(pair[0], own)
        ]
        new = [(pair, FindingState.OPEN) for pair in wanted if pair not in said]
        new += [(pair, FindingState.OVER) for pair in said if pair not in wanted]
        return [
            (own_thread, Finding(found, other, state.threads[other].current))
            for (own_thread, other), found in new
        ]

    def take_shown(self, entry: int, message_id: str, parties: Iterable[str]) -> None:
        """Note under which number the coarse form of a message for these parties is."""
        self.state.shown |= {(message_id, party): entry for party in parties}

    def due(self, now: datetime, most: int | None = None) -> list[Event]:
        """What the clock leads to. It stays due until its events are taken.

        most: of so many items that are due, the first ones; nothing only if nothing is due.
        """
        found, until = list[Timed](), None
        while not found and until != now:
            until, items = self.state.due_now(now, most)
            for sort, name in items:
                said = AGENDA[sort](self.state, name, until)
                if said:
                    self.state.wake(min(at for at, _ in said), sort, name)
                found += said
        return in_order(found)

    def take_agreement(self, agreement: Agreement, at: datetime) -> None:
        """Take a version that every party signed, in force from that instant on."""
        if agreement.version in self.state.agreements:
            raise InvariantBroken(f"version {agreement.version} is on the record already")
        self.state.agreements[agreement.version] = agreement
        self.state.agreement = agreement
        for party in agreement.parties:
            self.state.party(party.id)
        renew(self.state, at)

    def take_events(self, entry: int, at: datetime, events: Iterable[Event]) -> None:
        """Take events in their order."""
        for event in events:
            self.take_event(entry, at, event)

    def take_event(self, entry: int, at: datetime, event: Event) -> None:
        """Take an event that is on the record under that number."""
        self.state.last_entry = max(self.state.last_entry, entry)
        match event:
            case ConflictOpened() | ConflictChanged():
                self._take_conflict(entry, at, event)
            case ConflictClosed():
                self._close_conflict(at, event)
            case Overdue() | Alarm():
                self._take_alarm(event)
            case Ended():
                self._end(at, event)
            case Stale():
                notice = self.state.notices.get(event.thread)
                if notice is not None:
                    notice.stale = True
            case LinkChanged():
                self.state.party(event.party).link = event.state
                self.state.wake(at, LINK, event.party)
            case AuthorityMissing():
                take_missing(self.state, at, event)
            case ClosuresDiffer():
                self.state.told.add(event.threads)
            case ProposalChecked():
                proposals.take_checked(self.state, event)
            case NumbersSettled():
                self.state.party(event.party).sequences.settle(event.up_to)
            case ClarifyAsked():
                pass

    def _take_conflict(
        self, entry: int, at: datetime, event: ConflictOpened | ConflictChanged
    ) -> None:
        state = self.state
        found = state.conflicts.get(event.conflict)
        if found is None:
            found = state.conflicts[event.conflict] = ConflictState(
                event.conflict, event.threads, event.parties, event.facts, at, entry
            )
            state.threads[event.conflict] = Thread(event.conflict, None, "", {}, at, event.conflict)
        if isinstance(event, ConflictOpened):  # the first time or again: one thread, one history
            found.opened, found.opened_entry, found.closed = at, entry, None
            thread = state.threads[event.conflict]
            thread.ended_at = None
            thread.sides = {party: Side(Step.RECEIVED) for party in event.parties}
        found.facts = event.facts
        self._comparison.took(event)

    def _close_conflict(self, at: datetime, event: ConflictClosed) -> None:
        found = self.state.conflicts.get(event.conflict)
        if found is not None:
            found.closed = at
            proposals.lapse(found)
        thread = self.state.threads.get(event.conflict)
        if thread is not None:
            self.state.end_duties(thread)
            thread.close(at)
        self._comparison.took(event)

    def _take_alarm(self, event: Overdue | Alarm) -> None:
        found = self.state.duties.get(event.duty)
        if found is None:
            return
        if isinstance(event, Overdue):
            found.overdue = True
            self._note_overdue(event)
        else:
            found.alarms = event.number
        self.state.look_again(event.duty)

    def _note_overdue(self, event: Overdue) -> None:
        thread = self.state.threads.get(event.thread)
        if thread is None:
            return
        thread.overdue_duties |= {event.duty}
        side = thread.sides.get(event.owes)
        if side is not None:
            side.overdue |= {event.duty}

    def _note_said(self, taken: MessageEntry) -> None:
        """Keep it with what its party said; a machine's check is kept elsewhere, for a while."""
        message = taken.message
        if isinstance(message.body, LineCheck) and message.body.mode is CheckMode.MACHINE:
            return
        sender = self.state.party(message.sender)
        sender.said.append(taken)
        if message.kind is Kind.URGENT:
            sender.urgent.append(taken)

    def _is_of(self, thread: str, own: Collection[str]) -> bool:
        return thread in self.state.notices and self.state.threads[thread].opener in own

    def _end(self, at: datetime, event: Ended) -> None:
        state = self.state
        thread = state.threads.get(event.thread)
        if thread is None or not thread.standing:
            return
        self._comparison.touch(thread.id)
        notice = state.notices.pop(thread.id, None)
        if notice is not None:
            state.displace(notice)
        state.closures.pop(thread.id, None)
        for pair in [pair for pair in state.findings if thread.id in pair]:
            del state.findings[pair]
        state.end_duties(thread)
        thread.ended = event.cause
        thread.close(at)
        if state.party(thread.opener).authorities.pop(thread.id, None) is not None:
            look_at_plans(state, thread.opener, at)
