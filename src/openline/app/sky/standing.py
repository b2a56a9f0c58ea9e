"""What of the line stands in the way of live traffic: what is in force, or will be soon.

Read once a second; of what stands still, and is shown to the same, nothing is made anew.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from openline.airspace.entity import Entity
from openline.airspace.track.obstacles import Obstacle, Obstacles
from openline.airspace.volume_table import VolumeTable
from openline.line.agreement import Coarseness
from openline.line.masking import shown_to
from openline.line.sky import Standing, standing
from openline.line.state import LineState

_Thing = tuple[Obstacle, Entity]
_Made = tuple[Obstacle, VolumeTable]
THINGS_MAX: Final = 5_000  # of more those that begin first


class _Key(NamedTuple):
    """What is the same while nothing of it has changed."""

    thread: str
    version: int
    shown_to: frozenset[str]
    widen: timedelta


class StandingBook:
    """What stands, as obstacles. Not for several threads."""

    def __init__(self) -> None:
        self._known: dict[_Key, _Thing | None] = {}
        self._made: dict[_Key, _Made] = {}
        self._obstacles = Obstacles()

    def read(self, state: LineState, now: datetime, ahead: timedelta) -> None:
        """Note what stands by now or begins within the time ahead, and is not over."""
        keys = [
            _key(state, thread, version, widen)
            for thread, version, widen in _near(state, now, ahead)
        ]
        before = self._known
        if before.keys() != set(keys):
            self._known = {k: before[k] if k in before else _thing(state, k) for k in keys}

    def obstacles(self) -> Obstacles:
        """What was noted; not within a look at the line, which others wait for."""
        found = {key: one for key, one in self._known.items() if one is not None}
        if self._made.keys() != found.keys():
            before = self._made
            self._made = {key: before.get(key) or _made(one) for key, one in found.items()}
            self._obstacles = Obstacles.of_tables(list(self._made.values()))
        return self._obstacles


def _made(thing: _Thing) -> _Made:
    obstacle, entity = thing
    return obstacle, VolumeTable.of(entity.volumes)


def _near(state: LineState, now: datetime, ahead: timedelta) -> list[tuple[str, int, timedelta]]:
    """Threads, versions and widenings of what is in force soon, those first that begin first."""
    until = now + ahead
    found = [
        (start, thread, version, widen)
        for start, end, thread, version, widen in _windows(state, until)
        if start - widen <= until and now <= end + widen
    ]
    found.sort(key=lambda one: (one[0], one[1]))
    return [(thread, version, widen) for _, thread, version, widen in found[:THINGS_MAX]]


def _windows(
    state: LineState, until: datetime
) -> Iterator[tuple[datetime, datetime, str, int, timedelta]]:
    for thread in state.begun_by(until):
        notice = state.notices[thread]
        notify = notice.notify
        yield notify.time_start, notify.time_end, thread, notice.version, notice.widen
    for thread, one in state.closures.items():
        yield one.closure.time_start, one.closure.time_end, thread, 1, one.widen
    for thread, filed in state.filed.items():
        if filed.extents:
            yield filed.time_start, filed.time_end, thread, filed.entry, timedelta(0)


def _key(state: LineState, thread: str, version: int, widen: timedelta) -> _Key:
    """Who is shown a thing in full: its party, and others as that says, with their members."""
    agreed = state.agreed()
    filed = state.filed.get(thread)
    names: set[str] = set()
    for party in agreed.parties:
        if filed is None:
            full = shown_to(state, thread, party.id) is Coarseness.FULL
        else:
            owner = agreed.party(filed.party)
            full = party.id == filed.party or (
                owner is not None and owner.shown_to(party.id) is Coarseness.FULL
            )
        if full:
            names |= agreed.names_of(party)
    return _Key(thread, version, frozenset(names), widen)


def _thing(state: LineState, key: _Key) -> _Thing | None:
    found: Standing | None = standing(state, key.thread)
    if found is None or found.hidden or not found.entity.volumes:
        return None
    agreed = state.agreed()
    party = agreed.party(found.party)
    owners = frozenset((found.party,)) if party is None else agreed.names_of(party)
    entity = found.entity
    return Obstacle(key.thread, entity.kind, found.party, owners, key.shown_to), entity
