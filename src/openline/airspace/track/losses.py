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
from openline.airspace.encounter.cylinder import Cylinder
from openline.airspace.encounter.join import Search
from openline.airspace.encounter.pruning import Encounters, find_encounters
from openline.airspace.encounter.recorded import worst_instant
from openline.airspace.separation import Separation
from openline.airspace.track.states import States
from openline.errors import InvalidInput
from openline.units import METRES_PER_FOOT

VERTICAL_TOLERANCE_M: Final = METRES_PER_FOOT
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
    `closest_s`; vertical NaN where the zeros differ or an altitude is missing.
    """

    first: IndexArray
    second: IndexArray
    enter_s: FloatArray
    exit_s: FloatArray
    closest_s: FloatArray
    lateral_m: FloatArray
    vertical_m: FloatArray
    zero: IndexArray


def predicted_losses(
    states: States, minima: Separation, lookahead_s: float, search: Search | None = None
) -> Losses:
    """Every pair in loss now or within the look-ahead; aircraft on the ground are left out.

    Args: `search`: `compiled.in_loops` if the extra `fast` is installed.
    Raises: InvalidInput for minima without a lateral or vertical distance, or a bad look-ahead.
    """
    height = minima.vertical_m - VERTICAL_TOLERANCE_M
    if minima.lateral_m <= 0 or height <= 0:
        raise InvalidInput("a loss needs a lateral and a vertical minimum", cure="5nm/1000ft")
    flies = ~states.on_ground
    pressure = flies & ~np.isnan(states.pressure_altitude_m)
    ellipsoid = flies & ~np.isnan(states.altitude_m)
    either = np.where(ellipsoid, states.altitude_m, states.pressure_altitude_m)
    lone = pressure ^ ellipsoid
    nothing = flies & ~pressure & ~ellipsoid

    def found(rows: BoolArray, up_m: FloatArray, vertical_m: float, zero: Zero) -> Losses:
        cylinder = Cylinder(minima.lateral_m, vertical_m)
        return _found(states, rows, up_m, cylinder, lookahead_s, zero, search)

    parts = [found(pressure, states.pressure_altitude_m, height, Zero.PRESSURE)]
    part = found(ellipsoid, states.altitude_m, height, Zero.ELLIPSOID)
    parts.append(_kept(part, ~(pressure[part.first] & pressure[part.second])))
    if (lone & pressure).any() and (lone & ellipsoid).any():
        margin = ZERO_MARGIN_M + ZERO_MARGIN_PER_M * max(float(np.max(either[lone])), 0.0)
        part = found(lone, either, height + margin, Zero.MIXED)
        parts.append(_kept(part, pressure[part.first] != pressure[part.second]))
    if nothing.any():
        part = found(flies, np.zeros(len(states)), height, Zero.NONE)
        parts.append(_kept(part, nothing[part.first] | nothing[part.second]))
    joined = Losses._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((joined.second, joined.first, joined.enter_s))
    return Losses._make(column[order] for column in joined)


def _found(
    states: States,
    rows: BoolArray,
    up_m: FloatArray,
    cylinder: Cylinder,
    lookahead_s: float,
    zero: Zero,
    search: Search | None,
) -> Losses:
    index = np.flatnonzero(rows)
    part = states.taken(rows)
    aircraft = part.snapshot(up_m[index])
    if zero is Zero.NONE:
        aircraft.rate_mps[:] = 0.0  # a fresh array: no altitude, no rate
    met: Encounters = find_encounters(aircraft, cylinder, lookahead_s, search)
    pairs = aircraft.relative(met.first, met.second)
    closest = worst_instant(pairs, cylinder, met.enter_s, met.exit_s)
    lateral = np.hypot(
        pairs.east_m + closest * pairs.east_mps, pairs.north_m + closest * pairs.north_mps
    )
    vertical = np.abs(pairs.up_m + closest * pairs.up_mps)
    if zero in (Zero.MIXED, Zero.NONE):
        vertical = np.full(len(vertical), np.nan)
    return Losses(
        index[met.first],
        index[met.second],
        met.enter_s,
        met.exit_s,
        closest,
        lateral,
        vertical,
        np.full(len(closest), int(zero), np.int64),
    )


def _kept(losses: Losses, rows: BoolArray) -> Losses:
    return Losses._make(column[rows] for column in losses)
