"""`/line/v1/private/sessions`: private checks that parties ask of this server, without a token.

What comes is signed by its party. Sessions are computed one at a time, in a thread of their own.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openline.api.f3548.wire import ErrorResponse
from openline.app.private.service import PATH, PrivateService
from openline.clock import Clock
from openline.formats.private_check import ENVELOPE_BYTES_MAX
from openline.line.private.verdict import Doubt

__all__ = ["PATH", "private_route"]

_ONE: Final = ThreadPoolExecutor(1, "private")
_CONFLICT: Final = 409
_TOO_LARGE: Final = 413


def private_route(service: PrivateService, clock: Clock) -> Route:
    """The route of private checks. A doubt is answered with 409 and its words."""

    async def take(request: Request) -> Response:
        body = await request.body()
        if len(body) > ENVELOPE_BYTES_MAX:
            return _error("larger than a private check can be", _TOO_LARGE)
        loop = asyncio.get_running_loop()
        try:
            answer = await loop.run_in_executor(_ONE, service.take, body, clock.now())
        except Doubt as doubt:
            return _error(f"{doubt.reason.value}: {doubt}", _CONFLICT)
        return Response(answer, media_type="application/json")

    return Route(PATH, take, methods=["POST"])


def _error(words: str, status: int) -> Response:
    return Response(
        msgspec.json.encode(ErrorResponse(words)), status, media_type="application/json"
    )
