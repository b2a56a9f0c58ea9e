"""Server-sent events: how they travel, and where a client that comes back goes on.

Source: the HTML standard, section 9.2. Every event has a number as its id; browsers send the last
one by themselves, in `Last-Event-ID`.
"""

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import StreamingResponse

from openline.errors import InvalidInput
from openline.formats.json_text import encode

HEARTBEAT_S: Final = 15.0
RETRY: Final = b"retry: 2000\n\n"  # milliseconds until a client comes back
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_DIGITS_MAX: Final = 18


def last_id(request: Request) -> int | None:
    """Where to go on: `Last-Event-ID`, or `after` in the query; None for a new client.

    Raises: InvalidInput for what is no number.
    """
    text = request.headers.get("last-event-id") or request.query_params.get("after")
    if text is None:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > _DIGITS_MAX:
        raise InvalidInput("the number of an event is expected", field="Last-Event-ID")
    return int(text)


def event(number: int, name: str, values: dict[str, object]) -> bytes:
    """One event as it travels."""
    return f"id: {number}\nevent: {name}\ndata: {encode(values)}\n\n".encode()


def heartbeat(number: int) -> bytes:
    """A comment that shows that the line is alive."""
    return f": {number}\n\n".encode()


def response(events: AsyncIterator[bytes]) -> StreamingResponse:
    """The answer that goes on for as long as the client likes."""
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)
