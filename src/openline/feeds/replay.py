"""A recording played as if it were live, at its own speed or up to 60 times as fast.

Faster than once, the sky has a clock of its own: the recording's. At its own speed a recording may
also be moved to now, and heard beside live feeds.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.track.played import Recording
from openline.airspace.track.report import PositionReport
from openline.errors import InvalidInput
from openline.feeds.feed import Intake
from openline.formats.reports import Reports

SPEED_MAX: Final = 60.0


class SkyClock:
    """The clock of a replay: it stands where the recording is."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant of the recording."""
        return self._now

    def move(self, now: datetime) -> None:
        """The recording is there now."""
        self._now = max(self._now, now)


class ReplayFeed:
    """Plays a recording from its first second to its last.

    With a `clock` the positions keep their times, the clock is moved and `after_second` called
    after each second. Without one they are moved to now, at their own speed.
    """

    def __init__(
        self,
        recording: Recording,
        speed: float = 1.0,
        clock: SkyClock | None = None,
        after_second: Callable[[datetime], None] = lambda _now: None,
    ) -> None:
        if clock is None and speed != 1.0:
            raise InvalidInput(
                "beside live feeds a recording is played at its own speed", cure="leave out @SPEED"
            )
        self.name = recording.name
        self._recording = recording
        self._speed = speed
        self._clock = clock
        self._after_second = after_second

    async def run(self, intake: Intake) -> None:
        """Play to the end."""
        shift = timedelta(0)
        if self._clock is None:
            shift = intake.clock() - self._recording.span()[0]
        async for now, reports in played(self._recording, self._speed):
            if self._clock is not None:
                self._clock.move(now)
            intake.take(Reports([moved(report, shift) for report in reports], taken=now + shift))
            self._after_second(now)


async def played(
    recording: Recording, speed: float
) -> AsyncIterator[tuple[datetime, list[PositionReport]]]:
    """Each second of a recording at its time: its end and its positions.

    Whoever cannot keep up gets them late, never fewer. Raises: InvalidInput for a bad speed.
    """
    check_speed(speed)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number, (now, reports) in enumerate(recording.seconds(), 1):
        await asyncio.sleep(max(begun + number / speed - loop.time(), 0.0))
        yield now, reports


def moved(report: PositionReport, shift: timedelta) -> PositionReport:
    """The report at another time."""
    return replace(report, time=report.time + shift) if shift else report


def check_speed(speed: float) -> None:
    """Raises: InvalidInput for a speed that is not above 0 and at most 60."""
    if not 0 < speed <= SPEED_MAX:
        raise InvalidInput(f"speed {speed:g} is outside 0..{SPEED_MAX:g}", field="speed")
