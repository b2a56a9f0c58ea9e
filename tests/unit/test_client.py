"""The client: what it sends again and what not, what it signs, what it makes of bad answers."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from openline.app.line import jws
from openline.client import Client
from openline.client.stream import StreamEvent, events_of
from openline.client.transport import TRIES, Transport
from openline.errors import (
    InvalidInput,
    LimitExceeded,
    NotFound,
    OpenlineError,
    PermissionDenied,
    StoreUnavailable,
    Unauthenticated,
    Unreachable,
    VersionMismatch,
)
from openline.formats.line_message import decode
from openline.line.message.bodies import LineCheck, Urgent
from openline.line.message.kind import CheckMode, UrgentAction
from tests.line_server import signer

Answer = Callable[[httpx.Request], httpx.Response]
ME = {
    "party": "north",
    "officer": "ada",
    "scopes": [],
    "agreement": "northern-sky-2026",
    "version": 1,
    "next_sequence": 7,
    "hosted": False,
    "parties": ["north", "south", "east"],
}
TAKEN = {
    "id": "a",
    "thread": "a",
    "sequence": 7,
    "entry": 9,
    "received": "2026-11-22T12:00:00Z",
    "latency_s": 0.1,
    "skew_s": None,
    "lead_time_s": None,
    "late": False,
    "distance_m": None,
    "wrong": [],
    "conflicts": [],
    "repeated": False,
}


class Server:
    """Answers in the order of a list; keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    def client(self, **more: Any) -> Client:
        made = Client("http://line.example", "token", transport=httpx.MockTransport(self), **more)
        made._transport._wait = lambda _seconds: None
        return made


def refused(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"message": "no: because"}, headers=headers)


def test_a_lost_answer_is_asked_for_again_under_the_same_key() -> None:
    server = Server(httpx.ReadTimeout("slow"), refused(503), TAKEN)
    taken = server.client().say(LineCheck(CheckMode.HUMAN))
    assert taken.entry == 9
    keys = {one.headers["Idempotency-Key"] for one in server.asked}
    assert (len(server.asked), len(keys)) == (3, 1)


def test_a_server_that_stays_away_is_told() -> None:
    server = Server(*[httpx.ConnectError("refused")] * TRIES)
    with pytest.raises(Unreachable, match=r"line\.example does not answer: refused"):
        server.client().me()


def test_a_password_is_not_sent_again() -> None:
    server = Server(httpx.ReadTimeout("slow"))
    with pytest.raises(Unreachable):
        server.client().log_in("ada", "secret")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidInput),
        (401, Unauthenticated),
        (403, PermissionDenied),
        (404, NotFound),
        (409, VersionMismatch),
        (418, Unreachable),
        (500, Unreachable),
    ],
)
def test_a_refusal_has_the_servers_words(status: int, error: type[OpenlineError]) -> None:
    with pytest.raises(error, match="no: because"):
        Server(refused(status)).client().board()


def test_a_busy_server_is_asked_again_when_it_says() -> None:
    waits: list[float] = []
    server = Server(*[refused(429, **{"Retry-After": "3"})] * TRIES)
    client = server.client()
    client._transport._wait = waits.append
    with pytest.raises(LimitExceeded) as told:
        client.me()
    assert told.value.facts["retry_after_s"] == 3
    assert all(wait >= 3 for wait in waits)
    with pytest.raises(StoreUnavailable):
        Server(*[refused(503)] * TRIES).client().me()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"party": 7}', b"\xff", b"<html>"])
def test_an_answer_that_is_none_is_told(content: bytes) -> None:
    with pytest.raises(Unreachable, match="not understood"):
        Server(httpx.Response(200, content=content)).client().me()


@pytest.mark.parametrize("url", ["", "line.example", "ftp://line.example", "http://"])
def test_an_address_is_http(url: str) -> None:
    with pytest.raises(InvalidInput, match="is no address"):
        Transport(url, None, 1.0)


def test_what_is_signed_here_takes_the_next_number() -> None:
    taken_by_another = refused(409)
    server = Server(ME, taken_by_another, ME | {"next_sequence": 8}, TAKEN)
    server.client(signer=signer("north"), officer="Cai").say(Urgent(UrgentAction.STOP))
    sent = [one for one in server.asked if one.method == "POST"]
    assert [one.url.path for one in sent] == ["/line/v1/urgent/message"] * 2
    messages = []
    for one in sent:
        party, payload = jws.verified_payload(
            one.content, {"north": signer("north").public_key}.get
        )
        assert party == "north"
        messages.append(decode(payload))
    assert [one.sequence for one in messages] == [7, 8]
    assert messages[0].id == messages[1].id, "it is the same message, sent again"
    assert messages[1].recipients == ("south", "east")
    assert messages[1].officer == "Cai"


def test_events_are_read_from_lines() -> None:
    lines = [
        "retry: 2000",
        "",
        ": 4",
        "",
        "id: 5",
        "event: message",
        'data: {"kind": "NOTIFY"}',
        "",
        "id: 6",
        "event: resync",
        'data: {"entry": 6}',
        "",
    ]
    assert [one for one in events_of(lines) if one is not None] == [
        StreamEvent(5, "message", {"kind": "NOTIFY"}),
        StreamEvent(6, "resync", {"entry": 6}),
    ]


def test_the_stream_goes_on_after_what_was_seen() -> None:
    def event(entry: int) -> bytes:
        return f"id: {entry}\nevent: event\ndata: {json.dumps({'entry': entry})}\n\n".encode()

    server = Server(
        httpx.Response(200, content=event(5) + event(6)),
        httpx.ConnectError("away"),
        refused(503),
        httpx.Response(200, content=event(7)),
    )
    events = server.client().follow(4)
    assert [next(events).entry for _ in range(3)] == [5, 6, 7]
    assert [one.headers["Last-Event-ID"] for one in server.asked] == ["4", "6", "6", "6"]
