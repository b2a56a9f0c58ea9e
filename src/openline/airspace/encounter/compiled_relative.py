"""Pairs of a snapshot laid into the planes at their middles, and their losses; needs `fast`.

The same as `Snapshot.relative` and the detector's own intervals, to some rounding; held by
tests/property/test_encounter_pruning. For few pairs numpy's calls take longer than what they
compute.
"""

from typing import Any

import numpy as np

from openline.airspace.encounter.arrays import FloatArray, IndexArray
from openline.airspace.encounter.compiled_interval import compiled, span
from openline.airspace.encounter.interval import Thresholds
from openline.airspace.encounter.snapshot import Snapshot
from openline.geo.sphere import EARTH_RADIUS_M


def _axes_of(x: Any, y: Any, z: Any) -> Any:
    """As `snapshot.plane_axes`, of one unit normal."""
    sign = -1.0 if z < 0 else 1.0
    a = -1.0 / (sign + z)
    b = x * y * a
    return (1.0 + sign * x * x * a, sign * b, -sign * x), (b, sign + y * y * a, -y)


axes: Any = compiled(_axes_of)


def _dot_of(one: Any, other: Any) -> Any:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


_dot: Any = compiled(_dot_of)


def _row_of(array: Any, k: Any) -> Any:
    return array[k, 0], array[k, 1], array[k, 2]


_row: Any = compiled(_row_of)


def _laid_of(aircraft: Any, i: Any, j: Any) -> Any:
    """East, north, up of a pair, and their rates."""
    normals, points, velocities, altitude, rate = aircraft
    one, other, p, q = _row(points, i), _row(points, j), _row(velocities, i), _row(velocities, j)
    across = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    up, climb = altitude[i] - altitude[j], rate[i] - rate[j]
    if not len(normals):
        return across[0], across[1], up, p[0] - q[0], p[1] - q[1], climb
    m, n = _row(normals, i), _row(normals, j)
    x, y, z = m[0] + n[0], m[1] + n[1], m[2] + n[2]
    length = max(np.sqrt(x * x + y * y + z * z), 1e-12)
    x, y, z = x / length, y / length, z / length
    middle = (x, y, z)
    s = _dot(p, middle) / max(1.0 + _dot(m, middle), 1e-12)
    t = _dot(q, middle) / max(1.0 + _dot(n, middle), 1e-12)
    moving = (
        (p[0] - s * (m[0] + x)) - (q[0] - t * (n[0] + x)),
        (p[1] - s * (m[1] + y)) - (q[1] - t * (n[1] + y)),
        (p[2] - s * (m[2] + z)) - (q[2] - t * (n[2] + z)),
    )
    east, north = axes(x, y, z)
    half = min(np.sqrt(_dot(across, across)) / (2 * EARTH_RADIUS_M), 1.0)
    longer = np.arcsin(half) / half if half > 1e-6 else 1.0
    return (
        *(_dot(across, east) * longer, _dot(across, north) * longer, up),
        *(_dot(moving, east), _dot(moving, north), climb),
    )


_laid: Any = compiled(_laid_of)


def _losses_of(
    aircraft: Any, first: Any, second: Any, minima: Any, limits: Any, horizon_s: Any
) -> Any:
    """Of the pairs those in loss: lower and higher index, enter, exit."""
    distance, height = minima
    step = 1 if len(distance) > 1 else 0
    low, high = np.empty(len(first), np.int64), np.empty(len(first), np.int64)
    enter, leave = np.empty(len(first)), np.empty(len(first))
    found = 0
    for k in range(len(first)):
        i, j = first[k], second[k]
        pair = _laid(aircraft, i, j)
        begin, end = span(pair, distance[k * step], height[k * step], limits, horizon_s)
        if begin < end:
            low[found], high[found] = min(i, j), max(i, j)
            enter[found], leave[found] = begin, end
            found += 1
    return low[:found], high[:found], enter[:found], leave[:found]


_losses: Any = compiled(_losses_of)


def losses(
    aircraft: Snapshot,
    first: IndexArray,
    second: IndexArray,
    limits: Thresholds,
    lookahead_s: float,
) -> tuple[IndexArray, IndexArray, FloatArray, FloatArray]:
    """Those of the pairs that are in loss within the look-ahead: lower index, higher, enter, exit.

    first, second: indices (k,) into the snapshot, each pair once.
    """
    columns = (
        *(aircraft.normal, aircraft.point_m, aircraft.velocity_mps),
        *(aircraft.altitude_m, aircraft.rate_mps),
    )
    minima = np.atleast_1d(limits.distance_m), np.atleast_1d(limits.height_m)
    times = (limits.tau_s, limits.coaltitude_s, limits.closed)
    found: tuple[IndexArray, IndexArray, FloatArray, FloatArray] = _losses(
        columns, first, second, minima, times, lookahead_s
    )
    return found
