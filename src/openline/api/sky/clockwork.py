"""What the sky does by the clock: encounters soon after positions came in, and once a second;
and the observed beside the declared."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from openline.api.handover import off_the_loop
from openline.app.sky.conformance import SkyConformance
from openline.app.sky.service import SkyService
from openline.clock import Clock
from openline.errors import OpenlineError

_LOG: Final = logging.getLogger("openline.sky")
PERIOD_S: Final = 1.0
LEAST_S: Final = 0.1  # between two looks, however many positions come in


class SkyFollower:
    """Looks at the sky for ever, and wakes those who wait for events. For one event loop."""

    def __init__(self, sky: SkyService, clock: Clock) -> None:
        self.stopping = False
        self._sky = sky
        self._clock = clock
        self._intake = asyncio.Event()
        self._waiting: set[asyncio.Future[None]] = set()

    def next_event(self) -> "asyncio.Future[None]":
        """A future that is done when there may be more events, or the server ends."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.stopping:
            waiter.set_result(None)
        else:
            self._waiting.add(waiter)
            waiter.add_done_callback(self._waiting.discard)
        return waiter

    async def follow(self) -> None:
        """Look soon after each intake, and once a second; ends by being cancelled."""
        loop = asyncio.get_running_loop()

        def tell() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._intake.set)

        self._sky.watchers.append(tell)
        while True:
            begun = loop.time()
            self._intake.clear()
            try:
                await off_the_loop(lambda: self._sky.tick(self._clock.now()))
            except Exception:  # a fault here must not stop the eyes of everybody
                _LOG.exception("fault while looking for encounters")
            self._wake()
            # Of a large sky the looking takes long: it gets half of the time at most.
            took = loop.time() - begun
            await asyncio.sleep(max(LEAST_S - took, min(took, PERIOD_S)))
            with suppress(TimeoutError):
                async with asyncio.timeout(PERIOD_S - LEAST_S):
                    await self._intake.wait()

    def stop(self) -> None:
        """Nobody is to wait any longer: the server ends."""
        self.stopping = True
        self._wake()

    def _wake(self) -> None:
        for waiter in list(self._waiting):
            if not waiter.done():
                waiter.set_result(None)


async def compare_for_ever(
    conformance: SkyConformance, clock: Clock, period_s: Callable[[], float] = lambda: PERIOD_S
) -> None:
    """Compare the observed with the declared once a second, or as often as told; ends by being
    cancelled."""
    while True:
        try:
            await off_the_loop(lambda: conformance.look(clock.now()))
        except OpenlineError as error:
            _LOG.warning("the sky cannot be compared with the line for now: %s", error)
        except Exception:  # a fault here must not stop the eyes of everybody
            _LOG.exception("fault while comparing the sky with the line")
        await asyncio.sleep(period_s())
