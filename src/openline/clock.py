"""The clock as a value that is handed in: domain code never reads the time itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Something that knows the current instant; the only way time enters a use case."""

    def now(self) -> datetime:
        """The current instant, aware UTC."""
        ...


def _real() -> float:
    return 1.0


def _nobody() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Pace:
    """How a clock goes beside time: `speed` seconds of it in a second. hold: it stands meanwhile,
    if it is one that can; that of the machine goes on. ticked: called when what was due is done."""

    speed: Callable[[], float] = _real
    hold: Callable[[], AbstractContextManager[None]] = nullcontext
    ticked: Callable[[], None] = _nobody

    def wait_s(self, seconds: float, least_s: float = 0.02) -> float:
        """So many seconds of the clock in real ones; a clock that runs fast is asked no more often
        than every `least_s`."""
        return min(seconds, max(seconds / self.speed(), least_s))


REAL_TIME = Pace()
