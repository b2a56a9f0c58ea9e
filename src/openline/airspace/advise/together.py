"""Sideways and in time or height at once: the cheapest place, with its own cheapest shift."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, NamedTuple

from openline.airspace.advise.carried import Moving, Place
from openline.airspace.advise.move import Change, shifted
from openline.airspace.advise.obstacles import ShiftRange, joined
from openline.airspace.advise.room import room_of
from openline.airspace.advise.search import Alternative, Search
from openline.airspace.advise.shift import Shift, cheapest
from openline.airspace.advise.sideways import bearings, distances, is_little
from openline.airspace.advise.sliding import Offset, Sliding
from openline.errors import OpenlineError

_MICROSECOND: Final = timedelta(microseconds=1)
_TRIED_MAX: Final = 120  # footprints: more would cost more than they find
_RINGS: Final = 16  # out to where sideways alone costs as much as what is known
_RING_DEG: Final = 10.0
_STARTS: Final = 8
_WORTH_A_LOOK: Final = 1.1  # times the best cost: from there a place beside may be cheaper
_NEAR_M: Final = 2.0
_NEAR_SHARE: Final = 0.005


def elsewhere_and_shifted(search: Search, below: float) -> Iterator[Alternative]:
    """The whole plan sideways and in time or height, where that is cheaper than all others."""
    moving = Moving.of(search.plan.volumes)
    obstacles = search.obstacles.met_by(moving.table, _affordable(search, below))
    most_m = min(search.limits.sideways_m, _WORTH_A_LOOK * below / search.costs.sideways)
    trying = _Trying(search, moving, Sliding.of(moving, obstacles, most_m), below)
    if moving.flat and is_little(moving, search.obstacles):
        _finely(trying)
    else:
        turns = bearings(len(moving.volumes))
        tried = 0
        for distance_m in distances(search.limits.sideways_m):
            tried += len(turns) * len(moving.volumes)
            if not trying.affords(distance_m) or tried > _TRIED_MAX:
                break
            trying.take([(float(bearing), distance_m) for bearing in turns])
    best = next((found for found in trying.found if found.cost < below), None)
    one = None if best is None else _moved(search, moving, best)
    if one is not None:
        yield one


class _Found(NamedTuple):
    """A place, its cheapest shift, and what both cost together."""

    cost: float
    place: Place
    shift: Shift


@dataclass(slots=True)
class _Trying:
    """Places tried so far. found: the cheapest first, so many as are kept; below: what a place
    must cost less than; known: by blocks what was asked for, and the cheapest shift.
    """

    search: Search
    moving: Moving
    sliding: Sliding
    below: float
    found: list[_Found] = field(default_factory=list)
    keep: int = 1
    known: dict[bytes, tuple[float, Shift | None]] = field(default_factory=dict)

    def affords(self, distance_m: float) -> bool:
        """Whether a place so far away can be cheaper than what is known."""
        return distance_m * self.search.costs.sideways < self.below

    def take(self, places: Sequence[Place]) -> None:
        """Try some places with all shifts."""
        search, limits = self.search, self.search.limits
        sideways = search.costs.sideways
        near = [place for place in places if place[1] <= limits.sideways_m]
        near = [place for place in near if self.affords(place[1])]
        if not near:
            return
        within = _affordable(search, self.below - min(place[1] for place in near) * sideways)
        some = []
        for at in self.sliding.offsets(near, within):
            aside = at.distance_m * sideways
            shift = self._shift(at, self.below - aside)
            if shift is not None:
                some.append(_Found(aside + shift.cost, (at.bearing_deg, at.distance_m), shift))
        for one in sorted(some):
            if one.cost < self.below and self.moving.allowed(one.place, limits):
                self.add(one)

    def _shift(self, at: Offset, below: float) -> Shift | None:
        """The cheapest shift there, if it costs less.

        Where limits do not follow the geoid it is known from any place with the same blocks.
        """
        search = self.search
        key = at.blocks.mine.tobytes() + at.blocks.theirs.tobytes()
        tried, known = self.known.get(key, (-math.inf, None))
        if known is None and below > tried:
            room = search.room if at.made is None else room_of(at.made, search.limits)
            known = cheapest(joined(at.blocks, search.fixed), room, search.costs, below)
            if self.moving.flat:
                self.known[key] = below, known
        return known if known is not None and known.cost < below else None

    def add(self, found: _Found) -> None:
        """One more; what is not among the cheapest is not looked for any longer."""
        self.found = sorted((*self.found, found))[: self.keep]
        if len(self.found) == self.keep:
            self.below = min(self.below, self.found[-1].cost)


def _finely(trying: _Trying) -> None:
    """Rings of 36 places; then from each of the cheapest to cheaper ones beside it.

    Around each the eight neighbours are tried; where none is cheaper the steps are halved.
    """
    trying.keep = _STARTS
    best, trying.below = trying.below, trying.below * _WORTH_A_LOOK
    most_m = min(best / trying.search.costs.sideways, trying.search.limits.sideways_m)
    step_m, step_deg = most_m / _RINGS, _RING_DEG
    for ring in range(1, _RINGS + 1):
        if trying.affords(ring * step_m):
            trying.take([(n * _RING_DEG, ring * step_m) for n in range(round(360 / _RING_DEG))])
    while trying.found and step_m > max(_NEAR_M, _NEAR_SHARE * trying.found[0].place[1]):
        first = trying.found[0]
        trying.below = min(best, first.cost * _WORTH_A_LOOK)
        trying.take([place for one in trying.found for place in _beside(one, step_m, step_deg)])
        if trying.found[0] == first:
            step_m, step_deg = step_m / 2, step_deg / 2
            trying.keep = max(trying.keep // 2, 2)
            trying.found = trying.found[: trying.keep]


def _beside(one: _Found, step_m: float, step_deg: float) -> list[Place]:
    """The places around one."""
    bearing_deg, distance_m = one.place
    return [
        ((bearing_deg + turn) % 360, distance_m + by)
        for by in (-step_m, 0.0, step_m)
        for turn in (-step_deg, 0.0, step_deg)
        if (by or turn) and distance_m + by > 0
    ]


def _affordable(search: Search, below: float) -> ShiftRange:
    """The shifts that cost less, within what any place allows."""
    costs, limits = search.costs, search.limits
    return ShiftRange(
        max(-below / costs.earlier * 1e6, search.room.earliest_us),
        min(below / costs.later * 1e6, search.room.latest_us),
        0.0 if limits.floor_m is None else -below / costs.down,
        min(below / costs.up, limits.climb_m),
    )


def _moved(search: Search, moving: Moving, found: _Found) -> Alternative | None:
    there = moving.volumes_at(found.place)
    if there is None:
        return None
    (bearing_deg, distance_m), shift = found.place, found.shift
    delay = shift.delay_us * _MICROSECOND
    try:
        moved = tuple(shifted(volume, delay, shift.climb_m) for volume in there)
    except OpenlineError:
        return None
    change = Change(search.everything, delay, shift.climb_m, distance_m, bearing_deg)
    return Alternative(replace(search.plan, volumes=moved), (change,), found.cost)
