"""Entities held in memory, and which of them a new volume would conflict with.

Volumes lie in buckets of one hour, each an array of boxes over space, altitude and time; long ones
in a bucket of their own. A query looks through the hours it touches, asks the flat sieve about
what is left, and the exact detector about what the sieve cannot tell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from openline.airspace.detector import detect
from openline.airspace.entity import Entity
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable, microseconds
from openline.errors import InvalidInput
from openline.geo.circle import Circle
from openline.geo.ellipsoid import CURVATURE_RADIUS_MIN_M, Floats
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import EDGE_BULGE_M, Integers
from openline.geo.polygon import Polygon
from openline.geo.sieve import core_edges, edges_of, sieve
from openline.limits import RESOLUTION_M

_HOUR_US: Final = 3_600_000_000
_LONG_HOURS: Final = 48
_LONG: Final = -1  # the bucket of volumes that last longer
# The geoid's slope: two limits over mean sea level keep their order within this of the distance.
_GEOID_SLOPE: Final = 5e-4


@dataclass(slots=True)
class _Bucket:
    """Boxes of volumes: low and high (5, capacity) over x, y, z, altitude, microseconds."""

    low: Floats = field(default_factory=lambda: np.empty((5, 16)))
    high: Floats = field(default_factory=lambda: np.empty((5, 16)))
    volume: Integers = field(default_factory=lambda: np.empty(16, np.int64))
    used: int = 0

    def add(self, low: Floats, high: Floats, volume: int) -> None:
        if self.used == len(self.volume):
            self.low = np.concatenate((self.low, np.empty_like(self.low)), axis=1)
            self.high = np.concatenate((self.high, np.empty_like(self.high)), axis=1)
            self.volume = np.concatenate((self.volume, np.empty_like(self.volume)))
        self.low[:, self.used], self.high[:, self.used] = low, high
        self.volume[self.used] = volume
        self.used += 1

    def remove(self, volume: int) -> None:
        at = int(np.flatnonzero(self.volume[: self.used] == volume)[0])
        last = self.used - 1
        self.low[:, at], self.high[:, at] = self.low[:, last], self.high[:, last]
        self.volume[at] = self.volume[last]
        self.used = last

    def may_meet(self, low: Floats, high: Floats) -> Integers:
        used = self.used
        hit = (self.low[:, :used] <= high).all(axis=0)
        hit &= (self.high[:, :used] >= low).all(axis=0)
        return self.volume[:used][hit]


@dataclass(frozen=True, slots=True)
class _Stored:
    """One volume: whose it is, its core for the sieve, its row for the detector."""

    entity: Entity
    volume: Volume4D
    edges: Floats
    polygon: bool
    buffer_m: float
    table: VolumeTable
    row: int
    hours: Sequence[int]

    def close(self, volume: Volume4D, separation: Separation) -> bool:
        """Whether time and height are closer than the minima."""
        mine = self.volume
        early, late = (mine, volume) if mine.time_start <= volume.time_start else (volume, mine)
        if late.time_start - early.time_end >= separation.time:
            return False
        gap = mine.altitude.gap_m(volume.altitude, same_ground=separation.lateral_m == 0)
        return gap < separation.vertical_m - RESOLUTION_M

    def conflicts(self, volume: Volume4D, separation: Separation) -> bool:
        """The exact answer."""
        at, row = np.zeros(1, np.int64), np.array((self.row,))
        return len(detect(VolumeTable.of((volume,)), at, self.table, row, separation)) > 0


class AirspaceIndex:
    """Entities by party and id. `query` finds those in conflict with a volume.

    Errs toward: as `detect.conflict`. Law: `query` is `volume_conflict` with every volume held.
    """

    def __init__(self, entities: Iterable[Entity] = ()) -> None:
        self._buckets: dict[int, _Bucket] = {}
        self._stored: dict[int, _Stored] = {}
        self._volumes: dict[tuple[str, str, str], list[int]] = {}
        self._next = 0
        self.add_all(tuple(entities))

    def __len__(self) -> int:
        return len(self._volumes)

    def add(self, entity: Entity) -> None:
        """Hold one more entity. Raises: InvalidInput if it is held already."""
        self.add_all((entity,))

    def add_all(self, entities: Sequence[Entity]) -> None:
        """Hold more entities; faster than one by one. Raises: InvalidInput, and holds none."""
        keys = [_key(entity) for entity in entities]
        new: set[tuple[str, str, str]] = set()
        for key in keys:
            if key in self._volumes or key in new:
                raise InvalidInput(f"{key[0]} {key[2]!r} of {key[1]} is in the index already")
            new.add(key)
        if not entities:
            return
        table = VolumeTable.of([volume for entity in entities for volume in entity.volumes])
        row = 0
        for key, entity in zip(keys, entities, strict=True):
            held = self._volumes.setdefault(key, [])
            for number in range(len(entity.volumes)):
                held.append(self._hold(entity, number, table, row))
                row += 1

    def remove(self, entity: Entity) -> None:
        """Forget an entity; only its kind, party and id are looked at. Raises: InvalidInput."""
        numbers = self._volumes.pop(_key(entity), None)
        if numbers is None:
            raise InvalidInput(f"{entity.kind} {entity.id!r} of {entity.party} is not in the index")
        for volume in numbers:
            for hour in self._stored.pop(volume).hours:
                self._buckets[hour].remove(volume)

    def query(self, volume: Volume4D, separation: Separation = INTERSECTION) -> list[Entity]:
        """The entities with a volume closer than the minima, each once, in the order of adding."""
        own = core_edges(volume.footprint)
        numbers = self._candidates(volume, own, separation)
        stored = [
            one for one in map(self._stored.__getitem__, numbers) if one.close(volume, separation)
        ]
        if not stored:
            return []
        reach = _buffer_m(volume.footprint) + separation.lateral_m
        verdicts = sieve(
            own,
            isinstance(volume.footprint, Polygon),
            [one.edges for one in stored],
            np.array([one.polygon for one in stored]),
            np.array([one.buffer_m + reach for one in stored]),
        )
        found: dict[int, Entity] = {}
        for verdict, one in zip(verdicts.tolist(), stored, strict=True):
            if verdict > 0 or (verdict == 0 and one.conflicts(volume, separation)):
                found[id(one.entity)] = one.entity
        return list(found.values())

    def may_meet(self, volume: Volume4D, separation: Separation) -> list[tuple[Entity, Volume4D]]:
        """Volumes whose boxes come closer than the minima, with whose they are.

        Errs toward: too many. Law: every conflict of `query` is with one of them.
        """
        numbers = self._candidates(volume, core_edges(volume.footprint), separation)
        return [(one.entity, one.volume) for one in map(self._stored.__getitem__, numbers)]

    def _hold(self, entity: Entity, number: int, table: VolumeTable, row: int) -> int:
        volume = self._next
        self._next += 1
        start, end = int(table.start_us[row]), int(table.end_us[row])
        hours: Sequence[int] = range(start // _HOUR_US, end // _HOUR_US + 1)
        if len(hours) > _LONG_HOURS:
            hours = (_LONG,)
        prints = table.footprints
        low = np.array((*prints.low[row], table.low_m[row], start))
        high = np.array((*prints.high[row], table.high_m[row], end))
        for hour in hours:
            self._buckets.setdefault(hour, _Bucket()).add(low, high, volume)
        polygon, buffer_m = bool(prints.polygon[row]), float(prints.buffer_m[row])
        edges = edges_of(prints, row)
        self._stored[volume] = _Stored(
            entity, entity.volumes[number], edges, polygon, buffer_m, table, row, hours
        )
        return volume

    def _candidates(self, volume: Volume4D, own: Floats, separation: Separation) -> list[int]:
        """Numbers of volumes whose boxes come closer than the minima, in the order of adding."""
        start, end = microseconds(volume.time_start), microseconds(volume.time_end)
        wait = round(separation.time_s * 1_000_000)
        low, high = _box(volume, own, separation)
        low[4], high[4] = start - wait, end + wait
        hours = range((start - wait) // _HOUR_US, (end + wait) // _HOUR_US + 1)
        buckets = (
            [h for h in self._buckets if h in hours or h == _LONG]
            if len(hours) > len(self._buckets)
            else [h for h in (_LONG, *hours) if h in self._buckets]
        )
        hits = [self._buckets[hour].may_meet(low, high).tolist() for hour in buckets]
        return sorted({number for some in hits for number in some})


def _key(entity: Entity) -> tuple[str, str, str]:
    return entity.kind, entity.party, entity.id


def _buffer_m(footprint: Footprint) -> float:
    if isinstance(footprint, Polygon):
        return 0.0
    return footprint.radius_m if isinstance(footprint, Circle) else footprint.half_width_m


def _box(volume: Volume4D, own: Floats, separation: Separation) -> tuple[Floats, Floats]:
    """The box to look in, low and high (5, 1), the times still to be filled in.

    An inside lies above the hull of its boundary by at most the sagitta of its diagonal.
    """
    points = own.reshape(-1, 3)
    low, high = points.min(axis=0), points.max(axis=0)
    diagonal = float(np.linalg.norm(high - low))
    margin = EDGE_BULGE_M + _buffer_m(volume.footprint) + separation.lateral_m
    margin += diagonal * diagonal / CURVATURE_RADIUS_MIN_M
    height = separation.vertical_m + _GEOID_SLOPE * separation.lateral_m
    lows = np.array((*(low - margin), volume.altitude_lower_m - height, 0.0))
    highs = np.array((*(high + margin), volume.altitude_upper_m + height, 0.0))
    return lows[:, None], highs[:, None]
