"""The bodies of messages, one frozen value for each kind. Raises: InvalidInput with `field`.

Place is always a volume or a position; text is short and beside the codes, never instead of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from openline.airspace.volume import Volume4D, check_window
from openline.errors import InvalidInput
from openline.geo.position import Position
from openline.line.agreement import Channel, Coarseness
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    Asks,
    Binding,
    CheckMode,
    ClosureReason,
    DispositionState,
    Kind,
    Missing,
    NoticeKind,
    ReceiptKind,
    UnableReason,
    UrgentAction,
)

TEXT_MAX: Final = 280
NAME_MAX: Final = 80
VOLUMES_MAX: Final = 100
PASSED_TO_MAX: Final = 100
EVIDENCE_MAX: Final = 50
OPERATIONS_MAX: Final = 1_000
_DIGEST_BYTES: Final = 32


def check_text(value: str | None, field: str = "text", most: int = TEXT_MAX) -> None:
    """Raises: InvalidInput for text that is too long, blank or holds control characters."""
    if value is None:
        return
    if len(value) > most:
        raise InvalidInput(f"{len(value)} characters; {most} are the most", field=field)
    if not value.strip() or any(ord(c) < 32 or 127 <= ord(c) < 160 for c in value):
        raise InvalidInput("it is blank or holds control characters", field=field)


@dataclass(frozen=True, slots=True)
class FieldContact:
    """Somebody on the spot. `tested_at` is when the contact was last tried and answered."""

    role: str
    phone: str | None = None
    frequency_mhz: float | None = None
    tested_at: datetime | None = None

    def __post_init__(self) -> None:
        check_text(self.role, "contact.role", NAME_MAX)
        check_text(self.phone, "contact.phone", NAME_MAX)
        if self.phone is None and self.frequency_mhz is None:
            raise InvalidInput("a contact without phone or frequency_mhz", field="contact")


@dataclass(frozen=True, slots=True)
class Notify:
    """A notice: where, how high, when; without volumes it is unlocated.

    show: how much of it each recipient sees; None is everything, for a plan what the agreement
    says. confirmed_by: the second person who looked at a site on the map.
    """

    kind: ClassVar[Kind] = Kind.NOTIFY
    notice: NoticeKind
    time_start: datetime
    time_end: datetime
    volumes: tuple[Volume4D, ...] = ()
    asks: Asks = Asks.KEEP_MINIMA
    name: str | None = None
    flight_class: str | None = None
    text: str | None = None
    show: Coarseness | None = None
    contact: FieldContact | None = None
    confirmed_by: str | None = None

    def __post_init__(self) -> None:
        check_window(self.time_start, self.time_end)
        check_text(self.name, "name", NAME_MAX)
        check_text(self.text)
        check_text(self.confirmed_by, "confirmed_by", NAME_MAX)
        if len(self.volumes) > VOLUMES_MAX:
            raise InvalidInput(f"more than {VOLUMES_MAX} volumes", cure="split", field="volumes")
        if (self.notice is NoticeKind.UNLOCATED) != (not self.volumes):
            raise InvalidInput(
                "only an unlocated notice is without volumes, and it has none",
                cure="give volumes, or notice: unlocated",
                field="volumes",
            )
        for volume in self.volumes:
            if volume.time_start < self.time_start or volume.time_end > self.time_end:
                raise InvalidInput("a volume is outside the notice's time", field="volumes")
        if self.notice is NoticeKind.MOVEMENT and self.contact is None:
            raise InvalidInput("a movement needs a field contact", field="contact")
        if self.notice is NoticeKind.SITE and self.confirmed_by is None:
            raise InvalidInput(
                "a site is entered by two persons", cure="give confirmed_by", field="confirmed_by"
            )

    @property
    def located(self) -> bool:
        """Whether it names a place."""
        return bool(self.volumes)


@dataclass(frozen=True, slots=True)
class Amend:
    """A notice as it is from now on, whole. For a site the same again confirms it."""

    kind: ClassVar[Kind] = Kind.AMEND
    notice: Notify


@dataclass(frozen=True, slots=True)
class Cancel:
    """The end of a notice, closure or authority before its time."""

    kind: ClassVar[Kind] = Kind.CANCEL
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class PassedTo:
    """A crew or post that was told. `received_at` is its own receipt; None while there is none."""

    name: str
    received_at: datetime | None = None

    def __post_init__(self) -> None:
        check_text(self.name, "passed_to.name", NAME_MAX)


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a message arrived, was read, was passed on, or cannot be. `of` is the message's id."""

    kind: ClassVar[Kind] = Kind.RECEIPT
    receipt: ReceiptKind
    of: str
    passed_to: tuple[PassedTo, ...] = ()
    reason: UnableReason | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)
        if len(self.passed_to) > PASSED_TO_MAX:
            raise InvalidInput(f"more than {PASSED_TO_MAX} names", field="passed_to")
        if (self.receipt is ReceiptKind.DISSEMINATED) != bool(self.passed_to):
            raise InvalidInput("passed_to belongs to disseminated alone", field="passed_to")
        if (self.receipt is ReceiptKind.UNABLE) != (self.reason is not None):
            raise InvalidInput("a reason belongs to unable alone", field="reason")


@dataclass(frozen=True, slots=True)
class Readback:
    """Place, heights and time as the reader understood them."""

    kind: ClassVar[Kind] = Kind.READBACK
    of: str
    place: Position
    altitude_lower_m: float
    altitude_upper_m: float
    time_start: datetime
    time_end: datetime

    def __post_init__(self) -> None:
        check_window(self.time_start, self.time_end)
        if not self.altitude_lower_m <= self.altitude_upper_m:
            raise InvalidInput(
                "altitude_upper_m is below altitude_lower_m", field="altitude_upper_m"
            )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader does. `until` is asked for with need_more_time."""

    kind: ClassVar[Kind] = Kind.ANSWER
    code: AnswerCode
    of: str
    until: datetime | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)
        if (self.code is AnswerCode.NEED_MORE_TIME) != (self.until is not None):
            raise InvalidInput("until belongs to need_more_time alone", field="until")
        if self.code is AnswerCode.ANSWERED and self.text is None:
            raise InvalidInput("an answer to a query needs its text", field="text")


@dataclass(frozen=True, slots=True)
class Clarify:
    """Asks for what a notice leaves open."""

    kind: ClassVar[Kind] = Kind.CLARIFY
    missing: tuple[Missing, ...]
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)
        if not self.missing or len(set(self.missing)) != len(self.missing):
            raise InvalidInput("name what is missing, each once", field="missing")


@dataclass(frozen=True, slots=True)
class Propose:
    """A way out of a conflict: the proposer's or the other's notice as it could be.

    `moves` is the thread of the notice that would change; `volumes` what it would become.
    """

    kind: ClassVar[Kind] = Kind.PROPOSE
    conflict: str
    moves: str
    volumes: tuple[Volume4D, ...]
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)
        if not 1 <= len(self.volumes) <= VOLUMES_MAX:
            raise InvalidInput(f"1 to {VOLUMES_MAX} volumes", field="volumes")


@dataclass(frozen=True, slots=True)
class Accept:
    """Takes a proposal; whose notice it moves then amends it."""

    kind: ClassVar[Kind] = Kind.ACCEPT
    proposal: str


@dataclass(frozen=True, slots=True)
class Decline:
    """Turns a proposal down."""

    kind: ClassVar[Kind] = Kind.DECLINE
    proposal: str
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class Urgent:
    """Asks for something at once. Any duty officer may send it, and any may acknowledge it."""

    kind: ClassVar[Kind] = Kind.URGENT
    action: UrgentAction
    volumes: tuple[Volume4D, ...] = ()
    position: Position | None = None
    about: str | None = None  # the thread of a notice or conflict
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)
        if len(self.volumes) > VOLUMES_MAX:
            raise InvalidInput(f"more than {VOLUMES_MAX} volumes", field="volumes")


@dataclass(frozen=True, slots=True)
class AlertState:
    """A party's state of alert, so that the civil side can close first."""

    kind: ClassVar[Kind] = Kind.ALERT_STATE
    level: AlertLevel


@dataclass(frozen=True, slots=True)
class Closure:
    """Airspace closed or restricted: one limit, a reason, a review and an end.

    supersedes: the thread of the closure that this one replaces.
    """

    kind: ClassVar[Kind] = Kind.CLOSURE
    name: str
    volumes: tuple[Volume4D, ...]
    reason: ClosureReason
    binding: Binding
    review_at: datetime
    revision: int = 1
    supersedes: str | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.name, "name", NAME_MAX)
        check_text(self.text)
        if not 1 <= len(self.volumes) <= VOLUMES_MAX:
            raise InvalidInput(f"1 to {VOLUMES_MAX} volumes", field="volumes")
        if not 1 <= self.revision <= 10_000:
            raise InvalidInput("a revision counts from 1", field="revision")
        if (self.revision > 1) != (self.supersedes is not None):
            raise InvalidInput("a revision after the first supersedes one", field="supersedes")
        check_window(self.time_start, self.time_end)
        if not self.time_start <= self.review_at <= self.time_end:
            raise InvalidInput("the review is within the time of the closure", field="review_at")

    @property
    def time_start(self) -> datetime:
        """When the first volume begins."""
        return min(volume.time_start for volume in self.volumes)

    @property
    def time_end(self) -> datetime:
        """When the last volume ends: no closure is without an end."""
        return max(volume.time_end for volume in self.volumes)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened."""

    kind: ClassVar[Kind] = Kind.INCIDENT
    time: datetime
    text: str
    position: Position | None = None
    about: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class Query:
    """A question, to be answered within the agreed days."""

    kind: ClassVar[Kind] = Kind.QUERY
    text: str
    urgent: bool = False
    about: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that shows what is claimed: an entry of the record, or a file by its SHA-256."""

    note: str
    entry: int | None = None
    sha256: bytes | None = None

    def __post_init__(self) -> None:
        check_text(self.note, "evidence.note", NAME_MAX)
        if (self.entry is None) == (self.sha256 is None):
            raise InvalidInput("give either entry or sha256", field="evidence")
        if self.entry is not None and self.entry < 1:
            raise InvalidInput("entries count from 1", field="evidence.entry")
        if self.sha256 is not None and len(self.sha256) != _DIGEST_BYTES:
            raise InvalidInput("a SHA-256 has 32 bytes", field="evidence.sha256")


@dataclass(frozen=True, slots=True)
class Breach:
    """A claim that the agreement was broken. `rule` names the part of it."""

    kind: ClassVar[Kind] = Kind.BREACH
    rule: str
    time: datetime
    text: str
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        check_text(self.rule, "rule", NAME_MAX)
        check_text(self.text)
        if len(self.evidence) > EVIDENCE_MAX:
            raise InvalidInput(f"more than {EVIDENCE_MAX} pieces", field="evidence")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side says to a breach or an incident."""

    kind: ClassVar[Kind] = Kind.REPLY
    text: str
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        check_text(self.text)
        if len(self.evidence) > EVIDENCE_MAX:
            raise InvalidInput(f"more than {EVIDENCE_MAX} pieces", field="evidence")


@dataclass(frozen=True, slots=True)
class Disposition:
    """What becomes of a breach, as one side sees it; settled once both say so."""

    kind: ClassVar[Kind] = Kind.DISPOSITION
    state: DispositionState
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class Authority:
    """Who authorised operations, at whose request, and until when.

    operations: threads of plans; empty: all of the sender's.
    """

    kind: ClassVar[Kind] = Kind.AUTHORITY
    authorised_by: str
    at_request_of: str | None
    valid_from: datetime
    valid_until: datetime
    operations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_window(self.valid_from, self.valid_until)
        check_text(self.authorised_by, "authorised_by", NAME_MAX)
        check_text(self.at_request_of, "at_request_of", NAME_MAX)
        if len(self.operations) > OPERATIONS_MAX:
            raise InvalidInput(f"more than {OPERATIONS_MAX} operations", field="operations")


@dataclass(frozen=True, slots=True)
class Suspend:
    """The line is suspended: two persons say so. URGENT and line checks still work."""

    kind: ClassVar[Kind] = Kind.SUSPEND
    second_officer: str
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.second_officer, "second_officer", NAME_MAX)
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class Resume:
    """The sender's suspension ends: two persons say so."""

    kind: ClassVar[Kind] = Kind.RESUME
    second_officer: str
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.second_officer, "second_officer", NAME_MAX)
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class Handover:
    """The watch goes from one officer to the next."""

    kind: ClassVar[Kind] = Kind.HANDOVER
    to_officer: str
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.to_officer, "to_officer", NAME_MAX)
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class LineCheck:
    """Tries the line. An answer names the check it answers in `of`."""

    kind: ClassVar[Kind] = Kind.LINE_CHECK
    mode: CheckMode
    channel: Channel = Channel.HTTPS
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk at an agreed time."""

    kind: ClassVar[Kind] = Kind.TALK
    time: datetime
    duration: timedelta
    channel: Channel
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)
        if not timedelta(0) < self.duration <= timedelta(days=1):
            raise InvalidInput("a talk lasts up to a day", field="duration_s")


Body = (
    LineCheck
    | Notify
    | Amend
    | Cancel
    | Receipt
    | Readback
    | Answer
    | Clarify
    | Propose
    | Accept
    | Decline
    | Urgent
    | AlertState
    | Closure
    | Incident
    | Query
    | Breach
    | Reply
    | Disposition
    | Authority
    | Suspend
    | Resume
    | Handover
    | Talk
)
