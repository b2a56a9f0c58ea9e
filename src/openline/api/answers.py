"""Short answers that are sent before or instead of an endpoint's: always `{"message": …}`."""

from starlette.types import Message, Send

from openline.formats.json_text import encode

Header = tuple[bytes, bytes]


async def send_message(
    send: Send, status: int, message: str, headers: tuple[Header, ...] = (), name: str = "message"
) -> None:
    """Send a whole answer with that status and sentence."""
    body = encode({name: message}).encode("utf-8", "replace")
    start: Message = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            *headers,
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
