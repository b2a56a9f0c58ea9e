"""The newest end of the record in memory: what a change sees of it, what a refusal leaves."""

from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from openline.errors import InvalidInput
from openline.store.ports import Transaction
from openline.store.sqlite.store import SqliteStore
from openline.store.sqlite.tail import KEPT

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _append(tx: Transaction, bodies: list[bytes]) -> list[tuple[int, bytes]]:
    for body in bodies:
        tx.append_record(NOW, "north", "note", body)
    last = tx.last_sequence()
    return [(one.sequence, one.body) for one in tx.records(last - len(bodies), len(bodies))]


def _refused(tx: Transaction, look: bool) -> None:
    _append(tx, [b"taken back"])
    if look:  # so that it is in the file's transaction already
        tx.records(0, 1)
    raise InvalidInput("no")


def test_a_change_reads_what_it_appended_and_what_was_long_before(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "x.db")
    bodies = [b"%d" % number for number in range(3 * KEPT)]
    for at in range(0, len(bodies), 7):
        part = bodies[at : at + 7]
        found = store.submit((), partial(_append, bodies=part)).result()
        assert found == list(enumerate(part, at + 1))
    far = store.submit((), lambda tx: (_append(tx, [b"new"]), tx.records(0, 9_999))).result()
    assert [one.body for one in far[1]] == [*bodies, b"new"]
    assert [one.body for one in store.read(lambda r: r.records(0, 9_999))] == [*bodies, b"new"]
    store.close()


@pytest.mark.parametrize("look", [False, True])
def test_what_was_refused_leaves_no_number(tmp_path: Path, look: bool) -> None:
    store = SqliteStore(tmp_path / "x.db")
    waiting: list[Future[Any]] = []
    for number in range(60):
        if number % 3:
            waiting.append(store.submit((), partial(_append, bodies=[b"%d" % number])))
        else:
            waiting.append(store.submit((), lambda tx: _refused(tx, look)))
    kept = [one.result()[0] for one in waiting if not isinstance(one.exception(), InvalidInput)]
    assert len(kept) == 40
    assert kept == [(r.sequence, r.body) for r in store.read(lambda r: r.records(0, 99))]
    assert [sequence for sequence, _ in kept] == list(range(1, 41))
    store.close()


def test_a_change_that_is_refused_at_once_is_answered_once(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "x.db")

    def refuse(_tx: Transaction) -> None:
        raise InvalidInput("no")

    for _ in range(500):
        assert isinstance(store.submit((), refuse).exception(60), InvalidInput)
    store.close()
