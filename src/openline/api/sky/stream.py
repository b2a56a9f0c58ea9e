"""`/sky/v1/stream`: alerts, tracks that come and go, and doubts, as server-sent events.

The id of an event is its number since the server began: a client that comes back soon with
`Last-Event-ID` gets what it missed. `resync` says that too much was missed, or that the server
began anew: read the tracks again. A comment every 15 seconds shows that the line is alive.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openline.api import sse
from openline.api.sky.clockwork import SkyFollower
from openline.api.sky.positions import PREFIX, VIEWERS
from openline.app.caller import Caller
from openline.app.sky.service import EVENTS_MAX, NumberedEvent, SkyService
from openline.errors import PermissionDenied, Unauthenticated
from openline.formats.sky_events import event_object

PATH: Final = f"{PREFIX}/stream"
_RECENT_MAX: Final = 2_000


def stream_route(sky: SkyService, follower: SkyFollower) -> Route:
    """The route of the stream."""
    written = _Written()

    async def stream(request: Request) -> Response:
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:
            raise Unauthenticated("there is no token", cure="send Authorization: Bearer TOKEN")
        if not any(scopes <= caller.scopes for scopes in VIEWERS):
            raise PermissionDenied("the token lacks the scope for this")
        after = sse.last_id(request)
        return sse.response(_events(sky, follower, written, caller.sub, after))

    return Route(PATH, stream, methods=["GET"])


class _Written:
    """Events as they travel, written once for all who are told."""

    def __init__(self) -> None:
        self._recent: OrderedDict[int, bytes] = OrderedDict()

    def of(self, one: NumberedEvent) -> bytes:
        """The bytes of an event."""
        known = self._recent.get(one.number)
        if known is None:
            values = event_object(one.event)
            known = self._recent[one.number] = sse.event(one.number, str(values["event"]), values)
            if len(self._recent) > _RECENT_MAX:
                self._recent.popitem(last=False)
        return known


async def _events(
    sky: SkyService, follower: SkyFollower, written: _Written, party: str, after: int | None
) -> AsyncIterator[bytes]:
    yield sse.RETRY
    position = sky.position if after is None else after
    if not 0 <= sky.position - position <= EVENTS_MAX:
        position = sky.position
        yield sse.event(position, "resync", {"event": "resync"})
    loop = asyncio.get_running_loop()
    beat_s = loop.time() + sse.HEARTBEAT_S
    while not follower.stopping:
        woken = follower.next_event()
        found, position = sky.events_after(position, party)
        if found:  # at once: each piece takes its turn of the loop
            yield b"".join(map(written.of, found))
            beat_s = loop.time() + sse.HEARTBEAT_S
        # Events of others alone are silence for this one.
        if loop.time() >= beat_s:
            yield sse.heartbeat(position)
            beat_s = loop.time() + sse.HEARTBEAT_S
        with suppress(TimeoutError):
            async with asyncio.timeout(max(beat_s - loop.time(), 0.0)):
                await woken
