"""The intervals of `interval` in compiled loops; needs the extra `fast` (numba).

The same operations in the same order, so the same numbers to the last bit; held by
tests/property/test_encounter_compiled. What each of them means is said in `interval`.
"""

from typing import Any

import numba
import numpy as np

from openline.airspace.encounter.arrays import States
from openline.airspace.encounter.interval import AT_THE_LIMIT, STANDING_MPS, Interval, Thresholds


def compiled(function: Any) -> Any:
    """The function as machine code, kept on disk; divisions by zero are infinite or NaN."""
    return numba.njit(cache=True, error_model="numpy")(function)


def _aside_of(pair: Any, distance: Any, tau: Any, closed: Any) -> Any:
    x, y, _, u, v, _ = pair
    a, b, range2 = u * u + v * v, x * u + y * v, x * x + y * y
    speed, distance2 = np.sqrt(a), distance * distance
    if speed < STANDING_MPS:
        limit2 = distance2 if closed else distance2 * (1.0 - AT_THE_LIMIT)
        if range2 < limit2 or (closed and range2 == limit2):
            return -np.inf, np.inf
        return np.inf, -np.inf
    miss, reach = abs(x * v - y * u), distance * speed
    delta, beyond = (reach - miss) * (reach + miss), range2 - distance2
    touching = closed and tau > 0
    if (delta < 0 and beyond > 0) or (not touching and delta <= 0 and beyond >= 0):
        return np.inf, -np.inf
    delta, half_a = max(delta, 0.0), 0.5 * tau * a
    root = np.sqrt(delta)
    leave = -beyond / (b + root) if b > 0 else (root - b) / a
    b_tau = b + half_a
    root_tau = np.sqrt(delta + half_a * half_a) if tau > 0 else root
    if b_tau > 0:
        return -(b_tau + root_tau) / a, leave
    return (beyond + tau * b) / (root_tau - b_tau), leave


_aside: Any = compiled(_aside_of)


def _above_of(up: Any, climb: Any, height: Any, coaltitude: Any, closed: Any) -> Any:
    rate, along = abs(climb), -up if climb < 0 else up
    if rate < STANDING_MPS:
        limit = height if closed else height * (1.0 - AT_THE_LIMIT)
        if abs(up) < limit or (closed and abs(up) == limit):
            return -np.inf, np.inf
        return np.inf, -np.inf
    return (-max(height, rate * coaltitude) - along) / rate, (height - along) / rate


_above: Any = compiled(_above_of)


def _span_of(pair: Any, distance: Any, height: Any, limits: Any, horizon_s: Any) -> Any:
    tau, coaltitude, closed = limits
    one = _above(pair[2], pair[5], height, coaltitude, closed)
    if one[0] >= one[1]:
        return np.nan, np.nan
    other = _aside(pair, distance, tau, closed)
    enter = max(other[0], one[0], 0.0)
    leave = min(other[1], one[1], horizon_s)
    if enter < leave:
        return enter, leave
    return np.nan, np.nan


# (enter, exit) of a pair (east, north, up and their rates); NaN where there is none. Of limits:
# modified tau, time to co-altitude, closed.
span: Any = compiled(_span_of)


def _states_of(own: Any, intruder: Any, count: Any, volume: Any, horizon_s: Any) -> Any:
    (p, v), (q, w) = own, intruder
    distance, height, limits = volume
    # A single row is for all.
    p_step, v_step, q_step, w_step = len(p) > 1, len(v) > 1, len(q) > 1, len(w) > 1
    enter, leave = np.empty(count), np.empty(count)
    for k in range(count):
        i, j, m, n = k * p_step, k * v_step, k * q_step, k * w_step
        pair = (
            *(p[i, 0] - q[m, 0], p[i, 1] - q[m, 1], p[i, 2] - q[m, 2]),
            *(v[j, 0] - w[n, 0], v[j, 1] - w[n, 1], v[j, 2] - w[n, 2]),
        )
        enter[k], leave[k] = span(pair, distance, height, limits, horizon_s)
    return enter, leave


_states: Any = compiled(_states_of)


def spans_of_states(states: States, limits: Thresholds, lookahead_s: float) -> Interval:
    """As `interval.spans`, of the states of both of each pair."""
    p, v, q, w = (np.ascontiguousarray(array) for array in states[:4])
    volume = (limits.distance_m, limits.height_m, limits[2:])
    answer: Interval = _states((p, v), (q, w), states.pairs, volume, lookahead_s)
    return answer
