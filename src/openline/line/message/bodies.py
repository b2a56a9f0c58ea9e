"""The bodies of messages, one frozen value for each kind. Raises: InvalidInput with `field`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from openline.airspace.volume import check_window
from openline.errors import InvalidInput
from openline.geo.position import Position
from openline.line.agreement import Channel
from openline.line.message.airspace import (
    VOLUMES_MAX,
    Accept,
    Amend,
    Cancel,
    Clarify,
    Closure,
    Decline,
    FieldContact,
    Finding,
    Notify,
    Propose,
    Urgent,
)
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    CheckMode,
    DispositionState,
    Kind,
    ReceiptKind,
    UnableReason,
)
from openline.line.message.text import NAME_MAX, TEXT_MAX, check_text

__all__ = [
    "EVIDENCE_MAX",
    "NAME_MAX",
    "OPERATIONS_MAX",
    "PASSED_TO_MAX",
    "TEXT_MAX",
    "VOLUMES_MAX",
    "Accept",
    "AlertState",
    "Amend",
    "Answer",
    "Authority",
    "Body",
    "Breach",
    "Cancel",
    "Clarify",
    "Closure",
    "Decline",
    "Disposition",
    "Evidence",
    "FieldContact",
    "Finding",
    "Handover",
    "Incident",
    "LineCheck",
    "Notify",
    "PassedTo",
    "Propose",
    "Query",
    "Readback",
    "Receipt",
    "Reply",
    "Resume",
    "Suspend",
    "Talk",
    "Urgent",
    "check_text",
]

PASSED_TO_MAX: Final = 100
EVIDENCE_MAX: Final = 50
OPERATIONS_MAX: Final = 1_000
_DIGEST_BYTES: Final = 32


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
class AlertState:
    """A party's state of alert, so that the civil side can close first."""

    kind: ClassVar[Kind] = Kind.ALERT_STATE
    level: AlertLevel


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
    | Finding
)
