"""What the server says of itself on the line: entries that no party signed, each seen by those it
names. Every event is made by a pure rule from the entries before it and the time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from openline.geo.position import Position
from openline.line.duty import DutyKind
from openline.line.message.kind import Missing


class LinkState(StrEnum):
    """Whether a party is heard. Unknown is never shown as anything else."""

    LIVE = "live"
    LATE = "late"
    UNKNOWN = "UNKNOWN"


class EndCause(StrEnum):
    """Why a notice, closure or authority no longer stands."""

    ENDED = "ended"  # its time is over
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class ConflictFacts:
    """The numbers of a conflict, SI units; None where a side names no place.

    unlocated: the thread of the notice without a place that alone makes the conflict.
    """

    time_start: datetime
    time_end: datetime
    lateral_m: float  # the minima it was found with
    vertical_m: float
    time_s: float
    reason: str
    distance_m: float | None = None
    vertical_gap_m: float | None = None
    time_gap_s: float = 0.0
    altitude_lower_m: float | None = None
    altitude_upper_m: float | None = None
    where: Position | None = None
    unlocated: str | None = None


@dataclass(frozen=True, slots=True)
class ConflictOpened:
    """Two notices, plans, sites or closures of different parties come closer than the minima."""

    name: ClassVar[str] = "conflict.opened"
    conflict: str
    threads: tuple[str, str]
    parties: tuple[str, ...]
    facts: ConflictFacts


@dataclass(frozen=True, slots=True)
class ConflictChanged:
    """Its numbers are others now."""

    name: ClassVar[str] = "conflict.changed"
    conflict: str
    threads: tuple[str, str]
    parties: tuple[str, ...]
    facts: ConflictFacts


@dataclass(frozen=True, slots=True)
class ConflictClosed:
    """It is no more; `cause` is `amended`, `ended`, `cancelled`, `superseded` or `agreement`."""

    name: ClassVar[str] = "conflict.closed"
    conflict: str
    threads: tuple[str, str]
    parties: tuple[str, ...]
    cause: str


@dataclass(frozen=True, slots=True)
class ProposalChecked:
    """What a notice that is moved as proposed would still come too close to, for one party.

    proposal: the message's id. meets: threads of the others, as far as that party may know.
    """

    name: ClassVar[str] = "proposal.checked"
    conflict: str
    proposal: str
    parties: tuple[str, ...]
    meets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClarifyAsked:
    """The server asks the sender of a notice for what it leaves open, for all its recipients."""

    name: ClassVar[str] = "clarify.asked"
    thread: str
    parties: tuple[str, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    """A duty was not done in time."""

    name: ClassVar[str] = "duty.overdue"
    duty: str
    thread: str
    parties: tuple[str, ...]
    owes: str
    what: DutyKind
    due: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """The alarm of that number (from 1) is raised at a party, for that step of its ladder."""

    name: ClassVar[str] = "duty.alarm"
    duty: str
    thread: str
    parties: tuple[str, ...]
    owes: str
    what: DutyKind
    number: int
    ladder_step: int
    ladder_role: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A notice, closure or authority no longer stands."""

    name: ClassVar[str] = "thread.ended"
    thread: str
    parties: tuple[str, ...]
    cause: EndCause


@dataclass(frozen=True, slots=True)
class Stale:
    """A site was not confirmed again in time. It still stands, and is marked."""

    name: ClassVar[str] = "site.stale"
    thread: str
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """A party is heard again, late, or not known to be there. `age` since it was last heard."""

    name: ClassVar[str] = "link.changed"
    party: str
    parties: tuple[str, ...]
    state: LinkState
    age: timedelta | None


@dataclass(frozen=True, slots=True)
class AuthorityMissing:
    """A plan without a valid authority: told to its own side first, then to the others."""

    name: ClassVar[str] = "authority.missing"
    thread: str
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClosuresDiffer:
    """Two closures that share a border have other limits."""

    name: ClassVar[str] = "closures.differ"
    threads: tuple[str, str]
    parties: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class NumbersSettled:
    """A party's server says that whatever it said up to that number for `parties` is settled: it
    came or was refused. Numbers below it that are missing were for others."""

    name: ClassVar[str] = "numbers.settled"
    party: str
    parties: tuple[str, ...]
    up_to: int


Event = (
    ConflictOpened
    | ConflictChanged
    | ConflictClosed
    | ProposalChecked
    | ClarifyAsked
    | Overdue
    | Alarm
    | Ended
    | Stale
    | LinkChanged
    | AuthorityMissing
    | ClosuresDiffer
    | NumbersSettled
)
