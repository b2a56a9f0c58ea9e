"""A real server for a while: garbage, forgeries, connections that break in the middle, readers that
come back. No scripted conflict is missed, none is announced twice, and memory stays where it is.

Steps of the clock are in tests/simulation/test_live_sky.py, where time is handed in.
"""

import asyncio
import json
import random
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench import load
from bench.sky_cases import MARK, PERIOD_S, Flying, Size, sky
from tests.e2e.server_process import Server, serving, token

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
    rng: random.Random
    turns: set[tuple[str, int]] = field(default_factory=set)  # aircraft, how often it turned
    events: list[dict[str, Any]] = field(default_factory=list)
    reconnects: int = 0
    statuses: list[int] = field(default_factory=list)
    sizes_mib: list[float] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.server.url)
        return str(parts.hostname), int(parts.port or 0)

    def request(self, sub_token: str, body: bytes) -> bytes:
        return load.request("POST", "/sky/v1/positions", sub_token, body)

    def alerts(self, name: str) -> list[tuple[str, str]]:
        """Kind and level of what was told of the pair of that aircraft, in order."""
        return [
            (e["kind"], e["level"])
            for e in self.events
            if e["event"] == "alert" and e["first"]["id"] == f"icao24:{name}"
        ]

    async def send(self, number: int, mine: list[Flying], seconds: int) -> None:
        """Positions once a second, and between them all kinds of trouble."""
        own = token(self.server, f"sender{number}", SCOPE)
        stranger = token(self.server, f"stranger{number}", SCOPE)
        await asyncio.sleep(number / 10)
        for second in range(seconds):
            positions = [one.step(second) for one in mine]
            if self.rng.random() < 0.2:
                await self.trouble(stranger, positions)
            await self.posted(self.request(own, body(positions)))
            for one in mine:
                if one.turns_at is not None and (second - one.turns_at) % PERIOD_S == 2:
                    self.turns.add((one.name, (second - one.turns_at) // PERIOD_S))
            await asyncio.sleep(1.0)

    async def trouble(self, sub_token: str, positions: list[dict[str, object]]) -> None:
        kind = self.rng.randrange(4)
        if kind == 0:
            await self.posted(self.request(sub_token, self.rng.choice(_GARBAGE)))
        elif kind == 1:  # a connection that breaks in the middle of a body
            whole = self.request(sub_token, body(positions))
            _, writer = await asyncio.open_connection(*self.place)
            writer.write(whole[: self.rng.randrange(len(whole))])
            await writer.drain()
            writer.transport.abort()
        elif kind == 2:  # places where they cannot be
            await self.posted(
                self.request(sub_token, body([one | {"lat": -45.0} for one in positions[:5]]))
            )
        else:  # of another time
            when = datetime.now(UTC) + timedelta(hours=self.rng.choice((-1, 1)))
            await self.posted(self.request(sub_token, body(positions[:5], when)))

    async def posted(self, request: bytes) -> None:
        """Send on a connection of its own, and read the answer."""
        reader, writer = await asyncio.open_connection(*self.place)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            self.statuses.append(int(head[9:12]))
        finally:
            writer.close()

    async def listen(self) -> None:
        """Read the stream; break off now and then, and come back for what was missed."""
        sub_token = token(self.server, "reader", SCOPE)
        after = None
        while True:
            more = "" if after is None else f"?after={after}"
            request = load.request("GET", f"/sky/v1/stream{more}", sub_token)
            async for number, event in self.read(request):
                after = number
                self.events.append(event)
            self.reconnects += 1

    async def read(self, request: bytes) -> AsyncIterator[tuple[int, dict[str, Any]]]:
        reader, writer = await asyncio.open_connection(*self.place, limit=1 << 22)
        writer.write(request)
        number = 0
        try:
            async with asyncio.timeout(self.rng.uniform(2.0, 6.0)):
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
        beside = [asyncio.create_task(self.listen()), asyncio.create_task(self.weigh())]
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


def body(positions: list[dict[str, object]], when: datetime | None = None) -> bytes:
    text = json.dumps({"positions": positions})
    return text.replace(MARK, (when or datetime.now(UTC)).isoformat()).encode()


def soak(folder: Path, size: Size) -> Soak:
    with serving(folder, "--dev", "--db", ":memory:", "--rate-limit-per-s", "0") as server:
        found = Soak(server, random.Random(7))
        asyncio.run(found.run(size))
        assert server.stop(signal.SIGTERM) == 0
    return found


def check(found: Soak) -> None:
    assert found.turns
    assert found.missed() == []
    assert found.reconnects > 1
    assert set(found.statuses) == {200, 400}
    assert not [event for event in found.events if event["event"] == "resync"]
    order = ("preventive", "corrective", "warning")
    for name in {name for name, _ in found.turns}:
        level = -1
        for kind, word in found.alerts(name):
            if kind == "raised":
                assert order.index(word) > level, f"{name} was announced twice"
            level = order.index(word) if kind == "raised" else -1


def test_no_conflict_is_missed_and_none_is_announced_twice(tmp_path: Path) -> None:
    check(soak(tmp_path, Size(aircraft=60, pairs=20, seconds=23)))


@pytest.mark.nightly
def test_half_an_hour_of_it_and_memory_stays_where_it_is(tmp_path: Path) -> None:
    found = soak(tmp_path, Size(aircraft=500, pairs=100, seconds=1_800))
    check(found)
    # The last ten minutes beside those before: history and pictures of the past are full by then.
    sizes = found.sizes_mib
    third = len(sizes) // 3
    assert max(sizes[-third:]) < 1.1 * max(sizes[third:-third]) + 10
