"""The GeoJSON profile: what each member means, and what is refused with which cure."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from openline.airspace.entity import IntentState
from openline.errors import InvalidAltitude, InvalidGeometry, InvalidInput, InvalidTimeRange
from openline.formats import geojson, jsonl
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon
from openline.limits import TIME_MAX, TIME_MIN
from tests.format_samples import FOLDER, OPTIONS

SQUARE = [[7.0, 48.0], [7.1, 48.0], [7.1, 48.1], [7.0, 48.1], [7.0, 48.0]]
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}
POINT = {"type": "Point", "coordinates": [7.0, 48.0]}
LINE = {"type": "LineString", "coordinates": [[7.0, 48.0], [7.1, 48.0]]}
TIMES = {"time_start": "2026-11-22T10:00:00Z", "time_end": "2026-11-22T11:00:00Z"}
FULL = TIMES | {"altitude_lower": 100, "altitude_upper": 200}
FL, AMSL = AltitudeReference.FL, AltitudeReference.AMSL
FT, M = AltitudeUnit.FT, AltitudeUnit.M


def feature(geometry: object = POLYGON, **properties: object) -> dict[str, object]:
    values = {name: value for name, value in (FULL | properties).items() if value != "absent"}
    return {"type": "Feature", "properties": values, "geometry": geometry}


def read(document: object, options: ReadOptions = OPTIONS) -> Traffic:
    return geojson.read(json.dumps(document).encode(), "north.geojson", options)


def test_the_sample_is_read_as_its_author_meant_it() -> None:
    path = FOLDER / "geojson" / "shapes.geojson"
    traffic = geojson.read(path.read_bytes(), path.name, OPTIONS)
    rescue, circle, transit, fields = traffic.intents
    assert (rescue.id, rescue.party, rescue.priority) == ("rescue-1", "Alpine Rescue", 100)
    assert rescue.state is IntentState.ACTIVATED
    assert rescue.source == "shapes.geojson, features[0]"
    band = rescue.volumes[0].altitude
    assert band.lower is SURFACE
    assert band.upper == Altitude(2500.0, AMSL, FT)
    # 2,500 ft is 762 m; EGM96 is 48 to 49 m over the ellipsoid there
    assert 810 < band.altitude_upper_m < 812.5
    area = rescue.volumes[0].footprint
    assert isinstance(area, Polygon)
    assert (len(area.outer), len(area.holes)) == (4, 1)
    assert circle.party == "Drone Search"
    assert circle.volumes[0].footprint == Circle.of(48.75, 7.58, 500)
    path_flown = transit.volumes[0].footprint
    assert path_flown == Corridor.of([(48.6, 7.3), (48.75, 7.55), (48.8, 7.9)], 1852)
    assert transit.volumes[0].time_start == datetime(2026, 11, 22, 10, 15, 0, 250_000, UTC)
    assert transit.volumes[0].altitude.lower.metres() == pytest.approx(6_500 * 0.3048)
    assert fields.id == "two-fields"
    assert len(fields.volumes) == 2
    assert fields.volumes[0].altitude.lower.reference is AltitudeReference.W84
    assert fields.volumes[0].altitude.upper.reference is AMSL
    notice = traffic.notices[0]
    assert (notice.id, notice.located, notice.party) == ("N1", False, "Civil Aviation Authority")
    assert notice.time_end == datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
    assert sum("heights in the coordinates" in warning for warning in traffic.warnings) == 1


def test_features_of_one_party_with_one_intent_are_its_volumes() -> None:
    members = [feature(intent="a", party=party) for party in ("N", "S", "N")]
    traffic = read({"type": "FeatureCollection", "features": members})
    found = [(intent.id, intent.party, len(intent.volumes)) for intent in traffic.intents]
    assert found == [("a", "N", 2), ("a", "S", 1)]


def test_volumes_of_one_intent_that_disagree_are_reported() -> None:
    members = [feature(intent="a", priority=1), feature(intent="a", priority=2)]
    traffic = read({"type": "FeatureCollection", "features": members})
    assert traffic.intents[0].priority == 1
    assert any("differ in state, priority or name" in warning for warning in traffic.warnings)


def test_the_id_is_the_intents_else_the_features_else_its_number() -> None:
    members = [feature(intent="own") | {"id": "outer"}, feature() | {"id": 17}, feature()]
    traffic = read({"type": "FeatureCollection", "features": members})
    assert [intent.id for intent in traffic.intents] == ["own", "17", "feature-3"]
    assert {intent.party for intent in traffic.intents} == {"north"}


def test_a_constraint_without_times_is_permanent_and_without_limits_unlimited() -> None:
    absent = dict.fromkeys(FULL, "absent")
    traffic = read(feature(kind="constraint", reason="Prison", **absent))
    volume = traffic.constraints[0].volumes[0]
    assert traffic.constraints[0].reason == "Prison"
    assert (volume.time_start, volume.time_end) == (TIME_MIN, TIME_MAX)
    assert (volume.altitude.lower, volume.altitude.upper) == (SURFACE, UNLIMITED)
    assert len(traffic.warnings) == 2


def test_a_collection_of_geometries_is_one_entity_with_several_volumes() -> None:
    geometry = {"type": "GeometryCollection", "geometries": [POLYGON, POINT, LINE]}
    traffic = read(feature(geometry, radius_m=50, half_width_m=20))
    kinds = [type(volume.footprint) for volume in traffic.intents[0].volumes]
    assert kinds == [Polygon, Circle, Corridor]


@pytest.mark.parametrize(
    ("lower", "unit", "reference", "meant"),
    [
        ("FL100", None, None, Altitude(10_000, FL, FT)),
        (65, None, "FL", Altitude(6_500, FL, FT)),
        ("100", "ft", "AMSL", Altitude(100, AMSL, FT)),
        ("300 ft", None, "AMSL", Altitude(300, AMSL, FT)),
        ("20 m AMSL", "ft", "W84", Altitude(20, AMSL, M)),
        (120.5, None, None, Altitude(120.5)),
        ("GND", None, "AMSL", SURFACE),
    ],
)
def test_limits_keep_their_unit_and_datum(
    lower: object, unit: str | None, reference: str | None, meant: Altitude
) -> None:
    limits = {"altitude_lower": lower, "altitude_unit": unit, "altitude_reference": reference}
    found = read(feature(**limits, altitude_upper="UNL")).intents[0].volumes[0].altitude
    assert (found.lower, found.upper) == (meant, UNLIMITED)


@pytest.mark.parametrize(
    ("document", "kind", "words"),
    [
        (feature(altitude_lower="absent"), InvalidAltitude, "an intent without altitude_lower"),
        (feature(altitude_upper=50), InvalidAltitude, "not above"),
        (feature(altitude_upper="high"), InvalidAltitude, "not an altitude"),
        (feature(altitude_upper="1e999"), InvalidInput, "inf is not a finite number"),
        (feature(altitude_reference="QFE"), InvalidAltitude, "'QFE' is not known"),
        (feature(altitude_reference="FL", altitude_lower="9 ft"), InvalidAltitude, "FL100"),
        (feature(time_end="absent"), InvalidTimeRange, "an intent without time_end"),
        (feature(time_end="2026-11-22T11:00:00"), InvalidTimeRange, "no time zone"),
        (feature(time_end=1763805600), InvalidTimeRange, "not a time"),
        (feature(POINT), InvalidGeometry, "radius_m"),
        (feature(POINT, radius_m="wide"), InvalidInput, "'wide' is not a number"),
        (feature(POINT, radius_m=True), InvalidInput, "True is not a number"),
        (feature(POINT, radius_m=0), InvalidGeometry, "radius 0 m"),
        (feature(LINE, half_width_m=0), InvalidGeometry, "half width 0 m"),
        (feature(None), InvalidGeometry, "has no place"),
        (feature({"type": "Curve"}), InvalidGeometry, "'Curve' is not known"),
        (feature({"type": "Polygon", "coordinates": []}), InvalidGeometry, "without a ring"),
        (feature({"type": "MultiPolygon", "coordinates": []}), InvalidGeometry, "is empty"),
        (feature({"type": "Polygon", "coordinates": [[["7", "48"]]]}), InvalidGeometry, "position"),
        (feature(state="Ended"), InvalidInput, "Accepted, Activated"),
        (feature(kind="zone"), InvalidInput, "intent, constraint, notice"),
        (feature(priority=1.5), InvalidInput, "not a whole number"),
        (feature(intent=["a"]), InvalidInput, "not an id"),
        (feature(intent="a\u0007b"), InvalidInput, "control characters"),
        (feature(LINE, coordTimes=["2026-11-22T10:00:00Z"]), InvalidInput, "tracks are not read"),
        (feature(None, kind="notice", time_end="absent"), InvalidTimeRange, "time_end"),
        ({"type": "Topology"}, InvalidInput, "FeatureCollection or a Feature"),
        ({"type": "FeatureCollection", "features": {}}, InvalidInput, "array of features"),
        (POLYGON, InvalidTimeRange, "an intent without time_start"),
    ],
)
def test_refusals_name_the_file_and_the_cure(
    document: object, kind: type[InvalidInput], words: str
) -> None:
    with pytest.raises(kind) as caught:
        read(document)
    assert words in str(caught.value)
    assert str(caught.value).startswith("north.geojson")


def test_a_line_takes_the_callers_width_only_if_it_has_none() -> None:
    with pytest.raises(InvalidGeometry, match="half_width_m"):
        read(feature(LINE), ReadOptions())
    corridor = Corridor.of([(48.0, 7.0), (48.0, 7.1)], 200)
    assert read(feature(LINE)).intents[0].volumes[0].footprint == corridor


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("EPSG:4326", True),
        ("EPSG:3857", False),
        (3, False),
    ],
)
def test_other_coordinate_systems_are_refused(name: object, known: bool) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    document = {"type": "FeatureCollection", "features": [feature()], "crs": crs}
    if known:
        assert read(document).intents
    else:
        with pytest.raises(InvalidInput, match="coordinate system"):
            read(document)


def test_a_bad_feature_is_skipped_only_on_request() -> None:
    members = [feature(intent="a"), feature(intent="b", altitude_upper=50), feature(intent="c")]
    document = {"type": "FeatureCollection", "features": members}
    with pytest.raises(InvalidAltitude, match=r"north\.geojson, element features\[1\]"):
        read(document)
    traffic = read(document, replace(OPTIONS, skip_invalid=True))
    assert [intent.id for intent in traffic.intents] == ["a", "c"]
    said = "skipped: north.geojson, element features[1]"
    assert any(warning.startswith(said) for warning in traffic.warnings)


def test_lines_name_the_bad_line_and_the_others_are_read_on_request() -> None:
    first, last = (json.dumps(feature(intent=name)) for name in "ab")
    text = f'{first}\n\n\x1e{{"type": "Feature"\n{last}\n'
    with pytest.raises(InvalidInput, match=r"x\.jsonl, line 3, element JSON: not JSON"):
        jsonl.read(text.encode(), "x.jsonl", OPTIONS)
    traffic = jsonl.read(text.encode(), "x.jsonl", replace(OPTIONS, skip_invalid=True))
    assert [intent.id for intent in traffic.intents] == ["a", "b"]
    assert traffic.intents[1].source == "x.jsonl, line 4, feature"


def test_a_file_of_lines_under_the_wrong_name_is_read_all_the_same() -> None:
    lines = "".join(json.dumps(feature(intent=name)) + "\n" for name in "abc").encode()
    assert len(geojson.read(lines, "x.geojson", OPTIONS).intents) == 3


def test_control_characters_of_a_name_do_not_reach_a_terminal() -> None:
    assert read(feature(name="a\x1b[31mb\nc")).intents[0].name == "a [31mb c"


def test_no_features_is_said() -> None:
    traffic = read({"type": "FeatureCollection", "features": []})
    assert not traffic.entities()
    assert traffic.warnings == ("north.geojson: there are no features in it",)
