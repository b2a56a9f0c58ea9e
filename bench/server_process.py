"""A real `openline serve` in a process of its own, and what it uses."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

from bench.measure import ROOT

PARTIES: Final = 32
_SCOPE: Final = "utm.strategic_coordination"
_START_S: Final = 120.0
_END_S: Final = 60.0
_SERVES: Final = re.compile(r"^openline serves (\S+) from", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Served:
    """A server that takes requests. `start_s` is the time from its start until it did."""

    address: tuple[str, int]
    pid: int
    start_s: float

    def tokens(self) -> list[str]:
        """One token for each of PARTIES parties: each has its own share of requests."""
        return [self._token(f"uss{number}") for number in range(PARTIES)]

    def resident_mib(self) -> float:
        """Memory that the process and its workers hold now."""
        return sum(_status_kib(pid, "VmRSS") for pid in _family(self.pid)) / 1024

    def peak_mib(self) -> float:
        """The most that they held at any time."""
        return sum(_status_kib(pid, "VmHWM") for pid in _family(self.pid)) / 1024

    def cpu_s(self) -> float:
        """Processor time that they used."""
        return sum(_cpu_s(pid) for pid in _family(self.pid))

    def _token(self, party: str) -> str:
        host, port = self.address
        query = urlencode({"sub": party, "scope": _SCOPE})
        with urlopen(f"http://{host}:{port}/token?{query}", timeout=10) as answer:
            token: str = json.load(answer)["access_token"]
            return token


@contextmanager
def serving(folder: Path, db: str, *options: str) -> Iterator[Served]:
    """A server on that database, with its log in the folder; ended in order afterwards."""
    command = [sys.executable, "-c", "from openline.cli.main import main; main()", "serve", "--dev"]
    log = folder / "server.log"
    begin = time.perf_counter()
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*command, "--db", db, "--port", "0", *options], cwd=ROOT, stderr=errors
        )
    try:
        address = _address(log, process)
        yield Served(address, process.pid, time.perf_counter() - begin)
        process.send_signal(signal.SIGTERM)
        process.wait(_END_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _address(log: Path, process: "subprocess.Popen[bytes]") -> tuple[str, int]:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        found = _SERVES.search(log.read_text(encoding="utf-8", errors="replace"))
        if found is not None:
            parts = urlsplit(found[1])
            address = str(parts.hostname), int(parts.port or 0)
            if _is_ready(address):
                return address
        time.sleep(0.02)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace")[-2_000:])


def _is_ready(address: tuple[str, int]) -> bool:
    try:
        with urlopen(f"http://{address[0]}:{address[1]}/readyz", timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _family(pid: int) -> list[int]:
    """The process and all below it; on Linux."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        found += _family(int(child))
    return found


def _status_kib(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
