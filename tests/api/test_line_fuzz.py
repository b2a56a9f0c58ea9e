"""Requests at random against `/line/v1`, as in `test_fuzz`: no fault of ours, as described.

Every request meets a line in force with a notice, a plan, a conflict and an open breach on it.
"""

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.core.transport import Response

from openline.api import endpoints
from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy
from openline.api.line import people
from openline.api.line.read_options import READ_QUERY
from openline.api.line.sessions import Sessions
from openline.api.openapi import document
from openline.api.operation import Operation
from openline.api.server import Front, create_app
from openline.app.line import jws
from openline.app.line.compose import Saying, compose
from openline.app.line.roles import Role
from openline.app.services import Services
from openline.formats.line_message import body_values, encode
from openline.formats.line_volume import volume_value
from openline.line.message.bodies import Breach, Query, Receipt, Urgent
from openline.line.message.kind import NoticeKind, ReceiptKind, UrgentAction
from tests.api.test_fuzz import CHECKS, bytes_of, damaged
from tests.line_server import HandClock, make_line, signer
from tests.line_world import START, World, notice, unlocated, volume

HOST: Final = "line.example"
ISSUER: Final = TokenIssuer(new_key())
SESSIONS: Final = Sessions(ISSUER, HOST)
OPERATIONS: Final = [
    *(one for one in endpoints.OPERATIONS if one.path.startswith("/line/")),
    *people.operations(SESSIONS),
]
SCHEMA: Final = schemathesis.openapi.from_dict(document(OPERATIONS))
checks.load_all_checks()


class LineSandbox:
    """The application with a line that three parties have talked on."""

    def __init__(self) -> None:
        clock = HandClock()
        self.line = make_line(clock=clock)
        now = clock.now()

        def say(party: str, body: Any, thread: str | None = None) -> Any:
            return compose(self.line, party, Saying(body, "Ada", (), thread), now).result()

        first = say("north", unlocated())
        say("south", notice(volume(), notice=NoticeKind.PLAN))
        say("north", notice(volume()))
        say("east", Breach("lead time", START, "no word before"))
        self.thread: str = first.message.thread
        self.first: str = first.message.id
        services = Services(self.line.store, clock, line=self.line)
        front = Front(
            KeyRing([ISSUER.trusted_key]), TokenPolicy(frozenset({HOST})), sessions=SESSIONS
        )
        token = ISSUER.token("ada", Role.ADMIN.scopes, HOST, now.timestamp(), 3_000, party="south")
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app(services, front)),
            base_url=f"https://{HOST}",
            headers={"Authorization": f"Bearer {token}"},
        )
        self._runner = asyncio.Runner()

    def send(
        self, method: str, path: str, body: bytes | None, media_type: str = "application/json"
    ) -> httpx.Response:
        """One request of a duty officer of south."""
        headers = {"Content-Type": media_type} if body is not None else {}
        return self._runner.run(self._client.request(method, path, content=body, headers=headers))

    def close(self) -> None:
        with self._runner:
            self._runner.run(self._client.aclose())


@pytest.fixture(scope="module")
def sandbox() -> Iterator[LineSandbox]:
    made = LineSandbox()
    yield made
    made.close()


def _described(operation: Operation) -> Any:
    return SCHEMA[operation.path][operation.method]


def _check(case: Any, answer: httpx.Response) -> None:
    case.validate_response(Response.from_httpx(answer, verify=True), checks=CHECKS)


@pytest.mark.parametrize(
    "operation",
    [one for one in OPERATIONS if one.media_type is None],  # signed bytes: see below
    ids=lambda operation: operation.name,
)
def test_the_description_of_the_line_holds(operation: Operation, sandbox: LineSandbox) -> None:
    cases = _described(operation).as_strategy()
    if operation.request is not None:
        cases |= _described(operation).as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=50,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=cases, real=st.booleans())
    def run(case: Any, real: bool) -> None:
        path = case.formatted_path
        if real and "{thread}" in operation.path:
            path = operation.path.replace("{thread}", sandbox.thread)
        query = httpx.QueryParams(case.query or {})
        body = None
        if operation.request is not None:
            body = bytes_of(case.body)
        _check(case, sandbox.send(operation.method, f"{path}?{query}" if query else path, body))

    run()


BODIES: Final = {
    "NOTIFY": body_values(notice(volume())),
    "URGENT": body_values(Urgent(UrgentAction.STOP, (volume(),))),
    "QUERY": body_values(Query("why?")),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_damaged_saying_is_answered_as_described(kind: str, sandbox: LineSandbox) -> None:
    (operation,) = (one for one in OPERATIONS if one.name == "say")
    case = _described(operation).Case()

    @settings(max_examples=60, deadline=None)
    @given(body=damaged({"kind": kind, "body": BODIES[kind], "to": ["north"]}))
    def run(body: bytes) -> None:
        _check(case, sandbox.send("POST", operation.path, body))

    run()


def test_a_damaged_receipt_is_answered_as_described(sandbox: LineSandbox) -> None:
    (operation,) = (one for one in OPERATIONS if one.name == "say")
    case = _described(operation).Case()
    receipt = body_values(Receipt(ReceiptKind.READ, sandbox.first))
    good = {"kind": "RECEIPT", "body": receipt, "to": ["north"], "thread": sandbox.thread}

    @settings(max_examples=60, deadline=None)
    @given(body=damaged(good))
    def run(body: bytes) -> None:
        _check(case, sandbox.send("POST", operation.path, body))

    run()
    assert sandbox.send("POST", operation.path, json.dumps(good).encode()).status_code == 201


def test_a_damaged_message_with_a_right_signature_is_answered_as_described(
    sandbox: LineSandbox,
) -> None:
    """What a party signs may still be anything."""
    (operation,) = (one for one in OPERATIONS if one.name == "sendMessage")
    case = _described(operation).Case()
    good = json.loads(encode(World().message("north", notice(), id=_ID)))

    @settings(max_examples=80, deadline=None)
    @given(payload=damaged(good))
    def run(payload: bytes) -> None:
        token = jws.sign(payload, "north", signer("north"))
        _check(case, sandbox.send("POST", operation.path, token, "application/jose"))

    run()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.binary(max_size=60), min_size=1, max_size=5),
    st.sampled_from([b".", b"..", b"", b"\n.", b" "]),
    st.booleans(),
)
def test_what_is_no_message_at_all_is_refused(
    sandbox: LineSandbox, parts: list[bytes], between: bytes, encoded: bool
) -> None:
    token = between.join(base64.urlsafe_b64encode(one) if encoded else one for one in parts)
    answer = sandbox.send("POST", "/line/v1/messages", token, "application/jose")
    assert answer.status_code in (400, 401), answer.text


GEOJSON: Final = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {
                "name": "n",
                "altitude_lower": "1000 ft AMSL",
                "altitude_upper": "FL100",
                "time_start": "2026-11-22T14:00:00Z",
                "time_end": "2026-11-22T15:00:00Z",
            },
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[7.0, 54.0], [7.1, 54.0], [7.1, 54.1], [7.0, 54.0]]],
            },
        }
    ],
}
WORDS: Final = st.sampled_from(
    ["", "0m", "1013", "300m", "x", "nan", "-1", "1e400", "\x00", "true"]
)
SUFFIXES: Final = st.sampled_from(["geojson", "kml", "gpx", "plan", "csv", "txt", "kmz", "jsonl"])


@settings(max_examples=120, deadline=None)
@given(
    st.one_of(damaged(GEOJSON), st.binary(max_size=300)),
    SUFFIXES,
    st.dictionaries(st.sampled_from(sorted(READ_QUERY)), WORDS, max_size=4),
)
def test_a_file_of_any_kind_is_read_or_refused_as_described(
    sandbox: LineSandbox, data: bytes, suffix: str, query: dict[str, str]
) -> None:
    (operation,) = (one for one in OPERATIONS if one.name == "readPlans")
    path = f"{operation.path}?{httpx.QueryParams({'name': f'a.{suffix}'} | query)}"
    answer = sandbox.send("POST", path, data, "application/octet-stream")
    _check(_described(operation).Case(), answer)


_VOLUME: Final = volume_value(volume())
QUESTIONS: Final = {
    "checkPlan": {"volumes": [_VOLUME], "ignore": ["x"]},
    "advise": {
        "volumes": [_VOLUME],
        "limits": {
            "later_s": 3600,
            "climb_m": 0,
            "sideways_m": 0,
            "earliest": "2026-11-22T13:00:00Z",
        },
        "costs": {"later": 2},
        "count": 1,
    },
    "findWindows": {
        "volumes": [_VOLUME],
        "from": "2026-11-22T12:00:00Z",
        "to": "2026-11-22T18:00:00Z",
    },
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_damaged_question_is_answered_as_described(name: str, sandbox: LineSandbox) -> None:
    (operation,) = (one for one in OPERATIONS if one.name == name)
    case = _described(operation).Case()
    good = QUESTIONS[name]

    @settings(max_examples=60, deadline=None)
    @given(body=damaged(good))
    def run(body: bytes) -> None:
        _check(case, sandbox.send("POST", operation.path, body))

    run()
    assert sandbox.send("POST", operation.path, json.dumps(good).encode()).status_code == 200


def test_of_every_conflict_and_thread_advice_is_as_described(sandbox: LineSandbox) -> None:
    (operation,) = (one for one in OPERATIONS if one.name == "advise")
    board = sandbox.send("GET", "/line/v1/board", None).json()
    asked = [{"conflict": one["id"]} for one in board["conflicts"]]
    asked += [{"thread": one["id"]} for one in board["threads"]]
    statuses = set()
    for body in asked:
        answer = sandbox.send("POST", operation.path, json.dumps(body).encode())
        _check(_described(operation).Case(), answer)
        statuses.add(answer.status_code)
    assert 200 in statuses


_ID: Final = "0d1c1e5e-0000-4000-8000-000000000001"
