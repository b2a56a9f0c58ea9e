"""Sending a change whose entity moves meanwhile."""

from datetime import UTC, datetime

import pytest

from openline.airspace.extent import Extent
from openline.app.dss.submit import ATTEMPTS_MAX, submit
from openline.errors import NotFound, VersionMismatch
from openline.store.memory import MemoryStore
from openline.store.ports import Reader, Transaction

START, END = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 22, 13, tzinfo=UTC)
CELLS = [(1 << 60) + (n << 40) + (1 << 39) for n in range(200)]
PLACES = [Extent((cell,), 0.0, 1.0, START, END) for cell in CELLS]


class Mover:
    """What a change touches: another place at each look, `moves` times."""

    def __init__(self, moves: int) -> None:
        self.looks, self.moves = 0, moves

    def __call__(self, _reader: Reader) -> list[Extent]:
        self.looks += 1
        return [PLACES[min(self.looks, self.moves)]]


def change(tx: Transaction) -> str:
    tx.append_record(START, "uss1", "test", b"{}")
    return "done"


def test_a_change_follows_its_entity() -> None:
    store = MemoryStore()
    assert submit(store, Mover(10), change).result(1) == "done"
    assert len(store.read(lambda reader: reader.records(0, 10))) == 1


def test_a_wrong_guess_is_put_right() -> None:
    mover = Mover(1)
    assert submit(MemoryStore(), mover, change, first_guess=[]).result(1) == "done"
    assert mover.looks == 2


def test_an_entity_that_never_rests_is_a_conflict() -> None:
    store = MemoryStore()
    with pytest.raises(VersionMismatch, match="at the same time"):
        submit(store, Mover(2 * ATTEMPTS_MAX), change).result(1)
    assert store.read(lambda reader: reader.records(0, 10)) == []


def test_what_a_change_raises_comes_out_and_cannot_be_cancelled() -> None:
    def refused(_tx: Transaction) -> None:
        raise NotFound("nothing there")

    answer = submit(MemoryStore(), Mover(0), refused)
    assert not answer.cancel()
    with pytest.raises(NotFound):
        answer.result(1)
