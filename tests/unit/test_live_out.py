"""What goes out of the live sky: positions as JSON, Cursor-on-Target, KML, and forwarding."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.entity import OperationalIntent
from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.track.tracker import Tracker
from openline.airspace.volume import Volume4D
from openline.app.sky.watch import SkyWatch
from openline.errors import InvalidInput, Unreachable
from openline.feeds.forward import Forwarder
from openline.feeds.senders import Sent, StreamSender
from openline.formats import cot, positions_json
from openline.formats.cot_write import alert_event, track_event, volume_events
from openline.formats.live_kml import network_link, write_tracks
from openline.formats.sky_events import event_object
from openline.geo.circle import Circle
from openline.geo.position import Position
from tests.unit.track_samples import START, at, flight, report

KML = "{http://www.opengis.net/kml/2.2}"
ODD = 'A<&>"\u0001é\u202e'


def one(**more: Any) -> dict[str, Any]:
    return {"icao24": "4b1617", "time": "2026-11-22T10:00:00Z", "lat": 47.0, "lng": 8.5} | more


def read(*positions: Any, **more: Any) -> positions_json.Positions:
    return positions_json.read(json.dumps({"positions": positions} | more).encode(), "p", at(1))


# Positions as JSON


def test_a_position_comes_back_as_it_was() -> None:
    told = report(
        identity=Identity.of(icao24="4b1617", uid="u", callsign="c", operation_id="o"),
        altitude_m=3_000.25,
        speed_mps=200.5,
        track_deg=359.5,
        vertical_rate_mps=-2.5,
        on_ground=True,
        aircraft=AircraftClass.UNCREWED,
        received=at(1),
        feed="p",
        party="north",
    )
    data = positions_json.write([told], sky_time=START)
    back = positions_json.read(data, "p", at(1), "north")
    assert back.found.reports == [told]
    assert back.sky_time == START


def test_the_party_is_that_of_the_sender_never_of_the_text() -> None:
    data = {"positions": [one(), one(own=True), one(operation_id="o"), one(party="south")]}
    found = positions_json.read(json.dumps(data).encode(), "p", at(1), "north").found
    assert [r.party for r in found.reports] == [None, "north", "north"]
    assert "party" in found.reason


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"altitude": 3000}, "altitude"),
        ({"lat": "47"}, "lat"),
        ({"lat": 91}, "latitude"),
        ({"lng": None}, "lng"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-11-22T10:00:00"}, "time zone"),
        ({"time": -5}, "time"),
        ({"class": "bomber"}, "class"),
        ({"icao24": None}, "nobody"),
        ({"pressure_altitude_ft": 1e9}, "pressure_altitude_ft"),
        ({"on_ground": "no"}, "on_ground"),
    ],
)
def test_a_bad_position_is_named_and_others_are_taken(bad: dict[str, Any], word: str) -> None:
    found = read(one(), one(**bad)).found
    assert len(found.reports) == 1
    assert found.refused == 1
    assert word in found.reason
    assert "positions[1]" in found.reason


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"[]", b"{}", b'{"positions": 1}', b'{"positions": [], "x": 1}', b"\xff"),
        *(b'{"positions": [' + b"[" * 100_000, b'{"positions": [], "sky_time": "now"}'),
    ],
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        positions_json.read(data, "p", at(0))


@given(st.binary(max_size=60), st.integers(0, 200))
@settings(deadline=None)
def test_damaged_documents_are_read_or_refused(noise: bytes, place: int) -> None:
    good = json.dumps({"positions": [one(), one(alt=1)]}).encode()
    try:
        positions_json.read(good[:place] + noise + good[place + len(noise) :], "p", at(0))
    except InvalidInput as error:
        assert error.problem  # noqa: PT017


# Cursor-on-Target


def test_an_event_that_we_write_we_read_again() -> None:
    told = report(
        identity=Identity.of(uid="EFB-7", callsign="REGA 1"),
        pressure_altitude_ft=None,
        altitude_m=1_500.5,
        speed_mps=61.5,
        track_deg=10.5,
        accuracy_m=25.0,
        aircraft=AircraftClass.ROTORCRAFT,
        feed="c",
        received=at(1),
    )
    assert cot.read(track_event(told), "c", at(1)) == told


def test_a_pressure_altitude_is_no_height_in_an_event() -> None:
    back = cot.read(track_event(report()), "c", at(1))
    assert back is not None
    assert back.altitude_m is None
    assert back.identity.icao24 == "4b1617"
    assert b"10000 ft at 1013.25 hPa" in track_event(report())


@pytest.mark.parametrize("aircraft", list(AircraftClass))
def test_everybody_is_neutral(aircraft: AircraftClass) -> None:
    event = fromstring(track_event(report(aircraft=aircraft)))
    assert event.attrib["type"].startswith("a-n-")


def test_names_of_others_do_not_break_the_xml() -> None:
    name = ODD.replace("\u0001", "").replace("\u202e", "")
    event = fromstring(track_event(report(identity=Identity.of(uid=name, callsign=name))))
    assert event.attrib["uid"] == name
    assert event.find("detail/contact").attrib["callsign"] == name  # type: ignore[union-attr]


def test_a_volume_is_an_outline_with_its_limits() -> None:
    volume = Volume4D.over_ellipsoid(
        Circle(Position(47.0, 8.0), 5_000.0), 300.0, 600.0, at(0), at(3_600)
    )
    intent = OperationalIntent(id="i1", party="north", volumes=(volume,), name=ODD)
    (event,) = (fromstring(data) for data in volume_events(intent, at(60)))
    assert event.attrib["type"] == "u-d-f"
    assert event.attrib["stale"] == "2026-11-22T11:00:00Z"
    points = [link.attrib["point"].split(",") for link in event.iter("link")]
    assert len(points) > 8
    assert all(46.9 < float(lat) < 47.1 and 7.9 < float(lng) < 8.1 for lat, lng in points)
    assert "300" in event.findtext("detail/remarks", "")


def alerts() -> tuple[SkyWatch, list[PairEvent]]:
    watch, events = SkyWatch(), []
    pairs = zip(
        flight("aaaaaa", 47, 8, 0, 200, seconds=30, passes_s=100),
        flight("bbbbbb", 47, 8, 90, 200, seconds=30, passes_s=100),
        strict=True,
    )
    for second, pair in enumerate(pairs):
        watch.take(list(pair), at(second))
        events += [e for e in watch.tick(at(second)) if isinstance(e, PairEvent)]
    return watch, events


def test_an_alert_is_an_event_and_an_object() -> None:
    watch, events = alerts()
    event = fromstring(alert_event(events[0], (47.0, 8.0)))
    assert event.attrib["type"] == "b-a-o-c"
    assert "loss of separation in" in event.findtext("detail/remarks", "")
    told = event_object(events[0])
    assert json.loads(json.dumps(told)) == told
    assert (told["event"], told["kind"], told["altitudes"]) == ("alert", "raised", "pressure")
    assert watch.encounters[0].lateral_m < 100


# KML


def test_the_link_asks_for_the_document_beside_it() -> None:
    link = fromstring(network_link("a&b.live.kml", 5.0))
    assert link.findtext(f".//{KML}href") == "a&b.live.kml"
    assert link.findtext(f".//{KML}refreshInterval") == "5"


def test_only_heights_are_drawn_as_heights() -> None:
    """47N 7.5E: the geoid is about 48.6 m over the ellipsoid."""
    tracker = Tracker()
    reports = [
        report(0, "aaaaaa", pressure_altitude_ft=None, altitude_m=1_000.0),
        report(0, "bbbbbb", identity=Identity.of(icao24="bbbbbb", callsign="B<1")),
    ]
    tracker.update(reports, at(0))
    root = fromstring(write_tracks(tracker, [], at(2)))
    high, flat = root.iter(f"{KML}Placemark")
    assert high.findtext(f"{KML}Point/{KML}altitudeMode") == "absolute"
    height_m = float(high.findtext(f"{KML}Point/{KML}coordinates", "").split(",")[2])
    assert height_m == pytest.approx(1_000 - 48.6, abs=1.5)
    assert flat.findtext(f"{KML}name") == "B<1 FL100"
    assert flat.find(f"{KML}Point/{KML}altitudeMode") is None


def test_a_predicted_loss_is_a_line() -> None:
    watch, _ = alerts()
    root = fromstring(write_tracks(watch.tracker, watch.encounters, at(30)))
    assert len(list(root.iter(f"{KML}LineString"))) == 1


# Forwarding


class Box:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[PositionReport] = []
        self.broken = False

    async def send(self, reports: Sequence[PositionReport], now: datetime | None) -> None:
        if self.broken:
            raise Unreachable("gone")
        self.sent += reports

    async def close(self) -> None:
        pass


def test_only_what_is_new_goes_on() -> None:
    async def test() -> None:
        watch, box, told = SkyWatch(), Box(), []
        forwarder = Forwarder("x", box, watch, lambda name, reason: told.append((name, reason)))
        watch.take([report(0), report(0, "bbbbbb")], at(0))
        await forwarder.send_once()
        await forwarder.send_once()
        assert len(box.sent) == 2
        named = Identity.of(icao24="4b1617", callsign="SWR1")
        watch.take([report(1, identity=named, speed_mps=10.0, track_deg=90.0)], at(1))
        await forwarder.send_once()
        assert len(box.sent) == 3
        assert box.sent[2].identity.callsign == "SWR1"
        assert box.sent[2].track_deg == pytest.approx(90.0)
        box.broken = True
        watch.take([report(2)], at(2))
        await forwarder.send_once()
        assert told == [("x", "gone")]

    asyncio.run(test())


def test_alerts_wait_until_they_can_be_sent() -> None:
    async def test() -> None:
        got: list[bytes] = []

        class Stream(StreamSender):
            async def send_events(self, events: Any) -> None:
                if self.broken:
                    raise Unreachable("gone")
                got.extend(events)

        watch, events = alerts()
        sender = Stream("h", 1, Sent())
        sender.broken = True  # type: ignore[attr-defined]
        forwarder = Forwarder("x", sender, watch)
        forwarder.hear(list(events))
        await forwarder.send_once()
        sender.broken = False  # type: ignore[attr-defined]
        await forwarder.send_once()
        assert sum(b"b-a-o-c" in event for event in got) == len(events)

    asyncio.run(test())
