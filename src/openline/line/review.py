"""The review of a line: a fold over its entries, beside the line itself.

Made from entries alone, without the time it is made at: whoever holds the same entries gets the
same review.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from openline.line.agreement import Agreement
from openline.line.duty import DutyKind
from openline.line.event import (
    Alarm,
    ConflictClosed,
    ConflictOpened,
    Event,
    LinkChanged,
    LinkState,
    Overdue,
)
from openline.line.line import Line
from openline.line.message.bodies import (
    Amend,
    Answer,
    Breach,
    Cancel,
    Closure,
    LineCheck,
    Notify,
    Readback,
    Receipt,
    Reply,
    Resume,
    Suspend,
    Urgent,
)
from openline.line.message.envelope import Message
from openline.line.message.kind import AnswerCode, NoticeKind, ReceiptKind
from openline.line.review_counts import (
    Given,
    PairCounts,
    PartyCounts,
    Wait,
    check_word,
    counts,
    lead_word,
    party_line,
    wait_for,
)
from openline.line.reviewed import (
    Disagreement,
    LineReview,
    Outage,
    PairConflicts,
    ReviewedBreach,
    Suspension,
)
from openline.line.rules.claims import disposition_of
from openline.line.thread import MessageEntry

Period = tuple[datetime, datetime]


class LineReviewer:
    """Takes the entries of a line in their order and counts those of a period; both ends count."""

    def __init__(self, period: Period | None = None) -> None:
        self._line = Line()
        self._period = period
        self._versions: list[tuple[int, datetime]] = []
        self._parties: dict[str, PartyCounts] = {}
        self._waits: dict[tuple[str, str], Wait] = {}  # by message and who got it
        self._pairs: dict[tuple[str, ...], PairCounts] = {}
        self._counted: dict[str, tuple[str, ...]] = {}  # conflicts that are open, opened in it
        self._disagreements: list[tuple[MessageEntry, str]] = []
        self._breaches: list[MessageEntry] = []
        self._outages: list[Outage] = []
        self._suspensions: list[Suspension] = []
        self._proposals: list[tuple[str, str]] = []

    def take(
        self,
        entry: int,
        at: datetime,
        content: Message | Event | Agreement,
        *,
        carried: bool = False,
    ) -> None:
        """Take the next entry of the line.

        Raises: as `Line.check`, for a message that today's rules would refuse; it is left out.
        """
        if isinstance(content, Message):
            self._line.check(content, at, carried=carried)
            self._message(self._line.take_message(entry, at, content, carried=carried))
        elif isinstance(content, Agreement):
            self._line.take_agreement(content, at)
            self._versions.append((content.version, at))
            for party in content.parties:
                self._parties.setdefault(party.id, PartyCounts())
        else:
            self._line.take_event(entry, at, content)
            self._event(at, content)

    def result(self) -> LineReview | None:
        """The review of what was taken so far; None before there is an agreement."""
        agreement = self._line.state.agreement
        if agreement is None:
            return None
        return LineReview(
            agreement=agreement.id,
            versions=tuple(self._versions),
            parties=tuple(party_line(name, one) for name, one in sorted(self._parties.items())),
            conflicts=tuple(self._pair(*one) for one in sorted(self._pairs.items())),
            proposals=counts(self._proposal_steps()),
            disagreements=tuple(self._disagreement(*one) for one in self._disagreements),
            breaches=tuple(self._breach(one) for one in self._breaches),
            outages=(*self._never_heard(), *self._outages),
            suspensions=tuple(self._suspensions),
        )

    def _in_period(self, at: datetime) -> bool:
        return self._period is None or self._period[0] <= at <= self._period[1]

    def _party(self, name: str) -> PartyCounts:
        return self._parties.setdefault(name, PartyCounts())

    def _message(self, entry: MessageEntry) -> None:
        self._receipts(entry)
        if self._in_period(entry.received):
            self._said(entry)
        body = entry.message.body
        if isinstance(body, Resume):
            self._resumed(entry.message.sender, entry.received)

    def _said(self, entry: MessageEntry) -> None:
        message, at = entry.message, entry.received
        sender = self._party(message.sender)
        match message.body:
            case Notify() as notify:
                self._notice(entry, notify)
            case Amend(notice=notify) if entry.marks.lead_time is not None:
                sender.said["amendments"] += 1
                self._await(entry)
            case Cancel():
                sender.said["cancelled"] += 1
            case Closure():
                sender.said["closures"] += 1
                self._await(entry)
            case Urgent():
                sender.said["urgent_calls"] += 1
                self._await(entry)
            case Answer(code=code, of=of):
                sender.answers[code] += 1
                if code is AnswerCode.CONTINUING_AS_PLANNED:
                    self._disagreements.append((entry, of))
            case LineCheck(mode=mode, of=of):
                sender.said[check_word(mode, answers=of is not None)] += 1
            case Breach():
                self._breaches.append(entry)
            case Suspend():
                self._suspensions.append(Suspension(message.sender, at, None))
            case _ if message.thread in self._line.state.conflicts:
                self._proposals.append((message.thread, message.id))

    def _notice(self, entry: MessageEntry, notify: Notify) -> None:
        sender = self._party(entry.message.sender)
        sender.notices[notify.notice] += 1
        sender.said["late"] += entry.marks.late
        lead = entry.marks.lead_time
        if lead is not None and notify.notice is not NoticeKind.SITE:
            sender.lead_times[lead_word(lead)] += 1
        self._await(entry)

    def _await(self, entry: MessageEntry) -> None:
        """Every recipient owes receipts for it from now on."""
        terms = self._line.state.agreed().notice
        for name in entry.message.recipients:
            wait = wait_for(entry.message.body, entry.received, terms)
            self._waits[entry.message.id, name] = wait
            self._party(name).waits.append(wait)

    def _receipts(self, entry: MessageEntry) -> None:
        """What speaks of a message shows that it was received, and by a person that it was read."""
        message, body = entry.message, entry.message.body
        if not isinstance(body, Receipt | Readback | Answer):
            return
        wait = self._waits.get((body.of, message.sender))
        if wait is None:
            return
        at = entry.received
        wait.give(Given.DELIVERED, at)
        machine = isinstance(body, Receipt) and body.receipt is ReceiptKind.DELIVERED
        if message.officer is not None and not machine:
            wait.give(Given.READ, at)
        match body:
            case Receipt(receipt=ReceiptKind.UNABLE):
                wait.give(Given.UNABLE, at)
            case Receipt(receipt=ReceiptKind.DISSEMINATED, passed_to=crews):
                if all(one.received_at is not None for one in crews):
                    wait.give(Given.DISSEMINATED, at)
            case Answer(code=code) if code.ends_duty:
                wait.give(Given.ANSWERED, at)

    def _event(self, at: datetime, event: Event) -> None:
        if isinstance(event, ConflictClosed):
            parties = self._counted.pop(event.conflict, None)
            if parties is not None:
                self._pairs[parties].closed[event.cause] += 1
        elif isinstance(event, LinkChanged) and event.state is not LinkState.UNKNOWN:
            self._heard(event.party, at)
        if not self._in_period(at):
            return
        match event:
            case ConflictOpened():
                parties = self._owners(event)
                pair = self._pairs.setdefault(parties, PairCounts())
                pair.opened += 1
                pair.unlocated += event.facts.unlocated is not None
                self._counted[event.conflict] = parties
            case Overdue(owes=owes, what=what, thread=thread):
                missed = what is DutyKind.LINE_CHECK_HUMAN and not thread
                if missed:
                    self._party(owes).said["missed_checks"] += 1
                else:
                    self._party(owes).overdue[what] += 1
            case Alarm(owes=owes):
                self._party(owes).said["alarms"] += 1
            case LinkChanged(party=party, state=LinkState.UNKNOWN, age=age):
                last = None if age is None else at - age
                self._outages.append(Outage(party, last, at, None))

    def _owners(self, event: ConflictOpened) -> tuple[str, ...]:
        """The two parties; of what was not said on the line, only who was told is known."""
        threads = self._line.state.threads
        owners = {threads[name].opener for name in event.threads if name in threads}
        return tuple(sorted(owners | set(event.parties)))

    def _heard(self, party: str, at: datetime) -> None:
        self._outages = [
            Outage(one.party, one.last_heard, one.unknown, at)
            if one.party == party and one.heard is None
            else one
            for one in self._outages
        ]

    def _never_heard(self) -> Iterator[Outage]:
        """Parties that are not known to be there since there is an agreement."""
        since = self._versions[0][1]
        for party in self._line.state.agreed().parties:
            if self._line.state.party(party.id).last_heard is None and self._in_period(since):
                yield Outage(party.id, None, since, None)

    def _resumed(self, party: str, at: datetime) -> None:
        self._suspensions = [
            Suspension(one.party, one.since, at)
            if one.party == party and one.until is None
            else one
            for one in self._suspensions
        ]

    def _pair(self, parties: tuple[str, ...], pair: PairCounts) -> PairConflicts:
        still_open = sum(one == parties for one in self._counted.values())
        closed = counts(pair.closed)
        return PairConflicts(parties, pair.opened, pair.unlocated, closed, still_open)

    def _proposal_steps(self) -> Counter[str]:
        conflicts = self._line.state.conflicts
        found = (conflicts[name].proposals.get(message) for name, message in self._proposals)
        return Counter(str(one.step) for one in found if one is not None)

    def _disagreement(self, entry: MessageEntry, of: str) -> Disagreement:
        message = entry.message
        thread = self._line.state.threads[message.thread]
        side = thread.sides.get(message.sender)
        same = side is not None and side.answer is message.body
        return Disagreement(
            entry.entry,
            entry.received,
            message.thread,
            message.sender,
            thread.opener,
            message.officer,
            stands=thread.standing and thread.current == of and same,
        )

    def _breach(self, entry: MessageEntry) -> ReviewedBreach:
        message, state = entry.message, self._line.state
        body = message.body
        assert isinstance(body, Breach)
        replies = [one.message for one in state.threads[message.thread].entries]
        return ReviewedBreach(
            entry.entry,
            body.time,
            message.sender,
            message.recipients,
            body.rule,
            body.text,
            tuple((one.sender, one.body.text) for one in replies if isinstance(one.body, Reply)),
            tuple(sorted(state.dispositions.get(message.thread, {}).items())),
            disposition_of(state, message.thread),
        )
