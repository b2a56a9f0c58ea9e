"""Reading files and checking traffic as a program does it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import openline
from openline.app.check_files import check_traffic, widenings, within
from openline.app.read_area import read_area
from openline.app.read_files import Reading, read_bytes, read_each
from openline.errors import InvalidInput, Unreachable
from openline.formats.traffic import Traffic
from openline.geo.circle import Circle
from openline.geo.polygon import Polygon
from tests.unit import findings_samples as samples
from tests.unit.command import feature, north, south, write_geojson


def test_five_lines_of_python(tmp_path: Path) -> None:
    traffic = openline.read(north(tmp_path), str(tmp_path / "*h.geojson"), south(tmp_path))
    found = openline.find_conflicts(traffic, openline.Separation(lateral_m=9260, vertical_m=304.8))
    reasons = [conflict.reason for conflict in found]
    assert len(reasons) == 1
    assert "N-1 of north" in reasons[0]
    assert "S-1 of south" in reasons[0]


def test_two_entities_are_compared_by_conflict() -> None:
    a, b = samples.intent("N", "north"), samples.intent("M", "north")
    found = openline.conflict(a, b)
    assert found is not None
    assert found.distance_m == 0.0
    assert openline.conflict(a, samples.intent("F", "far", samples.CIRCLE)) is None


def test_intents_without_traffic_are_compared() -> None:
    intents = [samples.intent("N", "north"), samples.intent("S", "south")]
    assert len(openline.find_conflicts(intents)) == 1
    zone = samples.constraint("C", "east", samples.SQUARE)
    assert len(openline.find_conflicts(intents, constraints=[zone])) == 3
    assert len(openline.find_conflicts(intents, notices=[samples.notice()])) == 3


def test_what_a_caller_tells_is_used(tmp_path: Path) -> None:
    low = write_geojson(tmp_path / "low.geojson", feature("L-1", 7.5, altitude_reference="AGL"))
    with pytest.raises(InvalidInput, match="ground"):
        openline.read(low)
    known = openline.read(Path(low), party={"low.geojson": "Low"}, ground_amsl_m=(100.0, 200.0))
    assert known.intents[0].party == "Low"
    assert openline.read(low, party="All", widen_agl=True).intents[0].party == "All"
    with pytest.raises(InvalidInput, match="not among the files"):
        openline.read(low, party={"high.geojson": "High"})


def test_unreachable_and_invalid_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="no such file"):
        openline.read(tmp_path / "no.kml")
    with pytest.raises(Unreachable, match="no file matches"):
        openline.read(str(tmp_path / "*.kml"))
    (tmp_path / "empty.kml").write_bytes(b"")
    with pytest.raises(InvalidInput, match="empty"):
        openline.read(tmp_path / "empty.kml")
    if os.getuid() != 0:
        (tmp_path / "empty.kml").chmod(0)
        with pytest.raises(Unreachable, match="permission"):
            openline.read(tmp_path / "empty.kml")


def test_a_name_with_brackets_is_a_file_first(tmp_path: Path) -> None:
    path = tmp_path / "plan[1].geojson"
    write_geojson(path, feature("P-1", 7.5))
    write_geojson(tmp_path / "plan1.geojson", feature("P-2", 7.5))
    assert [intent.id for intent in openline.read(path).intents] == ["P-1"]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_an_endless_file_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openline.app.read_files.FILE_BYTES_MAX", 1000)
    assert len(read_bytes("/dev/zero")) == 1001


def test_each_file_is_told_with_its_format(tmp_path: Path) -> None:
    contents = list(read_each([north(tmp_path), north(tmp_path)], Reading()))
    assert [content.format_name for content in contents] == ["geojson", ""]
    assert "named twice" in contents[1].traffic.warnings[0]


def test_within_keeps_windows_that_meet_the_period() -> None:
    traffic = Traffic(
        (samples.intent("N", "n"),), (samples.constraint("C", "c"),), (samples.notice(),)
    )
    eleven = samples.TEN + samples.HOUR
    later, second = (eleven, eleven + samples.HOUR), timedelta(seconds=1)
    assert within(traffic, later) == traffic, "ends count"
    after = (eleven + second, eleven + samples.HOUR)
    assert within(traffic, after).entities() == ()
    assert within(traffic, after, second) == traffic, "the margin counts"
    before = (samples.TEN - samples.HOUR, samples.TEN - second)
    assert within(traffic, before).entities() == ()
    inside = (samples.TEN + second, samples.TEN + 2 * second)
    assert within(traffic, inside) == traffic


def test_within_keeps_the_other_volumes_of_an_entity() -> None:
    early = samples.volume(samples.SQUARE)
    late = openline.Volume4D(
        early.footprint, early.altitude, early.time_end, early.time_end + samples.HOUR
    )
    plan = openline.OperationalIntent("N", "north", (early, late))
    moment = samples.TEN + timedelta(minutes=90)
    kept = within(Traffic((plan,)), (moment, moment + samples.HOUR)).intents[0]
    assert kept.volumes == (late,)


def test_each_way_of_widening_is_said_once(tmp_path: Path) -> None:
    parts = [feature(f"L-{n}", 7.0 + n, altitude_reference="AGL") for n in range(3)]
    traffic = openline.read(
        write_geojson(tmp_path / "low.geojson", *parts), ground_amsl_m=(100.0, 200.0)
    )
    said = [sentence for sentence in widenings(traffic) if "ground" in sentence]
    assert len(said) == 1
    assert "3 volumes, first in" in said[0]
    assert "features[0]" in said[0]


def test_an_id_that_two_files_use_is_said() -> None:
    same = (samples.intent("N", "north"), samples.intent("N", "north", source="b.kml"))
    warnings = check_traffic(Traffic((*same, samples.intent("S", "south")))).warnings
    assert len(warnings) == 1
    assert "given twice: a.geojson and b.kml" in warnings[0]


def test_the_agreed_area_is_one_footprint(tmp_path: Path) -> None:
    path = tmp_path / "area.geojson"
    path.write_text('{"type":"Polygon","coordinates":[[[7,48],[8,48],[8,49],[7,48]]]}')
    assert read_area(str(path)) == Polygon.of([(48, 7), (48, 8), (49, 8)])
    path.write_text(
        '{"type":"Feature","properties":{"radius_m":5000},'
        '"geometry":{"type":"Point","coordinates":[7,48]}}'
    )
    assert read_area(str(path)) == Circle.of(48.0, 7.0, 5000.0)
    two = write_geojson(tmp_path / "two.geojson", feature("A", 7.0), feature("B", 8.0))
    with pytest.raises(InvalidInput, match="2 footprints"):
        read_area(two)
    path.write_text('{"type":"FeatureCollection","features":[]}')
    with pytest.raises(InvalidInput, match=r"area\.geojson: no footprints"):
        read_area(str(path))
    with pytest.raises(Unreachable):
        read_area(str(tmp_path / "no"))


def test_public_names_are_themselves() -> None:
    assert openline.Circle is Circle
    assert set(openline.__all__) <= set(dir(openline))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = openline.nonsense
    start = datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert openline.Volume4D.over_ellipsoid(
        openline.Circle.of(0, 0, 1), 0.0, 1.0, start, start + samples.HOUR
    )


def test_the_import_costs_little() -> None:
    code = "import sys, openline; print(len([m for m in sys.modules if m.startswith('openline')]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == 1
