"""Predicted losses of separation among the aircraft of a moment, if all fly on as they do.

Altitudes are compared over one zero only: pressure altitude if both have it, else height over the
ellipsoid if both have it. Where one has only the one and the other only the other, the vertical
minimum is widened by how far a pressure altitude can be from the height over the ellipsoid. Where
one has none at all, only the lateral minimum counts.
Errs toward: a loss found, in the last two cases.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray, IndexArray
from openline.airspace.encounter.by_kind import MinimaTable, find_encounters_by_kind
from openline.airspace.encounter.cylinder import Cylinder
from openline.airspace.encounter.join import Search
from openline.airspace.encounter.pruning import Encounters, find_encounters
from openline.airspace.encounter.recorded import worst_instant
from openline.airspace.encounter.snapshot import Snapshot
from openline.airspace.separation import Separation
from openline.airspace.track.live_minima import NOTHING_FLOWN, Flights, LiveMinima
from openline.airspace.track.states import States
from openline.airspace.track.way import Ahead, pieces_ahead

# Height over the ellipsoid less pressure altitude is within this of 0, by altitude: pressure at
# sea level 950 to 1050 hPa, air 35 K colder to 25 K warmer than standard, and the geoid. See
# `geo.altitude_resolver`; held by tests/unit/test_track_losses.
ZERO_MARGIN_M: Final = 820.0
ZERO_MARGIN_PER_M: Final = 0.15


class Zero(IntEnum):
    """Over which zero the altitudes of a pair were compared."""

    PRESSURE = 0
    ELLIPSOID = 1
    MIXED = 2  # one of each: widened
    NONE = 3  # one has no altitude: lateral only


class Losses(NamedTuple):
    """k pairs, in order of the loss; indices into the states, first < second; arrays (k,).

    Times in seconds from the instant of the states. lateral_m, vertical_m at the worst instant
    `closest_s`; vertical NaN where the zeros differ or an altitude is missing. turning: whether it
    comes first if both fly as declared; then exit_s is at most the end of that straight piece.
    """

    first: IndexArray
    second: IndexArray
    enter_s: FloatArray
    exit_s: FloatArray
    closest_s: FloatArray
    lateral_m: FloatArray
    vertical_m: FloatArray
    zero: IndexArray
    turning: BoolArray


def predicted_losses(
    states: States,
    minima: Separation | LiveMinima,
    lookahead_s: float,
    search: Search | None = None,
    flights: Flights = NOTHING_FLOWN,
) -> Losses:
    """Every pair in loss now or within the look-ahead; aircraft on the ground are left out.

    If all fly straight on, and if those whose way is declared fly along it: of a pair the earlier.
    Args: `search`: `compiled.in_loops` if the extra `fast` is installed. `flights`: which class an
        aircraft was declared as, and where it turns.
    Raises: InvalidInput for minima without a lateral or vertical distance, or a bad look-ahead.
    """
    agreed = LiveMinima.alike(minima) if isinstance(minima, Separation) else minima
    kind = agreed.kinds(states.tracks, flights)
    asked = _Asked(states, kind, ahead_of(states, flights, lookahead_s), lookahead_s, search)
    flies = ~states.on_ground
    pressure = flies & ~np.isnan(states.pressure_altitude_m)
    ellipsoid = flies & ~np.isnan(states.altitude_m)
    either = np.where(ellipsoid, states.altitude_m, states.pressure_altitude_m)
    lone = pressure ^ ellipsoid
    nothing = flies & ~pressure & ~ellipsoid
    table = agreed.table
    parts = [asked.found(pressure, states.pressure_altitude_m, table, Zero.PRESSURE)]
    if (ellipsoid & ~pressure).any():  # else all pairs are compared by pressure
        part = asked.found(ellipsoid, states.altitude_m, table, Zero.ELLIPSOID)
        parts.append(_kept(part, ~(pressure[part.first] & pressure[part.second])))
    if (lone & pressure).any() and (lone & ellipsoid).any():
        margin = ZERO_MARGIN_M + ZERO_MARGIN_PER_M * max(float(np.max(either[lone])), 0.0)
        part = asked.found(lone, either, table.taller(margin), Zero.MIXED)
        parts.append(_kept(part, pressure[part.first] != pressure[part.second]))
    if nothing.any():
        part = asked.found(flies, np.zeros(len(states)), table, Zero.NONE)
        parts.append(_kept(part, nothing[part.first] | nothing[part.second]))
    joined = Losses._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((joined.second, joined.first, joined.enter_s))
    return Losses._make(column[order] for column in joined)


class _Lines(NamedTuple):
    """Straight lines: of which state, and from when to when; the first ones, straight on, are of
    all states of the part; `turns`: of which of them there are pieces as well."""

    aircraft: Snapshot
    row: IndexArray
    from_s: FloatArray
    to_s: FloatArray
    straight: int
    turns: BoolArray

    def allowed(self, one: IndexArray, other: IndexArray) -> BoolArray:
        """Both straight on; or as declared, each where it is."""
        on, also = one < self.straight, other < self.straight
        declared_one = ~on | ~self.turns[self.row[one]]
        declared_other = ~also | ~self.turns[self.row[other]]
        others: BoolArray = self.row[one] != self.row[other]
        return others & ((on & also) | (declared_one & declared_other))


class _Asked(NamedTuple):
    """What all parts of a search share."""

    states: States
    kind: IndexArray
    ahead: Ahead | None
    lookahead_s: float
    search: Search | None

    def found(self, rows: BoolArray, up_m: FloatArray, table: MinimaTable, zero: Zero) -> Losses:
        """The losses among some of the states, by altitudes over one zero."""
        index = np.flatnonzero(rows)
        lines = self._lines(index, up_m, flat=zero is Zero.NONE)
        kind = self.kind[index[lines.row]]
        met = self._met(lines.aircraft, kind, table)
        if self.ahead is not None:
            met = _earliest(met, lines)
        pairs = lines.aircraft.relative(met.first, met.second)
        limits = table.between(kind[met.first], kind[met.second])
        closest = worst_instant(pairs, limits, met.enter_s, met.exit_s)
        lateral = np.hypot(
            pairs.east_m + closest * pairs.east_mps, pairs.north_m + closest * pairs.north_mps
        )
        vertical = np.abs(pairs.up_m + closest * pairs.up_mps)
        if zero in (Zero.MIXED, Zero.NONE):
            vertical = np.full(len(vertical), np.nan)
        one, other = index[lines.row[met.first]], index[lines.row[met.second]]
        turning = (met.first >= lines.straight) | (met.second >= lines.straight)
        return Losses(
            np.minimum(one, other),
            np.maximum(one, other),
            met.enter_s,
            met.exit_s,
            closest,
            lateral,
            vertical,
            np.full(len(closest), int(zero), np.int64),
            turning,
        )

    def _met(self, aircraft: Snapshot, kind: IndexArray, table: MinimaTable) -> Encounters:
        if table.lateral_m.size > 1:
            return find_encounters_by_kind(aircraft, kind, table, self.lookahead_s, self.search)
        cylinder = Cylinder(float(table.lateral_m[0, 0]), float(table.vertical_m[0, 0]))
        return find_encounters(aircraft, cylinder, self.lookahead_s, self.search)

    def _lines(self, index: IndexArray, up_m: FloatArray, *, flat: bool) -> _Lines:
        """Everybody straight on, and the pieces of those who turn. flat: no altitude, no rate."""
        states, count = self.states, len(index)
        turns = np.zeros(count, bool)
        place = np.column_stack((states.lat_deg[index], states.lng_deg[index], up_m[index]))
        velocity = states.velocity_mps[index]
        row, start, end = np.arange(count), np.zeros(count), np.full(count, np.inf)
        if self.ahead is not None:
            where = np.full(len(states), -1, np.int64)
            where[index] = row
            there = np.flatnonzero(where[self.ahead.row] >= 0)
            piece = Ahead._make(column[there] for column in self.ahead)
            own = where[piece.row]
            turns[own] = True
            rate, up = velocity[own, 2], place[own, 2]
            place = np.vstack((place, np.column_stack((piece.lat_deg, piece.lng_deg, up))))
            velocity = np.vstack(
                (velocity, np.column_stack((piece.east_mps, piece.north_mps, rate)))
            )
            row = np.append(row, own)
            start, end = np.append(start, piece.from_s), np.append(end, piece.to_s)
        if flat:
            velocity[:, 2] = 0.0  # a fresh array
        return _Lines(Snapshot.on_earth(place, velocity), row, start, end, count, turns)


def ahead_of(states: States, flights: Flights, lookahead_s: float) -> Ahead | None:
    """The pieces of all whose way is declared; None: of nobody."""
    if not flights:
        return None
    known = [
        (number, flown.way)
        for number, track in enumerate(states.tracks)
        if (flown := flights.get(track.id)) is not None and flown.way is not None
    ]
    if not known:
        return None
    row = np.array([number for number, _ in known], np.int64)
    found = pieces_ahead(states, row, [way for _, way in known], lookahead_s)
    return found if len(found.row) else None


def _earliest(met: Encounters, lines: _Lines) -> Encounters:
    """While both lines hold; of each pair of aircraft the first loss, straight on if both are."""
    begin = np.maximum(lines.from_s[met.first], lines.from_s[met.second])
    end = np.minimum(lines.to_s[met.first], lines.to_s[met.second])
    enter, leave = np.maximum(met.enter_s, begin), np.minimum(met.exit_s, end)
    keep = np.flatnonzero((enter < leave) & lines.allowed(met.first, met.second))
    first, second = met.first[keep], met.second[keep]
    enter, leave = enter[keep], leave[keep]
    one, other = lines.row[first], lines.row[second]
    low, high = np.minimum(one, other), np.maximum(one, other)
    pieces = (first >= lines.straight).astype(np.int64) + (second >= lines.straight)
    order = np.lexsort((pieces, enter, high, low))
    low, high = low[order], high[order]
    new = np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1]))[: len(order)]
    order = order[new]
    return Encounters(first[order], second[order], enter[order], leave[order])


def _kept(losses: Losses, rows: BoolArray) -> Losses:
    return Losses._make(column[rows] for column in losses)
