"""Differences between the declared and the observed sky, as values, and the sentence of each.

An event says that a discrepancy began, that it is over, or that the state of an operation changed.
States are spelled as in ASTM F3548-21 and are what the observations say; the party that flies
declares its own.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, assert_never

from openline.airspace.entity import IntentState


class DiscrepancyKind(StrEnum):
    """What is not as declared."""

    OUTSIDE = "outside"  # of every volume that is in time
    EARLY = "early"  # flies before its first volume begins
    OVERRUN = "overrun"  # flies after its last volume ended
    LOST = "lost_position"  # flew, and no usable position since
    NOT_SEEN = "not_seen"  # declared as flying, never observed
    UNDECLARED = "undeclared"  # observed in the agreed area, belongs to no declared operation
    OTHER_CLASS = "other_class"
    OTHER_PARTY = "other_party"

    def is_off_nominal(self) -> bool:
        """Whether an operation is Nonconforming while this lasts."""
        match self:
            case (
                DiscrepancyKind.OUTSIDE
                | DiscrepancyKind.EARLY
                | DiscrepancyKind.OVERRUN
                | DiscrepancyKind.LOST
            ):
                return True
            case (
                DiscrepancyKind.NOT_SEEN
                | DiscrepancyKind.UNDECLARED
                | DiscrepancyKind.OTHER_CLASS
                | DiscrepancyKind.OTHER_PARTY
            ):
                return False
            case _:
                assert_never(self)


class Change(StrEnum):
    """What happened."""

    BEGAN = "began"
    OVER = "over"  # it was seen to be as declared again
    ENDED = "ended"  # the operation or the track is no longer watched
    STATE = "state"


class Offset(NamedTuple):
    """How far from a volume; 0 is inside. Errs toward: nearer, by the accuracy of the position.

    lateral_m: up to 500 km. vertical_m: negative below the lower limit, positive above the upper
    one. time_s: negative before it begins, positive after it ended. volume: its number, from 0.
    """

    lateral_m: float
    vertical_m: float
    time_s: float
    volume: int

    @property
    def is_inside(self) -> bool:
        """Whether the state may be inside the volume."""
        return not (self.lateral_m or self.vertical_m or self.time_s)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One difference. Of one operation, one track, or both; `offset` at the instant it began.

    declared, observed: the classes or parties that differ.
    """

    kind: DiscrepancyKind
    intent_id: str | None = None
    party: str | None = None
    track: str | None = None
    offset: Offset | None = None
    declared: str | None = None
    observed: str | None = None


@dataclass(frozen=True, slots=True)
class ConformanceEvent:
    """One change. `time`: of the position that shows it, or when silence did.

    A change of state has no discrepancy; `state` is that of the operation after the event, None
    where there is no operation.
    """

    change: Change
    time: datetime
    intent_id: str | None
    party: str | None
    state: IntentState | None
    discrepancy: Discrepancy | None = None


def sentence(event: ConformanceEvent) -> str:
    """The event for a person, in one sentence without a time."""
    discrepancy = event.discrepancy
    if discrepancy is None:
        return f"{_operation(event)} is {event.state}"
    who = _who(event, discrepancy)
    if event.change is not Change.BEGAN:
        return f"{event.change}: {who} {_fact(discrepancy)}"
    where = _where(discrepancy.offset)
    return f"{who} {_fact(discrepancy)}{where}"


def _operation(event: ConformanceEvent) -> str:
    return f"operation {event.intent_id} of {event.party}"


def _who(event: ConformanceEvent, discrepancy: Discrepancy) -> str:
    if event.intent_id is None:
        whose = f" of {event.party}" if event.party else ""
        return f"track {discrepancy.track}{whose}"
    seen = f" (track {discrepancy.track})" if discrepancy.track else ""
    return f"{_operation(event)}{seen}"


def _fact(discrepancy: Discrepancy) -> str:
    match discrepancy.kind:
        case DiscrepancyKind.OUTSIDE:
            return "is outside its volumes"
        case DiscrepancyKind.EARLY:
            return "flies before its first volume begins"
        case DiscrepancyKind.OVERRUN:
            return "flies after its last volume ended"
        case DiscrepancyKind.LOST:
            return "has no known position"
        case DiscrepancyKind.NOT_SEEN:
            return "is declared as flying and was not seen"
        case DiscrepancyKind.UNDECLARED:
            return "is in the agreed area and not declared"
        case DiscrepancyKind.OTHER_CLASS:
            return f"is of class {discrepancy.observed}, declared as {discrepancy.declared}"
        case DiscrepancyKind.OTHER_PARTY:
            return f"is flown by {discrepancy.observed}, declared by {discrepancy.declared}"
        case _:
            assert_never(discrepancy.kind)


def _where(offset: Offset | None) -> str:
    if offset is None or offset.is_inside:
        return ""
    words = []
    if offset.lateral_m:
        words.append(f"{offset.lateral_m:,.0f} m aside")
    if offset.vertical_m:
        words.append(
            f"{abs(offset.vertical_m):,.0f} m {'above' if offset.vertical_m > 0 else 'below'}"
        )
    if offset.time_s:
        words.append(f"{abs(offset.time_s):,.0f} s {'late' if offset.time_s > 0 else 'early'}")
    return f": {', '.join(words)}"
