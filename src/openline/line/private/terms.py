"""What an agreement says of private checks: the grid, how many items, how often, how long."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from openline.errors import InvalidInput
from openline.line.private.grid import MANNED, Grid

SENTINELS: Final = 32
BUCKET_MIN: Final = 128
BUCKET_MAX: Final = 16_384
BUCKETS_MAX: Final = 8
BUCKETS: Final = (1_024, 4_096, 16_384)
QUESTIONS_MAX: Final = 3_600
HORIZON_MAX: Final = timedelta(days=31)
EXPIRY_MAX: Final = timedelta(days=7)
_MINUTE: Final = timedelta(minutes=1)

assert 2 * SENTINELS < BUCKET_MIN, "a bucket holds more than its sentinels"


@dataclass(frozen=True, slots=True)
class PrivateTerms:
    """The terms of private checks.

    buckets: sizes that a set is padded to, ascending; the last one is the cap.
    questions_per_hour: sessions that each party may begin with each other one.
    horizon: how far ahead a check looks unless it says otherwise, and the farthest it may.
    expiry, carried_expiry: how long an answer holds that came over the net, or in files.
    Raises: InvalidInput with `field`.
    """

    grid: Grid = MANNED
    buckets: tuple[int, ...] = BUCKETS
    questions_per_hour: int = 6
    horizon: timedelta = timedelta(hours=12)
    expiry: timedelta = timedelta(minutes=5)
    carried_expiry: timedelta = timedelta(hours=4)

    def __post_init__(self) -> None:
        if not 1 <= len(self.buckets) <= BUCKETS_MAX:
            raise InvalidInput(f"there are 1 to {BUCKETS_MAX} buckets", field="buckets")
        if list(self.buckets) != sorted(set(self.buckets)):
            raise InvalidInput("each bucket is larger than the one before", field="buckets")
        if self.buckets[0] < BUCKET_MIN or self.buckets[-1] > BUCKET_MAX:
            raise InvalidInput(
                f"a bucket holds {BUCKET_MIN} to {BUCKET_MAX:,} items", field="buckets"
            )
        if not 1 <= self.questions_per_hour <= QUESTIONS_MAX:
            raise InvalidInput(
                f"1 to {QUESTIONS_MAX:,} questions are asked in an hour", field="questions_per_hour"
            )
        for name, value, most in (
            ("horizon_h", self.horizon, HORIZON_MAX),
            ("expiry_min", self.expiry, EXPIRY_MAX),
            ("carried_expiry_min", self.carried_expiry, EXPIRY_MAX),
        ):
            if not _MINUTE <= value <= most:
                raise InvalidInput(f"{value} is outside {_MINUTE} to {most}", field=name)

    @property
    def items_max(self) -> int:
        """The most items of a set: what the largest bucket holds beside the sentinels."""
        return self.buckets[-1] - SENTINELS

    def expires_after(self, *, carried: bool) -> timedelta:
        """How long an answer holds, by the way it came."""
        return self.carried_expiry if carried else self.expiry
