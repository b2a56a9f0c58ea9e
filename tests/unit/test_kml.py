"""KML in and out: geometry, heights, times and properties."""

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from openline.airspace.entity import Constraint, IntentState, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.errors import AreaTooLarge, InvalidAltitude, InvalidInput, InvalidTimeRange
from openline.formats import kml
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude import SURFACE, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples" / "kml"
SHARED = ROOT.parent / "shared" / "data" / "kml" / "dcdemo.kml"
SPAN = "<TimeSpan><begin>2026-06-15T08:00:00Z</begin><end>2026-06-15T09:00:00Z</end></TimeSpan>"
RING = (
    "<LinearRing><coordinates>8,46,500 8.1,46,600 8.1,46.1,500 8,46,500</coordinates></LinearRing>"
)
EXTRUDED = "<extrude>1</extrude><altitudeMode>absolute</altitudeMode>"
AREA = f"<Polygon>{EXTRUDED}<outerBoundaryIs>{RING}</outerBoundaryIs></Polygon>"


def data(**properties: object) -> str:
    items = (f'<Data name="{k}"><value>{v}</value></Data>' for k, v in properties.items())
    return f"<ExtendedData>{''.join(items)}</ExtendedData>"


def read(*inner: str, options: ReadOptions | None = None) -> Traffic:
    text = f'<kml xmlns="urn:k" xmlns:gx="urn:g"><Document>{"".join(inner)}</Document></kml>'
    return kml.read(text.encode(), "f.kml", options or ReadOptions())


def placemark(*inner: str, options: ReadOptions | None = None) -> Traffic:
    return read(f"<Placemark><name>p</name>{''.join(inner)}</Placemark>", options=options)


def only(traffic: Traffic) -> Volume4D:
    (intent,) = traffic.intents
    (volume,) = intent.volumes
    return volume


def line(extra: str = "") -> str:
    points = "<coordinates>8,46,500 8.1,46,700</coordinates>"
    return f"<LineString>{EXTRUDED}{points}</LineString>{extra}"


def test_the_sample_is_understood() -> None:
    traffic = kml.read((SAMPLES / "areas.kml").read_bytes(), "areas.kml", ReadOptions())
    by_id = {intent.id: intent for intent in traffic.intents}
    assert list(by_id) == ["north", "fields", "Winch site", "Transit"]
    assert {intent.party for intent in traffic.intents} == {"Valley Rescue"}
    north = by_id["north"].volumes[0]
    assert isinstance(north.footprint, Polygon)
    assert len(north.footprint.holes) == 1
    assert (north.altitude.lower, str(north.altitude.upper)) == (SURFACE, "2,500 m AMSL")
    fields = by_id["fields"]
    assert (len(fields.volumes), fields.state, fields.priority) == (2, IntentState.ACTIVATED, 50)
    assert fields.name == "Two fields"
    band = fields.volumes[0].altitude
    assert band.lower == Altitude(500, AltitudeReference.AMSL, AltitudeUnit.FT)
    assert band.upper == Altitude(10_000, AltitudeReference.FL, AltitudeUnit.FT)
    winch = by_id["Winch site"].volumes[0]
    assert winch.footprint == Circle.of(46.7, 7.95, 800)
    assert (winch.time_start.hour, winch.time_end.minute) == (7, 30)
    assert isinstance(by_id["Transit"].volumes[0].footprint, Corridor)
    (notice,) = traffic.notices
    assert not notice.located
    assert (notice.id, notice.time_end) == ("N1", datetime(2026, 6, 16, tzinfo=UTC))
    assert notice.text == "Relay out of service & no date for repair"


def test_a_track_is_cut_into_slices() -> None:
    (intent,) = kml.read((SAMPLES / "track.kml").read_bytes(), "t.kml", ReadOptions()).intents
    assert [v.time_start.minute for v in intent.volumes] == [0, 4]
    assert str(intent.volumes[0].altitude) == "1,470 m AMSL to 1,630 m AMSL"


def test_a_band_from_the_ground_needs_no_terrain_but_one_over_it_does() -> None:
    over = AREA.replace("absolute", "relativeToGround")
    with pytest.raises(InvalidAltitude, match="ground"):
        placemark(SPAN, over)
    known = ReadOptions(altitude=AltitudePolicy(ground_amsl_m=(400.0, 450.0)))
    band = only(placemark(SPAN, over, options=known)).altitude
    assert str(band) == "SFC to 600 m AGL"


def test_stated_altitudes_win_over_the_drawing() -> None:
    stated = data(altitude_lower=100, altitude_upper=200)
    band = only(placemark(SPAN, stated, AREA)).altitude
    assert (band.lower, band.upper) == (Altitude(100.0), Altitude(200.0))


def test_a_stated_datum_does_not_change_the_heights_of_the_drawing() -> None:
    stated = data(altitude_reference="AGL", altitude_unit="ft", altitude_upper_unit="ft")
    assert str(only(placemark(SPAN, stated, AREA)).altitude.upper) == "600 m AMSL"


def test_times_are_handed_down_and_the_nearest_counts() -> None:
    own = SPAN.replace("T08", "T07")
    folder = (
        f"<Folder>{SPAN}<Placemark>{AREA}</Placemark><Placemark>{own}{AREA}</Placemark></Folder>"
    )
    first, second = read(folder).intents
    assert (first.volumes[0].time_start.hour, second.volumes[0].time_start.hour) == (8, 7)
    assert (first.id, second.id) == ("Placemark 1", "Placemark 2")


def test_a_nearer_time_span_counts_before_stated_times_from_above() -> None:
    above = data(time_start="2026-01-01T00:00:00Z", time_end="2026-01-02T00:00:00Z")
    folder = f"<Folder>{above}<Placemark>{SPAN}{AREA}</Placemark></Folder>"
    assert only(read(folder)).time_start.month == 6


def test_an_open_time_span_is_unbounded_and_reported() -> None:
    traffic = placemark("<TimeSpan><begin>2026-06-15T08:00:00Z</begin></TimeSpan>", AREA)
    assert only(traffic).time_end.year == 2200
    assert any("without end" in words for words in traffic.warnings)


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        ("2026", (2026, 1, 1), (2027, 1, 1)),
        ("2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("2026-02", (2026, 2, 1), (2026, 3, 1)),
        ("2024-02-29", (2024, 2, 29), (2024, 3, 1)),
    ],
)
def test_a_date_stands_for_all_of_it(
    when: str, start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    volume = only(placemark(f"<TimeStamp><when>{when}</when></TimeStamp>", AREA))
    assert volume.time_start == datetime(*start, tzinfo=UTC)
    assert volume.time_end == datetime(*end, tzinfo=UTC)


def test_placemarks_of_one_stated_id_are_one_intent_and_of_one_name_are_not() -> None:
    same = f"<Placemark><name>n</name>{data(intent='x')}{SPAN}{AREA}</Placemark>"
    assert [len(intent.volumes) for intent in read(same, same).intents] == [2]
    alike = f"<Placemark><name>n</name>{SPAN}{AREA}</Placemark>"
    assert [intent.id for intent in read(alike, alike).intents] == ["n", "n (2)"]


def test_the_width_of_a_line_comes_from_the_file_or_the_caller() -> None:
    with pytest.raises(InvalidInput, match="--half-width 200m"):
        placemark(SPAN, line())
    wide = placemark(SPAN, line(), options=ReadOptions(half_width_m=70.0))
    assert only(wide).footprint == Corridor.of([(46, 8), (46, 8.1)], 70)
    own = placemark(SPAN, line(data(half_width_m=20)), options=ReadOptions(half_width_m=70.0))
    assert only(own).footprint == Corridor.of([(46, 8), (46, 8.1)], 20)


def test_blanks_around_commas_are_forgiven() -> None:
    loose = AREA.replace(",", " , ")
    assert only(placemark(SPAN, loose)).footprint == only(placemark(SPAN, AREA)).footprint


FLAT = AREA.replace("<extrude>1</extrude>", "")
POINT = f"<Point>{EXTRUDED}<coordinates>8,46,100</coordinates></Point>"


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (AREA, "TimeSpan with begin and end"),
        (SPAN, "no geometry"),
        (SPAN + FLAT, "not extruded.*altitude_lower"),
        (SPAN + AREA.replace("absolute", "clampToGround"), "clampToGround says nothing"),
        (SPAN + AREA.replace("absolute", "relativeToSeaFloor"), "relativeToSeaFloor says nothing"),
        (SPAN + AREA.replace(",500", ""), "no altitude"),
        (SPAN + POINT, "radius_m"),
        (SPAN + "<Model/>", "Model is no airspace"),
        (SPAN + AREA.replace("8.1,46,600", "8.1;46;600"), "point 2 has 1 numbers"),
        (SPAN + AREA.replace("8.1,46,600", "8.1,146,600"), "latitude 146"),
        (SPAN + AREA.replace("8.1,46,600", "8.1,nan,600"), "finite"),
        (SPAN + AREA + data(kind="zone"), "kind"),
        (SPAN + AREA + data(priority="high"), "priority"),
        (SPAN + AREA + data(shape="circle", centre="8,46"), "not complete"),
        ("<TimeStamp><when>2026-06-15T08:00:00Z</when></TimeStamp>" + AREA, "instant"),
        (SPAN.replace("T08:00:00Z", "T08:00:00") + AREA, "no time zone"),
        (SPAN.replace("T09", "T07") + AREA, "not after"),
        ("<TimeStamp><when>2026-02-30</when></TimeStamp>" + AREA, "not a time"),
        (SPAN + "<gx:Track><when>2026-06-15T08:00:00Z</when></gx:Track>", "half-width"),
    ],
)
def test_what_cannot_be_known_is_refused_with_place_and_cure(inner: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=f"(?s){words}") as caught:
        placemark(inner)
    assert caught.value.facts["element"] == "Placemark 'p'"
    assert caught.value.facts["file"] == "f.kml"
    assert caught.value.facts["line"] == 1


def test_a_placemark_is_taken_as_a_whole_or_not_at_all() -> None:
    high = AREA.replace("600", "999999")
    traffic = placemark(
        SPAN,
        f"<MultiGeometry>{AREA}{high}</MultiGeometry>",
        options=ReadOptions(skip_invalid=True),
    )
    assert traffic.intents == ()
    assert any(words.startswith("skipped") for words in traffic.warnings)


def test_too_many_points_are_refused() -> None:
    many = " ".join(f"{8 + n / 1e6},46,100" for n in range(10_002))
    text = f"<LineString>{EXTRUDED}<coordinates>{many}</coordinates></LineString>"
    with pytest.raises(AreaTooLarge, match="10,002 points"):
        placemark(SPAN, text, data(half_width_m=5))


def test_another_root_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not 'kml'"):
        kml.read(b"<gpx/>", "f", ReadOptions())


def test_network_links_are_reported_and_not_followed() -> None:
    traffic = read("<NetworkLink><Link><href>http://example.org/x.kml</href></Link></NetworkLink>")
    assert any("not followed" in words for words in traffic.warnings)


@pytest.mark.parametrize(
    "head", ['<?xml version="1.0"?><kml xmlns="x">', "<kml:kml xmlns:kml='x'>"]
)
def test_kml_is_recognised(head: str) -> None:
    assert kml.recognises(head)
    assert not kml.recognises('<gpx version="1.1">')


def test_awkward_words_survive_the_way_out_and_in() -> None:
    band = only(placemark(SPAN, AREA)).altitude
    volume = Volume4D(
        Circle.of(89.9, 180.0, 30_000.0),
        band,
        datetime(2026, 6, 15, 8, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 6, 15, 9, tzinfo=UTC),
    )
    intent = OperationalIntent("<&\"'> ]]> Ω \U0001f681", "P & Q", (volume,), name="a < b")
    constraint = Constraint("c", "R", (volume,), reason="control \x01 character")
    written = kml.write(Traffic((intent,), (constraint,)))
    back = kml.read(written, "f", ReadOptions())
    assert [(e.id, e.party, e.name) for e in back.intents] == [(intent.id, "P & Q", "a < b")]
    assert back.intents[0].volumes[0].footprint == volume.footprint
    assert back.constraints[0].reason == "control \\u0001 character"


def test_the_drawing_is_what_a_viewer_needs() -> None:
    traffic = kml.read((SAMPLES / "areas.kml").read_bytes(), "areas.kml", ReadOptions())
    root = ElementTree.fromstring(kml.write(traffic))
    ns = {"k": "http://www.opengis.net/kml/2.2"}
    polygons = root.findall(".//k:Polygon", ns)
    assert len(polygons) >= traffic.volume_count
    for polygon in polygons:
        assert polygon.findtext("k:extrude", namespaces=ns) == "1"
        assert polygon.findtext("k:altitudeMode", namespaces=ns) == "absolute"
        text = polygon.findtext(".//k:coordinates", namespaces=ns)
        assert text is not None
        points = text.split()
        assert points[0] == points[-1]
        assert all(len(point.split(",")) == 3 for point in points)
    assert len(root.findall(".//k:Placemark/k:TimeSpan", ns)) == traffic.volume_count + 1


@pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not beside the checkout")
def test_a_drawing_without_times_is_refused_element_by_element() -> None:
    text = SHARED.read_bytes()
    with pytest.raises(InvalidInput, match=r"line 115.*FlyNorth"):
        kml.read(text, "dcdemo.kml", ReadOptions())
    traffic = kml.read(text, "dcdemo.kml", ReadOptions(skip_invalid=True))
    assert not traffic.intents
    assert len([words for words in traffic.warnings if words.startswith("skipped")]) == 19


@pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not beside the checkout")
def test_a_drawing_is_read_once_it_says_when_and_how_high() -> None:
    added = SPAN + data(altitude_lower="SFC", altitude_upper="140 m AMSL", half_width_m=30)
    text = SHARED.read_text(encoding="utf-8").replace("<Document>", f"<Document>{added}", 1)
    options = ReadOptions(skip_invalid=True)
    traffic = kml.read(text.encode(), "dcdemo.kml", options)
    kinds = [type(intent.volumes[0].footprint) for intent in traffic.intents]
    skipped = [words for words in traffic.warnings if words.startswith("skipped")]
    # 13 polygons, 3 lines, 3 pins without a size
    assert len(kinds) + len(skipped) == 19
    assert kinds.count(Polygon) >= 12
    assert kinds.count(Corridor) == 3
    assert InvalidTimeRange.__name__ not in " ".join(skipped)
