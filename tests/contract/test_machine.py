"""The store in memory and the others get the same calls, at random, and must answer alike.

OPENLINE_MACHINE_RUNS sets the number of runs of 50 steps (1,000 unless set; nightly 20,000).
Stores are kept from run to run, emptied in between: opening them would take most of the time.
"""

import os
import random
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.airspace.reference import Availability, UssAvailability
from openline.errors import VersionMismatch
from openline.limits import TIME_MAX
from openline.store.ports import Reader, Store, Transaction
from tests.contract.backends import BACKENDS, Place
from tests.contract.samples import (
    NOON,
    SPOTS,
    WORLD,
    cells_at,
    constraint,
    intent,
    run,
    subscription,
    uuid_of,
)

RUNS: Final = int(os.environ.get("OPENLINE_MACHINE_RUNS", "1000"))
STEPS: Final = 50
Op = tuple[Any, ...]


def _pool() -> list[Extent]:
    """Extents that often meet: few places, heights and times, nested and side by side."""
    chance = random.Random(1)
    pool = []
    for _ in range(40):
        cells = cells_at(chance.randrange(len(SPOTS)), chance.choice([20.0, 800.0, 90_000.0]))
        low = chance.choice([None, 0.0, 50.0, 100.0])
        high = None if chance.random() < 0.2 else (low or 0.0) + chance.choice([0.0, 50.0, 500.0])
        start = NOON + timedelta(minutes=chance.choice([0, 30, 60, 60 * 24 * 3]))
        length = timedelta(minutes=chance.choice([0, 30, 90, 60 * 24 * 9]))
        pool.append(Extent(cells, low, high, start, start + length))
    return pool


POOL: Final = _pool()
_one_extent = st.integers(0, len(POOL) - 1)  # numbers, so that a failure prints short
_some_extents = st.lists(_one_extent, min_size=1, max_size=2)
_number = st.integers(0, 5)
_subscription = st.integers(0, 2)
_document = st.sampled_from(["1", "10", "2", "Z", "a", "é", "\ue000", "\U00010000"])
_operations = st.one_of(
    st.tuples(
        st.just("put_intent"),
        _number,
        _some_extents,
        st.none() | _subscription,
        st.sampled_from(IntentState),
    ),
    st.tuples(st.just("put_constraint"), _number, _some_extents),
    st.tuples(st.just("put_subscription"), _subscription, _one_extent, st.booleans()),
    st.tuples(st.just("delete"), st.sampled_from(["intent", "constraint"]), _number),
    st.tuples(st.just("delete"), st.just("subscription"), _subscription),
    st.tuples(st.just("step"), st.lists(st.integers(0, 3), max_size=3)),
    st.tuples(st.just("availability"), st.sampled_from(UssAvailability)),
    st.tuples(st.just("record"), st.binary(max_size=4)),
    st.tuples(st.just("put_document"), _document, st.binary(max_size=4)),
    st.tuples(st.just("delete_document"), _document),
    st.tuples(st.just("documents"), st.sampled_from("ab"), _document, st.integers(-1, 3)),
    st.tuples(st.just("match"), _some_extents),
    st.tuples(st.just("dependents"), _subscription),
    st.tuples(st.just("expired"), st.integers(0, 200), st.integers(0, 4)),
)


def _extents(numbers: list[int]) -> list[Extent]:
    return [POOL[number] for number in numbers]


def _matching(reader: Reader, asked: Sequence[Extent]) -> tuple[object, ...]:
    return (
        reader.intents_matching(asked),
        reader.constraints_matching(asked),
        reader.subscriptions_matching(asked),
    )


def _apply(transaction: Transaction, operation: Op, version: int) -> object:
    match operation:
        case ("put_intent", number, extents, of, state):
            reference = intent(
                number,
                *_extents(extents),
                version=version,
                state=state,
                subscription_id=None if of is None else uuid_of(of),
            )
            transaction.put_intent(reference)
        case ("put_constraint", number, extents):
            transaction.put_constraint(constraint(number, *_extents(extents), version=version))
        case ("put_subscription", number, area, implicit):
            made = subscription(number, POOL[area], version=str(version), implicit=implicit)
            transaction.put_subscription(made)
        case ("delete", kind, number):
            getattr(transaction, f"delete_{kind}")(uuid_of(number))
        case ("step", numbers):
            return transaction.increment_notification_indices([uuid_of(n) for n in numbers])
        case ("availability", state):
            transaction.put_availability(Availability("uss1", state, str(version)))
        case ("record", body):
            transaction.append_record(NOON, "uss1", "kind", body)
            newest = transaction.last_sequence()
            assert transaction.records(newest - 1, 2)[0].body == body
        case ("put_document", name, body):
            transaction.put_document("a", name, body)
        case ("delete_document", name):
            transaction.delete_document("a", name)
        case _:
            return _ask(transaction, operation)
    return None


def _ask(reader: Reader, operation: Op) -> object:
    match operation:
        case ("match", extents):
            return _matching(reader, _extents(extents))
        case ("dependents", number):
            return reader.intents_of_subscription(uuid_of(number))
        case ("expired", minutes, limit):
            return reader.expired(NOON + timedelta(minutes=minutes), limit)
        case ("documents", kind, after, limit):
            return reader.documents(kind, after, limit)
    raise AssertionError(operation)


def _everything(reader: Reader) -> tuple[object, ...]:
    return (
        _matching(reader, WORLD),
        [reader.intent(uuid_of(number)) for number in range(6)],
        [reader.constraint(uuid_of(number)) for number in range(6)],
        [reader.subscription(uuid_of(number)) for number in range(3)],
        [reader.intents_of_subscription(uuid_of(number)) for number in range(3)],
        reader.expired(TIME_MAX, 100),
        reader.availability("uss1"),
        reader.documents("a", "", 99),
    )


class Pair:
    """The specification and another store, kept from run to run."""

    def __init__(self, backend: str, folder: Path) -> None:
        self.places: list[Place] = [BACKENDS["memory"](folder), BACKENDS[backend](folder)]
        self.stores: list[Store] = [place.open() for place in self.places]
        self.newest_record = 0

    def both(self, work: Callable[[Store], object]) -> None:
        """Do the same with both. They must answer alike, errors included."""
        expected, found = (self._answer(store, work) for store in self.stores)
        assert found == expected

    def compare_records(self) -> None:
        """Both have the same new entries, numbered on from the last that was looked at."""
        after = self.newest_record
        expected, found = (store.read(lambda r: r.records(after, 9999)) for store in self.stores)
        assert found == expected
        assert [one.sequence for one in found] == list(range(after + 1, after + 1 + len(found)))
        self.newest_record += len(found)

    def reopen(self) -> None:
        """Close the other store and open it again on what it left."""
        self.stores[1].close()
        self.stores[1] = self.places[1].open()

    def empty(self) -> None:
        """Delete every reference. The record stays: it only grows."""

        def change(transaction: Transaction) -> None:
            for number in range(6):
                transaction.delete_intent(uuid_of(number))
                transaction.delete_constraint(uuid_of(number))
                transaction.delete_subscription(uuid_of(number))
            for name, _ in transaction.documents("a", "", 99):
                transaction.delete_document("a", name)

        for store in self.stores:
            run(store, change)

    def close(self) -> None:
        for place in self.places:
            place.close()

    def _answer(self, store: Store, work: Callable[[Store], object]) -> object:
        try:
            return work(store)
        except VersionMismatch as error:
            return str(error)


def _machine(pair: Pair) -> type[RuleBasedStateMachine]:
    class Machine(RuleBasedStateMachine):
        version = 0

        @initialize()
        def start(self) -> None:
            pair.empty()

        @rule(operations=st.lists(_operations, min_size=1, max_size=4), fails=st.booleans())
        def change(self, operations: list[Op], fails: bool) -> None:
            self.version += 1

            def change(transaction: Transaction) -> list[object]:
                answers = [_apply(transaction, one, self.version) for one in operations]
                answers.append(_everything(transaction))  # its own writes
                if fails and len(operations) > 1:
                    raise VersionMismatch(f"given up after {answers}")
                return answers

            pair.both(lambda store: run(store, change))

        @rule(operation=_operations)
        def change_one_thing(self, operation: Op) -> None:
            self.version += 1
            pair.both(lambda store: run(store, lambda t: _apply(t, operation, self.version)))
            pair.both(lambda store: store.read(_everything))

        @rule(extents=_some_extents)
        def match(self, extents: list[int]) -> None:
            pair.both(lambda store: store.read(lambda r: _ask(r, ("match", extents))))

        @rule(minutes=st.integers(0, 14_000), limit=st.integers(0, 9))
        def expired(self, minutes: int, limit: int) -> None:
            pair.both(lambda store: store.read(lambda r: _ask(r, ("expired", minutes, limit))))

        @rule(now=st.integers(0, 60))
        def look_at_everything(self, now: int) -> None:
            if now == 1 and pair.places[1].durable:
                pair.reopen()
            pair.both(lambda store: store.read(_everything))
            pair.compare_records()

        def teardown(self) -> None:
            pair.both(lambda store: store.read(_everything))

    return Machine


def _run(backend: str, runs: int) -> None:
    # Logic is compared here, not durability: memory will do instead of a disk.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        pair = Pair(backend, Path(folder))
        try:
            run_state_machine_as_test(
                _machine(pair),
                settings=settings(
                    max_examples=runs,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    derandomize=False,  # each share tries others
                    print_blob=True,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            pair.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("share", range(4))
def test_sqlite_answers_as_memory(share: int) -> None:
    _run("sqlite", RUNS // 4)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("backend", ["postgres", "postgres-cells"])
def test_postgres_answers_as_memory(backend: str) -> None:
    _run(backend, RUNS // 50)


@pytest.mark.nightly
@pytest.mark.timeout(0)
@pytest.mark.parametrize("backend", ["sqlite", "postgres", "postgres-cells"])
def test_for_long(backend: str) -> None:
    _run(backend, 20 * RUNS)
