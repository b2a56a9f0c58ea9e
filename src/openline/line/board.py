"""The board: what one party may see of the line at an instant, as frozen values to be shown.

Nothing in it is more than the sender of it chose to show to that party (`masking`). Lists are in
the order in which they are to be looked at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.separation import Separation
from openline.line.agreement import ClassMinima, Coarseness
from openline.line.duty import DutyKind
from openline.line.event import ConflictFacts, EndCause, LinkState
from openline.line.masking import CoarseNotice
from openline.line.message.bodies import Body, PassedTo
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    DispositionState,
    Kind,
    UnableReason,
)
from openline.line.proposal import ProposalState
from openline.line.thread import Step

STANDING_SENTENCE: Final = (
    "A notice is information, not permission and not protection; a receipt is not consent; "
    "unknown is never shown as clear."
)


MISSING_SHOWN: Final = 1_000


@dataclass(frozen=True, slots=True)
class PeerView:
    """The server of a party, with which this one exchanges.

    server: `reached`, `silent`, `paused` or `never heard`. heard: when it last said something that
    was signed. fault: why the last try failed. behind: messages for it that are not settled, with
    those that wait to be tried again; refused: for good. skew: its clock minus ours.
    cosigned: how many entries of our record it has cosigned, when, and how long ago; seen: how many
    of its record were cosigned here. refuses: why it does not cosign ours. evidence: what its
    record says that cannot be true beside what it said before.
    """

    server: str
    heard: datetime | None
    fault: str | None
    behind: int
    waiting: int
    refused: int
    skew: timedelta | None
    cosigned: int | None
    cosigned_at: datetime | None
    cosigned_age: timedelta | None
    seen: int | None
    refuses: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkView:
    """A party as it is heard. age: since it was last heard; None for never.

    missing: numbers of its messages that have not come, the last MISSING_SHOWN of them. skew: its
    clock minus ours. peer: its server, for a party that has one of its own.
    """

    party: str
    name: str
    own: bool
    state: LinkState
    age: timedelta | None
    skew: timedelta | None
    skewed: bool
    suspended_since: datetime | None
    alert: AlertLevel | None
    officer: str | None
    last_human_check: datetime | None
    missing: tuple[int, ...]
    peer: PeerView | None = None


@dataclass(frozen=True, slots=True)
class ClockView:
    """What is owed next: by whom, until when, and whether it is too late already.

    alarms: how many were raised; role: whom the last one called. paused: it waits for the end of a
    suspension. thread: empty for what is owed to the line as a whole.
    """

    what: DutyKind
    owes: str
    due: datetime
    overdue: bool
    alarms: int
    role: str | None
    paused: bool
    thread: str


@dataclass(frozen=True, slots=True)
class SideView:
    """A thread as it is with one recipient: how far it came, when, and what was said.

    times: of the steps that were reached. passed_on: names that were told, with their own receipts.
    distance_m, wrong: of the last read-back, where they may be seen. shown: how much of it the
    recipient is shown, for whoever opened the thread; None for others.
    """

    party: str
    step: Step
    times: tuple[tuple[Step, datetime], ...]
    answer: AnswerCode | None
    until: datetime | None
    answered_by: str | None
    text: str | None
    passed_on: tuple[PassedTo, ...]
    unable: UnableReason | None
    distance_m: float | None
    wrong: tuple[str, ...]
    overdue: tuple[DutyKind, ...]
    shown: Coarseness | None = None


@dataclass(frozen=True, slots=True)
class ThreadView:
    """What was said about one thing: one visible state and one clock.

    says: the message that counts now, or its coarse form. lead_time: from its receiving to the
    start. late: less than agreed. disagrees: who said `continuing_as_planned`. stale: a site that
    nobody confirmed. widened: by how much its times may be wrong. conflicts: ids, open ones.
    """

    id: str
    kind: Kind
    opener: str
    own: bool
    state: Step
    opened: datetime
    entry: int
    shown: Coarseness
    says: Body | CoarseNotice | None
    current: str
    version: int
    sides: tuple[SideView, ...]
    clock: ClockView | None
    overdue: bool
    lead_time: timedelta | None
    late: bool
    widened: timedelta
    stale: bool
    unlocated: bool
    unauthorised: bool
    disagrees: tuple[str, ...]
    conflicts: tuple[str, ...]
    ended: EndCause | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal, and what the notice would still come too close to, as far as is shown."""

    proposal: ProposalState
    meets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Two things that come too close. over: its time is past, though both still stand.

    other: the party of the other thing. own_name, other_name: where they are shown.
    only_unlocated: a place is missing, and nothing more is known.
    disagrees: who continues as planned with one of the two. closed: None while it stands.
    """

    id: str
    other: str
    own_thread: str
    own_name: str | None
    other_thread: str
    other_name: str | None
    facts: ConflictFacts
    opened: datetime
    entry: int
    over: bool
    only_unlocated: bool
    disagrees: tuple[str, ...]
    proposals: tuple[ProposalView, ...]
    clock: ClockView | None
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class BreachView:
    """A claim that the agreement was broken, and what became of it as each side sees it."""

    thread: str
    by: str
    against: tuple[str, ...]
    rule: str
    time: datetime
    text: str
    replies: int
    dispositions: tuple[tuple[str, DispositionState], ...]
    state: DispositionState


@dataclass(frozen=True, slots=True)
class Counters:
    """What there is to do. unread, unanswered, overdue: what this party owes, or others do."""

    threads: int
    unread: int
    unanswered: int
    overdue: int
    overdue_others: int
    alarms: int
    conflicts: int
    unlocated: int
    disagreements: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything at one instant. `entry`: the record up to that number.

    in_force: whether an agreement is; nothing is taken without one. unauthorised: threads of plans
    without a valid authority. differing: closures that share a border and have other limits.
    clocks: what is overdue or alarms, own first.
    """

    party: str
    now: datetime
    entry: int
    agreement: str
    version: int
    in_force: bool
    valid_until: datetime
    separation: Separation
    class_minima: tuple[ClassMinima, ...]
    links: tuple[LinkView, ...]
    conflicts: tuple[ConflictView, ...]
    unlocated: tuple[str, ...]
    closures: tuple[str, ...]
    differing: tuple[tuple[str, str], ...]
    unauthorised: tuple[str, ...]
    breaches: tuple[BreachView, ...]
    clocks: tuple[ClockView, ...]
    threads: tuple[ThreadView, ...]
    counters: Counters
    sentence: str = STANDING_SENTENCE


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a thread as a party may see it. of: the message it speaks of.

    body: None where only its digest is shown.
    """

    entry: int
    id: str
    kind: Kind
    sender: str
    recipients: tuple[str, ...]
    officer: str | None
    time_sent: datetime
    received: datetime
    carried: bool
    shown: Coarseness
    body: Body | CoarseNotice | None
    latency: timedelta
    lead_time: timedelta | None
    late: bool
    distance_m: float | None
    wrong: tuple[str, ...]
