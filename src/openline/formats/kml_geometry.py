"""KML geometry to footprints, and what it says about height.

Source: OGC KML 2.3 (12-007r2): Polygon, LineString, Point, MultiGeometry, gx:Track, altitudeMode.
Frame: KML writes longitude, latitude, altitude in metres. `absolute` counts from mean sea level
(EGM96), `relativeToGround` from the ground.
Heights: only an extruded shape has a thickness, from the ground up to its highest point. A flat
or a draped shape says nothing about how high the airspace is, and is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openline.errors import AreaTooLarge, InvalidAltitude, InvalidGeometry, InvalidInput
from openline.formats.collector import Collector
from openline.formats.fields import Fields
from openline.formats.instants import format_instant, parse_instant
from openline.formats.kml_scope import Scope
from openline.formats.paths import (
    TRACK_VERTICAL_MARGIN_M,
    Fix,
    path_footprint,
    required_half_width_m,
    time_slices,
)
from openline.formats.xml_text import XmlElement, parse_number
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.limits import VERTICES_MAX

_COLLECTIONS: Final = ("MultiGeometry", "MultiTrack")
_SHAPES: Final = ("Polygon", "LineString", "Point", "Track")
_NOT_READ: Final = ("Model", "LinearRing")
_DATUMS: Final = {"absolute": "AMSL", "relativeToGround": "AGL"}
_CURE: Final = (
    "add altitude_lower, altitude_upper and altitude_reference to its ExtendedData, or extrude it "
    "with altitudeMode absolute or relativeToGround"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One footprint of a Placemark with the fields that its geometry gives."""

    footprint: Footprint
    fields: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Point:
    position: Position
    height_m: float | None


def geometries(element: XmlElement) -> Iterator[XmlElement]:
    """The single geometries of a Placemark, those inside collections included.

    Raises: InvalidGeometry for a kind of geometry that is no airspace.
    """
    for child in element.children:
        if child.name in _COLLECTIONS:
            yield from geometries(child)
        elif child.name in _SHAPES:
            yield child
        elif child.name in _NOT_READ:
            raise InvalidGeometry(
                f"a {child.name} is no airspace",
                cure="draw a Polygon, a LineString with half_width_m or a Point with radius_m",
                line=child.line,
            )


def stated_shape(fields: Fields) -> Footprint | None:
    """The circle or corridor that our own files state beside its drawing; None if there is none.

    Raises: InvalidInput, InvalidGeometry.
    """
    shape = fields.text("shape")
    if shape not in ("circle", "corridor"):
        return None
    text = fields.get("centre" if shape == "circle" else "path")
    size = fields.number("radius_m" if shape == "circle" else "half_width_m")
    if not isinstance(text, str) or size is None:
        raise InvalidGeometry(
            f"the stated shape {shape!r} is not complete",
            cure="state a circle with centre and radius_m, or a corridor with path and "
            "half_width_m, or remove the shape",
            field="shape",
        )
    positions = tuple(point.position for point in _points(text))
    if shape == "corridor":
        return Corridor(positions, size)
    if len(positions) != 1:
        raise InvalidGeometry("a circle has one centre", field="centre")
    return Circle(positions[0], size)


def parts(collector: Collector, scope: Scope, geometry: XmlElement) -> Iterator[Part]:
    """The footprints of one geometry. Raises: InvalidInput and its kinds, with the line."""
    try:
        if geometry.name == "Track":
            yield from _track(collector, scope, geometry)
        else:
            yield _shape(collector, scope, geometry)
    except InvalidInput as error:
        error.at(line=geometry.line)
        raise


def _shape(collector: Collector, scope: Scope, geometry: XmlElement) -> Part:
    fields = scope.fields()
    if geometry.name == "Polygon":
        rings = [_ring(boundary) for boundary in geometry.all("outerBoundaryIs")]
        if len(rings) != 1:
            raise InvalidGeometry(
                f"a Polygon with {len(rings)} outer boundaries", cure="give it exactly one"
            )
        holes = [_ring(boundary) for boundary in geometry.all("innerBoundaryIs")]
        points = rings[0]
        footprint: Footprint = Polygon.of(
            [point.position for point in points], [[p.position for p in hole] for hole in holes]
        )
    elif geometry.name == "Point":
        points = _points(geometry.word("coordinates"))
        radius_m = fields.number("radius_m")
        if len(points) != 1 or radius_m is None:
            raise InvalidGeometry(
                "a Point without a size is no airspace",
                cure="add radius_m in metres to its ExtendedData, or remove it",
            )
        footprint = Circle(points[0].position, radius_m)
    else:
        points = _points(geometry.word("coordinates"))
        width = required_half_width_m(
            fields.number("half_width_m"), collector.options, "the LineString"
        )
        footprint = path_footprint([point.position for point in points], width)
    heights = {} if scope.states_altitude() else _extruded(geometry, points)
    return Part(footprint, heights)


def _ring(boundary: XmlElement) -> list[_Point]:
    return _points(boundary.word("LinearRing", "coordinates"))


def _points(text: str | None) -> list[_Point]:
    """`lng,lat[,height]` tuples; blanks around the commas are forgiven."""
    if text is None:
        raise InvalidGeometry("it has no coordinates", cure="draw it")
    tuples = ",".join(word.strip() for word in text.split(",")).split()
    # a closed ring repeats its first point
    if len(tuples) > VERTICES_MAX + 1:
        raise AreaTooLarge(
            f"{len(tuples):,} points; at most {VERTICES_MAX:,} are accepted",
            cure="simplify it or split it",
        )
    return [_point(word.split(","), number) for number, word in enumerate(tuples, start=1)]


def _point(numbers: list[str], number: int) -> _Point:
    if len(numbers) not in (2, 3):
        raise InvalidGeometry(
            f"point {number} has {len(numbers)} numbers", cure="write longitude,latitude,altitude"
        )
    lng, lat = (
        parse_number(text, f"{word} of point {number}")
        for text, word in zip(numbers, ("longitude", "latitude"), strict=False)
    )
    height = parse_number(numbers[2], f"altitude of point {number}") if len(numbers) > 2 else None
    return _Point(Position.checked(lat, lng), height)


def _datum(geometry: XmlElement) -> str:
    mode = geometry.word("altitudeMode") or "clampToGround"
    datum = _DATUMS.get(mode)
    if datum is None:
        raise InvalidAltitude(
            f"altitudeMode {mode} says nothing about how high the airspace is", cure=_CURE
        )
    return datum


def _extruded(geometry: XmlElement, points: list[_Point]) -> dict[str, object]:
    datum = _datum(geometry)
    if geometry.word("extrude") not in ("1", "true"):
        raise InvalidAltitude("the shape is not extruded: it has no thickness", cure=_CURE)
    heights = [point.height_m for point in points if point.height_m is not None]
    if not heights or len(heights) != len(points):
        raise InvalidAltitude("some of its points have no altitude", cure=_CURE)
    return {
        "altitude_lower": "SFC",
        "altitude_upper": max(heights),
        "altitude_upper_unit": "m",
        "altitude_upper_reference": datum,
    }


def _track(collector: Collector, scope: Scope, track: XmlElement) -> Iterator[Part]:
    width = required_half_width_m(
        scope.fields().number("half_width_m"), collector.options, "the gx:Track"
    )
    fixes = _fixes(track, with_height=not scope.states_altitude())
    datum = None if scope.states_altitude() else _datum(track)
    for piece in time_slices(fixes):
        fields: dict[str, object] = _window(piece[0].instant, piece[-1].instant)
        if datum is not None:
            low = min(fix.height_m for fix in piece) - TRACK_VERTICAL_MARGIN_M
            high = max(fix.height_m for fix in piece) + TRACK_VERTICAL_MARGIN_M
            fields |= {"altitude_unit": "m", "altitude_reference": datum}
            fields |= {"altitude_lower": low, "altitude_upper": high}
        yield Part(path_footprint([fix.position for fix in piece], width), fields)
    if datum is not None:
        collector.warn(
            f"gx:Track heights were widened by {TRACK_VERTICAL_MARGIN_M:g} m above and below"
        )


def _window(start: datetime, end: datetime) -> dict[str, object]:
    return {"time_start": format_instant(start), "time_end": format_instant(end)}


def _fixes(track: XmlElement, *, with_height: bool) -> list[Fix]:
    whens, places = list(track.all("when")), list(track.all("coord"))
    if len(whens) != len(places):
        raise InvalidGeometry(
            f"a gx:Track with {len(whens)} times and {len(places)} places",
            cure="give each place its time",
        )
    fixes = []
    for number, (when, place) in enumerate(zip(whens, places, strict=True), start=1):
        point = _point(place.text.split(), number)
        if point.height_m is None and with_height:
            raise InvalidAltitude(f"point {number} has no altitude", cure=_CURE)
        fixes.append(Fix(point.position, point.height_m or 0.0, parse_instant(when.text)))
    return fixes
