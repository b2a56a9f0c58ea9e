"""Closest point of approach, and the other numbers that describe an encounter.

All are of pairs on straight courses; times in seconds from the reference instant. Standing
relative to each other, the closest point is now.
"""

from typing import NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import FloatArray, Relative
from openline.airspace.encounter.interval import STANDING_MPS


class ClosestPoint(NamedTuple):
    """One entry for each pair. `tcpa_s`, `dcpa_m` unclamped (lateral); the others clamped."""

    tcpa_s: FloatArray
    dcpa_m: FloatArray
    hmd_m: FloatArray
    vmd_m: FloatArray
    tcoa_s: FloatArray


def closest_point(pairs: Relative, lookahead_s: float) -> ClosestPoint:
    """The closest point of each pair.

    Returns: `tcpa_s` may be negative (already past). `hmd_m`, `vmd_m`: least lateral and least
    vertical distance within [0, look-ahead], each for itself. `tcoa_s`: time to co-altitude, NaN
    where they do not approach vertically.
    """
    a = pairs.east_mps**2 + pairs.north_mps**2
    b = pairs.east_m * pairs.east_mps + pairs.north_m * pairs.north_mps
    moving = np.sqrt(a) >= STANDING_MPS
    tcpa = np.where(moving, -b / np.where(moving, a, 1.0), 0.0)
    approach = np.clip(tcpa, 0.0, lookahead_s)
    rising = np.abs(pairs.up_mps) >= STANDING_MPS
    coaltitude = -pairs.up_m / np.where(rising, pairs.up_mps, 1.0)
    tcoa = np.where(rising & (coaltitude >= 0), coaltitude, np.nan)
    level = np.where(np.isnan(tcoa), 0.0, np.minimum(np.nan_to_num(tcoa), lookahead_s))
    return ClosestPoint(
        tcpa,
        _lateral(pairs, tcpa),
        _lateral(pairs, approach),
        np.abs(pairs.up_m + level * pairs.up_mps),
        tcoa,
    )


def modified_tau(pairs: Relative, dthr_m: float) -> FloatArray:
    """Modified tau in seconds, (DTHR^2 - r^2) / (s.v); NaN where they do not converge laterally.

    Negative once they are within DTHR.
    """
    b = pairs.east_m * pairs.east_mps + pairs.north_m * pairs.north_mps
    range2 = pairs.east_m**2 + pairs.north_m**2
    converging = b < 0
    tau: FloatArray = np.where(
        converging, (dthr_m * dthr_m - range2) / np.where(converging, b, 1.0), np.nan
    )
    return tau


def _lateral(pairs: Relative, time_s: FloatArray) -> FloatArray:
    east = pairs.east_m + time_s * pairs.east_mps
    north = pairs.north_m + time_s * pairs.north_mps
    distance: FloatArray = np.hypot(east, north)
    return distance
