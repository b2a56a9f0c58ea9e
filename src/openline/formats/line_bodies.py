"""The bodies of messages as they travel: names, types and ranges, one schema for each kind.

A field with a default here may be absent; none is ever null; no other field is known. What a field
means stands with the dataclass of the same name in `line/message/bodies.py`; what a body as a whole
must be is checked there too.
"""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from openline.formats.line_volume import LatLngPoint, Number, Volume
from openline.line.agreement import FREQUENCY_MAX_MHZ, Channel, Coarseness
from openline.line.message.bodies import (
    EVIDENCE_MAX,
    OPERATIONS_MAX,
    PASSED_TO_MAX,
    VOLUMES_MAX,
)
from openline.line.message.coarse import CELLS_MAX
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    Asks,
    Binding,
    CheckMode,
    ClosureReason,
    DispositionState,
    FindingState,
    Kind,
    Missing,
    NoticeKind,
    ReceiptKind,
    UnableReason,
    UrgentAction,
)

ENTRY_MAX: Final = 2**53  # beyond it readers of JSON disagree

MessageId = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!\n)$")
]
# of a message, or of a conflict
ThreadId = Annotated[str, Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z._:-]{0,79}(?!\n)$")]
PartyId = Annotated[str, Meta(max_length=64)]
Text = Annotated[str, Meta(max_length=280)]
Name = Annotated[str, Meta(max_length=80)]
Instant = Annotated[str, Meta(max_length=27)]
Digest = Annotated[str, Meta(min_length=64, max_length=64)]
Cell = Annotated[str, Meta(min_length=16, max_length=16)]
Volumes = Annotated[list[Volume], Meta(max_length=VOLUMES_MAX)]


class FieldContact(Struct, forbid_unknown_fields=True, kw_only=True):
    """Somebody on the spot."""

    role: Name
    phone: Name | UnsetType = UNSET
    frequency_mhz: Annotated[float, Meta(gt=0, le=FREQUENCY_MAX_MHZ)] | UnsetType = UNSET
    tested_at: Instant | UnsetType = UNSET


class CoarseForm(Struct, forbid_unknown_fields=True, kw_only=True):
    """What stands in a notice in place of what is hidden."""

    sha256: Digest
    version: Annotated[int, Meta(ge=1, le=ENTRY_MAX)]
    cells: Annotated[list[Cell], Meta(max_length=CELLS_MAX)] | UnsetType = UNSET
    altitude_lower_m: Number | UnsetType = UNSET
    altitude_upper_m: Number | UnsetType = UNSET


class Notify(Struct, forbid_unknown_fields=True, kw_only=True):
    """A notice."""

    notice: NoticeKind
    time_start: Instant
    time_end: Instant
    volumes: Volumes | UnsetType = UNSET
    asks: Asks | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    flight_class: PartyId | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    show: Coarseness | UnsetType = UNSET
    contact: FieldContact | UnsetType = UNSET
    confirmed_by: Name | UnsetType = UNSET
    coarse: CoarseForm | UnsetType = UNSET


class Finding(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a machine finds of a notice that another is shown as conflicts alone."""

    state: FindingState
    about: ThreadId | UnsetType = UNSET
    of: MessageId | UnsetType = UNSET


class Amend(Struct, forbid_unknown_fields=True, kw_only=True):
    """A notice as it is from now on."""

    notice: Notify


class Cancel(Struct, forbid_unknown_fields=True, kw_only=True):
    """The end of a notice, closure or authority before its time."""

    text: Text | UnsetType = UNSET


class PassedTo(Struct, forbid_unknown_fields=True, kw_only=True):
    """A crew or post that was told."""

    name: Name
    received_at: Instant | UnsetType = UNSET


class Receipt(Struct, forbid_unknown_fields=True, kw_only=True):
    """That a message arrived, was read, was passed on, or cannot be."""

    receipt: ReceiptKind
    of: MessageId
    passed_to: Annotated[list[PassedTo], Meta(max_length=PASSED_TO_MAX)] | UnsetType = UNSET
    reason: UnableReason | UnsetType = UNSET
    text: Text | UnsetType = UNSET


class Readback(Struct, forbid_unknown_fields=True, kw_only=True):
    """Place, heights over the WGS-84 ellipsoid and time as the reader understood them."""

    of: MessageId
    place: LatLngPoint
    altitude_lower_m: Number
    altitude_upper_m: Number
    time_start: Instant
    time_end: Instant


class Answer(Struct, forbid_unknown_fields=True, kw_only=True):
    """What the reader does."""

    code: AnswerCode
    of: MessageId
    until: Instant | UnsetType = UNSET
    text: Text | UnsetType = UNSET


class Clarify(Struct, forbid_unknown_fields=True, kw_only=True):
    """Asks for what a notice leaves open."""

    missing: Annotated[list[Missing], Meta(max_length=len(Missing))]
    text: Text | UnsetType = UNSET


class Propose(Struct, forbid_unknown_fields=True, kw_only=True):
    """A way out of a conflict."""

    conflict: ThreadId
    moves: ThreadId
    volumes: Volumes
    text: Text | UnsetType = UNSET


class Accept(Struct, forbid_unknown_fields=True, kw_only=True):
    """Takes a proposal."""

    proposal: MessageId


class Decline(Struct, forbid_unknown_fields=True, kw_only=True):
    """Turns a proposal down."""

    proposal: MessageId
    text: Text | UnsetType = UNSET


class Urgent(Struct, forbid_unknown_fields=True, kw_only=True):
    """Asks for something at once."""

    action: UrgentAction
    volumes: Volumes | UnsetType = UNSET
    position: LatLngPoint | UnsetType = UNSET
    about: ThreadId | UnsetType = UNSET
    text: Text | UnsetType = UNSET


class AlertState(Struct, forbid_unknown_fields=True, kw_only=True):
    """A party's state of alert."""

    level: AlertLevel


class Closure(Struct, forbid_unknown_fields=True, kw_only=True):
    """Airspace closed or restricted."""

    name: Name
    volumes: Volumes
    reason: ClosureReason
    binding: Binding
    review_at: Instant
    revision: Annotated[int, Meta(ge=1, le=10_000)] | UnsetType = UNSET
    supersedes: ThreadId | UnsetType = UNSET
    text: Text | UnsetType = UNSET


class Incident(Struct, forbid_unknown_fields=True, kw_only=True):
    """Something that happened."""

    time: Instant
    text: Text
    position: LatLngPoint | UnsetType = UNSET
    about: ThreadId | UnsetType = UNSET


class Query(Struct, forbid_unknown_fields=True, kw_only=True):
    """A question."""

    text: Text
    urgent: bool | UnsetType = UNSET
    about: ThreadId | UnsetType = UNSET


class Evidence(Struct, forbid_unknown_fields=True, kw_only=True):
    """Something that shows what is claimed."""

    note: Name
    entry: Annotated[int, Meta(ge=1, le=ENTRY_MAX)] | UnsetType = UNSET
    sha256: Digest | UnsetType = UNSET


class Breach(Struct, forbid_unknown_fields=True, kw_only=True):
    """A claim that the agreement was broken."""

    rule: Name
    time: Instant
    text: Text
    evidence: Annotated[list[Evidence], Meta(max_length=EVIDENCE_MAX)] | UnsetType = UNSET


class Reply(Struct, forbid_unknown_fields=True, kw_only=True):
    """What the other side says to a breach or an incident."""

    text: Text
    evidence: Annotated[list[Evidence], Meta(max_length=EVIDENCE_MAX)] | UnsetType = UNSET


class Disposition(Struct, forbid_unknown_fields=True, kw_only=True):
    """What becomes of a breach, as one side sees it."""

    state: DispositionState
    text: Text | UnsetType = UNSET


class Authority(Struct, forbid_unknown_fields=True, kw_only=True):
    """Who authorised operations, at whose request, and until when."""

    authorised_by: Name
    at_request_of: Name | UnsetType = UNSET
    valid_from: Instant
    valid_until: Instant
    operations: Annotated[list[ThreadId], Meta(max_length=OPERATIONS_MAX)] | UnsetType = UNSET


class Suspend(Struct, forbid_unknown_fields=True, kw_only=True):
    """The line is suspended."""

    second_officer: Name
    text: Text | UnsetType = UNSET


class Resume(Struct, forbid_unknown_fields=True, kw_only=True):
    """The sender's suspension ends."""

    second_officer: Name
    text: Text | UnsetType = UNSET


class Handover(Struct, forbid_unknown_fields=True, kw_only=True):
    """The watch goes from one officer to the next."""

    to_officer: Name
    text: Text | UnsetType = UNSET


class LineCheck(Struct, forbid_unknown_fields=True, kw_only=True):
    """Tries the line, or answers a try."""

    mode: CheckMode
    channel: Channel | UnsetType = UNSET
    of: MessageId | UnsetType = UNSET


class Talk(Struct, forbid_unknown_fields=True, kw_only=True):
    """A talk at an agreed time."""

    time: Instant
    duration_s: Annotated[float, Meta(gt=0, le=86_400)]
    channel: Channel
    text: Text | UnsetType = UNSET


SCHEMAS: Final[dict[Kind, type[Struct]]] = {
    Kind.LINE_CHECK: LineCheck,
    Kind.NOTIFY: Notify,
    Kind.AMEND: Amend,
    Kind.CANCEL: Cancel,
    Kind.RECEIPT: Receipt,
    Kind.READBACK: Readback,
    Kind.ANSWER: Answer,
    Kind.CLARIFY: Clarify,
    Kind.PROPOSE: Propose,
    Kind.ACCEPT: Accept,
    Kind.DECLINE: Decline,
    Kind.URGENT: Urgent,
    Kind.ALERT_STATE: AlertState,
    Kind.CLOSURE: Closure,
    Kind.INCIDENT: Incident,
    Kind.QUERY: Query,
    Kind.BREACH: Breach,
    Kind.REPLY: Reply,
    Kind.DISPOSITION: Disposition,
    Kind.AUTHORITY: Authority,
    Kind.SUSPEND: Suspend,
    Kind.RESUME: Resume,
    Kind.HANDOVER: Handover,
    Kind.TALK: Talk,
    Kind.FINDING: Finding,
}
