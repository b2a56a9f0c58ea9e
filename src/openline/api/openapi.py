"""The OpenAPI 3.1 document, made from the table of operations and the types of their bodies."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

import msgspec

from openline.api.f3548 import wire
from openline.api.operation import Operation

PATH: Final = "/openapi.json"
_ALWAYS: Final = (429, 503)
_SCOPE_WORDS: Final = "A JSON Web Token of a trusted issuer."


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole document."""
    kinds = [op.request for op in operations if op.request is not None]
    kinds += [op.response for op in operations]
    kinds += [wire.ErrorResponse, wire.AirspaceConflictResponse]
    _, components = msgspec.json.schema_components(
        list(dict.fromkeys(kinds)), ref_template="#/components/schemas/{name}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = re.sub(r":path}", "}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Openline", "version": version("openline")},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": _SCOPE_WORDS,
                }
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.scopes is not None:
        scopes = [sorted(scopes) for scopes in operation.scopes]
        described["security"] = [{"token": names} for names in scopes]
    else:
        described["security"] = []
    if operation.request is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.request)}
    elif operation.media_type is not None:
        content = {operation.media_type: {"schema": {"type": "string"}}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(name)}
        for name in re.findall(r"{(\w+)(?::path)?}", operation.path)
    ]
    query = [
        {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
        for name, words in operation.query.items()
    ]
    headers = [
        {"name": name, "in": "header", "description": words, "schema": {"type": "string"}}
        for name, words in operation.headers.items()
    ]
    return path + query + headers


def _path_schema(name: str) -> dict[str, str]:
    is_id = name in ("entityid", "subscriptionid")
    return {"type": "string", "format": "uuid"} if is_id else {"type": "string"}


def _responses(operation: Operation) -> dict[str, Any]:
    answers = {
        str(operation.status): {
            "description": HTTPStatus(operation.status).phrase,
            "content": _content(operation.response),
        }
    }
    statuses = {*operation.errors, *_ALWAYS}
    if operation.scopes is not None:
        statuses |= {401, 403}
    if operation.request is not None or operation.media_type is not None:
        statuses |= {400, 413}
    for status in sorted(statuses):
        conflict = status == 409 and "OperationalIntent" in operation.name
        kind = wire.AirspaceConflictResponse if conflict else wire.ErrorResponse
        answers[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": _content(kind),
        }
    return answers


def _content(kind: Any) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}
