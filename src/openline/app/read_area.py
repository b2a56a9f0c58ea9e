"""Read the agreed area: one footprint from a file, whatever its times and altitudes."""

from openline.app.read_files import STANDARD_INPUT, read_bytes
from openline.errors import InvalidGeometry, InvalidInput
from openline.formats import json_text
from openline.formats.fields import Fields
from openline.formats.geojson_geometry import TYPES, GeometryReader
from openline.formats.registry import detect, read
from openline.formats.traffic import ReadOptions
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.footprint import Footprint
from openline.limits import FILE_BYTES_MAX


def read_area(name: str) -> Footprint:
    """The one footprint in a file: a GeoJSON geometry or feature, or any format that is read.

    Raises: Unreachable; InvalidInput for content that cannot be read, InvalidGeometry if there is
    none or more than one footprint.
    """
    return area_of_bytes(read_bytes(name), "stdin" if name == STANDARD_INPUT else name)


def area_of_bytes(data: bytes, label: str) -> Footprint:
    """The one footprint in the content of a file. Raises: InvalidInput, InvalidGeometry."""
    try:
        is_geojson = len(data) <= FILE_BYTES_MAX and detect(data, label).name == "geojson"
        if is_geojson:
            found = _drawn(json_text.decode(data, label))
        else:
            # Altitudes do not matter here: whatever ground and pressure, the footprint is the same.
            options = ReadOptions(altitude=AltitudePolicy(widen_agl=True))
            entities = read(data, label, options).entities()
            found = [volume.footprint for entity in entities for volume in entity.volumes]
    except InvalidInput as error:
        error.at(file=label)
        raise
    different = tuple(dict.fromkeys(found))
    if len(different) != 1:
        raise InvalidGeometry(
            f"{len(different) or 'no'} footprints; an agreed area is one",
            cure="draw it as one polygon",
            file=label,
        )
    return different[0]


def _drawn(document: object) -> list[Footprint]:
    """Every footprint of a GeoJSON object; nesting is bounded by the JSON reader."""
    if not isinstance(document, dict):
        raise InvalidGeometry("not a GeoJSON object", cure="give a Feature or a Polygon")
    if document.get("type") in TYPES:
        return _parts(document, {})
    if document.get("type") == "Feature":
        properties = document.get("properties")
        return _parts(document.get("geometry"), properties if isinstance(properties, dict) else {})
    features = document.get("features")
    if not isinstance(features, list):
        raise InvalidGeometry("a collection without features", cure="give a Feature or a Polygon")
    return [part for feature in features for part in _drawn(feature)]


def _parts(geometry: object, properties: dict[str, object]) -> list[Footprint]:
    return GeometryReader(lambda _: None, None).footprints(geometry, Fields(properties))
