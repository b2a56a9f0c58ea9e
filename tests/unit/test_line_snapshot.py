"""A start from a snapshot is as one from the whole record; whatever is not right is set aside."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from openline.app.ed25519 import new_signer
from openline.app.line import snapshot
from openline.app.line.compose import Saying, compose
from openline.app.line.services import LineServices
from openline.app.seal_record import Sealer
from openline.line.message.bodies import Answer
from openline.line.message.kind import AnswerCode
from openline.store.memory import MemoryStore
from openline.store.ports import Transaction
from tests.line_server import HandClock, make_line, signer
from tests.line_world import HOUR, START, circle, notice, volume

NOTICES = 6
KEY = new_signer()


def started(store: MemoryStore, clock: HandClock) -> tuple[LineServices, int]:
    """A server that starts on what is there, and how many entries it folded."""
    line = LineServices(store, clock, "openline", {"south": signer("south")})
    return line, snapshot.begin(line, Sealer(store, KEY, "test.example"))


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(clock: HandClock) -> MemoryStore:
    """A line of which a snapshot was kept, and some entries after it."""
    store = MemoryStore()
    line = make_line(store, clock)
    say(line)
    assert snapshot.keep(line, Sealer(store, KEY, "test.example"), after=0)
    clock.sleep(minutes=3)
    say(line)
    return store


def say(line: LineServices) -> None:
    """Notices of two parties that meet, and answers to them."""
    now = line.clock.now()
    for number in range(NOTICES):
        start = now + (2 + number) * HOUR
        body = notice(volume(circle(53.5 + number / 20, 7.0), start))
        party, other = ("north", "south") if number % 2 else ("south", "north")
        said = compose(line, party, Saying(body, "Ada"), now).result()
        answer = Answer(AnswerCode.WILL_COMPLY, said.message.id)
        to = Saying(answer, "Bo", (party,), said.message.thread)
        compose(line, other, to, now).result()
    near = notice(volume(circle(53.52, 7.0), now + timedelta(hours=2, minutes=10)))
    compose(line, "east", Saying(near, "Cai"), now).result()


def test_a_start_folds_only_what_was_added_since(store: MemoryStore, clock: HandClock) -> None:
    size = store.read(lambda reader: reader.last_sequence())
    line, folded = started(store, clock)
    whole = make_line(store, clock)
    assert 0 < folded < 0.6 * size
    later = clock.now() + timedelta(days=1)
    seen = [
        one.look(lambda found, position: (found.state, position, found.due(later)))
        for one in (line, whole)
    ]
    assert seen[0] == seen[1]
    assert seen[0][0].conflicts
    line.submit(line.writing.catch_up).result()
    assert line.writing.line.state == seen[0][0]
    said = compose(line, "south", Saying(notice(), "Bo"), clock.now()).result()
    assert said.entry == size + 1


def test_conflicts_are_not_opened_twice(store: MemoryStore, clock: HandClock) -> None:
    line, _ = started(store, clock)
    line.submit(line.writing.catch_up).result()
    assert line.writing.line.compare(clock.now()) == []


def _edit(store: MemoryStore, name: str, edit: Callable[[bytes], bytes]) -> None:
    def change(tx: Transaction) -> None:
        tx.put_document(snapshot.KIND, name, edit(tx.document(snapshot.KIND, name) or b""))

    store.submit((), change).result()


def _with(**fields: object) -> Callable[[bytes], bytes]:
    return lambda body: msgspec.json.encode({**msgspec.json.decode(body), **fields})


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("head", lambda _body: b"{"),
        ("head", lambda _body: b"\xff"),
        ("head", lambda _body: b"{}"),
        ("head", _with(program="openline 0.0.1")),
        ("head", _with(size=3)),
        ("head", _with(size=10**9)),
        ("head", _with(size=-1)),
        ("head", _with(root="00" * 32)),
        ("head", _with(parts=0)),
        ("head", _with(parts=10**12)),
        ("head", _with(digest="00" * 32)),
        ("head", _with(signature="00" * 64)),
        ("head", _with(signature="nonsense")),
        ("part-0000", lambda body: body[:-1]),
        ("part-0000", lambda body: body[:50] + bytes([body[50] ^ 1]) + body[51:]),
        ("part-0000", lambda _body: b""),
    ],
)
def test_what_is_not_right_is_set_aside(
    store: MemoryStore, clock: HandClock, name: str, edit: Callable[[bytes], bytes]
) -> None:
    _edit(store, name, edit)
    line, folded = started(store, clock)
    assert folded == store.read(lambda reader: reader.last_sequence())
    state = line.look(lambda found, _position: found.state)
    assert state == make_line(store, clock).look(lambda found, _position: found.state)


def test_one_of_another_program_is_set_aside_and_replaced(
    store: MemoryStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = store.read(lambda reader: reader.last_sequence())
    monkeypatch.setattr(snapshot, "program", lambda: "another")
    line, folded = started(store, clock)
    assert folded == size
    sealer = Sealer(store, KEY, "test.example")
    assert not snapshot.keep(line, sealer, after=size)
    assert snapshot.keep(line, sealer, after=size - 1)
    assert started(store, clock)[1] == 0


def test_one_signed_with_another_key_is_set_aside(store: MemoryStore, clock: HandClock) -> None:
    def sign_again(body: bytes) -> bytes:
        head = msgspec.json.decode(body, type=snapshot.Head)
        signature = new_signer().sign(head.statement()).hex()
        return msgspec.json.encode(msgspec.structs.replace(head, signature=signature))

    _edit(store, "head", sign_again)
    assert started(store, clock)[1] == store.read(lambda reader: reader.last_sequence())


def test_one_of_another_record_is_set_aside(store: MemoryStore, clock: HandClock) -> None:
    other = MemoryStore()
    first, *rest = store.read(lambda reader: reader.records(0, 10_000))
    records = [first._replace(body=b"{}"), *rest]

    def change(tx: Transaction) -> None:
        for one in records:
            tx.append_record(one.time, one.party, one.kind, one.body)
        for name, body in store.read(lambda reader: reader.documents(snapshot.KIND, "", 100)):
            tx.put_document(snapshot.KIND, name, body)

    other.submit((), change).result()
    assert snapshot.find(other, Sealer(other, KEY, "test.example")) is None
    assert snapshot.find(store, Sealer(store, KEY, "test.example")) is not None


def test_a_large_one_is_kept_in_parts(
    store: MemoryStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "DOCUMENT_BYTES_MAX", 1_000)
    line, sealer = make_line(store, clock), Sealer(store, KEY, "test.example")
    line.look(lambda _line, _position: None)
    assert snapshot.keep(line, sealer, after=0)
    kept = store.read(lambda reader: reader.documents(snapshot.KIND, "", 1_000))
    assert len(kept) > 3
    assert started(store, clock)[1] == 0
    monkeypatch.setattr(snapshot, "DOCUMENT_BYTES_MAX", 1_000_000)
    compose(line, "south", Saying(notice(), "Bo"), START).result()
    assert snapshot.keep(line, sealer, after=0)
    kept = store.read(lambda reader: reader.documents(snapshot.KIND, "", 1_000))
    assert [name for name, _ in kept] == ["head", "part-0000"]
    assert started(store, clock)[1] == 0
