"""A recording sent into a real server: every scripted conflict is announced early, and once."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from openline.formats import cot
from tests.e2e.server_process import COMMAND, Server, serving, token
from tests.unit.track_samples import flight

SCOPE = "utm.conformance_monitoring_sa"


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

    def alerts(self) -> list[tuple[str, str, str]]:
        """Kind, level and the first aircraft of each alert, in order."""
        found = [e for e in self.events if e["event"] == "alert"]
        return [(e["kind"], e["level"], e["first"]["id"]) for e in found]


def test_a_recording_is_followed_and_its_conflicts_announced_once(tmp_path: Path) -> None:
    """Two pairs: one meets at 150 s, the other passes 1,000 ft above. And a forged position."""
    rows = ["icao24,timestamp,lat,lon,alt_baro"]
    for name, lat, azimuth, feet in (
        *(("aaaaaa", 47.0, 0.0, 10_000.0), ("bbbbbb", 47.0, 90.0, 10_000.0)),
        *(("cccccc", 50.0, 0.0, 10_000.0), ("dddddd", 50.0, 90.0, 11_000.0)),
    ):
        path = flight(name, lat, 8, azimuth, 200, seconds=220, passes_s=150, stated=False)
        for r in path:
            rows.append(f"{name},{r.time.isoformat()},{r.lat_deg:.6f},{r.lng_deg:.6f},{feet}")
    rows.append("aaaaaa,2026-11-22T10:01:00.5Z,50.0,8.0,10000")
    file = tmp_path / "four.csv"
    file.write_text("\n".join(rows) + "\n")
    with serving(tmp_path, "--dev", "--db", ":memory:") as server:
        stream = Stream(server, "north")
        time.sleep(0.5)
        subprocess.run(
            [*COMMAND, "feed", str(file), "--to", server.url, "--speed", "30", "--quiet"],
            env=os.environ | {"OPENLINE_TOKEN": token(server, "south", SCOPE)},
            check=True,
            timeout=60,
        )
        until = time.monotonic() + 10
        while len(stream.alerts()) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        assert stream.alerts() == [
            ("raised", "corrective", "icao24:aaaaaa"),
            ("raised", "warning", "icao24:aaaaaa"),
            ("over", "warning", "icao24:aaaaaa"),
        ]
        # 9,260 m apart 117.3 s after the first position: within two fifths of 300 s from the start
        first = next(e for e in stream.events if e["event"] == "alert")
        assert first["time"] < "2026-11-22T10:00:16Z"
        assert "2026-11-22T10:01:55Z" < first["begins"] < "2026-11-22T10:02:00Z"
        # the doubt is the sender's alone
        assert not [e for e in stream.events if e["event"] == "set_aside"]
        assert server.stop(signal.SIGTERM) == 0
        assert stream.ended.wait(10)


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
