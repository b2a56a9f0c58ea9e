"""GeoJSON geometries to footprints and back. Coordinates are longitude, latitude, in that order."""

from collections.abc import Callable
from typing import Final, assert_never

from openline.errors import InvalidGeometry
from openline.formats.fields import Fields, shown
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon, Ring
from openline.geo.position import Position

TYPES: Final = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
_HEIGHT: Final = (
    "heights in the coordinates are ignored: altitude_lower and altitude_upper are what counts"
)
Warn = Callable[[str], None]


class GeometryReader:
    """Reads geometries of one file; `half_width_m` is for lines that state none."""

    def __init__(self, warn: Warn, half_width_m: float | None) -> None:
        self._warn = warn
        self._half_width_m = half_width_m

    def footprints(self, geometry: object, fields: Fields) -> list[Footprint]:
        """Every part of the geometry as a footprint; empty for null.

        Raises: InvalidGeometry, AreaTooLarge, InvalidInput.
        """
        if geometry is None:
            return []
        if not isinstance(geometry, dict):
            raise InvalidGeometry(f"{shown(geometry)} is not a geometry", cure="give an object")
        kind = geometry.get("type")
        if kind not in TYPES:
            raise InvalidGeometry(
                f"geometry type {shown(kind)} is not known", cure=f"use one of {', '.join(TYPES)}"
            )
        if kind == "GeometryCollection":
            members = _array(geometry.get("geometries"), "geometries")
            parts = [part for member in members for part in self.footprints(member, fields)]
        else:
            coordinates = _array(geometry.get("coordinates"), "coordinates")
            single = not kind.startswith("Multi")
            shapes = [coordinates] if single else coordinates
            kind = kind.removeprefix("Multi")
            parts = [self._footprint(kind, shape, fields) for shape in shapes]
        if not parts:
            raise InvalidGeometry("the geometry is empty", cure="remove it, or draw it")
        return parts

    def _footprint(self, kind: str, shape: object, fields: Fields) -> Footprint:
        if kind == "Point":
            radius_m = fields.number("radius_m")
            if radius_m is None:
                raise InvalidGeometry(
                    "a point alone covers nothing",
                    cure="add the property radius_m, in metres",
                    field="radius_m",
                )
            return Circle(self._position(shape), radius_m)
        if kind == "LineString":
            half_width_m = fields.number("half_width_m")
            if half_width_m is None:
                half_width_m = self._half_width_m
            if half_width_m is None:
                raise InvalidGeometry(
                    "a line alone covers nothing",
                    cure="add the property half_width_m, in metres",
                    field="half_width_m",
                )
            return Corridor(self._positions(shape), half_width_m)
        rings = [self._positions(ring) for ring in _array(shape, "a polygon")]
        if not rings:
            raise InvalidGeometry("a polygon without a ring", cure="remove it, or draw it")
        return Polygon.of(rings[0], rings[1:])

    def _positions(self, value: object) -> tuple[Position, ...]:
        return tuple(self._position(member) for member in _array(value, "a ring or line"))

    def _position(self, value: object) -> Position:
        if (
            not isinstance(value, list)
            or len(value) < 2
            or type(value[0]) not in (int, float)
            or type(value[1]) not in (int, float)
        ):
            raise InvalidGeometry(
                f"{shown(value)} is not a position", cure="write [longitude, latitude] in degrees"
            )
        if len(value) > 2:
            self._warn(_HEIGHT)
        return Position.checked(value[1], value[0])


def geometry_of(footprint: Footprint) -> tuple[dict[str, object], dict[str, object]]:
    """The geometry of a footprint, and the properties it needs beside it."""
    if isinstance(footprint, Polygon):
        rings = [_closed(ring) for ring in footprint.rings()]
        return {"type": "Polygon", "coordinates": rings}, {}
    if isinstance(footprint, Circle):
        point = _pair(footprint.centre)
        return {"type": "Point", "coordinates": point}, {"radius_m": footprint.radius_m}
    if isinstance(footprint, Corridor):
        line = [_pair(position) for position in footprint.path]
        width = {"half_width_m": footprint.half_width_m}
        return {"type": "LineString", "coordinates": line}, dict(width)
    assert_never(footprint)


def _array(value: object, word: str) -> list[object]:
    if not isinstance(value, list):
        raise InvalidGeometry(f"{word}: {shown(value)} is not an array", cure="give an array")
    return value


def _pair(position: Position) -> list[float]:
    return [position.lng_deg, position.lat_deg]


def _closed(ring: Ring) -> list[list[float]]:
    return [_pair(position) for position in (*ring, ring[0])]
