"""A clock that runs faster than time does, and never ahead of those who play.

The player allows the clock to run to the next thing that happens, and then does it: meanwhile the
clock stands. So whatever is said is said at its instant, however slow the machine is, and nobody is
late because a computer was. It stands as well while a server that goes by it is in the middle of
something: then what two servers say to each other is no later than what people say.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from openline.clock import Pace


class _Run(NamedTuple):
    """From `instant` at `real_s` on, `speed` times as fast, up to `until`."""

    instant: datetime
    real_s: float
    speed: float
    until: datetime


class PacedClock:
    """Begins at `start` and stands until it is allowed to run. For several threads.

    speed: seconds of the clock in a real second, above 0. monotonic_s: real time.
    Laws, held by tests/demo/test_clock.py: it never runs back, never beyond what is allowed, and
    never faster than its speed.
    """

    def __init__(
        self,
        start: datetime,
        speed: float,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._run = _Run(start, monotonic_s(), speed, start)
        self._held = 0
        self._allowed = start  # while it is held; it runs so far afterwards

    def now(self) -> datetime:
        """The instant, aware UTC."""
        run = self._run
        passed_s = (self._monotonic_s() - run.real_s) * run.speed
        if passed_s >= (run.until - run.instant).total_seconds():
            return run.until
        return run.instant + timedelta(seconds=max(passed_s, 0.0))

    @property
    def speed(self) -> float:
        """Seconds of the clock in a real second, while it runs."""
        return self._run.speed

    def allow(self, until: datetime, speed: float | None = None) -> None:
        """Let it run to that instant from now on, at another speed if one is given."""
        with self._lock:
            now = self.now()
            rate = self._run.speed if speed is None else speed
            self._allowed = max(until, now)
            self._run = _Run(now, self._monotonic_s(), rate, now if self._held else self._allowed)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """It stands meanwhile; what it may run to is kept for afterwards."""
        with self._lock:
            self._held += 1
            now = self.now()
            self._run = _Run(now, self._monotonic_s(), self._run.speed, now)
        try:
            yield
        finally:
            with self._lock:
                self._held -= 1
                if not self._held:
                    until = max(self._allowed, self._run.until)
                    self._run = _Run(self._run.until, self._monotonic_s(), self._run.speed, until)

    @property
    def pace(self) -> Pace:
        """Its pace, for servers that go by it."""
        return Pace(lambda: self.speed, self.hold)

    def real_s_to(self, instant: datetime) -> float:
        """Real seconds until it is that instant, if it is allowed to run so far; at least 0."""
        return max((instant - self.now()).total_seconds(), 0.0) / self._run.speed
