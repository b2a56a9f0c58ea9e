"""All encounters among many aircraft, in nearly linear time: never a true pair dropped.

The look-ahead is cut into slices. In a slice every aircraft stays within half a slice of travel
of where it is in the middle of it, so only pairs that near at that instant are asked. A pair is
reported in the slice that holds its entry: exactly once, without a set of pairs.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple, cast

import numpy as np

from openline.airspace.encounter.arrays import (
    LOOKAHEAD_MAX_S,
    BoolArray,
    FloatArray,
    IndexArray,
    positive,
)
from openline.airspace.encounter.detector import Asks, Detector, thresholds_of
from openline.airspace.encounter.interval import Interval
from openline.airspace.encounter.join import Moving, PairIndex, Places, Search, Sweep, near_pairs
from openline.airspace.encounter.snapshot import Snapshot
from openline.geo.ellipsoid import CURVATURE_RADIUS_MIN_M

_SLICES_MAX: Final = 64
_REACHES: Final = 3.0  # that a fast aircraft goes in a slice: more is fewer slices, wider cells
_SWEEP_REACHES: Final = 4.0  # the same in a sweep
_FEW: Final = 2_000  # aircraft: each slice goes through all, so that fewer slices are less work
_FEW_REACHES: Final = 6.0
_ONE_GROUP: Final = np.empty(0, np.int64)
_BLOCK: Final = 1 << 14  # pairs at once: what they need stays in the processor's cache


class Encounters(NamedTuple):
    """Pairs in loss within the look-ahead, first < second, sorted by both; arrays (k,)."""

    first: IndexArray
    second: IndexArray
    enter_s: FloatArray
    exit_s: FloatArray


class Reach(NamedTuple):
    """Of n aircraft: speed_mps, and each one's half of how near two must come: for a pair the sum
    of both is at least what the pair is asked."""

    speed_mps: FloatArray
    lateral_m: FloatArray
    vertical_m: FloatArray


# What is asked of pairs, by the indices of both.
Asked = Callable[[IndexArray, IndexArray], Asks]


class Slice(NamedTuple):
    """Part of the look-ahead: from start to end, and whether it is the last."""

    start_s: float
    end_s: float
    is_last: bool

    def holds(self, time_s: FloatArray) -> BoolArray:
        """Whether the instants are of this slice: its start is, its end only if it is the last."""
        before = time_s <= self.end_s if self.is_last else time_s < self.end_s
        return (time_s >= self.start_s) & before


def find_encounters(
    aircraft: Snapshot, detector: Detector, lookahead_s: float, search: Search | Sweep | None = None
) -> Encounters:
    """Every pair among n aircraft that is in loss within the look-ahead, if all fly straight on.

    Args: `search`: `compiled.in_loops`, several times as fast, if the extra `fast` is installed.
    Raises: InvalidInput for a bad look-ahead.
    Laws: the same pairs and times as `detector.spans` on all n (n - 1) / 2 pairs; held by
    tests/property/test_encounter_pruning.
    """
    horizon_s = positive(lookahead_s, "lookahead_s", LOOKAHEAD_MAX_S)
    speed, rate = _speeds(aircraft), np.abs(aircraft.rate_mps)
    # The reach of a detector is linear in speed and belongs to a pair: half of it to each.
    reach = Reach(speed, 0.5 * detector.lateral_reach_m(2 * speed), _half_height_m(detector, rate))

    return find_within(aircraft, reach, lambda _first, _second: detector, horizon_s, search)


def find_within(
    aircraft: Snapshot,
    reach: Reach,
    asked: Asked,
    horizon_s: float,
    search: Search | Sweep | None = None,
) -> Encounters:
    """As `find_encounters`, with what is asked of a pair, and a bound of it for each aircraft."""
    if hasattr(search, "sweep"):  # asking for the protocol itself takes long among few
        return _swept(aircraft, reach, asked, horizon_s, cast(Sweep, search))
    found: list[Encounters] = []
    for part in slices_of(reach, horizon_s):
        for first, second in may_meet(aircraft, reach, horizon_s, part, search):
            pairs = aircraft.relative(first, second)
            span = asked(first, second).spans(pairs, horizon_s)
            found.append(_kept(first, second, span, np.flatnonzero(part.holds(span[0]))))
    return in_order(found)


def _kept(first: IndexArray, second: IndexArray, span: Interval, hit: IndexArray) -> Encounters:
    one, other = first[hit], second[hit]
    low, high = np.minimum(one, other), np.maximum(one, other)
    return Encounters(low, high, span[0][hit], span[1][hit])


def _swept(
    aircraft: Snapshot, reach: Reach, asked: Asked, horizon_s: float, search: Sweep
) -> Encounters:
    """The same by a search that goes through all slices by itself."""
    reaches = _SWEEP_REACHES if len(aircraft) > _FEW else _FEW_REACHES
    parts = _slice_count(reach, horizon_s, reaches)
    if not parts:
        return in_order([])
    moving = Moving(
        aircraft.point_m,
        aircraft.velocity_mps,
        aircraft.altitude_m,
        aircraft.rate_mps,
        reach.lateral_m,
        reach.vertical_m,
        CURVATURE_RADIUS_MIN_M if len(aircraft.normal) else 0.0,
    )
    first, second = search.sweep(moving, horizon_s, parts)
    detector = asked(first, second)
    limits = thresholds_of(detector)
    if limits is not None:
        found = search.losses(aircraft, first, second, limits, horizon_s)
        return in_order([Encounters(*found)])
    parts_found = []
    for begin in range(0, len(first), _BLOCK):
        one, other = first[begin : begin + _BLOCK], second[begin : begin + _BLOCK]
        span = detector.spans(aircraft.relative(one, other), horizon_s)
        parts_found.append(_kept(one, other, span, np.flatnonzero(np.isfinite(span[0]))))
    return in_order(parts_found)


def _half_height_m(detector: Detector, rate: FloatArray) -> FloatArray:
    """Half of a pair's vertical reach each: with no rate, and what the rates may add to it."""
    return detector.vertical_reach_m(2 * rate) - 0.5 * detector.vertical_reach_m(0 * rate)


def slices_of(reach: Reach, horizon_s: float) -> list[Slice]:
    """The slices of a look-ahead: as long as a fast aircraft needs for a few reaches."""
    count = _slice_count(reach, horizon_s, _REACHES)
    edges = [horizon_s * k / count for k in range(count)] + [horizon_s]
    return [Slice(a, b, k == count - 1) for k, (a, b) in enumerate(pairwise(edges))]


def _slice_count(reach: Reach, horizon_s: float, reaches: float) -> int:
    """How many slices let a fast aircraft go so many reaches in each; none for fewer than two."""
    if len(reach.speed_mps) < 2:
        return 0
    step = 1 + len(reach.speed_mps) // 2000  # enough to know what is fast
    some = reach.speed_mps[::step]
    row = int(np.argpartition(some, 9 * len(some) // 10)[9 * len(some) // 10])
    widest = 2 * float(reach.lateral_m[row * step])
    return max(1, min(_SLICES_MAX, round(float(some[row]) * horizon_s / (reaches * widest))))


def may_meet(
    aircraft: Snapshot,
    bound: Reach,
    horizon_s: float,
    part: Slice,
    search: Search | None = None,
    group: IndexArray = _ONE_GROUP,
) -> Iterator[PairIndex]:
    """Blocks of pairs that contain all whose loss begins, or already is, in the slice.

    group (n,), from 0: only aircraft of one group are compared; empty: all are of one.
    Errs toward: too many pairs. A false "not among them" does not occur.
    """
    middle_s, half_s = (part.start_s + part.end_s) / 2, (part.end_s - part.start_s) / 2
    speed, lateral = bound.speed_mps, bound.lateral_m
    widest = 2 * float(lateral.max()) + 2 * float(speed.max()) * horizon_s
    margin = aircraft.frame_margin_m(widest, speed * part.end_s)
    reach = (lateral + speed * half_s + margin) * (1 + 1e-9) + 1e-6
    points = aircraft.point_m + middle_s * aircraft.velocity_mps
    height = aircraft.altitude_m + middle_s * aircraft.rate_mps
    places = Places(
        points,
        reach,
        height,
        bound.vertical_m + np.abs(aircraft.rate_mps) * half_s + 1e-6,
        group,
        sweep_m=half_s * aircraft.velocity_mps,
        near_m=(lateral + margin) * (1 + 1e-9) + 1e-6,
    )
    yield from near_pairs(places, search)


def _speeds(aircraft: Snapshot) -> FloatArray:
    speed: FloatArray = np.sqrt(np.einsum("ij,ij->i", aircraft.velocity_mps, aircraft.velocity_mps))
    return speed


def in_order(parts: list[Encounters]) -> Encounters:
    """All of them as one, sorted by both aircraft."""
    if not parts:
        none = np.empty(0, np.int64)
        return Encounters(none, none.copy(), np.empty(0), np.empty(0))
    whole = parts[0]
    if len(parts) > 1:
        whole = Encounters(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    # Indices are below 2^31: there are not so many aircraft.
    order = np.argsort((whole.first << 32) | whole.second, kind="stable")
    first, second, enter, leave = whole
    return Encounters(first[order], second[order], enter[order], leave[order])
