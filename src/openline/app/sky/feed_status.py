"""How a feed is doing: does it speak, how old is what it says, how much of it can be used.

A feed that says nothing tells nothing: UNKNOWN is no empty sky.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

SILENT_S: Final = 15.0  # without a word for so long, nothing is known
LATE_S: Final = 10.0  # positions older than this when they come in are late
_WINDOW_S: Final = 10.0


class FeedState(StrEnum):
    """What can be said of a feed."""

    LIVE = "live"
    LATE = "late"
    UNKNOWN = "UNKNOWN"
    ENDED = "ended"  # a recording that was played to its end


@dataclass(slots=True)
class FeedStatus:
    """Counts and times of one feed. Times in seconds of a clock that only goes on.

    age_s: how old the newest position of the last message was when it came in.
    reason: why the last message or position was refused, or the connection failed.
    """

    name: str
    heard_s: float | None = None
    age_s: float | None = None
    accepted: int = 0
    refused: int = 0
    connections: int = 0
    failures: int = 0  # in a row
    reason: str = ""
    ended: bool = False
    _recent: deque[tuple[float, int]] = field(default_factory=deque)

    def heard(self, now_s: float, age_s: float | None, positions: int) -> None:
        """A message came in that could be understood, with so many positions."""
        self.heard_s, self.failures = now_s, 0
        if age_s is not None:
            self.age_s = max(age_s, 0.0)
        self.accepted += positions
        if positions:
            self._recent.append((now_s, positions))
        while self._recent and self._recent[0][0] < now_s - _WINDOW_S:
            self._recent.popleft()

    def refuse(self, reason: str, count: int = 1) -> None:
        """So much of what came in could not be used."""
        self.refused += count
        self.reason = reason

    def failed(self, reason: str) -> None:
        """The connection broke or could not be made."""
        self.failures += 1
        self.reason = reason

    def rate_per_s(self, now_s: float) -> float:
        """Positions a second, over the last ten."""
        recent = [count for at, count in self._recent if at >= now_s - _WINDOW_S]
        return sum(recent) / _WINDOW_S

    def state(self, now_s: float) -> FeedState:
        """What can be said of it now."""
        if self.ended:
            return FeedState.ENDED
        if self.heard_s is None or now_s - self.heard_s > SILENT_S:
            return FeedState.UNKNOWN
        return FeedState.LATE if (self.age_now_s(now_s) or 0.0) > LATE_S else FeedState.LIVE

    def age_now_s(self, now_s: float) -> float | None:
        """How old its newest position is by now; None: there was none."""
        if self.age_s is None or self.heard_s is None:
            return None
        # What was heard some seconds ago has grown older since.
        return self.age_s + max(now_s - self.heard_s, 0.0)
