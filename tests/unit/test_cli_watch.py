"""`openline watch` and `openline feed` as their users meet them."""

import asyncio
import io
import json
import math
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from openline.app.sky.feed_status import FeedStatus
from openline.app.sky.watch import SkyWatch
from openline.cli.watch_board import Board
from tests.unit.command import invoke
from tests.unit.feed_world import free_port
from tests.unit.track_samples import at, flight

RUN = [sys.executable, "-c", "from openline.cli.main import main; main()"]
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "tracks"


@pytest.fixture
def recording(tmp_path: Path) -> str:
    """Two that meet at 65 s, and a forged position of one of them."""
    rows = ["icao24,callsign,timestamp,lat,lon,alt_baro"]
    for name, azimuth in (("aaaaaa", 0.0), ("bbbbbb", 90.0)):
        for r in flight(name, 47, 8, azimuth, 200, seconds=110, passes_s=65):
            place = f"{r.lat_deg:.6f},{r.lng_deg:.6f},{r.pressure_altitude_ft}"
            rows.append(f"{name},{name.upper()[:3]},{r.time.isoformat()},{place}")
    rows.append(f"aaaaaa,AAA,{r.time.isoformat()},10.0,10.0,10000")
    path = tmp_path / "two.csv"
    path.write_text("\n".join(rows) + "\n")
    return str(path)


def test_a_replay_tells_each_alert_once(recording: str) -> None:
    done = invoke("watch", "--feed", f"replay:{recording}@60", "--lookahead", "60s")
    assert done.exit_code == 1, done.output
    kinds = [line.split()[1] for line in done.stdout.splitlines()]
    assert kinds == ["feed", "preventive:", "corrective:", "warning:", "over:", "set", "feed"]
    assert "AAA and BBB: loss of separation in" in done.stdout
    assert "impossible jump, implies" in done.stdout


def test_a_replay_as_json(recording: str) -> None:
    done = invoke("watch", "--feed", f"replay:{recording}@60", "--lookahead", "60s", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {event["event"] for event in events} == {"alert", "track", "set_aside", "feed"}
    raised = [e for e in events if e["event"] == "alert" and e["kind"] == "raised"]
    assert [e["level"] for e in raised] == ["preventive", "corrective", "warning"]
    first = raised[0]
    assert (first["first"]["id"], first["second"]["id"]) == ("icao24:aaaaaa", "icao24:bbbbbb")
    assert first["altitudes"] == "pressure"
    assert first["vertical_m"] == 0.0
    assert next(e["state"] for e in events if e["event"] == "feed") == "live"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--feed", "ftp:x"), "no kind of feed"),
        (("--feed", "replay:nowhere.csv"), "no such file"),
        (("--feed", "replay:{}", "--lookahead", "9h"), "1..3600"),
        (("--feed", "replay:{}@2", "--feed", "sbs:h:1"), "its own speed"),
        (("--feed", "replay:{}@2", "--feed", "replay:{}@3"), "one speed"),
        (("--feed", "replay:{}", "--minima", "5nm"), "minim"),
    ],
)
def test_what_cannot_be_watched_is_said(
    recording: str, words: tuple[str, ...], reason: str
) -> None:
    done = invoke("watch", *(word.format(recording) for word in words))
    assert done.exit_code in (2, 3)
    assert reason in done.stderr


def test_altitudes_are_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("icao24,timestamp,lat,lon,altitude_m\naaaaaa,2026-11-22T10:00:00Z,47,8,900\n")
    done = invoke("watch", "--feed", f"replay:{path}@60")
    assert done.exit_code == 2
    assert "--zero" in done.stderr
    assert invoke("watch", "--feed", f"replay:{path}@60", "--zero", "W84").exit_code == 0


def test_a_feed_that_is_not_there_is_unknown() -> None:
    done = invoke("watch", "--feed", f"sbs:127.0.0.1:{free_port()}", "--for", "1s")
    assert done.exit_code == 0
    assert "UNKNOWN, connection refused" in done.stdout


def test_the_board_is_drawn_and_q_quits(recording: str) -> None:
    """In a terminal of its own: the board, then `q`."""
    command = [*RUN, "watch", "--feed", f"replay:{recording}@20"]
    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover - the other process
        os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="30")
        os.execv(command[0], command)
    seen, end = b"", time.monotonic() + 30
    try:
        while time.monotonic() < end:
            ready, _, _ = select.select([terminal], [], [], 0.5)
            try:
                data = os.read(terminal, 65_536) if ready else b""
            except OSError:
                break
            seen += data
            if b"preventive" in seen or b"warning" in seen:
                os.write(terminal, b"q")
        _, status = os.waitpid(process, 0)
    finally:
        os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 1
    for word in (b"minima 5 NM / 1000 ft", b"AAA", b"BBB", b"live", b"10,000 ft"):
        assert word in seen


def test_a_recording_sent_as_sbs_is_watched(recording: str) -> None:
    """Two processes, one socket: watched until both aircraft were seen on a live feed."""
    port = free_port()
    feed = [*RUN, "feed", recording, "--to", f"sbs://127.0.0.1:{port}", "--speed", "1", "--quiet"]
    watch = [*RUN, "watch", "--feed", f"sbs:127.0.0.1:{port}", "--for", "120s", "--json"]
    wanted = {"icao24:aaaaaa", "icao24:bbbbbb", "live"}
    seen: set[str] = set()
    sending = subprocess.Popen(feed)
    watching = subprocess.Popen(watch, stdout=subprocess.PIPE, text=True)
    try:
        assert watching.stdout is not None
        for line in watching.stdout:
            event = json.loads(line)
            seen.add(event.get("id" if event["event"] == "track" else "state", ""))
            if wanted <= seen:
                break
    finally:
        for process in (watching, sending):
            process.send_signal(signal.SIGINT)
        watching.communicate(timeout=60)
        sending.wait(60)
    assert wanted <= seen
    assert sending.returncode == 130


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--to", "ftp://x"), "no address"),
        (("--to", "http://127.0.0.1:1", "--speed", "100"), "outside"),
        (("--to", "http://127.0.0.1:1", "--token-file", "nowhere"), "no such file"),
        (("--to", "cot+tls://h?cert=nowhere.pem"), "no such file"),
    ],
)
def test_what_cannot_be_sent_is_said(recording: str, words: tuple[str, ...], reason: str) -> None:
    done = invoke("feed", recording, *words)
    assert done.exit_code in (2, 3)
    assert reason in done.stderr


def test_a_real_recording_is_watched() -> None:
    file = RECORDINGS / "calfire.parquet"
    if not file.exists():
        pytest.skip("the recording is not here")
    from openline.airspace.track.played import AltitudeZero
    from openline.app.sky.recordings import read_recording
    from openline.app.sky.watch import SkyWatch
    from openline.formats.tracks import AltitudeColumn, TrackOptions

    options = TrackOptions(None, AltitudeColumn("altitude", "ft"))
    recording = read_recording([str(file)], options, AltitudeZero.PRESSURE)
    watch = SkyWatch()
    for number, (now, reports) in enumerate(recording.seconds()):
        watch.take(reports, now)
        if number % 30 == 0:
            watch.tick(now)
        if number == 4_000:
            break
    (taken,) = watch.feeds.values()
    assert taken.accepted > 500
    assert taken.doubts < taken.accepted / 100


def test_who_flies_into_a_volume_of_a_file_is_told(tmp_path: Path) -> None:
    """At 200 m/s, from 20.8 km before the edge of a closure, for 60 s."""
    metres = 111_195.0 * math.cos(math.radians(47.0))
    rows = ["icao24,callsign,timestamp,latitude,longitude,alt_geom"]
    rows += [f"4b1617,SWR1,{1_790_000_000 + t},47.0,{8 + 200 * t / metres},1000" for t in range(60)]
    tracks, volumes = tmp_path / "t.csv", tmp_path / "v.geojson"
    tracks.write_text("\n".join(rows))
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [8.3, 47.0]},
        "properties": {
            "kind": "constraint",
            "party": "north",
            "name": "Fire 7",
            "radius_m": 2_000,
        },
    }
    volumes.write_text(json.dumps(feature))
    options = ("--altitude", "alt_geom:m", "--volumes", str(volumes), "--json")
    ran = invoke("watch", "--feed", f"replay:{tracks}@60", *options)
    assert ran.exit_code == 1
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    entries = [one for one in events if one["event"] == "entry"]
    assert [(one["kind"], one["level"]) for one in entries][:1] == [("raised", "corrective")]
    assert entries[0]["words"].startswith("SWR1: enters the closure Fire 7 of north in ")
    assert 95 < entries[0]["enter_s"] < 104


def test_a_narrow_board_cuts_names_of_feeds_and_no_figures() -> None:
    watch = SkyWatch()
    pairs = (
        flight("aaaaaa", 47, 8, 0, 200, seconds=5, passes_s=100),
        flight("bbbbbb", 47, 8, 90, 200, seconds=5, passes_s=100),
    )
    feed = "readsb:http://receiver.example/data/aircraft.json"
    for second, pair in enumerate(zip(*pairs, strict=True)):
        watch.take([replace(one, feed=feed) for one in pair], at(second))
        watch.tick(at(second))
    out = io.StringIO()

    async def draw() -> None:
        board = Board(watch, deque(["words"])).render([FeedStatus(feed)], at(6), 24)
        Console(file=out, width=80, no_color=True).print(board)

    asyncio.run(draw())
    text = out.getvalue()
    for whole in ("10,000 ft", "389 kt", "1 s", "0.00 NM", "10:01:40Z", "UNKNOWN", "aaaaaa"):
        assert whole in text, text
    assert "receiver" in text
    assert feed not in text
