"""A real server for a while: garbage, forgeries, connections that break in the middle, readers that
come back, a clock that steps. What was sent, what was heard, and what must hold of it.

    python -m tests.e2e.soak FOLDER SECONDS AIRCRAFT PAIRS [PROCESS]

plays one and writes `soak.json` into the folder: what is wrong, or nothing. It ends early if that
process does.
"""

import asyncio
import faulthandler
import json
import os
import random
import re
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import load
from bench.sky_cases import MARK, PERIOD_S, Flying, Size, sky
from tests.e2e.server_process import Server, serving, token

ROOT = Path(__file__).resolve().parents[2]
STEPPED = [sys.executable, "-m", "tests.e2e.stepped"]
# From which share of the run on the clock of the server, and that of all others, is off by how
# many seconds. A little: nobody else's clock is. An hour: all of this machine.
STEPS = ((0.2, 2.0, 0.0), (0.35, -3.0, 0.0), (0.5, -3_600.0, -3_600.0), (0.7, 0.0, 0.0))
SCOPE = "utm.conformance_monitoring_sa"
DEADLINE_S = 90.0  # for what is on its way: a busy machine is no fault
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_GARBAGE = (
    b"",
    b"{",
    b"\xff\xfe",
    b'{"positions": 7}',
    b"[" * 10_000,
    b'{"positions": [{"time": 1}]}',
)


@dataclass
class Soak:
    """What was sent and what was heard."""

    server: Server
    clock: Path
    rng: random.Random
    off_s: float = 0.0  # of the clocks of the senders
    tokens: dict[str, str] = field(default_factory=dict)
    turns: set[tuple[str, int]] = field(default_factory=set)  # aircraft, how often it turned
    events: list[dict[str, Any]] = field(default_factory=list)
    reconnects: int = 0
    statuses: list[int] = field(default_factory=list)
    sizes_mib: list[float] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.server.url)
        return str(parts.hostname), int(parts.port or 0)

    def told(self, name: str) -> list[object]:
        """The same in full, for whoever has to find out what went wrong."""
        mine = f"icao24:{name}"
        return [
            (e["time"], e["kind"], e.get("level"), e.get("second", {}).get("id"), e.get("enter_s"))
            for e in self.events
            if mine in (e.get("id"), e.get("first", {}).get("id"))
        ]

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.off_s)

    async def token(self, sub: str, *, anew: bool = False) -> str:
        """A token; after a step of the clock an older one is of tomorrow, or over."""
        if anew or sub not in self.tokens:
            self.tokens[sub] = await asyncio.to_thread(token, self.server, sub, SCOPE)
        return self.tokens[sub]

    async def step_clock(self, seconds: int) -> None:
        begun = time.monotonic()
        for share, server_s, off_s in STEPS:
            await asyncio.sleep(max(begun + share * seconds - time.monotonic(), 0.0))
            self.off_s = off_s
            whole = self.clock.with_suffix(".new")
            whole.write_text(str(server_s), "ascii")
            whole.replace(self.clock)

    def alerts(self, name: str) -> list[tuple[str, str]]:
        """Kind and level of what was told of that aircraft and the one it turns to, in order. Not
        of others: where all begins anew, a forged place may be the first that is heard."""
        pair = [f"icao24:{name}", f"icao24:{int(name, 16) + 1:06x}"]
        return [
            (e["kind"], e["level"])
            for e in self.events
            if e["event"] == "alert" and [e["first"]["id"], e["second"]["id"]] == pair
        ]

    async def send(self, number: int, mine: list[Flying], seconds: int) -> None:
        """Positions once a second, and between them all kinds of trouble."""
        own, stranger = f"sender{number}", f"stranger{number}"
        await asyncio.sleep(number / 10)
        for second in range(seconds):
            positions = [one.step(second) for one in mine]
            await self.posted(own, partial(self.fresh, positions))
            # After: where the clock stepped and all begins anew, a forged place that is the first
            # one heard is believed until three others say otherwise, and a turn is no longer.
            if self.rng.random() < 0.2:
                await self.trouble(stranger, positions)
            for one in mine:
                if one.turns_at is not None and (second - one.turns_at) % PERIOD_S == 2:
                    self.turns.add((one.name, (second - one.turns_at) // PERIOD_S))
            await asyncio.sleep(1.0)

    async def trouble(self, sub: str, positions: list[dict[str, object]]) -> None:
        kind = self.rng.randrange(4)
        if kind == 0:
            garbage = self.rng.choice(_GARBAGE)
            await self.posted(sub, lambda: garbage)
        elif kind == 1:  # a connection that breaks in the middle of a body
            whole = request(await self.token(sub), body(positions, self.now()))
            _, writer = await asyncio.open_connection(*self.place)
            writer.write(whole[: self.rng.randrange(len(whole))])
            await writer.drain()
            writer.transport.abort()
        elif kind == 2:  # places where they cannot be
            elsewhere = [one | {"lat": -45.0} for one in positions[:5]]
            await self.posted(sub, partial(self.fresh, elsewhere))
        else:  # of another time
            when = self.now() + timedelta(hours=self.rng.choice((-2, 2)))
            await self.posted(sub, lambda: body(positions[:5], when))

    def fresh(self, positions: list[dict[str, object]]) -> bytes:
        return body(positions, self.now())

    async def posted(self, sub: str, make: Callable[[], bytes]) -> None:
        """Send what is made then; with a new token, if the old one is no longer one."""
        for anew in (False, True, True):
            status = await self.answered(request(await self.token(sub, anew=anew), make()))
            if status != 401:
                break
        self.statuses.append(status)

    async def answered(self, request: bytes) -> int:
        """Send on a connection of its own, and read the answer."""
        reader, writer = await asyncio.open_connection(*self.place)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            return int(head[9:12])
        finally:
            writer.close()

    async def listen(self) -> None:
        """Read the stream; break off now and then, and come back for what was missed."""
        after = None
        while True:
            more = "" if after is None else f"?after={after}"
            asked = load.request("GET", f"/sky/v1/stream{more}", await self.token("reader"))
            async for number, event in self.read(asked):
                after = number
                self.events.append(event)
            self.reconnects += 1

    async def read(self, request: bytes) -> AsyncIterator[tuple[int, dict[str, Any]]]:
        reader, writer = await asyncio.open_connection(*self.place, limit=1 << 22)
        writer.write(request)
        number = 0
        try:
            async with asyncio.timeout(self.rng.uniform(2.0, 6.0)):
                if b" 401 " in await reader.readline():
                    await self.token("reader", anew=True)
                    return
                while line := await reader.readline():
                    if line.startswith(b"id: "):
                        number = int(line[4:])
                    elif line.startswith(b"data: "):
                        yield number, json.loads(line[6:])
        except TimeoutError:
            pass
        finally:
            writer.transport.abort()

    async def weigh(self) -> None:
        while True:
            await asyncio.sleep(5.0)
            status = Path(f"/proc/{self.server.process.pid}/status")
            if status.exists():
                found = re.search(r"VmRSS:\s*(\d+)", status.read_text("ascii"))
                self.sizes_mib.append(int(found[1]) / 1024 if found else 0.0)

    async def run(self, size: Size) -> None:
        """Everything at once; then wait until what is on its way has come."""
        work = (self.listen(), self.weigh(), self.step_clock(size.seconds))
        beside = [asyncio.create_task(one) for one in work]
        async with asyncio.TaskGroup() as group:
            for number, mine in enumerate(sky(size, seed=7)):
                group.create_task(self.send(number, mine, size.seconds))
        until = asyncio.get_running_loop().time() + DEADLINE_S
        while self.missed() and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.2)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)

    def missed(self) -> list[tuple[str, int]]:
        """Turns with less alerts than there were turns."""
        return [
            (name, turn)
            for name, turn in sorted(self.turns)
            if sum(kind == "raised" for kind, _ in self.alerts(name)) <= turn - self.first(name)
        ]

    def first(self, name: str) -> int:
        return min(turn for one, turn in self.turns if one == name)


def request(sub_token: str, content: bytes) -> bytes:
    return load.request("POST", "/sky/v1/positions", sub_token, content)


def body(positions: list[dict[str, object]], when: datetime) -> bytes:
    text = json.dumps({"positions": positions})
    return text.replace(MARK, when.isoformat()).encode()


def soak(folder: Path, size: Size) -> Soak:
    clock = folder / "clock"
    clock.write_text("0", "ascii")
    env = {"SOAK_CLOCK": str(clock), "PYTHONPATH": str(ROOT)}
    options = ("--dev", "--db", ":memory:", "--rate-limit-per-s", "0")
    with serving(folder, *options, command=STEPPED, env=env) as server:
        found = Soak(server, clock, random.Random(7))
        asyncio.run(found.run(size))
        assert server.stop(signal.SIGTERM) == 0
    return found


def check(found: Soak) -> None:
    assert len(found.turns) > len({name for name, _ in found.turns})
    missed = found.missed()
    assert not missed, {name: found.told(name) for name, _ in missed}
    assert found.reconnects > 1
    assert set(found.statuses) == {200, 400}
    assert not [event for event in found.events if event["event"] == "resync"]
    appeared = Counter(
        event["id"]
        for event in found.events
        if event["event"] == "track" and event["kind"] == "appeared"
    )
    assert {name for name, count in appeared.items() if count > 1}, "no step of the clock was felt"
    order = ("preventive", "corrective", "warning")
    for name in {name for name, _ in found.turns}:
        level = -1
        for kind, word in found.alerts(name):
            if kind == "raised":
                assert order.index(word) > level, f"announced twice: {found.told(name)}"
            level = order.index(word) if kind == "raised" else -1


def _end_with(process: int) -> None:
    while True:
        time.sleep(1.0)
        try:
            os.kill(process, 0)
        except OSError:
            os.kill(os.getpid(), signal.SIGINT)


def main() -> None:
    faulthandler.enable()
    folder = Path(sys.argv[1])
    seconds, aircraft, pairs = map(int, sys.argv[2:5])
    if len(sys.argv) > 5:
        threading.Thread(target=_end_with, args=(int(sys.argv[5]),), daemon=True).start()
    wrong, facts = "", {}
    try:
        found = soak(folder, Size(aircraft=aircraft, pairs=pairs, seconds=seconds))
        facts = {
            "turns": len(found.turns),
            "events": len(found.events),
            "reconnects": found.reconnects,
            "statuses": {str(one): found.statuses.count(one) for one in set(found.statuses)},
            "sizes_mib": found.sizes_mib,
        }
        check(found)
    except BaseException:
        wrong = traceback.format_exc()
    whole = folder / "soak.new"
    whole.write_text(json.dumps({"wrong": wrong, **facts}), "utf-8")
    whole.replace(folder / "soak.json")


if __name__ == "__main__":
    main()
