"""What a feed is, and the loop that keeps it going: connect, listen, connect again.

A feed runs for one connection. It hands everything it understands to its intake and raises when
the connection breaks. Garbage is counted and never ends a connection.
"""

import asyncio
import os
import random
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, Protocol

from openline.airspace.track.report import PositionReport
from openline.app.sky.feed_status import FeedStatus
from openline.errors import InvariantBroken, OpenlineError
from openline.formats.reports import Reports

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
_SPREAD: Final = 0.25  # many that lost one server do not come back all at once

Deliver = Callable[[list[PositionReport]], None]


class Intake:
    """Where a feed hands in what it read; it keeps the feed's status."""

    def __init__(
        self,
        name: str,
        deliver: Deliver,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.status = FeedStatus(name)
        self.clock = clock
        self._deliver = deliver

    def take(self, found: Reports) -> None:
        """Positions of a message, and what was refused of it."""
        now = self.clock()
        if found.refused:
            self.status.refuse(found.reason, found.refused)
        times = [report.time for report in found.reports]
        if found.taken is not None:
            times.append(found.taken)
        age_s = (now - max(times)).total_seconds() if times else None
        if times or not found.refused:
            self.status.heard(_now_s(), age_s, len(found.reports))
        if found.reports:
            self._deliver(found.reports)

    def refuse(self, reason: str) -> None:
        """A message that could not be understood at all."""
        self.status.refuse(reason)


class Feed(Protocol):
    """A live protocol at an address, or a recording."""

    name: str

    async def run(self, intake: Intake) -> None:
        """Listen until the connection breaks; a recording returns at its end.

        Raises: OSError, TimeoutError, Unreachable or InvalidInput when there is nothing to hear.
        """


async def keep(
    feed: Feed, intake: Intake, wait: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> None:
    """Run a feed for ever; after a failure wait longer each time, from 0.5 to 30 s.

    Ends only when a recording does.
    """
    status = intake.status
    while True:
        status.connections += 1
        try:
            await feed.run(intake)
            status.ended = True
            return
        except InvariantBroken:
            raise
        except (OSError, TimeoutError, EOFError, OpenlineError) as error:
            status.failed(words_of(error))
        longest = min(FIRST_WAIT_S * 2.0 ** min(status.failures - 1, 10), LONGEST_WAIT_S)
        await wait(longest * (1.0 + random.uniform(-_SPREAD, _SPREAD)))


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def words_of(error: BaseException) -> str:
    """What is wrong, in words, of an error of ours, of the system or of a library."""
    if isinstance(error, OpenlineError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message.lower()}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS: {(error.reason or str(error)).lower().replace('_', ' ')}"
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException) and reason is not error:
        return words_of(reason)
    if isinstance(error, TimeoutError) and not error.args:
        return "no answer in time"
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno).lower()
    return str(error).lower() or type(error).__name__
