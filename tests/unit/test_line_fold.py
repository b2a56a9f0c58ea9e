"""What the record amounts to as bytes, and how a line goes on after a commit was taken back."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from openline.app.line.change import LineChange
from openline.app.line.compose import Saying, compose
from openline.app.line.fold import load
from openline.app.line.projection import Projection
from openline.app.line.services import LineServices
from openline.errors import InvalidInput
from openline.line.message.kind import Kind
from openline.line.state import LineState
from openline.store.memory import MemoryStore
from openline.store.ports import Record, Store, Transaction
from openline.store.sqlite.store import SqliteStore
from tests.line_server import make_line
from tests.line_world import HOUR, START, circle, notice, volume

MANY = 12
GONE = "0d1c1e5e-0000-4000-8000-00000000000a"


class Dangerous:
    """What must never be made of bytes."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("true",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        pickle.dumps(Dangerous()),
        pickle.dumps(START),
        pickle.dumps(SqliteStore),
        pickle.dumps(MemoryStore),
        pickle.dumps(compose),
    ],
)
def test_bytes_that_are_no_fold_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        load(data)


def test_what_was_folded_is_resumed_by_a_new_server() -> None:
    store = MemoryStore()
    line = make_line(store)
    _say_many(line)
    folded = line.folded()
    assert folded is None  # nobody looked yet
    line.look(lambda _line, _position: None)
    folded = line.folded()
    assert folded is not None
    _say_many(line)
    other = LineServices(store, line.clock, "openline", line.signers)
    other.begin(folded[1])
    assert _states(other)[0] == _states(line)[0]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "line.db")


def test_a_change_that_is_taken_back_costs_no_second_reading(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = make_line(store)
    _say_many(line)
    line.look(lambda _line, _position: None)
    size = store.read(lambda reader: reader.last_sequence())
    assert size > 3 * MANY

    def speak_and_fail(tx: Transaction) -> None:
        begun = LineChange.begin(line, tx, line.clock.now())
        body = notice(volume(circle(53.5)))
        begun.take(*begun.say("north", body, ("south",), GONE, GONE, HOUR))
        raise RuntimeError("on purpose")

    taken: list[int] = []
    take = Projection.take

    def counted(projection: Projection, record: Record) -> object:
        taken.append(record.sequence)
        return take(projection, record)

    monkeypatch.setattr(Projection, "take", counted)
    with pytest.raises(RuntimeError):
        line.submit(speak_and_fail).result()
    said = compose(line, "south", Saying(notice(), "Bo"), line.clock.now()).result()
    assert said.entry == size + 1
    first, second = _states(line)
    assert first == second
    assert GONE not in first.messages
    assert all(number > size for number in taken)
    fresh = make_line(store)
    assert _states(fresh)[0] == first
    store.close()


def _say_many(line: LineServices) -> None:
    for number in range(MANY):
        body = notice(volume(circle(53.5 + number / 20, 7.0), START + (2 + number) * HOUR))
        said = compose(line, "north", Saying(body, "Ada"), line.clock.now()).result()
        assert said.message.kind is Kind.NOTIFY


def _states(line: LineServices) -> tuple[LineState, LineState]:
    """The line as it is committed, and as the next change would find it."""
    committed = line.look(lambda found, _position: found.state)
    line.submit(line.writing.catch_up).result()
    return committed, line.writing.line.state
