"""A recording sent into a real server: every scripted conflict is announced early, and once."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pyarrow import parquet

from openline.airspace.track.report import PositionReport
from openline.formats import cot
from tests.e2e.server_process import COMMAND, Server, serving, token
from tests.unit.track_samples import START, flight

SCOPE = "utm.conformance_monitoring_sa"
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "tracks"
LEVELS = ("preventive", "corrective", "warning")
SCRIPT = ((150, 0), (220, 0), (240, 0), (200, 1_000))  # they meet at that second; how far above


class Stream:
    """Reads `/sky/v1/stream` in a thread of its own."""

    def __init__(self, server: Server, sub: str) -> None:
        self.events: list[dict[str, Any]] = []
        self.ended = threading.Event()
        self._headers = {"Authorization": f"Bearer {token(server, sub, SCOPE)}"}
        self._url = f"{server.url}/sky/v1/stream"
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            with httpx.stream("GET", self._url, headers=self._headers, timeout=60) as answer:
                for line in answer.iter_lines():
                    if line.startswith("data: "):
                        self.events.append(json.loads(line[6:]))
        except httpx.TransportError:
            pass
        finally:
            self.ended.set()

    def of(self, number: int) -> list[tuple[str, str]]:
        """Kind and level of each alert of a scripted pair, in order."""
        return [(e["kind"], e["level"]) for e in self.events if is_alert(e, number)]


def recorded(until_s: int) -> list[str]:
    """Five minutes over Switzerland on a morning of 2018, as they were flown, from START on. Where
    the recording is not at hand, twenty aircraft that keep apart."""
    file = RECORDINGS / "switzerland.parquet"
    if not file.exists():
        paths = (
            flight(f"{n + 16:06x}", 46.0, 5.0 + n / 5, 0.0, 220.0, seconds=until_s, stated=False)
            for n in range(20)
        )
        return [row_of(one.identity.icao24 or "", one, 36_000.0) for path in paths for one in path]
    begin = datetime(2018, 8, 1, 8, tzinfo=UTC)
    table = parquet.read_table(file).to_pylist()
    rows = []
    for one in table:
        second = (one["timestamp"] - begin).total_seconds()
        if 0 <= second <= until_s:
            time = (START + timedelta(seconds=second)).isoformat()
            place = f"{one['latitude']:.6f},{one['longitude']:.6f},{one['altitude']}"
            rows.append(f"{one['icao24']},{time},{place}")
    return rows


def row_of(name: str, one: PositionReport, feet: float) -> str:
    return f"{name},{one.time.isoformat()},{one.lat_deg:.6f},{one.lng_deg:.6f},{feet}"


def scripted(until_s: int) -> list[str]:
    """Pairs far from all others that meet at right angles, one that passes 1,000 ft above, and a
    forged position."""
    rows = []
    for number, (meets_s, above_ft) in enumerate(SCRIPT):
        for kind, azimuth, feet in (("aaaa", 0.0, 0.0), ("bbbb", 90.0, 1.0)):
            name = f"{kind}{number:02x}"
            path = flight(
                *(name, 58.0 + 3 * number, 8, azimuth, 200),
                seconds=until_s,
                passes_s=meets_s,
                stated=False,
            )
            rows += [row_of(name, one, 10_000.0 + feet * above_ft) for one in path]
    forged = (START + timedelta(seconds=60.5)).isoformat()
    return [*rows, f"aaaa00,{forged},20.0,8.0,10000"]


class Terminal:
    """`openline watch` of a server, in lines, as a person reads them."""

    def __init__(self, server: Server) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*COMMAND, "watch", "--feed", f"sky:{server.url}", "--plain"],
            env=os.environ | {"OPENLINE_TOKEN": token(server, "east", SCOPE)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines += self.process.stdout

    def told(self, pair: str) -> list[str]:
        """What it said of a pair, in order: `corrective`, `over`; and when."""
        return [line for line in self.lines if pair in line]

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self._reader.join(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def test_a_recording_is_followed_and_its_conflicts_announced_early_and_once(tmp_path: Path) -> None:
    """A real morning with scripted pairs in it, played into a running server at 15 times its speed,
    heard on the stream and watched in a terminal."""
    until_s = 300
    file = tmp_path / "day.csv"
    rows = ["icao24,timestamp,lat,lon,alt_baro", *recorded(until_s), *scripted(until_s)]
    file.write_text("\n".join(rows) + "\n")
    with serving(tmp_path, "--dev", "--db", ":memory:") as server:
        stream, terminal = Stream(server, "north"), Terminal(server)
        wait_for(lambda: bool(terminal.lines))  # it says that the server is heard
        subprocess.run(
            [*COMMAND, "feed", str(file), "--to", server.url, "--speed", "15", "--quiet"],
            env=os.environ | {"OPENLINE_TOKEN": token(server, "south", SCOPE)},
            check=True,
            timeout=300,
        )
        meeting = [n for n, (_, above_ft) in enumerate(SCRIPT) if above_ft == 0]
        wait_for(
            lambda: all(stream.of(n)[-1:] == [("over", "warning")] for n in meeting),
            lambda: (stream.of(0), stream.of(1), stream.of(2), terminal.lines),
        )
        for number, (meets_s, above_ft) in enumerate(SCRIPT):
            if above_ft:  # exactly the vertical minimum is separation
                assert stream.of(number) == []
                assert terminal.told(f"aaaa{number:02x}") == []
                continue
            raised = [level for kind, level in stream.of(number) if kind == "raised"]
            assert raised == sorted(set(raised), key=LEVELS.index), "once each, and rising"
            assert stream.of(number)[len(raised) :] == [("over", "warning")]
            first = next(e for e in stream.events if is_alert(e, number))
            # At right angles at 200 m/s each: 9,260 m apart 32.7 s before they meet.
            begins_s = meets_s - 32.7
            since_start_s = (datetime.fromisoformat(first["time"]) - START).total_seconds()
            assert since_start_s < 25, "told as soon as it was known: the way is 300 s ahead"
            told_s = (datetime.fromisoformat(first["begins"]) - START).total_seconds()
            assert abs(told_s - begins_s) < 3
            words = terminal.told(f"aaaa{number:02x} and bbbb{number:02x}")
            levels = [word for line in words if (word := line.split()[1].rstrip(":")) in LEVELS]
            assert levels == sorted(set(levels), key=LEVELS.index)
            assert levels[-1] == "warning"
            said_s = (datetime.fromisoformat(f"2026-11-22T{words[0][:9]}") - START).total_seconds()
            assert begins_s - said_s > 60, "in the terminal too"
        # the doubt is the sender's alone
        assert not [e for e in stream.events if e["event"] == "set_aside"]
        assert terminal.end() == 130  # ctrl-C
        assert server.stop(signal.SIGTERM) == 0
        assert stream.ended.wait(60)


def is_alert(event: dict[str, Any], number: int) -> bool:
    name = f"icao24:aaaa{number:02x}"
    return bool(event["event"] == "alert" and event["first"]["id"] == name)


def wait_for(
    known: Callable[[], bool], said: Callable[[], object] = lambda: "", deadline_s: float = 120.0
) -> None:
    until = time.monotonic() + deadline_s
    while not known():
        assert time.monotonic() < until, said()
        time.sleep(0.05)


def test_what_a_server_sees_goes_out_to_tak(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heard:
        heard.bind(("127.0.0.1", 0))
        heard.settimeout(60)
        place = f"cot+udp://127.0.0.1:{heard.getsockname()[1]}"
        with serving(tmp_path, "--dev", "--db", ":memory:", "--cot", place) as server:
            now = datetime.now(UTC).isoformat()
            at = {"icao24": "4b1617", "time": now, "lat": 47.0, "lng": 8.0, "altitude_m": 900}
            answer = httpx.post(
                f"{server.url}/sky/v1/positions",
                json={"positions": [at]},
                headers={"Authorization": f"Bearer {token(server, 'south', SCOPE)}"},
            )
            assert answer.json()["accepted"] == 1
            found = cot.read(heard.recv(1 << 16), "tak", datetime.now(UTC))
            assert found is not None
            assert (found.identity.icao24, found.altitude_m) == ("4b1617", 900.0)
            assert server.stop(signal.SIGTERM) == 0
