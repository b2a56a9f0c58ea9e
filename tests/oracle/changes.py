"""Changes of a volume whose effect on a conflict is known: shrink it, shift it, turn it."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np

from openline.airspace.volume import Volume4D
from openline.geo.altitude import Altitude, AltitudeBand
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.limits import RADIUS_MIN_M
from tests.oracle.cores import Floats
from tests.oracle.mapping import GEOD

_SCALED_REACH_MAX_M = 10_000.0


def shrunk_footprint(footprint: Footprint, factor: float) -> Footprint | None:
    """Part of the footprint: less radius, less width, or a polygon scaled about its middle.

    None for polygons that are not star-shaped about their middle, have holes or reach farther
    than 10 km (where the map that scales bends edges by centimetres).
    """
    if isinstance(footprint, Circle):
        return Circle(footprint.centre, max(RADIUS_MIN_M, footprint.radius_m * factor))
    if isinstance(footprint, Corridor):
        half_width = max(RADIUS_MIN_M, footprint.half_width_m * factor)
        return Corridor(footprint.path, half_width)
    return _scaled(footprint, factor)


def _scaled(polygon: Polygon, factor: float) -> Polygon | None:
    ring = np.array(polygon.outer, dtype=np.float64)
    lat, lng = np.radians(ring[:, 0]), np.radians(ring[:, 1])
    x, y, z = np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)
    middle_lng = math.degrees(math.atan2(y.sum(), x.sum()))
    middle_lat = math.degrees(math.atan2(z.sum(), math.hypot(x.sum(), y.sum())))
    lng0, lat0 = np.full(len(ring), middle_lng), np.full(len(ring), middle_lat)
    azimuth, _, length = GEOD.inv(lng0, lat0, ring[:, 1], ring[:, 0])
    if polygon.holes or max(length) > _SCALED_REACH_MAX_M or not _star_shaped(np.asarray(azimuth)):
        return None
    lng1, lat1, _ = GEOD.fwd(lng0, lat0, azimuth, np.asarray(length) * factor)
    return Polygon.of(zip(lat1, lng1, strict=True))


def _star_shaped(azimuth: Floats) -> bool:
    """Whether the middle sees the corners one after the other, once round."""
    turns = (np.diff(np.append(azimuth, azimuth[0])) + 180.0) % 360.0 - 180.0
    one_way = bool(np.all(turns > 1e-6) or np.all(turns < -1e-6))
    return one_way and abs(abs(turns.sum()) - 360.0) < 1e-3


def shrunk_band(band: AltitudeBand, factor: float) -> AltitudeBand:
    """The same middle and datum, `factor` times as thick."""
    if band.lower.reference is not band.upper.reference or band.lower.unit is not band.upper.unit:
        return band
    step = (band.upper.value - band.lower.value) * (1 - factor) / 2
    step_m = (band.altitude_upper_m - band.altitude_lower_m) * (1 - factor) / 2
    return replace(
        band,
        lower=Altitude(band.lower.value + step, band.lower.reference, band.lower.unit),
        upper=Altitude(band.upper.value - step, band.upper.reference, band.upper.unit),
        altitude_lower_m=band.altitude_lower_m + step_m,
        altitude_upper_m=band.altitude_upper_m - step_m,
    )


def shrunk_window(volume: Volume4D, factor: float) -> Volume4D:
    """The same middle, `factor` times as long."""
    step = (volume.time_end - volume.time_start) * ((1 - factor) / 2)
    return replace(volume, time_start=volume.time_start + step, time_end=volume.time_end - step)


def shifted(volume: Volume4D, shift: timedelta) -> Volume4D:
    """Later by `shift`."""
    return replace(volume, time_start=volume.time_start + shift, time_end=volume.time_end + shift)


def turned_position(position: Position, turn_deg: float) -> Position:
    """Farther east by `turn_deg`, within -180..180."""
    return Position(position.lat_deg, math.remainder(position.lng_deg + turn_deg, 360.0))


def turned(volume: Volume4D, turn_deg: float) -> Volume4D:
    """The whole volume farther east by `turn_deg`."""
    footprint = volume.footprint
    if isinstance(footprint, Circle):
        return replace(
            volume,
            footprint=Circle(turned_position(footprint.centre, turn_deg), footprint.radius_m),
        )
    if isinstance(footprint, Corridor):
        path = tuple(turned_position(position, turn_deg) for position in footprint.path)
        return replace(volume, footprint=Corridor(path, footprint.half_width_m))
    rings = [tuple(turned_position(p, turn_deg) for p in ring) for ring in footprint.rings()]
    return replace(volume, footprint=Polygon(rings[0], tuple(rings[1:])))
