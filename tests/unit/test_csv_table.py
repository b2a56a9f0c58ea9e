"""Tables and well-known text: columns by name, lines in errors, what spreadsheets do."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from openline.airspace.entity import Notice
from openline.errors import InvalidGeometry, InvalidInput, InvalidTimeRange
from openline.formats import csv_table, wkt
from openline.formats.traffic import Traffic
from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon
from tests.format_samples import FOLDER, OPTIONS

HEAD = "id,time_start,time_end,altitude_lower,altitude_upper,lat,lng,radius_m"
ROW = "a,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,100,200,48,7,500"


def read(text: str) -> Traffic:
    return csv_table.read(text.encode(), "table.csv", OPTIONS)


def sample(name: str) -> Traffic:
    return csv_table.read((FOLDER / "csv" / name).read_bytes(), name, OPTIONS)


def test_columns_are_found_by_their_names_and_units() -> None:
    first, second = sample("circles_semicolon.csv").intents
    assert (first.id, first.party) == ("d-1", "Drone; Works")
    assert first.volumes[0].footprint == Circle.of(48.75, 7.58, 300)
    band = second.volumes[0].altitude
    assert band.lower == Altitude(1000.0, AltitudeReference.AMSL, AltitudeUnit.FT)
    # the first row's note has a line break in it: rows are counted by the file's lines
    assert second.source == "circles_semicolon.csv, line 5"
    assert any("'Remark'" in w for w in sample("circles_semicolon.csv").warnings)


def test_shapes_are_read_from_well_known_text() -> None:
    traffic = sample("shapes.csv")
    area, line = (intent.volumes[0].footprint for intent in traffic.intents)
    assert isinstance(area, Polygon)
    assert len(area.holes) == 1
    assert line == Corridor.of([(48.7, 7.5), (48.9, 7.9)], 900)
    assert traffic.constraints[0].volumes[0].footprint == Circle.of(48.5, 7.7, 5000)
    assert traffic.notices[0].text == "Gliders, many of them"
    assert not traffic.notices[0].located


def test_tabs_and_offsets_from_utc() -> None:
    (intent,) = sample("tabs.csv").intents
    assert intent.party == "tabs"
    assert intent.volumes[0].time_start == datetime(2026, 11, 21, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (f"{HEAD}\n{ROW}\n\n{ROW.replace(',500', ',')}", InvalidGeometry, "line 4"),
        (f"{HEAD}\n{ROW},x", InvalidInput, "9 cells under 8 columns"),
        (f"{HEAD},Latitude\n{ROW},1", InvalidInput, "'lat' and 'Latitude' mean the same"),
        (f"{HEAD},wkt\n{ROW},POINT(7 48)", InvalidInput, "both wkt and lat, lng"),
        (f"{HEAD}\n{ROW.replace(',7,', ',,')}", InvalidInput, "one of lat and lng is missing"),
        (f"{HEAD}\n{ROW.replace(',48,', ',95,')}", InvalidGeometry, "latitude 95"),
        (f"{HEAD}\n{ROW.replace('11:00:00Z', '11:00:00')}", InvalidTimeRange, "no time zone"),
        (f'{HEAD}\n{ROW}\n"b,{ROW}', InvalidInput, "line 3: not a table"),
        (f"{HEAD}\n{ROW.replace(',48,', ',NaN,')}", InvalidInput, "'NaN' is not a number"),
        ("alpha,beta\n1,2", InvalidInput, "no known column"),
        ("", InvalidInput, "no known column"),
        (
            f"{HEAD}\n{ROW}".replace(",", ";").replace(";48;", ";48,5;"),
            InvalidInput,
            "'48,5' is not a number (write it with a decimal point",
        ),
    ],
)
def test_refusals_name_the_line(text: str, kind: type[InvalidInput], words: str) -> None:
    with pytest.raises(kind) as caught:
        read(text)
    assert str(caught.value).startswith("table.csv, line ")
    assert words in str(caught.value)


def test_bytes_that_are_not_utf_8_name_their_line() -> None:
    with pytest.raises(InvalidInput, match="line 2: byte 0xe4"):
        csv_table.read(HEAD.encode() + b"\n\xe4", "t", OPTIONS)


def test_text_that_a_spreadsheet_would_run_is_written_as_text() -> None:
    start = datetime(2026, 11, 22, tzinfo=UTC)
    end = datetime(2026, 11, 23, tzinfo=UTC)
    notice = Notice("=1+1", "+p", start, end, (), "@x", "'n")
    written = csv_table.write(Traffic(notices=(notice,)))
    assert b"notice,'=1+1,'+p,''n," in written
    back = csv_table.read(written, "-", OPTIONS).notices[0]
    assert replace(back, source=None) == notice


def test_cells_as_large_as_the_largest_polygon_are_read() -> None:
    from math import cos, sin, tau

    ring = [(7 + cos(tau * n / 9000) / 10, 48 + sin(tau * n / 9000) / 10) for n in range(9000)]
    cell = ", ".join(f"{lng!r} {lat!r}" for lng, lat in (*ring, ring[0]))
    assert len(cell) > 131_072, "beyond the csv module's own bound"
    head = "id,time_start,time_end,altitude_lower,altitude_upper,wkt"
    row = ROW.removesuffix("48,7,500")
    traffic = read(f'{head}\n{row}"POLYGON(({cell}))"\n')
    assert len(traffic.intents[0].volumes[0].footprint.outer) == 9000  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "geometry"),
    [
        ("POINT(7 48)", {"type": "Point", "coordinates": [7, 48]}),
        (" srid=4326;point z (7 48 100)", {"type": "Point", "coordinates": [7, 48, 100]}),
        ("MULTIPOINT(7 48, 8 49)", {"type": "MultiPoint", "coordinates": [[7, 48], [8, 49]]}),
        ("MULTIPOINT((7 48), (8 49))", {"type": "MultiPoint", "coordinates": [[7, 48], [8, 49]]}),
        (
            "MULTILINESTRING((1 2,3 4),(5 6,7e0 -8.5))",
            {"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]], [[5, 6], [7, -8.5]]]},
        ),
        (
            "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))",
            {
                "type": "MultiPolygon",
                "coordinates": [
                    [[[0, 0], [1, 0], [1, 1], [0, 0]]],
                    [[[5, 5], [6, 5], [6, 6], [5, 5]]],
                ],
            },
        ),
    ],
)
def test_well_known_text(text: str, geometry: dict[str, object]) -> None:
    assert wkt.geometry(text) == geometry


@pytest.mark.parametrize(
    "text",
    [
        *("", "POINT", "POINT EMPTY", "POINT(7 48", "POINT(7 48))", "POINT(7 48) x", "CIRCLE(1 2)"),
        *("SRID=3857;POINT(7 48)", "POINT(7 x)", "POINT(nan 1)", "POINT(1e999 1)", "(" * 100_000),
        *("POLYGON" + "(" * 100_000, "POLYGON((7 48)", "POINT 7 48", "POINT(7 (48))"),
    ],
)
def test_text_that_is_not_well_known_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        wkt.geometry(text)
