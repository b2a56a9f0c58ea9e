"""Several server processes on one database."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from openline.errors import StoreUnavailable
from openline.store.ports import Store, Transaction
from openline.store.postgres import connections
from openline.store.postgres import store as store_module
from openline.store.postgres.store import PostgresStore
from tests.contract.samples import NOON, WORLD, extent, intent, put, run, subscription, uuid_of

REPOSITORY = Path(__file__).parents[2]
PROCESSES = 3
ROUNDS = 40


def test_of_processes_that_know_nothing_of_each_other_one_succeeds(dsn: str, index: str) -> None:
    PostgresStore(dsn, index).close()  # makes the tables
    words = [sys.executable, "-m", "tests.store_postgres.race_child", dsn, index]
    children = [
        subprocess.Popen(
            [*words, str(number), str(ROUNDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for number in range(PROCESSES)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for _ in range(ROUNDS):
            for child in children:
                assert child.stdin is not None
                child.stdin.write("go\n")
                child.stdin.flush()
            answers = [child.stdout.readline().strip() for child in children if child.stdout]
            assert sorted(answers) == ["kept"] + ["missing"] * (PROCESSES - 1)
    finally:
        for child in children:
            child.communicate(timeout=30)
    store = PostgresStore(dsn, index)
    try:
        assert len(store.read(lambda r: r.intents_matching(WORLD))) == ROUNDS
        numbers = [record.sequence for record in store.read(lambda r: r.records(0, 1000))]
        assert numbers == list(range(1, ROUNDS + 1))
    finally:
        store.close()


@pytest.fixture
def pair(dsn: str, index: str, stores: list) -> list[Store]:
    """Two stores on one database, as two processes would have."""
    stores += [PostgresStore(dsn, index), PostgresStore(dsn, index)]
    return stores


def test_those_with_nothing_in_common_do_not_wait(pair: list[Store]) -> None:
    """A change is held open; a change elsewhere, one at another time and a query go through."""
    held, go = threading.Event(), threading.Event()
    put(pair[0], intent(1, extent(0)), subscription(1, extent(0)), subscription(2, extent(4)))

    def hold(transaction: Transaction) -> None:
        transaction.put_intent(intent(1, extent(0), version=2))
        transaction.increment_notification_indices([uuid_of(1)])
        transaction.append_record(NOON, "uss1", "intent.put", b"1")
        held.set()
        assert go.wait(30)

    first = pair[0].submit((extent(0),), hold)
    assert held.wait(30)

    def other(transaction: Transaction) -> None:
        assert transaction.intents_matching((extent(4),)) == []
        transaction.put_intent(intent(2, extent(4)))
        transaction.increment_notification_indices([uuid_of(2)])
        transaction.append_record(NOON, "uss2", "intent.put", b"2")

    later = extent(0, minutes=(2000, 2060))
    try:
        run(pair[1], other, (extent(4),))
        run(pair[1], lambda t: t.put_intent(intent(3, later)), (later,))
        assert pair[1].read(lambda r: r.intents_matching((extent(0),)))[0].version == 1
        same = pair[1].submit((extent(0),), lambda t: t.intents_matching((extent(0),)))
        with pytest.raises(TimeoutError):
            same.result(0.3)
    finally:
        go.set()
    first.result(30)
    assert [one.version for one in same.result(30)] == [2], "who shares the place has waited"
    assert [one.party for one in pair[0].read(lambda r: r.records(0, 9))] == ["uss2", "uss1"]


def test_changes_of_one_name_exclude_each_other_across_processes(pair: list[Store]) -> None:
    steps = 40

    def step(transaction: Transaction) -> int:
        value = int(transaction.document("counter", "one") or b"0") + 1
        transaction.put_document("counter", "one", b"%d" % value)
        return value

    futures = [pair[n % 2].submit((), step, exclusive="line") for n in range(steps)]
    assert sorted(future.result(60) for future in futures) == list(range(1, steps + 1))


def test_only_those_of_one_name_wait(pair: list[Store]) -> None:
    """A change is held open; one of another name and one of none go through meanwhile."""
    held, go = threading.Event(), threading.Event()

    def hold(transaction: Transaction) -> None:
        transaction.put_document("kind", "name", b"first")
        transaction.document("kind", "name")  # sends it
        held.set()
        assert go.wait(30)

    first = pair[0].submit((extent(0),), hold, exclusive="line a")
    assert held.wait(30)
    same = pair[1].submit((), lambda t: t.document("kind", "name"), exclusive="line a")
    here = pair[0].submit((), lambda t: t.document("kind", "name"), exclusive="line a")
    try:
        other = pair[1].submit((), lambda t: t.document("kind", "name"), exclusive="line b")
        assert other.result(30) is None
        run(pair[1], lambda t: t.put_document("kind", "other", b""), ())
        for waiting in (same, here):
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
        assert here.cancel()
    finally:
        go.set()
    first.result(30)
    assert same.result(30) == b"first"


def test_names_and_places_together_never_wait_in_a_ring(pair: list[Store]) -> None:
    """Changes with names, places, the whole sky and questions to the record, all at once."""

    def work(transaction: Transaction) -> None:
        transaction.last_sequence()
        transaction.append_record(NOON, "north", "kind", b"")
        transaction.intents_matching((extent(0),))

    futures = [
        pair[n % 2].submit(WORLD if n % 5 == 0 else (extent(0),), work, exclusive=name)
        for n in range(24)
        for name in ("line a", "line b", None)
    ]
    for future in futures:
        future.result(60)
    assert pair[0].read(lambda r: r.last_sequence()) == len(futures)


@pytest.mark.parametrize("name", [None, "line"])
def test_whoever_gives_up_no_longer_counts_as_waiting(
    dsn: str, stores: list, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    monkeypatch.setattr(store_module, "_WAITING_MAX", 20)
    stores.append(PostgresStore(dsn, writers=1))
    for _ in range(3):
        held, go = threading.Event(), threading.Event()
        first = stores[0].submit((), lambda t, h=held, g=go: (h.set(), g.wait(30)), exclusive=name)
        assert held.wait(30)
        waiting = [stores[0].submit((), lambda t: None, exclusive=name) for _ in range(19)]
        with pytest.raises(StoreUnavailable, match="too many"):
            stores[0].submit((), lambda t: None, exclusive=name).result(30)
        assert all(one.cancel() for one in waiting)
        go.set()
        first.result(30)
        run(stores[0], lambda t: None, ())
        while stores[0]._waiting:  # it is counted just after the answer
            time.sleep(0.001)


def test_a_lock_is_not_waited_for_without_end(
    dsn: str, stores: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_SETTINGS", (("lock_timeout", "300ms"),))
    stores.append(PostgresStore(dsn))
    held, go = threading.Event(), threading.Event()

    def hold(transaction: Transaction) -> None:
        transaction.intents_matching(WORLD)
        held.set()
        assert go.wait(30)

    first = stores[0].submit(WORLD, hold)
    assert held.wait(30)
    try:
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            run(stores[0], lambda t: t.put_intent(intent(1)), (extent(0),))
    finally:
        go.set()
    first.result(30)
    put(stores[0], intent(1))


def test_a_change_that_is_cut_off_runs_again(dsn: str, stores: list) -> None:
    """As the server does to a process that hangs for longer than it may."""
    stores.append(PostgresStore(dsn))
    runs = []
    held, go = threading.Event(), threading.Event()

    def hang(transaction: Transaction) -> None:
        transaction.put_intent(intent(1))
        transaction.intents_matching((extent(0),))
        runs.append(1)
        held.set()
        assert go.wait(30)
        transaction.intents_matching((extent(0),))

    first = stores[0].submit((extent(0),), hang)
    assert held.wait(30)
    _cut_all(dsn)
    run(stores[0], lambda t: t.put_intent(intent(2)), (extent(0),))
    go.set()
    first.result(30)
    assert len(runs) == 2, "what was cut off had no effect and ran again"
    assert len(stores[0].read(lambda r: r.intents_matching((extent(0),)))) == 2


def test_what_hangs_is_cut_off_by_the_server(dsn: str) -> None:
    with connections.connect(dsn) as connection:
        for name in ("idle_in_transaction_session_timeout", "lock_timeout"):
            assert connection.execute(f"SHOW {name}").fetchone() in {("30s",), ("10s",)}


def _cut_all(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'openline' AND datname = current_database()"
        )


def test_a_connection_that_is_cut_is_replaced(dsn: str, stores: list) -> None:
    stores.append(PostgresStore(dsn))
    put(stores[0], intent(1))
    for _ in range(3):
        _cut_all(dsn)
        assert stores[0].read(lambda r: r.intent(uuid_of(1))) == intent(1)
        put(stores[0], intent(2))
        stores[0].check()


def test_a_connection_that_is_cut_as_soon_as_it_is_made_is_an_outage(
    dsn: str, stores: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that stops may still have taken the connection, and then answers nothing."""
    stores.append(PostgresStore(dsn))
    usual = psycopg.connect

    killer = usual(dsn, autocommit=True)

    def cut_at_once(*words: object, **more: object) -> object:
        made = usual(*words, **more)
        killer.execute("SELECT pg_terminate_backend(%s, 5000)", (made.info.backend_pid,))
        return made

    with monkeypatch.context() as patch:
        patch.setattr(connections.Connection, "connect", cut_at_once)
        with pytest.raises(StoreUnavailable):
            put(stores[0], intent(1))
        with pytest.raises(StoreUnavailable):
            stores[0].read(lambda r: r.intent(uuid_of(1)))
        with pytest.raises(StoreUnavailable):
            stores[0].check()
        with pytest.raises(StoreUnavailable):
            PostgresStore(dsn)
    killer.close()
    put(stores[0], intent(1))
