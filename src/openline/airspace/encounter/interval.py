"""When two aircraft on straight courses are too close: horizontally, and vertically.

Each function returns the unclamped interval [enter, exit] in seconds from the reference instant,
(+inf, -inf) where there is none. In a frame with the intruder at rest the ownship moves on a line
s + t v; with a = v.v, b = s.v, D the distance threshold:

    D a-form of the miss:  delta = D^2 a - det(s, v)^2            >= 0: the line meets the circle
    circle:                a t^2 + 2 b t + (s.s - D^2)            <= 0
    modified tau:          tau(t) = (D^2 - s.s) / (s.v) <= TTHR while converging

With h = TTHR / 2 the modified-tau condition is a t^2 + 2 (b + h a) t + (s.s + 2 h b - D^2) <= 0,
whose quarter discriminant is delta + (h a)^2: never negative where delta is not. So the interval
starts at the smaller root of that and ends at the larger root of the circle.

Roots are taken as c / q or q / a, whichever does not subtract nearly equal numbers; delta as
(D |v| - |det|) (D |v| + |det|).

Source: C. Munoz, A. Narkawicz, J. Chamberlain, M. Consiglio, J. Upchurch, "A family of well-clear
boundary models for the integration of UAS in the NAS", AIAA 2014-2412; A. Narkawicz, C. Munoz,
"Formal verification of conflict detection algorithms for arbitrary trajectories", 2012.
"""

from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray, Relative

Interval = tuple[FloatArray, FloatArray]

STANDING_MPS: Final = 1e-12  # slower than this is rounding: nanometres in an hour
AT_THE_LIMIT: Final = 4e-12  # relative: a length this close to an open limit counts as at it


class Thresholds(NamedTuple):
    """What is too close: lateral and vertical distance, for all pairs or for each its own (k,);
    times of modified tau and to co-altitude; closed: exactly there is too close."""

    distance_m: float | FloatArray
    height_m: float | FloatArray
    tau_s: float
    coaltitude_s: float
    closed: bool


def spans(pairs: Relative, limits: Thresholds, lookahead_s: float | FloatArray) -> Interval:
    """[enter, exit] of each pair in [0, look-ahead]; NaN where there is none."""
    closed = limits.closed
    aside = horizontal(
        pairs.east_m,
        pairs.north_m,
        pairs.east_mps,
        pairs.north_mps,
        limits.distance_m,
        limits.tau_s,
        closed=closed,
    )
    above = vertical(pairs.up_m, pairs.up_mps, limits.height_m, limits.coaltitude_s, closed=closed)
    return clamped(aside, above, lookahead_s)


def horizontal(
    east_m: FloatArray,
    north_m: FloatArray,
    east_mps: FloatArray,
    north_mps: FloatArray,
    distance_m: float | FloatArray,
    tau_s: float = 0.0,
    *,
    closed: bool,
) -> Interval:
    """The interval within the distance, or within `tau_s` of modified tau on the way to it.

    Closed: standing or passing exactly at the distance counts; open: it does not.
    """
    a = east_mps * east_mps + north_mps * north_mps
    b = east_m * east_mps + north_m * north_mps
    range2 = east_m * east_m + north_m * north_m
    speed = np.sqrt(a)
    miss = np.abs(east_m * north_mps - north_m * east_mps)
    reach = distance_m * speed
    delta = (reach - miss) * (reach + miss)
    beyond = range2 - distance_m * distance_m
    # Who is inside meets the circle, whatever rounding makes of delta.
    # Who touches the circle is there for a single instant; only tau makes an interval of it.
    touching = closed and tau_s > 0
    met = (delta >= 0) | (beyond <= 0) if touching else (delta > 0) | (beyond < 0)
    delta = np.maximum(delta, 0.0)
    half = 0.5 * tau_s
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        root = np.sqrt(delta)
        leave = np.where(b > 0, -beyond / (b + root), (root - b) / a)
        b_tau = b + half * a
        root_tau = np.sqrt(delta + (half * a) ** 2) if half else root
        ahead = (beyond + tau_s * b) / (root_tau - b_tau)
        enter = np.where(b_tau > 0, -(b_tau + root_tau) / a, ahead)
    moving = (speed >= STANDING_MPS) & met
    standing = (speed < STANDING_MPS) & _within(range2, distance_m * distance_m, closed=closed)
    return _chosen(enter, leave, moving, standing)


def vertical(
    up_m: FloatArray,
    up_mps: FloatArray,
    height_m: float | FloatArray,
    coaltitude_s: float = 0.0,
    *,
    closed: bool,
) -> Interval:
    """The interval within the height, or within `coaltitude_s` of being level with each other.

    Closed: level flight exactly at the height counts; open: it does not.
    """
    rate = np.abs(up_mps)
    # Along the direction of relative motion: position first, then the same for both directions.
    along = np.where(up_mps < 0, -up_m, up_m)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        enter = (-np.maximum(height_m, rate * coaltitude_s) - along) / rate
        leave = (height_m - along) / rate
    moving = rate >= STANDING_MPS
    level = ~moving & _within(np.abs(up_m), height_m, closed=closed)
    return _chosen(enter, leave, moving, level)


def clamped(one: Interval, other: Interval, lookahead_s: float | FloatArray) -> Interval:
    """The common part within [0, look-ahead]; NaN where it is empty or a single instant."""
    enter = np.maximum(np.maximum(one[0], other[0]), 0.0)
    leave = np.minimum(np.minimum(one[1], other[1]), lookahead_s)
    there = enter < leave
    return np.where(there, enter, np.nan), np.where(there, leave, np.nan)


def _within(value: FloatArray, limit: float | FloatArray, *, closed: bool) -> BoolArray:
    found: BoolArray = value <= limit if closed else value < limit * (1.0 - AT_THE_LIMIT)
    return found


def _chosen(enter: FloatArray, leave: FloatArray, moving: BoolArray, always: BoolArray) -> Interval:
    first = np.where(moving, enter, np.where(always, -np.inf, np.inf))
    last = np.where(moving, leave, np.where(always, np.inf, -np.inf))
    return first, last
