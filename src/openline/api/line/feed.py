"""Who follows the record is woken when it grows, whichever process wrote.

What this process writes is told at once; what others write is seen by looking, a few times a
second.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from openline.api.handover import off_the_loop
from openline.app.line.services import LineServices
from openline.errors import OpenlineError

_LOG: Final = logging.getLogger("openline.line")
LOOK_S: Final = 0.25
GATHER_S: Final = 0.02  # after the first of many, the others are read at one go


class Feed:
    """The length of the record, and those who wait for more of it. For one event loop."""

    def __init__(self, line: LineServices) -> None:
        self.position = 0
        self.stopping = False
        self._line = line
        self._waiting: set[asyncio.Future[None]] = set()
        self._grown = asyncio.Event()
        self._told = False  # of what was put on the record since it was looked at

    async def follow(self) -> None:
        """Look at the record for ever; ends by being cancelled."""
        loop = asyncio.get_running_loop()

        def tell() -> None:
            if not self._told:  # who finds it true is certain that the record is looked at again
                self._told = True
                with suppress(RuntimeError):  # the loop has ended: nobody waits
                    loop.call_soon_threadsafe(self._grown.set)

        self._line.watchers.append(tell)
        while True:
            try:
                self.position = await off_the_loop(
                    lambda: self._line.look(lambda _line, position: position)
                )
            except OpenlineError as error:
                _LOG.warning("the record cannot be read for now: %s", error)
            except Exception:  # a fault here must not leave everybody waiting for good
                _LOG.exception("fault while following the record")
            self._wake()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._grown.wait()
                await asyncio.sleep(GATHER_S)
            self._grown.clear()
            self._told = False

    async def beyond(self, position: int, wait_s: float) -> bool:
        """Whether the record has more than `position` entries, at the latest after that time."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + wait_s
        while self.position <= position and not self.stopping:
            left_s = ends_at - loop.time()
            if left_s <= 0:
                return False
            waiter = loop.create_future()
            self._waiting.add(waiter)
            try:
                async with asyncio.timeout(left_s):
                    await waiter
            except TimeoutError:
                return False
            finally:
                self._waiting.discard(waiter)
        return self.position > position

    def stop(self) -> None:
        """Nobody is to wait any longer: the server ends."""
        self.stopping = True
        self._wake()

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
