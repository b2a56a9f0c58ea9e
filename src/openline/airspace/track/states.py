"""All aircraft at one instant as arrays: what detection needs, with what is known of each.

Every position is carried on from its own time to the instant asked for, along the great circle of
its course at constant speed and vertical rate, with the curvature of the ellipsoid there. Error of
that: below 0.001 % of the way.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray
from openline.airspace.encounter.snapshot import Snapshot
from openline.airspace.track.aircraft import ACCELERATION_MPS2, SPEED_BOUND_MPS
from openline.airspace.track.track import Track
from openline.geo.ellipsoid import ECCENTRICITY_SQUARED, EQUATORIAL_RADIUS_M
from openline.units import METRES_PER_FOOT

TABLE_WIDTH: Final = 11  # numbers that `row_of` says of a track
_NO_VELOCITY: Final = (np.nan, np.nan)


class Rows(NamedTuple):
    """Tracks, and of each what `row_of` says of it: table (n, TABLE_WIDTH)."""

    tracks: tuple[Track, ...]
    table: FloatArray
    origin: datetime


@dataclass(frozen=True, slots=True)
class States:
    """n aircraft at `time`; arrays (n,) but velocity_mps (n, 3): east, north, up.

    NaN in an altitude: not known by that zero. An unknown velocity is 0, with `spread_m` for it.
    pressure_altitude_m: pressure altitude in metres. spread_m: how far aside it may be.
    tracks: the tracks themselves, in the order of the arrays.
    """

    time: datetime
    tracks: tuple[Track, ...]
    lat_deg: FloatArray
    lng_deg: FloatArray
    pressure_altitude_m: FloatArray
    altitude_m: FloatArray
    velocity_mps: FloatArray
    age_s: FloatArray
    spread_m: FloatArray
    on_ground: BoolArray

    def __len__(self) -> int:
        return len(self.tracks)

    @property
    def ids(self) -> tuple[str, ...]:
        """The tracks' ids."""
        return tuple(track.id for track in self.tracks)

    def snapshot(self, height_m: FloatArray) -> Snapshot:
        """For `find_encounters`, with altitudes of the caller's choice, all over one zero."""
        position = np.stack((self.lat_deg, self.lng_deg, height_m), axis=1)
        return Snapshot.on_earth(position, self.velocity_mps)

    def taken(self, rows: BoolArray) -> "States":
        """Those rows."""
        kept = np.flatnonzero(rows)
        return States(
            self.time,
            tuple(self.tracks[k] for k in kept.tolist()),
            *(
                getattr(self, name)[kept]
                for name in (
                    *("lat_deg", "lng_deg", "pressure_altitude_m", "altitude_m"),
                    *("velocity_mps", "age_s", "spread_m", "on_ground"),
                )
            ),
        )


def row_of(track: Track, carry_s: float, origin: datetime) -> tuple[float, ...]:
    """What detection needs of a track, at its newest position: a row of `TABLE_WIDTH` numbers.

    It changes only with the track. The last: the time of the position, in seconds from the origin.
    """
    latest = track.latest
    east, north = track.velocity_mps or _NO_VELOCITY
    return (
        latest.lat_deg,
        latest.lng_deg,
        _or_nan(track.pressure_altitude_ft(carry_s)),
        _or_nan(track.altitude_m(carry_s)),
        east,
        north,
        _or_nan(track.rate_mps),
        latest.spread_m,
        SPEED_BOUND_MPS[track.aircraft],
        latest.on_ground,
        (track.time - origin).total_seconds(),
    )


def states_of(rows: Rows, now: datetime) -> States:
    """The states of tracks by their rows, carried on to `now`; ages are never below 0."""
    lat, lng, pressure, altitude, east, north, rate, spread, bound, ground, at_s = rows.table.T
    age = np.maximum((now - rows.origin).total_seconds() - at_s, 0.0)
    known = ~np.isnan(east)
    east, north = np.where(known, east, 0.0), np.where(known, north, 0.0)
    rate = np.where(np.isnan(rate), 0.0, rate)
    speed = np.hypot(east, north)
    turn = 0.5 * ACCELERATION_MPS2 * age * age
    aside = np.minimum(turn, (2 * speed + ACCELERATION_MPS2) * age)
    lat, lng, east, north = carried(lat, lng, east, north, age)
    return States(
        now,
        rows.tracks,
        lat,
        lng,
        pressure * METRES_PER_FOOT + rate * age,
        altitude + rate * age,
        np.stack((east, north, rate), axis=1),
        age,
        spread + np.where(known, aside, bound * age),
        ground > 0,
    )


def carried(
    lat_deg: FloatArray, lng_deg: FloatArray, east: FloatArray, north: FloatArray, age_s: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Places and velocities after the age (before, if negative), on the great circles of their
    courses."""
    lat, lng = np.radians(lat_deg), np.radians(lng_deg)
    speed = np.hypot(east, north)
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    root = 1 - ECCENTRICITY_SQUARED * sin_lat**2
    across = np.sqrt(root) / EQUATORIAL_RADIUS_M  # curvature to the east, then to the north
    along = across * root / (1 - ECCENTRICITY_SQUARED)
    # The normal turns as the curvature says: by how much, and in which direction.
    rate = np.hypot(east * across, north * along)
    steady = np.where(rate > 0, rate, 1.0)
    to_east, to_north = east * across / steady, north * along / steady
    angle = rate * age_s
    # The point and the direction of flight in a frame whose first axis is on the meridian.
    x = cos_lat * np.cos(angle) - sin_lat * to_north * np.sin(angle)
    y = to_east * np.sin(angle)
    z = sin_lat * np.cos(angle) + cos_lat * to_north * np.sin(angle)
    turn = np.arctan2(y, x)
    new_lat = np.arctan2(z, np.hypot(x, y))
    ahead_x = -cos_lat * np.sin(angle) - sin_lat * to_north * np.cos(angle)
    ahead_y = to_east * np.cos(angle)
    ahead_z = -sin_lat * np.sin(angle) + cos_lat * to_north * np.cos(angle)
    new_east = ahead_y * np.cos(turn) - ahead_x * np.sin(turn)
    new_north = np.hypot(x, y) * ahead_z - np.sin(new_lat) * (
        ahead_x * np.cos(turn) + ahead_y * np.sin(turn)
    )
    new_east, new_north = new_east / across, new_north / along
    length = np.hypot(new_east, new_north)
    safe = np.where(length > 0, length, 1.0)
    new_lng = (np.degrees(lng + turn) + 180.0) % 360.0 - 180.0
    return np.degrees(new_lat), new_lng, speed * new_east / safe, speed * new_north / safe


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
