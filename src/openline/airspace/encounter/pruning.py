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
    Relative,
    positive,
)
from openline.airspace.encounter.detector import Detector
from openline.airspace.encounter.interval import Interval
from openline.airspace.encounter.join import Moving, PairIndex, Places, Search, Sweep, near_pairs
from openline.airspace.encounter.snapshot import Snapshot
from openline.geo.ellipsoid import CURVATURE_RADIUS_MIN_M

_SLICES_MAX: Final = 64
_SWEEP_REACHES: Final = 4.0  # the same for a sweep: more is fewer, wider cells
_FEW: Final = 2_000  # aircraft: each slice goes through all, so that fewer slices are less work
_FEW_REACHES: Final = 6.0
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


# The interval of each pair: of pairs in their frames, and the indices of both.
Spans = Callable[[Relative, IndexArray, IndexArray], Interval]


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

    def spans(pairs: Relative, _first: IndexArray, _second: IndexArray) -> Interval:
        return detector.spans(pairs, horizon_s)

    return find_within(aircraft, reach, spans, horizon_s, search)


def find_within(
    aircraft: Snapshot,
    reach: Reach,
    spans: Spans,
    horizon_s: float,
    search: Search | Sweep | None = None,
) -> Encounters:
    """As `find_encounters`, with what is asked of a pair, and a bound of it for each aircraft."""
    found: list[Encounters] = []
    if hasattr(search, "sweep"):  # asking for the protocol itself takes long among few
        sweeping = cast(Sweep, search)
        for first, second in _swept(aircraft, reach, horizon_s, sweeping):
            span = spans(sweeping.relative(aircraft, first, second), first, second)
            _keep(found, first, second, span, np.flatnonzero(np.isfinite(span[0])))
        return in_order(found)
    for part in _slices_of(reach, horizon_s):
        for first, second in _may_meet(aircraft, reach, horizon_s, part, search):
            span = spans(aircraft.relative(first, second), first, second)
            _keep(found, first, second, span, np.flatnonzero(part.holds(span[0])))
    return in_order(found)


def _keep(
    found: list[Encounters], first: IndexArray, second: IndexArray, span: Interval, hit: IndexArray
) -> None:
    if len(hit):
        one, other = first[hit], second[hit]
        low, high = np.minimum(one, other), np.maximum(one, other)
        found.append(Encounters(low, high, span[0][hit], span[1][hit]))


def _swept(
    aircraft: Snapshot, reach: Reach, horizon_s: float, search: Sweep
) -> Iterator[PairIndex]:
    """Blocks of pairs that contain all that meet, each once."""
    reaches = _SWEEP_REACHES if len(aircraft) > _FEW else _FEW_REACHES
    parts = _slices_of(reach, horizon_s, reaches)
    if not parts:
        return
    moving = Moving(
        aircraft.point_m,
        aircraft.velocity_mps,
        aircraft.altitude_m,
        aircraft.rate_mps,
        reach.lateral_m + 1e-6,
        reach.vertical_m + 1e-6,
        CURVATURE_RADIUS_MIN_M if len(aircraft.normal) else 0.0,
    )
    edges = np.array([part.start_s for part in parts] + [horizon_s])
    first, second = search.sweep(moving, edges)
    for begin in range(0, len(first), _BLOCK):
        yield first[begin : begin + _BLOCK], second[begin : begin + _BLOCK]


def _half_height_m(detector: Detector, rate: FloatArray) -> FloatArray:
    """Half of a pair's vertical reach each: with no rate, and what the rates may add to it."""
    return detector.vertical_reach_m(2 * rate) - 0.5 * detector.vertical_reach_m(0 * rate)


def _slices_of(reach: Reach, horizon_s: float, reaches: float = 3.0) -> list[Slice]:
    """The slices of a look-ahead: as long as a fast aircraft needs for a few reaches."""
    if len(reach.speed_mps) < 2:
        return []
    step = 1 + len(reach.speed_mps) // 2000  # enough to know what is fast
    some = reach.speed_mps[::step]
    row = int(np.argpartition(some, 9 * len(some) // 10)[9 * len(some) // 10])
    widest = 2 * float(reach.lateral_m[row * step])
    count = max(1, min(_SLICES_MAX, round(float(some[row]) * horizon_s / (reaches * widest))))
    edges = [horizon_s * k / count for k in range(count)] + [horizon_s]
    return [Slice(a, b, k == count - 1) for k, (a, b) in enumerate(pairwise(edges))]


def _may_meet(
    aircraft: Snapshot,
    bound: Reach,
    horizon_s: float,
    part: Slice,
    search: Search | None = None,
) -> Iterator[PairIndex]:
    """Blocks of pairs that contain all whose loss begins, or already is, in the slice.

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
    first, second, enter, leave = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.lexsort((second, first))
    return Encounters(first[order], second[order], enter[order], leave[order])
