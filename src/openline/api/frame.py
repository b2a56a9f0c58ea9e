"""The outermost layer around every request: its id, its time limit, its line in the log, its count.

Whatever goes wrong inside, an answer goes out: 503 when the time is over or too much is in work,
500 for a fault of ours (logged with its traceback under the request's id).
"""

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Callable, Collection
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openline.api.answers import send_message
from openline.api.log import LineWriter, line_of
from openline.limits import STREAMS_MAX

_LOG: Final = logging.getLogger("openline.api")
_ID_MAX: Final = 128
Observe = Callable[[Scope, int, float], None]


class Frame:
    """ASGI middleware. `observe` gets scope, status and seconds of every request that ended.

    `always` are paths that are answered however much is in work: a server that is busy is alive.
    `streams` are paths whose answers go on for as long as the client likes: they have no time
    limit, and a bound of their own.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        timeout_s: float,
        at_once_max: int,
        always: Collection[str] = (),
        streams: Collection[str] = (),
        observe: Observe,
        access: LineWriter | None,
    ) -> None:
        self._app = app
        self._timeout_s = timeout_s
        self._at_once_max = at_once_max
        self._always = always
        self._streams = streams
        self._streams_open = 0
        self._observe = observe
        self._access = access
        self._in_work = 0
        self._numbers = itertools.count(1)
        self._prefix = secrets.token_hex(6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; nothing but a cancellation gets out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        state = scope.setdefault("state", {})
        request_id = _given_id(scope) or f"{self._prefix}-{next(self._numbers)}"
        state["request_id"] = request_id
        status = 0

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        is_stream = scope["path"] in self._streams
        self._count(is_stream, 1)
        try:
            if self._is_too_much(scope["path"], is_stream):
                await send_message(
                    tell, 503, "too many requests in work", ((b"retry-after", b"1"),)
                )
                return
            await self._serve(scope, receive, tell, lambda: status != 0)
        finally:
            self._count(is_stream, -1)
            seconds = time.perf_counter() - started
            self._observe(scope, status, seconds)
            if self._access is not None:
                self._access.put(_line(scope, status, seconds, request_id))

    def _count(self, is_stream: bool, change: int) -> None:
        if is_stream:
            self._streams_open += change
        else:
            self._in_work += change

    def _is_too_much(self, path: str, is_stream: bool) -> bool:
        if is_stream:
            return self._streams_open > STREAMS_MAX
        return self._in_work > self._at_once_max and path not in self._always

    async def _serve(
        self, scope: Scope, receive: Receive, tell: Send, has_begun: Callable[[], bool]
    ) -> None:
        seconds = None if scope["path"] in self._streams else self._timeout_s
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                await self._app(scope, receive, tell)
        except TimeoutError as error:
            if not limit.expired():
                await self._fault(error, scope, tell, has_begun())
            elif not has_begun():
                await send_message(tell, 503, "request timeout", ((b"retry-after", b"1"),))
        except Exception as error:
            await self._fault(error, scope, tell, has_begun())

    async def _fault(self, error: Exception, scope: Scope, tell: Send, begun: bool) -> None:
        request_id = scope["state"]["request_id"]
        _LOG.error("fault in a request", exc_info=error, extra={"request_id": request_id})
        if not begun:
            words = f"this is a fault of the server; its log tells more under {request_id}"
            await send_message(tell, 500, words, name="error_message")


def _given_id(scope: Scope) -> str | None:
    """The id that the client or a proxy gave, if it is short and plain."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text: str = value.decode("latin-1")
            plain = text.isascii() and text.isprintable() and " " not in text
            return text if plain and 0 < len(text) <= _ID_MAX else None
    return None


def _line(scope: Scope, status: int, seconds: float, request_id: str) -> str:
    caller = scope["state"].get("caller")
    client = scope.get("client")
    return line_of(
        "info",
        "request",
        request_id=request_id,
        method=scope["method"],
        path=scope["path"],
        status=status,
        ms=round(seconds * 1_000, 2),
        party=caller.sub if caller is not None else None,
        client=client[0] if client else None,
    )
