"""CLOSURE: airspace closed or restricted, with one limit, a reason, a review and an end.

Contradicting limits are refused: where two volumes of one party share place, time and height, both
limits are the same. Layers that lie over one another, or only touch, do not contradict each other.
Limits that differ from those of another party's closure over the same place or a shared border are
told to all who have both. Limits are the same within `SAME_LIMIT_M`; a border is shared from
`BORDER_M` on. Errs toward: telling.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from openline.airspace.detect import near_pairs
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.geo.altitude import Altitude, AltitudeBand
from openline.line.duty import DutyKind
from openline.line.event import ClosuresDiffer, EndCause, Ended, Event
from openline.line.message.bodies import TEXT_MAX, Closure
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind
from openline.line.rules.notices import ENDS, lead_marks
from openline.line.rules.rule import Rule
from openline.line.rules.threads import owe, owe_receipts, thread_of
from openline.line.state import ClosureState, LineState
from openline.line.thread import Marks, MessageEntry

SAME_LIMIT_M: Final = 1.0
BORDER_M: Final = 1_000.0


def _check(state: LineState, message: Message, received: datetime) -> None:
    closure = message.body
    assert isinstance(closure, Closure)
    if closure.time_end <= received:
        raise InvalidInput("the closure is over already", field="volumes")
    if closure.review_at <= received:
        raise InvalidInput("the review is over already", field="review_at")
    if closure.supersedes is not None:
        _check_supersedes(state, message, closure, closure.supersedes)
    found = _contradiction(closure.volumes, closure.volumes)
    if found is not None:
        raise InvalidInput(
            f"volumes {found[0] + 1} and {found[1] + 1} name different limits for one place and "
            f"time: {_limits(closure.volumes[found[0]])}; {_limits(closure.volumes[found[1]])}",
            cure="a closure has one lower and one upper limit",
            field="volumes",
        )
    for other in state.closures.values():
        if other.party == message.sender and other.thread != closure.supersedes:
            _check_other(closure, other)


def _check_supersedes(state: LineState, message: Message, closure: Closure, thread: str) -> None:
    was = state.closures.get(thread)
    if was is None or was.party != message.sender:
        raise InvalidInput("there is no such closure of the sender that stands", field="supersedes")
    if closure.revision != was.closure.revision + 1:
        raise InvalidInput(
            f"revision {closure.revision} cannot follow {was.closure.revision}", field="revision"
        )
    for party in was.recipients:
        if party not in message.recipients and state.agreed().party(party) is not None:
            raise InvalidInput(
                f"{party!r} has the closure that is superseded",
                cure=f"send it to {party!r} too",
                field="to",
            )


def _check_other(closure: Closure, other: ClosureState) -> None:
    if not _share_time(closure, other.closure):
        return
    found = _contradiction(closure.volumes, other.closure.volumes)
    if found is not None:
        raise InvalidInput(
            f"{other.closure.name!r}, which stands, names other limits for the same place and "
            f"time: {_limits(other.closure.volumes[found[1]])}, "
            f"not {_limits(closure.volumes[found[0]])}",
            cure="supersede it, or cancel it first",
            field="volumes",
        )


def _contradiction(a: Sequence[Volume4D], b: Sequence[Volume4D]) -> tuple[int, int] | None:
    """The first volumes that share place, time and height and have different limits."""
    for i, j in near_pairs(a, b):
        one, other = a[i].altitude, b[j].altitude
        if not _same(one, other) and one.gap_m(other, same_ground=True) < -SAME_LIMIT_M:
            return i, j
    return None


def _share_time(one: Closure, other: Closure) -> bool:
    return one.time_start < other.time_end and other.time_start < one.time_end


def _same(one: AltitudeBand, other: AltitudeBand) -> bool:
    lower = _same_limit(one.lower, other.lower, one.altitude_lower_m - other.altitude_lower_m)
    upper = _same_limit(one.upper, other.upper, one.altitude_upper_m - other.altitude_upper_m)
    return lower and upper


def _same_limit(one: Altitude, other: Altitude, apart_m: float) -> bool:
    if one.reference is other.reference:
        apart_m = one.metres() - other.metres()
    return abs(apart_m) < SAME_LIMIT_M


def _limits(volume: Volume4D) -> str:
    return str(volume.altitude)


def _mark(state: LineState, message: Message, received: datetime, marks: Marks) -> Marks:
    assert isinstance(message.body, Closure)
    return lead_marks(state, message.body.time_start, received, marks)


def _apply(state: LineState, entry: MessageEntry) -> None:
    message, since = entry.message, entry.received
    closure = message.body
    assert isinstance(closure, Closure)
    thread = thread_of(state, message)
    state.closures[thread.id] = ClosureState(
        thread.id, message.sender, message.recipients, closure, entry.marks.widened
    )
    owe_receipts(state, thread, since)
    sides = tuple(thread.sides)
    kind = DutyKind.CLOSURE_REVIEW
    owe(state, thread.id, kind, thread.opener, sides, since, closure.review_at)
    state.wake(closure.time_end + entry.marks.widened, ENDS, thread.id)


def _follow(state: LineState, entry: MessageEntry) -> list[Event]:
    closure = entry.message.body
    assert isinstance(closure, Closure)
    events: list[Event] = []
    superseded = state.threads.get(closure.supersedes or "")
    if superseded is not None:
        events.append(Ended(superseded.id, superseded.parties, EndCause.SUPERSEDED))
    own = state.closures[entry.message.thread]
    for other in state.closures.values():
        if other.party != own.party and _share_time(closure, other.closure):
            events += _differing(state, own, other)
    return events


def _differing(state: LineState, own: ClosureState, other: ClosureState) -> list[Event]:
    """That two closures differ, for those who have both; nothing if nobody has."""
    have_own, have_other = (own.party, *own.recipients), (other.party, *other.recipients)
    parties = tuple(one for one in have_own if one in have_other and state.agreed().party(one))
    if not parties:
        return []
    for i, j in near_pairs(own.closure.volumes, other.closure.volumes, BORDER_M):
        mine, theirs = own.closure.volumes[i], other.closure.volumes[j]
        if not _same(mine.altitude, theirs.altitude):
            text = f"{own.party}: {_limits(mine)}; {other.party}: {_limits(theirs)}"
            return [ClosuresDiffer(pair_of(own, other), parties, text[:TEXT_MAX])]
    return []


def pair_of(one: ClosureState, other: ClosureState) -> tuple[str, str]:
    """The threads of two closures in one order."""
    low, high = sorted((one.thread, other.thread))
    return low, high


RULES: Final = {Kind.CLOSURE: Rule(_check, _mark, _apply, _follow)}
