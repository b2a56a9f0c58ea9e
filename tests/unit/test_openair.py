"""OpenAir: what is read, what is refused, and what is written."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyproj import Geod

from openline.airspace.entity import Constraint, Notice, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.errors import AreaTooLarge, InvalidAltitude, InvalidGeometry, InvalidInput
from openline.formats import openair
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon
from openline.limits import TIME_MAX, TIME_MIN

SAMPLES = Path(__file__).parents[1] / "samples" / "openair"
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "openair"
HEAD = "AC R\nAN TEST\nAL 0\nAH 3000 ft\n"
TRIANGLE = "DP 47:00:00 N 008:00:00 E\nDP 47:00:00 N 008:10:00 E\nDP 47:10:00 N 008:05:00 E\n"
GEOD = Geod(ellps="WGS84")


def _read(text: str, **options: object) -> Traffic:
    return openair.read(text.encode(), "test.txt", ReadOptions(**options))  # type: ignore[arg-type]


def _one(text: str) -> Constraint:
    (constraint,) = _read(text).constraints
    return constraint


def _sample() -> dict[str, Constraint]:
    data = (SAMPLES / "valley.txt").read_bytes()
    read = openair.read(data, "valley.txt", ReadOptions())
    assert read.warnings == ()
    return {c.name or "": c for c in read.constraints}


def test_polygon_in_mixed_spellings() -> None:
    area = _sample()["R1 RANGE NORTH"].volumes[0]
    expected = ((47.0, 8.0), (47.0, 8.2), (46.875, 8.2), (46.875, 8.0))
    assert isinstance(area.footprint, Polygon)
    assert area.footprint.outer == expected
    assert str(area.altitude) == "SFC to FL095"
    assert (area.time_start, area.time_end) == (TIME_MIN, TIME_MAX)


def test_circle_is_exact() -> None:
    constraint = _sample()["D7 BLASTING"]
    assert constraint.volumes[0].footprint == Circle.of(46 + 40 / 60, 8 + 20 / 60, 1.5 * 1852)
    assert str(constraint.volumes[0].altitude) == "600 m AMSL to 3,000 ft AMSL"
    assert constraint.reason == "danger area"


def test_airway_is_a_corridor_of_half_the_width() -> None:
    footprint = _sample()["WAVE ROUTE"].volumes[0].footprint
    assert isinstance(footprint, Corridor)
    assert footprint.half_width_m == 2 * 1852
    assert len(footprint.path) == 3


def test_activation_times_are_windows() -> None:
    first, second = _sample()["TRA EXERCISE"].volumes
    assert (first.time_start.hour, first.time_end.hour) == (8, 12)
    assert second.time_end == TIME_MAX


def test_arc_bulges_around_the_area() -> None:
    footprint = _sample()["VALLEY CONTROL ZONE"].volumes[0].footprint
    assert isinstance(footprint, Polygon)
    north = max(footprint.outer, key=lambda p: p.lat_deg)
    # the northernmost point of the arc: 5 NM due north of the centre, and up to 10 m beyond it
    _, lat, _ = GEOD.fwd(8.5, 46.5, 0.0, 5 * 1852)
    assert 0.0 <= north.lat_deg - lat < 10 / 111_000


def test_hollow_arc_keeps_the_area_whole() -> None:
    footprint = _sample()["VALLEY TMA"].volumes[0].footprint
    assert isinstance(footprint, Polygon)
    for vertex in footprint.outer[2:-2]:
        distance = GEOD.inv(8.5, 46.5, vertex.lng_deg, vertex.lat_deg)[2]
        assert distance < 15.1 * 1852
    constraint = _sample()["VALLEY TMA"]
    assert constraint.id == "valley-tma-1"
    assert constraint.reason == "TMA, class D airspace"


@pytest.mark.parametrize("bearings", ["0, 360", "90, 90"])
def test_full_turn_is_a_circle(bearings: str) -> None:
    constraint = _one(f"{HEAD}V X=47:00:00 N 008:00:00 E\nDA 3, {bearings}\n")
    assert constraint.volumes[0].footprint == Circle.of(47.0, 8.0, 3 * 1852)


def test_latin_1_and_unknown_limits() -> None:
    data = (SAMPLES / "latin1.txt").read_bytes()
    read = openair.read(data, "latin1.txt", ReadOptions())
    assert read.constraints[0].name == "Zürich Süd"
    assert str(read.constraints[0].volumes[0].altitude) == "1,500 ft AMSL to unlimited"
    assert any("'NOTAM': taken as unlimited" in w for w in read.warnings)
    assert any("'ZZ', not known: 1 ignored, the first on line 8" in w for w in read.warnings)


def test_unknown_records_warn_once_a_kind() -> None:
    read = _read(HEAD + "ZZ a\nZZ b\nYY c\nAF 123.4\nthis is no record\n" + TRIANGLE)
    assert len(read.warnings) == 3
    assert "2 ignored, the first on line 5" in read.warnings[1]


def test_missing_limits_are_wide_and_said() -> None:
    read = _read("AC R\nAN TEST\n" + TRIANGLE)
    assert str(read.constraints[0].volumes[0].altitude) == "SFC to unlimited"
    assert len(read.warnings) == 2


def test_same_name_gets_a_number() -> None:
    assert [c.id for c in _read((HEAD + TRIANGLE) * 3).constraints] == [
        "TEST",
        "TEST #2",
        "TEST #3",
    ]


def test_party() -> None:
    assert _one(HEAD + TRIANGLE).party == "test"
    assert _read(HEAD + TRIANGLE, party="air force").constraints[0].party == "air force"


def test_terrain_is_no_airspace() -> None:
    read = _read(HEAD + TRIANGLE + "TO lake\nDP 1:0:0 N 1:0:0 E\nDP 2:0:0 N 1:0:0 E\n")
    assert len(read.constraints) == 1
    assert any("terrain: 3 ignored" in warning for warning in read.warnings)


@pytest.mark.parametrize(
    ("records", "line", "problem"),
    [
        ("DP 47:00:00 N 008:00:00 E\nDP 47:00:61 N 008:00:00 E\n", 6, "60 or more"),
        ("DP 47:00:00 N 008:00:00 E\nDP 47:00:00 N 009:00:00 E\n", 1, "2 different points"),
        ("DC 5\n", 5, "no centre"),
        ("V X=47:00:00 N 008:00:00 E\nDC 0\n", 6, "radius"),
        ("V X=47:00:00 N 008:00:00 E\nDC 99999\n", 6, "radius"),
        ("V X=47:00:00 N 008:00:00 E\nDA 5, 10\n", 6, "two bearings"),
        ("V X=47:00:00 N 008:00:00 E\nDA 5, 10, 400\n", 6, "over 360"),
        ("V Q=1\n", 5, "sets nothing"),
        ("AH 4000 ft\n", 5, "twice"),
        ("DY 47:00:00 N 008:00:00 E\n", 1, "without a width"),
        ("V X=47:0:0 N 8:0:0 E\nDB 47:5:0 N 8:0:0 E, 47:0:0 N 9:0:0 E\n", 6, "from its centre"),
        ("", 1, "no points"),
    ],
)
def test_errors_name_line_and_airspace(records: str, line: int, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem) as caught:
        _read(HEAD + records)
    assert caught.value.facts["line"] == line
    assert caught.value.facts["file"] == "test.txt"
    assert caught.value.facts["element"] == "airspace 'TEST'"


def test_centre_does_not_outlive_its_airspace() -> None:
    first = HEAD + "V X=47:00:00 N 008:00:00 E\nDC 5\n"
    with pytest.raises(InvalidGeometry, match="no centre"):
        _read(first + HEAD + "DC 5\n")


def test_agl_without_ground_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidAltitude, match="ground") as caught:
        _read("AC R\nAN TEST\nAL SFC\nAH 500 AGL\n" + TRIANGLE)
    assert caught.value.facts["element"] == "airspace 'TEST'"


def test_too_many_vertices_are_refused() -> None:
    arc = "DA 200, 0, 359\nDA 200, 359, 1\n"
    with pytest.raises(AreaTooLarge):
        _read(HEAD + "V X=47:00:00 N 008:00:00 E\n" + arc * 100)


def test_bad_airspace_is_skipped_on_request() -> None:
    read = _read(HEAD + "DC 5\n" + HEAD + TRIANGLE, skip_invalid=True)
    assert len(read.constraints) == 1
    assert "skipped" in read.warnings[0]


def test_nothing_in_it() -> None:
    with pytest.raises(InvalidInput, match="no airspace"):
        _read("* only a comment\n")


def test_recognition() -> None:
    assert openair.recognises("* hello\n\nac r\nan test\n")
    assert openair.recognises("* a long\n* comment\n")
    assert not openair.recognises("id,party\nac,an\n")
    assert not openair.recognises("q) xxaa/qrtca/iv/bo/w/000/100/5028n03015e005\na) xxaa\n")


def test_writing_what_was_read_gives_the_same_back() -> None:
    data = (SAMPLES / "valley.txt").read_bytes()
    first = openair.read(data, "valley.txt", ReadOptions())
    again = openair.read(openair.write(first), "valley.txt", ReadOptions())
    before = [v for c in first.constraints for v in c.volumes]
    after = [v for c in again.constraints for v in c.volumes]
    assert [(v.altitude, v.time_start, v.time_end) for v in before] == [
        (v.altitude, v.time_start, v.time_end) for v in after
    ]
    for one, other in zip(before, after, strict=True):
        assert type(one.footprint) is type(other.footprint)
        if isinstance(one.footprint, Polygon) and isinstance(other.footprint, Polygon):
            for a, b in zip(one.footprint.outer, other.footprint.outer, strict=True):
                assert a == pytest.approx(b, abs=2e-10)


def test_writing_intents_notices_and_what_openair_cannot_say() -> None:
    start, end = datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 22, 9, tzinfo=UTC)
    square = [(47.0, 8.0), (47.0, 8.1), (47.1, 8.1), (47.1, 8.0)]
    hole = [(47.04, 8.04), (47.04, 8.06), (47.06, 8.06), (47.06, 8.04)]
    volume = Volume4D.over_ellipsoid(Polygon.of(square, [hole]), 500.0, 600.0, start, end)
    intent = OperationalIntent("flight;1", "party", (volume, volume), name="Two\nlines")
    notices = (Notice("n", "party", start, end), Notice("m", "party", start, end, (volume,)))
    lines = openair.write(Traffic(intents=(intent,), notices=notices)).decode().splitlines()
    assert "* Notices without a place, not written: 1" in lines
    assert lines.count("* Larger than it is, holes filled: 1") == 3
    assert [line for line in lines if line.startswith(("AC", "AN", "AI"))][:3] == [
        *("AC Q", "AN Two lines 1/2", "AI flight;1 1")
    ]
    assert "AA 2026-11-22T08:00:00Z/2026-11-22T09:00:00Z" in lines
    assert lines.count("DP 47:00:00 N 008:06:00 E") == 3
    # the geoid is 47 to 50 m over the ellipsoid there, and 500 m are 1,640 ft
    low = next(
        int(line.removeprefix("AL ").removesuffix("ft AMSL"))
        for line in lines
        if line.startswith("AL")
    )
    assert 1640 - 51 / 0.3048 - 5 < low < 1640 - 46 / 0.3048


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared sample data next to the checkout")
def test_australia_reads_but_for_its_own_defects() -> None:
    """658 of 662: three outlines that cross or miss their centre, and one of two points."""
    options = ReadOptions(skip_invalid=True, altitude=AltitudePolicy(ground_amsl_m=(-15.0, 2228.0)))
    read = openair.read((SHARED / "australia.txt").read_bytes(), "australia.txt", options)
    skipped = [warning for warning in read.warnings if warning.startswith("skipped")]
    assert len(read.constraints) == 658
    assert [warning.split("line ")[1].split(",")[0] for warning in skipped] == [
        "2694",  # DARWIN_CTZ_C: its first arc runs the wrong way round and crosses its second
        "4355",  # R153D: point 31:27:27 S 116:26:04 E lies behind the two before it
        "8319",  # R870A: one end of its arc is twice as far from the centre as the other
        "9828",  # D738: two different points; the rest of its outline is a comment
    ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared sample data next to the checkout")
def test_feature_file_reads_entirely() -> None:
    options = ReadOptions(altitude=AltitudePolicy(ground_amsl_m=(0.0, 500.0)))
    read = openair.read((SHARED / "features.txt").read_bytes(), "features.txt", options)
    assert len(read.constraints) == 26
    assert read.warnings == ()
