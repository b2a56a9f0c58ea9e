"""Messages of live feeds: what they say, what is refused, and that garbage is survived."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.report import Identity, PositionReport
from openline.errors import InvalidInput
from openline.formats import aircraft_json, cot
from openline.formats.sbs import LINE_MAX, SbsReader, lines_of
from tests.unit.track_samples import START, at, report

KNOT = 1852 / 3600
FOOT = 0.3048


def aircraft(**more: Any) -> dict[str, Any]:
    return {"hex": "4b1617", "lat": 47.0, "lon": 8.5, "seen_pos": 1.5} | more


def document(*entries: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"now": START.timestamp(), "aircraft": list(entries)} | more).encode()


def read_one(**more: Any) -> PositionReport:
    (found,) = aircraft_json.read(document(aircraft(**more)), "r", at(0)).reports
    return found


# readsb and dump1090


def test_an_aircraft_of_readsb() -> None:
    found = read_one(
        flight="SWR123  ",
        alt_baro=35_000,
        alt_geom=36_025,
        gs=450.0,
        track=89.5,
        baro_rate=-640,
        geom_rate=-600,
        nac_p=9,
        category="A3",
    )
    assert found.identity == Identity("4b1617", None, "SWR123", None)
    assert found.time == at(-1.5)
    assert found.received == at(0)
    assert (found.lat_deg, found.lng_deg) == (47.0, 8.5)
    assert found.pressure_altitude_ft == 35_000
    assert found.altitude_m == pytest.approx(36_025 * FOOT)
    assert found.speed_mps == pytest.approx(450 * KNOT)
    assert found.track_deg == 89.5
    assert found.vertical_rate_mps == pytest.approx(-600 * FOOT / 60)
    assert found.accuracy_m == 30.0
    assert found.aircraft is AircraftClass.AEROPLANE
    assert not found.on_ground


def test_pressure_altitude_is_never_made_a_height() -> None:
    assert read_one(alt_baro=35_000).altitude_m is None
    assert read_one(alt_geom=35_000).pressure_altitude_ft is None


def test_on_the_ground_and_older_names() -> None:
    ground = read_one(alt_baro="ground")
    assert ground.on_ground
    assert ground.pressure_altitude_ft is None
    older = read_one(altitude=4_000, speed=120, vert_rate=60)
    assert older.pressure_altitude_ft == 4_000
    assert older.speed_mps == pytest.approx(120 * KNOT)
    assert older.vertical_rate_mps == pytest.approx(FOOT)


def test_an_address_that_is_not_the_aircrafts_own_is_a_uid() -> None:
    assert read_one(hex="~2a0b1c").identity == Identity(None, "~2a0b1c", None, None)


def test_one_bad_aircraft_does_not_hide_the_others() -> None:
    bad = [
        *(aircraft(lat=91), aircraft(hex="xyz"), aircraft(gs="fast"), aircraft(alt_baro=[])),
        *(aircraft(lon=True), "no aircraft", None, aircraft(nac_p="x"), aircraft(gs=1e300)),
    ]
    found = aircraft_json.read(document(*bad, aircraft()), "r", at(0))
    assert len(found.reports) == 1
    assert found.refused == len(bad)
    assert found.reason


def test_no_position_is_no_fault() -> None:
    found = aircraft_json.read(document({"hex": "4b1617", "flight": "X1"}), "r", at(0))
    assert (found.reports, found.refused, found.idle) == ([], 0, 1)


def test_without_now_the_receipt_counts_and_milliseconds_are_seen() -> None:
    for more, time in (({"now": None}, at(8.5)), ({"now": START.timestamp() * 1000}, at(-1.5))):
        (found,) = aircraft_json.read(document(aircraft(), **more), "r", at(10)).reports
        assert found.time == time


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"[]", b"{}", b'{"aircraft": {}}', b'{"aircraft": [NaN]}', b"\xff\xfe", b"<html>"),
        *(b'{"aircraft": [], "now": 1e30}', b'{"aircraft": [], "now": "x"}', b"[" * 100_000),
    ],
)
def test_what_is_no_aircraft_json_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        aircraft_json.read(data, "r", at(0))


# SBS-1

DAY = "2026/11/22,11:00:00.000,2026/11/22,11:00:00.000"
CALLED = f"MSG,1,1,1,4B1617,1,{DAY},SWR123  ,,,,,,,,,,,0"
PLACED = f"MSG,3,1,1,4B1617,1,{DAY},,35000,,,47.00000,8.50000,,,0,0,0,0"
MOVED = f"MSG,4,1,1,4B1617,1,{DAY},,,450.0,90.0,,,-64,,,,,0"


def test_lines_of_one_aircraft_come_together() -> None:
    reader = SbsReader("s")
    assert reader.read(CALLED.encode(), at(0)) is None
    assert reader.read(MOVED.encode(), at(1)) is None
    found = reader.read(PLACED.encode(), at(2))
    assert found is not None
    assert found.identity == Identity("4b1617", None, "SWR123", None)
    assert found.pressure_altitude_ft == 35_000
    assert found.altitude_m is None
    assert found.speed_mps == pytest.approx(450 * KNOT)
    assert found.track_deg == 90.0
    assert found.vertical_rate_mps == pytest.approx(-64 * FOOT / 60)
    assert found.time == at(2)


def test_an_old_velocity_does_not_go_with_a_new_position() -> None:
    reader = SbsReader("s")
    reader.read(MOVED.encode(), at(0))
    found = reader.read(PLACED.encode(), at(30))
    assert found is not None
    assert found.speed_mps is None


@pytest.mark.parametrize(
    "line",
    [
        *("garbage", "MSG", "MSG,3", PLACED.replace("4B1617", "nobody")),
        *(PLACED.replace("47.00000", "147.0"), PLACED.replace("35000", "nan")),
        *(PLACED.replace("8.50000", "east"), "MSG," + "x" * LINE_MAX, PLACED + "é"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(line: str) -> None:
    with pytest.raises(InvalidInput):
        SbsReader("s").read(line.encode(), at(0))


def test_lines_that_we_write_we_read_again() -> None:
    told = report(
        identity=Identity.of(icao24="4b1617", callsign="SWR123"),
        speed_mps=200.0,
        track_deg=181.5,
        vertical_rate_mps=-5.08,
    )
    reader = SbsReader("s")
    found = [reader.read(line.strip().encode(), at(1)) for line in lines_of(told)]
    assert found[:-1] == [None, None]
    assert found[-1] is not None
    assert found[-1].identity == told.identity
    assert found[-1].lat_deg == pytest.approx(told.lat_deg, abs=1e-6)
    assert found[-1].pressure_altitude_ft == told.pressure_altitude_ft
    assert found[-1].speed_mps == pytest.approx(200.0, abs=0.03)
    assert found[-1].track_deg == 181.5
    assert found[-1].vertical_rate_mps == pytest.approx(-5.08)


# Cursor-on-Target


def event(kind: str = "a-n-A-C-F", uid: str = "EFB-7", more: str = "", **point: Any) -> bytes:
    values = {"lat": 47.0, "lon": 8.5, "hae": 1500.5, "ce": 25, "le": 9999999.0} | point
    spread = " ".join(f'{name}="{value}"' for name, value in values.items())
    return (
        f'<?xml version="1.0"?><event version="2.0" uid="{uid}" type="{kind}" how="m-g" '
        'time="2026-11-22T10:00:00.5Z" start="2026-11-22T10:00:00Z" '
        f'stale="2026-11-22T10:01:00Z"><point {spread}/><detail>{more}</detail></event>'
    ).encode()


def test_an_event_of_an_aircraft() -> None:
    detail = '<contact callsign="REGA 1"/><track course="370" speed="61.7"/><remarks>x</remarks>'
    found = cot.read(event("a-f-A-C-H", more=detail), "c", at(2))
    assert found is not None
    assert found.identity == Identity(None, "EFB-7", "REGA 1", None)
    assert found.time == at(0.5)
    assert (found.lat_deg, found.lng_deg, found.altitude_m) == (47.0, 8.5, 1500.5)
    assert found.pressure_altitude_ft is None
    assert (found.speed_mps, found.track_deg, found.accuracy_m) == (61.7, 10.0, 25.0)
    assert found.aircraft is AircraftClass.ROTORCRAFT


def test_whose_side_is_said_leaves_no_trace() -> None:
    """Friend, neutral, hostile, suspect, unknown: the same report."""
    found = {repr(cot.read(event(f"a-{side}-A-C-F"), "c", at(2))) for side in "fnhsupajko"}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("kind", "aircraft"),
    [
        ("a-f-A", AircraftClass.UNKNOWN),
        ("a-n-A-C-F", AircraftClass.AEROPLANE),
        ("a-f-A-M-F", AircraftClass.FAST),
        ("a-f-A-M-F-Q", AircraftClass.UNCREWED),
        ("a-f-A-C-F-q", AircraftClass.UNCREWED),
        ("a-f-A-M-H-Q", AircraftClass.UNCREWED),
        ("a-.-A-M-H", AircraftClass.ROTORCRAFT),
        ("a-n-A-C-L", AircraftClass.BALLOON),
    ],
)
def test_the_class_is_taken_from_the_type(kind: str, aircraft: AircraftClass) -> None:
    found = cot.read(event(kind), "c", at(2))
    assert found is not None
    assert found.aircraft is aircraft


def test_a_gateways_uid_is_the_24_bit_address() -> None:
    found = cot.read(event(uid="ICAO-4B1617"), "c", at(2))
    assert found is not None
    assert found.identity == Identity("4b1617", None, None, None)


def test_unknown_stays_unknown() -> None:
    more = '<track course="0.0" speed="-1.0"/>'
    found = cot.read(event(hae=9999999.0, ce=9999999, more=more), "c", at(2))
    assert found is not None
    assert found.altitude_m is found.accuracy_m is found.speed_mps is None


@pytest.mark.parametrize("kind", ["a-f-G-U-C", "t-x-c-t", "b-t-f", "b-a-o-tbl", "", "a-f-S"])
def test_what_is_no_aircraft_is_left_out(kind: str) -> None:
    assert cot.read(event(kind), "c", at(2)) is None


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"<event", b"hello", b"\xbf\x01\xbf\x0a", b"<other/>", b"\x00" * 40),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + event(),
        b'<event type="a-f-A"/>',
        event(lat="nan"),
        event(lat=91),
        event(lon="1e999"),
        event(hae="high"),
        event().replace(b"10:00:00.5Z", b"10:00:00.5"),
        event(more="<a>" * 500 + "</a>" * 500),
        event(more="x" * 70_000),
    ],
)
def test_what_is_no_event_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        cot.read(data, "c", at(2))


@given(st.lists(st.integers(1, 400), max_size=30))
@settings(deadline=None, max_examples=50)
def test_a_stream_may_be_cut_anywhere(sizes: list[int]) -> None:
    stream = b"\n".join(event(uid=f"U{n}") for n in range(3)) + b"<event"
    found, rest, start = [], b"", 0
    for size in [*sizes, len(stream)]:
        events, rest = cot.split_events(rest + stream[start : start + size])
        found += events
        start += size
    assert [cot.read(e, "c", at(2)).identity.uid for e in found] == ["U0", "U1", "U2"]  # type: ignore[union-attr]
    assert rest == b"<event"


def test_an_endless_event_is_refused() -> None:
    with pytest.raises(InvalidInput):
        cot.split_events(b"<event>" + b"x" * 70_000)


# Garbage


GOOD = (document(aircraft(alt_baro=35_000, flight="X1")), PLACED.encode(), event())


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_damaged_messages_are_read_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.integers(0, 2))
    good = bytearray(GOOD[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(good) - 1))
        change = data.draw(st.sampled_from(("set", "cut", "double")))
        if change == "set":
            good[place] = data.draw(st.integers(0, 255))
        elif change == "cut" and len(good) > 2:
            del good[place:]
            break
        else:
            good[place:place] = good[place : place + 20]
    _survives(kind, bytes(good))


@given(st.integers(0, 2), st.binary(max_size=200))
@settings(deadline=None, max_examples=200)
def test_noise_is_read_or_refused(kind: int, noise: bytes) -> None:
    _survives(kind, noise)


def _survives(kind: int, data: bytes) -> None:
    received = datetime(2026, 11, 22, tzinfo=UTC)
    try:
        if kind == 0:
            aircraft_json.read(data, "r", received)
        elif kind == 1:
            SbsReader("s").read(data, received)
        else:
            cot.read(data, "c", received)
    except InvalidInput as error:
        assert str(error)  # noqa: PT017  # both are right; an error has words
