"""One Volume4D of F3548 JSON to a volume. Every refusal names the field by its path."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from openline.airspace.entity import EntityKind
from openline.airspace.volume import Volume4D
from openline.errors import InvalidAltitude, InvalidGeometry, InvalidInput, InvalidTimeRange
from openline.formats.collector import Collector
from openline.formats.fields import finite, shown
from openline.formats.instants import parse_instant
from openline.geo.altitude import UNLIMITED, Altitude
from openline.geo.circle import Circle
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.limits import ALTITUDE_FLOOR_M, TIME_MAX, TIME_MIN

LOWEST: Final = Altitude(ALTITUDE_FLOOR_M)  # what no lower limit stands for


def is_volume(value: object) -> bool:
    """Whether the value is meant as a Volume4D."""
    return isinstance(value, dict) and "volume" in value


def object_at(value: object, path: str) -> dict[str, Any]:
    """The value, if it is an object. Raises: InvalidInput."""
    if not isinstance(value, dict):
        raise InvalidInput(f"{shown(value)} is not an object", cure="give an object", field=path)
    return value


def volume_of(value: object, path: str, kind: EntityKind, collector: Collector) -> Volume4D:
    """The volume at a path of the document. Raises: InvalidInput and its kinds."""
    body = object_at(value, path)
    block_path = f"{path}.volume"
    block = object_at(body.get("volume"), block_path)
    footprint = _footprint(block, block_path)
    lower = _altitude(block, "altitude_lower", block_path)
    upper = _altitude(block, "altitude_upper", block_path)
    start = _instant(body, "time_start", path)
    end = _instant(body, "time_end", path)
    limits = {"altitude_lower": lower, "altitude_upper": upper}
    for name in [name for name, limit in limits.items() if limit is None]:
        if kind is EntityKind.INTENT:
            cure = f"give {name} in metres over the WGS-84 ellipsoid"
            raise InvalidAltitude(f"an intent without {name}", cure=cure, field=block_path)
        collector.warn(f"a {kind.value} without {name} has no limit there")
    if kind is EntityKind.INTENT and (start is None or end is None):
        name = "time_start" if start is None else "time_end"
        cure = f"give {name} as 2026-11-22T10:00:00Z"
        raise InvalidTimeRange(f"an intent without {name}", cure=cure, field=path)
    with _field(path):
        band = collector.band(lower or LOWEST, upper or UNLIMITED, footprint)
        return Volume4D(footprint, band, start or TIME_MIN, end or TIME_MAX)


@contextmanager
def _field(path: str) -> Iterator[None]:
    try:
        yield
    except InvalidInput as error:
        error.at(field=path)
        raise


def _footprint(block: dict[str, Any], path: str) -> Footprint:
    circle, polygon = block.get("outline_circle"), block.get("outline_polygon")
    if (circle is None) == (polygon is None):
        number = "no outline" if circle is None else "two outlines"
        cure = "give either outline_polygon or outline_circle"
        raise InvalidGeometry(f"a volume with {number}", cure=cure, field=path)
    if circle is not None:
        place = f"{path}.outline_circle"
        with _field(place):
            centre = _position(object_at(circle, place).get("center"), f"{place}.center")
            return Circle(centre, _metres(circle.get("radius"), f"{place}.radius"))
    place = f"{path}.outline_polygon"
    with _field(place):
        vertices = object_at(polygon, place).get("vertices")
        if not isinstance(vertices, list):
            raise InvalidGeometry("a polygon without an array of vertices", cure="give vertices")
        return Polygon.of(
            [_position(vertex, f"{place}.vertices[{n}]") for n, vertex in enumerate(vertices)]
        )


def _position(value: object, path: str) -> Position:
    with _field(path):
        point = object_at(value, path)
        return Position.checked(_degrees(point.get("lat")), _degrees(point.get("lng")))


def _degrees(value: object) -> float:
    if isinstance(value, str):
        raise InvalidGeometry(f"{shown(value)} is text", cure="give degrees as a number")
    return finite(value)


def _metres(value: object, path: str) -> float:
    with _field(path):
        quantity = object_at(value, path)
        units = quantity.get("units", "M")
        if units != "M":
            raise InvalidInput(f"units {shown(units)} are not metres", cure='give metres, "M"')
        return finite(quantity.get("value"))


def _altitude(block: dict[str, Any], name: str, path: str) -> Altitude | None:
    value = block.get(name)
    if value is None:
        return None
    place = f"{path}.{name}"
    with _field(place):
        reference = object_at(value, place).get("reference", "W84")
        if reference != "W84":
            raise InvalidAltitude(
                f"altitude reference {shown(reference)} is not W84",
                cure="F3548 has heights over the WGS-84 ellipsoid; use geojson for others",
            )
        return Altitude(_metres(value, place))


def _instant(body: dict[str, Any], name: str, path: str) -> datetime | None:
    value = body.get(name)
    if value is None:
        return None
    place = f"{path}.{name}"
    with _field(place):
        time = object_at(value, place)
        if time.get("format", "RFC3339") != "RFC3339":
            raise InvalidTimeRange(
                f"time format {shown(time['format'])} is not known", cure="use RFC3339"
            )
        return parse_instant(time.get("value"))
