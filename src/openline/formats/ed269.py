"""ED-269 UAS geographical zones (JSON): read as constraints.

Source: EUROCAE ED-269 (2020), minimum operational performance standard for geofencing; the
Swiss and InterUSS spellings of it.
Read: `UASZoneList` (or `features` with zones in them), each with `geometry` (one volume each) and
`applicability`.
Datum: AGL, AMSL or WGS84 as stated by each limit; `uomDimensions` M or FT holds for limits and
radius. Positions are longitude, latitude.
Exact: circles and polygons. Limits, schedules and what they err toward: see `uas_zone`.
Party: the first authority of the zone, else its country.
Left out: contact details, U-space class, conditions as expressions (kept as words in the reason).
"""

from collections import Counter
from collections.abc import Mapping
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
from openline.units import METRES_PER_FOOT

_LIMITS = ("lowerLimit", "lowerVerticalReference", "upperLimit", "upperVerticalReference")
_SCHEDULES = ("dailyPeriod", "schedule")


def recognises(head: str) -> bool:
    """Whether the head names a list of UAS zones or a volume of one."""
    return head.lstrip().startswith("{") and (
        '"uaszonelist"' in head or '"horizontalprojection"' in head or '"uomdimensions"' in head
    )


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Every zone as a constraint. Raises: InvalidInput with file and zone."""
    document = decode(data, source)
    collector = Collector(source, options)
    seen: Counter[str] = Counter()
    for number, zone in enumerate(_zones(document, source)):
        with collector.element(f"zone[{number}]"):
            if not isinstance(zone, dict):
                raise InvalidInput(f"{shown(zone)} is not a zone", cure="give an object")
            name = shorten(Fields(zone).identifier("identifier") or f"zone {number}", 200)
            seen[name] += 1
            identifier = name if seen[name] == 1 else f"{name} #{seen[name]}"
            _add(zone, identifier, collector)
    return collector.traffic()


def _zones(document: object, source: str) -> list[object]:
    if isinstance(document, dict):
        for name in ("UASZoneList", "features"):
            zones = document.get(name)
            if isinstance(zones, list):
                return zones
    raise InvalidInput("there is no UASZoneList in it", cure="check the format", file=source)


def _add(zone: Mapping[str, Any], identifier: str, collector: Collector) -> None:
    periods = uas_zone.objects(zone.get("applicability"), "applicability")
    windows = uas_zone.windows_of(periods, _SCHEDULES, collector)
    areas = []
    for number, volume in enumerate(uas_zone.objects(zone.get("geometry"), "geometry")):
        try:
            areas.append(_area(volume, collector))
        except InvalidInput as error:
            error.at(field=f"geometry[{number}]")
            raise
    uas_zone.add_zone(zone, zone.get("restriction"), areas, windows, identifier, collector)


def _area(volume: Mapping[str, Any], collector: Collector) -> Area:
    fields = Fields(volume)
    unit = (fields.text("uomDimensions") or "M").upper()
    lower, upper = uas_zone.limits_of(fields, _LIMITS, unit)
    shape = volume.get("horizontalProjection")
    if not isinstance(shape, dict):
        raise InvalidGeometry(
            "a volume without a horizontalProjection", cure="give a Polygon or a Circle"
        )
    reader = GeometryReader(collector.warn, None)
    if shape.get("type") == "Circle":
        radius = Fields(shape).number("radius")
        scale = METRES_PER_FOOT if unit == "FT" else 1.0
        point = {"type": "Point", "coordinates": shape.get("center")}
        radius_m = None if radius is None else radius * scale
        footprints = reader.footprints(point, Fields({"radius_m": radius_m}))
    elif shape.get("type") == "Polygon":
        footprints = reader.footprints(shape, Fields({}))
    else:
        raise InvalidGeometry(
            f"projection type {shown(shape.get('type'))} is not known", cure="use Polygon or Circle"
        )
    return footprints[0], lower, upper
