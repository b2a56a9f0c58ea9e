"""What the line does by the clock: overdue duties, alarms, ends, links that fall silent."""

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime
from typing import Final

from openline.api.handover import off_the_loop, outcome
from openline.api.line.feed import Feed
from openline.app.line.services import LineServices
from openline.app.line.tick import quiet_until, tick
from openline.clock import REAL_TIME, Pace
from openline.errors import StoreUnavailable

_LOG: Final = logging.getLogger("openline.line")
TICK_S: Final = 0.25
_MANY: Final = 100  # events at once: there are more, and the next look comes soon
LEAST_S: Final = 0.03  # between two looks, however fast the clock runs


async def tick_for_ever(
    line: LineServices, pace: Pace = REAL_TIME, feed: Feed | None = None
) -> None:
    """Put what is due on the record, a few times a second; ends by being cancelled.

    feed: says how long the record is, so that it is not looked at while nothing can be due.
    """
    length, until = -1, datetime.min.replace(tzinfo=UTC)
    while True:
        wait_s = TICK_S
        try:
            if feed is None or feed.position != length or line.clock.now() >= until:
                with pace.hold():
                    future = await off_the_loop(lambda: tick(line, line.clock.now()))
                    events = () if future is None else await outcome(future)
                wait_s = LEAST_S if len(events) >= _MANY else TICK_S
                length, until = await off_the_loop(lambda: quiet_until(line))
                for name, count in Counter(event.name for event in events).items():
                    _LOG.info("%s%s", name, "" if count == 1 else f" × {count}")
            pace.ticked()
        except StoreUnavailable as error:
            _LOG.warning("what is due waits: %s", error)
        except Exception:  # a fault here must not stop the clock of everybody
            _LOG.exception("fault while looking for what is due")
        await asyncio.sleep(pace.wait_s(wait_s, LEAST_S))
