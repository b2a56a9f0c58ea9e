"""Servers and feeds on this machine, for the tests of live protocols."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from openline.airspace.track.report import PositionReport
from openline.feeds.feed import Feed, Intake, keep

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def play(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine, with a limit."""

    async def limited() -> None:
        async with asyncio.timeout(20):
            await test()

    asyncio.run(limited())


@asynccontextmanager
async def listening(handler: Handler, **more: Any) -> Any:
    """A TCP server on this machine; gives its port."""

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(closing, "127.0.0.1", 0, **more)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class Heard:
    """Runs a feed and waits for so many positions."""

    def __init__(self, feed: Feed, **more: Any) -> None:
        self.reports: list[PositionReport] = []
        self._enough = asyncio.Event()
        self._wanted = 1
        self.intake = Intake(feed.name, self._take, **more)
        self._task = asyncio.create_task(keep(feed, self.intake, self._wait))
        self.waits: list[float] = []

    async def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0.01)

    def _take(self, reports: list[PositionReport]) -> None:
        self.reports += reports
        if len(self.reports) >= self._wanted:
            self._enough.set()

    async def until(self, count: int) -> list[PositionReport]:
        self._wanted = count
        if len(self.reports) < count:
            self._enough.clear()
            await self._enough.wait()
        return self.reports

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])
