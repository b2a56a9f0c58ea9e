"""How long a track lives, what it keeps and what it refuses: the numbers, and the reasons."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openline.errors import InvalidInput
from openline.limits import TRACK_HISTORY_MAX, TRACKS_MAX


class Reason(StrEnum):
    """Why a report did not become the newest position of its track."""

    AHEAD = "dated ahead of our clock"
    OLD = "too old"
    SPEED = "impossible speed"
    JUMP = "impossible jump"
    FULL = "too many aircraft"
    REPEATED = "repeated"
    LATE = "out of order"
    COARSER = "coarser than what is known"

    @property
    def is_doubt(self) -> bool:
        """Whether something is wrong with it; else it is only not needed."""
        return self not in (Reason.REPEATED, Reason.LATE, Reason.COARSER)


@dataclass(frozen=True, slots=True)
class TrackRules:
    """Times in seconds. Raises: InvalidInput for numbers that cannot work.

    lost_s: without a position for so long it is lost. forget_s: and so long: forgotten.
    ahead_max_s: a report dated further ahead of our clock is refused; up to it, it is of now.
    restart_reports, restart_s: so many set-aside positions that agree, over so long, while none
        confirms the old track, are believed: the track starts anew.
    carry_s: a value that the newest report lacks is taken from one at most so much older.
    history_s, history_max: what is kept of each aircraft; tracks_max: aircraft at once.
    """

    lost_s: float = 30.0
    forget_s: float = 300.0
    ahead_max_s: float = 5.0
    restart_reports: int = 3
    restart_s: float = 5.0
    carry_s: float = 15.0
    history_s: float = 600.0
    history_max: int = TRACK_HISTORY_MAX
    tracks_max: int = TRACKS_MAX

    def __post_init__(self) -> None:
        for name in ("lost_s", "forget_s", "ahead_max_s", "restart_s", "carry_s", "history_s"):
            if not 0 < getattr(self, name) <= 86_400:
                raise InvalidInput("a time above 0 and up to a day is needed", field=name)
        if self.forget_s < self.lost_s:
            raise InvalidInput("what is forgotten must be lost before", field="forget_s")
        for name in ("restart_reports", "history_max", "tracks_max"):
            if not 2 <= getattr(self, name) <= 10_000_000:
                raise InvalidInput("a number of 2 or more is needed", field=name)


DEFAULT_RULES: Final = TrackRules()
