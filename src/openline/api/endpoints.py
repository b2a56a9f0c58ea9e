"""Every interface that the server speaks, put together: operations, routes, open paths."""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from openline.api import auxiliary, openapi
from openline.api.f3548 import availability, constraints, intents, reports, subscriptions
from openline.api.operation import routes_of
from openline.api.problems import exception_handlers
from openline.app.services import Services

__all__ = ["OPEN_PATHS", "OPERATIONS", "exception_handlers", "routes"]

OPERATIONS: Final = (
    *intents.OPERATIONS,
    *constraints.OPERATIONS,
    *subscriptions.OPERATIONS,
    *availability.OPERATIONS,
    *reports.OPERATIONS,
    *auxiliary.OPERATIONS,
)

# What is answered without a token.
OPEN_PATHS: Final = frozenset(
    {openapi.PATH, *(operation.path for operation in OPERATIONS if operation.scopes is None)}
)


def routes(services: Services) -> list[BaseRoute]:
    """The routes of every interface."""
    described = msgspec.json.encode(openapi.document(OPERATIONS))

    async def describe(_request: Request) -> Response:
        return Response(described, media_type="application/json")

    return [*routes_of(OPERATIONS, services), Route(openapi.PATH, describe, methods=["GET"])]
