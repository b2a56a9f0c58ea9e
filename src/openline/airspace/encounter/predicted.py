"""Conflicts in recorded tracks: losses of separation that were predicted, as they were seen then.

At every instant each aircraft is taken to fly straight on, as `motions` knows it then, and a loss
that is ahead within the look-ahead, in the closed form of `Cylinder`, is predicted. Between two
positions of a pair nothing new is known, so from when to when it is predicted is computed, not
stepped through: a piece for each new position of either. What already is a loss is no prediction.

Which pairs are asked: in bins of time each aircraft is a straight course and a bound of how far it
strays from it; the search of `pruning` finds all whose bounds come near enough. It errs toward too
many; what is told rests on the motions alone, not on bins.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray, IndexArray, Relative
from openline.airspace.encounter.cylinder import Cylinder
from openline.airspace.encounter.motions import Motions
from openline.airspace.encounter.pruning import Reach, may_meet, slices_of
from openline.airspace.encounter.recorded import Loss, worst_instant
from openline.airspace.encounter.snapshot import Snapshot
from openline.geo.ellipsoid import CURVATURE_RADIUS_MIN_M, normals_of

BIN_S: Final = 30.0
JOIN_S: Final = 60.0  # predictions of a pair no further apart than this are one conflict
_COURSES_MAX: Final = 60_000  # of aircraft in bins, searched at once
_PIECES_MAX: Final = 1 << 16  # at once: what they need stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Conflict(Loss):
    """A loss predicted for two tracks from first_s to last_s, as its worst prediction has it.

    That one was made at made_s, and the horizon is the end of its loss. positions: how many new
    ones of either it rests on. is_cut: at the end one of both was no longer followed.
    """

    first_s: float
    last_s: float
    made_s: float
    positions: int
    is_cut: bool


class _Courses(NamedTuple):
    """Aircraft in bins, n of them: where their motions begin and end in `order`; a bound of all.

    snapshot: at the start of the bin; half_m, tall_m (n,): how far they stray from it.
    """

    order: IndexArray  # of motions, by bin, track and time
    start_s: FloatArray  # of each of them
    is_own: BoolArray  # whether it begins in the bin
    begin: IndexArray
    end: IndexArray
    bin_number: IndexArray
    snapshot: Snapshot
    half_m: FloatArray
    tall_m: FloatArray
    horizon_s: float


def conflicts_among(
    motions: Motions,
    minima: Cylinder,
    margin_m: float,
    lookahead_s: float,
    start_s: float,
    end_s: float,
) -> list[Conflict]:
    """Every conflict whose pieces begin within [start, end), sorted by pair and time.

    Args: `minima`, `margin_m`: as in `losses_among`.
    Law: contains every prediction found by asking all pairs at all positions; held by
    tests/unit/test_scan_conflicts.
    """
    inside = np.flatnonzero((motions.end_s > start_s) & (motions.start_s < end_s))
    bins = np.floor(motions.start_s[inside] / BIN_S).astype(np.int64)
    last = np.floor(motions.end_s[inside] / BIN_S).astype(np.int64)
    low, high = int(np.floor(start_s / BIN_S)), int(np.floor(end_s / BIN_S))
    bins, last = np.maximum(bins, low), np.minimum(last, high)
    count = np.maximum(last - bins + 1, 0)
    row = np.repeat(inside, count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    of_bin = np.repeat(bins, count) + step
    order = np.lexsort((row, of_bin))  # motions are sorted by track and time
    row, of_bin = row[order], of_bin[order]
    found = []
    for begin, end in _chunks(of_bin):
        courses = _courses(motions, row[begin:end], of_bin[begin:end], minima, lookahead_s)
        for first, second in _piece_blocks(motions, courses, (start_s, end_s)):
            found.append(_pieces(motions, first, second, (minima, margin_m), lookahead_s))
    return _merged(_Pieces(*(np.concatenate(c) for c in zip(*found, strict=True)))) if found else []


def joined_conflicts(conflicts: Iterable[Conflict]) -> list[Conflict]:
    """Those of one pair that touch, joined: from first to last, the worst prediction kept."""
    out: list[Conflict] = []
    for one in sorted(conflicts, key=lambda x: (x.first, x.second, x.first_s, x.last_s)):
        before = out[-1] if out else None
        if (
            before is None
            or (before.first, before.second) != (one.first, one.second)
            or one.first_s > before.last_s + JOIN_S
        ):
            out.append(one)
            continue
        worse = one if one.severity > before.severity else before
        later = one if one.last_s >= before.last_s else before
        out[-1] = replace(
            worse,
            first_s=before.first_s,
            last_s=later.last_s,
            positions=before.positions + one.positions,
            is_cut=later.is_cut,
        )
    return out


def _chunks(of_bin: IndexArray) -> Iterator[tuple[int, int]]:
    """Whole bins, so many at once that the search of them fits the memory."""
    begin = 0
    edges = [0, *(np.flatnonzero(np.diff(of_bin)) + 1).tolist(), len(of_bin)]
    for before, edge in pairwise(edges):
        if edge - begin > _COURSES_MAX and before > begin:
            yield begin, before
            begin = before
    if len(of_bin) > begin:
        yield begin, len(of_bin)


def _courses(
    motions: Motions, row: IndexArray, of_bin: IndexArray, minima: Cylinder, lookahead_s: float
) -> _Courses:
    """The courses of some bins. A motion strays from the mean one by place and by velocity.

    It is a line in space: where it is by then on the Earth is off by what the Earth bends away
    from where it began.
    """
    track = motions.track[row]
    change = np.flatnonzero((np.diff(track) != 0) | (np.diff(of_bin) != 0)) + 1
    begin = np.concatenate(([0], change))
    end = np.concatenate((change, [len(row)]))
    count = end - begin
    bin_start = of_bin * BIN_S
    held = motions.end_s[row] - motions.start_s[row]
    over = float(np.maximum(motions.end_s[row] - bin_start, BIN_S).max())
    horizon_s = lookahead_s + over
    passed = bin_start - motions.start_s[row]
    velocity, rate = motions.velocity_mps[row], motions.rate_mps[row]
    place = motions.point_m[row] + passed[:, np.newaxis] * velocity
    height = motions.altitude_m[row] + passed * rate
    mean = [np.add.reduceat(column, begin) / count for column in (height, rate)]
    mean_place, mean_velocity = (
        np.add.reduceat(column, begin, axis=0) / count[:, np.newaxis]
        for column in (place, velocity)
    )
    speed = np.sqrt((velocity**2).sum(axis=1))
    moved = speed * held / CURVATURE_RADIUS_MIN_M
    bend = 1.1 * moved * (speed * held + speed * horizon_s) + 1.0
    aside = _length(place - np.repeat(mean_place, count, axis=0)) + bend
    aside += _length(velocity - np.repeat(mean_velocity, count, axis=0)) * horizon_s
    above = np.abs(height - np.repeat(mean[0], count))
    above += np.abs(rate - np.repeat(mean[1], count)) * horizon_s
    return _Courses(
        row,
        motions.start_s[row],
        np.floor(motions.start_s[row] / BIN_S) == of_bin,
        begin,
        end,
        of_bin[begin] - of_bin[0],
        Snapshot(normals_of(mean_place), mean_place, mean_velocity, *mean),
        0.5 * minima.lateral_m + np.maximum.reduceat(aside, begin),
        0.5 * minima.vertical_m + np.maximum.reduceat(above, begin),
        horizon_s,
    )


def _piece_blocks(
    motions: Motions, courses: _Courses, within_s: tuple[float, float]
) -> Iterator[tuple[IndexArray, IndexArray]]:
    """Blocks of motions (i, j) of two aircraft that hold at once, of those who may meet.

    Each two come once: in the bin in which the later of both begins.
    """
    count = len(courses.begin)
    snapshot, horizon_s = courses.snapshot, courses.horizon_s
    reach = Reach(_length(snapshot.velocity_mps), courses.half_m, courses.tall_m)
    keys = [np.empty(0, np.int64)]
    for part in slices_of(reach, horizon_s):
        for one, other in may_meet(snapshot, reach, horizon_s, part, group=courses.bin_number):
            keys.append(np.minimum(one, other) * count + np.maximum(one, other))
    key = np.unique(np.concatenate(keys))
    size = courses.end - courses.begin
    for one, other in ((key // count, key % count), (key % count, key // count)):
        total = np.cumsum(size[one])
        begin = 0
        while begin < len(one):
            done = int(total[begin - 1]) if begin else 0
            end = max(int(np.searchsorted(total, done + _PIECES_MAX, side="right")), begin + 1)
            yield _both(motions, courses, one[begin:end], other[begin:end], within_s)
            begin = end


def _both(
    motions: Motions,
    courses: _Courses,
    one: IndexArray,
    other: IndexArray,
    within_s: tuple[float, float],
) -> tuple[IndexArray, IndexArray]:
    """Motions of courses `one` that begin in the bin, each with that of `other` that holds then."""
    size = (courses.end - courses.begin)[one]
    which = np.repeat(np.arange(len(one)), size)
    mine = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
    mine += courses.begin[one][which]
    start = courses.start_s[mine]
    asked = courses.is_own[mine] & (start >= within_s[0]) & (start < within_s[1])
    mine, which, start = mine[asked], which[asked], start[asked]
    low, high = courses.begin[other][which], courses.end[other][which]
    theirs = _holding(courses.start_s, low, high, start)
    found = theirs >= low
    mine, theirs, start = courses.order[mine[found]], courses.order[theirs[found]], start[found]
    # Of two that begin at once, the one of the lower track is the later.
    tie = (motions.start_s[theirs] == start) & (motions.track[mine] > motions.track[theirs])
    kept = (start < motions.end_s[theirs]) & ~tie
    return mine[kept], theirs[kept]


def _holding(
    start_s: FloatArray, low: IndexArray, high: IndexArray, at_s: FloatArray
) -> IndexArray:
    """The last index in each [low, high) that starts by then; low - 1 if none does."""
    first, after = low.copy(), high.copy()
    while (first < after).any():
        middle = (first + after) // 2
        going = first < after
        by_then = going & (start_s[np.where(going, middle, 0)] <= at_s)
        first = np.where(by_then, middle + 1, first)
        after = np.where(going & ~by_then, middle, after)
    return first - 1


class _Pieces(NamedTuple):
    """Predictions between two positions of a pair, arrays (n,): as the fields of `Conflict`."""

    first: IndexArray
    second: IndexArray
    first_label: IndexArray
    second_label: IndexArray
    enter_s: FloatArray
    exit_s: FloatArray
    closest_s: FloatArray
    lateral_m: FloatArray
    vertical_m: FloatArray
    severity: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray
    altitude_m: FloatArray
    first_s: FloatArray
    last_s: FloatArray
    made_s: FloatArray
    positions: IndexArray
    is_cut: BoolArray

    def taken(self, rows: Any) -> "_Pieces":
        """Those rows."""
        return _Pieces(*(column[rows] for column in self))


def _pieces(
    motions: Motions,
    first: IndexArray,
    second: IndexArray,
    asked: tuple[Cylinder, float],
    lookahead_s: float,
) -> _Pieces:
    """What is predicted for motions that hold at once, while both do."""
    minima, margin_m = asked
    swap = motions.track[first] > motions.track[second]
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    one, other = motions.taken(first), motions.taken(second)
    start = np.maximum(one.start_s, other.start_s)
    length = np.minimum(one.end_s, other.end_s) - start
    pairs = _pairs(one.at(start), other.at(start))
    enter, leave = minima.spans(pairs, lookahead_s + length)
    # Ahead, and within the look-ahead, from then to then.
    begin, end = np.maximum(enter - lookahead_s, 0.0), np.minimum(enter, length)
    hit = np.flatnonzero(begin < end)  # false where there is none: NaN
    one, other, start = one.taken(hit), other.taken(hit), start[hit]
    pairs = Relative(*(column[hit] for column in pairs))
    enter, leave = enter[hit], leave[hit]
    agreed = Cylinder(minima.lateral_m, minima.vertical_m + margin_m)
    closest = worst_instant(pairs, agreed, enter, leave)
    lateral = np.hypot(
        pairs.east_m + closest * pairs.east_mps, pairs.north_m + closest * pairs.north_mps
    )
    vertical = np.abs(pairs.up_m + closest * pairs.up_mps)
    mine, theirs = one.at(start + closest), other.at(start + closest)
    middle = normals_of(mine.point_m + theirs.point_m)
    end_one, end_other = one.end_s, other.end_s
    cut_first = one.is_last & (end_one <= end_other) | other.is_last & (end_other <= end_one)
    return _Pieces(
        *(one.track, other.track, one.label, other.label),
        *(start + enter, start + leave, start + closest, lateral, vertical),
        1 - np.maximum(lateral / agreed.lateral_m, vertical / agreed.vertical_m),
        np.degrees(np.arctan2(middle[:, 2], np.hypot(middle[:, 0], middle[:, 1]))),
        np.degrees(np.arctan2(middle[:, 1], middle[:, 0])),
        (mine.altitude_m + theirs.altitude_m) / 2,
        *(start + begin[hit], start + end[hit], start + begin[hit]),
        np.ones(len(hit), np.int64),
        cut_first & (end[hit] >= length[hit]),
    )


def _pairs(one: Snapshot, other: Snapshot) -> Relative:
    """Each of one with the same of the other."""
    both = Snapshot(
        np.concatenate((one.normal, other.normal)),
        np.concatenate((one.point_m, other.point_m)),
        np.concatenate((one.velocity_mps, other.velocity_mps)),
        np.concatenate((one.altitude_m, other.altitude_m)),
        np.concatenate((one.rate_mps, other.rate_mps)),
    )
    own = np.arange(len(one))
    return both.relative(own, own + len(one))


def _merged(pieces: _Pieces) -> list[Conflict]:
    """As `joined_conflicts`, of very many at once; pieces of a pair do not overlap."""
    if not len(pieces.first):
        return []
    order = np.lexsort((pieces.first_s, pieces.second, pieces.first))
    pieces = pieces.taken(order)
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(pieces.first) != 0) | (np.diff(pieces.second) != 0)
    new[1:] |= pieces.first_s[1:] > pieces.last_s[:-1] + JOIN_S
    begin = np.flatnonzero(new)
    group = np.cumsum(new) - 1
    by_worst = np.lexsort((pieces.first_s, -pieces.severity, group))
    last = np.append(begin[1:], len(order)) - 1
    told = pieces.taken(by_worst[begin])._replace(
        first_s=pieces.first_s[begin],
        last_s=pieces.last_s[last],
        positions=last - begin + 1,
        is_cut=pieces.is_cut[last],
    )
    return [Conflict(*row) for row in zip(*(column.tolist() for column in told), strict=True)]


def _length(vectors: FloatArray) -> FloatArray:
    length: FloatArray = np.sqrt((vectors * vectors).sum(axis=1))
    return length
