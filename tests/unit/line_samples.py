"""One message of every kind, written by hand, and how to sign it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from openline.airspace.volume import Volume4D
from openline.app.ed25519 import signer_of_seed
from openline.formats.quantities import parse_altitude
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.line.agreement import Channel, Coarseness
from openline.line.message import bodies as b
from openline.line.message.coarse import CoarseForm
from openline.line.message.envelope import Message
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

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
NORTH: Final = signer_of_seed(bytes(range(32)))
SOUTH: Final = signer_of_seed(bytes(range(32, 64)))
KEYS: Final = {"north": NORTH.public_key, "south": SOUTH.public_key}
OTHER: Final = "0d9e5f86-2a57-4b1c-8a5e-6f7a3f0c1b2d"  # an earlier message, and its thread
CONFLICT: Final = "c-7f3a9b"


def volume(number: int = 0) -> Volume4D:
    """A polygon with a hole, a circle or a corridor, by its number."""
    square = [(54.0, 7.0), (54.0, 7.4), (54.2, 7.4), (54.2, 7.0)]
    hole = [(54.1, 7.1), (54.1, 7.2), (54.15, 7.2)]
    footprint = (
        Polygon.of(square, [hole]),
        Circle.of(54.5, 7.25, 1_500.0),
        Corridor.of([(54.0, 7.0), (54.25, 7.5)], 926.0),
    )[number % 3]
    if number % 3 < 2:
        return Volume4D.over_ellipsoid(footprint, 100.5, 900.0, NOON, NOON + HOUR)
    limits = (parse_altitude("2000 ft AMSL"), parse_altitude("FL100"))
    band = resolve_band(*limits, footprint, AltitudePolicy(qnh_hpa=1013.0))
    return Volume4D(footprint, band, NOON, NOON + HOUR)


_NOTICE: Final = b.Notify(
    NoticeKind.MOVEMENT,
    NOON,
    NOON + HOUR,
    (volume(0), volume(1), volume(2)),
    asks=Asks.CONTACT_FIRST,
    name="Convoy 12",
    flight_class="drone",
    text='lights on; "two" lorries',
    show=Coarseness.CELLS,
    contact=b.FieldContact("convoy lead", "+00 000 0002", 121.5, NOON - HOUR),
    confirmed_by="B. Second",
)
BODIES: Final[dict[Kind, Any]] = {
    Kind.LINE_CHECK: b.LineCheck(CheckMode.HUMAN, Channel.VOICE, OTHER),
    Kind.NOTIFY: _NOTICE,
    Kind.AMEND: b.Amend(_NOTICE),
    Kind.CANCEL: b.Cancel("over"),
    Kind.RECEIPT: b.Receipt(
        ReceiptKind.DISSEMINATED,
        OTHER,
        (b.PassedTo("patrol 1", NOON), b.PassedTo("patrol 2")),
        text="by radio",
    ),
    Kind.READBACK: b.Readback(OTHER, Position(54.1, 7.2), 100.5, 900.0, NOON, NOON + HOUR),
    Kind.ANSWER: b.Answer(AnswerCode.NEED_MORE_TIME, OTHER, NOON + HOUR, "asking the crew"),
    Kind.CLARIFY: b.Clarify((Missing.PLACE, Missing.ALTITUDE), "which valley"),
    Kind.FINDING: b.Finding(FindingState.OPEN, OTHER, OTHER),
    Kind.PROPOSE: b.Propose(CONFLICT, OTHER, (volume(1),), "500 m further east"),
    Kind.ACCEPT: b.Accept(OTHER),
    Kind.DECLINE: b.Decline(OTHER, "not possible"),
    Kind.URGENT: b.Urgent(UrgentAction.STOP, (volume(1),), Position(54.5, 7.25), OTHER, "crew"),
    Kind.ALERT_STATE: b.AlertState(AlertLevel.RAISED),
    Kind.CLOSURE: b.Closure(
        "Area 7",
        (volume(0),),
        ClosureReason.HAZARD,
        Binding.MANDATORY_FOR_SELF,
        NOON + HOUR / 2,
        2,
        OTHER,
        "smoke",
    ),
    Kind.INCIDENT: b.Incident(NOON, "flare seen", Position(54.1, 7.2), OTHER),
    Kind.QUERY: b.Query("whose lights were these?", urgent=True, about=OTHER),
    Kind.BREACH: b.Breach(
        "notice.lead_time",
        NOON,
        "one minute of warning",
        (b.Evidence("the notice", 17), b.Evidence("picture", sha256=bytes(range(32)))),
    ),
    Kind.REPLY: b.Reply("weather", (b.Evidence("forecast", 18),)),
    Kind.DISPOSITION: b.Disposition(DispositionState.NO_ACTION_DECIDED, "agreed by voice"),
    Kind.AUTHORITY: b.Authority("A. Chief", "harbour office", NOON, NOON + HOUR, (OTHER,)),
    Kind.SUSPEND: b.Suspend("B. Second", "until Monday"),
    Kind.RESUME: b.Resume("B. Second", "as before"),
    Kind.HANDOVER: b.Handover("C. Third", "two notices open"),
    Kind.TALK: b.Talk(NOON, timedelta(minutes=30), Channel.VOICE, "week"),
}
COARSE: Final = b.Notify(
    NoticeKind.VOLUME,
    NOON,
    NOON + HOUR,
    show=Coarseness.CELLS,
    coarse=CoarseForm(bytes(range(32)), 2, ("47b5810000000000", "47b5830000000000"), 0.0, 1_500.0),
)
HIDDEN: Final = b.Notify(
    NoticeKind.PLAN,
    NOON - HOUR,
    NOON + HOUR,
    show=Coarseness.CONFLICTS,
    coarse=CoarseForm(bytes(range(32)), 1),
)
UNABLE: Final = b.Receipt(ReceiptKind.UNABLE, OTHER, reason=UnableReason.NO_CONTACT)


def message(kind: Kind = Kind.NOTIFY, body: Any = None, **others: Any) -> Message:
    """A message from north to south; `others` replace what the envelope has."""
    number = list(Kind).index(kind) + 1
    message_id = f"5c1f0a52-7b7e-4c1b-9d55-0000000000{number:02d}"
    given: dict[str, Any] = {
        "id": message_id,
        "agreement_id": "northern-sky-2026",
        "agreement_version": 3,
        "sender": "north",
        "recipients": ("south",),
        "sequence": number,
        "time_sent": NOON - 2 * HOUR,
        "time_expires": NOON + 22 * HOUR,
        "thread": message_id if kind.begins_thread else OTHER,
        "body": body or BODIES[kind],
        "officer": "A. First",
    }
    return Message(**given | others)
