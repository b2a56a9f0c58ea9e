"""What stands in the sky of the line: notices, plans, sites and closures as entities to compare.

An entity has the id of its thread and no name: what is said of a conflict goes to both sides, and
a name may be for one of them alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.entity import Constraint, Entity, EntityKind, Notice, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.limits import TIME_MAX, TIME_MIN
from openline.line.filed import Filed
from openline.line.message.bodies import Notify
from openline.line.message.kind import NoticeKind
from openline.line.state import ClosureState, LineState, NoticeState

# As `find_conflicts` names them: plans, closures, notices.
_KINDS: Final = (EntityKind.INTENT, EntityKind.CONSTRAINT, EntityKind.NOTICE)


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that stands. fixed: nothing moves in it: a site or a closure.

    version: counts its amendments; what has the same version is the same. filed: with the discovery
    service, which compares what is filed there by itself.
    """

    thread: str
    entity: Entity
    version: int
    recipients: frozenset[str]
    fixed: bool
    time_start: datetime
    time_end: datetime
    flight_class: str | None = None
    filed: bool = False

    @property
    def party(self) -> str:
        """Whose it is."""
        return self.entity.party

    @property
    def located(self) -> bool:
        """Whether it names a place."""
        return bool(self.entity.volumes)


def standing(state: LineState, thread: str) -> Standing | None:
    """What stands in that thread; None if nothing does, or not any more."""
    notice = state.notices.get(thread)
    if notice is not None:
        return standing_notice(notice, notice.notify)
    closure = state.closures.get(thread)
    if closure is not None:
        return _standing_closure(closure)
    filed = state.filed.get(thread)
    return None if filed is None else _standing_filed(state, filed)


def standing_notice(notice: NoticeState, notify: Notify) -> Standing:
    """A notice as it would stand with other contents; with its own, as it stands."""
    volumes = tuple(_wider(volume, notice.widen) for volume in notify.volumes)
    start, end = _window(notify.time_start, notify.time_end, notice.widen)
    entity: Entity
    if notify.notice is NoticeKind.PLAN:
        entity = OperationalIntent(notice.thread, notice.party, volumes)
    else:
        entity = Notice(notice.thread, notice.party, start, end, volumes)
    return Standing(
        notice.thread,
        entity,
        notice.version,
        frozenset(notice.recipients),
        notify.notice is NoticeKind.SITE,
        start,
        end,
        notify.flight_class,
    )


def version_of(state: LineState, thread: str) -> int | None:
    """The version of what stands in that thread; None if nothing does."""
    notice = state.notices.get(thread)
    if notice is not None:
        return notice.version
    filed = state.filed.get(thread)
    if filed is not None:
        return filed.entry
    return 1 if thread in state.closures else None


def threads_standing(state: LineState) -> Iterator[str]:
    """The threads in which something stands."""
    yield from state.notices
    yield from state.closures
    yield from state.filed


def compared(one: Standing, other: Standing) -> bool:
    """Whether the two can be in each other's way at all, and somebody may know of both.

    Two things of one party are its own affair, and of two that do not move neither meets the other.
    """
    if one.party == other.party or (one.fixed and other.fixed) or (one.filed and other.filed):
        return False
    return bool(knowing(one, other))


def knowing(one: Standing, other: Standing) -> tuple[str, ...]:
    """Of the two parties, those to whom the other's thing was said: who may know of a conflict."""
    pairs = ((one.party, other), (other.party, one))
    return tuple(party for party, theirs in pairs if party in theirs.recipients)


def in_order(one: Standing, other: Standing) -> tuple[Standing, Standing]:
    """The two in the order in which they are always compared and named."""
    return (one, other) if _rank(one) <= _rank(other) else (other, one)


def _rank(one: Standing) -> tuple[int, str, str]:
    return _KINDS.index(one.entity.kind), one.party, one.thread


def _standing_closure(closure: ClosureState) -> Standing:
    volumes = tuple(_wider(volume, closure.widen) for volume in closure.closure.volumes)
    start, end = _window(closure.closure.time_start, closure.closure.time_end, closure.widen)
    return Standing(
        closure.thread,
        Constraint(closure.thread, closure.party, volumes),
        1,
        frozenset(closure.recipients),
        True,
        start,
        end,
    )


def _standing_filed(state: LineState, filed: Filed) -> Standing:
    """Every other party may know of a conflict with what was filed where all of them look."""
    others = frozenset(one.id for one in state.agreed().parties if one.id != filed.party)
    fixed = filed.kind is EntityKind.CONSTRAINT
    return Standing(
        filed.id,
        filed.entity(),
        filed.entry,
        others,
        fixed,
        filed.time_start,
        filed.time_end,
        filed=True,
    )


def _wider(volume: Volume4D, widening: timedelta) -> Volume4D:
    if not widening:
        return volume
    start, end = _window(volume.time_start, volume.time_end, widening)
    return replace(volume, time_start=start, time_end=end)


def _window(start: datetime, end: datetime, widening: timedelta) -> tuple[datetime, datetime]:
    return max(start - widening, TIME_MIN), min(end + widening, TIME_MAX)
