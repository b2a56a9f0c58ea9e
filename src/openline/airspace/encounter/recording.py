"""Recorded positions of many aircraft, made into legs: what is joined, what is set aside and why.

Between two samples of one aircraft a straight leg at constant speed is assumed, laterally along the
chord and linear in altitude, unless they are further apart in time than `gap_max_s` or imply more
than `speed_max_mps`. A sample without a leg on either side is kept as a point: it is tested at its
instant. A lone sample that can be reached from neither neighbour, while they can reach each other,
is set aside as a jump, and the neighbours are joined.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray, IndexArray
from openline.errors import InvalidInput
from openline.geo.ellipsoid import surface_points
from openline.geo.sphere import unit_vectors

ALTITUDE_MIN_M: Final = -2_000.0
ALTITUDE_MAX_M: Final = 200_000.0

NEEDED_GAPS: Final = 4  # of samples before and after a time, for all that is known of it

NO_POSITION: Final = "no usable position, time or altitude"
REPEATED: Final = "repeated instant"
JUMP: Final = "jump"


@dataclass(frozen=True, slots=True)
class JoinRules:
    """When two samples of an aircraft are joined. Raises: InvalidInput."""

    gap_max_s: float = 120.0
    speed_max_mps: float = 700.0

    def __post_init__(self) -> None:
        if not 0 < self.gap_max_s <= 86_400:
            raise InvalidInput(f"{self.gap_max_s:g} s is outside 0..86400 s", field="gap")
        if not 0 < self.speed_max_mps <= 100_000:
            raise InvalidInput(
                f"{self.speed_max_mps:g} m/s is outside 0..100000 m/s", field="speed"
            )


class Samples(NamedTuple):
    """n recorded positions. track, label (n,): numbers of aircraft and of callsigns."""

    track: IndexArray
    label: IndexArray
    time_s: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray
    altitude_m: FloatArray

    @classmethod
    def of(cls, *columns: Any) -> "Samples":
        """From six columns of numbers; buffers of doubles are not copied."""
        floats = [np.asarray(column, dtype=np.float64) for column in columns]
        return cls(floats[0].astype(np.int64), floats[1].astype(np.int64), *floats[2:])

    @classmethod
    def from_rows(cls, rows: bytes) -> "Samples":
        """From what `by_period` made; any number of them one after the other."""
        table = np.frombuffer(rows, dtype=np.float64).reshape(-1, len(cls._fields))
        return cls.of(*(np.ascontiguousarray(table[:, k]) for k in range(len(cls._fields))))

    def taken(self, rows: Any) -> "Samples":
        """Those rows."""
        return Samples(*(column[rows] for column in self))


class Legs(NamedTuple):
    """n straight legs, or points where start and end are one; start_m, end_m (n, 3) surface."""

    track: IndexArray
    label: IndexArray
    start_s: FloatArray
    end_s: FloatArray
    start_m: FloatArray
    end_m: FloatArray
    start_altitude_m: FloatArray
    end_altitude_m: FloatArray

    def taken(self, rows: Any) -> "Legs":
        """Those rows."""
        return Legs(*(column[rows] for column in self))


def usable(samples: Samples) -> BoolArray:
    """Which samples have everything that is needed, within reason."""
    lat, lng, altitude = samples.latitude_deg, samples.longitude_deg, samples.altitude_m
    return (
        np.isfinite(samples.time_s)
        & (np.abs(lat) <= 90)
        & (np.abs(lng) <= 360)
        & (altitude >= ALTITUDE_MIN_M)
        & (altitude <= ALTITUDE_MAX_M)
    )


def by_period(samples: Samples, period_s: float) -> tuple[list[tuple[int, bytes]], int]:
    """The usable samples by period of time, as bytes, and how many are not usable.

    Period k is [k, k + 1) `period_s` since 1970; periods in order.
    """
    good = usable(samples)
    kept = samples.taken(good)
    number = np.floor(kept.time_s / period_s).astype(np.int64)
    order = np.argsort(number, kind="stable")
    table = np.stack([column[order].astype(np.float64) for column in kept], axis=1)
    number = number[order]
    edges = np.flatnonzero(np.diff(number)) + 1
    begins = [0, *edges.tolist()] if len(number) else []
    ends = [*edges.tolist(), len(number)]
    parts = [(int(number[a]), table[a:b].tobytes()) for a, b in zip(begins, ends, strict=False)]
    return parts, int((~good).sum())


def near_period(samples: Samples, start_s: float, end_s: float, rules: JoinRules) -> Samples:
    """The samples that the legs and courses within [start, end) may depend on.

    A course rests on a position up to a gap before a leg that may begin a gap before the start;
    whether that one is a jump, on two more.
    """
    margin = NEEDED_GAPS * rules.gap_max_s
    return samples.taken(_during(samples.time_s, start_s - margin, end_s + margin))


class Clean(NamedTuple):
    """Samples sorted by track and time, without those set aside; joined (n - 1,): to the next."""

    kept: Samples
    normal: FloatArray
    point_m: FloatArray
    joined: BoolArray


def legs_of(
    samples: Samples, rules: JoinRules, start_s: float, end_s: float
) -> tuple[Legs, dict[str, int]]:
    """The legs within [start, end), and how many samples of that time were set aside, by reason.

    Samples from `NEEDED_GAPS` gaps before to as many after give the same legs as without limits.
    """
    clean, set_aside = cleaned(samples, rules, start_s, end_s)
    return legs_between(clean, start_s, end_s), set_aside


def legs_between(clean: Clean, start_s: float, end_s: float) -> Legs:
    """The legs within [start, end)."""
    return clipped(_joined(clean), start_s, end_s)


def cleaned(
    samples: Samples, rules: JoinRules, start_s: float, end_s: float
) -> tuple[Clean, dict[str, int]]:
    """What is left of the samples, and how many of [start, end) were set aside, by reason."""
    good = usable(samples)
    set_aside = {NO_POSITION: int((~good & _during(samples.time_s, start_s, end_s)).sum())}
    kept = samples.taken(good)
    ties = (kept.label, kept.altitude_m, kept.longitude_deg, kept.latitude_deg)
    order = np.lexsort((*ties, kept.time_s, kept.track))
    kept = kept.taken(order)
    again = np.zeros(len(order), bool)
    again[1:] = (np.diff(kept.track) == 0) & (np.diff(kept.time_s) == 0)
    set_aside[REPEATED] = int((again & _during(kept.time_s, start_s, end_s)).sum())
    kept = kept.taken(~again)
    normals = unit_vectors(np.stack((kept.latitude_deg, kept.longitude_deg), axis=1))
    points = surface_points(normals)
    jump = _jumps(kept, points, rules)
    set_aside[JUMP] = int((jump & _during(kept.time_s, start_s, end_s)).sum())
    kept, normals, points = kept.taken(~jump), normals[~jump], points[~jump]
    return Clean(kept, normals, points, _reachable(kept, points, rules, 1)), set_aside


def _during(time_s: FloatArray, start_s: float, end_s: float) -> BoolArray:
    return (time_s >= start_s) & (time_s < end_s)


def _reachable(kept: Samples, points: FloatArray, rules: JoinRules, step: int) -> BoolArray:
    """For each sample but the last `step`: whether the one `step` later is a possible end."""
    if len(points) <= step:
        return np.zeros(0, bool)
    time = kept.time_s[step:] - kept.time_s[:-step]
    way = np.sqrt(((points[step:] - points[:-step]) ** 2).sum(axis=1))
    same = kept.track[step:] == kept.track[:-step]
    # The gap is meant for neighbours: over a jump it may be the sum of two.
    reachable: BoolArray = same & (time <= step * rules.gap_max_s)
    reachable &= way <= rules.speed_max_mps * time
    return reachable


def _jumps(kept: Samples, points: FloatArray, rules: JoinRules) -> BoolArray:
    """Lone samples off the way of their neighbours."""
    count = len(points)
    jump = np.zeros(count, bool)
    if count < 3:
        return jump
    near = (np.diff(kept.track) == 0) & (np.diff(kept.time_s) <= rules.gap_max_s)
    broken = near & ~_reachable(kept, points, rules, 1)
    jump[1:-1] = broken[:-1] & broken[1:] & _reachable(kept, points, rules, 2)
    beside = np.zeros(count, bool)
    beside[1:] |= jump[:-1]
    beside[:-1] |= jump[1:]
    # Two tracks mixed under one name jump at every sample: then nobody knows which are real.
    return jump & ~beside


def _joined(clean: Clean) -> Legs:
    kept, _, points, joined = clean
    alone = np.ones(len(points), bool)
    alone[1:] &= ~joined
    alone[:-1] &= ~joined
    first = np.concatenate((np.flatnonzero(joined), np.flatnonzero(alone)))
    last = np.concatenate((np.flatnonzero(joined) + 1, np.flatnonzero(alone)))
    return Legs(
        kept.track[first],
        kept.label[first],
        kept.time_s[first],
        kept.time_s[last],
        points[first],
        points[last],
        kept.altitude_m[first],
        kept.altitude_m[last],
    )


def clipped(legs: Legs, start_s: float, end_s: float) -> Legs:
    """The part of the legs within [start, end); points are in if their instant is."""
    point = legs.start_s == legs.end_s
    inside = np.where(
        point,
        _during(legs.start_s, start_s, end_s),
        (legs.end_s > start_s) & (legs.start_s < end_s),
    )
    return cut(
        legs.taken(inside),
        np.maximum(legs.start_s[inside], start_s),
        np.minimum(legs.end_s[inside], end_s),
    )


def cut(legs: Legs, start_s: FloatArray, end_s: FloatArray) -> Legs:
    """Each leg from its new start to its new end, which lie within it."""
    length = legs.end_s - legs.start_s
    safe = np.where(length > 0, length, 1.0)
    low, high = (start_s - legs.start_s) / safe, (end_s - legs.start_s) / safe
    way, climb = legs.end_m - legs.start_m, legs.end_altitude_m - legs.start_altitude_m
    return Legs(
        legs.track,
        legs.label,
        start_s,
        end_s,
        legs.start_m + low[:, np.newaxis] * way,
        legs.start_m + high[:, np.newaxis] * way,
        legs.start_altitude_m + low * climb,
        legs.start_altitude_m + high * climb,
    )
