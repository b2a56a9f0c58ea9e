"""The line on every store: messages, machine receipts, order, repeats, faults of a commit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from openline.airspace.entity import IntentState
from openline.airspace.extents import extent_of_volume
from openline.app.caller import Caller
from openline.app.dss.attach import Attachment
from openline.app.dss.delete_intent import delete_intent
from openline.app.dss.put_intent import PutIntent, put_intent
from openline.app.line import jws
from openline.app.line.agree import agree
from openline.app.line.compose import Saying, compose
from openline.app.line.entries import entry_of
from openline.app.line.services import LineServices
from openline.app.line.take_message import take_message
from openline.app.line.tick import tick
from openline.app.line.views import board_of
from openline.app.services import Services, Settings
from openline.errors import InvalidInput, StoreUnavailable, Unauthenticated, VersionMismatch
from openline.formats.line_message import encode
from openline.line.event import ConflictOpened
from openline.line.message.bodies import Answer, LineCheck, Receipt
from openline.line.message.kind import AnswerCode, CheckMode, Kind, ReceiptKind
from openline.line.thread import Step
from openline.store.ports import Record, Store
from tests.contract.backends import Place
from tests.line_server import HandClock, agreement_entry, make_line, next_id, signer
from tests.line_world import World, circle, notice, unlocated, volume


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def line(store: Store, clock: HandClock) -> LineServices:
    return make_line(store, clock)


def records(line: LineServices) -> list[Record]:
    return line.store.read(lambda reader: reader.records(0, 10_000))


def said(line: LineServices) -> list[Any]:
    """What is on the record but for links: kinds of messages, names of events."""
    found = []
    for record in records(line):
        entry = entry_of(record)
        if entry is not None:
            content: Any = entry.content
            found.append(getattr(content, "kind", None) or getattr(content, "name", "agreement"))
    return [one for one in found if one != "link.changed"]


def signed(party: str, **fields: Any) -> bytes:
    """A message of that party as it would come from its own machine."""
    message = World().message(party, notice(), **fields)
    return jws.sign(encode(message), party, signer(party))


_ID = "0d1c1e5e-0000-4000-8000-000000000001"


def test_a_message_is_on_the_record_with_the_machines_receipts(line: LineServices) -> None:
    taken = compose(line, "north", Saying(unlocated(), "Ada"), line.clock.now()).result()
    assert taken.entry == 2
    assert said(line) == ["agreement", Kind.NOTIFY, "clarify.asked", Kind.RECEIPT, Kind.RECEIPT]
    sides = line.look(lambda found, _position: found.state.threads[taken.message.thread].sides)
    assert {party: side.step for party, side in sides.items()} == {
        "south": Step.RECEIVED,
        "east": Step.RECEIVED,
    }


def test_the_signed_bytes_are_the_bytes_on_the_record(line: LineServices) -> None:
    token = signed("north", id=_ID)
    taken = take_message(line, token, line.clock.now()).result()
    (record,) = line.store.read(lambda reader: reader.records(taken.entry - 1, 1))
    assert (record.body, record.party, record.kind) == (token, "north", "line.message")


def test_the_same_bytes_again_add_nothing(line: LineServices) -> None:
    token = signed("north", id=_ID)
    first = take_message(line, token, line.clock.now()).result()
    before = records(line)
    again = take_message(line, token, line.clock.now()).result()
    assert again.repeated
    assert (again.entry, again.received) == (first.entry, first.received)
    assert records(line) == before


def test_another_message_with_the_same_id_is_refused(line: LineServices) -> None:
    take_message(line, signed("north", id=_ID), line.clock.now()).result()
    before = records(line)
    with pytest.raises(VersionMismatch, match="another message has this id"):
        take_message(line, signed("north", id=_ID, sequence=2), line.clock.now()).result()
    assert records(line) == before


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda token: token[:-4] + b"AAAA", id="signature"),
        pytest.param(
            lambda _token: jws.sign(
                encode(World().message("north", notice(), id=_ID)), "south", signer("south")
            ),
            id="signed by another party",
        ),
        pytest.param(
            lambda _token: jws.sign(
                encode(World().message("north", notice(), id=_ID)), "north", signer("south")
            ),
            id="signed with another key",
        ),
    ],
)
def test_what_is_not_signed_by_its_sender_is_refused(
    line: LineServices, spoil: Callable[[bytes], bytes]
) -> None:
    before = records(line)
    with pytest.raises((Unauthenticated, InvalidInput)):
        take_message(line, spoil(signed("north", id=_ID)), line.clock.now()).result()
    assert records(line) == before


def test_a_message_under_an_agreement_that_is_over_is_refused(
    line: LineServices, clock: HandClock
) -> None:
    clock.sleep(days=400)
    with pytest.raises(InvalidInput, match="no agreement is in force"):
        compose(line, "north", Saying(notice(), "Ada"), clock.now()).result()


def test_an_idempotency_key_counts_once(line: LineServices) -> None:
    saying = Saying(unlocated(), "Ada", idempotency_key="one")
    first = compose(line, "north", saying, line.clock.now()).result()
    again = compose(line, "north", saying, line.clock.now()).result()
    assert again.repeated
    assert again.entry == first.entry
    assert said(line).count(Kind.NOTIFY) == 1
    other = Saying(notice(), "Ada", idempotency_key="one")
    with pytest.raises(VersionMismatch, match="used for something else"):
        compose(line, "north", other, line.clock.now()).result()


def test_many_at_once_have_numbers_without_gaps(line: LineServices) -> None:
    def say(number: int) -> int:
        party = ("north", "south", "east")[number % 3]
        saying = Saying(LineCheck(CheckMode.HUMAN), "Ada", idempotency_key=str(number))
        return compose(line, party, saying, line.clock.now()).result().message.sequence

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, range(60)))
    missing = line.look(
        lambda found, _position: [one.sequences.missing for one in found.state.parties.values()]
    )
    assert missing == [(), (), ()]
    assert said(line).count(Kind.LINE_CHECK) == 60


def test_two_servers_of_one_line_take_turns(
    line: LineServices, place: Place, request: pytest.FixtureRequest
) -> None:
    """Two processes of a party on one database: one order, no number twice, one state."""
    is_shared = "postgres" in request.node.callspec.id
    other = make_line(place.open() if is_shared else line.store, HandClock(line.clock.now()))

    def say(number: int) -> str:
        saying = Saying(LineCheck(CheckMode.HUMAN), "Ada", idempotency_key=str(number // 2))
        server = (line, other)[number % 2]
        return compose(server, "north", saying, line.clock.now()).result().message.id

    with ThreadPoolExecutor(8) as pool:
        said_ids = list(pool.map(say, range(40)))
    assert len(set(said_ids)) == 20, "what both were asked to say under one key is said once"
    states = [
        one.look(lambda found, _position: (set(found.state.messages), set(found.state.duties)))
        for one in (line, other)
    ]
    assert states[0] == states[1]
    missing = line.look(lambda found, _position: found.state.party("north").sequences.missing)
    assert not missing


def test_a_store_that_is_away_answers_everybody(
    line: LineServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_words: object) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(line.store, "submit", away)
        refused = compose(line, "north", Saying(unlocated(), "Ada"), line.clock.now())
        with pytest.raises(StoreUnavailable):
            refused.result(5)
    taken = compose(line, "south", Saying(unlocated(), "Bo"), line.clock.now()).result(20)
    assert taken.message.sender == "south"


def test_a_server_that_starts_again_knows_everything(line: LineServices, store: Store) -> None:
    taken = compose(line, "north", Saying(unlocated(), "Ada"), line.clock.now()).result()
    again = make_line(store, HandClock(line.clock.now()))
    thread = again.look(lambda found, _position: found.state.threads[taken.message.thread])
    answer = Answer(AnswerCode.CONTINUING_AS_PLANNED, taken.message.id)
    saying = Saying(answer, "Bo", ("north",), thread.id)
    compose(again, "south", saying, line.clock.now()).result()
    step = line.look(lambda found, _position: found.state.threads[thread.id].sides["south"].step)
    assert step is Step.ANSWERED
    assert said(line).count("agreement") == 1


def test_a_receipt_of_a_person_and_an_overdue_one(line: LineServices, clock: HandClock) -> None:
    taken = compose(line, "north", Saying(unlocated(), "Ada"), clock.now()).result()
    receipt = Receipt(ReceiptKind.READ, taken.message.id)
    read = Saying(receipt, "Bo", ("north",), taken.message.thread)
    compose(line, "south", read, clock.now()).result()
    clock.sleep(minutes=6)
    future = tick(line, clock.now())
    assert future is not None
    overdue = [one for one in future.result() if one.name == "duty.overdue"]
    assert {(one.owes, str(one.what)) for one in overdue} == {  # type: ignore[union-attr]
        ("east", "read"),
        ("north", "clarification"),
    }
    assert tick(line, clock.now()) is None


def test_the_machine_tries_the_line_at_the_agreed_pace(
    line: LineServices, clock: HandClock
) -> None:
    first = tick(line, clock.now())
    assert first is not None
    first.result()
    assert said(line).count(Kind.LINE_CHECK) == 3 + 6  # each party's, and the answers of two others
    clock.sleep(seconds=59)
    assert tick(line, clock.now()) is None
    clock.sleep(seconds=1)
    second = tick(line, clock.now())
    assert second is not None
    second.result()
    assert said(line).count(Kind.LINE_CHECK) == 2 * 9


def test_an_agreement_follows_another_only_upwards(line: LineServices) -> None:
    now = line.clock.now()
    assert agree(line, agreement_entry(), now).result() is None
    assert agree(line, agreement_entry(2), now).result() is not None
    with pytest.raises(VersionMismatch, match="cannot follow"):
        agree(line, agreement_entry(1), now).result()
    version = line.look(lambda found, _position: found.state.agreed().version)
    assert version == 2


def test_what_is_filed_with_the_discovery_service_meets_the_line(
    line: LineServices, clock: HandClock
) -> None:
    """A member's intent and another party's notice, either first; gone, changed and over."""
    services = Services(line.store, clock, Settings(allow_http_base_urls=True))
    at_ten = volume(circle(54.0, 7.0, 2_000.0))
    taken = compose(line, "north", Saying(notice(at_ten), "Ada"), clock.now()).result()
    names(tick(line, clock.now()))  # the machines' line checks
    extents = (extent_of_volume(at_ten),)
    near = put_intent(services, *filing("south-drones", extents, clock.now())).result().intent
    future = tick(line, clock.now())
    assert future is not None
    (opened,) = (one for one in future.result() if isinstance(one, ConflictOpened))
    assert set(opened.threads) == {taken.message.thread, near.id}
    assert set(opened.parties) == {"north", "south"}
    assert "only as cells" in opened.facts.reason
    for party in ("north", "south"):
        (seen,) = board_of(line, party, clock.now()).conflicts
        assert seen.id == opened.conflict
        assert seen.other == ("south" if party == "north" else "north")
    assert not board_of(line, "east", clock.now()).conflicts
    delete_intent(services, Caller("south-drones", SCOPES), near.id, near.ovn, clock.now()).result()
    assert names(tick(line, clock.now())) == ["conflict.closed"]

    again = put_intent(services, *filing("south", extents, clock.now())).result().intent
    assert names(tick(line, clock.now())) == ["conflict.opened"]
    second = compose(line, "east", Saying(notice(at_ten), "Cai"), clock.now()).result()
    assert {one.name for one in second.events} == {"conflict.opened"}
    assert sum(again.id in one.threads for one in second.events if hasattr(one, "threads")) == 1
    restarted = make_line(line.store, HandClock(clock.now()))
    assert restarted.look(lambda found, _position: set(found.state.filed)) == {again.id}
    clock.sleep(hours=5)
    ended = tick(line, clock.now())
    assert ended is not None
    ended.result()
    open_now = line.look(
        lambda found, _position: [c for c in found.state.conflicts.values() if c.closed is None]
    )
    assert not open_now, "all of it is over"


def test_what_nobody_on_the_line_filed_is_not_compared(
    line: LineServices, clock: HandClock
) -> None:
    services = Services(line.store, clock, Settings(allow_http_base_urls=True))
    at_ten = volume(circle(54.0, 7.0, 2_000.0))
    compose(line, "north", Saying(notice(at_ten), "Ada"), clock.now()).result()
    first = tick(line, clock.now())
    assert first is not None
    first.result()
    extents = (extent_of_volume(at_ten),)
    put_intent(services, *filing("somebody-else", extents, clock.now())).result()
    assert tick(line, clock.now()) is None


SCOPES = frozenset({"utm.strategic_coordination"})


def filing(manager: str, extents: Any, now: datetime) -> tuple[Caller, PutIntent, datetime]:
    """A new operational intent of that manager."""
    request = PutIntent(
        str(next_id()),
        None,
        IntentState.ACCEPTED,
        f"https://{manager}.example",
        extents,
        frozenset(),
        Attachment(),
    )
    return Caller(manager, SCOPES), request, now


def names(future: Any) -> list[str]:
    """What a tick said."""
    assert future is not None
    return [one.name for one in future.result()]
