"""What the page of the console is measured with: notices of two parties, aircraft in the air.

    python -m bench.console_traffic HOST PORT AIRCRAFT SEED < TOKENS

sends the aircraft four times a second, in a process of its own, until it is ended. Each token, a
line of standard input, is one sender's, with its share of them.
"""

import asyncio
import json
import math
import random
import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from bench import load
from bench.line_cases import LineBench
from openline.airspace.volume import Volume4D
from openline.formats.line_message import body_values
from openline.geo.circle import Circle
from openline.line.message.bodies import Notify
from openline.line.message.kind import NoticeKind

PER_SECOND: Final = 4
SENDERS: Final = 8
# Around the agreed area: at the size of 1440 by 860 all of it is seen at once.
SOUTH, NORTH, WEST, EAST = 51.0, 56.5, 1.0, 13.0
_M_PER_DEGREE: Final = 111_195.0
_CONTENT_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def notices(bench: LineBench, count: int) -> dict[str, list[bytes]]:
    """Requests of notices, half of them of each party; two thirds stand now, the others come.

    What party `south` says is said at its own server, what `north` says comes signed.
    """
    tokens = {party: bench.token(party) for party in ("north", "south")}
    found: dict[str, list[bytes]] = {"north": [], "south": []}
    for number in range(count):
        body = _notice(bench.random, number)
        if number % 2:
            words = {"kind": "NOTIFY", "body": body_values(body), "to": ["north"]}
            path, data = "/line/v1/say", json.dumps(words).encode()
        else:
            path, data = "/line/v1/messages", bench.signed("north", body)
        party = "south" if number % 2 else "north"
        found[party].append(load.request("POST", path, tokens[party], data))
    return found


def _notice(rng: random.Random, number: int) -> Notify:
    now = datetime.now(UTC)
    start = now - timedelta(minutes=5) if number % 3 else now + timedelta(hours=1 + rng.random())
    end = now + timedelta(hours=4)
    # On a grid, apart: with places at random the board would be full of conflicts.
    row, column = divmod(number, 25)
    place = Circle.of(53.03 + 1.44 * row / 20, 6.03 + 1.94 * column / 25, rng.uniform(500, 2_500))
    low = 3_000.0 * rng.random()
    volume = Volume4D.over_ellipsoid(place, low, low + 300.0, start, end)
    return Notify(NoticeKind.VOLUME, start, end, (volume,), name=f"job {number}")


class Aircraft:
    """One that flies straight and turns back at the edge of the region."""

    def __init__(self, rng: random.Random, number: int) -> None:
        self.name = f"{number + 0x3C0000:06x}"
        self.lat, self.lng = rng.uniform(SOUTH, NORTH), rng.uniform(WEST, EAST)
        self.track_deg, self.speed_mps = rng.uniform(0, 360), rng.uniform(60, 240)
        self.level_ft = 500.0 * rng.randint(4, 80)

    def step(self, seconds: float, time_sent: str) -> dict[str, Any]:
        """Its position after that many seconds more."""
        angle = math.radians(self.track_deg)
        self.lat += seconds * self.speed_mps * math.cos(angle) / _M_PER_DEGREE
        width = _M_PER_DEGREE * math.cos(math.radians(self.lat))
        self.lng += seconds * self.speed_mps * math.sin(angle) / width
        if not (SOUTH < self.lat < NORTH and WEST < self.lng < EAST):
            self.track_deg = math.degrees(
                math.atan2((WEST + EAST) / 2 - self.lng, (SOUTH + NORTH) / 2 - self.lat)
            )
        return {
            "icao24": self.name,
            "callsign": f"BEN{self.name[2:].upper()}",
            "time": time_sent,
            "lat": round(self.lat, 6),
            "lng": round(self.lng, 6),
            "pressure_altitude_ft": self.level_ft,
            "speed_mps": round(self.speed_mps, 1),
            "track_deg": round(self.track_deg % 360, 2),
            "vertical_rate_mps": 0,
        }


async def _send(host: str, port: int, token: str, mine: Sequence[Aircraft], late_s: float) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    due = last = time.perf_counter() + late_s
    while True:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        now = time.perf_counter()
        when = datetime.now(UTC).isoformat()
        body = json.dumps({"positions": [one.step(now - last, when) for one in mine]}).encode()
        last = now
        # Where the server is late, the next positions are newer; none are sent afterwards.
        due = max(due + 1 / PER_SECOND, time.perf_counter())
        writer.write(load.request("POST", "/sky/v1/positions", token, body))
        head = await reader.readuntil(b"\r\n\r\n")
        length = _CONTENT_LENGTH.search(head)
        answer = await reader.readexactly(int(length[1]) if length else 0)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(answer.decode("utf-8", "replace"))


async def _main(host: str, port: int, count: int, seed: int, tokens: Sequence[str]) -> None:
    rng = random.Random(seed)
    ends = [round(number * count / len(tokens)) for number in range(len(tokens) + 1)]
    async with asyncio.TaskGroup() as sending:
        for number, (token, (first, last)) in enumerate(zip(tokens, pairwise(ends), strict=True)):
            mine = [Aircraft(rng, one) for one in range(first, last)]
            late_s = number / len(tokens) / PER_SECOND
            sending.create_task(_send(host, port, token, mine, late_s))


if __name__ == "__main__":
    given = [line.strip() for line in sys.stdin]
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), given))
