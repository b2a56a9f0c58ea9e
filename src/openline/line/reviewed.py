"""What a review of a line says: counted by the same rules for every party.

What began in the period is counted, together with what became of it as far as the record goes.
Times to a receipt are from the entry of a message to the entry of the receipt, by the clock of the
record.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openline.line.duty import DutyKind
from openline.line.message.kind import AnswerCode, DispositionState, NoticeKind

# From the entry of a notice to the start of what it tells of: below each of these, and the rest.
LEAD_TIMES: Final = (
    ("after the start", timedelta(0)),
    ("less than 15 min", timedelta(minutes=15)),
    ("15 min to 1 h", timedelta(hours=1)),
    ("1 h to 6 h", timedelta(hours=6)),
    ("6 h to 24 h", timedelta(hours=24)),
)
LONGEST_LEAD: Final = "24 h or more"


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, middle and greatest of some durations."""

    least: timedelta
    median: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True)
class Owed:
    """How often something was owed, given, and given in time; `times` until it was given."""

    owed: int
    given: int
    in_time: int
    times: Spread | None


@dataclass(frozen=True, slots=True)
class PartyLine:
    """What one party said and owed.

    late: of the notices, with less lead time than agreed. delivered, read, disseminated: of
    notices, amendments and closures that it got; unable: how often it said so. answered: where one
    was asked for. called: urgent calls that it got, until a person had them. checks: of the line,
    by its people; missed_checks: how often they were overdue. overdue: other duties.
    """

    party: str
    notices: tuple[tuple[NoticeKind, int], ...]
    lead_times: tuple[tuple[str, int], ...]
    late: int
    amendments: int
    cancelled: int
    closures: int
    urgent_calls: int
    delivered: Owed
    read: Owed
    disseminated: Owed
    unable: int
    answered: Owed
    answers: tuple[tuple[AnswerCode, int], ...]
    called: Owed
    checks: int
    missed_checks: int
    machine_checks: int
    overdue: tuple[tuple[DutyKind, int], ...]
    alarms: int


@dataclass(frozen=True, slots=True)
class PairConflicts:
    """Conflicts between two parties. unlocated: only because a place was missing.

    closed: by cause. still_open: at the end of the record.
    """

    parties: tuple[str, ...]
    opened: int
    unlocated: int
    closed: tuple[tuple[str, int], ...]
    still_open: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Somebody continued as planned. stands: it was not amended, withdrawn or over."""

    entry: int
    time: datetime
    thread: str
    by: str
    against: str
    officer: str | None
    stands: bool


@dataclass(frozen=True, slots=True)
class ReviewedBreach:
    """A claim that the agreement was broken, with what was replied and decided."""

    entry: int
    time: datetime
    by: str
    against: tuple[str, ...]
    rule: str
    text: str
    replies: tuple[tuple[str, str], ...]
    dispositions: tuple[tuple[str, DispositionState], ...]
    state: DispositionState


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a party was not known to be there. heard: None if it was not heard again."""

    party: str
    last_heard: datetime | None
    unknown: datetime
    heard: datetime | None


@dataclass(frozen=True, slots=True)
class Suspension:
    """A time in which a party had suspended the line. until: None if it still has."""

    party: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class LineReview:
    """The review of a line. versions: of the agreement, with the time each was taken.

    proposals: on conflicts, by what became of them.
    """

    agreement: str
    versions: tuple[tuple[int, datetime], ...]
    parties: tuple[PartyLine, ...]
    conflicts: tuple[PairConflicts, ...]
    proposals: tuple[tuple[str, int], ...]
    disagreements: tuple[Disagreement, ...]
    breaches: tuple[ReviewedBreach, ...]
    outages: tuple[Outage, ...]
    suspensions: tuple[Suspension, ...]
