"""Volumes in messages: the Volume4D of F3548 JSON, and what it cannot say beside it.

Source: ASTM F3548-21 (Volume4D); docs/protocol.md has every field.
Ours: `outline_corridor`, `holes` of a polygon, `altitude_lower_given` and `altitude_upper_given`
    for limits in another datum or unit than metres over the WGS-84 ellipsoid, `widenings`.
    `altitude_lower` and `altitude_upper` are always there and hold the widened metres: a reader
    that knows nothing of the rest errs toward wider.
Strict: every field is required unless it is one of these; nothing is null.
Laws, held by tests/property/test_line_message.py: a volume reads back as it was written, to the
    last bit, its datum and its widenings too.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from openline.airspace.volume import Volume4D
from openline.errors import (
    AreaTooLarge,
    InvalidAltitude,
    InvalidGeometry,
    InvalidInput,
    InvalidTimeRange,
)
from openline.formats.instants import format_utc, parse_utc
from openline.geo.altitude import (
    UNLIMITED,
    Altitude,
    AltitudeBand,
    AltitudeReference,
    AltitudeUnit,
)
from openline.geo.altitude_resolver import height_range_m
from openline.geo.area import area_km2
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon, Ring
from openline.geo.position import Position
from openline.limits import DURATION_MAX, LINE_AREA_MAX_KM2, REQUEST_VERTICES_MAX
from openline.line.message.bodies import TEXT_MAX, check_text

WIDENINGS_MAX: Final = 8
_KNOWN_DATUMS: Final = (AltitudeReference.W84, AltitudeReference.AMSL)
_GEOID_SLACK_M: Final = 1.0  # between two ways to interpolate the same geoid
_Json = dict[str, Any]
Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class LatLngPoint(Struct, forbid_unknown_fields=True):
    """A point, degrees, WGS-84."""

    lat: Latitude
    lng: Longitude


class Length(Struct, forbid_unknown_fields=True):
    """A length in metres."""

    value: Number
    units: Literal["M"]


class OutlineCircle(Struct, forbid_unknown_fields=True):
    """A circle."""

    center: LatLngPoint
    radius: Length


class OutlinePolygon(Struct, forbid_unknown_fields=True):
    """A ring of geodesics, closed by itself, of at least 3 points; and holes in it."""

    vertices: list[LatLngPoint]
    holes: list[list[LatLngPoint]] | UnsetType = UNSET


class OutlineCorridor(Struct, forbid_unknown_fields=True):
    """A line of geodesics, of at least 2 points, and half the width around it."""

    path: list[LatLngPoint]
    half_width: Length


class AltitudeW84(Struct, forbid_unknown_fields=True):
    """A height over the WGS-84 ellipsoid in metres."""

    value: Number
    reference: Literal["W84"]
    units: Literal["M"]


class AltitudeGiven(Struct, forbid_unknown_fields=True):
    """A height as its author gave it: over the ellipsoid, mean sea level or ground, or pressure."""

    value: Number
    reference: AltitudeReference
    units: AltitudeUnit


class Volume3D(Struct, forbid_unknown_fields=True, kw_only=True):
    """One outline and its heights."""

    outline_circle: OutlineCircle | UnsetType = UNSET
    outline_polygon: OutlinePolygon | UnsetType = UNSET
    outline_corridor: OutlineCorridor | UnsetType = UNSET
    altitude_lower: AltitudeW84
    altitude_upper: AltitudeW84
    altitude_lower_given: AltitudeGiven | UnsetType = UNSET
    altitude_upper_given: AltitudeGiven | UnsetType = UNSET
    widenings: Annotated[list[str], Meta(max_length=WIDENINGS_MAX)] | UnsetType = UNSET


class Time(Struct, forbid_unknown_fields=True):
    """An instant, RFC 3339."""

    value: str
    format: Literal["RFC3339"]


class Volume(Struct, forbid_unknown_fields=True):
    """A volume and its times."""

    volume: Volume3D
    time_start: Time
    time_end: Time


def volumes_of(values: list[_Json], path: str) -> tuple[Volume4D, ...]:
    """Volumes from JSON that has the schema. Raises: InvalidInput and its kinds, with `field`."""
    vertices = sum(_vertices(value["volume"]) for value in values)
    if vertices > REQUEST_VERTICES_MAX:
        raise AreaTooLarge(
            f"{vertices:,} vertices; at most {REQUEST_VERTICES_MAX:,} are accepted",
            cure="simplify the volumes",
            field=path,
        )
    return tuple(volume_of(value, f"{path}[{number}]") for number, value in enumerate(values))


def volume_of(value: _Json, path: str) -> Volume4D:
    """One volume from JSON that has the schema. Raises: InvalidInput and its kinds."""
    block = value["volume"]
    with _at(f"{path}.volume"):
        footprint = footprint_of(block)
        band = _band(block, f"{path}.volume")
    start = _instant(value["time_start"]["value"], f"{path}.time_start")
    end = _instant(value["time_end"]["value"], f"{path}.time_end")
    with _at(path):
        volume = Volume4D(footprint, band, start, end)
        check_volume(volume)
        return volume


def check_volume(volume: Volume4D) -> None:
    """What a volume of a message must be beyond what every volume is.

    Raises: AreaTooLarge, InvalidTimeRange, InvalidAltitude for limits that contradict each other:
    a given limit and the metres beside it that it cannot stand for.
    """
    area = area_km2(volume.footprint)
    if area > LINE_AREA_MAX_KM2:
        raise AreaTooLarge(
            f"an area of {area:,.0f} km²; at most {LINE_AREA_MAX_KM2:,.0f} km² are accepted",
            cure="split it",
        )
    if volume.time_end - volume.time_start > DURATION_MAX:
        raise InvalidTimeRange(
            f"a volume of more than {DURATION_MAX.days:,} days", cure="give it an earlier end"
        )
    band, footprint = volume.altitude, volume.footprint
    for name, limit, altitude_m, side in (
        ("altitude_lower", band.lower, band.altitude_lower_m, 0),
        ("altitude_upper", band.upper, band.altitude_upper_m, 1),
    ):
        if limit == Altitude(altitude_m):
            continue
        ends = height_range_m(limit, footprint)
        if limit.reference in _KNOWN_DATUMS:  # one height on each side, whoever works it out
            ends = (ends[side], ends[side])
        if not ends[0] - _GEOID_SLACK_M <= altitude_m <= ends[1] + _GEOID_SLACK_M:
            raise InvalidAltitude(
                f"{name} is given as {limit} and as {altitude_m:,.1f} m over the ellipsoid, "
                f"which should be {ends[0]:,.1f} to {ends[1]:,.1f} m",
                cure="give one limit",
            )


def volume_value(volume: Volume4D) -> _Json:
    """The JSON of a volume. Raises: as `check_volume`."""
    check_volume(volume)
    return {
        "volume": outline_value(volume.footprint) | _band_value(volume.altitude),
        "time_start": {"value": format_utc(volume.time_start), "format": "RFC3339"},
        "time_end": {"value": format_utc(volume.time_end), "format": "RFC3339"},
    }


def position_of(value: _Json, path: str) -> Position:
    """A position from JSON that has the schema."""
    with _at(path):
        return Position.checked(value["lat"], value["lng"])


def position_value(position: Position) -> _Json:
    """The JSON of a position. Raises: InvalidGeometry for one that is none."""
    lat, lng = Position.checked(*position)
    return {"lat": lat, "lng": lng}


class _at:  # noqa: N801 - as `placed`
    """The scope of what stands at a path: an InvalidInput that names no field gets it."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, InvalidInput):
            error.at(field=self._path)


def _vertices(block: _Json) -> int:
    count = len(block.get("outline_corridor", {}).get("path", ()))
    polygon = block.get("outline_polygon", {})
    rings = (polygon.get("vertices", ()), *polygon.get("holes", ()))
    return count + sum(len(ring) for ring in rings)


def footprint_of(block: _Json) -> Footprint:
    """The one outline in JSON that has the schema. Raises: InvalidInput and its kinds."""
    outlines = [name for name in block if name.startswith("outline_")]
    if len(outlines) != 1:
        raise InvalidGeometry(
            f"a volume with {len(outlines) or 'no'} outlines",
            cure="give one of outline_polygon, outline_circle and outline_corridor",
        )
    outline = block[outlines[0]]
    if "radius" in outline:
        centre = outline["center"]
        return Circle.of(centre["lat"], centre["lng"], outline["radius"]["value"])
    if "path" in outline:
        return Corridor(_points(outline["path"]), float(outline["half_width"]["value"]))
    holes = tuple(_points(hole) for hole in outline.get("holes", ()))
    return Polygon(_points(outline["vertices"]), holes)


def _points(values: list[_Json]) -> Ring:
    return tuple(Position(float(value["lat"]), float(value["lng"])) for value in values)


def _band(block: _Json, path: str) -> AltitudeBand:
    low, high = float(block["altitude_lower"]["value"]), float(block["altitude_upper"]["value"])
    widenings = tuple(block.get("widenings", ()))
    for number, sentence in enumerate(widenings):
        check_text(sentence, f"{path}.widenings[{number}]")
    lower = _given(block, "altitude_lower_given") or Altitude(low)
    upper = _given(block, "altitude_upper_given") or Altitude(high)
    # the value that stands for "unlimited" is known by identity where it is shown
    upper = UNLIMITED if upper == UNLIMITED else upper
    return AltitudeBand(lower, upper, low, high, widenings)


def _given(block: _Json, name: str) -> Altitude | None:
    value = block.get(name)
    if value is None:
        return None
    return Altitude(
        float(value["value"]), AltitudeReference(value["reference"]), AltitudeUnit(value["units"])
    )


def outline_value(footprint: Footprint) -> _Json:
    """An outline as a Volume3D has it."""
    if isinstance(footprint, Circle):
        radius = {"value": float(footprint.radius_m), "units": "M"}
        centre = position_value(footprint.centre)
        return {"outline_circle": {"center": centre, "radius": radius}}
    if isinstance(footprint, Corridor):
        width = {"value": float(footprint.half_width_m), "units": "M"}
        path = [position_value(point) for point in footprint.path]
        return {"outline_corridor": {"path": path, "half_width": width}}
    rings = [[position_value(vertex) for vertex in ring] for ring in footprint.rings()]
    holes = {"holes": rings[1:]} if footprint.holes else {}
    return {"outline_polygon": {"vertices": rings[0]} | holes}


def _band_value(band: AltitudeBand) -> _Json:
    if len(band.widenings) > WIDENINGS_MAX or any(len(w) > TEXT_MAX for w in band.widenings):
        raise InvalidAltitude("too many reasons for widened limits", field="widenings")
    value: _Json = {}
    metres = {"altitude_lower": band.altitude_lower_m, "altitude_upper": band.altitude_upper_m}
    for name, number in metres.items():
        value[name] = {"value": float(number), "reference": "W84", "units": "M"}
    for name, limit in (("altitude_lower", band.lower), ("altitude_upper", band.upper)):
        if limit != Altitude(metres[name]):
            value[f"{name}_given"] = {
                "value": float(limit.value),
                "reference": limit.reference.value,
                "units": limit.unit.value,
            }
    if band.widenings:
        value["widenings"] = list(band.widenings)
    return value


def _instant(text: str, path: str) -> datetime:
    with _at(path):
        return parse_utc(text)
