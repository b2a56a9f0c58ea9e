"""Live feeds over real sockets: what arrives, what breaks, what comes back."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openline.airspace.track.report import Identity
from openline.airspace.track.tracker import Tracker
from openline.app.sky.feed_status import FeedState, FeedStatus
from openline.errors import InvalidInput, Unreachable
from openline.feeds.cot import CotDatagramFeed, CotStreamFeed, Credentials
from openline.feeds.feed import Intake, keep
from openline.feeds.readsb import ReadsbFeed
from openline.feeds.sbs import SbsFeed
from openline.feeds.senders import (
    DatagramSender,
    Sent,
)
from openline.feeds.sky_server import ServerFeed
from openline.feeds.spec import ReplaySpec, parse_spec
from openline.formats.cot_write import track_event
from openline.formats.reports import Reports
from openline.formats.sky_events import track_object
from tests.unit.feed_world import Handler, Heard, free_port, listening, play
from tests.unit.test_feed_formats import PLACED, document
from tests.unit.test_feed_formats import aircraft as readsb_aircraft
from tests.unit.tls_files import write_certificate
from tests.unit.track_samples import at, report

# The loop that keeps a feed going


def test_a_broken_feed_is_tried_again_ever_later() -> None:
    async def test() -> None:
        waits: list[float] = []

        class Broken:
            name = "broken"

            async def run(self, intake: Intake) -> None:
                raise ConnectionRefusedError(111, "no")

        async def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 12:
                raise asyncio.CancelledError

        intake = Intake("broken", lambda _: None)
        with pytest.raises(asyncio.CancelledError):
            await keep(Broken(), intake, wait)
        for number, seconds in enumerate(waits):
            longest = min(0.5 * 2**number, 30.0)
            assert 0.75 * longest <= seconds <= 1.25 * longest
        assert intake.status.connections == 12
        assert intake.status.reason == "connection refused"
        assert intake.status.state(asyncio.get_running_loop().time()) is FeedState.UNKNOWN

    play(test)


def test_once_it_speaks_the_next_wait_is_short_again() -> None:
    async def test() -> None:
        waits: list[float] = []
        runs = 0

        class Flapping:
            name = "flapping"

            async def run(self, intake: Intake) -> None:
                nonlocal runs
                runs += 1
                if runs == 6:
                    intake.take(Reports([report(0)]))
                raise ConnectionError

        async def wait(seconds: float) -> None:
            waits.append(seconds)
            if runs == 6:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await keep(Flapping(), Intake("f", lambda _: None), wait)
        assert waits[4] > 5
        assert waits[5] <= 0.625

    play(test)


def test_live_late_and_unknown() -> None:
    status = FeedStatus("f")
    assert status.state(0.0) is FeedState.UNKNOWN
    status.heard(10.0, 0.5, 3)
    assert status.state(10.0) is FeedState.LIVE
    assert status.state(19.0) is FeedState.LIVE
    assert status.state(20.0) is FeedState.LATE
    assert status.state(26.0) is FeedState.UNKNOWN
    status.heard(30.0, 60.0, 3)
    assert status.state(30.0) is FeedState.LATE
    assert status.rate_per_s(30.0) == pytest.approx(0.3)
    assert status.rate_per_s(41.0) == 0.0


def test_garbage_alone_is_no_life() -> None:
    async def test() -> None:
        intake = Intake("f", lambda _: None)
        bad = Reports()
        bad.refuse(InvalidInput("noise"))
        intake.take(bad)
        assert intake.status.heard_s is None
        assert (intake.status.refused, intake.status.reason) == (1, "noise")
        intake.take(Reports(idle=1))
        assert intake.status.heard_s is not None

    play(test)


# readsb


def answers(*bodies: bytes | None) -> Handler:
    """HTTP answers one after the other, the last again and again; None breaks the connection."""
    left = list(bodies)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = left.pop(0) if len(left) > 1 else left[0]
        if body is None:
            return
        status = b"500 Broken" if body == b"500" else b"200 OK"
        writer.write(
            b"HTTP/1.1 "
            + status
            + b"\r\nContent-Length: %d\r\n" % len(body)
            + b"Connection: close\r\n\r\n"
            + body
        )
        await writer.drain()

    return answer


def test_readsb_by_http_survives_what_servers_do() -> None:
    async def test() -> None:
        good = document(readsb_aircraft(flight="SWR1"), readsb_aircraft(hex="x"))
        async with listening(answers(good, b"<html>", None, b"500", b"{}", good)) as port:
            feed = ReadsbFeed(f"http://127.0.0.1:{port}/data/aircraft.json", period_s=0.01)
            heard = Heard(feed)
            reports = await heard.until(2)
            await heard.stop()
        assert {r.identity.callsign for r in reports} == {"SWR1"}
        # two aircraft of a bad address, one page, one document without aircraft
        assert heard.intake.status.refused >= 4
        assert heard.intake.status.connections >= 3

    play(test)


def test_an_answer_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openline.feeds.readsb.aircraft_json.BYTES_MAX", 1_000)

    async def test() -> None:
        async with listening(answers(b"x" * 200_000)) as port:
            feed = ReadsbFeed(f"http://127.0.0.1:{port}/")
            with pytest.raises(InvalidInput, match="bytes"):
                await feed.run(Intake("f", lambda _: None))

    play(test)


def test_the_tracks_of_a_server_are_a_feed() -> None:
    async def test() -> None:
        tracker = Tracker()
        known = {"pressure_altitude_ft": 9_000.0, "speed_mps": 50.0, "track_deg": 90.0}
        names = Identity.of(icao24="4b1617", callsign="SWR1")
        tracker.update([report(0, identity=names, **known)], at(0))
        (track,) = tracker
        shown = [track_object(track, at(1), 15.0), {"lat": "x"}, {"lost": True}, 7]
        body = json.dumps({"tracks": shown, "encounters": []}).encode()
        async with listening(answers(body)) as port:
            feed = ServerFeed(f"http://127.0.0.1:{port}/", "abc", period_s=0.01)
            heard = Heard(feed)
            (found, *_) = await heard.until(1)
            await heard.stop()
        assert found.identity == names
        assert (found.time, found.altitude_m, found.speed_mps) == (at(0), None, 50.0)
        assert found.pressure_altitude_ft == 9_000.0
        assert heard.intake.status.refused >= 1

    play(test)


def test_a_token_does_not_leave_this_machine_over_http() -> None:
    with pytest.raises(InvalidInput, match="https"):
        ServerFeed("http://sky.example", "abc")
    ServerFeed("http://sky.example", None)


def test_a_request_with_a_token_is_not_redirected() -> None:
    async def test() -> None:
        asked = []

        async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append((await reader.readuntil(b"\r\n\r\n")).split()[1])
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

        async with listening(elsewhere) as port:
            feed = ServerFeed(f"http://127.0.0.1:{port}", "abc")
            with pytest.raises(Unreachable, match="302"):
                await feed.run(Intake("f", lambda _: None))
        assert asked == [b"/sky/v1/tracks"]

    play(test)


def test_readsb_from_a_file_that_comes_later(tmp_path: Path) -> None:
    async def test() -> None:
        path = tmp_path / "aircraft.json"
        heard = Heard(ReadsbFeed(str(path), period_s=0.01))
        while not heard.waits:
            await asyncio.sleep(0.01)
        assert "no such file" in heard.intake.status.reason
        path.write_bytes(document(readsb_aircraft()))
        await heard.until(1)
        await heard.stop()

    play(test)


# SBS-1


def test_sbs_lines_cut_anywhere_garbage_and_a_new_connection() -> None:
    async def test() -> None:
        connections = 0

        async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            data = f"{PLACED}\r\nrubbish\r\n\xff\r\n{'y' * 5_000}\r\n{PLACED}\r\n".encode("latin-1")
            for begin in range(0, len(data), 700):
                writer.write(data[begin : begin + 700])
                await writer.drain()
                await asyncio.sleep(0.001)

        async with listening(send) as port:
            heard = Heard(SbsFeed("127.0.0.1", port))
            reports = await heard.until(4)
            await heard.stop()
        assert connections >= 2
        assert {r.identity.icao24 for r in reports} == {"4b1617"}
        assert heard.intake.status.refused >= 3

    play(test)


# Cursor-on-Target

EVENT = track_event(report(0, identity=Identity.of(uid="EFB-7"), altitude_m=1_500.0))


def test_cot_by_udp() -> None:
    async def test() -> None:
        feed = CotDatagramFeed("127.0.0.1", free_port())
        heard = Heard(feed)
        sent = Sent()
        sender = DatagramSender(*feed._place, sent)
        while not heard.reports:
            await sender.send_events([b"garbage", EVENT])
            await asyncio.sleep(0.02)
        await sender.close()
        await heard.stop()
        assert heard.reports[0].identity.uid == "EFB-7"
        assert heard.intake.status.refused >= 1

    play(test)


def test_cot_by_tcp_and_a_stream_that_is_none() -> None:
    async def test() -> None:
        sent = 0

        async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            sent += 1
            data = EVENT * 3 if sent > 1 else b"<event>" + b"z" * 100_000
            for begin in range(0, len(data), 100):
                writer.write(data[begin : begin + 100])
            await writer.drain()
            await asyncio.sleep(0.05)

        async with listening(send) as port:
            heard = Heard(CotStreamFeed("127.0.0.1", port))
            await heard.until(3)
            await heard.stop()
        assert sent >= 2

    play(test)


def test_cot_by_tls_needs_a_known_authority(tmp_path: Path) -> None:
    async def test() -> None:
        certificate, context = write_certificate(tmp_path, "localhost")

        async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(EVENT)
            await writer.drain()
            await asyncio.sleep(0.05)

        async with listening(send, ssl=context) as port:
            stranger = Heard(CotStreamFeed("localhost", port, Credentials()))
            known = Heard(CotStreamFeed("localhost", port, Credentials(certificate)))
            await known.until(1)
            while not stranger.waits:
                await asyncio.sleep(0.01)
            await stranger.stop()
            await known.stop()
            await asyncio.sleep(0.06)
        assert stranger.reports == []
        assert "not trusted" in stranger.intake.status.reason

    play(test)


@pytest.mark.parametrize("name", ["authority", "certificate"])
def test_a_certificate_that_is_not_there(name: str) -> None:
    with pytest.raises((Unreachable, InvalidInput)):
        Credentials(**{name: "/nowhere/x.pem"}).context()


# Specifications


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("readsb:http://h/data/aircraft.json", ReadsbFeed, "http://h/data/aircraft.json"),
        ("sky:https://sky.example", ServerFeed, "https://sky.example"),
        ("file:/run/readsb/aircraft.json", ReadsbFeed, "/run/readsb/aircraft.json"),
        ("sbs:h:30004", SbsFeed, "sbs:h:30004"),
        ("sbs:[::1]:30004", SbsFeed, "sbs:::1:30004"),
        ("sbs:h", SbsFeed, "sbs:h:30003"),
        ("cot+udp://239.2.3.1", CotDatagramFeed, "cot+udp://239.2.3.1:6969"),
        ("cot+tcp://h:1", CotStreamFeed, "cot+tcp://h:1"),
        ("COT+TLS://h?ca=a.pem", CotStreamFeed, "cot+tls://h:8089"),
    ],
)
def test_a_feed_as_it_is_written(text: str, kind: type, name: str) -> None:
    feed = parse_spec(text)
    assert isinstance(feed, kind)
    assert feed.name == name  # type: ignore[union-attr]


def test_a_recording_as_it_is_written() -> None:
    assert parse_spec("replay:a@b.csv@20") == ReplaySpec("a@b.csv", 20.0)
    assert parse_spec("replay:a.csv") == ReplaySpec("a.csv", None)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "ftp:x", "readsb:", "readsb:ftp://x/", "sbs:", "sbs:h:0", "sbs:h:99999"),
        *("cot+udp://", "cot+tls://h?password=x", "replay:a@fast", "replay:a@0", "replay:a@1000"),
        "replay:a@nan",
    ],
)
def test_what_is_no_feed_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_spec(text)


def test_a_clock_step_does_not_make_an_age_negative() -> None:
    async def test() -> None:
        early = datetime.now(UTC) - timedelta(hours=1)
        intake = Intake("f", lambda _: None, lambda: early)
        intake.take(Reports([report(0, time=datetime.now(UTC))]))
        assert intake.status.age_s == 0.0

    play(test)
