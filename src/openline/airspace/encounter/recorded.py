"""Losses of separation in recorded tracks: who, when, how close, how bad.

Time is cut into short bins; in a bin every leg is a short piece, and only pieces near each other
are compared, in the closed form of `Cylinder`, in the plane that touches the Earth between them.
Error of that plane: below 0.1 m for legs up to 40 km and minima up to 20 km.

The vertical minimum is taken less by a tolerance: altitudes are recorded in steps, and two aircraft
exactly at the minimum differ from it by rounding. Errs toward: separated, by the tolerance.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray, IndexArray, Relative
from openline.airspace.encounter.cylinder import Cylinder, Cylinders
from openline.airspace.encounter.join import Places, near_pairs
from openline.airspace.encounter.recording import Legs, cut
from openline.airspace.encounter.snapshot import plane_axes
from openline.geo.ellipsoid import CURVATURE_RADIUS_MIN_M, normals_of

BIN_MIN_S: Final = 5.0
BIN_MAX_S: Final = 120.0
JOIN_S: Final = 1.0  # losses of a pair no further apart than this are one


@dataclass(frozen=True, slots=True)
class Loss:
    """Two tracks closer than the minima, from enter to exit; the rest at the worst instant.

    Severity: 0 at the minima, 1 in the same place: 1 - max(lateral / minimum, vertical / minimum).
    Numbers of tracks and labels; first < second. altitude_m: middle between both.
    """

    first: int
    second: int
    first_label: int
    second_label: int
    enter_s: float
    exit_s: float
    closest_s: float
    lateral_m: float
    vertical_m: float
    severity: float
    latitude_deg: float
    longitude_deg: float
    altitude_m: float


class _Pieces(NamedTuple):
    """Legs cut at the bins; only pieces of one bin are compared."""

    legs: Legs
    is_point: BoolArray
    bin_number: IndexArray


def losses_among(legs: Legs, minima: Cylinder, margin_m: float = 0.0) -> list[Loss]:
    """Every loss between legs of different tracks, sorted by pair and time.

    Args: `minima`: already less the vertical tolerance; `margin_m`: that tolerance, so that
        severity is by the minima as agreed.
    Law: contains every loss found by stepping through time; held by tests/unit/test_scan.
    """
    if not len(legs.track):
        return []
    found: list[Loss] = []
    pieces = _pieces(legs, _bin_s(legs, minima))
    for first, second in near_pairs(_places(pieces, minima)):
        found += _losses(pieces, first, second, minima, margin_m)
    return merged(found)


def merged(losses: Iterable[Loss]) -> list[Loss]:
    """Losses of one pair that touch, joined: from first enter to last exit, worst instant kept."""
    ordered = sorted(losses, key=lambda x: (x.first, x.second, x.enter_s, x.exit_s, -x.severity))
    out: list[Loss] = []
    for _, group in groupby(ordered, key=lambda x: (x.first, x.second)):
        current: Loss | None = None
        for loss in group:
            if current is None or loss.enter_s > current.exit_s + JOIN_S:
                if current is not None:
                    out.append(current)
                current = loss
                continue
            worse = loss if _is_worse(loss, current) else current
            current = replace(
                worse, enter_s=current.enter_s, exit_s=max(current.exit_s, loss.exit_s)
            )
        if current is not None:
            out.append(current)
    return out


def _is_worse(one: Loss, other: Loss) -> bool:
    """Equally severe, of level aircraft say, the nearer one is worse; else the earlier stays."""
    if abs(one.severity - other.severity) > 1e-9:
        return one.severity > other.severity
    return one.lateral_m + one.vertical_m < other.lateral_m + other.vertical_m - 1e-3


def _bin_s(legs: Legs, minima: Cylinder) -> float:
    """Long enough that few legs are cut, short enough that pieces are not much over the minima."""
    length = legs.end_s - legs.start_s
    moving = length > 0
    if not moving.any():
        return BIN_MAX_S
    way = np.sqrt(((legs.end_m - legs.start_m)[moving] ** 2).sum(axis=1))
    fast = max(float(np.percentile(way / length[moving], 90)), 1.0)
    return float(np.clip(minima.lateral_m / fast, BIN_MIN_S, BIN_MAX_S))


def _pieces(legs: Legs, bin_s: float) -> _Pieces:
    """Both ends of a bin belong to it, so that nothing that meets at its edge is lost."""
    low = np.floor(legs.start_s / bin_s).astype(np.int64)
    high = np.floor(legs.end_s / bin_s).astype(np.int64)
    count = high - low + 1
    leg = np.repeat(np.arange(len(low)), count)
    step = np.arange(len(leg)) - np.repeat(np.cumsum(count) - count, count)
    of_bin = low[leg] + step
    whole = legs.taken(leg)
    start = np.maximum(whole.start_s, of_bin * bin_s)
    end = np.maximum(np.minimum(whole.end_s, (of_bin + 1) * bin_s), start)
    is_point = whole.start_s == whole.end_s
    return _Pieces(cut(whole, start, end), is_point, of_bin - of_bin.min())


def _places(pieces: _Pieces, minima: Cylinder) -> Places:
    """Where each piece is in its middle, and how far its ends reach.

    A chord of length L is up to L^2 / 8 R below the surface; half of that again for the plane.
    """
    legs = pieces.legs
    way = np.sqrt(((legs.end_m - legs.start_m) ** 2).sum(axis=1))
    longest = float(way.max())
    bend = longest * longest / (4 * CURVATURE_RADIUS_MIN_M) + 1e-3 * minima.lateral_m + 150.0
    return Places(
        (legs.start_m + legs.end_m) / 2,
        0.5 * (minima.lateral_m + way) + bend,
        (legs.start_altitude_m + legs.end_altitude_m) / 2,
        0.5 * (minima.vertical_m + np.abs(legs.end_altitude_m - legs.start_altitude_m)) + 1e-6,
        pieces.bin_number,
    )


def _losses(
    pieces: _Pieces, first: IndexArray, second: IndexArray, minima: Cylinder, margin_m: float
) -> Iterator[Loss]:
    legs, is_point = pieces.legs, pieces.is_point
    swap = legs.track[first] > legs.track[second]
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    start = np.maximum(legs.start_s[first], legs.start_s[second])
    length = np.minimum(legs.end_s[first], legs.end_s[second]) - start
    instant = (length == 0) & (is_point[first] | is_point[second])
    asked = (legs.track[first] != legs.track[second]) & ((length > 0) | instant)
    first, second, start, length = first[asked], second[asked], start[asked], length[asked]
    one, other = (cut(legs.taken(k), start, start + length) for k in (first, second))
    pairs = _relative(one, other, length)
    enter, leave = minima.spans(pairs, length)
    inside = np.hypot(pairs.east_m, pairs.north_m) < minima.lateral_m
    at_once = (length == 0) & inside & (np.abs(pairs.up_m) < minima.vertical_m)
    enter, leave = np.where(at_once, 0.0, enter), np.where(at_once, 0.0, leave)
    hit = np.flatnonzero(np.isfinite(enter))
    if not len(hit):
        return
    agreed = Cylinder(minima.lateral_m, minima.vertical_m + margin_m)
    pairs = Relative(*(column[hit] for column in pairs))
    closest = worst_instant(pairs, agreed, enter[hit], leave[hit])
    yield from _described(
        one.taken(hit), other.taken(hit), pairs, agreed, closest, enter, leave, hit
    )


def _relative(one: Legs, other: Legs, length_s: FloatArray) -> Relative:
    """The pairs in the plane that touches between them, from the start of the common time."""
    middle = normals_of(one.start_m + one.end_m + other.start_m + other.end_m)
    east, north = plane_axes(middle)
    apart = one.start_m - other.start_m
    apart_end = one.end_m - other.end_m
    safe = np.where(length_s > 0, length_s, 1.0)
    moving = (apart_end - apart) / safe[:, np.newaxis]
    up = one.start_altitude_m - other.start_altitude_m
    up_end = one.end_altitude_m - other.end_altitude_m
    return Relative(
        np.einsum("ij,ij->i", apart, east),
        np.einsum("ij,ij->i", apart, north),
        up,
        np.einsum("ij,ij->i", moving, east),
        np.einsum("ij,ij->i", moving, north),
        (up_end - up) / safe,
    )


def worst_instant(
    pairs: Relative, minima: Cylinder | Cylinders, enter_s: FloatArray, exit_s: FloatArray
) -> FloatArray:
    """When max(lateral / minimum, vertical / minimum) is least in [enter, exit].

    It is least at an end, at the lateral or the vertical closest point, or where both are equal.
    If it is so for long, as in level flight, it is where their sum is least then; the first such.
    """
    flat, tall = 1 / minima.lateral_m, 1 / minima.vertical_m
    lateral = [c * flat for c in (pairs.east_m, pairs.north_m, pairs.east_mps, pairs.north_mps)]
    up, rate = pairs.up_m * tall, pairs.up_mps * tall
    v2 = lateral[2] ** 2 + lateral[3] ** 2
    dot = lateral[0] * lateral[2] + lateral[1] * lateral[3]
    a, b = v2 - rate**2, dot - up * rate
    c = lateral[0] ** 2 + lateral[1] ** 2 - up**2
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        root = np.sqrt(np.maximum(b * b - a * c, 0.0))
        q = -(b + np.copysign(root, b))
        candidates = [enter_s, exit_s, -dot / v2, -up / rate, q / a, c / q]
    best = enter_s
    least, sum_ = np.full(len(enter_s), np.inf), np.full(len(enter_s), np.inf)
    for candidate in candidates:
        at = np.clip(np.nan_to_num(candidate, nan=0.0, posinf=0.0, neginf=0.0), enter_s, exit_s)
        aside = np.hypot(lateral[0] + at * lateral[2], lateral[1] + at * lateral[3])
        above = np.abs(up + at * rate)
        size, both = np.maximum(aside, above), aside + above
        nearer = (both < sum_ - 1e-12) | ((both <= sum_) & (at < best))
        better = (size < least - 1e-12) | ((size <= least + 1e-12) & nearer)
        best = np.where(better, at, best)
        least, sum_ = np.where(better, size, least), np.where(better, both, sum_)
    return best


def _described(
    one: Legs,
    other: Legs,
    pairs: Relative,
    agreed: Cylinder,
    closest_s: FloatArray,
    enter_s: FloatArray,
    exit_s: FloatArray,
    hit: IndexArray,
) -> Iterator[Loss]:
    lateral = np.hypot(
        pairs.east_m + closest_s * pairs.east_mps, pairs.north_m + closest_s * pairs.north_mps
    )
    vertical = np.abs(pairs.up_m + closest_s * pairs.up_mps)
    severity = 1 - np.maximum(lateral / agreed.lateral_m, vertical / agreed.vertical_m)
    at = one.start_s + closest_s
    mine, theirs = cut(one, at, at), cut(other, at, at)
    normal = normals_of(mine.start_m + theirs.start_m)
    latitude = np.degrees(np.arctan2(normal[:, 2], np.hypot(normal[:, 0], normal[:, 1])))
    longitude = np.degrees(np.arctan2(normal[:, 1], normal[:, 0]))
    altitude = (mine.start_altitude_m + theirs.start_altitude_m) / 2
    columns = (
        *(one.track, other.track, one.label, other.label),
        *(one.start_s + enter_s[hit], one.start_s + exit_s[hit], at),
        *(lateral, vertical, severity, latitude, longitude, altitude),
    )
    for row in zip(*(column.tolist() for column in columns), strict=True):
        yield Loss(*row)
