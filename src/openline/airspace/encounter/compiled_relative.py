"""Pairs of a snapshot laid into the planes at their middles, by a compiled loop; needs `fast`.

The same as `Snapshot.relative`, to some rounding; held by tests/property/test_encounter_pruning.
For few pairs its numpy calls take longer than what they compute.
"""

from typing import Any

import numba
import numpy as np

from openline.airspace.encounter.arrays import IndexArray, Relative
from openline.airspace.encounter.snapshot import Snapshot
from openline.geo.sphere import EARTH_RADIUS_M


def _relative_of(points: Any, velocities: Any, normals: Any, own: Any, intruder: Any) -> Any:
    """East, north, and their rates, (4, k)."""
    out = np.empty((4, len(own)))
    one, other, middle, across = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
    for k in range(len(own)):
        i, j = own[k], intruder[k]
        length2, chord2 = 0.0, 0.0
        for axis in range(3):
            across[axis] = points[i, axis] - points[j, axis]
            chord2 += across[axis] * across[axis]
            middle[axis] = normals[i, axis] + normals[j, axis]
            length2 += middle[axis] * middle[axis]
        length = max(np.sqrt(length2), 1e-12)
        toward_i, toward_j, slope_i, slope_j = 0.0, 0.0, 0.0, 0.0
        for axis in range(3):
            middle[axis] /= length
            toward_i += velocities[i, axis] * middle[axis]
            toward_j += velocities[j, axis] * middle[axis]
            slope_i += normals[i, axis] * middle[axis]
            slope_j += normals[j, axis] * middle[axis]
        share_i = toward_i / max(1.0 + slope_i, 1e-12)
        share_j = toward_j / max(1.0 + slope_j, 1e-12)
        # The axes of the plane, as `plane_axes`.
        x, y, z = middle[0], middle[1], middle[2]
        sign = -1.0 if z < 0 else 1.0
        a = -1.0 / (sign + z)
        b = x * y * a
        one[0], one[1], one[2] = 1.0 + sign * x * x * a, sign * b, -sign * x
        other[0], other[1], other[2] = b, sign + y * y * a, -y
        half = min(np.sqrt(chord2) / (2 * EARTH_RADIUS_M), 1.0)
        longer = np.arcsin(half) / half if half > 1e-6 else 1.0
        east, north, u, v = 0.0, 0.0, 0.0, 0.0
        for axis in range(3):
            turned = velocities[i, axis] - share_i * (normals[i, axis] + middle[axis])
            turned -= velocities[j, axis] - share_j * (normals[j, axis] + middle[axis])
            east += across[axis] * one[axis]
            north += across[axis] * other[axis]
            u += turned * one[axis]
            v += turned * other[axis]
        out[0, k], out[1, k], out[2, k], out[3, k] = east * longer, north * longer, u, v
    return out


_relative: Any = numba.njit(cache=True, error_model="numpy")(_relative_of)


def relative(aircraft: Snapshot, own: IndexArray, intruder: IndexArray) -> Relative:
    """The pairs, each in the plane at its middle. Indices (k,) into the snapshot."""
    if not len(aircraft.normal):
        return aircraft.relative(own, intruder)
    laid = _relative(aircraft.point_m, aircraft.velocity_mps, aircraft.normal, own, intruder)
    up_m = aircraft.altitude_m[own] - aircraft.altitude_m[intruder]
    up_mps = aircraft.rate_mps[own] - aircraft.rate_mps[intruder]
    return Relative(laid[0], laid[1], up_m, laid[2], laid[3], up_mps)
