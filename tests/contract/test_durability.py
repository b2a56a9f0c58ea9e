"""What was acknowledged is there after the store is closed and opened again."""

import pytest

from openline.airspace.reference import Availability, Report, UssAvailability
from openline.limits import TIME_MAX
from openline.store.ports import Reader, Store, StoredCheckpoint, Transaction
from tests.contract.backends import Place
from tests.contract.samples import (
    NOON,
    WORLD,
    constraint,
    extent,
    intent,
    put,
    run,
    subscription,
    uuid_of,
)


@pytest.fixture
def durable(place: Place) -> Place:
    if not place.durable:
        pytest.skip("this store ends with its process")
    return place


def _everything(reader: Reader) -> tuple[object, ...]:
    return (
        reader.intents_matching(WORLD),
        reader.constraints_matching(WORLD),
        reader.subscriptions_matching(WORLD),
        reader.intents_of_subscription(uuid_of(100)),
        reader.availability("uss1"),
        reader.records(0, 100),
        reader.expired(TIME_MAX, 100),
        [reader.intents_matching((extent(spot),)) for spot in range(6)],
        reader.last_sequence(),
        reader.checkpoints(0, 100),
        reader.documents("shelf", "", 100),
    )


def test_everything_is_there_after_reopening(durable: Place) -> None:
    store = durable.open()
    put(store, subscription(100), subscription(101, extent(5)))
    put(store, *(intent(n, extent(n), subscription_id=uuid_of(100)) for n in range(6)))
    put(store, constraint(1), constraint(2, extent(3), extent(4)))
    put(store, intent(1, extent(0), version=2))

    def more(transaction: Transaction) -> None:
        transaction.delete_intent(uuid_of(2))
        transaction.increment_notification_indices([uuid_of(101)])
        transaction.put_availability(Availability("uss1", UssAvailability.DOWN, "v"))
        transaction.add_report(Report(uuid_of(9), "uss1", NOON, b"{}"))
        transaction.append_record(NOON, "uss1", "intent.put", b"1")
        transaction.put_checkpoint(StoredCheckpoint(1, bytes(32), "note\n"))
        transaction.put_document("shelf", "a", bytes(range(256)))
        transaction.put_document("shelf", "b", b"")

    run(store, more)
    before = store.read(_everything)
    for _ in range(2):
        store.close()
        store = durable.open()
        assert store.read(_everything) == before
        store.check()
    run(store, lambda t: t.append_record(NOON, "uss1", "intent.put", b"2"), ())
    assert [one.sequence for one in store.read(lambda r: r.records(0, 10))] == [1, 2]
    put(store, intent(50))
    run(store, lambda t: t.delete_intent(uuid_of(0)))
    assert uuid_of(0) not in [one.id for one in store.read(lambda r: r.intents_matching(WORLD))]


def test_closing_finishes_what_was_submitted(durable: Place) -> None:
    store = durable.open()
    futures = [store.submit(WORLD, _putting(number)) for number in range(50)]
    store.close()
    assert [future.result(timeout=60) for future in futures] == list(range(50))
    reopened: Store = durable.open()
    assert len(reopened.read(lambda r: r.intents_matching(WORLD))) == 50


def _putting(number: int):
    def change(transaction: Transaction) -> int:
        transaction.put_intent(intent(number))
        return number

    return change
