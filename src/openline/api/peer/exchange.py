"""`/peer/v1/…`: what servers of other parties ask; each request and answer is signed.

Requests are taken in a few threads of their own, URGENT in another, so that a peer that catches up
holds up nobody else. An answer that waits for something to say holds no thread.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openline.api.line.feed import Feed
from openline.app.peer.carry import REFRESH_S, Carriers
from openline.app.peer.link import Answered
from openline.app.peer.peering import Peering, Pending
from openline.errors import StoreUnavailable
from openline.formats.peer_exchange import EXCHANGE_PATH, HEADER, URGENT_PATH
from openline.formats.peer_heads import HEADS_PATH

_LOG: Final = logging.getLogger("openline.peer")
PATHS: Final = frozenset({EXCHANGE_PATH, URGENT_PATH, HEADS_PATH})
_OTHERS: Final = ThreadPoolExecutor(2, "peer-in")
_URGENT: Final = ThreadPoolExecutor(1, "peer-urgent-in")
_LOOK_S: Final = 0.5


def peer_routes(peering: Peering, feed: Feed) -> list[Route]:
    """The routes of the peering."""

    async def exchange(request: Request) -> Response:
        body = await request.body()
        path = request.url.path
        threads = _URGENT if path == URGENT_PATH else _OTHERS
        loop = asyncio.get_running_loop()
        header = request.headers.get(HEADER)
        taken = await loop.run_in_executor(threads, peering.take, path, header, body)
        if isinstance(taken, Pending):
            answered = await _answered(peering, feed, taken, threads)
        else:
            answered = taken
        headers = {} if answered.header is None else {HEADER: answered.header}
        return Response(answered.body, answered.status, headers, media_type="application/json")

    return [Route(path, exchange, methods=["POST"]) for path in sorted(PATHS)]


async def _answered(
    peering: Peering, feed: Feed, pending: Pending, threads: ThreadPoolExecutor
) -> Answered:
    loop = asyncio.get_running_loop()
    while True:
        position = feed.position
        answered = await loop.run_in_executor(threads, peering.answer, pending)
        if answered is not None:
            return answered
        if feed.stopping:
            pending = pending.now()
            continue
        await feed.beyond(position, _LOOK_S)


async def carry_for_ever(carriers: Carriers) -> None:
    """Carry to all peers, as they are added, paused and removed; ends by being cancelled."""
    await asyncio.to_thread(carriers.start)
    try:
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await asyncio.to_thread(carriers.refresh)
            except StoreUnavailable as error:
                _LOG.warning("the peers cannot be read for now: %s", error)
            except Exception:  # a fault here must not end the peering for good
                _LOG.exception("fault while looking for peers")
    finally:
        await asyncio.to_thread(carriers.stop)
