"""The server stops, as by a crash, while changes and queries run, and starts again."""

import threading
from itertools import count

import pytest

from openline.errors import StoreUnavailable
from openline.store.ports import Transaction
from openline.store.postgres.store import PostgresStore
from tests.contract.samples import NOON, WORLD, extent, intent, run, uuid_of
from tests.postgres_server import PostgresServer

WORKERS = 4
OUTAGES = 3


class Load:
    """Threads that put intents and ask for them until told to stop, and what they were told."""

    def __init__(self, store: PostgresStore) -> None:
        self.store = store
        self.kept: set[int] = set()
        self.unavailable = 0
        self.wrong: list[BaseException] = []
        self._numbers = count()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work) for _ in range(WORKERS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self) -> None:
        while not self._stop.is_set():
            number = next(self._numbers)
            try:
                self.store.submit((extent(number % 6),), _put(number)).result(60)
                name = uuid_of(number)
                found = self.store.read(lambda r, name=name: r.intent(name))
                assert found is not None
                with self._lock:
                    self.kept.add(number)
            except StoreUnavailable:
                self.unavailable += 1
                self._stop.wait(0.01)
            except BaseException as error:
                self.wrong.append(error)
                return


def _put(number: int):
    def change(transaction: Transaction) -> None:
        transaction.put_intent(intent(number, extent(number % 6)))
        transaction.append_record(NOON, "uss1", "intent.put", b"%d" % number)

    return change


def _until(condition) -> None:
    waiter = threading.Event()
    for _ in range(1000):
        if condition():
            return
        waiter.wait(0.03)
    raise AssertionError("not within 30 seconds")


def test_nothing_acknowledged_is_lost_and_all_recovers(
    own_server: PostgresServer, index: str, stores: list
) -> None:
    store = PostgresStore(own_server.dsn(), index)
    stores.append(store)
    with Load(store) as load:
        for _ in range(OUTAGES):
            before = len(load.kept)
            _until(lambda before=before: len(load.kept) > before + 20)
            refused = load.unavailable
            with own_server.stopped():
                _until(lambda refused=refused: load.unavailable > refused + WORKERS)
                with pytest.raises(StoreUnavailable):
                    store.check()
            before = len(load.kept)
            _until(lambda before=before: len(load.kept) > before)
    assert not load.wrong, load.wrong[0]
    store.check()
    found = {one.id for one in store.read(lambda r: r.intents_matching(WORLD))}
    assert {uuid_of(number) for number in load.kept} <= found
    records = store.read(lambda r: r.records(0, 1_000_000))
    assert [one.sequence for one in records] == list(range(1, len(records) + 1))
    assert {uuid_of(int(one.body)) for one in records} == found, "whole changes or nothing"
    spots = [store.read(lambda r, s=s: r.intents_matching((extent(s),))) for s in range(6)]
    assert {one.id for here in spots for one in here} == found, "the index has them too"


def test_a_server_that_is_away_is_unavailable(own_server: PostgresServer) -> None:
    dsn = own_server.dsn()
    with own_server.stopped(), pytest.raises(StoreUnavailable):
        PostgresStore(dsn)
    store = PostgresStore(dsn)
    run(store, lambda t: t.put_intent(intent(1)))
    store.close()
