"""What stands in the sky of the line: notices, plans, sites and closures as entities to compare.

An entity has the id of its thread and no name: what is said of a conflict goes to both sides, and
a name may be for one of them alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from openline.airspace.entity import Constraint, Entity, EntityKind, Notice, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.limits import TIME_MAX, TIME_MIN
from openline.line.agreement import Coarseness
from openline.line.coarse import coarse_form, volumes_of
from openline.line.filed import Filed
from openline.line.masking import chosen_of
from openline.line.message.bodies import Notify
from openline.line.message.kind import NoticeKind
from openline.line.state import ClosureState, LineState, NoticeState

# As `find_conflicts` names them: plans, closures, notices.
_KINDS: Final = (EntityKind.INTENT, EntityKind.CONSTRAINT, EntityKind.NOTICE)
# Parties with servers of their own, and all whose server that is.
Remote = Mapping[str, frozenset[str]]
NOBODY: Final[Remote] = {}
_NO_DIGEST: Final = bytes(32)  # of what is compared and not sent


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that stands. fixed: nothing moves in it: a site or a closure.

    version: counts its amendments; what has the same version is the same. filed: with the discovery
    service, which compares what is filed there by itself. cells: only cells that contain it are
    known. hidden: nothing is known of it but that it is there. coarse: as those see it on their
    own servers who are shown cells of it, `cells_to`; `hidden_to`: those who are shown conflicts.
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
    cells: bool = False
    hidden: bool = False
    is_plan: bool = False
    coarse: "Standing | None" = None
    cells_to: frozenset[str] = frozenset()
    hidden_to: frozenset[str] = frozenset()

    @property
    def party(self) -> str:
        """Whose it is."""
        return self.entity.party

    @property
    def names(self) -> tuple[EntityKind, str, str]:
        """Kind, party and thread: what the id of a conflict with it is made of."""
        kind = EntityKind.INTENT if self.is_plan else self.entity.kind
        return kind, self.party, self.thread

    @property
    def located(self) -> bool:
        """Whether it names a place, be it to others alone."""
        return self.hidden or bool(self.entity.volumes)

    @property
    def widest(self) -> Entity:
        """The largest of what it is compared as."""
        return self.entity if self.coarse is None else self.coarse.entity

    def seen_by(self, party: str) -> "Standing":
        """What it is compared as with something of that party: what both of them have of it."""
        return self.coarse if self.coarse is not None and party in self.cells_to else self

    def hides_from(self, other: "Standing") -> bool:
        """Whether the other's party learns no more than that the two are too close."""
        return other.party in self.hidden_to


def standing(state: LineState, thread: str, remote: Remote = NOBODY) -> Standing | None:
    """What stands in that thread; None if nothing does, or not any more.

    remote: those whose own servers compare what they are shown.
    """
    notice = state.notices.get(thread)
    if notice is not None:
        found = standing_notice(notice, notice.notify)
        return _with_views(state, notice, found, remote) if remote else found
    closure = state.closures.get(thread)
    if closure is not None:
        return _standing_closure(closure)
    filed = state.filed.get(thread)
    return None if filed is None else _standing_filed(state, filed)


def standing_notice(notice: NoticeState, notify: Notify) -> Standing:
    """A notice as it would stand with other contents; with its own, as it stands."""
    volumes = tuple(_wider(volume, notice.widen) for volume in volumes_of(notify))
    start, end = _window(notify.time_start, notify.time_end, notice.widen)
    entity: Entity
    if notify.notice is NoticeKind.PLAN and not notify.hidden:
        entity = OperationalIntent(notice.thread, notice.party, volumes)
    else:
        entity = Notice(notice.thread, notice.party, start, end, volumes)
    return Standing(
        notice.thread,
        entity,
        notice.version,
        _set_of(notice.recipients),
        notify.notice is NoticeKind.SITE,
        start,
        end,
        notify.flight_class,
        cells=notify.coarse is not None and notify.located,
        hidden=notify.hidden,
        is_plan=notify.notice is NoticeKind.PLAN,
    )


def _with_views(state: LineState, notice: NoticeState, found: Standing, remote: Remote) -> Standing:
    """A notice that was said here, with what it is to those who are shown less of it elsewhere."""
    notify = notice.notify
    if notice.party in remote or notify.coarse is not None:
        return found
    recipients = frozenset(notice.recipients)
    shown = {
        party: chosen_of(state, notify, notice.party, remote[party] & recipients)
        for party in notice.recipients
        if party in remote
    }
    cells_to = _shown(shown, Coarseness.CELLS)
    hidden_to = _shown(shown, Coarseness.CONFLICTS)
    coarse = None
    if cells_to:
        window = (notify.time_start, notify.time_end)
        form = coarse_form(notify, Coarseness.CELLS, _NO_DIGEST, notice.version, window)
        coarse = standing_notice(notice, form)
    return replace(found, coarse=coarse, cells_to=cells_to, hidden_to=hidden_to)


def _shown(shown: Mapping[str, Coarseness], how: Coarseness) -> frozenset[str]:
    """To whom it is shown so."""
    return _set_of(tuple([name for name, one in shown.items() if one is how]))


@lru_cache(1_000)
def _set_of(names: tuple[str, ...]) -> frozenset[str]:
    """The same set for the same names: there are many things and few parties."""
    return frozenset(names)


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
    if one.hidden or other.hidden:
        return False  # its own server compares it, and tells
    return bool(knowing(one, other))


def knowing(one: Standing, other: Standing) -> tuple[str, ...]:
    """Of the two parties, those to whom the other's thing was said: who may know of a conflict."""
    pairs = ((one.party, other), (other.party, one))
    return tuple(party for party, theirs in pairs if party in theirs.recipients)


def in_order(one: Standing, other: Standing) -> tuple[Standing, Standing]:
    """The two in the order in which they are always compared and named."""
    return (one, other) if _rank(one) <= _rank(other) else (other, one)


def _rank(one: Standing) -> tuple[int, str, str]:
    kind, party, thread = one.names
    return _KINDS.index(kind), party, thread


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
