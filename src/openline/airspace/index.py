"""Entities held in memory, and which of them a new volume would conflict with.

Volumes lie in buckets of one hour, each an array of boxes over space, altitude and time; long ones
in a bucket of their own. A query looks through the hours it touches, asks of each volume found the
ball around it, then the flat sieve about what is left, and the exact detector about what the sieve
cannot tell. What the detector needs of a volume is made when it is first asked about it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from openline.airspace.detector import detect
from openline.airspace.entity import Entity
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable, microseconds
from openline.errors import InvalidInput
from openline.geo.core import Core
from openline.geo.ellipsoid import Floats
from openline.geo.footprint_table import Integers
from openline.geo.sieve import sieve
from openline.limits import RESOLUTION_M

_HOUR_US: Final = 3_600_000_000
_LONG_HOURS: Final = 48
_LONG: Final = -1  # the bucket of volumes that last longer
# The geoid's slope: two limits over mean sea level keep their order within this of the distance.
_GEOID_SLOPE: Final = 5e-4
_Bounds = tuple[float, float, float, float, float]


@dataclass(slots=True)
class _Bucket:
    """Boxes of volumes (10, capacity): low ends over x, y, z, altitude, microseconds, then the
    high ends with their signs turned, so that one comparison tells of both."""

    ends: Floats = field(default_factory=lambda: np.empty((10, 16)))
    volume: Integers = field(default_factory=lambda: np.empty(16, np.int64))
    used: int = 0

    def add(self, low: _Bounds, high: _Bounds, volume: int) -> None:
        if self.used == len(self.volume):
            self.ends = np.concatenate((self.ends, np.empty_like(self.ends)), axis=1)
            self.volume = np.concatenate((self.volume, np.empty_like(self.volume)))
        a, b, c, d, e = high
        self.ends[:, self.used] = (*low, -a, -b, -c, -d, -e)
        self.volume[self.used] = volume
        self.used += 1

    def remove(self, volume: int) -> None:
        at = int(np.flatnonzero(self.volume[: self.used] == volume)[0])
        last = self.used - 1
        self.ends[:, at] = self.ends[:, last]
        self.volume[at] = self.volume[last]
        self.used = last

    def may_meet(self, most: Floats) -> Integers:
        """most (10, 1): the high ends of what is asked, then its low ends with signs turned."""
        used = self.used
        return self.volume[:used][(self.ends[:, :used] <= most).all(axis=0)]


@dataclass(slots=True)
class _Volume:
    """One volume: its core for the sieve, its row for the detector, which is made when asked."""

    volume: Volume4D
    core: Core
    _table: VolumeTable | None = None

    @classmethod
    def of(cls, volume: Volume4D) -> "_Volume":
        return cls(volume, Core.of(volume.footprint))

    def table(self) -> VolumeTable:
        if self._table is None:
            self._table = VolumeTable.of((self.volume,))
        return self._table

    def close(self, other: "_Volume", separation: Separation) -> bool:
        """Whether time and height are closer than the minima."""
        mine, theirs = self.volume, other.volume
        early, late = (mine, theirs) if mine.time_start <= theirs.time_start else (theirs, mine)
        if late.time_start - early.time_end >= separation.time:
            return False
        gap = mine.altitude.gap_m(theirs.altitude, same_ground=separation.lateral_m == 0)
        return gap < separation.vertical_m - RESOLUTION_M

    def conflicts(self, other: "_Volume", separation: Separation) -> bool:
        """The exact answer, its laws those of `detect`: this one is the first of the pair."""
        at = np.zeros(1, np.int64)
        return len(detect(self.table(), at, other.table(), at, separation)) > 0


@dataclass(frozen=True, slots=True)
class _Stored:
    """A volume that is held, whose it is, and the buckets it is in."""

    entity: Entity
    own: _Volume
    hours: Sequence[int]


class AirspaceIndex:
    """Entities by party and id. `query` finds those in conflict with a volume.

    Errs toward: as `detect.conflict`. Law: `query` is `volume_conflict` with every volume held.
    """

    def __init__(self, entities: Iterable[Entity] = ()) -> None:
        self._buckets: dict[int, _Bucket] = {}
        self._stored: dict[int, _Stored] = {}
        self._volumes: dict[tuple[str, str, str], list[int]] = {}
        self._made: dict[int, _Volume] = {}  # of the volumes that are held, by their identity
        self._next = 0
        self.add_all(tuple(entities))

    def __len__(self) -> int:
        return len(self._volumes)

    def add(self, entity: Entity) -> None:
        """Hold one more entity. Raises: InvalidInput if it is held already."""
        self.add_all((entity,))

    def add_all(self, entities: Sequence[Entity]) -> None:
        """Hold more entities. Raises: InvalidInput, and holds none."""
        keys = [_key(entity) for entity in entities]
        new: set[tuple[str, str, str]] = set()
        for key in keys:
            if key in self._volumes or key in new:
                raise InvalidInput(f"{key[0]} {key[2]!r} of {key[1]} is in the index already")
            new.add(key)
        for key, entity in zip(keys, entities, strict=True):
            self._volumes[key] = [self._hold(entity, volume) for volume in entity.volumes]

    def remove(self, entity: Entity) -> None:
        """Forget an entity; only its kind, party and id are looked at. Raises: InvalidInput."""
        numbers = self._volumes.pop(_key(entity), None)
        if numbers is None:
            raise InvalidInput(f"{entity.kind} {entity.id!r} of {entity.party} is not in the index")
        for volume in numbers:
            stored = self._stored.pop(volume)
            self._made.pop(id(stored.own.volume), None)
            for hour in stored.hours:
                self._buckets[hour].remove(volume)

    def query(
        self,
        volume: Volume4D,
        separation: Separation = INTERSECTION,
        minds: Callable[[Entity], bool] | None = None,
    ) -> list[Entity]:
        """The entities with a volume closer than the minima, each once, in the order of adding.

        minds: only those are looked at of which it is true.
        """
        asked = self._volume(volume)
        reach = asked.core.buffer_m + separation.lateral_m
        found: dict[int, bool] = {}  # by number: whether it is sure already
        for number in self._candidates(asked, separation):
            one = self._stored[number]
            if (minds is None or minds(one.entity)) and one.own.close(asked, separation):
                verdict = one.own.core.verdict(asked.core, one.own.core.buffer_m + reach)
                if verdict >= 0:
                    found[number] = verdict > 0
        unsure = [number for number, sure in found.items() if not sure]
        for number in set(unsure).difference(self._confirmed(unsure, asked, separation)):
            del found[number]
        entities = (self._stored[number].entity for number in found)
        return list({id(entity): entity for entity in entities}.values())

    def may_meet(self, volume: Volume4D, separation: Separation) -> list[tuple[Entity, Volume4D]]:
        """Volumes whose boxes come closer than the minima, with whose they are.

        Errs toward: too many. Law: every conflict of `query` is with one of them.
        """
        numbers = self._candidates(self._volume(volume), separation)
        return [(one.entity, one.own.volume) for one in map(self._stored.__getitem__, numbers)]

    def _confirmed(
        self, numbers: Sequence[int], asked: _Volume, separation: Separation
    ) -> list[int]:
        """Of some volumes that are close in time and height, those that are in conflict."""
        if not numbers:
            return []
        stored = [self._stored[number].own for number in numbers]
        reach = asked.core.buffer_m + separation.lateral_m
        verdicts = sieve(
            asked.core.edges,
            asked.core.polygon,
            [one.core.edges for one in stored],
            np.array([one.core.polygon for one in stored]),
            np.array([one.core.buffer_m + reach for one in stored]),
        )
        return [
            number
            for verdict, one, number in zip(verdicts.tolist(), stored, numbers, strict=True)
            if verdict > 0 or (verdict == 0 and asked.conflicts(one, separation))
        ]

    def _hold(self, entity: Entity, volume: Volume4D) -> int:
        number = self._next
        self._next += 1
        start, end = microseconds(volume.time_start), microseconds(volume.time_end)
        hours: Sequence[int] = range(start // _HOUR_US, end // _HOUR_US + 1)
        if len(hours) > _LONG_HOURS:
            hours = (_LONG,)
        own = self._made[id(volume)] = _Volume.of(volume)
        low, high = own.core.box(own.core.buffer_m)
        for hour in hours:
            self._buckets.setdefault(hour, _Bucket()).add(
                (*low, volume.altitude_lower_m, start),
                (*high, volume.altitude_upper_m, end),
                number,
            )
        self._stored[number] = _Stored(entity, own, hours)
        return number

    def _volume(self, volume: Volume4D) -> _Volume:
        """What is asked about a volume; of one that is held it was made already."""
        made = self._made.get(id(volume))
        return made if made is not None and made.volume is volume else _Volume.of(volume)

    def _candidates(self, asked: _Volume, separation: Separation) -> list[int]:
        """Numbers of volumes whose boxes come closer than the minima, in the order of adding."""
        volume = asked.volume
        wait = round(separation.time_s * 1_000_000)
        start, end = microseconds(volume.time_start) - wait, microseconds(volume.time_end) + wait
        height = separation.vertical_m + _GEOID_SLOPE * separation.lateral_m
        low, high = asked.core.box(asked.core.buffer_m + separation.lateral_m)
        a, b, c = low
        lows = (-a, -b, -c, height - volume.altitude_lower_m, -start)
        most = np.array(((*high, volume.altitude_upper_m + height, end, *lows),)).T
        hours = range(start // _HOUR_US, end // _HOUR_US + 1)
        buckets = (
            [h for h in self._buckets if h in hours or h == _LONG]
            if len(hours) > len(self._buckets)
            else [h for h in (_LONG, *hours) if h in self._buckets]
        )
        hits = [self._buckets[hour].may_meet(most).tolist() for hour in buckets]
        return sorted({number for some in hits for number in some})


def _key(entity: Entity) -> tuple[str, str, str]:
    return entity.kind, entity.party, entity.id
