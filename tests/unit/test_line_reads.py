"""Who opened what another party said is on the record: once a day, and only then."""

import json
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy
from openline.api.line.sessions import Sessions
from openline.api.server import Front, create_app
from openline.app.line import accounts
from openline.app.line.accounts import put_account
from openline.app.line.compose import Saying, compose
from openline.app.line.reads import note_read
from openline.app.line.roles import Role
from openline.app.line.services import LineServices
from openline.app.services import Services
from openline.client import Client
from openline.errors import NotFound
from openline.line.message.bodies import Urgent
from openline.line.message.kind import UrgentAction
from tests.app_transport import AppTransport
from tests.line_server import HandClock, make_line

PASSWORD = "correct horse battery"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def line(clock: HandClock) -> LineServices:
    return make_line(clock=clock)


def call(line: LineServices) -> str:
    saying = Saying(Urgent(UrgentAction.STOP), "Ada", ("south",))
    return compose(line, "north", saying, line.clock.now()).result().message.thread


def reads(line: LineServices) -> list[dict[str, str]]:
    records = line.store.read(lambda reader: reader.records(0, 1_000))
    return [json.loads(one.body) for one in records if one.kind == "thread.read"]


def note(line: LineServices, party: str, officer: str | None, thread: str) -> bool:
    future = note_read(line, party, officer, thread, line.clock.now())
    if future is not None:
        future.result()
    return future is not None


def test_one_entry_for_each_person_thread_and_day(line: LineServices, clock: HandClock) -> None:
    first, second = call(line), call(line)
    assert note(line, "south", "Bo", first)
    assert not note(line, "south", "Bo", first)
    assert note(line, "south", "Ben", first)
    assert note(line, "south", "Bo", second)
    clock.sleep(hours=11, minutes=59)
    assert not note(line, "south", "Bo", first)
    clock.sleep(minutes=2)  # past midnight
    assert note(line, "south", "Bo", first)
    assert [(one["officer"], one["thread"]) for one in reads(line)] == [
        *(("Bo", first), ("Ben", first), ("Bo", second), ("Bo", first)),
    ]


def test_an_own_thread_and_a_machine_leave_none(line: LineServices) -> None:
    thread = call(line)
    assert not note(line, "north", "Ada", thread)
    assert not note(line, "south", None, thread)
    assert not reads(line)


@pytest.fixture
def served(line: LineServices, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTransport]:
    monkeypatch.setattr(accounts, "_hasher", lambda: PasswordHasher(1, 8, 1))  # quick, not safe
    now = line.clock.now()
    put_account(line.store, "test", "bo", "south", Role.WATCH, PASSWORD, now).result()
    put_account(line.store, "test", "cai", "east", Role.WATCH, PASSWORD, now).result()
    issuer = TokenIssuer(new_key())
    ring, policy = KeyRing([issuer.trusted_key], []), TokenPolicy(frozenset({"here"}))
    front = Front(ring, policy, sessions=Sessions(issuer, "here"))
    app = create_app(Services(line.store, line.clock, line=line), front)
    with AppTransport(app) as transport:
        yield transport


def test_opening_a_thread_is_noted_and_looking_at_the_board_is_not(
    line: LineServices, served: AppTransport
) -> None:
    thread = call(line)
    with Client("http://here", transport=served) as bo:
        bo.log_in("bo", PASSWORD)
        bo.board()
        bo.inbox()
        assert not reads(line)
        for _ in range(3):
            assert bo.thread(thread).said[0].kind == "URGENT"
        assert reads(line) == [{"party": "south", "officer": "bo", "thread": thread}]


def test_what_is_not_shown_is_not_noted(line: LineServices, served: AppTransport) -> None:
    thread = call(line)
    with Client("http://here", transport=served) as cai:
        cai.log_in("cai", PASSWORD)
        with pytest.raises(NotFound):
            cai.thread(thread)
    assert not reads(line)
