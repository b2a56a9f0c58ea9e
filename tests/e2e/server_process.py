"""A real `openline serve` in a process of its own, and a client of it."""

import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

COMMAND = [sys.executable, "-c", "from openline.cli.main import main; main()"]
START_S = 120.0
# No server here speaks TLS; reading the machine's certificates for each client takes a while.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SCOPES = "utm.strategic_coordination utm.constraint_management utm.constraint_processing"


class Server:
    """The process; `log` is everything it wrote to standard error."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        command: Sequence[str] = COMMAND,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.log: list[str] = []
        self._url: str | None = None
        self._serving = threading.Event()
        self.process = subprocess.Popen(
            [*command, "serve", "--port", "0", *options],
            cwd=folder,
            env=None if env is None else {**os.environ, **env},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # so that its worker processes can be ended with it
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            found = re.match(r"openline serves (\S+) from", line)
            if found:
                self._url = found[1]
                self._serving.set()
        self._serving.set()

    @property
    def url(self) -> str:
        assert self._serving.wait(START_S), "the server did not start:\n" + "".join(self.log)
        assert self._url, "".join(self.log)
        return self._url

    def stop(self, signal_number: int, timeout_s: float = 20.0) -> int:
        self.process.send_signal(signal_number)
        return self.ended(timeout_s)

    def wait_silent(self, timeout_s: float) -> None:
        """Wait until no process of it is left that could write to its log."""
        self._reader.join(timeout_s)
        assert not self._reader.is_alive(), "a process of the server outlived it"

    def end_all(self) -> None:
        """Kill whatever still runs of it; a worker that lived on would hold the pipe open."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.ended()
        assert self.process.stderr is not None
        assert not self._reader.is_alive(), "a process of the server outlived it"
        self.process.stderr.close()

    def ended(self, timeout_s: float = 20.0) -> int:
        code = self.process.wait(timeout_s)
        self._reader.join(5)
        return code


@contextmanager
def serving(folder: Path, *options: str, **more: Any) -> Iterator[Server]:
    """A server that is ready, killed at the end if it still runs."""
    server = Server(folder, *options, **more)
    try:
        wait_ready(server)
        yield server
    finally:
        server.end_all()


def wait_ready(server: Server) -> None:
    until = time.monotonic() + START_S
    with httpx.Client(base_url=server.url, timeout=5, verify=_NO_CERTIFICATES) as asking:
        while time.monotonic() < until:
            try:
                if asking.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                assert server.process.poll() is None, "".join(server.log)
            time.sleep(0.02)
    raise AssertionError("".join(server.log))


def token(server: Server, sub: str, scope: str = SCOPES, **more: str) -> str:
    answer = httpx.get(f"{server.url}/token", params={"sub": sub, "scope": scope, **more})
    found: str = answer.json()["access_token"]
    return found


def client(server: Server, sub: str, scope: str = SCOPES) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token(server, sub, scope)}"}
    place = f"{server.url}/dss/v1"
    return httpx.Client(base_url=place, headers=headers, timeout=20, verify=_NO_CERTIFICATES)


def new_id() -> str:
    return str(uuid4())


def volume(lat: float, lng: float, side_deg: float = 0.01) -> dict[str, Any]:
    """A square from 100 to 200 m, from 5 minutes from now for an hour."""
    start = datetime.now(UTC) + timedelta(minutes=5)
    corners = [(0, 0), (0, 1), (1, 1), (1, 0)]
    vertices = [{"lat": lat + a * side_deg, "lng": lng + b * side_deg} for a, b in corners]
    return {
        "volume": {
            "outline_polygon": {"vertices": vertices},
            "altitude_lower": {"value": 100, "reference": "W84", "units": "M"},
            "altitude_upper": {"value": 200, "reference": "W84", "units": "M"},
        },
        "time_start": {"value": start.isoformat(), "format": "RFC3339"},
        "time_end": {"value": (start + timedelta(hours=1)).isoformat(), "format": "RFC3339"},
    }


def intent(lat: float, lng: float, key: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """The body of a PUT of an operational intent."""
    body = {
        "extents": [volume(lat, lng)],
        "key": list(key),
        "state": "Accepted",
        "uss_base_url": "http://uss.example",
        "new_subscription": {"uss_base_url": "http://uss.example"},
    }
    return body | more
