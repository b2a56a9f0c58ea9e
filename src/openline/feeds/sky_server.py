"""The tracks that an Openline server shows us, asked for once a second.

Where a recording is played, the sky of the server has a clock of its own, which may be faster than
ours. Who watches that server alone takes it over, and then it is asked more often: `follow`.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from openline.errors import InvalidInput
from openline.feeds.feed import Intake
from openline.feeds.polled import PERIOD_S, PolledFeed, by_http
from openline.formats import sky_tracks

TRACKS_PATH: Final = "/sky/v1/tracks"
PLAYED_PERIOD_S: Final = 0.1
_BYTES_MAX: Final = 64 * 1024 * 1024
_APART: Final = timedelta(seconds=10)  # clocks further apart: a recording is played
_BACK: Final = timedelta(seconds=5)  # what is a step back, and no jitter


class ServerClock:
    """Ours, until the server says an instant that is far from it; then that one, as it is told."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._played: datetime | None = None

    @property
    def is_played(self) -> bool:
        """Whether a recording is played there."""
        return self._played is not None

    def now(self) -> datetime:
        """The instant of the server's sky."""
        return self._clock() if self._played is None else self._played

    def hear(self, instant: datetime) -> None:
        """What the server says; a little back is the way of the answers, not of the clock."""
        if abs(instant - self._clock()) <= _APART:
            self._played = None
        elif self._played is None or not timedelta(0) <= self._played - instant < _BACK:
            self._played = instant


class ServerFeed(PolledFeed):
    """The sky of a server. Raises: InvalidInput for an address that is none, or not safe."""

    def __init__(self, server: str, token: str | None, period_s: float = PERIOD_S) -> None:
        fetch = by_http(server.rstrip("/") + TRACKS_PATH, token, _BYTES_MAX)
        super().__init__(server, fetch, sky_tracks.read, period_s)
        self._clock: ServerClock | None = None
        self._look: Callable[[datetime], None] = lambda _now: None

    def follow(self, clock: ServerClock, look: Callable[[datetime], None]) -> None:
        """Move this clock by what the server says; while a recording is played there, `look` after
        each answer: a second of ours may be a minute of its sky."""
        self._clock, self._look = clock, look

    async def run(self, intake: Intake) -> None:
        """Ask until nobody answers."""
        clock = self._clock
        if clock is None:
            await super().run(intake)
            return
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            data = await asyncio.to_thread(self._fetch)
            try:
                clock.hear(sky_tracks.time_of(data, self.name))
                intake.take(self._read(data, self.name, intake.clock()))
            except InvalidInput as error:
                intake.refuse(str(error))
            if clock.is_played:
                self._look(clock.now())
            period_s = PLAYED_PERIOD_S if clock.is_played else self._period_s
            await asyncio.sleep(max(begun + period_s - loop.time(), 0.0))
