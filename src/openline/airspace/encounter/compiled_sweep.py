"""The search among many aircraft in one pass of compiled loops; needs the extra `fast` (numba).

In each slice of the look-ahead the aircraft are sorted into strips as wide as the farthest reach,
and along each strip. Strips lie in the plane across the mean direction: a projection never
lengthens a distance, so neighbours in space are neighbours in it. Who may be near somebody is a
short piece of the same strip and of the next one: it is looked at in blocks, without a branch, so
that the processor does a block at once.

A pair is kept if two generous cylinders meet: straight courses in space, wider by `limit` than the
detector's reach, at once with the heights. It comes in the slice that holds that meeting: exactly
once, for the instant is computed from the same numbers in each slice. `limit` pays for the Earth's
curvature: with S the distance now, arc against chord S^3 / 24 R^2, and velocities turned by at most
S / 2 R.
"""

from typing import Any, Final

import numpy as np

from openline.airspace.encounter.compiled_interval import compiled
from openline.airspace.encounter.compiled_relative import axes
from openline.airspace.encounter.join import Moving, PairIndex

_RATIO: Final = 3.0  # reaches within this factor share their cells
_CLASSES: Final = 7  # the last class holds all that reach less than 3^-6 of the farthest
_ROUND: Final = 1 + 1e-9
_STANDING2: Final = 1e-12  # (m/s)^2
# What single precision loses, for a place on the Earth and a height: rows are in it, so that more
# of them are in the cache. Reaches are longer by that, on either side.
_LOSS: Final = 2.5e-7
_MORE: Final = 1e-6  # metres, to either half of a reach
_GAP: Final = 5  # few rows are sorted by insertion alone
_BLOCK: Final = 8  # rows looked at at once: as many as a register holds

# Columns of a state: 0 to 2 point, 3 to 5 velocity, 6 way to the horizon, 7 lateral and 8 vertical
# half of the detector's reach, 9 altitude, 10 its rate, 11 speed.
_STATE: Final = 12
# Columns of a row: 0, 1 place in the plane, across the strips and along them, and 2 height, in the
# middle of a slice; 3 how far up and 4 how far aside it reaches in the slice; 5, 6 velocity in the
# plane; 7 its half of near enough.
_ROW: Final = 8


def _limit_of(lateral_m: Any, travel_m: Any, apart_m: Any, radius_m: Any) -> Any:
    """How near, in space, is near enough for a pair: sums of both, and their distance now."""
    if radius_m <= 0:
        return lateral_m
    bend = apart_m * apart_m * apart_m / (24 * radius_m * radius_m)
    return lateral_m + 1.01 * (bend + travel_m * apart_m / (2 * radius_m)) + 2.0


_limit: Any = compiled(_limit_of)


def _farthest_of(lateral_m: Any, speed: Any, horizon_s: Any, until_s: Any, radius_m: Any) -> Any:
    """How far apart now, at most, those are who meet by `until_s`: both at the widest, fastest."""
    apart = 2 * lateral_m + 2 * speed * until_s
    if radius_m <= 0:
        return apart
    for _ in range(30):
        reach = _limit(2 * lateral_m, 2 * speed * horizon_s, apart, radius_m)
        apart = min(reach + 2 * speed * until_s, 2.02 * radius_m)
    return apart * 1.001


_farthest: Any = compiled(_farthest_of)


def _in_order_of(order: Any, key: Any, low: Any, high: Any) -> Any:
    """Sort key[low:high] and order along with it, in place: insertion, wide gaps first (Shell)."""
    gap = 1
    while gap * _GAP < high - low:
        gap *= _GAP
    while gap > 0:
        for k in range(low + gap, high):
            one, value, m = order[k], key[k], k
            while m >= low + gap and key[m - gap] > value:
                order[m], key[m] = order[m - gap], key[m - gap]
                m -= gap
            order[m], key[m] = one, value
        gap //= _GAP


_in_order: Any = compiled(_in_order_of)


def _sorted_of(chosen: Any, rows: Any, grid: Any) -> Any:
    """The chosen rows by strip and along it: whose they are, their columns, where strips begin."""
    x0, y0, strips, parts, wide, long, _ = grid
    count, by_x, by_y = len(chosen), 1.0 / wide, 1.0 / long
    begin = np.zeros(strips * parts + 1, np.int32)
    cell = np.empty(count, np.int32)
    for k in range(count):
        i = int((rows[chosen[k], 0] - x0) * by_x)
        j = int((rows[chosen[k], 1] - y0) * by_y)
        cell[k] = max(min(i, strips - 1), 0) * parts + max(min(j, parts - 1), 0)
        begin[cell[k] + 1] += 1
    for k in range(strips * parts):
        begin[k + 1] += begin[k]
    place = begin[:-1].copy()
    order, along = np.empty(count, np.int32), np.empty(count, np.float32)
    for k in range(count):
        at = place[cell[k]]
        place[cell[k]] = at + 1
        order[at], along[at] = chosen[k], rows[chosen[k], 1]
    for k in range(strips * parts):
        if begin[k + 1] - begin[k] > 1:
            _in_order(order, along, begin[k], begin[k + 1])
    out = np.empty((_ROW, count + _BLOCK), np.float32)
    out[:, count:] = np.nan  # near nobody: the last block is whole
    for k in range(count):
        for column in range(_ROW):
            out[column, k] = rows[order[k], column]
    return order, out, begin[::parts].copy()


_sorted: Any = compiled(_sorted_of)


def _entry_of(state: Any, i: Any, j: Any, radius_m: Any, horizon_s: Any) -> Any:
    """When the generous cylinders of two aircraft meet first, from now; -1: not by the horizon."""
    dx, dy, dz = state[i, 0] - state[j, 0], state[i, 1] - state[j, 1], state[i, 2] - state[j, 2]
    u, v, w = state[i, 3] - state[j, 3], state[i, 4] - state[j, 4], state[i, 5] - state[j, 5]
    apart2 = dx * dx + dy * dy + dz * dz
    speed2 = u * u + v * v + w * w
    toward = dx * u + dy * v + dz * w
    apart = np.sqrt(apart2)
    travel, lateral = state[i, 6] + state[j, 6], state[i, 7] + state[j, 7]
    limit = _limit(lateral, travel, apart, radius_m) * _ROUND
    beyond = apart2 - limit * limit
    enter, leave = 0.0, horizon_s
    if speed2 < _STANDING2:
        if apart > limit + 1e-6 * horizon_s:
            return -1.0
    else:
        # Rounding: a touch counts as a meeting.
        root2 = toward * toward - speed2 * beyond + 1e-12 * (toward * toward + speed2 * apart2)
        if root2 < 0:
            return -1.0
        root = np.sqrt(root2)
        if beyond > 0:
            if toward >= 0:
                return -1.0
            enter = beyond / (root - toward)
        leave = min(leave, (root - toward) / speed2)
    up, rate = state[i, 9] - state[j, 9], state[i, 10] - state[j, 10]
    tall = (state[i, 8] + state[j, 8]) * _ROUND
    if abs(rate) < 1e-9:
        if abs(up) > tall + 1e-9 * horizon_s:
            return -1.0
    else:
        one, other = (-tall - up) / rate, (tall - up) / rate
        enter = max(enter, min(one, other))
        leave = min(leave, max(one, other))
    if enter > leave + 1e-9 * (1 + abs(leave)):
        return -1.0
    return enter


_entry: Any = compiled(_entry_of)


def _pairs_of(  # noqa: PLR0912  # one loop, compiled as a whole
    one: Any, other: Any, same: Any, slice_: Any, state: Any, sky: Any, out: Any, found: Any
) -> Any:
    """Pairs of `one` with `other` in the same or the next strip; found so far and with them."""
    order, rows, begin = one
    order_2, rows_2, begin_2 = other
    widest, start_s, end_s, is_last = slice_
    radius_m, horizon_s = sky
    half, tiny = np.float32((end_s - start_s) / 2 * (1 + _LOSS)), np.float32(1e-12)
    x_2, y_2, z_2, tall_2, reach_2 = rows_2[0], rows_2[1], rows_2[2], rows_2[3], rows_2[4]
    strips = len(begin) - 1
    for i in range(strips):
        for i_2 in range(i if same else max(i - 1, 0), min(i + 2, strips)):
            first, last = begin_2[i_2], begin_2[i_2 + 1]
            for k in range(begin[i], begin[i + 1]):
                x, y, z, tall, reach = rows[0, k], rows[1, k], rows[2, k], rows[3, k], rows[4, k]
                before, after = y - 2 * widest, y + reach + widest
                if same and i_2 == i:
                    first = k + 1
                else:
                    while first < last and y_2[first] < before:
                        first += 1
                block = first
                while block < last and y_2[block] <= after:
                    near_ones, b = np.int32(0), np.uint64(block)
                    for step in range(_BLOCK):
                        n = b + np.uint64(step)
                        east, north, near = x - x_2[n], y - y_2[n], reach + reach_2[n]
                        is_near = east * east + north * north <= near * near
                        is_near &= abs(z_2[n] - z) <= tall + tall_2[n]
                        near_ones |= np.int32(is_near) << np.int32(step)
                    m, block = block - 1, block + _BLOCK
                    while near_ones:
                        m, is_near, near_ones = m + 1, near_ones & 1, near_ones >> 1
                        if not is_near or m >= last:
                            continue
                        east, north, near = x - x_2[m], y - y_2[m], rows[7, k] + rows_2[7, m]
                        u, v = rows[5, k] - rows_2[5, m], rows[6, k] - rows_2[6, m]
                        at = -(east * u + north * v) / (u * u + v * v + tiny)
                        at = max(min(at, half), -half)
                        east, north = east + at * u, north + at * v
                        if east * east + north * north > near * near:
                            continue
                        enter = _entry(state, order[k], order_2[m], radius_m, horizon_s)
                        if enter < start_s or (enter >= end_s and not is_last):
                            continue
                        if found == len(out):
                            more = np.empty((2 * found, 2), np.int32)
                            more[:found] = out
                            out = more
                        out[found, 0], out[found, 1] = order[k], order_2[m]
                        found += 1
    return out, found


_pairs: Any = compiled(_pairs_of)


def _grid_of(rows: Any, own: Any, others: Any) -> Any:
    """The strips that hold own and others, cut into parts to be sorted by: origin, how many of
    each, how wide and how long; and the farthest reach of own."""
    x0 = y0 = np.inf
    x1 = y1 = -np.inf
    reach = np.float32(0.0)
    for k in own:
        reach = max(reach, rows[k, 4])
    for chosen in (own, others):
        for k in chosen:
            x, y = float(rows[k, 0]), float(rows[k, 1])
            x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
    wide: Any = max(1e-3, 2.0 * float(reach)) * (1 + 1e-5)
    count = len(own) + len(others)
    strips = int(min((x1 - x0) / wide, 4.0 * count)) + 1
    wide = max(wide, (x1 - x0) / strips * (1 + 1e-9))
    parts = max(count // (2 * strips), 1)
    long = max((y1 - y0) / parts, 1e-3) * (1 + 1e-9)
    return x0, y0, strips, parts, wide, long, reach * np.float32(1 + 2 * _LOSS)


_grid: Any = compiled(_grid_of)


def _rows_of(state: Any, times: Any, plane: Any, apart: Any, radius_m: Any) -> Any:
    """The rows of a slice, in single precision: outward by what that loses."""
    middle_s, half_s = times
    rows = np.empty((len(state), _ROW), np.float32)
    for k in range(len(state)):
        a = state[k, 0] + middle_s * state[k, 3]
        b = state[k, 1] + middle_s * state[k, 4]
        c = state[k, 2] + middle_s * state[k, 5]
        height = state[k, 9] + middle_s * state[k, 10]
        rows[k, 0] = a * plane[0][0] + b * plane[0][1] + c * plane[0][2]
        rows[k, 1] = a * plane[1][0] + b * plane[1][1] + c * plane[1][2]
        rows[k, 2] = height
        tall = state[k, 8] + abs(state[k, 10]) * half_s
        rows[k, 3] = tall * (1 + _LOSS) + _LOSS * abs(height) + 1e-6
        limit = 0.5 * _limit(2 * state[k, 7], 2 * state[k, 6], apart, radius_m)
        loss = _LOSS * (abs(a) + abs(b) + abs(c) + limit) + 1e-6
        rows[k, 4] = (limit + state[k, 11] * half_s) * (1 + _LOSS) + loss
        u, v, w = state[k, 3], state[k, 4], state[k, 5]
        rows[k, 5] = u * plane[0][0] + v * plane[0][1] + w * plane[0][2]
        rows[k, 6] = u * plane[1][0] + v * plane[1][1] + w * plane[1][2]
        rows[k, 7] = limit + loss + 2 * _LOSS * state[k, 11] * half_s
    return rows


_rows: Any = compiled(_rows_of)


def _ranks_of(rows: Any) -> Any:
    """The class of each row by its reach, 0 for the widest, and the number of classes."""
    widest = np.float32(0.0)
    for k in range(len(rows)):
        widest = max(widest, rows[k, 4])
    rank = np.zeros(len(rows), np.int8)
    most = 0
    for k in range(len(rows)):
        share, level = rows[k, 4] * _RATIO, 0
        while share < widest and level < _CLASSES - 1:
            share, level = share * _RATIO, level + 1
        rank[k] = level
        most = max(most, level)
    return rank, most + 1


_ranks: Any = compiled(_ranks_of)


def _state_of(columns: Any, horizon_s: Any) -> Any:
    """The states, and the mean of the points; columns: as the first six of `Moving`."""
    point, velocity, altitude, rate, lateral, vertical = columns
    state = np.empty((len(point), _STATE))
    middle = np.zeros(3)
    for k in range(len(point)):
        for axis in range(3):
            state[k, axis], state[k, 3 + axis] = point[k, axis], velocity[k, axis]
            middle[axis] += point[k, axis] / len(point)
        u, v, w = velocity[k, 0], velocity[k, 1], velocity[k, 2]
        speed = np.sqrt(u * u + v * v + w * w)
        state[k, 6], state[k, 11] = speed * horizon_s, speed
        state[k, 7], state[k, 8] = lateral[k] + _MORE, vertical[k] + _MORE
        state[k, 9], state[k, 10] = altitude[k], rate[k]
    return state, middle


_state: Any = compiled(_state_of)


def _plane_of(middle: Any, radius_m: Any) -> Any:
    """The axes of the plane across the mean direction; of a plane its own."""
    size = np.sqrt(middle[0] ** 2 + middle[1] ** 2 + middle[2] ** 2)
    if radius_m <= 0 or size <= 1.0:
        return axes(0.0, 0.0, 1.0)
    return axes(middle[0] / size, middle[1] / size, middle[2] / size)


_plane: Any = compiled(_plane_of)


def _all_pairs_of(columns: Any, horizon_s: Any, parts: Any, radius_m: Any) -> Any:
    """Every pair that may meet, as two rows of indices; each once."""
    state, middle = _state(columns, horizon_s)
    plane = _plane(middle, radius_m)
    out, found = np.empty((len(state) + 16, 2), np.int32), 0
    fastest, widest = state[:, 11].max(), state[:, 7].max()
    everyone = np.arange(len(state)).astype(np.int32)
    for part in range(parts):
        is_last = part + 1 == parts
        start_s = horizon_s * part / parts
        end_s = horizon_s if is_last else horizon_s * (part + 1) / parts
        apart = _farthest(widest, fastest, horizon_s, end_s, radius_m)
        times = ((start_s + end_s) / 2, (end_s - start_s) / 2)
        rows = _rows(state, times, plane, apart, radius_m)
        rank, classes = _ranks(rows)
        sky = (radius_m, horizon_s)
        for level in range(classes):
            own = everyone if classes == 1 else everyone[rank == level]
            others = everyone[:0] if classes == 1 else everyone[rank > level]
            if not len(own):
                continue
            grid = _grid(rows, own, others)
            mine = _sorted(own, rows, grid)
            slice_ = (grid[6], start_s, end_s, is_last)
            out, found = _pairs(mine, mine, True, slice_, state, sky, out, found)
            if len(others):
                theirs = _sorted(others, rows, grid)
                out, found = _pairs(mine, theirs, False, slice_, state, sky, out, found)
    pairs = np.empty((2, found), np.int64)
    for k in range(found):
        pairs[0, k], pairs[1, k] = out[k, 0], out[k, 1]
    return pairs


_all_pairs: Any = compiled(_all_pairs_of)


def sweep(moving: Moving, horizon_s: float, parts: int) -> PairIndex:
    """The pairs that may meet by the horizon, each once; gone through in so many parts of time.

    Errs toward: too many pairs. Law: contains every pair that brute force finds; held by
    tests/property/test_encounter_pruning.
    """
    pairs = _all_pairs(tuple(moving[:-1]), horizon_s, parts, moving.radius_m)
    return pairs[0], pairs[1]
