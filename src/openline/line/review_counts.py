"""What is counted of one party while a line is reviewed, and the sums at the end."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from openline.line.agreement import NoticeTerms
from openline.line.duty import DutyKind
from openline.line.message.bodies import Amend, Body, Notify, Urgent
from openline.line.message.kind import AnswerCode, Asks, CheckMode, NoticeKind
from openline.line.reviewed import LEAD_TIMES, LONGEST_LEAD, Owed, PartyLine, Spread

_Word = TypeVar("_Word", bound=str)


class Given(StrEnum):
    """What a party gives for a message that it got."""

    DELIVERED = "delivered"
    READ = "read"  # by a person; of an urgent call, that a person has it
    DISSEMINATED = "disseminated"  # every crew with its own receipt
    UNABLE = "unable"
    ANSWERED = "answered"


@dataclass(slots=True)
class Wait:
    """A message that a party got, and what it gave for it when. owed: within which times."""

    since: datetime
    urgent: bool
    owed: dict[Given, timedelta]
    given: dict[Given, datetime] = field(default_factory=dict)

    def give(self, kind: Given, at: datetime) -> None:
        """Note what was given; the first time counts."""
        self.given.setdefault(kind, at)


@dataclass(slots=True)
class PartyCounts:
    """What was counted of one party so far."""

    notices: Counter[NoticeKind] = field(default_factory=Counter)
    lead_times: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    answers: Counter[AnswerCode] = field(default_factory=Counter)
    overdue: Counter[DutyKind] = field(default_factory=Counter)
    waits: list[Wait] = field(default_factory=list)


@dataclass(slots=True)
class PairCounts:
    """What was counted of the conflicts of two parties."""

    opened: int = 0
    unlocated: int = 0
    closed: Counter[str] = field(default_factory=Counter)


def wait_for(body: Body, since: datetime, terms: NoticeTerms) -> Wait:
    """What a recipient of that message owes from then on."""
    if isinstance(body, Urgent):
        within = {Given.DELIVERED: terms.receipt_within, Given.READ: terms.urgent_alarms[-1]}
        return Wait(since, True, within)
    owed = {Given.DELIVERED: terms.receipt_within, Given.READ: terms.read_within}
    notify = body.notice if isinstance(body, Amend) else body
    if isinstance(notify, Notify):
        if terms.disseminated_within is not None:
            owed[Given.DISSEMINATED] = terms.disseminated_within
        if notify.asks is not Asks.NOTHING:
            owed[Given.ANSWERED] = max(notify.time_start - since, terms.read_within)
    return Wait(since, False, owed)


def party_line(name: str, one: PartyCounts) -> PartyLine:
    """The sums of a party."""
    notices = [wait for wait in one.waits if not wait.urgent]
    calls = [wait for wait in one.waits if wait.urgent]
    ordered = [word for word, _ in LEAD_TIMES] + [LONGEST_LEAD]
    return PartyLine(
        party=name,
        notices=counts(one.notices),
        lead_times=tuple((word, one.lead_times[word]) for word in ordered),
        late=one.said["late"],
        amendments=one.said["amendments"],
        cancelled=one.said["cancelled"],
        closures=one.said["closures"],
        urgent_calls=one.said["urgent_calls"],
        delivered=_owed(notices, Given.DELIVERED),
        read=_owed(notices, Given.READ),
        disseminated=_owed(notices, Given.DISSEMINATED),
        unable=sum(Given.UNABLE in wait.given for wait in one.waits),
        answered=_owed(notices, Given.ANSWERED),
        answers=counts(one.answers),
        called=_owed(calls, Given.READ),
        checks=one.said["checks"],
        missed_checks=one.said["missed_checks"],
        machine_checks=one.said["machine_checks"],
        overdue=counts(one.overdue),
        alarms=one.said["alarms"],
    )


def counts(counter: Counter[_Word]) -> tuple[tuple[_Word, int], ...]:
    """A counter in the order of its words."""
    return tuple(sorted(counter.items()))


def lead_word(lead: timedelta) -> str:
    """The class of a lead time."""
    return next((word for word, limit in LEAD_TIMES if lead < limit), LONGEST_LEAD)


def check_word(mode: CheckMode, *, answers: bool) -> str:
    """Under which word a line check is counted."""
    if mode is CheckMode.MACHINE:
        return "machine_checks"
    return "checks_answered" if answers else "checks"


def _owed(waits: Iterable[Wait], kind: Given) -> Owed:
    """What was given is counted where nothing was owed too."""
    listed = list(waits)
    times = sorted(one.given[kind] - one.since for one in listed if kind in one.given)
    in_time = sum(
        kind in one.given and one.given[kind] - one.since <= one.owed[kind]
        for one in listed
        if kind in one.owed
    )
    spread = Spread(times[0], times[(len(times) - 1) // 2], times[-1]) if times else None
    return Owed(sum(kind in one.owed for one in listed), len(times), in_time, spread)
