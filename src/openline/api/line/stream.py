"""`/line/v1/stream`: entries as they are put on the record, as server-sent events.

The id of an event is the entry's number on the record: a client that comes back with
`Last-Event-ID` gets everything after it. A comment every 15 seconds shows that the line is alive.
`resync` says that so much was missed that reading the board anew is quicker.
"""

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from openline.api.handover import off_the_loop
from openline.api.line.call import PREFIX
from openline.api.line.feed import Feed
from openline.app.caller import Caller
from openline.app.line import roles
from openline.app.line.follow import Shown, entries_after
from openline.app.line.look import party_of
from openline.app.line.services import LineServices
from openline.errors import InvalidInput, Unauthenticated
from openline.formats.json_text import encode

PATH: Final = f"{PREFIX}/stream"
HEARTBEAT_S: Final = 15.0
RESYNC_BEYOND: Final = 10_000
_AT_ONCE: Final = 500
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def stream_route(line: LineServices, feed: Feed) -> Route:
    """The route of the stream."""

    async def stream(request: Request) -> Response:
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:
            raise Unauthenticated("there is no token", cure="send Authorization: Bearer TOKEN")
        roles.require(caller, roles.WATCH, "watching the line")
        party = await off_the_loop(lambda: party_of(line, caller.sub))
        after = _last_id(request)
        start = feed.position if after is None else after
        return StreamingResponse(
            _events(line, feed, party, start), media_type="text/event-stream", headers=_HEADERS
        )

    return Route(PATH, stream, methods=["GET"])


def _last_id(request: Request) -> int | None:
    """Where to go on: the header that browsers send by themselves, or `after`."""
    text = request.headers.get("last-event-id") or request.query_params.get("after")
    if text is None:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 18:
        raise InvalidInput("an entry's number is expected", field="Last-Event-ID")
    return int(text)


async def _events(
    line: LineServices, feed: Feed, party: str, position: int
) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    if not 0 <= feed.position - position <= RESYNC_BEYOND:
        position = feed.position
        yield _event(position, "resync", {"entry": position})
    while not feed.stopping:
        if not await feed.beyond(position, HEARTBEAT_S):
            yield f": {position}\n\n".encode()
            continue
        start = position
        shown, position = await off_the_loop(
            lambda start=start: entries_after(line, party, start, _AT_ONCE)  # type: ignore[misc]
        )
        for one in shown:
            yield _event(one.entry, one.name, _values(one))


def _values(shown: Shown) -> dict[str, object]:
    values: dict[str, object] = {
        "entry": shown.entry,
        "time": shown.time,
        "kind": shown.kind,
        "thread": shown.thread,
        "party": shown.party,
    }
    if shown.jws is not None:
        values["jws"] = shown.jws
    return values


def _event(entry: int, name: str, values: dict[str, object]) -> bytes:
    return f"id: {entry}\nevent: {name}\ndata: {encode(values)}\n\n".encode()
