"""The live sky under load: from a position that is sent to the alert that is read, end to end.

A real `openline serve` with its defaults, alone and with a line; 5,000 aircraft, one position a
second each, sent by ten parties over HTTP, a tenth of a second apart; four others read the stream
of events. All of the client is one process on the same processor.

4,500 aircraft fly at random in 20 by 20 degrees, level or climbing. 250 pairs fly beside each
other, 20 km apart; every 20 s one of each pair turns towards the other for 8 s. The turn is known
with its own next position, and an alert needs two samples that say so (M of N): the second is the
next position of either, which is that of the other, half a second later, by another sender. From
the moment before the request with that position is written, until the alert has been read from the
stream, is the time that is measured: for every alert and every reader. An alert that does not come,
or comes twice, is counted.
"""

import asyncio
import json
import math
import random
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import urlopen

from bench import encounter_bench, load, scan_bench
from bench.line_cases import line_bench
from bench.measure import commit, machine, note, percentile
from bench.server_cases import scratch
from bench.server_process import Served, serving
from openline.app.sky.compiling import COMPILED

SENDERS: Final = 10
READERS: Final = 4
PERIOD_S: Final = 20  # of a pair: towards each other, away again, beside each other
_TURN_S: Final = 8
_WARM_S: Final = 15  # tracks form, loops are compiled
_SETTLE_S: Final = 3.0  # after the last position: what is still on its way
_SCOPE: Final = "utm.conformance_monitoring_sa"
MARK: Final = "@TIME@"
_SPEED_MPS: Final = 200.0
_M_PER_DEGREE: Final = 111_195.0
_CONTENT_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How many aircraft, how many pairs among them, for how many seconds."""

    aircraft: int = 5_000
    pairs: int = 250
    seconds: int = 40


FULL: Final = Size()
QUICK: Final = Size(aircraft=60, pairs=20, seconds=3)


@dataclass(slots=True)
class Flying:
    """One aircraft. `turns_at`: the second of the period at which it turns; None: it does not."""

    name: str
    lat: float
    lng: float
    track_deg: float
    level_ft: float
    rate_mps: float = 0.0
    turns_at: int | None = None

    def step(self, second: int) -> dict[str, object]:
        """Its position at the next second."""
        turned_deg = 0.0
        if self.turns_at is not None:
            since = (second - self.turns_at) % PERIOD_S
            turned_deg = 30.0 * ((since < _TURN_S) - (_TURN_S <= since < 2 * _TURN_S))
        track = self.track_deg - turned_deg
        # So much faster that it stays beside the other one, however often it turns.
        speed_mps = _SPEED_MPS / math.cos(math.radians(turned_deg))
        angle = math.radians(track)
        self.lat += speed_mps * math.cos(angle) / _M_PER_DEGREE
        width = _M_PER_DEGREE * math.cos(math.radians(self.lat))
        self.lng += speed_mps * math.sin(angle) / width
        self.level_ft += self.rate_mps / 0.3048
        return {
            "icao24": self.name,
            "callsign": f"BEN{self.name}",
            "time": MARK,
            "lat": round(self.lat, 6),
            "lng": round(self.lng, 6),
            "pressure_altitude_ft": round(self.level_ft),
            "speed_mps": round(speed_mps, 2),
            "track_deg": round(track % 360.0, 2),
            "vertical_rate_mps": round(self.rate_mps, 2),
        }


def sky(size: Size, seed: int) -> list[list[Flying]]:
    """The aircraft of each sender; both of a pair have senders half a second apart."""
    rng = random.Random(seed)
    senders: list[list[Flying]] = [[] for _ in range(SENDERS)]
    for number in range(size.pairs):
        lat, lng = 58.0 + 0.7 * (number % 10), 3.0 * (number // 10)
        turning = Flying(f"{2 * number + 16:06x}", lat, lng, 90.0, 45_000.0)
        turning.turns_at = number % PERIOD_S
        straight = Flying(f"{2 * number + 17:06x}", lat + 0.18, lng, 90.0, 45_000.0)
        senders[number % SENDERS].append(turning)
        senders[(number + SENDERS // 2) % SENDERS].append(straight)
    for number in range(size.aircraft - 2 * size.pairs):
        senders[number % SENDERS].append(
            Flying(
                f"{number + 0x100000:06x}",
                rng.uniform(35.0, 55.0),
                rng.uniform(-5.0, 15.0),
                rng.uniform(0.0, 360.0),
                rng.uniform(10_000.0, 40_000.0),
                rng.choice((0.0, 0.0, 5.0, -5.0)),
            )
        )
    return senders


@dataclass(slots=True)
class Heard:
    """What one reader read: for each alert that was raised, its pair, level and when."""

    alerts: list[tuple[str, str, str, float]] = field(default_factory=list)
    events: int = 0

    def take(self, line: bytes, at: float) -> None:
        """A line of the stream."""
        if not line.startswith(b"data: "):
            return
        self.events += 1
        if b'"alert"' in line and b'"raised"' in line:
            said = json.loads(line[6:])
            pair = said["first"]["id"], said["second"]["id"]
            self.alerts.append((*pair, said["level"], at))


@dataclass(slots=True)
class Run:
    """What the client noted: when each batch was written, how late, and what the answers were."""

    written: dict[tuple[int, int], float] = field(default_factory=dict)  # (sender, second)
    late: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    accepted: int = 0
    fault: str = ""


async def _read(address: tuple[str, int], token: str, heard: Heard) -> None:
    reader, writer = await asyncio.open_connection(*address, limit=1 << 22)
    try:
        writer.write(load.request("GET", "/sky/v1/stream", token))
        rest = b""
        while data := await reader.read(1 << 18):
            at = time.perf_counter()
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                heard.take(line, at)
    finally:
        writer.close()


async def _send(
    address: tuple[str, int],
    token: str,
    number: int,
    bodies: Sequence[bytes],
    begin: float,
    run: Run,
) -> None:
    reader, writer = await asyncio.open_connection(*address)
    for second, body in enumerate(bodies):
        due = begin + second + number / SENDERS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        when = datetime.now(UTC).isoformat().encode()
        request = load.request(
            "POST", "/sky/v1/positions", token, body.replace(MARK.encode(), when)
        )
        at = run.written[number, second] = time.perf_counter()
        if second >= _WARM_S:
            run.late.append(at - due)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _CONTENT_LENGTH.search(head)
        answer = await reader.readexactly(int(length[1]) if length else 0)
        if second >= _WARM_S:
            run.answered.append(time.perf_counter() - at)
        if not head.startswith(b"HTTP/1.1 200"):
            run.fault = run.fault or answer.decode("utf-8", "replace")
            continue
        run.accepted += int(json.loads(answer)["accepted"])
    writer.close()


async def _play(served: Served, size: Size, seed: int) -> Facts:
    senders = sky(size, seed)
    length = _WARM_S + size.seconds
    note(f"making {length} seconds of {size.aircraft:,} aircraft")
    bodies = [
        [
            json.dumps({"positions": [one.step(second) for one in mine]}).encode()
            for second in range(length)
        ]
        for mine in senders
    ]
    heard = [Heard() for _ in range(READERS)]
    run = Run()
    async with asyncio.TaskGroup() as reading:
        readers = [
            reading.create_task(_read(served.address, token_of(served, f"reader{n}"), one))
            for n, one in enumerate(heard)
        ]
        begin = time.perf_counter() + 0.5
        note("sending")
        async with asyncio.TaskGroup() as sending:
            for n, mine in enumerate(bodies):
                token = token_of(served, f"sender{n}")
                sending.create_task(_send(served.address, token, n, mine, begin, run))
            await asyncio.sleep(_WARM_S + 0.5)
            cpu_s, at, taken = served.cpu_s(), time.perf_counter(), run.accepted
        used_s = served.cpu_s() - cpu_s
        share = used_s / (time.perf_counter() - at)
        each_us = 1e6 * used_s / max(run.accepted - taken, 1)
        await asyncio.sleep(_SETTLE_S)
        for task in readers:
            task.cancel()
    if run.fault:
        raise AssertionError(run.fault)
    return {
        "positions": run.accepted,
        "server_cpu_share": share,
        "server_cpu_us_per_position": each_us,
        "server_peak_mib": served.peak_mib(),
        "request": _spread(run.answered),
        "client_late": _spread(run.late),
        "events_read": sum(one.events for one in heard),
        **_latencies(size, run, heard),
    }


def _latencies(size: Size, run: Run, heard: Sequence[Heard]) -> Facts:
    """Of each turn after the warm-up, at each reader: from the next position of either on."""
    due: dict[tuple[str, str], list[float]] = {}
    for number in range(size.pairs):
        pair = f"icao24:{2 * number + 16:06x}", f"icao24:{2 * number + 17:06x}"
        one, other = number % SENDERS, (number + SENDERS // 2) % SENDERS
        for turn in range(number % PERIOD_S, _WARM_S + size.seconds, PERIOD_S):
            shown = _next_after(run.written, (one, turn), other)
            if turn >= _WARM_S and shown is not None:
                due.setdefault(pair, []).append(shown)
    waits, missing, repeated = [], 0, 0
    for reader in heard:
        told: dict[tuple[str, str], list[tuple[float, str]]] = {}
        for first, second, level, at in reader.alerts:
            told.setdefault((first, second), []).append((at, level))
        for pair, times in due.items():
            for shown in times:
                found = [one for one in told.get(pair, []) if -0.5 < one[0] - shown < _TURN_S]
                missing += not found
                levels = [level for _, level in found]  # it may rise within the turn
                repeated += len(levels) - len(set(levels))
                waits += [found[0][0] - shown] if found else []
    early = sum(wait < 0 for wait in waits)
    return {
        "turns": sum(len(times) for times in due.values()),
        "alerts_read": len(waits),
        "missing": missing,
        "repeated": repeated,
        "early": early,
        "latency": _spread(waits),
    }


def _next_after(
    written: dict[tuple[int, int], float], turned: tuple[int, int], other: int
) -> float | None:
    """When the first position of either after the one that turned was written."""
    one, second = turned
    since = written.get(turned)
    if since is None:
        return None
    later = [written.get((name, second + k)) for name in (one, other) for k in (0, 1, 2)]
    return min((at for at in later if at is not None and at > since), default=None)


def _spread(seconds: Sequence[float]) -> Facts:
    return {
        "p50_ms": 1e3 * percentile(seconds, 0.5),
        "p90_ms": 1e3 * percentile(seconds, 0.9),
        "p99_ms": 1e3 * percentile(seconds, 0.99),
        "max_ms": 1e3 * max(seconds),
    }


def token_of(served: Served, party: str) -> str:
    """A token for sending and seeing positions, in the name of that party."""
    host, port = served.address
    query = urlencode({"sub": party, "scope": _SCOPE})
    with urlopen(f"http://{host}:{port}/token?{query}", timeout=10) as answer:
        token: str = json.load(answer)["access_token"]
        return token


@contextmanager
def _alone() -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="openline-bench-", dir=scratch()) as name:
        folder = Path(name)
        with serving(folder, str(folder / "sky.db")) as served:
            yield served


def live_sky(seed: int, *, quick: bool) -> Facts:
    """Position in, alert out: without a line and with one."""
    size = QUICK if quick else FULL
    if not quick:
        note("compiling, once for this machine")
        COMPILED.wait(600.0)
    with _alone() as served:
        alone = asyncio.run(_play(served, size, seed))
        note(f"alone: {alone['latency']}")
    with line_bench(seed) as bench:
        beside = asyncio.run(_play(bench.served, size, seed))
        note(f"with a line: {beside['latency']}")
    return {
        "aircraft": size.aircraft,
        "seconds": size.seconds,
        "sides": {"alone": alone, "line": beside},
    }


def encounters(repeats: int, *, quick: bool) -> Facts:
    """All encounters among many aircraft, beside other detectors where they are installed."""
    return encounter_bench.run((200,) if quick else (1_000, 10_000, 100_000), repeats)


def scan(*, quick: bool) -> Facts:
    """All losses in a day of real flights, beside `traffic`, whose flights they are."""
    try:
        number = version("traffic")
    except PackageNotFoundError:
        note("LEFT OUT: traffic is not installed, and the flights come with it")
        return {"left_out": "traffic is not installed, and the flights come with it"}
    found = scan_bench.measure(5 if quick else 300, alone=quick)
    return {"commit": commit(), "machine": machine(), "traffic_version": number, "run": found}
