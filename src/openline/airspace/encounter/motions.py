"""How recorded aircraft flew at each position, as it could be known then: by what came before.

Position, velocity and vertical rate of an aircraft hold from one of its positions to the next. The
velocity is that from a position about 5 s before (the last one that is at least as old, else the
oldest there is, at least 1.5 s old) along the legs of the recording: nothing of what came later is
in it. So there is none at the first position of an aircraft or after a gap, and none into a gap.

Altitudes are recorded in steps: so small a change says nothing, and counts as level flight.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray, IndexArray
from openline.airspace.encounter.recording import Clean, JoinRules
from openline.airspace.encounter.snapshot import Snapshot, turned
from openline.geo.ellipsoid import normals_of, surface_points

BASE_S: Final = 5.0  # the same as `track.motion` takes
LEAST_S: Final = 1.5
LEVEL_M: Final = 7.7  # a step of 25 ft


class Motions(NamedTuple):
    """n motions, sorted by track and time; arrays (n,), `normal`, `point_m`, `velocity_mps` (n, 3).

    Each holds within [start, end). is_last: no motion of the aircraft follows at the end.
    """

    track: IndexArray
    label: IndexArray
    start_s: FloatArray
    end_s: FloatArray
    is_last: BoolArray
    normal: FloatArray
    point_m: FloatArray
    velocity_mps: FloatArray
    altitude_m: FloatArray
    rate_mps: FloatArray

    def taken(self, rows: Any) -> "Motions":
        """Those rows."""
        return Motions(*(column[rows] for column in self))

    def at(self, time_s: FloatArray) -> Snapshot:
        """Where each is at an instant of its own (n,), straight on along the Earth."""
        passed = time_s - self.start_s
        ahead = self.point_m + passed[:, np.newaxis] * self.velocity_mps
        normal = normals_of(ahead)
        return Snapshot(
            normal,
            surface_points(normal),
            turned(self.velocity_mps, self.normal, normal),
            self.altitude_m + passed * self.rate_mps,
            self.rate_mps,
        )


def motions_of(clean: Clean, rules: JoinRules) -> Motions:
    """The motions at all positions that are joined to the one before and to the one after."""
    kept, normals, points, joined = clean
    base = _bases(kept.time_s, joined, rules)
    follows = np.zeros(len(base), bool)
    follows[:-1] = joined
    known = follows & (base < np.arange(len(base)))
    row = np.flatnonzero(known)
    start, end = kept.time_s[row], kept.time_s[row + 1] if len(row) else np.empty(0)
    passed = start - kept.time_s[base[row]]
    middle = normals[row] + normals[base[row]]
    middle /= np.sqrt((middle * middle).sum(axis=1))[:, np.newaxis]
    velocity = (points[row] - points[base[row]]) / passed[:, np.newaxis]
    climbed = kept.altitude_m[row] - kept.altitude_m[base[row]]
    return Motions(
        kept.track[row],
        kept.label[row],
        start,
        end,
        ~known[row + 1] if len(row) else np.empty(0, bool),
        normals[row],
        points[row],
        turned(velocity, middle, normals[row]),
        kept.altitude_m[row],
        np.where(np.abs(climbed) <= LEVEL_M, 0.0, climbed / passed),
    )


def _bases(time_s: FloatArray, joined: BoolArray, rules: JoinRules) -> IndexArray:
    """For each position the earlier one that its velocity is from; itself if there is none."""
    own = np.arange(len(time_s))
    base = own.copy()
    going = own[1:][joined] if len(own) else own
    while len(going):
        before = base[going] - 1
        age = time_s[going] - time_s[before]
        reached = age <= rules.gap_max_s
        going, before, age = going[reached], before[reached], age[reached]
        base[going] = before
        # On to one still earlier, where this one is too near and that one is joined to it.
        on = (age < BASE_S) & (before > 0)
        on[on] = joined[before[on] - 1]
        going = going[on]
    young = time_s - time_s[base] < LEAST_S
    return np.where(young, own, base)
