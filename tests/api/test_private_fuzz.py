"""Requests at random against a server with private checks, as in `test_fuzz`: no fault of ours.

Every request meets a server of two parties that keeps a session with a verdict and one that waits
for a file. What a person may send a peer is damaged too: a file, and what goes over the net.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.core.transport import Response

from openline.api.line.private_desk import OPERATIONS
from openline.api.openapi import document
from openline.api.operation import Operation
from openline.app.private.blinding import Make
from openline.app.private.service import PATH
from openline.line.private.verdict import Doubt, Reason
from tests.api.test_fuzz import CHECKS, bytes_of, damaged
from tests.api.test_private_desk import CHECKS as ASKED
from tests.api.test_private_desk import FILES, Desk, plan
from tests.line_server import HandClock
from tests.private_world import NOW, HereEngine, needs_psi

pytestmark = needs_psi
SCHEMA: Final = schemathesis.openapi.from_dict(document(OPERATIONS))
checks.load_all_checks()
BY_NAME: Final = {one.name: one for one in OPERATIONS}


class _Tired(HereEngine):
    """Blinds until it is told not to: then a question ends at once, and counts for no budget."""

    tired = False

    def make(self, job: Make) -> Any:
        if self.tired:
            raise Doubt(Reason.FAILED)
        return super().make(job)


class Sandbox:
    """The server, and what is known of it."""

    def __init__(self, desk: Desk, engine: _Tired) -> None:
        self.desk = desk
        done = desk.ask(peer="south").json()["session"]
        assert desk.settled(done)["verdict"] == "no_overlap_found"
        waits = desk.ask(peer="south", by="file").json()["session"]
        assert desk.settled(waits)["stage"] == "carry"
        self.sessions = (done, waits)
        self.file = desk.call("GET", f"{ASKED}/{waits}/file").content
        engine.tired = True

    def send(self, operation: Operation, path: str, body: bytes | None) -> httpx.Response:
        sent: dict[str, Any] = {} if body is None else {"content": body}
        answer = self.desk.call(operation.method, path, **sent)
        answer.elapsed = timedelta(0)  # which the transport does not measure
        return answer


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    engine = _Tired()
    folder = tmp_path_factory.mktemp("private")
    desk = Desk(folder, ("north", "south"), HandClock(NOW), engine=engine)
    with desk.transport:
        yield Sandbox(desk, engine)


def _check(operation: Operation, answer: httpx.Response) -> None:
    case = SCHEMA[operation.path][operation.method].Case(path_parameters={"session": "x"})
    case.validate_response(Response.from_httpx(answer, verify=True), checks=CHECKS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_description_of_private_checks_holds(operation: Operation, sandbox: Sandbox) -> None:
    cases = SCHEMA[operation.path][operation.method].as_strategy()
    if operation.request is not None:
        cases |= SCHEMA[operation.path][operation.method].as_strategy(
            generation_mode=GenerationMode.NEGATIVE
        )

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=cases, real=st.sampled_from((None, *sandbox.sessions)))
    def run(case: Any, real: str | None) -> None:
        path = case.formatted_path
        if real is not None and "{session}" in operation.path:
            path = operation.path.replace("{session}", real)
        sent = operation.request is not None or operation.media_type is not None
        answer = sandbox.send(operation, path, bytes_of(case.body) if sent else None)
        _check(operation, answer)
        assert answer.status_code != 404 or real is None or "{session}" not in operation.path

    run()


def test_a_damaged_question_is_answered_as_described(sandbox: Sandbox) -> None:
    operation = BY_NAME["askPrivately"]
    good = {
        "peer": "south",
        "plans": [plan()],
        "threads": [],
        "by": "file",
        "bucket": 512,
        "sector": 8,
    }
    statuses = set()

    @settings(max_examples=60, deadline=None)
    @given(body=damaged(good))
    def run(body: bytes) -> None:
        answer = sandbox.send(operation, operation.path, body)
        _check(operation, answer)
        statuses.add(answer.status_code)

    run()
    assert {200, 400} <= statuses, "else nothing got further, or nothing was damaged"


def test_a_damaged_file_is_answered_as_described(sandbox: Sandbox) -> None:
    """To the desk, and over the net, where nobody has to say who he is."""
    operation = BY_NAME["takePrivateFile"]
    good = sandbox.file
    places = [*range(200), len(good) - 1, *range(200, len(good), 997)]

    def spoilt(edits: list[tuple[int, bytes]]) -> bytes:
        data = good
        for at, new in edits:
            data = data[:at] + new + data[at + 1 :]
        return data

    @settings(max_examples=60, deadline=None)
    @given(
        st.binary(max_size=200),
        st.lists(st.tuples(st.sampled_from(places), st.binary(max_size=3)), max_size=3),
        st.integers(0, len(good)) | st.none(),
    )
    def run(other: bytes, edits: list[tuple[int, bytes]], cut: int | None) -> None:
        data = spoilt(edits)[:cut] if edits or cut is not None else other
        _check(operation, sandbox.send(operation, FILES, data))
        over = sandbox.desk.client.post(PATH, content=data)
        assert over.status_code in (404, 409), over.text
        assert set(over.json()) == {"message"}

    run()
    kept = sandbox.desk.call("GET", f"{ASKED}/{sandbox.sessions[1]}").json()
    assert (kept["stage"], kept["counts_as_overlap"]) == ("carry", True), "as it was"
