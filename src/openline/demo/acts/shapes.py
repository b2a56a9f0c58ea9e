"""Volumes of the story from places of the region."""

from datetime import datetime

from openline.airspace.volume import Volume4D
from openline.demo.region import Place
from openline.geo.altitude import SURFACE, Altitude
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.line.message.bodies import Notify
from openline.line.message.kind import Asks, NoticeKind
from openline.units import METRES_PER_NAUTICAL_MILE


def corridor(half_width_nm: float, *places: Place) -> Corridor:
    """A way over places."""
    half_width_m = half_width_nm * METRES_PER_NAUTICAL_MILE
    return Corridor(tuple(one.position for one in places), half_width_m)


def circle(middle: Place, radius_nm: float) -> Circle:
    """All around a place."""
    return Circle(middle.position, radius_nm * METRES_PER_NAUTICAL_MILE)


def box(west: float, south: float, east: float, north: float) -> Polygon:
    """A rectangle by its sides in nautical miles."""
    corners = ((west, south), (east, south), (east, north), (west, north))
    return Polygon(tuple(Place(*corner).position for corner in corners))


def volume(
    footprint: Footprint, lower_m: float, upper_m: float, start: datetime, end: datetime
) -> Volume4D:
    """A volume, metres over the ellipsoid."""
    return Volume4D.over_ellipsoid(footprint, lower_m, upper_m, start, end)


def from_ground(footprint: Footprint, upper_m: float, start: datetime, end: datetime) -> Volume4D:
    """A volume from the ground up, to metres over the ellipsoid."""
    band = resolve_band(SURFACE, Altitude(upper_m), footprint, AltitudePolicy())
    return Volume4D(footprint, band, start, end)


def plan(name: str, *volumes: Volume4D, asks: Asks = Asks.KEEP_MINIMA) -> Notify:
    """A plan of these volumes over their whole time."""
    return Notify(
        NoticeKind.PLAN,
        min(one.time_start for one in volumes),
        max(one.time_end for one in volumes),
        volumes,
        asks,
        name,
    )
