"""`openline show`, `formats` and `doctor`: what was understood, and of what."""

import json
import sys
from pathlib import Path

import pytest

from openline.formats.registry import FORMATS
from tests.unit.command import feature, invoke, north, south, write_geojson


def test_show_names_everything_with_its_datum(tmp_path: Path) -> None:
    low = feature("L-1", 7.5, altitude_reference="AGL", altitude_unit="ft", party="Low Flyers")
    notice = feature("MSG", 0.0, kind="notice") | {"geometry": None}
    path = write_geojson(tmp_path / "low.geojson", low, notice)
    result = invoke("show", path, "--ground", "100m..200m")
    assert result.exit_code == 0
    assert "GeoJSON; 1 intent, 0 constraints, 1 notice, 1 volume" in result.stdout
    assert "intent L-1 of Low Flyers, Accepted" in result.stdout
    assert "polygon of 4 points from 48.70000, 7.50000" in result.stdout
    assert "300 ft AGL to 600 ft AGL" in result.stdout
    assert "m WGS-84" in result.stdout
    assert "2026-11-22T10:00:00Z to 2026-11-22T11:00:00Z" in result.stdout
    assert "no place" in result.stdout
    assert "all the ground in the region: 100 to 200 m AMSL" in result.stderr


def test_show_json_has_every_volume(tmp_path: Path) -> None:
    parts = [feature("N-1", 7.0 + number / 10) for number in range(12)]
    path = write_geojson(tmp_path / "many.geojson", *parts)
    (shown,) = json.loads(invoke("show", path, "--json").stdout)
    assert (shown["file"], shown["format"], shown["warnings"]) == (path, "geojson", [])
    (entity,) = shown["entities"]
    assert (entity["kind"], entity["id"], entity["party"]) == ("intent", "N-1", "many")
    assert (entity["state"], entity["priority"]) == ("Accepted", 0)
    assert len(entity["volumes"]) == 12
    volume = entity["volumes"][0]
    assert (volume["altitude_lower_m"], volume["altitude_upper_m"]) == (300.0, 600.0)
    assert volume["altitude"] == "300 m W84 to 600 m W84"
    assert "and 7 more volumes" in invoke("show", path).stdout


def test_show_reads_several_files_and_refuses_like_check(tmp_path: Path) -> None:
    result = invoke("show", north(tmp_path), south(tmp_path))
    assert result.stdout.count("GeoJSON") == 2
    assert invoke("show", str(tmp_path / "no")).exit_code == 3
    (tmp_path / "x.json").write_text("{")
    assert invoke("show", str(tmp_path / "x.json")).exit_code == 2
    assert invoke("show").exit_code == 2


def test_formats_are_those_of_the_registry() -> None:
    records = json.loads(invoke("formats", "--json").stdout)
    assert [record["name"] for record in records] == [known.name for known in FORMATS]
    lines = invoke("formats").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [known.name for known in FORMATS]


def test_doctor_says_that_all_is_there() -> None:
    result = invoke("doctor")
    assert result.exit_code == 0
    assert "Everything is there." in result.stdout
    report = json.loads(invoke("doctor", "--json").stdout)
    found = {check["what"]: check["found"] for check in report["checks"]}
    assert report["ok"]
    assert found["python"].endswith(".".join(map(str, sys.version_info[:3])))
    assert found["geoid grid"].startswith("EGM96, 48.")


def test_doctor_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise FileNotFoundError("no grid")

    monkeypatch.setattr("openline.geo.geoid.undulation_m", gone)
    monkeypatch.setitem(sys.modules, "s2geometry", None)
    result = invoke("doctor")
    assert result.exit_code == 3
    assert "Missing: s2geometry, geoid grid." in result.stdout
    assert not json.loads(invoke("doctor", "--json").stdout)["ok"]
