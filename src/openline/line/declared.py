"""What is declared on the line, to be compared with what is observed: plans, and filed intents.

A plan stands with its whole geometry, an intent that was filed with the discovery service with its
cells. A plan says nothing of whether it flies by now: it counts as Accepted. An intent has the
state that its manager set.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.conformance.observed import DeclaredOperation
from openline.airspace.entity import EntityKind, IntentState, OperationalIntent
from openline.line.message.kind import NoticeKind
from openline.line.sky import standing
from openline.line.state import LineState

BEFORE: Final = timedelta(minutes=10)  # looked at so long before it begins and after it ended


@dataclass(frozen=True, slots=True)
class DeclaredKey:
    """Which version of what: while it is the same, nothing was declared anew."""

    id: str
    version: int
    time_end: datetime
    filed: bool


def declared_now(state: LineState, now: datetime) -> Iterator[DeclaredKey]:
    """What is flown about now, in the order it came."""
    for thread in sorted(state.begun_by(now + BEFORE), key=lambda name: _came(state, name)):
        notice = state.notices[thread]
        notify, widen = notice.notify, notice.widen
        if notify.notice is not NoticeKind.PLAN:
            continue
        if notify.time_start - widen - BEFORE <= now <= notify.time_end + widen + BEFORE:
            yield DeclaredKey(thread, notice.version, notify.time_end + widen, False)
    for filed in state.filed.values():
        if filed.kind is not EntityKind.INTENT or not filed.extents:
            continue
        if filed.time_start - BEFORE <= now <= filed.time_end + BEFORE:
            yield DeclaredKey(filed.id, filed.entry, filed.time_end, True)


def operation_of(
    state: LineState, declared_id: str, classes: Collection[str] = ()
) -> DeclaredOperation | None:
    """The operation to watch; None if nothing stands there any more.

    classes: those that an observation can show; a flight of another class is of none.
    """
    found = standing(state, declared_id)
    if found is None or not isinstance(found.entity, OperationalIntent):
        return None
    filed = state.filed.get(declared_id)
    known = IntentState.ACCEPTED if filed is None or filed.state is None else filed.state
    flight_class = found.flight_class if found.flight_class in classes else None
    return DeclaredOperation(replace(found.entity, state=known), flight_class)


def should_have_flown(operation: DeclaredOperation, now: datetime) -> bool:
    """Whether every volume that begins first is over while others are not: who flies as declared
    has been seen by then. Errs toward: no, for an operation of one volume."""
    volumes = operation.intent.volumes
    start = min(volume.time_start for volume in volumes)
    first = max(volume.time_end for volume in volumes if volume.time_start == start)
    return first <= now < max(volume.time_end for volume in volumes)


def _came(state: LineState, thread: str) -> int:
    return state.threads[thread].entries[0].entry
