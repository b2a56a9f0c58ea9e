"""Every interface that the server speaks, put together: routes, open paths, answers to errors."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from openline.app.services import Services

# What is answered without a token.
OPEN_PATHS: Final = frozenset({"/aux/v1/version"})


def routes(services: Services) -> list[BaseRoute]:  # noqa: ARG001
    """The routes of every interface."""

    async def version(_request: Request) -> Response:
        return JSONResponse({"version": "0"})

    async def who(request: Request) -> Response:
        return JSONResponse({"sub": request.state.caller.sub, "size": len(await request.body())})

    return [Route("/aux/v1/version", version), Route("/who", who, methods=["GET", "POST"])]


def exception_handlers() -> Mapping[Any, Any]:
    """How errors become answers."""
    return {}
