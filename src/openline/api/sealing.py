"""What the server does for the record by itself: sealing what was committed."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from openline.api.handover import off_the_loop
from openline.app.line import snapshot
from openline.app.line.services import LineServices
from openline.app.seal_record import SEAL_EVERY_S, Sealer
from openline.errors import InvariantBroken, StoreUnavailable

_LOG: Final = logging.getLogger("openline.record")
_QUIET: Final = 10  # times in a row without anything new


async def seal_for_ever(sealer: Sealer) -> None:
    """Seal what is new, ten times a second, half as often while nothing comes; ends by being
    cancelled, or by a record that broke."""
    waiting, before, same = False, -1, 0
    while True:
        await asyncio.sleep(SEAL_EVERY_S if same < _QUIET else 2 * SEAL_EVERY_S)
        try:
            size = await off_the_loop(sealer.seal)
            same, before, waiting = same + 1 if size == before else 0, size, False
        except StoreUnavailable as error:
            if not waiting:  # an outage is told once, not ten times a second
                _LOG.warning("the record is not sealed for now: %s", error)
            waiting = True
        except InvariantBroken:
            _LOG.exception("THE RECORD IS NOT WHAT WAS SIGNED; nothing is sealed any more")
            return
        except Exception:  # a fault here must not end the sealing for good
            _LOG.exception("fault while sealing the record")


async def seal_at_end(sealer: Sealer) -> None:
    """Seal what the last requests left; a store that is away keeps it for the next start."""
    try:
        await asyncio.to_thread(sealer.seal)
    except Exception as error:
        _LOG.warning("the last entries of the record are not sealed: %s", error)


async def fold_at_end(line: LineServices, sealer: Sealer) -> None:
    """Keep what the record amounts to for the next start, which else reads all of it."""
    try:
        await asyncio.to_thread(snapshot.keep, line, sealer)
    except Exception as error:
        _LOG.warning("no snapshot of the line is kept: %s", error)


def gauges(sealer: Sealer) -> dict[str, tuple[str, Callable[[], float]]]:
    """Numbers for the metrics."""
    return {
        "openline_record_entries": ("Entries of the record under a checkpoint.", sealer.sealed),
        "openline_record_broken": (
            "1 if entries of the record are not those that were signed.",
            lambda: float(sealer.is_broken),
        ),
    }
