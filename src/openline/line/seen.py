"""What one party may see of the sky of the line, and what of it a plan would come too close to.

For what is not said yet: a check before sending, and ways out of a conflict. Nobody is told of the
question, so the answer uses nothing that the party is not shown: what is shown in full as it is,
what is shown as cells as those cells at all heights, what was filed with the discovery service as
the cells that it keeps, and what is shown as conflicts alone not at all. It is compared once the
plan is said, and then both sides are told.

Law (tests/property/test_seen.py): with everything shown in full, what is found is what the line
finds when the same is said.
Errs toward: as `airspace.detect`; what is known as cells is larger than it is.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from openline.airspace.conflict import Conflict
from openline.airspace.detect import conflict, is_unlocated, overlapping
from openline.airspace.entity import EntityKind, Notice, OperationalIntent
from openline.airspace.extent import Extent
from openline.airspace.index import AirspaceIndex
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon
from openline.line.agreement import Agreement, Coarseness
from openline.line.filed import Filed
from openline.line.masking import cells_of, shown_to
from openline.line.sky import (
    Standing,
    compared,
    in_order,
    standing,
    threads_standing,
    version_of,
)
from openline.line.state import LineState

ASKED: Final = "asked"  # the id of what is not said yet


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that stands, as the party sees it. cells: only cells that contain it are known."""

    what: Standing
    cells: bool


@dataclass(frozen=True, slots=True)
class Close:
    """Something that a plan would come too close to, and how."""

    other: Seen
    found: Conflict


class Things:
    """Things that stand, to be compared with what is asked about. Not thread-safe."""

    def __init__(self, agreed: Agreement, things: Iterable[Seen] = ()) -> None:
        self.agreed = agreed
        self._held: dict[str, Seen] = {}
        self._index = AirspaceIndex()
        self.add_all(list(things))

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Seen]:
        return iter(self._held.values())

    def add_all(self, new: Sequence[Seen]) -> None:
        """Hold more. Raises: InvalidInput for one that is held."""
        self._index.add_all([one.what.entity for one in new if one.what.located])
        self._held |= {one.what.thread: one for one in new}

    def forget(self, name: str) -> None:
        """Hold it no longer; nothing happens if it is not held."""
        was = self._held.pop(name, None)
        if was is not None and was.what.located:
            self._index.remove(was.what.entity)

    def close_to(self, asked: Standing, but: Collection[str] = ()) -> list[Close]:
        """What comes too close to it by the agreement's minima, without these threads.

        Worst first: what is nearest, then what is soonest.
        """
        found = [
            Close(other, exact)
            for other in self._near(asked)
            if other.what.thread not in but and compared(asked, other.what)
            if (exact := self._exact(asked, other.what)) is not None
        ]
        return sorted(found, key=_worst)

    def reached(self, volumes: Iterable[Volume4D], wide: Separation) -> list[Seen]:
        """What has a volume whose box comes closer than `wide` to one of these, and whatever names
        no place. Errs toward: too many."""
        names = {
            entity.id: None
            for volume in volumes
            for entity, _ in self._index.may_meet(volume, wide)
        }
        return [self._held[name] for name in names] + self.unlocated()

    def near(self, volume: Volume4D, wide: Separation) -> list[Volume4D]:
        """The volumes whose boxes come closer than `wide`. Errs toward: too many."""
        return [theirs for _, theirs in self._index.may_meet(volume, wide)]

    def effort(self, volumes: Iterable[Volume4D], minima: Separation) -> int:
        """How many pairs of corners there are to compare, at most: what takes the time."""
        return sum(
            corners(volume) * corners(theirs)
            for volume in volumes
            for theirs in self.near(volume, minima)
        )

    def unlocated(self) -> list[Seen]:
        """What names no place."""
        return [one for one in self._held.values() if not one.what.located]

    def _near(self, asked: Standing) -> Iterator[Seen]:
        widest = self.agreed.widest_separation()
        names = {
            entity.id: None
            for volume in asked.entity.volumes
            for entity in self._index.query(volume, widest)
        }
        unlocated = self.unlocated()
        if unlocated and any(overlapping(self.agreed.area, asked.entity.volumes)):
            names |= {one.what.thread: None for one in unlocated}
        for name in names:
            yield self._held[name]

    def _exact(self, asked: Standing, other: Standing) -> Conflict | None:
        minima = self.agreed.separation_between(asked.flight_class, other.flight_class)
        a, b = in_order(asked, other)
        return conflict(a.entity, b.entity, minima)


class SeenSky:
    """What stands and a party sees, kept up with the line. Not thread-safe.

    `things` is None before there is an agreement.
    """

    def __init__(self, party: str) -> None:
        self.party = party
        self._begin(None)

    def _begin(self, state: LineState | None) -> None:
        self._state = state
        agreed = None if state is None else state.agreement
        self.things = None if agreed is None else Things(agreed)
        self._versions: dict[str, int] = {}
        self._hidden: set[str] = set()

    @property
    def hidden(self) -> int:
        """How many things the party is shown as conflicts alone."""
        return len(self._hidden)

    def renew(self, state: LineState, now: datetime) -> Things:
        """Take what changed since it was last asked, forget what is over; what is seen then."""
        things = self.things
        if state is not self._state or things is None or state.agreement is not things.agreed:
            self._begin(state)
            things = self.things = self.things or Things(state.agreed())
        stands = {
            name: version
            for name in threads_standing(state)
            if (version := version_of(state, name)) is not None
        }
        for name in set(self._versions) - set(stands):
            self._forget(things, name)
        changed = [name for name in stands if self._versions.get(name) != stands[name]]
        for name in changed:
            self._forget(things, name)
        new = [self._look_at(state, name) for name in changed]
        things.add_all([one for one in new if one is not None])
        self._versions = stands
        for one in [one for one in things if one.what.time_end <= now]:
            things.forget(one.what.thread)  # its version stays: it is not taken again
        return things

    def _forget(self, things: Things, name: str) -> None:
        things.forget(name)
        self._hidden.discard(name)

    def _look_at(self, state: LineState, name: str) -> Seen | None:
        found = standing(state, name)
        if found is None or found.party == self.party or self.party not in found.recipients:
            return None
        if found.filed:
            return Seen(found, cells=True)
        shown = shown_to(state, name, self.party)
        if shown is Coarseness.CONFLICTS:
            self._hidden.add(name)
        if shown is None or shown is Coarseness.CONFLICTS:
            return None
        coarse = shown is Coarseness.CELLS and found.located
        return Seen(as_cells(found) if coarse else found, coarse)


def asked_of(
    party: str,
    volumes: tuple[Volume4D, ...],
    flight_class: str | None = None,
    *,
    thread: str = ASKED,
) -> Standing:
    """A plan as it would stand if the party said it."""
    start = min(volume.time_start for volume in volumes)
    end = max(volume.time_end for volume in volumes)
    entity = OperationalIntent(thread, party, volumes)
    return Standing(thread, entity, 0, frozenset(), False, start, end, flight_class)


def corners(volume: Volume4D) -> int:
    """How much there is to compare of a volume's outline."""
    footprint = volume.footprint
    if isinstance(footprint, Polygon):
        return sum(len(ring) for ring in footprint.rings())
    return len(footprint.path) if isinstance(footprint, Corridor) else 1


def as_cells(found: Standing) -> Standing:
    """The thing as cells that contain it, at all heights, over all of its time."""
    ids = {cell for volume in found.entity.volumes for cell in cells_of(volume.footprint)}
    extent = Extent(tuple(sorted(ids)), None, None, found.time_start, found.time_end)
    kind = found.entity.kind
    filed = Filed(found.thread, found.party, kind, found.version, (extent,))
    entity = filed.entity()
    if kind is EntityKind.NOTICE:
        times = (found.time_start, found.time_end)
        entity = Notice(found.thread, found.party, *times, entity.volumes)
    return replace(found, entity=entity)


def _worst(close: Close) -> tuple[bool, float, float, datetime, str]:
    found = close.found
    return (
        is_unlocated(close.other.what.entity),
        found.distance_m or 0.0,
        found.vertical_gap_m or 0.0,
        found.time_start,
        close.other.what.thread,
    )
