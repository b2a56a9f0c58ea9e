"""ED-318 zones: what they become, and what is refused."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openline.errors import InvalidAltitude, InvalidInput
from openline.formats import ed318
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.circle import Circle
from openline.geo.polygon import Polygon

SAMPLE = Path(__file__).parents[1] / "samples" / "ed318" / "zones.json"
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "zones" / "sample_ed318.json"
DAYS = (datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))
LAYER = {"lower": 0, "lowerReference": "AGL", "upper": 900, "upperReference": "AMSL", "uom": "m"}
POINT: dict[str, Any] = {
    "type": "Point",
    "coordinates": [8.5, 47.25],
    "extent": {"subType": "Circle", "radius": 2000},
    "layer": LAYER,
}


def _read(geometry: object, properties: object = None, **options: object) -> Traffic:
    zone = {"identifier": "Z1", "type": "PROHIBITED"} if properties is None else properties
    feature = {"type": "Feature", "geometry": geometry, "properties": zone}
    data = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    return ed318.read(data, "zones.json", ReadOptions(**options))  # type: ignore[arg-type]


def _point(**changes: object) -> dict[str, Any]:
    return copy.deepcopy(POINT) | changes


def test_sample_within_two_days() -> None:
    read = ed318.read(SAMPLE.read_bytes(), "zones.json", ReadOptions(between=DAYS))
    harbour, weekend = read.constraints
    assert (harbour.party, harbour.name) == ("Invented Office", "Invented harbour")
    assert harbour.reason == "REQ_AUTHORIZATION; AIR_TRAFFIC"
    assert harbour.volumes[0].footprint == Circle.of(47.25, 8.5, 2000)
    assert str(harbour.volumes[0].altitude) == "SFC to 3,000 ft AMSL"
    # 08:00+01:00 to 12:00+01:00 is 07:00Z to 11:00Z, on two days, for two geometries
    assert [v.time_start.hour for v in harbour.volumes] == [7, 7, 7, 7]
    assert [v.time_end.hour for v in harbour.volumes] == [11, 11, 11, 11]
    assert isinstance(harbour.volumes[-1].footprint, Polygon)
    assert len(harbour.volumes[-1].footprint.holes) == 1
    assert str(harbour.volumes[-1].altitude) == "500 m W84 to unlimited"
    # by sunrise and sunset on Saturday and Sunday: at least all of Sunday
    assert weekend.party == "CHE"
    assert all(v.time_start == DAYS[0] for v in weekend.volumes)
    assert all(v.time_end >= datetime(2026, 11, 23, tzinfo=UTC) for v in weekend.volumes)
    assert len(weekend.volumes) == 2
    assert len(read.warnings) == 1


@pytest.mark.parametrize("upper", [99999, 99999.0, 120000, "99999"])
def test_sentinel_is_unlimited_whatever_its_datum(upper: object) -> None:
    read = _read(_point(layer=LAYER | {"upper": upper, "upperReference": "AGL"}))
    assert str(read.constraints[0].volumes[0].altitude) == "SFC to unlimited"


def test_layer_of_the_collection_holds_for_members() -> None:
    member = _point()
    del member["layer"]
    collection = {"type": "GeometryCollection", "geometries": [member], "layer": LAYER}
    assert str(_read(collection).constraints[0].volumes[0].altitude) == "SFC to 900 m AMSL"


def test_without_a_layer_it_is_wide_and_said() -> None:
    geometry = _point()
    del geometry["layer"]
    read = _read(geometry)
    assert str(read.constraints[0].volumes[0].altitude) == "SFC to unlimited"
    assert "no layer" in read.warnings[0]


@pytest.mark.parametrize(
    ("geometry", "problem"),
    [
        (None, "without a geometry"),
        (_point(layer=3), "not a layer"),
        (_point(layer=LAYER | {"uom": "yd"}), "unit"),
        (_point(layer=LAYER | {"upperReference": None}), "vertical reference"),
        (_point(extent=None), "covers nothing"),
        (_point(extent={"subType": "Square", "radius": 2}), "no circle"),
        (_point(extent={"subType": "Circle", "radius": 0}), "radius"),
        (_point(coordinates=[8.5]), "not a position"),
        ({"type": "GeometryCollection", "geometries": []}, "without a geometry"),
        ({"type": "LineString", "coordinates": [[8, 47], [9, 47]], "layer": LAYER}, "line"),
    ],
)
def test_errors_name_the_feature(geometry: object, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem) as caught:
        _read(geometry)
    assert caught.value.facts["element"] == "features[0]"
    assert _read(geometry, skip_invalid=True).constraints == ()


def test_line_takes_the_callers_half_width() -> None:
    line = {"type": "LineString", "coordinates": [[8, 47], [9, 47]], "layer": LAYER}
    assert len(_read(line, half_width_m=100.0).constraints) == 1


def test_recognition_is_not_plain_geojson() -> None:
    head = SAMPLE.read_text(encoding="utf-8")[:4096].lower()
    assert ed318.recognises(head)
    assert not ed318.recognises('{"type": "featurecollection", "features": []}')


@pytest.mark.skipif(not SHARED.is_file(), reason="no shared sample data next to the checkout")
def test_sample_by_others() -> None:
    with pytest.raises(InvalidAltitude, match="60 m AGL"):
        ed318.read(SHARED.read_bytes(), "sample.json", ReadOptions())
    policy = AltitudePolicy(ground_amsl_m=(400.0, 700.0))
    read = ed318.read(SHARED.read_bytes(), "sample.json", ReadOptions(altitude=policy))
    assert [c.id for c in read.constraints] == ["LSZB003", "BLns058", "LSTB002"]
    assert read.constraints[1].name == "Protected natural object Langmatt"
    assert read.constraints[1].party == "Ebenrain Centre for Agriculture, Nature and Food"
