"""The region of the demo, all of it invented: the Vessa Sound between Arven and Sorra.

It lies in the open Atlantic, where no such coast is. Places are nautical miles east and north of
its middle.
"""

from datetime import UTC, datetime, timedelta
from math import cos, radians
from typing import Any, Final, NamedTuple

from openline.geo.position import Position

START: Final = datetime(2027, 5, 11, 6, 0, tzinfo=UTC)  # whenever it is played: the same day
MIDDLE_LAT: Final = 47.0
MIDDLE_LNG: Final = -30.0
AREA_EAST_NM: Final = 56.0  # half of its width
AREA_NORTH_NM: Final = 50.0
NAME: Final = "Vessa Sound"
AGREEMENT_ID: Final = "vessa-sound-2027"
PASSWORD: Final = "vessa-sound-demo"  # of everybody; it opens nothing else


class Place(NamedTuple):
    """Nautical miles east and north of the middle of the region."""

    east_nm: float
    north_nm: float

    @property
    def position(self) -> Position:
        """The same in degrees, WGS-84."""
        lat = MIDDLE_LAT + self.north_nm / 60.0
        lng = MIDDLE_LNG + self.east_nm / (60.0 * cos(radians(lat)))
        return Position(lat, lng)


class Officer(NamedTuple):
    """Somebody who can log in."""

    user: str
    name: str
    party: str
    role: str


PARTIES: Final = {
    "north": "Arven Air Coordination Cell",
    "south": "Sorra Airspace Desk",
    "aid": "Open Hands Relief",
}
OFFICERS: Final = (
    Officer("ada", "Ada Lindqvar", "north", "duty"),
    Officer("bram", "Bram Oster", "north", "duty"),
    Officer("cora", "Cora Velez-Marr", "south", "duty"),
    Officer("dov", "Dov Sarin", "south", "duty"),
    Officer("ines", "Ines Okoro", "aid", "duty"),
    Officer("omar", "Omar Haldane", "aid", "duty"),
    Officer("wanda", "Wanda Tull", "south", "watch"),
)

PORT_ARVEN: Final = Place(-20.0, 62.0)
NORTHHAVEN: Final = Place(30.0, 60.0)
SORRA_CITY: Final = Place(8.0, -64.0)
SOUTHMOLE: Final = Place(-38.0, -60.0)
GREAT_KARR: Final = Place(2.0, 6.0)
LITTLE_KARR: Final = Place(18.0, -4.0)
LUNN: Final = Place(-26.0, 12.0)
SOUTH_RIG: Final = Place(-12.0, -46.0)
NORTH_RIG: Final = Place(-14.0, 34.0)
SHIP: Final = Place(48.0, -8.0)
CAPE_HALLEN: Final = Place(40.0, 42.0)

UNSHOWN: Final = Place(26.0, -30.0)  # where the south flies on a plan that it shows to nobody
UNSHOWN_MINUTES: Final = (180.0, 195.0)

_TOWNS: Final = {
    "Port Arven": PORT_ARVEN,
    "Northhaven": NORTHHAVEN,
    "Sorra City": SORRA_CITY,
    "Southmole": SOUTHMOLE,
    "South Rig": SOUTH_RIG,
    "North Rig": NORTH_RIG,
    "Cape Hallen": CAPE_HALLEN,
}
_NORTH_COAST: Final = (
    *((-110, 62), (-92, 55), (-75, 60), (-58, 54), (-41, 58), (-30, 55), (-20, 60), (-8, 54)),
    *((6, 57), (17, 53), (30, 57), (44, 54), (60, 60), (78, 55), (96, 61), (110, 58)),
    *((110, 92), (70, 99), (20, 94), (-40, 101), (-85, 95), (-110, 98)),
)
_SOUTH_COAST: Final = (
    *((-110, -60), (-90, -55), (-72, -61), (-55, -54), (-38, -57), (-22, -54), (-6, -60), (8, -59)),
    *((20, -54), (38, -58), (57, -54), (76, -61), (94, -56), (110, -60)),
    *((110, -96), (60, -101), (10, -95), (-50, -102), (-110, -94)),
)
_ISLANDS: Final = {
    "Great Karr": ((-4, 4), (-1, 9), (3, 10.5), (7, 8), (6.5, 3), (2, 1.5), (-2, 2)),
    "Little Karr": ((15.5, -4), (17, -1.5), (20, -2), (20.5, -5), (18, -6.5)),
    "Hallen": ((37, 41), (38.5, 44), (42, 44.5), (43.5, 42), (41, 39.5)),
    "Lunn": ((-30, 11), (-28, 14.5), (-24, 15), (-22, 12.5), (-24.5, 9), (-28, 9)),
}


def area() -> dict[str, Any]:
    """The agreed area as GeoJSON: the Sound and its islands, from coast to coast."""
    east, north = AREA_EAST_NM, AREA_NORTH_NM
    corners = ((-east, -north), (east, -north), (east, north), (-east, north))
    return _feature(f"{NAME}: the agreed area", "area", "Polygon", [_ring(corners)])


def unshown_plan() -> dict[str, Any]:
    """A plan of the south as GeoJSON: a square of four miles, from 300 to 600 m."""
    east, north = UNSHOWN
    corners = tuple((east + a, north + b) for a, b in ((-2, -2), (2, -2), (2, 2), (-2, 2)))
    found = _feature("harbour watch", "plan", "Polygon", [_ring(corners)])
    begin, end = (START + timedelta(minutes=minute) for minute in UNSHOWN_MINUTES)
    found["properties"] = {
        "name": "harbour watch",
        "altitude_lower": 300,
        "altitude_upper": 600,
        "time_start": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
        "time_end": f"{end:%Y-%m-%dT%H:%M:%SZ}",
    }
    return {"type": "FeatureCollection", "features": [found]}


def map_of_region() -> dict[str, Any]:
    """The invented coasts, islands and towns as GeoJSON, for whoever draws a map."""
    land = {"Arven": _NORTH_COAST, "Sorra": _SOUTH_COAST, **_ISLANDS}
    shapes = [_feature(name, "land", "Polygon", [_ring(ring)]) for name, ring in land.items()]
    towns = [_feature(name, "town", "Point", _point(*place)) for name, place in _TOWNS.items()]
    return {"type": "FeatureCollection", "features": [*shapes, *towns]}


def _feature(name: str, kind: str, shape: str, coordinates: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": name, "kind": kind},
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def _ring(places: tuple[tuple[float, float], ...]) -> list[list[float]]:
    """Closed and counter-clockwise, as GeoJSON wants it."""
    twice_area = sum(
        a[0] * b[1] - b[0] * a[1] for a, b in zip(places, (*places[1:], places[0]), strict=True)
    )
    ordered = places if twice_area > 0 else places[::-1]
    return [_point(*one) for one in (*ordered, ordered[0])]


def _point(east_nm: float, north_nm: float) -> list[float]:
    position = Place(east_nm, north_nm).position
    return [round(position.lng_deg, 5), round(position.lat_deg, 5)]
