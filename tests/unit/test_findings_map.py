"""Findings on a map: what a GeoJSON or KML viewer gets to see."""

import json
from typing import Any

from defusedxml import ElementTree
from shapely.geometry import shape

from openline.formats.findings_map import to_geojson, to_kml
from tests.unit import findings_samples as samples

KML = "{http://www.opengis.net/kml/2.2}"


def _features(*conflicts: Any) -> list[dict[str, Any]]:
    found = samples.findings(*conflicts) if conflicts else samples.three()
    features: list[dict[str, Any]] = json.loads(to_geojson(found))["features"]
    return features


def test_each_conflict_has_its_place_its_line_and_both_footprints() -> None:
    roles = [feature["properties"]["role"] for feature in _features()]
    overlap = ["where", "footprint_a", "footprint_b"]
    assert roles == [*overlap, "where", "closest", "footprint_a", "footprint_b", "where"]


def test_geometries_are_valid_and_in_place() -> None:
    for feature in _features():
        if feature["geometry"] is not None:
            drawn = shape(feature["geometry"])
            assert drawn.is_valid
            assert 48 < drawn.centroid.y < 49
    assert _features()[-1]["geometry"] is None, "unlocated: no place is invented"


def test_no_reader_takes_the_drawing_for_traffic() -> None:
    assert {feature["properties"]["kind"] for feature in _features()} == {"conflict"}


def test_a_volume_in_several_parts_is_drawn_once() -> None:
    a, b = samples.intent("N", "north"), samples.intent("S", "south", samples.CORRIDOR)
    conflict = samples.overlapping(a, b)
    twice = type(conflict)(
        *(getattr(conflict, name) for name in conflict.__slots__[:-1]), conflict.parts * 2
    )
    roles = [feature["properties"]["role"] for feature in _features(twice)]
    assert roles.count("footprint_a") == roles.count("footprint_b") == 1


def test_kml_is_xml_with_a_folder_for_each_conflict() -> None:
    root = ElementTree.fromstring(to_kml(samples.three()))
    folders = root.findall(f"{KML}Document/{KML}Folder")
    assert len(folders) == 3
    assert [len(folder.findall(f"{KML}Placemark")) for folder in folders] == [3, 4, 1]
    points = root.findall(f".//{KML}Point/{KML}coordinates")
    assert [point.text for point in points] == ["-7.65,48.8123457", "7.8,48.8"]
    styles = {style.get("id") for style in root.iter(f"{KML}Style")}
    assert {url.text for url in root.iter(f"{KML}styleUrl")} <= {f"#{name}" for name in styles}


def test_names_cannot_break_the_xml() -> None:
    name = "</name><script>&\x00\x1b\udcff\ufffe"
    conflict = samples.apart(samples.intent("N", name), samples.intent("S", "south"))
    root = ElementTree.fromstring(to_kml(samples.findings(conflict)))
    title = root.findtext(f"{KML}Document/{KML}Folder/{KML}name")
    assert title is not None
    assert title.startswith("</name><script>&\ufffd\ufffd")
