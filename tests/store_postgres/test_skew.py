"""Two changes that read what the other writes never both succeed as if alone.

Each test holds one change open at a point and lets another come: the second must wait, start over
or see what the first did. What they share is an id or a subscription, not a place.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from openline.airspace.reference import Availability, UssAvailability
from openline.errors import VersionMismatch
from openline.store.ports import Transaction
from openline.store.postgres.store import PostgresStore
from tests.contract.samples import NOON, WORLD, extent, intent, put, run, subscription, uuid_of

HERE, THERE = extent(0), extent(4)
BRIEF_S = 0.3


@pytest.fixture
def store(dsn: str, stores: list) -> PostgresStore:
    stores.append(PostgresStore(dsn))
    return stores[0]


class Pause:
    """A point in a change where its first run stops until the test says go."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.go = threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self.go.wait(30)


def _after(pause: Pause, *futures: Future[Any], others: list[Future[Any]]) -> list[Any]:
    """Let the paused change go on a moment after the others began; all answers."""
    for future in others:
        try:
            future.exception(BRIEF_S)
        except TimeoutError:
            continue
    pause.go.set()
    return [future.exception(30) or future.result() for future in (*futures, *others)]


def test_an_id_is_created_once(store: PostgresStore) -> None:
    pause = Pause()

    def create(here: Any, wait: Callable[[], None]) -> Callable[[Transaction], str]:
        def change(transaction: Transaction) -> str:
            if transaction.intent(uuid_of(1)) is not None:
                raise VersionMismatch("it exists")
            wait()
            transaction.put_intent(intent(1, here))
            return "created"

        return change

    first = store.submit((HERE,), create(HERE, pause))
    assert pause.reached.wait(30)
    second = store.submit((THERE,), create(THERE, lambda: None))
    answers = _after(pause, first, others=[second])
    assert answers[0] == "created"
    assert isinstance(answers[1], VersionMismatch)
    assert store.read(lambda r: r.intents_matching((THERE,))) == []


def test_the_last_of_two_dependents_takes_the_subscription_along(store: PostgresStore) -> None:
    """Each deletes its own intent, far apart; the implicit subscription goes with the last."""
    name = uuid_of(9)
    area = WORLD[0]
    put(store, subscription(9, area, implicit=True))
    put(store, intent(1, HERE, subscription_id=name), intent(2, THERE, subscription_id=name))
    pause = Pause()

    def delete(number: int, wait: Callable[[], None]) -> Callable[[Transaction], int]:
        def change(transaction: Transaction) -> int:
            left = transaction.intents_of_subscription(name)
            wait()
            transaction.delete_intent(uuid_of(number))
            return len(left)

        return change

    first = store.submit((HERE,), delete(1, pause))
    assert pause.reached.wait(30)
    second = store.submit((THERE,), delete(2, lambda: None))
    assert sorted(_after(pause, first, others=[second])) == [1, 2], "one of them saw itself last"


def test_nobody_attaches_to_a_subscription_that_goes(store: PostgresStore) -> None:
    name = uuid_of(9)
    put(store, subscription(9, HERE))
    pause = Pause()

    def delete(transaction: Transaction) -> str:
        if transaction.intents_of_subscription(name):
            return "has dependents"
        pause()
        transaction.delete_subscription(name)
        return "deleted"

    def attach(transaction: Transaction) -> str:
        if transaction.subscription(name) is None:
            return "no such subscription"
        transaction.put_intent(intent(1, THERE, subscription_id=name))
        return "attached"

    first = store.submit((HERE,), delete)
    assert pause.reached.wait(30)
    second = store.submit((THERE,), attach)
    answers = _after(pause, first, others=[second])
    assert answers in (["deleted", "no such subscription"], ["has dependents", "attached"])


def test_a_step_of_an_index_is_not_overwritten(store: PostgresStore) -> None:
    """The step comes from a change in another place; the put was computed before it."""
    name = uuid_of(9)
    put(store, subscription(9, WORLD[0]))
    pause = Pause()

    def extend(transaction: Transaction) -> None:
        (known,) = transaction.subscriptions_matching((HERE,))
        if not pause.go.is_set():
            pause()
        transaction.put_subscription(replace(known, version="extended"))

    first = store.submit((HERE, WORLD[0]), extend)
    assert pause.reached.wait(30)
    second = store.submit(
        (THERE,), lambda t: t.increment_notification_indices([name])[0].notification_index
    )
    answers = _after(pause, first, others=[second])
    assert answers[1] == 1
    kept = store.read(lambda r: r.subscription(name))
    assert kept is not None
    assert (kept.notification_index, kept.version) == (1, "extended")


def test_availability_is_as_it_was_read(store: PostgresStore) -> None:
    """A change that relies on somebody being Down, and one that sets them Normal."""
    down = Availability("uss1", UssAvailability.DOWN, "1")
    run(store, lambda t: t.put_availability(down), ())
    pause = Pause()

    def rely(transaction: Transaction) -> object:
        found = transaction.availability("uss1")
        pause()
        transaction.put_intent(intent(1, HERE))
        transaction.append_record(NOON, "uss1", "relied", b"")
        return found

    def change(transaction: Transaction) -> None:
        transaction.put_availability(replace(down, state=UssAvailability.NORMAL))
        assert transaction.availability("uss1") != down
        transaction.append_record(NOON, "uss1", "set", b"")

    first = store.submit((HERE,), rely)
    assert pause.reached.wait(30)
    second = store.submit((), change)
    assert _after(pause, first, others=[second])[0] == down
    order = [one.kind for one in store.read(lambda r: r.records(0, 9))]
    assert order == ["relied", "set"], "who sets waits for who relies"


def test_two_that_want_the_same_ids_in_turn_both_succeed(store: PostgresStore) -> None:
    """One asks for 1, then 2, the other for 2, then 1: neither may hang nor fail."""
    put(store, intent(1), intent(2))
    barrier = threading.Barrier(2, timeout=30)
    runs: list[int] = []

    def crossing(first: int, second: int) -> Callable[[Transaction], None]:
        met = threading.Event()

        def change(transaction: Transaction) -> None:
            runs.append(first)
            transaction.intent(uuid_of(first))
            if not met.is_set():
                met.set()
                barrier.wait()
            transaction.intent(uuid_of(second))

        return change

    futures = [
        store.submit((HERE,), crossing(1, 2)),
        store.submit((THERE,), crossing(2, 1)),
    ]
    for future in futures:
        future.result(10)
    assert len(runs) > 2, "one of them started over"
    assert len(runs) < 8


def test_an_error_that_a_change_hides_is_not_kept(store: PostgresStore) -> None:
    def change(transaction: Transaction) -> str:
        transaction.put_intent(intent(1, HERE, manager="a\0b"))
        try:
            transaction.intents_matching((HERE,))
        except Exception:
            return "hidden"
        return "kept"

    future = store.submit((HERE,), change)
    assert future.exception(30) is not None
    assert store.read(lambda r: r.intent(uuid_of(1))) is None
