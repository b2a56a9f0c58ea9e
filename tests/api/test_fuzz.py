"""Requests at random against the described interface: no fault of ours, and the description holds.

Two kinds, for every operation: requests that schemathesis makes of the description, as it allows
and as it forbids; and a good request with some parts replaced, which gets further. Each meets a
store with one entity of each kind in it. Every answer must be declared and of the declared form.
"""

import asyncio
import copy
import json
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.core import NotSet
from schemathesis.core.transport import Response

from openline.airspace.extent import Extent
from openline.api import endpoints
from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy
from openline.api.openapi import document
from openline.api.operation import Operation
from openline.api.server import Front, create_app
from openline.app.services import Services, Settings
from openline.store.memory import MemoryStore
from openline.store.ports import Reader, Transaction
from tests.api.dss import (
    CONSTRAINTS,
    EVERYTHING,
    INTENTS,
    NOW,
    SUBSCRIPTIONS,
    SetClock,
    at,
    constraint,
    intent,
    new_subscription,
    polygon,
    subscription,
    volume,
)

T = TypeVar("T")
HOST: Final = "dss.example"
OLD: Final = "4d9a1ee5-38d1-4b8a-9b4c-0d3f6f6a1c01"
NEW: Final = "4d9a1ee5-38d1-4b8a-9b4c-0d3f6f6a1c02"
OPERATIONS: Final = [one for one in endpoints.OPERATIONS if not one.path.startswith("/line/")]
SCHEMA: Final = schemathesis.openapi.from_dict(document(OPERATIONS))
checks.load_all_checks()
CHECKS: Final = [
    checks.not_a_server_error,
    *checks.CHECKS.get_by_names(
        ["status_code_conformance", "content_type_conformance", "response_schema_conformance"]
    ),
]
SQUARE: Final = polygon((53.6, 7.0), (53.6, 7.01), (53.61, 7.01), (53.61, 7.0))
EXCHANGE: Final = {
    "url": "https://uss2.example/x",
    "method": "GET",
    "recorder_role": "Client",
    "request_time": at(0),
    "headers": ["a: b"],
    "response_code": 200,
}
GOOD_BODIES: Final[dict[str, Any]] = {
    "AreaOfInterest": {"area_of_interest": volume(SQUARE)},
    "PutOperationalIntentReferenceParameters": intent(
        extents=[volume(), volume(SQUARE)], new_subscription=new_subscription(True)
    ),
    "PutConstraintReferenceParameters": constraint(extents=[volume(SQUARE), volume()]),
    "PutSubscriptionParameters": subscription(),
    "SetUssAvailabilityStatusParameters": {"availability": "Down", "old_version": ""},
    "ErrorReport": {"exchange": EXCHANGE},
}
EDGE_VALUES: Final = [
    *(None, True, "", "x", [], {}, 0, -0.0, 1, -1, 90, 90.0000001, 180, -180, 1e-9, 1e308, -1e308),
    *(2**63, 2**64, -(2**63) - 1, 10**400, float("nan"), float("inf"), "\ud800", "\u0000"),
    *("Activated", "Contingent", "Nonconforming", "Ended", "Normal", "https://", "http://a:99999"),
    *("0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2026-11-22T12:00:00-99:00"),
    *(OLD, OLD.upper(), "{" + OLD + "}", "00000000-0000-0000-0000-000000000000", "x" * 10_000),
]
JUNK: Final = st.sampled_from(EDGE_VALUES) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


class Sandbox:
    """The whole application over a store that is as it was at first before every `send`."""

    def __init__(self) -> None:
        issuer = TokenIssuer(new_key())
        ids = iter(range(1, 1 << 60))
        services = Services(
            self,
            SetClock(),
            Settings(allow_http_base_urls=True),
            new_id=lambda: UUID(int=next(ids), version=4),
        )
        front = Front(KeyRing([issuer.trusted_key]), TokenPolicy(frozenset({HOST})))
        transport = httpx.ASGITransport(create_app(services, front))
        asked = (scope for op in OPERATIONS for scopes in op.scopes or () for scope in scopes)
        token = issuer.token("uss1", tuple({*EVERYTHING, *asked}), HOST, NOW.timestamp(), 3_000)
        self._client = httpx.AsyncClient(
            transport=transport,
            base_url=f"https://{HOST}",
            headers={"Authorization": f"Bearer {token}"},
        )
        self._runner = asyncio.Runner()
        self._store = MemoryStore()
        self.known = {"uss_id": "uss1", "system_identity": "a", "entityid": OLD}
        self._first = self._filled()

    def send(self, method: str, path: str, body: bytes | None) -> httpx.Response:
        """One request with a good token."""
        self._store = MemoryStore()
        intents, constraints, subscriptions = self._first
        for one in intents:
            self._store.submit(one.extents, lambda tx, one=one: tx.put_intent(one)).result()
        for one in constraints:
            self._store.submit(one.extents, lambda tx, one=one: tx.put_constraint(one)).result()
        for one in subscriptions:
            self._store.submit((one.extent,), lambda tx, one=one: tx.put_subscription(one)).result()
        return self._send(method, path, body)

    def _send(self, method: str, path: str, body: bytes | None) -> httpx.Response:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        request = self._client.request(method, path, content=body, headers=headers)
        return self._runner.run(request)

    def _filled(self) -> tuple[Any, Any, Any]:
        for path, body in (
            (INTENTS, intent(new_subscription=new_subscription())),
            (CONSTRAINTS, constraint()),
            (SUBSCRIPTIONS, subscription()),
        ):
            answer = self._send("PUT", f"{path}/{OLD}", json.dumps(body).encode())
            assert answer.status_code in (200, 201), answer.text
            reference = next(iter(v for v in answer.json().values() if isinstance(v, dict)))
            self.known[path] = reference.get("ovn") or reference["version"]
        everywhere = Extent(
            tuple((2 * face + 1) << 60 for face in range(6)),
            *(None, None, NOW.replace(year=2020), NOW.replace(year=2030)),
        )
        return self._store.read(
            lambda reader: (
                reader.intents_matching([everywhere]),
                reader.constraints_matching([everywhere]),
                reader.subscriptions_matching([everywhere]),
            )
        )

    def close(self) -> None:
        with self._runner:
            self._runner.run(self._client.aclose())

    def submit(
        self,
        touching: Sequence[Extent],
        change: Callable[[Transaction], T],
        exclusive: str | None = None,
    ) -> Future[T]:
        return self._store.submit(touching, change, exclusive)

    def read(self, query: Callable[[Reader], T]) -> T:
        return self._store.read(query)

    def read_at_hand(self, query: Callable[[Reader], T]) -> T:
        return self._store.read_at_hand(query)

    def check(self) -> None:
        return None


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def _described(operation: Operation) -> Any:
    return SCHEMA[operation.path.replace(":path}", "}")][operation.method]


def _good_path(sandbox: Sandbox, operation: Operation, entity: str) -> str:
    """The path of a request that is good: of the entity that is there, or of a new one."""
    version = sandbox.known.get(operation.path.partition("/{")[0], "")
    path = operation.path.replace(":path}", "}")
    path = path.replace("{ovn}", quote(version)).replace("{version}", quote(version))
    for name, value in (sandbox.known | {"entityid": entity, "subscriptionid": entity}).items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with every key or number in it."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    found = []
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += _places(value[key])
    return found


@st.composite
def damaged(draw: st.DrawFn, good: Any) -> bytes:
    """A good body with up to three parts replaced, removed or repeated; as bytes."""
    body = copy.deepcopy(good)
    for _ in range(draw(st.integers(0, 3))):
        container, key = draw(st.sampled_from(_places({"body": body})[1:] or [({}, "x")]))
        what = draw(st.sampled_from(["replace", "remove", "repeat"]))
        if what == "replace" or not isinstance(container, list):
            container[key] = draw(JUNK)
            if what == "remove":
                del container[key]
        elif what == "repeat":
            container.append(copy.deepcopy(container[key]))
        else:
            del container[key]
    return json.dumps(body).encode()


def bytes_of(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if isinstance(body, NotSet) else json.dumps(body).encode()


def _check(operation: Operation, case: Any, answer: httpx.Response) -> None:
    case.validate_response(Response.from_httpx(answer, verify=True), checks=CHECKS)
    if answer.status_code == operation.status:
        assert answer.headers["content-type"] == "application/json"


def _describes(operation: Operation, sandbox: Sandbox, examples: int) -> None:
    cases = _described(operation).as_strategy()
    if operation.request is not None:
        cases |= _described(operation).as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=cases, entity=st.sampled_from([OLD, NEW, None]))
    def run(case: Any, entity: str | None) -> None:
        path = case.formatted_path if entity is None else _good_path(sandbox, operation, entity)
        query = httpx.QueryParams(case.query or {})
        body = None if operation.request is None else bytes_of(case.body)
        answer = sandbox.send(operation.method, f"{path}?{query}" if query else path, body)
        _check(operation, case, answer)

    run()


def _damages(operation: Operation, sandbox: Sandbox, examples: int) -> None:
    names = re.findall(r"{(\w+)", operation.path)
    case = _described(operation).Case(path_parameters=dict.fromkeys(names, "x"))
    good = GOOD_BODIES[operation.request.__name__]

    @settings(max_examples=examples, deadline=None)
    @given(body=damaged(good), entity=st.sampled_from([OLD, NEW]))
    def run(body: bytes, entity: str) -> None:
        path = _good_path(sandbox, operation, entity)
        _check(operation, case, sandbox.send(operation.method, path, body))

    run()


ALL = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
WITH_BODY = pytest.mark.parametrize(
    "operation", [op for op in OPERATIONS if op.request is not None], ids=lambda op: op.name
)


@ALL
def test_the_description_holds(operation: Operation, sandbox: Sandbox) -> None:
    _describes(operation, sandbox, 50)


@WITH_BODY
def test_a_damaged_request_is_answered_as_described(operation: Operation, sandbox: Sandbox) -> None:
    _damages(operation, sandbox, 50)


@pytest.mark.nightly
@ALL
def test_the_description_holds_at_length(operation: Operation, sandbox: Sandbox) -> None:
    _describes(operation, sandbox, 3_000)


@pytest.mark.nightly
@WITH_BODY
def test_damaged_requests_at_length(operation: Operation, sandbox: Sandbox) -> None:
    _damages(operation, sandbox, 3_000)


@WITH_BODY
def test_an_undamaged_request_is_taken(operation: Operation, sandbox: Sandbox) -> None:
    """Else the damaged ones would say nothing."""
    good = GOOD_BODIES[operation.request.__name__]
    entity = OLD if operation.name.startswith("update") else NEW
    if operation.path.startswith(INTENTS) and operation.method == "PUT":
        good = good | {"key": [sandbox.known[INTENTS], sandbox.known[CONSTRAINTS]]}
    path = _good_path(sandbox, operation, entity)
    answer = sandbox.send(operation.method, path, json.dumps(good).encode())
    assert answer.status_code == operation.status, answer.text


def test_a_million_vertices_are_refused(sandbox: Sandbox) -> None:
    vertices = json.dumps(polygon((0.5, 0.25))["outline_polygon"]["vertices"])[1:-1]
    body = json.dumps(intent(extents=[volume(polygon((0.5, 0.25)))]))
    body = body.replace(vertices, ",".join([vertices] * 1_000_000))
    answer = sandbox.send("PUT", f"{INTENTS}/{NEW}", body.encode())
    assert (answer.status_code, set(answer.json())) == (413, {"message"})


def test_of_a_field_that_comes_twice_the_last_one_counts(sandbox: Sandbox) -> None:
    key = [sandbox.known[INTENTS], sandbox.known[CONSTRAINTS]]
    twice = json.dumps(intent(key=key)).replace("{", '{"state": "Activated", ', 1).encode()
    answer = sandbox.send("PUT", f"{INTENTS}/{NEW}", twice)
    assert answer.status_code == 201
    assert answer.json()["operational_intent_reference"]["state"] == "Accepted"
