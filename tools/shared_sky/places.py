"""Places of the example in kilometres, and how they become latitude, longitude and GeoJSON."""

import json
import math
from typing import Any, Final

from pyproj import Proj

ORIGIN: Final = (53.60, 7.00)
DAY: Final = "2026-06-15"
_PLANE: Final = Proj(proj="aeqd", lat_0=ORIGIN[0], lon_0=ORIGIN[1], ellps="WGS84")

Km = tuple[float, float]

# Real places, kilometres east and north of 53.60N 7.00E
BORKUM: Final = (-19.2, -0.9)
EEMSHAVEN: Final = (-11.2, -17.2)
EMDEN: Final = (13.0, -25.5)
LEER: Final = (30.5, -41.2)
DELFZIJL: Final = (-4.6, -30.0)
NORDDEICH: Final = (10.6, 2.2)
JUIST: Final = (0.5, 8.7)
NORDERNEY: Final = (14.0, 12.0)
WITTMUND: Final = (44.0, -5.8)
LANGEOOG: Final = (32.4, 16.7)
EELDE: Final = (-27.6, -52.9)


def place(point: Km) -> tuple[float, float]:
    """Latitude and longitude in degrees."""
    lng, lat = _PLANE(point[0] * 1000, point[1] * 1000, inverse=True)
    return round(lat, 5), round(lng, 5)


def lnglat(point: Km) -> list[float]:
    """Longitude and latitude, as GeoJSON wants them."""
    lat, lng = place(point)
    return [lng, lat]


def at(clock: str) -> str:
    """`08:40` on the day, as RFC 3339."""
    return f"{DAY}T{clock}:00Z"


def box(west: float, south: float, east: float, north: float) -> list[Km]:
    """A rectangle, counter-clockwise, not closed."""
    return [(west, south), (east, south), (east, north), (west, north)]


def lane(start: Km, end: Km, half_width: float) -> list[Km]:
    """A rectangle around a line, with straight ends."""
    along = (end[0] - start[0], end[1] - start[1])
    length = math.hypot(*along)
    side = (-along[1] / length * half_width, along[0] / length * half_width)
    return [
        (start[0] - side[0], start[1] - side[1]),
        (end[0] - side[0], end[1] - side[1]),
        (end[0] + side[0], end[1] + side[1]),
        (start[0] + side[0], start[1] + side[1]),
    ]


def polygon(*rings: list[Km]) -> dict[str, Any]:
    """A GeoJSON polygon; the outer ring first."""
    closed = [[lnglat(p) for p in (*ring, ring[0])] for ring in rings]
    return {"type": "Polygon", "coordinates": closed}


def line(*points: Km) -> dict[str, Any]:
    """A GeoJSON line."""
    return {"type": "LineString", "coordinates": [lnglat(p) for p in points]}


def spot(point: Km) -> dict[str, Any]:
    """A GeoJSON point."""
    return {"type": "Point", "coordinates": lnglat(point)}


def feature(intent: str, name: str, geometry: object, when: str, **more: object) -> dict[str, Any]:
    """A feature of our profile; `when` is `08:00-08:40`."""
    start, end = when.split("-")
    times = {"time_start": at(start), "time_end": at(end)}
    properties = {"intent": intent, "name": name} | times | more
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(party: str, features: list[dict[str, Any]]) -> str:
    """A feature collection with the party on top, one feature a line."""
    lines = ",\n".join(f"  {json.dumps(f, ensure_ascii=False)}" for f in features)
    head = f'{{"type": "FeatureCollection", "party": {json.dumps(party)}, "features": [\n'
    return f"{head}{lines}\n]}}\n"
