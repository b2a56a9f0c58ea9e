"""How fast and where to recorded aircraft fly, from their positions: for who wants to be told.

From a position to one about 5 s before it (at least 1.5 s, at most 20 s; the same that a track
takes where nobody states a velocity); for the first ones of an aircraft, to one as far after it.
Errs toward: not known, where positions are further apart in time, or imply a speed beyond every
class.
"""

from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import FloatArray, IndexArray
from openline.airspace.track.aircraft import SPEED_BOUND_MPS, VERTICAL_BOUND_MPS, AircraftClass
from openline.geo.ellipsoid import surface_points

_BASE_S: Final = 5.0
_LEAST_S: Final = 1.5
_MOST_S: Final = 20.0
_SPEED_MAX_MPS: Final = SPEED_BOUND_MPS[AircraftClass.UNKNOWN]


class Motion(NamedTuple):
    """Arrays (n,): metres a second over ground and vertically, degrees from true north; NaN: not
    known."""

    speed_mps: FloatArray
    track_deg: FloatArray
    rate_mps: FloatArray


def motion_of(
    aircraft: IndexArray, time_s: FloatArray, lat: FloatArray, lng: FloatArray, altitude: FloatArray
) -> Motion:
    """Of n positions in any order; `aircraft`: whose each is, from 0. Degrees, metres, seconds."""
    order = np.lexsort((time_s, aircraft))
    whose, when = aircraft[order], time_s[order] - time_s.min(initial=np.inf)
    found = [np.full(len(order), np.nan) for _ in range(3)]
    if len(order):
        base = order[_base(whose, when)]
        known = base != order
        moved = _moved(order[known], base[known], time_s, lat, lng, altitude)
        for column, values in zip(found, moved, strict=True):
            column[order[known]] = values
    return Motion(*found)


def _base(whose: IndexArray, when: FloatArray) -> IndexArray:
    """For each position the place of the other one; itself if there is none. Both in order."""
    # Every aircraft has its own stretch of one long time, so far apart that none reaches the next.
    long = when + whose * (float(when.max()) + 4 * _MOST_S)
    own = np.arange(len(long))
    first = np.searchsorted(long, long - _MOST_S, side="left")  # the earliest that may be taken
    last = np.searchsorted(long, long + _MOST_S, side="right") - 1
    before = np.searchsorted(long, long - _BASE_S, side="right") - 1
    before = np.where(before >= first, before, first)
    after = np.searchsorted(long, long + _BASE_S, side="left")
    after = np.where(after <= last, after, last)
    taken: IndexArray = np.where(
        long - long[before] >= _LEAST_S,
        before,
        np.where(long[after] - long >= _LEAST_S, after, own),
    )
    return taken


def _moved(
    here: IndexArray,
    there: IndexArray,
    time_s: FloatArray,
    lat: FloatArray,
    lng: FloatArray,
    altitude: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Speed, course and rate at each position, by the straight way between the two."""
    passed = time_s[here] - time_s[there]
    way = _points(lat[here], lng[here]) - _points(lat[there], lng[there])
    way /= passed[:, np.newaxis]
    sin_lat, cos_lat = np.sin(np.radians(lat[here])), np.cos(np.radians(lat[here]))
    sin_lng, cos_lng = np.sin(np.radians(lng[here])), np.cos(np.radians(lng[here]))
    east = way[:, 1] * cos_lng - way[:, 0] * sin_lng
    north = way[:, 2] * cos_lat - sin_lat * (way[:, 0] * cos_lng + way[:, 1] * sin_lng)
    speed = np.hypot(east, north)
    track = np.degrees(np.arctan2(east, north)) % 360.0
    rate = (altitude[here] - altitude[there]) / passed
    possible = speed <= _SPEED_MAX_MPS
    rate = np.where(np.abs(rate) <= VERTICAL_BOUND_MPS, rate, np.nan)
    return np.where(possible, speed, np.nan), np.where(possible, track, np.nan), rate


def _points(lat: FloatArray, lng: FloatArray) -> FloatArray:
    up, along = np.radians(lat), np.radians(lng)
    normal = np.stack((np.cos(up) * np.cos(along), np.cos(up) * np.sin(along), np.sin(up)), axis=1)
    return surface_points(normal)
