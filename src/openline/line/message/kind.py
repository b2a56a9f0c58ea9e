"""The kinds of messages, and the codes in them: words of the line, the same in every language."""

from enum import StrEnum


class Kind(StrEnum):
    """What a message is; its code on the wire and on the record."""

    LINE_CHECK = "LINE_CHECK"
    NOTIFY = "NOTIFY"
    AMEND = "AMEND"
    CANCEL = "CANCEL"
    RECEIPT = "RECEIPT"
    READBACK = "READBACK"
    ANSWER = "ANSWER"
    CLARIFY = "CLARIFY"
    PROPOSE = "PROPOSE"
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    URGENT = "URGENT"
    ALERT_STATE = "ALERT_STATE"
    CLOSURE = "CLOSURE"
    INCIDENT = "INCIDENT"
    QUERY = "QUERY"
    BREACH = "BREACH"
    REPLY = "REPLY"
    DISPOSITION = "DISPOSITION"
    AUTHORITY = "AUTHORITY"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    HANDOVER = "HANDOVER"
    TALK = "TALK"
    FINDING = "FINDING"

    @property
    def begins_thread(self) -> bool:
        """Whether the message begins a thread; the others belong to one."""
        return self in _BEGIN_THREADS

    @property
    def works_while_suspended(self) -> bool:
        """Whether the message is taken while the line is suspended."""
        return self in _WHILE_SUSPENDED


_BEGIN_THREADS = frozenset(
    {
        Kind.LINE_CHECK,
        Kind.NOTIFY,
        Kind.URGENT,
        Kind.ALERT_STATE,
        Kind.CLOSURE,
        Kind.INCIDENT,
        Kind.QUERY,
        Kind.BREACH,
        Kind.AUTHORITY,
        Kind.SUSPEND,
        Kind.RESUME,
        Kind.HANDOVER,
        Kind.TALK,
    }
)
_WHILE_SUSPENDED = frozenset(
    {
        Kind.URGENT,
        Kind.LINE_CHECK,
        Kind.RECEIPT,
        Kind.FINDING,
        Kind.SUSPEND,
        Kind.RESUME,
        Kind.HANDOVER,
    }
)


class NoticeKind(StrEnum):
    """What a notice tells of. A plan is an operational intent that is shown on the line."""

    VOLUME = "volume"
    SITE = "site"
    MOVEMENT = "movement"
    PLAN = "plan"
    UNLOCATED = "unlocated"


class Asks(StrEnum):
    """What a notice asks of its reader. An answer says what the reader does; neither binds."""

    NOTHING = "nothing"
    KEEP_MINIMA = "keep_minima"
    STAY_OUTSIDE = "stay_outside"
    CONTACT_FIRST = "contact_first"


class FindingState(StrEnum):
    """What a machine finds of a notice that it shows no more of: two too close, or not any more."""

    OPEN = "open"
    OVER = "over"
    ENDED = "ended"  # the notice itself


class ReceiptKind(StrEnum):
    """Four receipts, kept apart. None of them is consent."""

    DELIVERED = "delivered"  # by a machine
    READ = "read"  # by a duty officer
    DISSEMINATED = "disseminated"  # passed on to the crews, each with its own receipt
    UNABLE = "unable"


class UnableReason(StrEnum):
    """Why a message could not be passed on."""

    NO_CONTACT = "no_contact"
    TOO_LATE = "too_late"
    NOT_UNDERSTOOD = "not_understood"
    NOT_OURS = "not_ours"
    OTHER = "other"


class AnswerCode(StrEnum):
    """What the receiver of a notice, an urgent message or a query says."""

    WILL_COMPLY = "will_comply"
    WILL_ADJUST = "will_adjust"
    CONTINUING_AS_PLANNED = "continuing_as_planned"
    NEED_MORE_TIME = "need_more_time"
    REFER_UP = "refer_up"
    ANSWERED = "answered"  # a query: the text is the answer

    @property
    def ends_duty(self) -> bool:
        """Whether nothing more is owed after it."""
        return self not in (AnswerCode.NEED_MORE_TIME, AnswerCode.REFER_UP)


class Missing(StrEnum):
    """What a notice leaves open and a CLARIFY asks for."""

    PLACE = "place"
    TIME = "time"
    ALTITUDE = "altitude"


class UrgentAction(StrEnum):
    """What is asked for at once."""

    STOP = "stop"
    HOLD = "hold"
    CLIMB = "climb"
    DESCEND = "descend"
    DISTRESS = "distress"


class AlertLevel(StrEnum):
    """The state of alert of a party, without any detail."""

    RAISED = "raised"
    NORMAL = "normal"


class Binding(StrEnum):
    """How a closure binds."""

    ADVICE = "advice"
    AGREED = "agreed"
    MANDATORY_FOR_SELF = "mandatory_for_self"


class ClosureReason(StrEnum):
    """Why airspace is closed or restricted."""

    HAZARD = "hazard"
    RESCUE = "rescue"
    FIRE = "fire"
    CONFLICT_ZONE = "conflict_zone"
    AIRSPACE_STRUCTURE = "airspace_structure"
    WEATHER = "weather"
    OTHER = "other"


class DispositionState(StrEnum):
    """What became of a claim that the agreement was broken."""

    OPEN = "open"
    UNDER_DISCUSSION = "under_discussion"
    NO_ACTION_DECIDED = "no_action_decided"
    SETTLED = "settled"


class CheckMode(StrEnum):
    """Who tries the line."""

    MACHINE = "machine"
    HUMAN = "human"
