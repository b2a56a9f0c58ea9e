"""ED-318 UAS geographical zones (GeoJSON-shaped): read as constraints.

Source: EUROCAE ED-318 (2023), technical specification for geographical zones and U-space data;
the layered GeoJSON geometry it uses.
Read: `features` with `properties` (the zone) and `geometry` with `layer` {upper, upperReference,
lower, lowerReference, uom}; a Point with `extent` {subType: Circle, radius}; Polygon, MultiPolygon,
LineString (with the caller's half width) and GeometryCollection, whose members may have layers of
their own.
Datum: AGL, AMSL or WGS84 as stated by each limit, m or ft. The radius is metres on the ellipsoid.
Exact: circles and polygons. Limits, schedules and what they err toward: see `uas_zone`. A geometry
without a layer reaches from the surface to unlimited, with a warning.
Party: the first authority of the zone, else its country. Words: English, else the first language.
Left out: contact details, conditions as expressions, `otherGeoid` (AMSL is taken as EGM96).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from openline.errors import InvalidGeometry, InvalidInput
from openline.formats import uas_zone
from openline.formats.collector import Collector
from openline.formats.fields import Fields, shown
from openline.formats.geojson_geometry import GeometryReader
from openline.formats.json_text import decode
from openline.formats.plain_text import shorten
from openline.formats.traffic import ReadOptions, Traffic
from openline.formats.uas_zone import Area
from openline.geo.altitude import SURFACE, UNLIMITED

_LIMITS = ("lower", "lowerReference", "upper", "upperReference")
_SIGNS = ('"layer"', '"limitedapplicability"', '"zoneauthority"', '"restrictionconditions"')


def recognises(head: str) -> bool:
    """Whether the head is a feature collection with what only zones have."""
    return '"featurecollection"' in head and any(sign in head for sign in _SIGNS)


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Every zone as a constraint. Raises: InvalidInput with file and feature."""
    document = decode(data, source)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise InvalidInput("there are no features in it", cure="check the format", file=source)
    collector = Collector(source, options)
    seen: Counter[str] = Counter()
    for number, feature in enumerate(features):
        with collector.element(f"features[{number}]"):
            if not isinstance(feature, dict):
                raise InvalidInput(f"{shown(feature)} is not a feature", cure="give an object")
            zone = feature.get("properties")
            if not isinstance(zone, dict):
                raise InvalidInput("a zone without properties", cure="give an object")
            name = Fields(zone).identifier("identifier") or Fields(feature).identifier("id")
            name = shorten(name or f"zone {number}", 200)
            seen[name] += 1
            identifier = name if seen[name] == 1 else f"{name} #{seen[name]}"
            _add(zone, feature.get("geometry"), identifier, collector)
    return collector.traffic()


def _add(zone: Mapping[str, Any], geometry: object, identifier: str, collector: Collector) -> None:
    name = "limitedApplicability"
    windows = uas_zone.windows_of(uas_zone.objects(zone.get(name), name), ("schedule",), collector)
    try:
        areas = list(_areas(geometry, None, identifier, collector))
    except InvalidInput as error:
        error.at(field="geometry")
        raise
    uas_zone.add_zone(zone, zone.get("type"), areas, windows, identifier, collector)


def _areas(
    geometry: object, layer: object, identifier: str, collector: Collector
) -> Iterator[Area]:
    if not isinstance(geometry, dict):
        raise InvalidGeometry("a zone without a geometry", cure="give it one")
    layer = geometry.get("layer", layer)
    if geometry.get("type") == "GeometryCollection":
        for member in uas_zone.objects(geometry.get("geometries"), "geometries"):
            yield from _areas(member, layer, identifier, collector)
        return
    if layer is None:
        collector.warn(f"zone {identifier}: no layer: taken from the surface to unlimited")
        lower, upper = SURFACE, UNLIMITED
    elif isinstance(layer, dict):
        fields = Fields(layer)
        lower, upper = uas_zone.limits_of(fields, _LIMITS, fields.text("uom") or "m")
    else:
        raise InvalidInput(f"{shown(layer)} is not a layer", cure="give an object", field="layer")
    reader = GeometryReader(collector.warn, collector.options.half_width_m)
    for footprint in reader.footprints(geometry, _extent(geometry)):
        yield footprint, lower, upper


def _extent(geometry: Mapping[str, Any]) -> Fields:
    extent = geometry.get("extent")
    if extent is None:
        return Fields({})
    if not isinstance(extent, dict) or extent.get("subType") != "Circle":
        raise InvalidGeometry(
            "an extent that is no circle", cure="give subType Circle and radius", field="extent"
        )
    return Fields({"radius_m": Fields(extent).number("radius")})
