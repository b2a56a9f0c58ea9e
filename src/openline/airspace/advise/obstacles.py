"""What a plan may meet anywhere within its limits, and which shifts that forbids.

Whether two footprints are too close depends on neither time nor height: it is decided once, by the
exact detector. What is left of a pair is a rectangle of shifts that keep the two too close.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.advise.cost import Limits
from openline.airspace.advise.move import FL_SLOPE
from openline.airspace.advise.shift import Blocks, Room
from openline.airspace.detect import is_unlocated, overlapping
from openline.airspace.detector import close_sideways
from openline.airspace.entity import Entity, Notice, OperationalIntent
from openline.airspace.index import AirspaceIndex
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable, microseconds
from openline.geo.altitude import AltitudeReference, ellipsoid_band
from openline.geo.ellipsoid import Floats
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import Booleans, FootprintTable, Integers
from openline.limits import (
    ALTITUDE_CEILING_M,
    ALTITUDE_FLOOR_M,
    LATERAL_MINIMUM_MAX_M,
    SMALLEST_MINIMUM_M,
    TIME_MAX,
    TIME_MIN,
)
from openline.units import MICROSECONDS_PER_SECOND

FOREVER_US: Final = 1 << 60
NOBODY: Final = -FOREVER_US  # in `theirs` of a block: the limits themselves
_GEOID_M: Final = 100.0  # more than the geoid rises or falls within the farthest way sideways
_MICROSECOND: Final = timedelta(microseconds=1)
_EDGES_AT_ONCE: Final = 300_000  # pairs of edges between two looks at what may be spent
_DATUMS: Final = list(AltitudeReference)
_FL: Final = _DATUMS.index(AltitudeReference.FL)
_AGL: Final = _DATUMS.index(AltitudeReference.AGL)


class EnoughEffort(Exception):
    """What the asker allows to be spent is spent: whoever searches stops there."""


Enough = Callable[[], bool]


def never_enough() -> bool:
    """For a search that goes on to its end."""
    return False


@dataclass(frozen=True, slots=True)
class Sky:
    """Whatever may be in a plan's way: those with a place in an index, notices without one apart.

    agreed_area: where a notice without a place counts; None is everywhere.
    """

    index: AirspaceIndex
    unlocated: tuple[Notice, ...] = ()
    agreed_area: Footprint | None = None

    @classmethod
    def of(cls, entities: Iterable[Entity], agreed_area: Footprint | None = None) -> "Sky":
        """The sky with these in it. Raises: InvalidInput for one that is given twice."""
        everyone = tuple(entities)
        unlocated = tuple(e for e in everyone if isinstance(e, Notice) and not e.located)
        return cls(
            AirspaceIndex(e for e in everyone if not is_unlocated(e)), unlocated, agreed_area
        )


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom the sky is searched: a plan, and what counts as too close to it.

    all_pairs: traffic of the plan's own party is in its way too. enough: whether what may be spent
    on places elsewhere is spent.
    """

    plan: OperationalIntent
    sky: Sky
    separation: Separation
    all_pairs: bool = False
    enough: Enough = never_enough

    def minds(self, other: Entity) -> bool:
        """Whether the other can be in the plan's way at all."""
        if (other.kind, other.party, other.id) == (self.plan.kind, self.plan.party, self.plan.id):
            return False
        return self.all_pairs or other.party != self.plan.party

    def meets(self, volume: Volume4D) -> list[Entity]:
        """What has a place and would be in conflict with the volume."""
        return [e for e in self.sky.index.query(volume, self.separation) if self.minds(e)]

    def in_the_way(self, volumes: Sequence[Volume4D], proved: Collection[int] = ()) -> list[Entity]:
        """Who would be in conflict with these volumes, each once: the exact detector's answer.

        proved: the identities of volumes that are known to meet nothing that has a place.
        """
        found: dict[tuple[str, str, str], Entity] = {}
        for volume in volumes:
            for other in () if id(volume) in proved else self.meets(volume):
                found.setdefault((other.kind, other.party, other.id), other)
        for notice in self.notices(volumes):
            if any(self._near_in_time(volume, notice) for volume in volumes):
                found.setdefault((notice.kind, notice.party, notice.id), notice)
        return list(found.values())

    def notices(self, volumes: Sequence[Volume4D]) -> list[Notice]:
        """Notices without a place that count where these volumes are, whatever their time."""
        concerned = [notice for notice in self.sky.unlocated if self.minds(notice)]
        area = self.sky.agreed_area
        if not concerned or (area is not None and not any(overlapping(area, volumes))):
            return []
        return concerned

    def _near_in_time(self, volume: Volume4D, notice: Notice) -> bool:
        gap = max(volume.time_start - notice.time_end, notice.time_start - volume.time_end)
        return gap < self.separation.time


class ShiftRange(NamedTuple):
    """Delays in microseconds and climbs in metres, from and to, ends included."""

    earliest_us: float
    latest_us: float
    lowest_m: float
    highest_m: float

    def reached_by(self, blocks: Blocks, slack_m: float = 0.0) -> Booleans:
        """Per block: whether it forbids anything in the range, made higher by the slack."""
        met = (blocks.delay_low < self.latest_us) & (self.earliest_us < blocks.delay_high)
        met &= blocks.climb_low < self.highest_m + slack_m
        result: Booleans = met & (self.lowest_m - slack_m < blocks.climb_high)
        return result


STAY: Final = ShiftRange(0, 0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Obstacles:
    """The volumes that a plan may meet within the room, and whose each is.

    enough: as of Asking. among: the numbers of those that count; None is all.
    """

    entities: tuple[Entity, ...]
    volumes: tuple[Volume4D, ...]
    table: VolumeTable
    separation: Separation
    enough: Enough = never_enough
    among: Integers | None = None

    def __len__(self) -> int:
        return len(self.volumes) if self.among is None else len(self.among)

    @property
    def numbers(self) -> Integers:
        """The numbers of those that count."""
        return np.arange(len(self.volumes)) if self.among is None else self.among

    def check_effort(self) -> None:
        """Raises: EnoughEffort if that is spent."""
        if self.enough():
            raise EnoughEffort

    @classmethod
    def around(cls, asking: Asking, room: Room, reach_m: float) -> "Obstacles":
        """All that can be met from the plan by any shift within the room and so far sideways."""
        held: dict[tuple[int, int], tuple[Entity, Volume4D]] = {}
        minima = asking.separation
        lateral_m = minima.lateral_m + max(reach_m, SMALLEST_MINIMUM_M)
        lateral_m = min(lateral_m, LATERAL_MINIMUM_MAX_M)
        wide = Separation(lateral_m, minima.vertical_m, minima.time)
        for volume in asking.plan.volumes:
            stretched = _stretched(volume, room)
            for entity, other in asking.sky.index.may_meet(stretched, wide):
                if asking.minds(entity):
                    held.setdefault((id(entity), id(other)), (entity, other))
        return cls.of(list(held.values()), minima, asking.enough)

    @classmethod
    def of(
        cls,
        held: Sequence[tuple[Entity, Volume4D]],
        separation: Separation,
        enough: Enough = never_enough,
    ) -> "Obstacles":
        """These volumes."""
        volumes = tuple(volume for _, volume in held)
        entities = tuple(entity for entity, _ in held)
        return cls(entities, volumes, VolumeTable.of(volumes), separation, enough)

    def close(self, mine: FootprintTable) -> tuple[Integers, Integers]:
        """The pairs (footprint of mine, obstacle) whose footprints are too close; exact.

        Raises: EnoughEffort.
        """
        i, j = self._near(mine)
        hit = self.too_close(mine, i, j)
        return i[hit], j[hit]

    def _near(self, mine: FootprintTable) -> tuple[Integers, Integers]:
        """The pairs whose boxes are too close."""
        reach_m = self.separation.lateral_m
        low, high = self.table.footprints.low, self.table.footprints.high
        if self.among is not None:
            low, high = low[self.among], high[self.among]
        meet = np.ones((len(mine), len(low)), np.bool_)
        for axis in range(3):
            meet &= mine.low[:, axis, None] - reach_m <= high[None, :, axis]
            meet &= low[None, :, axis] - reach_m <= mine.high[:, axis, None]
        i, j = np.nonzero(meet)
        return i, j if self.among is None else self.among[j]

    def too_close(self, mine: FootprintTable, i: Integers, j: Integers) -> Integers:
        """Numbers of the pairs (i[k] of mine, obstacle j[k]) that are too close sideways; exact.

        Raises: EnoughEffort.
        """
        theirs, reach_m = self.table.footprints, self.separation.lateral_m
        meet = (mine.low[i] - reach_m <= theirs.high[j]) & (theirs.low[j] - reach_m <= mine.high[i])
        near = np.flatnonzero(meet.all(axis=1))
        i, j = i[near], j[near]
        edges = np.diff(mine.edge_offset)[i] * np.diff(theirs.edge_offset)[j]
        parts = np.flatnonzero(np.diff(np.cumsum(edges) // _EDGES_AT_ONCE)) + 1
        hits = [np.zeros(0, np.int64)]
        for part in np.split(np.arange(len(i)), parts):
            self.check_effort()
            hits.append(part[close_sideways(mine, i[part], theirs, j[part], reach_m)])
        return near[np.concatenate(hits)]

    def met_by(self, mine: VolumeTable, within: ShiftRange) -> "Obstacles":
        """Those that some shift in the range can meet wherever the volumes are."""
        every = self.numbers
        i, at = np.divmod(np.arange(len(mine) * len(every)), max(len(every), 1))
        met = within.reached_by(self.blocks(mine, i, every[at]), _GEOID_M)
        return replace(self, among=every[np.unique(at[met])])

    def blocks(self, mine: VolumeTable, i: Integers, j: Integers) -> Blocks:
        """The shifts that keep volume i[k] of mine too close to obstacle j[k] in time and height.

        Errs toward: blocking, by at most RESOLUTION_M of height.
        """
        theirs = self.table
        wait = round(self.separation.time_s * MICROSECONDS_PER_SECOND)
        same_ground = self.separation.lateral_m == 0
        above = _facing(theirs, j, mine, i, same_ground=same_ground)
        below = _facing(mine, i, theirs, j, same_ground=same_ground)
        over_m = np.where(below, mine.low_native_m[i], mine.low_m[i])
        over_m = np.where(below, theirs.high_native_m[j], theirs.high_m[j]) - over_m
        under_m = np.where(above, mine.high_native_m[i], mine.high_m[i])
        under_m = np.where(above, theirs.low_native_m[j], theirs.low_m[j]) - under_m
        over_m, under_m = over_m + self.separation.vertical_m, under_m - self.separation.vertical_m
        loose_low, loose_high = mine.low_datum[i] == _FL, mine.high_datum[i] == _FL
        return Blocks(
            theirs.start_us[j] - mine.end_us[i] - wait,
            theirs.end_us[j] - mine.start_us[i] + wait,
            -_by_pressure(-under_m, loose_high & ~above),
            _by_pressure(over_m, loose_low & ~below),
            i,
            j,
        )


def _by_pressure(climb_m: Floats, loose: Booleans) -> Floats:
    """What a flight level must climb to gain so much height for sure; loses, if negative."""
    slope = np.where(climb_m > 0, FL_SLOPE[0], FL_SLOPE[1])
    moved: Floats = np.where(loose, climb_m / slope, climb_m)
    return moved


def _facing(
    above: VolumeTable, i: Integers, below: VolumeTable, j: Integers, *, same_ground: bool
) -> Booleans:
    """Whether limits that face each other are compared in their own datum, as the detector does."""
    native = above.low_datum[i] == below.high_datum[j]
    result: Booleans = native if same_ground else native & (above.low_datum[i] != _AGL)
    return result


def notice_blocks(
    notices: Sequence[Notice], volumes: Sequence[Volume4D], wait: timedelta
) -> Blocks:
    """The delays that keep volumes in the time of notices without a place, at every height.

    `theirs` counts from -1 downward: -1 is the first notice.
    """
    pairs = [(i, n) for n in range(len(notices)) for i in range(len(volumes))]
    lows = [notices[n].time_start - volumes[i].time_end - wait for i, n in pairs]
    highs = [notices[n].time_end - volumes[i].time_start + wait for i, n in pairs]
    return bars(
        [one // _MICROSECOND for one in lows],
        [one // _MICROSECOND for one in highs],
        [i for i, _ in pairs],
        [-1 - n for _, n in pairs],
    )


def bars(
    lows: Sequence[int], highs: Sequence[int], mine: Sequence[int], theirs: Sequence[int]
) -> Blocks:
    """Blocks of delays at every height."""
    every = np.full(len(lows), np.inf)
    low, high, i, j = (np.array(one, np.int64) for one in (lows, highs, mine, theirs))
    return Blocks(low, high, -every, every, i, j)


def joined(*several: Blocks) -> Blocks:
    """All blocks of several."""
    return Blocks(
        *(
            np.concatenate([getattr(one, name) for one in several])
            for name in ("delay_low", "delay_high", "climb_low", "climb_high", "mine", "theirs")
        )
    )


def window_blocks(plan: OperationalIntent, limits: Limits) -> Blocks:
    """The delays that take the plan out of the window of the limits, as blocks by nobody."""
    start = min(microseconds(volume.time_start) for volume in plan.volumes)
    end = max(microseconds(volume.time_end) for volume in plan.volumes)
    earliest = microseconds(limits.earliest or TIME_MIN)
    latest = microseconds(limits.latest or TIME_MAX)
    lows, highs = [-FOREVER_US, latest - end], [earliest - start, FOREVER_US]
    return bars(lows, highs, [0, 0], [NOBODY, NOBODY])


def _stretched(volume: Volume4D, room: Room) -> Volume4D:
    """The volume over all of the room, with slack for flight levels and the geoid."""
    up, down = FL_SLOPE[1] * room.highest_m + 1.0, FL_SLOPE[1] * room.lowest_m - 1.0
    low = max(volume.altitude_lower_m + down, ALTITUDE_FLOOR_M)
    high = min(volume.altitude_upper_m + up, ALTITUDE_CEILING_M)
    start, end = volume.time_start, volume.time_end
    return Volume4D(
        volume.footprint,
        ellipsoid_band(low, high),
        max(start + timedelta(microseconds=room.earliest_us), TIME_MIN),
        min(end + timedelta(microseconds=room.latest_us), TIME_MAX),
    )
