"""Is the server alive, can it work, how is it doing: `/healthy`, `/readyz`, `/metrics`."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from openline.api.auth.key_ring import KeyRing
from openline.api.metrics import CONTENT_TYPE, Metrics
from openline.app.services import Services
from openline.errors import OpenlineError

CHECK_TIMEOUT_S: Final = 3.0
PATHS: Final = ("/healthy", "/readyz", "/metrics")


def health_routes(services: Services, ring: KeyRing, metrics: Metrics) -> list[Route]:
    """The three routes; they need no token."""

    async def healthy(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        problem = await _problem(services, ring)
        if problem is None:
            return JSONResponse({"message": "ready"})
        return JSONResponse({"message": problem}, 503, {"Retry-After": "1"})

    async def shown_metrics(_request: Request) -> Response:
        text = await asyncio.to_thread(metrics.text)
        return Response(text, headers={"Content-Type": CONTENT_TYPE})

    endpoints = (healthy, readyz, shown_metrics)
    return [Route(path, f, methods=["GET"]) for path, f in zip(PATHS, endpoints, strict=True)]


async def _problem(services: Services, ring: KeyRing) -> str | None:
    """Why the server cannot work now, or None."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await asyncio.to_thread(services.store.check)
    except TimeoutError:
        return f"the store did not answer within {CHECK_TIMEOUT_S:g} s"
    except OpenlineError as error:
        return str(error)
    return "no key of a token issuer is known yet" if ring.is_empty else None
