"""GeoJSON with our properties, in and out.

Source: RFC 7946 (GeoJSON, 2016) and the profile in docs/formats.md.
Read: FeatureCollection, Feature, a bare geometry, or one Feature a line. Polygon and MultiPolygon
    are footprints, Point + `radius_m` a circle, LineString + `half_width_m` a corridor; Multi* and
    GeometryCollection give one volume a part. `geometry: null` with `kind: notice` is an unlocated
    notice. A collection's `party` and `properties` are defaults for its features.
Refused: a `crs` other than WGS-84, tracks (`coordTimes`), intents without times or altitudes,
    lines and points without a width.
Left out: a third coordinate (one warning), `bbox`, properties that are not ours. Edges are
    geodesics, not straight lines in degrees: RFC 7946 means the latter; they differ by 21 m at the
    middle of a 30 km east-west edge at 50 degrees north.
Errs toward: refusing; a constraint or notice without limits is from the surface to unlimited, a
    constraint without times is permanent.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from openline.airspace.entity import Entity
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.formats import json_text
from openline.formats.collector import Collector
from openline.formats.fields import Fields, shown
from openline.formats.geojson_geometry import TYPES, GeometryReader, geometry_of
from openline.formats.profile import ProfileReader, properties_of
from openline.formats.traffic import ReadOptions, Traffic

_TYPE: Final = re.compile(rf'"type"\s*:\s*"(featurecollection|feature|{"|".join(TYPES).lower()})"')
_AROUND_LINES: Final = b" \t\r\n\x1e"  # RFC 8142 puts a record separator before each object
_TRACK_FIELDS: Final = ("coordTimes", "coordinateProperties", "times")
_WGS84_NAMES: Final = ("CRS84", "EPSG::4326", "EPSG:4326", "WGS84", "WGS 84")


def recognises(head: str) -> bool:
    """Whether the head has the `type` of a GeoJSON object, and is not one object a line."""
    first, _, rest = head.lstrip().partition("\n")
    lines = bool(rest.strip()) and _is_whole(first)
    return first.startswith("{") and not lines and _TYPE.search(head) is not None


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Everything in a GeoJSON file. Raises: InvalidInput and its kinds, with file and feature."""
    reader = FeatureReader(source, options)
    if is_lines(data):
        reader.read_lines(data)
    else:
        reader.read_document(json_text.decode(data, source), None)
    return reader.finish()


def write(traffic: Traffic) -> bytes:
    """The traffic as a FeatureCollection, one feature a volume and a line."""
    head: dict[str, object] = {"type": "FeatureCollection"}
    return json_text.encode_arrays(head, {"features": list(features(traffic))})


def is_lines(data: bytes) -> bool:
    """Whether the first line is a whole JSON object and another line follows it."""
    first, _, rest = data.removeprefix(b"\xef\xbb\xbf").lstrip(_AROUND_LINES).partition(b"\n")
    return bool(rest.strip()) and _is_whole(first.decode("utf-8", "replace"))


def _is_whole(line: str) -> bool:
    if not (line.startswith("{") and line.rstrip().endswith("}")):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def features(traffic: Traffic) -> Iterator[dict[str, object]]:
    """One feature for each volume of each entity, and one for each unlocated notice."""
    for entity in traffic.entities():
        for volume in entity.volumes:
            yield _feature(entity, volume)
        if not entity.volumes:
            yield _feature(entity, None)


def _feature(entity: Entity, volume: Volume4D | None) -> dict[str, object]:
    geometry, measures = (None, {}) if volume is None else geometry_of(volume.footprint)
    return {
        "type": "Feature",
        "properties": properties_of(entity, volume) | measures,
        "geometry": geometry,
    }


class FeatureReader:
    """Reads GeoJSON objects of one file, which may have several of them."""

    def __init__(self, source: str, options: ReadOptions) -> None:
        self._source = source
        self._collector = Collector(source, options)
        self._profile = ProfileReader(self._collector)
        self._geometry = GeometryReader(self._collector.warn, options.half_width_m)
        self._count = 0

    def read_lines(self, data: bytes) -> None:
        """Read one document a line; blank lines are skipped. Raises: InvalidInput."""
        for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
            text = line.strip(_AROUND_LINES)
            if not text:
                continue
            with self._collector.element("JSON", number):
                document = json_text.decode(text, first_line=number)
                self.read_document(document, number)

    def read_document(self, document: object, line: int | None) -> None:
        """Read one GeoJSON object. Raises: InvalidInput and its kinds."""
        if not isinstance(document, dict):
            raise InvalidInput(
                f"{shown(document)} is not a GeoJSON object",
                cure="give a FeatureCollection or a Feature",
                file=self._source,
                line=line,
            )
        kind = document.get("type")
        if kind == "FeatureCollection":
            self._read_collection(document, line)
        elif kind == "Feature":
            self._read_feature(document, "feature", {}, line)
        elif kind in TYPES:
            self._read_feature({"type": "Feature", "geometry": document}, "geometry", {}, line)
        else:
            raise InvalidInput(
                f"type {shown(kind)} is no GeoJSON object",
                cure="give a FeatureCollection or a Feature",
                file=self._source,
                line=line,
            )

    def finish(self) -> Traffic:
        """Everything read so far."""
        if self._count == 0:
            self._collector.warn("there are no features in it")
        return self._profile.finish()

    def _read_collection(self, collection: dict[str, object], line: int | None) -> None:
        members = collection.get("features")
        defaults = collection.get("properties")
        try:
            _check_crs(collection)
            if not isinstance(members, list):
                raise InvalidInput("a FeatureCollection without an array of features")
            if defaults is not None and not isinstance(defaults, dict):
                raise InvalidInput(f"properties: {shown(defaults)} is not an object")
        except InvalidInput as error:
            error.at(file=self._source, line=line)
            raise
        common = {"party": collection.get("party"), **(defaults or {})}
        for number, member in enumerate(members):
            self._read_feature(member, f"features[{number}]", common, line)

    def _read_feature(
        self, feature: object, element: str, defaults: dict[str, object], line: int | None
    ) -> None:
        self._count += 1
        with self._collector.element(element, line):
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                raise InvalidInput("it is not a Feature", cure='give it "type": "Feature"')
            _check_crs(feature)
            properties = feature.get("properties") or {}
            if not isinstance(properties, dict):
                raise InvalidInput(f"properties: {shown(properties)} is not an object")
            _refuse_track(properties)
            if feature.get("id") is not None:
                properties = {**properties, "id": feature["id"]}
            fields = Fields(properties, defaults)
            footprints = self._geometry.footprints(feature.get("geometry"), fields)
            place = element if line is None else f"line {line}, {element}"
            self._profile.add(fields, footprints, place, f"feature-{self._count}")


def _refuse_track(properties: dict[str, object]) -> None:
    for name in _TRACK_FIELDS:
        if isinstance(properties.get(name), (list, dict)):
            raise InvalidInput(
                "tracks are not read: only volumes with one time window are",
                cure=f"remove {name} and give time_start and time_end",
                field=name,
            )


def _check_crs(holder: dict[str, object]) -> None:
    """GeoJSON of 2008 may name another coordinate system: reading it as WGS-84 would misplace."""
    crs = holder.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not (isinstance(name, str) and name.strip().endswith(_WGS84_NAMES)):
        raise InvalidInput(
            f"coordinate system {shown(name if name is not None else crs)} is not read",
            cure="convert the file to WGS-84 longitude and latitude",
            field="crs",
        )
