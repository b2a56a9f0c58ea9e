"""What the server does by itself: removing what ended long ago."""

import asyncio
import logging
from typing import Final

from openline.app.dss.expire import remove_ended
from openline.app.services import Services
from openline.errors import StoreUnavailable

_LOG: Final = logging.getLogger("openline.expiry")
_BREATH_S: Final = 0.05  # between two full batches, for everybody else


async def remove_ended_for_ever(services: Services, interval_s: float, batch: int) -> None:
    """Remove ended references, batch after batch, then wait; ends by being cancelled."""
    while True:
        full = False
        try:
            full = await remove_batch(services, batch) == batch
        except StoreUnavailable as error:
            _LOG.warning("ended references stay for now: %s", error)
        except Exception:  # a fault here must not end the removal for good
            _LOG.exception("fault while removing ended references")
        await asyncio.sleep(_BREATH_S if full else interval_s)


async def remove_batch(services: Services, batch: int) -> int:
    """Remove at most `batch` references; how many went. Raises: StoreUnavailable."""
    now = services.clock.now()
    futures = await asyncio.to_thread(remove_ended, services, now, batch)
    removed = sum(await asyncio.gather(*(asyncio.wrap_future(future) for future in futures)))
    if removed:
        _LOG.info("removed %d ended references", removed)
    return removed
