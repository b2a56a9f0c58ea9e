"""The OpenAPI 3.1 document, made from the table of operations and the types of their bodies."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

import msgspec

from openline.api.f3548 import wire
from openline.api.line.says import BODIES, says_schemas
from openline.api.operation import Operation
from openline.errors import InvariantBroken

PATH: Final = "/openapi.json"
_ALWAYS: Final = (429, 503)
_COMPONENTS: Final = "#/components/schemas/"
_PREFIXES: Final = (  # of modules whose schemas share a name: the first that fits
    ("api.f3548", ""),
    ("api.line.wire", ""),
    ("api.line.board_wire", ""),
    ("line_bodies", "Body"),
    ("bundle_wire", "Bundle"),
    ("line", "Line"),
    ("api.sky", "Sky"),
    ("", "Other"),
)
_SCOPE_WORDS: Final = "A JSON Web Token of a trusted issuer."


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole document."""
    kinds = [op.request for op in operations if op.request is not None]
    kinds += [op.response for op in operations if op.response is not str]
    kinds += [wire.ErrorResponse, wire.AirspaceConflictResponse]
    kinds = list(dict.fromkeys([*kinds, *BODIES]))
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/schemas/{name}")
    components |= says_schemas(dict(zip(kinds, schemas, strict=True)), components)
    names = _names(components)
    refs = dict(zip(kinds, (_renamed(one, names) for one in schemas), strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = re.sub(r":path}", "}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Openline", "version": version("openline")},
        "paths": paths,
        "components": {
            "schemas": {names[name]: _renamed(one, names) for name, one in components.items()},
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


def _names(components: Mapping[str, Any]) -> dict[str, str]:
    """What each schema is called: those of the standard keep its names, others that have the same
    are named after their interface as well. Raises: InvariantBroken for two of one name."""
    names = {}
    for name in components:
        place, _, short = name.rpartition(".")
        prefix = next((word for part, word in _PREFIXES if part in place), "") if place else ""
        names[name] = prefix + short
    if len(set(names.values())) < len(names):
        raise InvariantBroken(f"two schemas have one name: {sorted(names.items())}")
    return names


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The schema with its references by the final names."""
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    found = {
        key: _renamed(one, names)
        for key, one in value.items()
        if not (key == "default" and one is None)  # what is not known is absent
    }
    reference = found.get("$ref")
    if isinstance(reference, str):
        found["$ref"] = _COMPONENTS + names[reference.removeprefix("#/schemas/")]
    mapping = found.get("mapping")
    if "propertyName" in found and isinstance(mapping, dict):
        found["mapping"] = {
            key: _COMPONENTS + names[one.removeprefix("#/schemas/")] for key, one in mapping.items()
        }
    return found


def _operation(operation: Operation, refs: Mapping[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": _responses(operation, refs),
    }
    if operation.scopes is not None:
        scopes = [sorted(scopes) for scopes in operation.scopes]
        described["security"] = [{"token": names} for names in scopes]
    else:
        described["security"] = []
    if operation.request is not None:
        described["requestBody"] = {"required": True, "content": _content(refs[operation.request])}
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


def _responses(operation: Operation, refs: Mapping[Any, Any]) -> dict[str, Any]:
    schema = refs[operation.response] if operation.response is not str else {"type": "string"}
    answers = {
        str(operation.status): {
            "description": HTTPStatus(operation.status).phrase,
            "content": {media_type: {"schema": schema} for media_type in operation.produces},
        }
    }
    statuses = {*operation.errors, *_ALWAYS}
    if "{" in operation.path:
        statuses.add(404)  # an address that none is, as one with a line break in it
    if operation.scopes is not None:
        statuses |= {401, 403}
    if operation.request is not None or operation.media_type is not None:
        statuses |= {400, 413}
    for status in sorted(statuses):
        conflict = status == 409 and "OperationalIntent" in operation.name
        kind = wire.AirspaceConflictResponse if conflict else wire.ErrorResponse
        answers[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": _content(refs[kind]),
        }
    return answers


def _content(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
