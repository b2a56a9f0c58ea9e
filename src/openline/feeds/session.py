"""Several feeds heard together: their positions go into one watch, which is asked once a second."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

from openline.airspace.track.report import PositionReport
from openline.app.sky.feed_status import FeedState, FeedStatus
from openline.app.sky.watch import SkyEvent, SkyWatch
from openline.feeds.feed import Feed, Intake, keep
from openline.feeds.forward import Forwarder
from openline.feeds.senders import Sender

TICK_S = 1.0


class FeedEvent(NamedTuple):
    """A feed is in another state than before."""

    name: str
    state: FeedState
    reason: str
    time: datetime


class SendFailed(NamedTuple):
    """What is watched cannot be sent on to an address; it is tried again."""

    name: str
    reason: str
    time: datetime


Told: TypeAlias = SkyEvent | FeedEvent | SendFailed


class Session:
    """Feeds, the watch they feed, and who hears of what happens."""

    def __init__(
        self,
        watch: SkyWatch,
        tell: Callable[[list[Told]], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.watch = watch
        self._tell = tell
        self.clock = clock
        self._feeds: list[tuple[Feed, Intake]] = []
        self._known: dict[str, tuple[FeedState, str]] = {}
        self._forwarders: list[Forwarder] = []
        self._beside: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._failed: dict[str, str] = {}
        self._stop = asyncio.Event()

    @property
    def statuses(self) -> list[FeedStatus]:
        """How the feeds are doing, in the order they were added."""
        return [intake.status for _, intake in self._feeds]

    def add(self, feed: Feed) -> None:
        """Hear this feed too."""
        self._feeds.append((feed, Intake(feed.name, self._take, self.clock)))

    def send_to(self, name: str, sender: Sender) -> None:
        """Send what is watched there."""
        forwarder = Forwarder(name, sender, self.watch, self._cannot_send)
        self._forwarders.append(forwarder)
        self._beside.append(forwarder.run)

    def beside(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run this too, as long as the session runs."""
        self._beside.append(work)

    def stop(self) -> None:
        """End `run` soon."""
        self._stop.set()

    def tick(self, now: datetime) -> None:
        """Look at everything at this instant, and tell what is to be told."""
        self._told([*self._feed_events(now), *self.watch.tick(now)])

    async def run(self, *, ticking: bool = True, duration_s: float | None = None) -> None:
        """Until every feed has ended, the time is over, or `stop`.

        Args: `ticking`: once a second by the clock; a replay with its own clock ticks by itself.
        """
        tasks = [asyncio.create_task(keep(feed, intake)) for feed, intake in self._feeds]
        tasks_beside = [asyncio.create_task(work()) for work in self._beside]
        beat: asyncio.Task[object] | None = asyncio.create_task(self._beat()) if ticking else None
        stopped: asyncio.Task[object] = asyncio.create_task(self._stop.wait())
        ended: asyncio.Task[object] = asyncio.create_task(_all(tasks))
        waited = [stopped, ended, *tasks_beside] + ([] if beat is None else [beat])
        try:
            await asyncio.wait(waited, timeout=duration_s, return_when=asyncio.FIRST_COMPLETED)
            for task in waited:
                if task.done():
                    task.result()  # a fault of ours is raised
            self.tick(self.clock())
        finally:
            for task in (*tasks, *waited):
                task.cancel()
            await asyncio.gather(*tasks, *waited, return_exceptions=True)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.tick(self.clock())
            # A stall is not made up for: the next beat is a whole one away.
            due = max(due + TICK_S, loop.time())
            await asyncio.sleep(due - loop.time())

    def _take(self, reports: list[PositionReport]) -> None:
        self._told([*self.watch.take(reports, self.clock())])

    def _told(self, events: list[Told]) -> None:
        if events:
            self._tell(events)
        for forwarder in self._forwarders:
            forwarder.hear([e for e in events if not isinstance(e, FeedEvent | SendFailed)])

    def _cannot_send(self, name: str, reason: str) -> None:
        """Told once, until it is for another reason."""
        if self._failed.get(name) != reason:
            self._failed[name] = reason
            self._tell([SendFailed(name, reason, self.clock())])

    def _feed_events(self, now: datetime) -> list[FeedEvent]:
        now_s = asyncio.get_running_loop().time()
        events = []
        for status in self.statuses:
            state = status.state(now_s)
            reason = "" if state is FeedState.LIVE else status.reason
            known = (state, reason if state is FeedState.UNKNOWN else "")
            before = self._known.get(status.name)
            # At the start nobody has spoken yet, and nothing has failed.
            if known != before and (before is not None or known != (FeedState.UNKNOWN, "")):
                self._known[status.name] = known
                events.append(FeedEvent(status.name, state, reason, now))
        return events


async def _all(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks)
