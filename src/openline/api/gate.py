"""What a request must pass before its endpoint: a body of bounded size, a token, a fair share.

Closed by default: a path that is not listed as open needs a verified token. `request.state.caller`
is then the party behind it.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openline.api.answers import send_message
from openline.api.auth.tokens import TokenVerifier
from openline.api.rate import RateLimit
from openline.clock import Clock
from openline.errors import LimitExceeded, Unauthenticated


@dataclass(frozen=True, slots=True)
class Admission:
    """What the gate goes by. `open_paths` need no token; `rate` is None for no limit.

    `own_rates` are paths with a limit of their own, beside the rest. `open_folders` begin the paths
    of what anybody may have: the files of a page.
    """

    verifier: TokenVerifier
    clock: Clock
    open_paths: Collection[str]
    body_bytes_max: int
    rate: RateLimit | None
    own_rates: Mapping[str, RateLimit] = field(default_factory=dict)
    open_folders: tuple[str, ...] = ()


class _BodyTooLarge(Exception):
    """The body grew beyond the limit while it was read."""


class Gate:
    """ASGI middleware: 413, 401 and 429, in this order; else the request goes on."""

    def __init__(self, app: ASGIApp, *, admission: Admission) -> None:
        self._app = app
        self._rules = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length, authorization = _headers(scope)
        rules = self._rules
        if length is not None and length > rules.body_bytes_max:
            await self._too_large(send)
            return
        path = scope["path"]
        if path not in rules.open_paths and not path.startswith(rules.open_folders):
            try:
                await self._admit(scope, authorization)
            except Unauthenticated as error:
                challenge = (b"www-authenticate", b"Bearer")
                await send_message(send, 401, str(error), (challenge,))
                return
            except LimitExceeded as error:
                wait = str(error.facts["retry_after_s"]).encode()
                await send_message(send, 429, str(error), ((b"retry-after", wait),))
                return
        if length is not None or scope["method"] in ("GET", "HEAD", "DELETE"):
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, _counted(receive, rules.body_bytes_max), send)
        except _BodyTooLarge:
            await self._too_large(send)

    async def _admit(self, scope: Scope, authorization: bytes | None) -> None:
        rules = self._rules
        token = _bearer(authorization)
        caller = await rules.verifier.caller(token, rules.clock.now().timestamp())
        scope["state"]["caller"] = caller
        rate = rules.own_rates.get(scope["path"], rules.rate)
        if rate is not None:
            wait_s = rate.take(caller.sub)
            if wait_s > 0:
                raise LimitExceeded(
                    f"more than {rate.per_s:g} requests per second",
                    cure="try again later",
                    retry_after_s=max(1, math.ceil(wait_s)),
                )

    async def _too_large(self, send: Send) -> None:
        most = self._rules.body_bytes_max
        close = (b"connection", b"close")  # what is still coming is not read
        await send_message(send, 413, f"a body of more than {most} bytes", (close,))


def _headers(scope: Scope) -> tuple[int | None, bytes | None]:
    """The announced length of the body and the authorization."""
    length = authorization = None
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = int(value) if value.isdigit() and len(value) < 19 else 1 << 62
        elif name == b"authorization":
            authorization = value
    return length, authorization


def _bearer(authorization: bytes | None) -> bytes:
    """The token. Raises: Unauthenticated."""
    if not authorization:
        raise Unauthenticated("there is no token", cure="send Authorization: Bearer TOKEN")
    scheme, _, token = authorization.partition(b" ")
    token = token.strip()
    if scheme.lower() != b"bearer" or not token:
        raise Unauthenticated(
            "the Authorization header holds no bearer token",
            cure="send Authorization: Bearer TOKEN",
        )
    return token


def _counted(receive: Receive, bytes_max: int) -> Receive:
    """The body as it comes, for one that did not say its length."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > bytes_max:
            raise _BodyTooLarge
        return message

    return counted
