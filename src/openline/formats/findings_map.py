"""Findings to look at on a map: GeoJSON (RFC 7946) and KML (2.2).

Each conflict gives its place as a point, the closest points as a line where the footprints are
apart, and the footprints of the volumes involved. In GeoJSON, `properties.role` says which:
`where`, `closest`, `footprint_a`, `footprint_b`; `kind` is `conflict`, so that no reader takes the
drawing for traffic. An unlocated conflict is a feature without geometry.
KML heights: drawn on the ground; the band is in the text, over the WGS-84 ellipsoid.
Errs: outlines are drawings (see drawing.py), not the shapes that were compared.
"""

from collections.abc import Iterator
from typing import Any, Final
from xml.sax.saxutils import escape

from openline.airspace.conflict import Conflict
from openline.airspace.entity import Entity
from openline.airspace.find import Findings
from openline.formats.drawing import FlatPolygon, FlatRing, flat_line, flat_polygons
from openline.formats.findings import conflict_record, encode
from openline.formats.instants import format_instant
from openline.geo.position import Position

_COLOURS: Final = {
    "where": "#c62828",
    "closest": "#c62828",
    "footprint_a": "#1565c0",
    "footprint_b": "#ef6c00",
}


def to_geojson(findings: Findings) -> bytes:
    """One feature collection; the features of a conflict follow each other, worst first."""
    features = [feature for conflict in findings.conflicts for feature in _features(conflict)]
    return encode({"type": "FeatureCollection", "features": features})


def to_kml(findings: Findings) -> bytes:
    """One document with a folder for each conflict, worst first."""
    folders = "".join(_folder(conflict) for conflict in findings.conflicts)
    styles = "".join(_style(role) for role in _COLOURS)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>Conflicts</name>\n{styles}{folders}</Document></kml>\n"
    )
    return text.encode("utf-8", "replace")


def _features(conflict: Conflict) -> Iterator[dict[str, Any]]:
    record = conflict_record(conflict)
    yield {
        "type": "Feature",
        "id": conflict.id,
        "geometry": conflict.where and {"type": "Point", "coordinates": _point(conflict.where)},
        "properties": {"kind": "conflict", "role": "where", **_painted("where"), **record},
    }
    shared = {"kind": "conflict", "conflict": conflict.id}
    for start, end in _closest(conflict):
        pieces = flat_line(start, end)
        yield {
            "type": "Feature",
            "geometry": _multi("LineString", pieces),
            "properties": {
                **shared,
                "role": "closest",
                "distance_m": record["distance_m"],
                **_painted("closest"),
            },
        }
    for side in ("a", "b"):
        for drawn in _footprints(conflict, side):
            properties = {**shared, **drawn["properties"], **_painted(drawn["properties"]["role"])}
            geometry = _multi("Polygon", drawn["polygons"])
            yield {"type": "Feature", "geometry": geometry, "properties": properties}


def _painted(role: str) -> dict[str, str]:
    colour = _COLOURS[role]
    if role == "where":
        return {"marker-color": colour}
    return {"stroke": colour, **({} if role == "closest" else {"fill": colour})}


def _multi(kind: str, parts: list[Any]) -> dict[str, Any]:
    if len(parts) == 1:
        return {"type": kind, "coordinates": parts[0]}
    return {"type": f"Multi{kind}", "coordinates": parts}


def _point(position: Position) -> list[float]:
    return [round(position.lng_deg, 7), round(position.lat_deg, 7)]


def _closest(conflict: Conflict) -> Iterator[tuple[Position, Position]]:
    """The closest points of the pair of volumes that is nearest, if it is apart."""
    if conflict.parts:
        part = min(conflict.parts, key=lambda part: part.distance_m)
        if part.distance_m > 0 and part.closest_a != part.closest_b:
            yield part.closest_a, part.closest_b


def _footprints(conflict: Conflict, side: str) -> Iterator[dict[str, Any]]:
    """Each volume of that side that is in conflict, once."""
    entity: Entity = conflict.a if side == "a" else conflict.b
    numbers = dict.fromkeys(
        part.a_volume if side == "a" else part.b_volume for part in conflict.parts
    )
    for number in numbers:
        volume = entity.volumes[number]
        yield {
            "polygons": flat_polygons(volume.footprint),
            "properties": {
                "role": f"footprint_{side}",
                "party": entity.party,
                "intent": entity.id,
                "name": entity.name,
                "volume": number,
                "time_start": format_instant(volume.time_start),
                "time_end": format_instant(volume.time_end),
                "altitude_lower_m": round(volume.altitude_lower_m, 3),
                "altitude_upper_m": round(volume.altitude_upper_m, 3),
                "altitude_as_given": str(volume.altitude),
            },
        }


def _style(role: str) -> str:
    red, green, blue = (_COLOURS[role][at : at + 2] for at in (1, 3, 5))
    colour = f"{blue}{green}{red}"  # KML counts alpha, blue, green, red
    return (
        f'<Style id="{role}"><IconStyle><color>ff{colour}</color></IconStyle>'
        f"<LineStyle><color>ff{colour}</color><width>2</width></LineStyle>"
        f"<PolyStyle><color>40{colour}</color></PolyStyle></Style>\n"
    )


def _folder(conflict: Conflict) -> str:
    title = f"{conflict.a.party} and {conflict.b.party}"
    window = format_instant(conflict.time_start), format_instant(conflict.time_end)
    where = ""
    if conflict.where is not None:
        lng, lat = _point(conflict.where)
        where = f"<Point><coordinates>{lng},{lat}</coordinates></Point>"
    place = _placemark("where", title, window, where, conflict.reason)
    lines = (
        _placemark("closest", "closest points", window, _kml_lines(flat_line(*pair)))
        for pair in _closest(conflict)
    )
    drawn = (
        _placemark(
            each["properties"]["role"],
            f"{each['properties']['party']}: {each['properties']['intent']}",
            (each["properties"]["time_start"], each["properties"]["time_end"]),
            _kml_polygons(each["polygons"]),
            "{altitude_as_given}; {altitude_lower_m:.0f} to {altitude_upper_m:.0f} m "
            "over the WGS-84 ellipsoid".format(**each["properties"]),
        )
        for side in ("a", "b")
        for each in _footprints(conflict, side)
    )
    return (
        f"<Folder><name>{_text(title)}</name>\n{place}{''.join(lines)}{''.join(drawn)}</Folder>\n"
    )


def _placemark(
    role: str, name: str, window: tuple[str, str], geometry: str, description: str = ""
) -> str:
    begin, end = window
    return (
        f"<Placemark><name>{_text(name)}</name><description>{_text(description)}</description>"
        f"<TimeSpan><begin>{begin}</begin><end>{end}</end></TimeSpan>"
        f"<styleUrl>#{role}</styleUrl>{geometry}</Placemark>\n"
    )


def _kml_lines(pieces: list[FlatRing]) -> str:
    lines = (
        f"<LineString><tessellate>1</tessellate>{_coordinates(piece)}</LineString>"
        for piece in pieces
    )
    return f"<MultiGeometry>{''.join(lines)}</MultiGeometry>"


def _kml_polygons(polygons: list[FlatPolygon]) -> str:
    drawn = []
    for outer, *holes in polygons:
        inner = "".join(
            f"<innerBoundaryIs><LinearRing>{_coordinates(hole)}</LinearRing></innerBoundaryIs>"
            for hole in holes
        )
        drawn.append(
            f"<Polygon><tessellate>1</tessellate><outerBoundaryIs><LinearRing>"
            f"{_coordinates(outer)}</LinearRing></outerBoundaryIs>{inner}</Polygon>"
        )
    return f"<MultiGeometry>{''.join(drawn)}</MultiGeometry>"


def _coordinates(ring: FlatRing) -> str:
    return f"<coordinates>{' '.join(f'{lng},{lat}' for lng, lat in ring)}</coordinates>"


def _text(words: str) -> str:
    """Words for XML: marked-up characters escaped, those that XML has no place for replaced."""
    legal = "".join(c if c in "\t\n" or c.isprintable() or c == " " else "\ufffd" for c in words)
    return escape(legal)
