"""The latitudes and longitudes that a footprint reaches: a box that contains it.

Used where a table over latitude and longitude is read (the geoid). Correct across 180 degrees and
at the poles, and for footprints as large as the limits allow.

Source of the bounds: an arc of a great circle between two points of latitude at most phi, d apart
in longitude, stays below atan(tan(phi) / cos(d / 2)). A geodesic of the ellipsoid strays from
the great circle through the same geodetic positions by less than 1.25e-5 degrees times the square
of its length in degrees, up to 90 degrees (measured with geographiclib: at most 80 % of it). A
distance on the ellipsoid is never shorter than its smallest radius of curvature, a (1 - e^2),
times the angle between the normals.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.position import Position

_SMALLEST_CURVATURE_RADIUS_M: Final = 6_335_439.0  # a (1 - e^2), WGS-84, rounded down
STRAY_PER_SQUARE_DEGREE: Final = 1.25e-5
EDGE_MAX_DEG: Final = 90.0  # longer edges: the whole Earth
_POLAR_DEG: Final = 89.0  # a box that reaches beyond it has all longitudes up to the pole


class BoundingRegion(NamedTuple):
    """Latitudes `south`..`north`; longitudes from `west` eastwards over `width` (0..360), degrees.

    `west` is within -180..180; `west + width` may exceed 180.
    """

    south_deg: float
    north_deg: float
    west_deg: float
    width_deg: float


WHOLE_EARTH: Final = BoundingRegion(-90.0, 90.0, -180.0, 360.0)


def bounding_region(footprint: Footprint) -> BoundingRegion:
    """A box that contains the footprint. Errs toward: larger; tight to 1 % for small shapes."""
    if isinstance(footprint, Circle):
        lat, lng = footprint.centre
        return _grown(lat, lat, lng, 0.0, _angle_deg(footprint.radius_m))
    if isinstance(footprint, Corridor):
        return _path_region(footprint.path, False, _angle_deg(footprint.half_width_m))
    return _path_region(footprint.outer, True, 0.0)


def _angle_deg(distance_m: float) -> float:
    return math.degrees(distance_m / _SMALLEST_CURVATURE_RADIUS_M)


def _path_region(path: Sequence[Position], closed: bool, reach_deg: float) -> BoundingRegion:
    lats = [position[0] for position in path]
    south, north = min(lats), max(lats)
    lngs = [position[1] for position in path]
    west, east = min(lngs), max(lngs)
    width = east - west
    if width < 180.0:
        step = width  # no edge spans more
    else:
        west, width, step, turns = _unwrapped(lngs, closed)
        if turns:  # round a pole
            if south > 0:
                return _grown(south, 90.0, west, 360.0, reach_deg)
            if north < 0:
                return _grown(-90.0, north, west, 360.0, reach_deg)
            return WHOLE_EARTH
    edge_deg = min(north - south + step, 180.0)
    if edge_deg > EDGE_MAX_DEG:
        return WHOLE_EARTH
    cos_half_step = math.cos(math.radians(step) / 2)
    if north > 0:
        north = math.degrees(math.atan2(math.tan(math.radians(north)), cos_half_step))
    if south < 0:
        south = math.degrees(math.atan2(math.tan(math.radians(south)), cos_half_step))
    stray_deg = STRAY_PER_SQUARE_DEGREE * edge_deg * edge_deg
    return _grown(south, north, west, width, reach_deg + stray_deg)


def _unwrapped(lngs: Sequence[float], closed: bool) -> tuple[float, float, float, bool]:
    """West, width, the widest step and whether the path goes round a pole.

    The path goes from each point to the next the shorter way round.
    """
    here = low = high = lngs[0]
    widest = 0.0
    following = [*lngs[1:], lngs[0]] if closed else lngs[1:]
    for lng in following:
        step = math.remainder(lng - here, 360.0)
        widest = max(widest, abs(step))
        here += step
        low, high = min(low, here), max(high, here)
    turns = closed and abs(here - lngs[0]) > 180.0
    return math.remainder(low, 360.0), min(high - low, 360.0), widest, turns


def _grown(
    south: float, north: float, west: float, width: float, reach_deg: float
) -> BoundingRegion:
    """The box with everything within `reach_deg` of it, at the poles with all longitudes."""
    south, north = max(south - reach_deg, -90.0), min(north + reach_deg, 90.0)
    if north > _POLAR_DEG or south < -_POLAR_DEG:
        return BoundingRegion(
            -90.0 if south < -_POLAR_DEG else south,
            90.0 if north > _POLAR_DEG else north,
            -180.0,
            360.0,
        )
    if reach_deg > 0.0:
        # The widest meridian distance of a circle round a point of the highest latitude.
        cos_lat = math.cos(math.radians(max(-south, north)))
        ratio = math.sin(math.radians(min(reach_deg, 90.0))) / cos_lat
        if ratio >= 1.0:
            return BoundingRegion(south, north, -180.0, 360.0)
        side = math.degrees(math.asin(ratio))
        west, width = west - side, width + 2 * side
    if width >= 360.0:
        return BoundingRegion(south, north, -180.0, 360.0)
    return BoundingRegion(south, north, math.remainder(west, 360.0), width)
