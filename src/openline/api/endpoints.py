"""Every interface that the server speaks, put together: operations, routes, open paths."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from openline.api import auxiliary, openapi
from openline.api.described import BESIDE
from openline.api.f3548 import availability, constraints, intents, reports, subscriptions
from openline.api.line import (
    advices,
    boards,
    bundles,
    exports,
    histories,
    messages,
    peers,
    plans,
    private_desk,
    record,
    talks,
)
from openline.api.operation import Operation, routes_of
from openline.api.problems import exception_handlers
from openline.api.sky import discrepancies, positions
from openline.app.services import Services

__all__ = ["OPERATIONS", "exception_handlers", "open_paths", "routes"]

OPERATIONS: Final = (
    *intents.OPERATIONS,
    *constraints.OPERATIONS,
    *subscriptions.OPERATIONS,
    *availability.OPERATIONS,
    *reports.OPERATIONS,
    *auxiliary.OPERATIONS,
    *messages.OPERATIONS,
    *boards.OPERATIONS,
    *bundles.OPERATIONS,
    *plans.OPERATIONS,
    *advices.OPERATIONS,
    *histories.OPERATIONS,
    *exports.OPERATIONS,
    *record.OPERATIONS,
    *peers.OPERATIONS,
    *private_desk.OPERATIONS,
    *talks.OPERATIONS,
    *positions.OPERATIONS,
    *discrepancies.OPERATIONS,
)


def open_paths(operations: Iterable[Operation]) -> frozenset[str]:
    """What is answered without a token."""
    return frozenset({openapi.PATH, *(one.path for one in operations if one.scopes is None)})


def routes(services: Services, operations: Sequence[Operation] = OPERATIONS) -> list[BaseRoute]:
    """The routes of every interface."""
    described = msgspec.json.encode(openapi.document((*operations, *BESIDE)))

    async def describe(_request: Request) -> Response:
        return Response(described, media_type="application/json")

    return [*routes_of(operations, services), Route(openapi.PATH, describe, methods=["GET"])]
