"""`openline check`: what goes where, and what the exit code says."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from openline.formats.findings import schema
from tests.unit.command import far, feature, invoke, north, run, south, write_geojson


def test_no_conflict_is_0_and_says_among_what(tmp_path: Path) -> None:
    result = invoke("check", north(tmp_path), far(tmp_path))
    assert result.exit_code == 0
    assert "No conflict among 2 operational intents of 2 parties (2 volumes)." in result.stdout
    assert "WGS-84" in result.stdout
    assert result.stderr == ""


def test_conflicts_are_1_in_a_table_and_in_sentences(tmp_path: Path) -> None:
    result = invoke("check", north(tmp_path), south(tmp_path))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].split() == (
        ["#", "who", "and", "when", "(UTC)", "altitude", "(WGS-84)", "lateral", "vertical", "time"]
    )
    assert "2026-11-22 10:00..11:00Z" in lines[1]
    assert "300..600 m, 984..1,969 ft" in lines[1]
    assert lines[3].startswith("1. ")
    assert "1 conflict among 3 operational intents of 2 parties (3 volumes)." in lines
    assert "\x1b" not in result.stdout


def test_minima_widen_and_are_shown(tmp_path: Path) -> None:
    files = (north(tmp_path), far(tmp_path))
    assert invoke("check", *files, "--minima", "20nm").exit_code == 0  # 51 km apart
    wide = invoke("check", *files, "--minima", "30nm/1000ft/60s")
    assert wide.exit_code == 1
    assert "lateral 30 NM (55,560 m), vertical 304.8 m (1,000 ft), time 60 s" in wide.stdout
    single = invoke("check", *files, "--lateral", "30nm")
    assert single.exit_code == 1
    assert "lateral 30 NM (55,560 m), vertical 0 m (0 ft), time 0 s" in single.stdout


def test_minima_and_single_ones_exclude_each_other(tmp_path: Path) -> None:
    result = invoke("check", north(tmp_path), "--minima", "radar", "--lateral", "5nm")
    assert result.exit_code == 2
    assert "--minima says all three" in result.stderr


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--minima", "rader", "did you mean radar?"),
        ("--minima", "5nm", "write 5nm/1000ft/60s"),
        ("--minima", "5mn/1000ft", "use one of m, km, ft, nm"),
        ("--lateral", "5", "without a known unit"),
        ("--lateral", "0.2m", "smaller than 1 m"),
        ("--lateral", "-5nm", "outside 0..500000 m"),
        ("--time", "9999h", "outside 0.."),
        ("--between", "2026-11-22T10:00Z", "write START/END"),
        ("--between", "2026-11-22T10:00/2026-11-22T11:00", "append Z"),
        ("--between", "2026-11-22T12:00Z/2026-11-22T11:00Z", "is not after"),
        ("--ground", "520m..400m", "swap them"),
        ("--ground", "9000m", "not a range of ground"),
        ("--qnh", "nan", "outside 850..1100"),
        ("--qnh", "high", "write 1013"),
        ("--party", "=North", "names no party"),
        ("--takeoff", "noon", "is not a time"),
        ("--format", "kmk", "there is no format 'kmk'"),
        ("--party", "other.kml=North", "not among the files"),
    ],
)
def test_a_bad_value_is_2_and_says_what_to_write(
    tmp_path: Path, option: str, value: str, words: str
) -> None:
    result = invoke("check", north(tmp_path), option, value)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_an_unknown_option_is_2_with_the_nearest(tmp_path: Path) -> None:
    result = invoke("check", north(tmp_path), "--lateral-minimum", "5nm")
    assert result.exit_code == 2
    assert "--lateral" in result.stderr


def test_json_meets_the_schema(tmp_path: Path) -> None:
    result = invoke("check", north(tmp_path), south(tmp_path), "--json", "--minima", "radar")
    document = json.loads(result.stdout)
    jsonschema.validate(document, schema())
    assert result.exit_code == 1
    assert document["minima"] == {"lateral_m": 9260.0, "vertical_m": 304.8, "time_s": 0.0}
    sides = {document["conflicts"][0][side]["party"] for side in "ab"}
    assert sides == {"north", "south"}


def test_json_lines_and_csv_have_one_for_each_conflict(tmp_path: Path) -> None:
    files = (north(tmp_path), south(tmp_path))
    lines = invoke("check", *files, "--jsonl").stdout.splitlines()
    assert [json.loads(line)["distance_m"] for line in lines] == [0.0]
    rows = list(csv.DictReader(io.StringIO(invoke("check", *files, "--csv").stdout)))
    assert [row["parts"] for row in rows] == ["1"]


def test_files_are_written_beside_the_table(tmp_path: Path) -> None:
    places, earth = tmp_path / "c.geojson", tmp_path / "c.kml"
    files = (north(tmp_path), south(tmp_path))
    result = invoke("check", *files, "--geojson", str(places), "--kml", str(earth))
    assert result.exit_code == 1
    assert result.stdout.startswith("#")
    assert f"wrote {places}" in result.stderr
    assert len(json.loads(places.read_bytes())["features"]) == 3
    assert earth.read_text().startswith("<?xml")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "c.geojson",
        "c.kml",
        "north.geojson",
        "south.geojson",
    ]


def test_the_report_gets_findings_warnings_and_the_time(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    ground = write_geojson(tmp_path / "low.geojson", feature("L-1", 7.5, altitude_reference="AGL"))
    files = (ground, south(tmp_path))
    result = invoke("check", *files, "--ground", "100m..200m", "--html", str(out))
    assert result.exit_code == 1
    page = out.read_text(encoding="utf-8")
    assert "<html" in page.lower()
    assert "L-1" in page
    assert "widened" in page


def test_one_output_may_go_to_stdout(tmp_path: Path) -> None:
    files = (north(tmp_path), south(tmp_path))
    result = invoke("check", *files, "--geojson", "-")
    assert json.loads(result.stdout)["type"] == "FeatureCollection"
    for pair in (("--json", "--csv"), ("--json", "--kml", "-"), ("--geojson", "-", "--kml", "-")):
        result = invoke("check", *files, *pair)
        assert result.exit_code == 2
        assert "only one can go to standard output" in result.stderr


def test_an_input_is_never_replaced(tmp_path: Path) -> None:
    first, second = north(tmp_path), south(tmp_path)
    before = Path(second).read_bytes()
    result = invoke("check", first, second, "--geojson", second)
    assert result.exit_code == 2
    assert "would replace the input" in result.stderr
    assert Path(second).read_bytes() == before
    same = str(tmp_path / "o.x")
    assert invoke("check", first, "--geojson", same, "--kml", same).exit_code == 2


def test_a_file_that_is_not_there_is_3(tmp_path: Path) -> None:
    for name in ("no.geojson", "no*.kml", "\x00"):
        result = invoke("check", str(tmp_path / name))
        assert result.exit_code == 3, name
        assert result.stderr.startswith("Error: ")


def test_content_that_is_wrong_is_2_with_the_place(tmp_path: Path) -> None:
    bad = feature("B-1", 7.5, time_end="2026-11-22T09:00:00Z")
    path = write_geojson(tmp_path / "bad.geojson", feature("B-0", 8.5), bad)
    result = invoke("check", path)
    assert result.exit_code == 2
    assert "bad.geojson" in result.stderr
    assert "features[1]" in result.stderr
    assert "is not after" in result.stderr
    skipped = invoke("check", path, north(tmp_path), "--skip-invalid", "--json")
    assert skipped.exit_code == 0
    assert "skipped" in skipped.stderr
    assert any("skipped" in warning for warning in json.loads(skipped.stdout)["warnings"])


def test_an_output_that_cannot_be_written_is_3(tmp_path: Path) -> None:
    result = invoke("check", north(tmp_path), "--kml", str(tmp_path / "no" / "c.kml"))
    assert result.exit_code == 3
    assert "cannot be written" in result.stderr


def test_party_is_told_by_file_or_for_all(tmp_path: Path) -> None:
    files = (north(tmp_path), south(tmp_path))
    told = invoke("check", *files, "--party", "north.geojson=Air Force", "--json")
    parties = {json.loads(told.stdout)["conflicts"][0][side]["party"] for side in "ab"}
    assert parties == {"Air Force", "south"}
    one = invoke("check", *files, "--party", "All of us")
    assert one.exit_code == 0
    assert "belongs to one party, 'All of us': nothing was compared" in one.stderr
    assert invoke("check", *files, "--party", "All of us", "--all-pairs").exit_code == 1
    twice = invoke("check", *files, "--party", "A", "--party", "B")
    assert twice.exit_code == 2


def test_between_keeps_what_meets_the_period(tmp_path: Path) -> None:
    files = (north(tmp_path), south(tmp_path))
    inside = invoke("check", *files, "--between", "2026-11-22T10:59Z/2026-11-22T12:00Z")
    assert inside.exit_code == 1
    outside = invoke("check", *files, "--between", "2026-11-22T11:00:01Z/2026-11-22T12:00Z")
    assert outside.exit_code == 0
    assert "3 of 3 volumes are outside" in outside.stderr
    assert "nothing to compare" in outside.stderr


def test_a_notice_without_a_place_counts_in_the_agreed_area(tmp_path: Path) -> None:
    notice = feature("MSG", 0.0, kind="notice") | {"geometry": None}
    files = (north(tmp_path), write_geojson(tmp_path / "rescue.geojson", notice))
    everywhere = invoke("check", *files, "--json")
    assert everywhere.exit_code == 1
    assert json.loads(everywhere.stdout)["conflicts"][0]["where"] is None
    assert "unknown" in invoke("check", *files).stdout
    area = tmp_path / "area.geojson"
    for west, code in ((7.0, 1), (20.0, 0)):
        area.write_text(json.dumps(feature("area", west)["geometry"]).replace("48.8", "49.9"))
        area.write_text(json.dumps(_box(west, 48.0, west + 1, 49.0)))
        assert invoke("check", *files, "--agreed-area", str(area)).exit_code == code
    assert invoke("check", *files, "--agreed-area", str(tmp_path / "x")).exit_code == 3


def _box(west: float, south_: float, east: float, north_: float) -> dict[str, object]:
    ring = [[west, south_], [east, south_], [east, north_], [west, north_], [west, south_]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_quiet_says_nothing_but_the_code(tmp_path: Path) -> None:
    result = invoke("check", north(tmp_path), south(tmp_path), "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "")
    data = invoke("check", north(tmp_path), south(tmp_path), "--quiet", "--json")
    assert len(json.loads(data.stdout)["conflicts"]) == 1


def test_widenings_are_said(tmp_path: Path) -> None:
    low = write_geojson(tmp_path / "low.geojson", feature("L-1", 7.5, altitude_reference="AGL"))
    refused = invoke("check", low)
    assert refused.exit_code == 2
    assert "--ground 400m..520m" in refused.stderr
    for known in (("--ground", "100m..200m"), ("--widen-agl",)):
        result = invoke("check", low, *known)
        assert result.exit_code == 0
        assert "warning: widened: " in result.stderr
    assert invoke("check", low, "--ground", "100m", "--widen-agl").exit_code == 2


def test_a_name_cannot_draw_on_the_terminal(tmp_path: Path) -> None:
    evil = write_geojson(tmp_path / "evil.geojson", feature("E-\u202e[red]1", 7.5, party="\x9b2J"))
    result = invoke("check", evil, south(tmp_path))
    assert result.exit_code in (1, 2)
    assert not any(c in result.output for c in "\x1b\x9b\u202e")


def test_standard_input_is_a_file(tmp_path: Path) -> None:
    data = Path(north(tmp_path)).read_bytes()
    done = run("check", "-", south(tmp_path), "--party", "-=Air Force", "--json", input=data)
    assert done.returncode == 1
    conflict = json.loads(done.stdout)["conflicts"][0]
    assert {conflict["a"]["party"], conflict["b"]["party"]} == {"Air Force", "south"}
    assert done.stderr == b""


def test_a_directory_stands_for_its_files(tmp_path: Path) -> None:
    north(tmp_path)
    south(tmp_path)
    (tmp_path / "notes.md").write_text("hello")
    (tmp_path / ".hidden.geojson").write_text("not read")
    result = invoke("check", str(tmp_path))
    assert result.exit_code == 1
    assert result.stderr.count("warning") == 1
    assert "notes.md: not read" in result.stderr
    (tmp_path / "empty").mkdir()
    assert invoke("check", str(tmp_path / "empty")).exit_code == 2


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = south(tmp_path)
    result = invoke("check", path, str(tmp_path / "." / "south.geojson"), path, north(tmp_path))
    assert "2 parties (3 volumes)" in result.stdout
    assert "named twice, read once" in result.stderr


def test_nothing_to_compare_is_never_no_conflict(tmp_path: Path) -> None:
    file = tmp_path / "empty.geojson"
    file.write_text('{"type": "FeatureCollection", "features": [{"type": "Feature"}]}')
    result = invoke("check", str(file), "--skip-invalid")
    assert result.exit_code == 2
    assert "skipped" in result.stderr
    assert "nothing was read that could be compared" in result.stderr
    assert "No conflict" not in result.stdout
