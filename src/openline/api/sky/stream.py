"""`/sky/v1/stream`: alerts, tracks that come and go, and doubts, as server-sent events.

The id of an event is its number since the server began: a client that comes back soon with
`Last-Event-ID` gets what it missed. `resync` says that too much was missed, or that the server
began anew: read the tracks again. A comment every 15 seconds shows that the line is alive.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from openline.api.sky.clockwork import SkyFollower
from openline.api.sky.positions import PREFIX, VIEWERS
from openline.app.caller import Caller
from openline.app.sky.service import EVENTS_MAX, SkyService
from openline.errors import InvalidInput, PermissionDenied, Unauthenticated
from openline.formats.json_text import encode
from openline.formats.sky_events import event_object

PATH: Final = f"{PREFIX}/stream"
HEARTBEAT_S: Final = 15.0
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def stream_route(sky: SkyService, follower: SkyFollower) -> Route:
    """The route of the stream."""

    async def stream(request: Request) -> Response:
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:
            raise Unauthenticated("there is no token", cure="send Authorization: Bearer TOKEN")
        if not any(scopes <= caller.scopes for scopes in VIEWERS):
            raise PermissionDenied("the token lacks the scope for this")
        after = _last_id(request)
        return StreamingResponse(
            _events(sky, follower, caller.sub, after),
            media_type="text/event-stream",
            headers=_HEADERS,
        )

    return Route(PATH, stream, methods=["GET"])


def _last_id(request: Request) -> int | None:
    text = request.headers.get("last-event-id") or request.query_params.get("after")
    if text is None:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 18:
        raise InvalidInput("an event's number is expected", field="Last-Event-ID")
    return int(text)


async def _events(
    sky: SkyService, follower: SkyFollower, party: str, after: int | None
) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    position = sky.position if after is None else after
    if not 0 <= sky.position - position <= EVENTS_MAX:
        position = sky.position
        yield _event(position, "resync", {"event": "resync"})
    loop = asyncio.get_running_loop()
    beat_s = loop.time() + HEARTBEAT_S
    while not follower.stopping:
        woken = follower.next_event()
        found, position = sky.events_after(position, party)
        for one in found:
            values = event_object(one.event)
            yield _event(one.number, str(values["event"]), values)
            beat_s = loop.time() + HEARTBEAT_S
        # Events of others alone are silence for this one.
        if loop.time() >= beat_s:
            yield f": {position}\n\n".encode()
            beat_s = loop.time() + HEARTBEAT_S
        with suppress(TimeoutError):
            await asyncio.wait_for(woken, max(beat_s - loop.time(), 0.0))


def _event(number: int, name: str, values: dict[str, object]) -> bytes:
    return f"id: {number}\nevent: {name}\ndata: {encode(values)}\n\n".encode()
