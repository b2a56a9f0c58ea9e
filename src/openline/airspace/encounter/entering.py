"""Aircraft on their way into volumes: who will be in which, when first, if all fly straight on.

Straight on is along a great circle of normals from the position now, at the ground speed and the
vertical rate of now. Height and time of a volume give an interval; in it the first instant is
sought at which the aircraft is within the lateral margin of the footprint. A polygon without
margin is entered where the course crosses an edge, in closed form. Else the distance to each edge
is followed: it is convex on the way, so the secant never passes the root.

Error of the course against a geodesic: at most 10 m in 100 km, 75 m in 300 km (see the tests). The
footprint is as exact as in `geo.proximity`. Errs toward: an entry, earlier by less than a
centimetre of flight.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import (
    LENGTH_MAX_M,
    LOOKAHEAD_MAX_S,
    FloatArray,
    IndexArray,
    positive,
)
from openline.airspace.encounter.join import PairIndex
from openline.airspace.encounter.snapshot import Snapshot
from openline.airspace.volume_table import VolumeTable, microseconds
from openline.errors import InvalidInput
from openline.geo.containment import contains_first_vertex
from openline.geo.ellipsoid import (
    ECCENTRICITY_SQUARED,
    EQUATORIAL_RADIUS_M,
    surface_distance_m,
    surface_points,
)
from openline.geo.footprint_table import EDGE_BULGE_M, FootprintTable
from openline.geo.proximity import edge_rise, vertex_to_edge
from openline.geo.ranges import chunks, expand
from openline.limits import RESOLUTION_M

WAY_MAX_M: Final = 1_000_000.0  # beyond it a straight course says nothing
_PAIRS_AT_ONCE: Final = 1_000_000
_EDGES_AT_ONCE: Final = 200_000
_STEPS_MAX: Final = 60
_MILLIMETRE_M2: Final = 6.4e6 * 1e-3  # times the distance from the Earth's centre
_FLATTENED: Final = np.array((1.0, 1.0, 1 - ECCENTRICITY_SQUARED))


class Entries(NamedTuple):
    """k pairs of an aircraft and a volume it will be in, sorted by both; enter_s 0: it is."""

    aircraft: IndexArray
    volume: IndexArray
    enter_s: FloatArray


class _Way(NamedTuple):
    """The courses of n aircraft: normal now, the direction of motion, radians per second."""

    normal: FloatArray
    heading: FloatArray
    turn: FloatArray
    speed_mps: FloatArray

    def normals(self, row: IndexArray, time_s: FloatArray) -> FloatArray:
        angle = (self.turn[row] * time_s)[:, None]
        there: FloatArray = self.normal[row] * np.cos(angle) + self.heading[row] * np.sin(angle)
        return there

    def points(self, row: IndexArray, time_s: FloatArray) -> FloatArray:
        return surface_points(self.normals(row, time_s))


def entries(
    aircraft: Snapshot,
    volumes: VolumeTable,
    now: datetime,
    lookahead_s: float,
    *,
    lateral_m: float = 0.0,
    vertical_m: float = 0.0,
    window: tuple[FloatArray, FloatArray] | None = None,
) -> Entries:
    """Every aircraft that is in a volume, or closer to it than the margins, by the look-ahead.

    Args: `aircraft`: made by `Snapshot.on_earth`, altitudes over the ellipsoid. `lateral_m`,
        `vertical_m`: how near is as good as in; 0 or more. `window`: from when to when each flies
        its course, seconds from now; None: from now to the look-ahead.
    Returns: the first instant of each, seconds from now.
    Raises: InvalidInput for aircraft in a plane, bad margins, a course beyond WAY_MAX_M.
    Law: contains whatever stepping through time finds; held by tests/property/test_entering.
    """
    horizon_s = positive(lookahead_s, "lookahead_s", LOOKAHEAD_MAX_S)
    near_m = positive(lateral_m, "lateral_m", LENGTH_MAX_M, zero=True)
    tall_m = positive(vertical_m, "vertical_m", LENGTH_MAX_M, zero=True)
    if len(aircraft) and not len(aircraft.normal):
        raise InvalidInput("volumes lie on the Earth", cure="use Snapshot.on_earth")
    way = _way_of(aircraft)
    if len(aircraft) and float(way.speed_mps.max()) * horizon_s > WAY_MAX_M:
        raise InvalidInput("the look-ahead leads too far", cure="shorten it", field="lookahead_s")
    count = len(aircraft)
    from_s, to_s = (np.zeros(count), np.full(count, np.inf)) if window is None else window
    flown = np.maximum(from_s, 0.0), np.minimum(to_s, horizon_s)
    flat = _near_boxes(way, volumes.footprints, flown, near_m)
    parts = [
        _of_pairs(aircraft, way, volumes, now, flown, (near_m, tall_m), pairs) for pairs in flat
    ]
    if not parts:
        none = np.empty(0, np.int64)
        return Entries(none, none.copy(), np.empty(0))
    row, volume, enter = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((volume, row))
    return Entries(row[order], volume[order], enter[order])


def _near_boxes(
    way: _Way, table: FootprintTable, flown: tuple[FloatArray, FloatArray], near_m: float
) -> Iterator[PairIndex]:
    """Aircraft and footprints whose boxes touch, in blocks. Never too few."""
    if not len(way.speed_mps) or not len(table):
        return
    every = np.arange(len(way.speed_mps))
    ends = [way.points(every, time_s) for time_s in flown]
    # A course rises over its chord by less than L^2 / 7 R.
    length = way.speed_mps * (flown[1] - flown[0])
    margin = (near_m + EDGE_BULGE_M + length**2 / (7 * 6.3e6))[:, None]
    low, high = np.minimum(*ends) - margin, np.maximum(*ends) + margin
    axis = int(np.argmax(table.low.max(axis=0) - table.low.min(axis=0)))
    order = np.argsort(table.low[:, axis])
    begins = table.low[order, axis]
    # What begins before may still reach here: as far back as the widest that begins so early.
    reaches = np.maximum.accumulate(table.high[order, axis])
    first = np.searchsorted(reaches, low[:, axis], side="left")
    last = np.searchsorted(begins, high[:, axis], side="right")
    last = np.maximum(first, last)
    for part in chunks(last - first, _PAIRS_AT_ONCE):
        row, at = expand(first[part], last[part])
        row, volume = row + (part.start or 0), order[at]
        touch = (table.high[volume] >= low[row]).all(axis=1)
        touch &= (table.low[volume] <= high[row]).all(axis=1)
        yield row[touch], volume[touch]


def _of_pairs(
    aircraft: Snapshot,
    way: _Way,
    volumes: VolumeTable,
    now: datetime,
    flown: tuple[FloatArray, FloatArray],
    margins: tuple[float, float],
    pairs: PairIndex,
) -> Entries:
    near_m, tall_m = margins
    row, volume = pairs
    start_s = (volumes.start_us[volume] - microseconds(now)) / 1e6
    end_s = (volumes.end_us[volume] - microseconds(now)) / 1e6
    up_from, up_to = _while_between(
        aircraft.altitude_m[row],
        aircraft.rate_mps[row],
        volumes.low_m[volume] - tall_m,
        volumes.high_m[volume] + tall_m,
    )
    begin = np.maximum(np.maximum(up_from, start_s), flown[0][row])
    end = np.minimum(np.minimum(up_to, end_s), flown[1][row])
    there = np.flatnonzero(begin <= end)
    row, volume = row[there], volume[there]
    enter = _first_inside(way, volumes.footprints, row, volume, (begin[there], end[there]), near_m)
    hit = np.isfinite(enter)
    return Entries(row[hit], volume[hit], enter[hit])


def _way_of(aircraft: Snapshot) -> _Way:
    """On the ellipsoid the normal turns by v / M northwards and by v / N eastwards (M, N: radii of
    curvature of the meridian and across it), so not quite in the direction of the velocity."""
    velocity = aircraft.velocity_mps
    normal = aircraft.normal if len(aircraft) else np.empty((0, 3))
    z = normal[:, 2]
    root = 1 - ECCENTRICITY_SQUARED * z * z
    across_m = EQUATORIAL_RADIUS_M / np.sqrt(root)
    meridian_m = across_m * (1 - ECCENTRICITY_SQUARED) / root
    level = np.sqrt(np.maximum(1 - z * z, 1e-30))
    north = np.stack((-z * normal[:, 0], -z * normal[:, 1], level * level), axis=1)
    north /= np.sqrt(np.maximum(np.einsum("ij,ij->i", north, north), 1e-60))[:, None]
    northward = np.einsum("ij,ij->i", velocity, north)[:, None] * north
    turning = northward / meridian_m[:, None] + (velocity - northward) / across_m[:, None]
    turn = np.sqrt(np.einsum("ij,ij->i", turning, turning))
    heading = turning / np.where(turn > 0, turn, 1.0)[:, None]
    speed = np.sqrt(np.einsum("ij,ij->i", velocity, velocity))
    return _Way(normal, heading, turn, speed)


def _while_between(
    height: FloatArray, rate: FloatArray, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """When each is between the limits, from and to; level flight: always or never."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (low - height) / rate, (high - height) / rate
    level = (rate == 0) & np.ones_like(low, bool)
    inside = (height >= low) & (height <= high)
    start = np.where(level, np.where(inside, -np.inf, np.inf), np.minimum(one, other))
    stop = np.where(level, np.where(inside, np.inf, -np.inf), np.maximum(one, other))
    return start, stop


def _first_inside(
    way: _Way,
    table: FootprintTable,
    row: IndexArray,
    volume: IndexArray,
    times: tuple[FloatArray, FloatArray],
    near_m: float,
) -> FloatArray:
    """The first instant in [begin, end] within the margin of the footprint; inf: none."""
    begin, end = times
    enter = np.full(len(row), np.inf)
    if not len(row):
        return enter
    solid = np.flatnonzero(table.polygon[volume])
    if len(solid):
        start = FootprintTable.of_points(way.points(row[solid], begin[solid]))
        inside, _ = contains_first_vertex(start, np.arange(len(solid)), table, volume[solid])
        enter[solid[inside]] = begin[solid[inside]]
    open_pairs = np.flatnonzero(~np.isfinite(enter))
    first, last = table.edge_offset[volume[open_pairs]], table.edge_offset[volume[open_pairs] + 1]
    for part in chunks(last - first, _EDGES_AT_ONCE):
        owner, edge = expand(first[part], last[part])
        pair = open_pairs[part][owner]
        reach = table.buffer_m[volume[pair]] + near_m
        thin = reach < RESOLUTION_M
        when = np.full(len(pair), np.inf)
        for chosen, find in ((thin, _first_crossing), (~thin, _first_within)):
            some = np.flatnonzero(chosen)
            if len(some):
                legs = (row[pair[some]], begin[pair[some]], end[pair[some]])
                when[some] = find(way, table, edge[some], legs, reach[some])
        np.minimum.at(enter, pair, when)
    return enter


_Legs = tuple[IndexArray, FloatArray, FloatArray]


def _first_crossing(
    way: _Way, table: FootprintTable, edge: IndexArray, legs: _Legs, _reach: FloatArray
) -> FloatArray:
    """When a course crosses the plane of an edge between its ends: A cos x + B sin x = 0."""
    row, begin, end = legs
    one = table.vertex[table.edge_from[edge]]
    other = table.vertex[table.edge_to[edge]]
    across = np.cross(one, other - one)
    across /= np.maximum(np.sqrt(np.einsum("ij,ij->i", across, across)), 1.0)[:, None]
    # Planes go through the Earth's centre; a surface point lies in the direction of the normal
    # with its z flattened.
    flat = across * _FLATTENED
    cosine = np.einsum("ij,ij->i", flat, way.normal[row])
    sine = np.einsum("ij,ij->i", flat, way.heading[row])
    angle = np.arctan2(-cosine, sine)
    # The crossing nearest in time; half a turn further is beyond any look-ahead.
    angle = np.where(angle > np.pi / 2, angle - np.pi, angle)
    angle = np.where(angle < -np.pi / 2, angle + np.pi, angle)
    turn = way.turn[row]
    moving = turn > 0
    time = np.where(moving, angle / np.where(moving, turn, 1.0), np.inf)
    meets = (time >= begin - 1e-9) & (time <= end + 1e-9)
    time = np.clip(np.where(meets, time, begin), begin, end)
    there = way.points(row, time)
    # A millimetre beyond the ends too, so that nobody slips through a corner.
    meets &= np.einsum("ij,ij->i", np.cross(across, one), there - one) >= -_MILLIMETRE_M2
    meets &= np.einsum("ij,ij->i", np.cross(other, across), there - other) >= -_MILLIMETRE_M2
    meets &= np.einsum("ij,ij->i", one + other, there) > 0
    found: FloatArray = np.where(meets, time, np.inf)
    return found


def _first_within(
    way: _Way, table: FootprintTable, edge: IndexArray, legs: _Legs, reach: FloatArray
) -> FloatArray:
    """When a course comes within the reach of an edge: by secants of the convex distance."""
    row, begin, end = legs
    start = table.vertex[table.edge_from[edge]]
    along = table.vertex[table.edge_to[edge]] - start
    length2 = np.einsum("ij,ij->i", along, along)

    def over(time: FloatArray, k: IndexArray) -> FloatArray:
        """Distance to the edge, less the reach."""
        point = way.points(row[k], time)
        _, share = vertex_to_edge(point - start[k], along[k], start[k])
        foot = start[k] + along[k] * share[:, None]
        foot += edge_rise(share, length2[k], start[k], along[k])
        distance: FloatArray = surface_distance_m(point, foot) - reach[k]
        return distance

    enter = np.full(len(edge), np.inf)
    k = np.arange(len(edge))
    before, gap_before = begin.copy(), over(begin, k)
    at_once = gap_before <= RESOLUTION_M
    enter[at_once] = begin[at_once]
    speed = np.maximum(way.speed_mps[row], 1e-9)
    k = np.flatnonzero(~at_once & (gap_before <= 1.01 * speed * (end - begin) + RESOLUTION_M))
    time = before[k] + 0.99 * gap_before[k] / speed[k]
    before, gap_before = before[k], gap_before[k]
    for _ in range(_STEPS_MAX):
        if not len(k):
            break
        time = np.minimum(time, end[k])
        gap = over(time, k)
        hit = gap <= RESOLUTION_M
        # Just past the root: back along the secant.
        back = before + (time - before) * gap_before / np.maximum(gap_before - gap, 1e-12)
        enter[k[hit]] = np.where(gap[hit] < 0, np.minimum(back, time)[hit], time[hit])
        falling = (gap < gap_before) & (time < end[k])
        go = np.flatnonzero(~hit & falling)
        slope = (gap_before[go] - gap[go]) / (time[go] - before[go])
        before, gap_before, k = time[go], gap[go], k[go]
        time = before + gap_before / slope
    enter[k] = before  # a graze that never settles: early, and in
    return enter
