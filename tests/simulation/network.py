"""A network between clients and one server, driven by a seed: it loses, doubles and delays."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

LOST: Final = 0.08
DOUBLED: Final = 0.10
LONGEST: Final = timedelta(seconds=40)
BEGIN: Final = datetime(2026, 6, 15, 8, tzinfo=UTC)

Delivery = Callable[[], None]


@dataclass(slots=True)
class Network:
    """Messages under way, by the time they arrive. Its clock is the only one there is."""

    chance: random.Random
    time: datetime = BEGIN
    _under_way: list[tuple[datetime, int, Delivery]] = field(default_factory=list)
    _sent: int = 0

    def now(self) -> datetime:
        """The time of the last delivery: the clock of the server."""
        return self.time

    def send(self, delivery: Delivery) -> None:
        """Deliver it later: once, never or twice, each after a delay of its own."""
        draw = self.chance.random()
        copies = 0 if draw < LOST else 2 if draw < LOST + DOUBLED else 1
        for _ in range(copies):
            self.after(LONGEST * self.chance.random() ** 3, delivery)

    def after(self, delay: timedelta, delivery: Delivery) -> None:
        """Deliver it surely after a delay: an alarm of the client."""
        self._sent += 1
        heapq.heappush(self._under_way, (self.time + delay, self._sent, delivery))

    def step(self) -> bool:
        """Deliver the next message. False if nothing is under way."""
        if not self._under_way:
            return False
        self.time, _, delivery = heapq.heappop(self._under_way)
        delivery()
        return True
