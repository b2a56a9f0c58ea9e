"""One HTTP operation: what it needs, what it does, what it answers.

The work runs in a thread, off the event loop: asking the store takes time, and so does reading a
large body into cells. Small bodies of `quick` operations are read on the loop: a thread would only
take turns with it. A change answers `Later`, once its effects are durable; a question that memory
may answer is `Asked`, on the loop first.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from openline.api.bodies import read_body
from openline.api.encodings import may_shrink, packed, taken
from openline.api.handover import at_the_end_of_the_turn, off_the_loop, outcome
from openline.app.caller import Caller
from openline.app.services import Services
from openline.errors import PermissionDenied, Unauthenticated
from openline.store.ports import NotAtHand

Scopes = frozenset[str]
_ENCODE: Final = msgspec.json.Encoder().encode
_JSON: Final = (b"content-type", b"application/json")
_SMALL_BYTES: Final = 16_384  # a few milliseconds at worst: 80 volumes, or one of 800 vertices


@dataclass(frozen=True, slots=True)
class Call:
    """One request as its handler sees it. `body` is of the operation's request type.

    `headers` by their names in small letters.
    """

    services: Services
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    raw_body: bytes
    now: datetime
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that is known when a change is durable."""

    future: "Future[Any]"
    convert: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer that the store is asked for: with True at hand, where NotAtHand may be raised;
    with False by a thread that may wait."""

    ask: Callable[[bool], object]


class Raw(NamedTuple):
    """An answer that is no JSON, or has headers of its own: how it travels."""

    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Operation:
    """An entry of the table of endpoints.

    scopes: the caller needs all scopes of one of these sets; empty: any caller; None: no token.
    too_large: the status for input beyond a limit, 400 or 413. media_type: of a body that the
    handler reads itself, from `raw_body`. quick: whether the handler of such a body neither waits
    nor asks the store in its own thread, but by an answer that is `Asked`. first: it goes before
    all others that wait. produces: the media types of its answers; where they are no JSON the
    handler gives a `Raw`.
    """

    name: str
    method: str
    path: str
    summary: str
    handler: Callable[[Call], object]
    scopes: tuple[Scopes, ...] | None
    response: Any
    request: Any = None
    status: int = 200
    errors: tuple[int, ...] = ()
    too_large: int = 400
    query: Mapping[str, str] = field(default_factory=dict)  # optional parameter: its meaning
    headers: Mapping[str, str] = field(default_factory=dict)  # optional header: its meaning
    media_type: str | None = None
    quick: Callable[[Any], bool] | None = None
    first: bool = False
    produces: tuple[str, ...] = ("application/json",)


def always(_body: object) -> bool:
    """`quick` for every body that is small."""
    return True


NOBODY: Final = Caller("", frozenset())


def routes_of(operations: Sequence[Operation], services: Services) -> list[Route]:
    """One route for each path, in the order of the table."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [
        Route(path, _Endpoint(by_method, services), methods=list(by_method))
        for path, by_method in by_path.items()
    ]


class _Endpoint:
    """An ASGI application for the operations of one path.

    Body and answer are single messages, nearly always: going through them as the framework's
    streams would take longer than reading the body.
    """

    def __init__(self, by_method: Mapping[str, Operation], services: Services) -> None:
        self._by_method = by_method
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        operation = self._by_method[method]
        answer = await _serve(operation, self._services, Request(scope, receive), receive)
        headers = [_JSON]
        if isinstance(answer, Raw):
            headers = [(b"content-type", answer.media_type.encode())]
            headers += [(k.lower().encode(), v.encode()) for k, v in answer.headers.items()]
            answer = answer.body
        if method == "GET" and _is_packable(answer, headers):
            headers.append((b"vary", b"accept-encoding"))
            if "gzip" in taken(Headers(scope=scope).get("accept-encoding", "")):
                answer = await off_the_loop(partial(packed, answer))
                headers.append((b"content-encoding", b"gzip"))
        headers.append((b"content-length", str(len(answer)).encode()))
        status = operation.status
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def _is_packable(answer: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether it is worth it, and the answer has no form or mark of its own."""
    told = dict(headers)
    own = b"content-encoding" in told or b"etag" in told
    return not own and may_shrink(answer, told[b"content-type"].decode("latin-1"))


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises: ClientDisconnect."""
    parts = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _serve(
    operation: Operation, services: Services, request: Request, receive: Receive
) -> bytes | Raw:
    request.state.too_large = operation.too_large
    caller = _admitted(operation, request)
    has_body = operation.request is not None or operation.media_type is not None
    raw = await _body(receive) if has_body else b""
    told = (request.path_params, request.query_params)

    def work(body: Any) -> object:
        now = services.clock.now()
        return operation.handler(Call(services, caller, *told, body, raw, now, request.headers))

    def read() -> Any:
        return None if operation.request is None else read_body(raw, operation.request)

    answer: object
    if operation.quick is None or len(raw) > _SMALL_BYTES:
        answer = await off_the_loop(lambda: _waited_for(work(read())), first=operation.first)
    elif operation.quick(body := read()):
        answer = await _found(work(body))
    else:
        answer = await off_the_loop(lambda: _waited_for(work(body)))
    if isinstance(answer, Later):
        # whoever stops waiting does not stop the change: it is done as a whole, or not at all
        answer = answer.convert(await outcome(answer.future))
    return answer if isinstance(answer, Raw) else _ENCODE(answer)


def _waited_for(answer: object) -> object:
    return answer.ask(False) if isinstance(answer, Asked) else answer


async def _found(answer: object) -> object:
    if not isinstance(answer, Asked):
        return answer
    try:
        return await at_the_end_of_the_turn(lambda: answer.ask(True))
    except NotAtHand:
        return await off_the_loop(lambda: answer.ask(False))


def _admitted(operation: Operation, request: Request) -> Caller:
    """The caller, if its token allows the operation."""
    if operation.scopes is None:
        return NOBODY
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise Unauthenticated("there is no token", cure="send Authorization: Bearer TOKEN")
    if operation.scopes and not any(scopes <= caller.scopes for scopes in operation.scopes):
        choice = " or ".join(" + ".join(sorted(scopes)) for scopes in operation.scopes)
        raise PermissionDenied(
            "the token lacks the scope for this", cure=f"ask for a token with {choice}"
        )
    return caller
