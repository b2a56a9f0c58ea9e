"""Errors as HTTP answers: the only place that knows their statuses. Always `{"message": …}`.

What kind of refusal it is, and of which field, is said in two headers beside it: whoever shows it
to people says that in their language.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from openline.api.f3548 import to_wire, wire
from openline.errors import (
    AreaTooLarge,
    InvalidInput,
    LimitExceeded,
    ManagerDown,
    MissingOvns,
    NotFound,
    OpenlineError,
    PermissionDenied,
    StoreUnavailable,
    Unauthenticated,
    Unreachable,
    VersionMismatch,
)

# The first class that fits; what fits none is a fault of ours and goes on to the outermost layer.
STATUSES: Final[tuple[tuple[type[OpenlineError], int], ...]] = (
    (AreaTooLarge, 413),
    (InvalidInput, 400),
    (Unauthenticated, 401),
    (PermissionDenied, 403),
    (NotFound, 404),
    (VersionMismatch, 409),
    (MissingOvns, 409),
    (ManagerDown, 412),
    (LimitExceeded, 429),
    (StoreUnavailable, 503),
    (Unreachable, 503),
)
_WAIT: Final = {"Retry-After": "1"}
KIND_HEADER: Final = "Openline-Problem"
FIELD_HEADER: Final = "Openline-Field"
_FIELD: Final = re.compile(r"[A-Za-z0-9_.\[\]-]{1,80}")


def exception_handlers() -> Mapping[Any, Callable[[Request, Any], Awaitable[Response]]]:
    """How errors that leave an endpoint become answers."""
    return {OpenlineError: _answer, HTTPException: _http_answer}


def status_of(error: OpenlineError, too_large: int = 413) -> int | None:
    """The status, or None for a fault of ours. `too_large` is what the operation declares."""
    for kind, status in STATUSES:
        if isinstance(error, kind):
            return too_large if kind is AreaTooLarge else status
    return None


async def _answer(request: Request, error: OpenlineError) -> Response:
    status = status_of(error, getattr(request.state, "too_large", 413))
    if status is None:
        raise error
    if isinstance(error, MissingOvns):
        return _response(status, _conflict(request, error))
    headers = _headers(error) | _kind(error)
    return _response(status, wire.ErrorResponse(_plain(str(error))), headers)


async def _http_answer(_request: Request, error: HTTPException) -> Response:
    body = wire.ErrorResponse(_plain(error.detail))
    return _response(error.status_code, body, dict(error.headers or {}))


def _conflict(request: Request, error: MissingOvns) -> wire.AirspaceConflictResponse:
    caller: str = request.state.caller.sub
    facts: dict[str, Any] = error.facts
    intents, constraints, availability = (
        facts[name] for name in ("intents", "constraints", "availability")
    )
    body = wire.AirspaceConflictResponse(_plain(str(error)))
    if intents:
        body.missing_operational_intents = to_wire.intents(intents, availability, caller)
    if constraints:
        body.missing_constraints = to_wire.constraints(constraints, availability, caller)
    return body


def _headers(error: OpenlineError) -> dict[str, str]:
    if isinstance(error, LimitExceeded):
        return {"Retry-After": str(error.facts.get("retry_after_s", 1))}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return _WAIT if isinstance(error, StoreUnavailable | Unreachable) else {}


def _kind(error: OpenlineError) -> dict[str, str]:
    field = str(error.facts.get("field", ""))
    named = {FIELD_HEADER: field} if _FIELD.fullmatch(field) else {}
    return {KIND_HEADER: error.code} | named


def _response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(body), status, dict(headers or {}), media_type="application/json"
    )


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
