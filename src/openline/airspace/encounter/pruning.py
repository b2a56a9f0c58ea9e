"""All encounters among many aircraft, in nearly linear time: never a true pair dropped.

The look-ahead is cut into slices. In a slice every aircraft stays within half a slice of travel
of where it is in the middle of it, so only pairs that near at that instant are asked. A pair is
reported in the slice that holds its entry: exactly once, without a set of pairs.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import (
    LOOKAHEAD_MAX_S,
    BoolArray,
    FloatArray,
    IndexArray,
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
    found: list[Encounters] = []
    if isinstance(search, Sweep):
        for first, second in _swept(aircraft, detector, horizon_s, search):
            enter, leave = detector.spans(search.relative(aircraft, first, second), horizon_s)
            _keep(found, first, second, (enter, leave), np.flatnonzero(np.isfinite(enter)))
        return in_order(found)
    for part in slices_of(aircraft, detector, horizon_s):
        for first, second in may_meet(aircraft, detector, horizon_s, part, search):
            enter, leave = detector.spans(aircraft.relative(first, second), horizon_s)
            _keep(found, first, second, (enter, leave), np.flatnonzero(part.holds(enter)))
    return in_order(found)


def _keep(
    found: list[Encounters], first: IndexArray, second: IndexArray, span: Interval, hit: IndexArray
) -> None:
    if len(hit):
        one, other = first[hit], second[hit]
        low, high = np.minimum(one, other), np.maximum(one, other)
        found.append(Encounters(low, high, span[0][hit], span[1][hit]))


def _swept(
    aircraft: Snapshot, detector: Detector, horizon_s: float, search: Sweep
) -> Iterator[PairIndex]:
    """Blocks of pairs that contain all that meet, each once."""
    speed, rate = _speeds(aircraft), np.abs(aircraft.rate_mps)
    reaches = _SWEEP_REACHES if len(aircraft) > _FEW else _FEW_REACHES
    parts = slices_of(aircraft, detector, horizon_s, reaches, speed)
    if not parts:
        return
    moving = Moving(
        aircraft.point_m,
        aircraft.velocity_mps,
        aircraft.altitude_m,
        aircraft.rate_mps,
        0.5 * detector.lateral_reach_m(2 * speed) + 1e-6,
        _half_height_m(detector, rate) + 1e-6,
        CURVATURE_RADIUS_MIN_M if len(aircraft.normal) else 0.0,
    )
    edges = np.array([part.start_s for part in parts] + [horizon_s])
    first, second = search.sweep(moving, edges)
    for begin in range(0, len(first), _BLOCK):
        yield first[begin : begin + _BLOCK], second[begin : begin + _BLOCK]


def _half_height_m(detector: Detector, rate: FloatArray) -> FloatArray:
    """Half of a pair's vertical reach each: with no rate, and what the rates may add to it."""
    return detector.vertical_reach_m(2 * rate) - 0.5 * detector.vertical_reach_m(0 * rate)


def slices_of(
    aircraft: Snapshot,
    detector: Detector,
    horizon_s: float,
    reaches: float = 3.0,
    speed: FloatArray | None = None,
) -> list[Slice]:
    """The slices of a look-ahead: as long as a fast aircraft needs for a few reaches."""
    if len(aircraft) < 2:
        return []
    speed = _speeds(aircraft) if speed is None else speed
    some = speed[:: 1 + len(speed) // 2000]  # enough to know what is fast
    tenth = 9 * len(some) // 10
    fast = float(np.partition(some, tenth)[tenth])
    reach = float(detector.lateral_reach_m(np.array([2 * fast]))[0])
    count = max(1, min(_SLICES_MAX, round(fast * horizon_s / (reaches * reach))))
    edges = [horizon_s * k / count for k in range(count)] + [horizon_s]
    return [Slice(a, b, k == count - 1) for k, (a, b) in enumerate(pairwise(edges))]


def may_meet(
    aircraft: Snapshot,
    detector: Detector,
    horizon_s: float,
    part: Slice,
    search: Search | None = None,
) -> Iterator[PairIndex]:
    """Blocks of pairs that contain all whose loss begins, or already is, in the slice.

    Errs toward: too many pairs. A false "not among them" does not occur.
    """
    middle_s, half_s = (part.start_s + part.end_s) / 2, (part.end_s - part.start_s) / 2
    speed = _speeds(aircraft)
    fastest = float(speed.max())
    # The reach of a detector is linear in speed and belongs to a pair: half of it to each.
    lateral = 0.5 * detector.lateral_reach_m(2 * speed)
    widest = float(detector.lateral_reach_m(np.array([2 * fastest]))[0]) + 2 * fastest * horizon_s
    margin = aircraft.frame_margin_m(widest, speed * part.end_s)
    reach = (lateral + speed * half_s + margin) * (1 + 1e-9) + 1e-6
    points = aircraft.point_m + middle_s * aircraft.velocity_mps
    rate = np.abs(aircraft.rate_mps)
    height = aircraft.altitude_m + middle_s * aircraft.rate_mps
    tall = _half_height_m(detector, rate)
    places = Places(
        points,
        reach,
        height,
        tall + rate * half_s + 1e-6,
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
