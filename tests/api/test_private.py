"""Private checks over HTTP: what a server answers, refuses and puts on its record."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy
from openline.api.server import Front, create_app
from openline.app.line.agree import agree
from openline.app.line.entries import AgreementEntry
from openline.app.line.services import LineServices
from openline.app.private.carried import Step, ask, next_step, open_envelope
from openline.app.private.check import Side
from openline.app.private.kept import Folder
from openline.app.private.plans import scope_from
from openline.app.private.service import CHECK, PATH, VERDICT, PrivateService
from openline.app.services import Services
from openline.client.private import PrivatePeer
from openline.errors import LimitExceeded
from openline.formats.agreement_toml import agreement_digest
from openline.formats.private_check import ENVELOPE_BYTES_MAX, encode_envelope
from openline.line.private.session import Envelope
from openline.line.private.verdict import Doubt, Reason, VerdictKind
from openline.line.signatures import sign_agreement
from openline.store.memory import MemoryStore
from tests.app_transport import AppTransport
from tests.line_server import PARTIES, HandClock, agreement_entry, signer
from tests.private_world import (
    KEYS,
    NOW,
    HereEngine,
    check_changed,
    flight,
    needs_psi,
    plans,
)
from tests.unit.command import feature, write_geojson

pytestmark = needs_psi
FILES = ("agreement.toml", "own.key")
PRIVATE = b"\n[private]\nbuckets = [512, 1024]\nquestions_per_hour = 3\n"
# where `feature` puts a plan: 7.5E 48.7N; an hour from now, 300 to 600 m
HERE = {"time_start": "2026-11-22T13:00:00Z", "time_end": "2026-11-22T13:20:00Z"}


def entry() -> AgreementEntry:
    """The agreement of three parties with a table for private checks, signed."""
    known = agreement_entry()
    unsigned = AgreementEntry(known.agreement + PRIVATE, known.area_name, known.area, b"")
    agreement, note = unsigned.read(), None
    for party in PARTIES:
        note = sign_agreement(agreement, agreement_digest(agreement), signer(party), note)
    return AgreementEntry(unsigned.agreement, unsigned.area_name, unsigned.area, str(note).encode())


class World:
    """South's server, and north with a folder of its own."""

    def __init__(self, folder: Path, clock: HandClock) -> None:
        self.clock, self.store = clock, MemoryStore()
        line = LineServices(self.store, clock, "openline", {"south": signer("south")})
        agree(line, entry(), clock.now()).result()
        self.plans = folder / "south" / "plans"
        self.plans.mkdir(parents=True)
        service = PrivateService(line, folder / "south", HereEngine())
        front = Front(
            KeyRing([TokenIssuer(new_key()).trusted_key], []), TokenPolicy(frozenset({"here"}))
        )
        services = Services(self.store, clock, line=line, private=service)
        self.transport = AppTransport(create_app(services, front))
        self.peer = PrivatePeer("http://south", self.transport)
        known = entry().read()
        self.north = Side(known, agreement_digest(known), "south", KEYS["north"], HereEngine())
        self.kept = Folder(folder / "north")

    def ask(self, *flights: Any) -> Step:
        now = self.clock.now()
        scope = scope_from(now, self.north.agreed)
        own = plans(self.north, scope, *flights)
        return ask(self.north, own, scope, self.kept, FILES, carried=False, now=now)

    def whole(self, *flights: Any) -> Step:
        """Ask, take the verdict, give south its own."""
        step = self.ask(*flights)
        done = self.take(step, self.peer.send(_carry(step)))
        assert self.peer.send(_carry(done)) == b"{}"
        return done

    def take(self, step: Step, came: bytes) -> Step:
        return next_step(self.north, step.kept, open_envelope(came), self.kept, self.clock.now())

    def entries(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [
            (one.kind, one.party, json.loads(one.body))
            for one in self.store.read(lambda reader: reader.records(0, 100))
            if one.kind.startswith("private.")
        ]


def _carry(step: Step) -> Envelope:
    assert step.carry is not None
    return step.carry


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, HandClock(NOW))
    with made.transport:
        yield made


def _near() -> Any:
    return flight(lat=48.75, lng=7.55, low_m=400.0)


def test_a_server_compares_the_plans_of_its_folder(world: World) -> None:
    write_geojson(world.plans / "survey.geojson", feature("S-1", 7.5, **HERE))
    done = world.whole(_near())
    assert done.kept.session.verdict is not None
    assert done.kept.session.verdict.kind is VerdictKind.OVERLAP
    assert done.kept.session.verdict.expires == NOW + timedelta(minutes=5)


def test_a_server_without_plans_has_nothing_there(world: World) -> None:
    done = world.whole(_near())
    assert done.kept.session.verdict is not None
    assert done.kept.session.verdict.kind is VerdictKind.NO_OVERLAP_FOUND


def test_every_session_is_two_entries_of_the_record(world: World) -> None:
    write_geojson(world.plans / "survey.geojson", feature("S-1", 7.5, **HERE))
    session = world.whole(_near()).kept.session
    (first, second) = world.entries()
    assert [first[0], second[0]] == [CHECK, VERDICT]
    assert first[2]["session"] == second[2]["session"] == session.own.session.hex()
    assert first[2]["peer_commitment"] == session.own.commitment.hex()
    assert session.peer is not None
    assert first[2]["commitment"] == session.peer.commitment.hex()
    assert second[2]["verdict"] == "overlap"
    assert set(second[2]) == {"session", "party", "peer", "verdict", "reason"}, "no items"


def test_a_peer_that_stops_leaves_a_session_without_a_verdict(world: World) -> None:
    step = world.ask(_near())
    world.take(step, world.peer.send(_carry(step)))
    assert [kind for kind, _, _ in world.entries()] == [CHECK]


def test_a_wrong_last_answer_is_unknown_on_the_record(world: World) -> None:
    step = world.ask(_near())
    done = world.take(step, world.peer.send(_carry(step)))
    answer = _carry(done).answer
    assert answer is not None
    spoilt = Envelope(answer=replace(answer, response=answer.response[:-1]))
    with pytest.raises(Doubt) as found:
        world.peer.send(spoilt)
    assert found.value.reason is Reason.REFUSED
    assert world.entries()[-1][2] == {
        "session": step.kept.session.own.session.hex(),
        "party": "south",
        "peer": "north",
        "verdict": "unknown",
        "reason": "blob",
    }


def test_whoever_sends_what_is_wrong_again_fills_no_record(world: World) -> None:
    step = world.ask(_near())
    done = world.take(step, world.peer.send(_carry(step)))
    answer = _carry(done).answer
    assert answer is not None
    for cut in (1, 2, 3):
        with pytest.raises(Doubt, match="blob"):
            world.peer.send(Envelope(answer=replace(answer, response=answer.response[:-cut])))
    assert len(world.entries()) == 2
    assert world.peer.send(_carry(done)) == b"{}", "what is right is taken after all"
    for _ in range(3):
        with pytest.raises(Doubt, match="replayed"):
            world.peer.send(_carry(done))
    verdicts = [values["verdict"] for kind, _, values in world.entries() if kind == VERDICT]
    assert verdicts == ["unknown", "no_overlap_found"]


def test_plans_that_cannot_be_read_are_no_answer(world: World) -> None:
    (world.plans / "broken.geojson").write_text("{")
    step = world.ask(_near())
    with pytest.raises(Doubt) as found:
        world.peer.send(_carry(step))
    assert found.value.reason is Reason.REFUSED
    assert world.entries() == []


def test_the_same_question_again_is_refused(world: World) -> None:
    step = world.ask(_near())
    world.peer.send(_carry(step))
    with pytest.raises(Doubt, match="replayed"):
        world.peer.send(_carry(step))


def test_more_questions_than_were_agreed_are_refused(world: World, tmp_path: Path) -> None:
    for number in range(3):
        world.kept = Folder(tmp_path / str(number))  # a peer that does not count its own
        world.peer.send(_carry(world.ask(_near())))
    world.kept = Folder(tmp_path / "last")
    step = world.ask(_near())
    with pytest.raises(LimitExceeded, match="3 times in the last hour") as found:
        world.peer.send(_carry(step))
    assert found.value.facts["retry_after_s"] > 0
    world.clock.sleep(minutes=61)
    world.kept = Folder(tmp_path / "later")
    world.peer.send(_carry(world.ask(flight(lat=48.75, lng=7.55, start_min=120))))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 409),
        (b"{}", 409),
        (b"\xff" * 100, 409),
        (b'{"openline":"private/1"}', 409),
        (b"[" * 10_000, 409),
        (b" " * (ENVELOPE_BYTES_MAX + 1), 413),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_check_is_refused(world: World, data: bytes, status: int) -> None:
    client = httpx.Client(base_url="http://south", transport=world.transport)
    answer = client.post(PATH, content=data)
    assert answer.status_code == status
    assert "message" in answer.json()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"by": "east"}, "signature"),
        ({"by": "north", "recipient": "east"}, "has no machine here"),
        ({"by": "north", "bucket": 256}, "bucket"),
        ({"by": "north", "made": NOW - timedelta(hours=1)}, "stale"),
        ({"by": "north", "carried": True}, "says that it was carried"),
    ],
)
def test_a_check_that_is_wrong_is_refused(
    world: World, changes: dict[str, Any], words: str
) -> None:
    part = world.ask(_near()).kept.session.own_part
    with pytest.raises(Doubt, match=words) as found:
        world.peer.send(Envelope(check_changed(part, **changes)))
    assert found.value.reason is Reason.REFUSED
    assert world.entries() == []


def _serving(answer: Any) -> PrivatePeer:
    return PrivatePeer("https://south.example", httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda _r: httpx.Response(200, content=b"x" * (ENVELOPE_BYTES_MAX + 1)), Reason.OVERSIZED),
        (lambda _r: httpx.Response(404), Reason.REFUSED),
        (lambda _r: httpx.Response(500, content=b"<html>"), Reason.REFUSED),
        (lambda _r: httpx.Response(302, headers={"location": "https://else.example"}), None),
        (lambda _r: (_ for _ in ()).throw(httpx.ConnectError("no route")), Reason.SILENT),
        (lambda _r: (_ for _ in ()).throw(httpx.ReadTimeout("too long")), Reason.SILENT),
    ],
)
def test_a_server_that_fails_leads_to_unknown(
    world: World, answer: Any, reason: Reason | None
) -> None:
    with pytest.raises(Doubt) as found:
        _serving(answer).send(_carry(world.ask(_near())))
    assert found.value.reason is (reason or Reason.REFUSED)


def test_a_server_that_answers_slowly_is_given_up(world: World) -> None:
    peer = PrivatePeer(
        "https://south.example",
        httpx.MockTransport(lambda _r: httpx.Response(200, content=b"x")),
        0,
    )
    with pytest.raises(Doubt) as found:
        peer.send(_carry(world.ask(_near())))
    assert found.value.reason is Reason.SILENT


def test_without_a_folder_there_is_no_such_path(tmp_path: Path) -> None:
    clock = HandClock(NOW)
    front = Front(
        KeyRing([TokenIssuer(new_key()).trusted_key], []), TokenPolicy(frozenset({"here"}))
    )
    store = MemoryStore()
    with AppTransport(create_app(Services(store, clock), front)) as transport:
        client = httpx.Client(base_url="http://south", transport=transport)
        assert client.post(PATH, content=b"{}").status_code == 404


def test_what_is_sent_is_what_is_kept(world: World) -> None:
    step = world.ask(_near())
    assert encode_envelope(_carry(step)) == encode_envelope(Envelope(step.kept.session.own_part))
