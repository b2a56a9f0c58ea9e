"""`/line/v1/stream`: entries as they are put on the record, as server-sent events.

The id of an event is the entry's number on the record: a client that comes back with
`Last-Event-ID` gets everything after it. A comment every 15 seconds shows that the line is alive.
`resync` says that so much was missed that reading the board anew is quicker.
"""

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openline.api import sse
from openline.api.handover import off_the_loop
from openline.api.line.call import PREFIX
from openline.api.line.feed import Feed
from openline.app.caller import Caller
from openline.app.line import roles
from openline.app.line.follow import Shown, entries_after
from openline.app.line.look import party_of
from openline.app.line.services import LineServices
from openline.errors import Unauthenticated

PATH: Final = f"{PREFIX}/stream"
RESYNC_BEYOND: Final = 10_000
_AT_ONCE: Final = 500


def stream_route(line: LineServices, feed: Feed) -> Route:
    """The route of the stream."""

    async def stream(request: Request) -> Response:
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:
            raise Unauthenticated("there is no token", cure="send Authorization: Bearer TOKEN")
        roles.require(caller, roles.WATCH, "watching the line")
        party = await off_the_loop(lambda: party_of(line, caller.sub))
        after = sse.last_id(request)
        start = feed.position if after is None else after
        return sse.response(_events(line, feed, party, start))

    return Route(PATH, stream, methods=["GET"])


async def _events(
    line: LineServices, feed: Feed, party: str, position: int
) -> AsyncIterator[bytes]:
    yield sse.RETRY
    last = feed.position
    if position > last:  # of another process of this server, which had seen more of the record
        last = await off_the_loop(lambda: line.look(lambda _line, entry: entry))
    if not 0 <= last - position <= RESYNC_BEYOND:
        position = feed.position
        yield sse.event(position, "resync", {"entry": position})
    while not feed.stopping:
        if not await feed.beyond(position, sse.HEARTBEAT_S):
            yield sse.heartbeat(position)
            continue
        start = position
        shown, position = await off_the_loop(
            lambda start=start: entries_after(line, party, start, _AT_ONCE)  # type: ignore[misc]
        )
        for one in shown:
            yield sse.event(one.entry, one.name, _values(one))


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
