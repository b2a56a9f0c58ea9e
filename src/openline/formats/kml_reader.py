"""KML in: Placemarks to operational intents, constraints and notices.

Source: OGC KML 2.3 (12-007r2) and Google's gx extensions; KML 2.0 to 2.2 read the same.
Read: Placemarks in Documents and Folders at any depth; their geometry (kml_geometry), their
properties and times (kml_scope). Placemarks that state the same id and party are one entity; one
that states none is an entity by itself, named after its id attribute or its name.
Left out: styles, regions, overlays and tours; NetworkLinks are reported and never followed.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from openline.airspace.entity import EntityKind
from openline.errors import InvalidGeometry, InvalidInput, InvalidTimeRange
from openline.formats import kmz
from openline.formats.collector import Collector
from openline.formats.fields import Fields, tidy
from openline.formats.kml_geometry import Part, geometries, parts, stated_shape
from openline.formats.kml_scope import Scope
from openline.formats.profile import ProfileReader
from openline.formats.traffic import ReadOptions, Traffic
from openline.formats.unique_names import UniqueNames
from openline.formats.xml_text import XmlElement, parse_xml
from openline.geo.footprint import Footprint
from openline.limits import TEXT_MAX

_CONTAINERS: Final = ("Document", "Folder")
_REPORTED: Final = {
    "NetworkLink": "NetworkLinks are not followed: save what they show into the file",
    "GroundOverlay": "overlays are pictures, no airspace: left out",
}


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Everything in a KML or KMZ file. Raises: InvalidInput with file, line and element."""
    text = kmz.unpack(data, source) if kmz.is_zip(data) else data
    root = parse_xml(text, source)
    if root.name != "kml":
        raise InvalidInput(
            f"the root element is {root.name!r}, not 'kml'",
            cure="name the right format with --format",
            file=source,
            line=root.line,
        )
    return _KmlReader(source, options).read(root)


class _KmlReader:
    def __init__(self, source: str, options: ReadOptions) -> None:
        self._collector = Collector(source, options)
        self._profile = ProfileReader(self._collector)
        self._count = 0
        self._names = UniqueNames()

    def read(self, root: XmlElement) -> Traffic:
        self._walk(root, Scope())
        if not self._count:
            self._collector.warn("there is no Placemark in it")
        return self._profile.finish()

    def _walk(self, container: XmlElement, scope: Scope) -> None:
        """Depth is bounded by the parser, so recursion is safe."""
        for child in container.children:
            if child.name in _CONTAINERS:
                self._walk(child, scope.within(child))
            elif child.name == "Placemark":
                self._count += 1
                name = child.word("name")
                label = f"Placemark {name[:60]!r}" if name else f"Placemark {self._count}"
                with self._collector.element(label, child.line):
                    self._placemark(child, scope.within(child), name, label)
            elif child.name in _REPORTED:
                self._collector.warn(_REPORTED[child.name])

    def _placemark(self, placemark: XmlElement, scope: Scope, name: str | None, label: str) -> None:
        kind = scope.fields().choice("kind", EntityKind) or EntityKind.INTENT
        own_id = scope.properties.get(kind.value, scope.properties.get("id"))
        # our writer shows the id where there is no name
        shown = {} if name == own_id else {"name": name}
        found = self._parts(placemark, scope)
        if not found and kind is not EntityKind.NOTICE:
            raise InvalidGeometry(
                "it has no geometry",
                cure="draw a Polygon, a LineString with half_width_m or a Point with radius_m",
            )
        times = scope.times(self._collector)
        groups: list[tuple[Fields, list[Footprint]]] = [
            (scope.fields(**shown | times | fields), [part.footprint for part in group])
            for fields, group in groupby(found, key=lambda part: part.fields)
        ]
        groups = groups or [(scope.fields(**shown | times), [])]
        if kind is not EntityKind.CONSTRAINT:
            _check_times(fields for fields, _ in groups)
        wanted = tidy(placemark.attributes.get("id") or name or "", TEXT_MAX) or label
        # only stated ids unite volumes, so a repeated name gets a number
        spare_id = own_id or self._names.unused(wanted)
        if len(groups) > 1:
            # a rehearsal, so that a Placemark is taken as a whole or not at all
            scratch = ProfileReader(Collector(self._collector.source, self._collector.options))
            for fields, footprints in groups:
                scratch.add(fields, footprints, label, spare_id)
        for fields, footprints in groups:
            self._profile.add(fields, footprints, label, spare_id)

    def _parts(self, placemark: XmlElement, scope: Scope) -> list[Part]:
        shape = stated_shape(scope.fields())
        if shape is not None:
            if not scope.states_altitude():
                raise InvalidGeometry(
                    "a stated shape without altitudes",
                    cure="add altitude_lower and altitude_upper to its ExtendedData",
                )
            return [Part(shape, {})]
        return [
            part
            for geometry in geometries(placemark)
            for part in parts(self._collector, scope, geometry)
        ]


def _check_times(groups: Iterable[Fields]) -> None:
    for fields in groups:
        if not (fields.get("time_start") and fields.get("time_end")):
            raise InvalidTimeRange(
                "it does not say when",
                cure="add a TimeSpan with begin and end, or time_start and time_end in its "
                "ExtendedData",
            )
