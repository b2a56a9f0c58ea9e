"""A volume moved: in time, in height, sideways, or made narrower; always a valid volume again.

What is known of its limits moves with it. A limit over mean sea level follows the geoid. A flight
level moves by pressure, so its height over the ellipsoid moves by FL_SLOPE of that: the band gets
wider. Errs toward: wider.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np

from openline.airspace.volume import Volume4D
from openline.geo.altitude import Altitude, AltitudeBand, AltitudeReference, AltitudeUnit
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.geoid import undulation_range_m
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.geo.sphere import EARTH_RADIUS_M, Vectors, positions_of, unit_vectors
from openline.limits import ALTITUDE_CEILING_M, ALTITUDE_FLOOR_M, RADIUS_MIN_M
from openline.units import METRES_PER_FOOT

# Metres of height for a metre of pressure altitude: air 35 degrees colder to 25 warmer than
# standard, at any level, is within it.
FL_SLOPE: Final = (0.8, 1.2)
_TURN_MIN: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Change:
    """How the volumes of these numbers change; what is zero does not.

    delay: later, or earlier if negative. climb_m: higher, or lower if negative. sideways_m in the
    direction bearing_deg. narrower_m: how far the boundary comes inward, at most. lost: how much
    of their windows is left out.
    """

    volumes: tuple[int, ...]
    delay: timedelta = timedelta(0)
    climb_m: float = 0.0
    sideways_m: float = 0.0
    bearing_deg: float = 0.0
    narrower_m: float = 0.0
    lost: timedelta = timedelta(0)


def shifted(volume: Volume4D, delay: timedelta, climb_m: float) -> Volume4D:
    """Later and higher; the footprint stays. Raises: InvalidAltitude, InvalidTimeRange."""
    band = volume.altitude if climb_m == 0 else raised(volume.altitude, climb_m)
    return replace(
        volume,
        altitude=band,
        time_start=volume.time_start + delay,
        time_end=volume.time_end + delay,
    )


def raised(band: AltitudeBand, climb_m: float) -> AltitudeBand:
    """The band so much higher. Raises: InvalidAltitude beyond all heights."""
    least, most = sorted((FL_SLOPE[0] * climb_m, FL_SLOPE[1] * climb_m))
    low = least if band.lower.reference is AltitudeReference.FL else climb_m
    high = most if band.upper.reference is AltitudeReference.FL else climb_m
    return replace(
        band,
        lower=_limit(band.lower, climb_m),
        upper=_limit(band.upper, climb_m),
        altitude_lower_m=band.altitude_lower_m + low,
        altitude_upper_m=band.altitude_upper_m + high,
    )


def _limit(limit: Altitude, climb_m: float) -> Altitude:
    step = climb_m / METRES_PER_FOOT if limit.unit is AltitudeUnit.FT else climb_m
    return replace(limit, value=limit.value + step)


def movable_in_height(band: AltitudeBand) -> bool:
    """Whether it begins above the ground and ends below "unlimited": what stands on the ground, or
    reaches through all heights, cannot be raised."""
    on_ground = band.lower.reference is AltitudeReference.AGL and band.lower.value <= 0
    through = band.altitude_upper_m >= ALTITUDE_CEILING_M
    return not (on_ground or through or band.altitude_lower_m <= ALTITUDE_FLOOR_M)


def centre_of(footprints: tuple[Footprint, ...]) -> Vectors:
    """A unit vector amid the footprints, (3,)."""
    points = np.concatenate([unit_vectors(_points(one)) for one in footprints])
    middle: Vectors = points.mean(axis=0)
    middle /= np.linalg.norm(middle)
    return middle


def _points(footprint: Footprint) -> tuple[Position, ...]:
    if isinstance(footprint, Circle):
        return (footprint.centre,)
    return footprint.path if isinstance(footprint, Corridor) else footprint.outer


def turn(centre: Vectors, bearing_deg: float, distance_m: float) -> Vectors:
    """The rotation (3, 3) of the globe that carries `centre` so far in that direction."""
    result: Vectors = turns(centre, ((bearing_deg, distance_m),))[0]
    return result


def turns(centre: Vectors, places: Sequence[tuple[float, float]]) -> Vectors:
    """The rotations (k, 3, 3) that carry `centre` to places in such directions, so far."""
    x, y, z = centre.tolist()
    across = math.hypot(x, y)
    east = (-y / across, x / across) if across > _TURN_MIN else (0.0, 1.0)
    bearing, angle = np.radians([at[0] for at in places]), np.array([at[1] for at in places])
    angle = angle / EARTH_RADIUS_M
    cosine, sine = np.cos(bearing), np.sin(bearing)
    skew = np.zeros((len(places), 3, 3))
    # The axis is at right angles to the centre and to the way ahead: cos north + sin east.
    skew[:, 2, 1] = -cosine * east[0] - sine * z * east[1]
    skew[:, 0, 2] = -cosine * east[1] + sine * z * east[0]
    skew[:, 1, 0] = sine * (x * east[1] - y * east[0])
    skew -= skew.transpose(0, 2, 1).copy()
    turned = np.sin(angle)[:, None, None] * skew
    turned += (1 - np.cos(angle))[:, None, None] * (skew @ skew)
    result: Vectors = np.eye(3) + turned
    return result


def carried(centre: Vectors, places: Sequence[tuple[float, float]]) -> Vectors:
    """Where the rotations of `turns` carry `centre`, (k, 3)."""
    x, y, z = centre.tolist()
    across = math.hypot(x, y)
    east = np.array((-y / across, x / across, 0.0) if across > _TURN_MIN else (0.0, 1.0, 0.0))
    north = np.array((-z * east[1], z * east[0], x * east[1] - y * east[0]))
    bearing, angle = np.radians([at[0] for at in places]), np.array([at[1] for at in places])
    angle = angle / EARTH_RADIUS_M
    ahead = np.cos(bearing)[:, None] * north + np.sin(bearing)[:, None] * east
    result: Vectors = np.cos(angle)[:, None] * centre + np.sin(angle)[:, None] * ahead
    return result


def aside(footprint: Footprint, rotation: Vectors) -> Footprint:
    """The footprint turned around the Earth's centre. Lengths keep to 1e-4 within 50 km.

    Raises: InvalidGeometry where rounding spoils a shape that is nearly none.
    """
    if isinstance(footprint, Circle):
        return Circle(_turned((footprint.centre,), rotation)[0], footprint.radius_m)
    if isinstance(footprint, Corridor):
        return Corridor(_turned(footprint.path, rotation), footprint.half_width_m)
    holes = tuple(_turned(hole, rotation) for hole in footprint.holes)
    return Polygon(_turned(footprint.outer, rotation), holes)


def _turned(points: tuple[Position, ...], rotation: Vectors) -> tuple[Position, ...]:
    return tuple(positions_of(unit_vectors(points) @ rotation.T))


def placed(volume: Volume4D, footprint: Footprint) -> Volume4D:
    """The volume over another footprint; limits that are not over the ellipsoid follow the geoid.

    Raises: InvalidAltitude if it would leave all heights.
    """
    band = volume.altitude
    w84 = AltitudeReference.W84
    if band.lower.reference is w84 and band.upper.reference is w84:
        return replace(volume, footprint=footprint)
    below, above = undulation_range_m(volume.footprint)
    new_below, new_above = undulation_range_m(footprint)
    low, high = band.altitude_lower_m, band.altitude_upper_m
    if band.lower.reference is not w84 and low > ALTITUDE_FLOOR_M:
        low += new_below - below
    if band.upper.reference is not w84 and high < ALTITUDE_CEILING_M:
        high += new_above - above
    band = replace(band, altitude_lower_m=low, altitude_upper_m=high)
    return replace(volume, footprint=footprint, altitude=band)


def narrowed(footprint: Footprint, share: float) -> tuple[Footprint, float] | None:
    """The footprint at that share of its width, inside the old one, and how far that is inward.

    None for what has no simple inside: a polygon with holes or notches, or one too small.
    """
    if isinstance(footprint, Circle):
        radius_m = footprint.radius_m * share
        if radius_m < RADIUS_MIN_M:
            return None
        return Circle(footprint.centre, radius_m), footprint.radius_m - radius_m
    if isinstance(footprint, Corridor):
        half_m = footprint.half_width_m * share
        if half_m < RADIUS_MIN_M:
            return None
        return Corridor(footprint.path, half_m), footprint.half_width_m - half_m
    return None if footprint.holes else _smaller_polygon(footprint, share)


def _smaller_polygon(polygon: Polygon, share: float) -> tuple[Footprint, float] | None:
    points = unit_vectors(polygon.outer)
    middle = points.mean(axis=0)
    middle /= np.linalg.norm(middle)
    following = np.roll(points, -1, axis=0)
    sides = np.cross(points, following) @ middle
    bends = np.einsum("ij,ij->i", np.cross(points, following), np.roll(points, -2, axis=0))
    convex = ((sides > 0).all() and (bends > 0).all()) or ((sides < 0).all() and (bends < 0).all())
    if not convex:
        return None
    inward_m = float(np.linalg.norm(points - middle, axis=1).max()) * (1 - share) * EARTH_RADIUS_M
    inner = middle + (points - middle) * share
    return Polygon(tuple(positions_of(inner))), inward_m
