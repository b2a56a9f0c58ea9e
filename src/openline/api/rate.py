"""How often each party may ask: a bucket that fills steadily and is drawn from by each request."""

import time
from collections.abc import Callable

from openline.limits import PARTIES_MAX


class RateLimit:
    """`per_s` requests per second for each party, and `burst` at once from rest."""

    def __init__(
        self, per_s: float, burst: int, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_s = per_s
        self._burst = float(burst)
        self._monotonic_s = monotonic_s
        self._buckets: dict[str, tuple[float, float]] = {}  # party: (what is left, since when)

    def take(self, party: str) -> float:
        """Draw one request; 0 if there was one, else the seconds until there is."""
        now_s = self._monotonic_s()
        left, since_s = self._buckets.get(party, (self._burst, now_s))
        left = min(self._burst, left + (now_s - since_s) * self.per_s)
        if left < 1:
            self._buckets[party] = (left, now_s)
            return (1 - left) / self.per_s
        if party not in self._buckets and len(self._buckets) >= PARTIES_MAX:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[party] = (left - 1, now_s)
        return 0.0
