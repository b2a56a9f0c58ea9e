"""KML out: one Placemark per volume, for Google Earth and for our own reader.

Source: OGC KML 2.3 (12-007r2), written in its 2.2 namespace, which every viewer knows.
Written: a Folder per entity; a Placemark per volume with a TimeSpan, the drawing, and ExtendedData
with everything that our reader needs to give back the same volume: ids, party, state, priority,
instants, limits in their own unit and datum, circles and corridors as such.
The drawing: extruded from the upper limit to the ground, so that viewers which know no lower
limit err toward more. Polygons are drawn as they are; circles and corridors as outlines.
Altitudes drawn: AMSL as `absolute`, AGL as `relativeToGround`; W84 less the geoid's height at the
first point; a flight level at its standard altitude, which is not where it is.
Left out: `source`; characters that XML cannot hold are written as `\\u0001`.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from openline.airspace.entity import Entity, Notice
from openline.airspace.volume import Volume4D
from openline.formats.drawing import flat_polygons
from openline.formats.instants import format_instant
from openline.formats.profile import properties_of
from openline.formats.traffic import Traffic
from openline.geo.altitude import Altitude, AltitudeReference
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.geoid import undulation_m
from openline.geo.polygon import Polygon
from openline.geo.position import Position

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLOURS: Final = {"intent": "ffb0600a", "constraint": "ff2020d0", "notice": "ff10a0e0"}  # aabbggrr
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
<name>Openline</name>
"""
_TAIL: Final = "</Document>\n</kml>\n"


def write(traffic: Traffic) -> bytes:
    """A KML document with everything in the traffic; warnings are not written."""
    lines = [_HEAD, *_styles()]
    for entity in traffic.entities():
        lines += _folder(entity)
    return "".join((*lines, _TAIL)).encode()


def _styles() -> Iterator[str]:
    for kind, colour in _COLOURS.items():
        line = f"<LineStyle><color>{colour}</color><width>2</width></LineStyle>"
        fill = f"<PolyStyle><color>60{colour[2:]}</color></PolyStyle>"
        yield f'<Style id="{kind}">{line}{fill}</Style>\n'


def _text(value: object) -> str:
    """Escaped for an element's content, in characters that XML can hold."""
    words = _NOT_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", str(value))
    return escape(words, {"\r": "&#13;"})


def _folder(entity: Entity) -> Iterator[str]:
    title = f"{entity.party}: {entity.name or entity.id}"
    yield f"<Folder>\n<name>{_text(title)}</name>\n"
    for volume in entity.volumes:
        yield _placemark(entity, volume)
    if isinstance(entity, Notice) and not entity.located:
        yield _placemark(entity, None)
    yield "</Folder>\n"


def _placemark(entity: Entity, volume: Volume4D | None) -> str:
    properties = properties_of(entity, volume)
    start, end = (
        (volume.time_start, volume.time_end)
        if volume is not None
        else (entity.time_start, entity.time_end)
        if isinstance(entity, Notice)
        else (None, None)
    )
    words = [f"{entity.kind.value} of {entity.party}"]
    drawing = ""
    if volume is not None:
        words.append(str(volume.altitude))
        properties |= _shape_properties(volume.footprint)
        drawing = _drawing(volume)
    span = ""
    if start is not None and end is not None:
        begin, finish = format_instant(start), format_instant(end)
        words.append(f"{begin} to {finish}")
        span = f"<TimeSpan><begin>{begin}</begin><end>{finish}</end></TimeSpan>\n"
    data = "".join(
        f"<Data name={quoteattr(name)}><value>{_text(value)}</value></Data>\n"
        for name, value in properties.items()
    )
    return (
        f"<Placemark>\n<name>{_text(entity.name or entity.id)}</name>\n"
        f"<description>{_text(', '.join(words))}</description>\n{span}"
        f"<styleUrl>#{entity.kind.value}</styleUrl>\n"
        f"<ExtendedData>\n{data}</ExtendedData>\n{drawing}</Placemark>\n"
    )


def _shape_properties(footprint: Footprint) -> dict[str, object]:
    """What a drawing cannot hold; a polygon is its own drawing."""
    if isinstance(footprint, Circle):
        centre = _exact(footprint.centre)
        return {"shape": "circle", "centre": centre, "radius_m": repr(footprint.radius_m)}
    if isinstance(footprint, Corridor):
        path = " ".join(_exact(position) for position in footprint.path)
        return {"shape": "corridor", "path": path, "half_width_m": repr(footprint.half_width_m)}
    return {"shape": "polygon"}


def _exact(position: Position) -> str:
    """Longitude and latitude with every bit."""
    return f"{position.lng_deg!r},{position.lat_deg!r}"


def _drawing(volume: Volume4D) -> str:
    footprint = volume.footprint
    mode, height = _drawn_height(volume.altitude.upper, footprint)
    if isinstance(footprint, Polygon):
        rings = [[_exact(p) for p in (*ring, ring[0])] for ring in footprint.rings()]
        return _polygon(rings, mode, height)
    polygons = [
        [[f"{lng!r},{lat!r}" for lng, lat in ring] for ring in rings]
        for rings in flat_polygons(footprint)
    ]
    drawn = "".join(_polygon(rings, mode, height) for rings in polygons)
    return drawn if len(polygons) == 1 else f"<MultiGeometry>\n{drawn}</MultiGeometry>\n"


def _polygon(rings: list[list[str]], mode: str, height: str) -> str:
    """One polygon from rings of `lng,lat`, closed, the outer one first."""
    boundaries = []
    for number, ring in enumerate(rings):
        word = "innerBoundaryIs" if number else "outerBoundaryIs"
        points = " ".join(f"{point},{height}" for point in ring)
        boundaries.append(
            f"<{word}><LinearRing><coordinates>{points}</coordinates></LinearRing></{word}>\n"
        )
    return (
        f"<Polygon>\n<extrude>1</extrude>\n<altitudeMode>{mode}</altitudeMode>\n"
        f"{''.join(boundaries)}</Polygon>\n"
    )


def _drawn_height(upper: Altitude, footprint: Footprint) -> tuple[str, str]:
    height_m = upper.metres()
    if upper.reference is AltitudeReference.AGL:
        return "relativeToGround", f"{height_m:.2f}"
    if upper.reference is AltitudeReference.W84:
        place = _first_point(footprint)
        height_m -= float(undulation_m(place.lat_deg, place.lng_deg))
    return "absolute", f"{height_m:.2f}"


def _first_point(footprint: Footprint) -> Position:
    if isinstance(footprint, Polygon):
        return footprint.outer[0]
    return footprint.centre if isinstance(footprint, Circle) else footprint.path[0]
