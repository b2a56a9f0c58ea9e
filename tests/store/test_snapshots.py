"""Queries in many threads beside a busy writer: each sees one commit, whole."""

import random
import threading
from contextlib import closing, suppress
from pathlib import Path

from openline.store.ports import NotAtHand, Reader, Transaction
from openline.store.sqlite.store import SqliteStore
from tests.store.samples import extent, intent

PLACES = 8
CHANGES = 150
READERS = 3


def test_a_baton_is_always_in_exactly_one_place(tmp_path: Path) -> None:
    """Each change hands it on: one intent goes, another comes, a third moves along."""
    everywhere = [extent(50 * place) for place in range(PLACES)]
    done = threading.Event()
    wrong: list[object] = []
    seen: set[int] = set()

    def look(reader: Reader) -> None:
        batons = reader.intents_matching(everywhere)
        if len(batons) != 2 or batons[0].version != batons[1].version:
            wrong.append([(one.id, one.version) for one in batons])
            return
        version = batons[0].version
        seen.add(version)
        for one in batons:
            if reader.intent(one.id) != one or one not in reader.intents_matching(one.extents):
                wrong.append(("the index and the rows differ", one.id, version))
        if reader.records(version - 1, 5)[0].sequence != version or reader.records(version, 5):
            wrong.append(("the record is of another commit", version))

    at_hand: list[int] = []

    def glance(reader: Reader) -> None:
        batons = reader.intents_matching(everywhere)
        if len(batons) != 2 or batons[0].version != batons[1].version:
            wrong.append(("at hand", [(one.id, one.version) for one in batons]))
        elif batons != reader.intents_matching(everywhere[:4] + everywhere[2:]):
            wrong.append(("at hand", "another instant"))
        at_hand.append(batons[0].version)

    def read(store: SqliteStore) -> None:
        while not done.is_set():
            store.read(look)
            with suppress(NotAtHand):
                store.read_at_hand(glance)

    with closing(SqliteStore(tmp_path / "line.db")) as store:
        rng = random.Random(1)
        _hand_on(store, rng, 1, everywhere)
        threads = [threading.Thread(target=read, args=(store,)) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        for version in range(2, CHANGES):
            _hand_on(store, rng, version, everywhere)
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(seen) > CHANGES // 20, "the readers hardly read"
    assert len(set(at_hand)) > CHANGES // 20, "hardly anything was at hand"


def _hand_on(store: SqliteStore, rng: random.Random, version: int, everywhere: list) -> None:  # type: ignore[type-arg]
    first, second = rng.sample(everywhere, 2)
    baton = intent(version, version=version, extents=[first])
    along = intent(0, version=version, extents=[second])

    def change(transaction: Transaction) -> None:
        transaction.delete_intent(intent(version - 1).id)
        transaction.put_intent(baton)
        transaction.put_intent(along)
        transaction.append_record(baton.updated_at, "uss1", "handed on", b"")

    def refused(transaction: Transaction) -> None:
        change(transaction)
        transaction.delete_intent(along.id)
        raise LookupError

    if version % 3 == 0:
        assert isinstance(store.submit(everywhere, refused).exception(10), LookupError)
    store.submit(everywhere, change).result(10)
