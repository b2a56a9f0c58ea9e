"""What is particular to the SQLite store: shared commits, snapshots, one writer."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from openline.airspace.reference import Availability, UssAvailability
from openline.errors import InvariantBroken, StoreUnavailable
from openline.store.ports import Reader, Transaction
from openline.store.sqlite.store import SqliteStore
from tests.house.tree import ROOT
from tests.store.samples import asking, extent, intent, putting, subscription

WAIT_S = 10.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "line.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


class _Held:
    """A change that keeps the writer busy until it is let go, so that others share a batch."""

    def __init__(self, store: SqliteStore) -> None:
        self._gate = threading.Event()
        self._started = threading.Event()
        self.future = store.submit((), self._hold)
        assert self._started.wait(WAIT_S)

    def _hold(self, _transaction: Transaction) -> None:
        self._started.set()
        assert self._gate.wait(WAIT_S)

    def let_go(self) -> None:
        self._gate.set()
        self.future.result(WAIT_S)


def _put(store: SqliteStore, number: int, version: int = 1) -> Future[str]:
    one = intent(number, version=version)
    return store.submit(one.extents, putting(one))


def _commits(path: Path) -> int:
    with closing(apsw.Connection(str(path))) as connection:
        question = "SELECT value FROM meta WHERE name = 'commits'"
        (found,) = connection.execute(question).fetchone() or (None,)
        assert isinstance(found, int)
        return found


def test_changes_that_wait_together_share_one_commit(store: SqliteStore, path: Path) -> None:
    before = _commits(path)
    held = _Held(store)
    futures = [_put(store, number) for number in range(50)]
    held.let_go()
    assert [future.result(WAIT_S) for future in futures] == [intent(n).id for n in range(50)]
    assert _commits(path) == before + 1


def test_each_change_of_a_batch_fails_by_itself(store: SqliteStore) -> None:
    class Refused(Exception):
        pass

    def failing(transaction: Transaction) -> None:
        putting(intent(1, version=2))(transaction)
        transaction.put_subscription(subscription(1))
        transaction.delete_intent(intent(0).id)
        raise Refused

    held = _Held(store)
    good = [_put(store, 0), _put(store, 1)]
    touching = [*intent(0).extents, *intent(1).extents, subscription(1).extent]
    bad = store.submit(touching, failing)
    last = _put(store, 2)
    held.let_go()
    assert isinstance(bad.exception(WAIT_S), Refused)
    for future in (*good, last):
        future.result(WAIT_S)
    assert [store.read(asking(intent(n).id)) for n in range(3)] == [intent(n) for n in range(3)]
    assert store.read(lambda r: r.intents_matching(intent(1).extents)) == [intent(1)]
    assert store.read(lambda r: r.subscriptions_matching(intent(1).extents)) == []
    records = store.read(lambda r: r.records(0, 10))
    assert [(one.sequence, one.body) for one in records] == [
        (n + 1, intent(n).ovn.encode()) for n in range(3)
    ]


def test_a_change_sees_those_before_it_in_its_batch(store: SqliteStore) -> None:
    held = _Held(store)
    first = _put(store, 0)
    seen = store.submit(intent(0).extents, lambda t: t.intents_matching(intent(0).extents))
    gone = store.submit(intent(0).extents, lambda t: t.delete_intent(intent(0).id))
    empty = store.submit(intent(0).extents, lambda t: t.intents_matching(intent(0).extents))
    held.let_go()
    first.result(WAIT_S)
    gone.result(WAIT_S)
    assert seen.result(WAIT_S) == [intent(0)]
    assert empty.result(WAIT_S) == []


def test_nothing_uncommitted_is_ever_read(store: SqliteStore) -> None:
    """A query in the middle of a batch sees the state before it, in the index and in the rows."""
    for number in (0, 1):
        _put(store, number).result(WAIT_S)
    old, moved = intent(0), intent(0, version=2, extents=[extent(500)])
    written, gate = threading.Event(), threading.Event()

    def change(transaction: Transaction) -> None:
        transaction.put_intent(moved)
        transaction.delete_intent(intent(1).id)
        transaction.put_intent(intent(2))
        written.set()
        assert gate.wait(WAIT_S)

    touching = [*old.extents, *moved.extents, *intent(1).extents, *intent(2).extents]
    future = store.submit(touching, change)
    assert written.wait(WAIT_S)
    assert store.read(lambda r: r.intents_matching(touching)) == sorted(
        [old, intent(1)], key=lambda one: one.id
    )
    assert store.read(lambda r: r.intents_matching(moved.extents)) == []
    assert store.read(asking(old.id)) == old
    assert store.read(asking(intent(2).id)) is None
    gate.set()
    future.result(WAIT_S)
    assert store.read(lambda r: r.intents_matching(moved.extents)) == [moved]
    assert store.read(asking(intent(1).id)) is None


@pytest.mark.parametrize("file_first", [True, False])
def test_a_query_is_of_one_instant(store: SqliteStore, file_first: bool) -> None:
    """Whatever is committed while a query runs, it goes on seeing what it saw.

    One that memory answered first may begin again instead, at a later instant.
    """
    _put(store, 0).result(WAIT_S)
    moved = intent(0, version=2, extents=[extent(500)])
    begun = []

    def query(reader: Reader) -> list[object]:
        begun.append(None)
        seen: list[object] = [reader.intent(intent(0).id)] if file_first else []
        for turn in range(3):
            seen.append(reader.intents_matching([extent(0), extent(500)]))
            seen.append(reader.intents_matching([extent(500)]))
            writing = threading.Thread(target=write, args=(turn,))
            writing.start()
            writing.join()
        return seen

    def write(turn: int) -> None:
        touching = [*intent(0).extents, *moved.extents, *intent(50 + turn).extents]
        one = intent(0, version=2 + turn, extents=[extent(500)])
        store.submit(touching, putting(one)).result(WAIT_S)
        store.submit(touching, putting(intent(50 + turn))).result(WAIT_S)

    seen = store.read(query)
    if file_first:
        assert seen == [intent(0), *[[intent(0)], []] * 3]
        assert len(begun) == 1
    else:
        assert seen == seen[:1] * 6
        assert moved in seen[0]  # type: ignore[operator]
        assert len(begun) == 2
    assert store.read(asking(intent(0).id)) == intent(0, version=4, extents=[extent(500)])


def _availability_of_one(reader: Reader) -> Availability | None:
    return reader.availability("uss1")


def _setting(state: UssAvailability, *, then_fail: bool = False) -> Callable[[Transaction], None]:
    def change(transaction: Transaction) -> None:
        transaction.put_availability(Availability("uss1", state, state.value))
        assert transaction.availability("uss1") == Availability("uss1", state, state.value)
        if then_fail:
            raise ValueError("after it wrote")

    return change


def test_an_availability_at_hand_is_that_of_the_querys_instant(store: SqliteStore) -> None:
    normal, down = (
        Availability("uss1", state, state.value)
        for state in (UssAvailability.NORMAL, UssAvailability.DOWN)
    )
    store.submit((), _setting(UssAvailability.NORMAL)).result(WAIT_S)
    asked_late: list[Availability | None] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(reader: Reader) -> None:
        assert reader.last_sequence() == 0  # a query is of the instant of its first question
        begun.set()
        assert go_on.wait(WAIT_S)
        asked_late.append(reader.availability("uss1"))

    thread = threading.Thread(target=store.read, args=(slow,))
    thread.start()
    assert begun.wait(WAIT_S)
    store.submit((), _setting(UssAvailability.DOWN)).result(WAIT_S)
    assert store.read(_availability_of_one) == down
    assert store.submit((), _availability_of_one).result(WAIT_S) == down
    go_on.set()
    thread.join(WAIT_S)
    assert asked_late == [normal]
    assert store.read(_availability_of_one) == down


def test_an_availability_that_was_taken_back_is_not_at_hand(store: SqliteStore) -> None:
    before = store.submit((), _availability_of_one).result(WAIT_S)
    failed = store.submit((), _setting(UssAvailability.DOWN, then_fail=True))
    assert isinstance(failed.exception(WAIT_S), ValueError)
    assert store.submit((), _availability_of_one).result(WAIT_S) == before
    assert store.read(_availability_of_one) == before


def test_a_slow_query_does_not_stop_the_writer(store: SqliteStore) -> None:
    def query(reader: object) -> str:
        return _put_from_elsewhere(store)

    assert store.read(query) == intent(7).id


def _put_from_elsewhere(store: SqliteStore) -> str:
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(_put(store, 7).result(WAIT_S)))
    thread.start()
    thread.join(WAIT_S)
    return answers[0]


def test_what_was_committed_is_there_after_a_restart(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        for number in range(20):
            _put(store, number).result(WAIT_S)
        interest = subscription(3)
        store.submit([interest.extent], lambda t: t.put_subscription(interest)).result()
    with closing(SqliteStore(path)) as store:
        for number in range(20):
            assert store.read(lambda r, n=number: r.intents_matching(intent(n).extents)) == [
                intent(number)
            ]
        assert store.read(lambda r: r.subscriptions_matching([extent(30)])) == [subscription(3)]


def test_a_second_store_on_the_file_is_refused(store: SqliteStore, path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="another process writes"):
        SqliteStore(path)
    _put(store, 1).result(WAIT_S)


def test_a_second_process_on_the_file_is_refused(store: SqliteStore, path: Path) -> None:
    code = (
        "import sys; from openline.store.sqlite.store import SqliteStore\n"
        "try: SqliteStore(sys.argv[1])\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.startswith("StoreUnavailable")
    assert "another process writes this database" in done.stdout


def test_a_closed_store_refuses(path: Path) -> None:
    store = SqliteStore(path)
    store.close()
    store.close()
    assert isinstance(_put(store, 1).exception(WAIT_S), StoreUnavailable)
    with pytest.raises(StoreUnavailable):
        store.read(asking("x"))
    with pytest.raises(StoreUnavailable):
        store.check()


def test_closing_finishes_what_waits(path: Path) -> None:
    store = SqliteStore(path)
    futures = [_put(store, number) for number in range(300)]
    store.close()
    assert all(future.done() for future in futures)
    with closing(SqliteStore(path)) as again:
        assert all(again.read(asking(intent(n).id)) is not None for n in range(300))


def test_a_cancelled_change_is_not_run(store: SqliteStore) -> None:
    held = _Held(store)
    future = _put(store, 1)
    assert future.cancel()
    held.let_go()
    _put(store, 2).result(WAIT_S)
    assert store.read(asking(intent(1).id)) is None


def test_a_change_that_asks_the_store_is_refused(store: SqliteStore) -> None:
    future = store.submit((), lambda _: store.read(asking("x")))
    assert isinstance(future.exception(WAIT_S), InvariantBroken)
    future = store.submit((), lambda _: store.submit((), lambda _: None).result(WAIT_S))
    assert isinstance(future.exception(WAIT_S), InvariantBroken)


def test_a_change_that_breaks_in_odd_ways_leaves_the_store_working(store: SqliteStore) -> None:
    def leaving(_transaction: Transaction) -> None:
        raise SystemExit

    def out_of_hand(transaction: Transaction) -> None:
        transaction._connection.execute("ROLLBACK")  # type: ignore[attr-defined]

    assert isinstance(store.submit((), leaving).exception(WAIT_S), SystemExit)
    assert isinstance(store.submit((), out_of_hand).exception(WAIT_S), InvariantBroken)
    _put(store, 1).result(WAIT_S)
    assert store.read(asking(intent(1).id)) == intent(1)


def test_an_extent_without_cells_is_refused_and_harms_nothing(store: SqliteStore) -> None:
    _put(store, 1).result(WAIT_S)
    nowhere = intent(1, version=2, extents=[replace(extent(), cells=())])
    future = store.submit(intent(1).extents, putting(nowhere))
    assert isinstance(future.exception(WAIT_S), InvariantBroken)
    assert store.read(lambda r: r.intents_matching(intent(1).extents)) == [intent(1)]
