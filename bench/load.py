"""A lean client that loads a server: prepared requests over a few connections that stay open.

    python -m bench.load HOST PORT CONNECTIONS FILE

The file holds whole requests (`write`). Each connection sends the next one as soon as its last
answer is complete. One JSON object goes to standard output: how long it took, how long each
waited, which statuses came back. It runs in a process of its own, so that it shares no lock with
what it measures; it does share the processor.
"""

import asyncio
import json
import re
import struct
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, cast

from bench.measure import ROOT, percentile

Facts = dict[str, Any]
_LENGTH: Final = struct.Struct("<I")
_CONTENT_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ENTITY: Final = b'"manager":'  # once for each entity in an answer
_GOOD: Final = (200, 201)


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """A whole HTTP/1.1 request on a connection that stays open."""
    lines = [f"{method} {path} HTTP/1.1", "host: bench", f"authorization: Bearer {token}"]
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def write(path: Path, requests: Iterable[bytes]) -> None:
    """Write requests as this client reads them."""
    with path.open("wb") as file:
        for one in requests:
            file.write(_LENGTH.pack(len(one)))
            file.write(one)


def read(path: Path) -> deque[bytes]:
    """What `write` wrote."""
    data = path.read_bytes()
    found: deque[bytes] = deque()
    at = 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return found


class _Tally:
    """What all connections share: what is left to send, and what came back."""

    def __init__(self, requests: deque[bytes]) -> None:
        self.requests = requests
        self.waits: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.entities: list[int] = []
        self.first_fault = ""


class _Connection(asyncio.Protocol):
    def __init__(self, tally: _Tally) -> None:
        self._tally = tally
        self._buffer = bytearray()
        self._whole = 0  # bytes of the answer, once its head is there
        self._sent = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionError("the server ended a connection"))

    def close(self) -> None:
        self._transport.close()

    def send_next(self) -> None:
        if not self._tally.requests:
            self.ended.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(self._tally.requests.popleft())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._whole:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _CONTENT_LENGTH.search(self._buffer, 0, end)
            if length is None:
                raise ValueError("an answer without its length")
            self._whole = end + 4 + int(length[1])
        if len(self._buffer) >= self._whole:
            self._complete()

    def _complete(self) -> None:
        tally, answer = self._tally, self._buffer
        tally.waits.append(time.perf_counter() - self._sent)
        status = int(answer[9:12])
        tally.statuses[status] += 1
        tally.entities.append(answer.count(_ENTITY))
        if status not in _GOOD and not tally.first_fault:
            tally.first_fault = answer.decode("utf-8", "replace")[-400:]
        del self._buffer[: self._whole]
        self._whole = 0
        self.send_next()


async def load(host: str, port: int, connections: int, requests: deque[bytes]) -> Facts:
    """Send them all. Raises: ConnectionError if the server ends a connection."""
    loop, tally = asyncio.get_running_loop(), _Tally(requests)
    made = [
        (await loop.create_connection(lambda: _Connection(tally), host, port))[1]
        for _ in range(connections)
    ]
    begin = time.perf_counter()
    for connection in made:
        connection.send_next()
    await asyncio.gather(*(connection.ended for connection in made))
    seconds = time.perf_counter() - begin
    for connection in made:
        connection.close()
    return {
        "requests": len(tally.waits),
        "seconds": seconds,
        "per_second": len(tally.waits) / seconds,
        "p50_ms": 1e3 * percentile(tally.waits, 0.5),
        "p99_ms": 1e3 * percentile(tally.waits, 0.99),
        "max_ms": 1e3 * max(tally.waits),
        "statuses": {str(status): count for status, count in sorted(tally.statuses.items())},
        "entities_mean": sum(tally.entities) / len(tally.entities),
        "entities_max": max(tally.entities),
        "first_fault": tally.first_fault,
    }


def run(address: tuple[str, int], connections: int, requests: Iterable[bytes], file: Path) -> Facts:
    """Load a server from a process of its own; `file` is where the requests are put.

    Raises: AssertionError if an answer is not 200 or 201.
    """
    write(file, requests)
    command = [sys.executable, "-m", "bench.load", address[0], str(address[1])]
    done = subprocess.run(
        [*command, str(connections), str(file)], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    facts: Facts = json.loads(done.stdout)
    fault = facts.pop("first_fault")
    if fault:
        raise AssertionError(f"{facts['statuses']}: {fault}")
    return facts


def main() -> None:
    """The command."""
    host, port, connections, file = sys.argv[1:]
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ModuleNotFoundError:
        runner = asyncio.Runner()
    with runner:
        facts = runner.run(load(host, int(port), int(connections), read(Path(file))))
    json.dump(facts, sys.stdout)


if __name__ == "__main__":
    main()
