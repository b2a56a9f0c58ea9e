"""What stands in the sky that aircraft fly into: declared volumes, closures, constraints, notices.

Altitudes are compared over the ellipsoid: the aircraft's height if it is known, else its pressure
altitude within the margin of `losses`; of whom neither is known the place alone counts.
Errs toward: an entry found, in the last two cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import LENGTH_MAX_M, BoolArray, FloatArray, IndexArray
from openline.airspace.encounter.entering import entries
from openline.airspace.encounter.snapshot import Snapshot
from openline.airspace.entity import Entity, EntityKind
from openline.airspace.track.live_minima import NOTHING_FLOWN, Flights
from openline.airspace.track.losses import ZERO_MARGIN_M, ZERO_MARGIN_PER_M, Zero, ahead_of
from openline.airspace.track.states import States
from openline.airspace.track.track import Track
from openline.airspace.track.way import Ahead
from openline.airspace.volume_table import VolumeTable

_NOBODY: Final = -1


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands. owners: the names of its party. shown_to: who is shown where it is;
    None: everybody. name: for people."""

    id: str
    kind: EntityKind
    party: str
    owners: frozenset[str] = frozenset()
    shown_to: frozenset[str] | None = None
    name: str | None = None

    @classmethod
    def of(cls, entity: Entity) -> "Obstacle":
        """What stands for everybody to see."""
        owners = frozenset((entity.party,))
        return cls(entity.id, entity.kind, entity.party, owners, None, entity.name)


class Obstacles:
    """Many of them, with their volumes. Unlocated things are none."""

    def __init__(self, things: Sequence[tuple[Obstacle, Entity]] = ()) -> None:
        located = [(one, entity) for one, entity in things if entity.volumes]
        volumes = [v for _, entity in located for v in entity.volumes]
        counts = [len(entity.volumes) for _, entity in located]
        self._keep([one for one, _ in located], VolumeTable.of(volumes), counts)

    @classmethod
    def of_tables(cls, things: Sequence[tuple[Obstacle, VolumeTable]]) -> "Obstacles":
        """Those whose volumes are in tables already."""
        made = cls.__new__(cls)
        tables = [table for _, table in things]
        made._keep([one for one, _ in things], VolumeTable.joined(tables), list(map(len, tables)))
        return made

    def _keep(self, things: list[Obstacle], table: VolumeTable, counts: list[int]) -> None:
        self.things: tuple[Obstacle, ...] = tuple(things)
        self.table = table
        self.by_pressure = _by_pressure(table)
        self.thing = np.repeat(np.arange(len(counts)), counts)  # of each volume
        code = {one.party: number for number, one in enumerate(self.things)}
        self._party = np.array([code[one.party] for one in self.things], np.int64)
        self._code = {
            name: code[one.party] for one in self.things for name in (one.party, *one.owners)
        }
        self._number = {one.id: number for number, one in enumerate(self.things)}

    def __len__(self) -> int:
        return len(self.things)

    def own(
        self, tracks: Sequence[Track], flights: Flights, row: IndexArray, thing: IndexArray
    ) -> BoolArray:
        """Whether each thing is the aircraft's own: its operation, or of its party."""
        chosen = np.unique(row)
        party = np.full(len(tracks), _NOBODY, np.int64)
        operation = np.full(len(tracks), _NOBODY, np.int64)
        for number in chosen.tolist():
            track = tracks[number]
            flown = flights.get(track.id)
            name = track.party if flown is None or flown.party is None else flown.party
            party[number] = self._code.get(name or "", _NOBODY)
            said = track.identity.operation_id if flown is None else flown.operation
            operation[number] = self._number.get(said or "", _NOBODY)
        mine: BoolArray = (self._party[thing] == party[row]) | (thing == operation[row])
        return mine


def _by_pressure(table: VolumeTable) -> VolumeTable:
    """The volumes, with limits for pressure altitudes: of those that may be a height between."""
    low, high = table.low_m - ZERO_MARGIN_M, table.high_m + ZERO_MARGIN_M
    low = np.where(low > 0, low / (1 + ZERO_MARGIN_PER_M), low)
    return table.between(low, np.where(high > 0, high / (1 - ZERO_MARGIN_PER_M), high))


class Found(NamedTuple):
    """k entries, the first first: which state, which thing, when (0: it is in it), by which zero;
    turning: whether it comes first if the aircraft flies as declared; arrays (k,)."""

    row: IndexArray
    thing: IndexArray
    enter_s: FloatArray
    zero: IndexArray
    turning: BoolArray


def predicted_entries(
    states: States, obstacles: Obstacles, lookahead_s: float, flights: Flights = NOTHING_FLOWN
) -> Found:
    """Every aircraft in the air that is in a thing that is not its own, or will be.

    If all fly straight on, and if those whose way is declared fly along it: the earlier. Of several
    volumes of one thing the first that is entered. Raises: InvalidInput for a bad look-ahead.
    Law: contains whatever stepping through time finds; held by tests/unit/test_sky_obstacles.
    """
    flies = ~states.on_ground
    pressure = states.pressure_altitude_m
    ellipsoid = ~np.isnan(states.altitude_m)
    barometric = ~ellipsoid & ~np.isnan(pressure)
    table = obstacles.table
    ahead = ahead_of(states, flights, lookahead_s) if len(obstacles) else None
    parts = [
        _part(_Asked(states, obstacles, lookahead_s, ahead), *case)
        for case in (
            (flies & ellipsoid, states.altitude_m, table, Zero.ELLIPSOID),
            (flies & barometric, pressure, obstacles.by_pressure, Zero.MIXED),
            (flies & ~ellipsoid & ~barometric, np.zeros(len(states)), table, Zero.NONE),
        )
    ]
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    row, thing, enter, _, turning = joined
    order = np.lexsort((turning, enter, thing, row))
    found = Found._make(column[order] for column in joined)
    row, thing, enter, _, turning = found
    new = np.append(True, (row[1:] != row[:-1]) | (thing[1:] != thing[:-1]))[: len(row)]
    kept = np.flatnonzero(new & ~obstacles.own(states.tracks, flights, row, thing))
    kept = kept[np.lexsort((thing[kept], row[kept], enter[kept]))]
    return Found._make(column[kept] for column in found)


class _Asked(NamedTuple):
    """What all parts of a search share."""

    states: States
    obstacles: Obstacles
    lookahead_s: float
    ahead: Ahead | None


def _part(
    asked: _Asked, rows: BoolArray, up_m: FloatArray, table: VolumeTable, zero: Zero
) -> Found:
    states, obstacles = asked.states, asked.obstacles
    index = np.flatnonzero(rows)
    if not len(index) or not len(obstacles):
        none = np.empty(0, np.int64)
        return Found(none, none, np.empty(0), none, np.empty(0, bool))
    place = np.column_stack((states.lat_deg[index], states.lng_deg[index], up_m[index]))
    velocity = states.velocity_mps[index]
    straight, from_s, to_s = len(index), np.zeros(len(index)), np.full(len(index), np.inf)
    if asked.ahead is not None:
        piece = asked.ahead.taken(rows[asked.ahead.row])
        up, rate = up_m[piece.row], states.velocity_mps[piece.row, 2]
        place = np.vstack((place, np.column_stack((piece.lat_deg, piece.lng_deg, up))))
        velocity = np.vstack((velocity, np.column_stack((piece.east_mps, piece.north_mps, rate))))
        index = np.append(index, piece.row)
        from_s, to_s = np.append(from_s, piece.from_s), np.append(to_s, piece.to_s)
    if zero is Zero.NONE:
        velocity[:, 2] = 0.0  # a fresh array
    aircraft = Snapshot.on_earth(place, velocity)
    met = entries(
        aircraft,
        table,
        states.time,
        asked.lookahead_s,
        vertical_m=LENGTH_MAX_M if zero is Zero.NONE else 0.0,
        window=(from_s, to_s),
    )
    which = obstacles.thing[met.volume]
    by = np.full(len(which), int(zero))
    return Found(index[met.aircraft], which, met.enter_s, by, met.aircraft >= straight)
