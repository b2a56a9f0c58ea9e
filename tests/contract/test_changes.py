"""A change happens whole or not at all, reads its own writes, and keeps to the places it named."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from openline.airspace.reference import Availability, Report, UssAvailability
from openline.errors import InvariantBroken, StoreUnavailable, VersionMismatch
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

ONE = uuid_of(1)


def _everything(reader: Reader) -> tuple[object, ...]:
    return (
        reader.intents_matching(WORLD),
        reader.constraints_matching(WORLD),
        reader.subscriptions_matching(WORLD),
        reader.intents_of_subscription(ONE),
        reader.availability("uss1"),
        reader.records(0, 100),
        reader.expired(TIME_MAX, 100),
        reader.last_sequence(),
        reader.checkpoints(0, 100),
        reader.last_checkpoint(),
        reader.documents("shelf", "", 100),
        reader.document("shelf", "gone"),
    )


def _change_everything(transaction: Transaction) -> None:
    transaction.put_intent(intent(1, extent(2), version=2))
    transaction.put_intent(intent(3, subscription_id=ONE))
    transaction.delete_intent(uuid_of(2))
    transaction.delete_constraint(ONE)
    transaction.put_constraint(constraint(4))
    transaction.increment_notification_indices([ONE])
    transaction.put_subscription(subscription(5))
    transaction.put_availability(Availability("uss1", UssAvailability.DOWN, "2"))
    transaction.add_report(Report(uuid_of(9), "uss1", NOON, b"{}"))
    transaction.append_record(NOON, "uss1", "intent.put", b"2")
    transaction.put_checkpoint(StoredCheckpoint(1, b"r" * 32, "note"))
    transaction.put_document("shelf", "new", b"1")
    transaction.put_document("shelf", "old", b"2")
    transaction.delete_document("shelf", "gone")


@pytest.mark.parametrize("error", [VersionMismatch("not the current version"), KeyError("a fault")])
def test_a_change_that_raises_leaves_nothing(store: Store, error: Exception) -> None:
    put(store, intent(1), intent(2), constraint(1), subscription(1))
    run(store, lambda t: t.append_record(NOON, "uss1", "intent.put", b"1"), ())
    run(store, lambda t: [t.put_document("shelf", name, b"0") for name in ("old", "gone")], ())
    before = store.read(_everything)

    def change(transaction: Transaction) -> None:
        _change_everything(transaction)
        raise error

    future = store.submit(WORLD, change)
    with pytest.raises(type(error)) as raised:
        future.result(timeout=60)
    assert raised.value is error
    assert store.read(_everything) == before
    run(store, _change_everything)
    after = store.read(_everything)
    assert after != before
    assert [record.sequence for record in after[5]] == [1, 2], "no number is lost"
    store.check()


def test_a_change_reads_its_own_writes(store: Store) -> None:
    put(store, intent(1), intent(2), constraint(1), subscription(1))
    seen: list[tuple[object, ...]] = []

    def change(transaction: Transaction) -> None:
        _change_everything(transaction)
        seen.clear()  # a change may run again
        seen.append(_everything(transaction))

    run(store, change)
    assert seen == [store.read(_everything)]
    assert store.read(lambda r: r.intents_matching((extent(2),))) == [
        intent(1, extent(2), version=2)
    ]


def test_within_a_change_the_last_write_counts(store: Store) -> None:
    def change(transaction: Transaction) -> None:
        for version in (1, 2, 3):
            transaction.put_intent(intent(1, extent(version), version=version))
            assert [one.version for one in transaction.intents_matching(WORLD)] == [version]
        transaction.delete_intent(uuid_of(1))
        assert transaction.intent(uuid_of(1)) is None
        assert transaction.intents_matching(WORLD) == []
        transaction.put_intent(intent(1, extent(0), version=4))
        transaction.put_subscription(subscription(1))
        transaction.increment_notification_indices([ONE])
        (stepped,) = transaction.increment_notification_indices([ONE])
        assert stepped.notification_index == 2

    run(store, change)
    assert store.read(lambda r: r.intents_matching(WORLD)) == [intent(1, version=4)]
    assert store.read(lambda r: r.subscription(ONE)) == subscription(1, notification_index=2)


def test_the_answer_of_a_change_comes_back(store: Store) -> None:
    answer = object()
    assert run(store, lambda t: answer, ()) is answer
    assert store.read(lambda r: answer) is answer


def test_a_query_that_raises_says_so(store: Store) -> None:
    def query(_: Reader) -> None:
        raise KeyError("a fault")

    with pytest.raises(KeyError):
        store.read(query)
    store.check()


HERE, THERE = extent(0), extent(4)


@pytest.mark.parametrize(
    "beyond",
    [
        lambda t: t.intents_matching((HERE, THERE)),
        lambda t: t.constraints_matching((THERE,)),
        lambda t: t.subscriptions_matching((THERE,)),
        lambda t: t.put_intent(intent(5, HERE, THERE)),
        lambda t: t.put_constraint(constraint(5, THERE)),
        lambda t: t.put_subscription(subscription(5, THERE)),
        lambda t: t.put_intent(intent(1, HERE)),  # it was there before
        lambda t: t.delete_constraint(uuid_of(1)),
        lambda t: t.delete_subscription(uuid_of(1)),
    ],
)
def test_a_change_keeps_to_the_places_it_named(
    store: Store, beyond: Callable[[Transaction], object]
) -> None:
    put(store, intent(1, THERE), constraint(1, THERE), subscription(1, THERE))
    before = store.read(_everything)
    with pytest.raises(InvariantBroken):
        run(store, beyond, (HERE,))
    assert store.read(_everything) == before
    run(store, beyond, (HERE, THERE))


def test_other_heights_and_times_in_the_same_place_need_no_naming(store: Store) -> None:
    later = extent(0, (None, None), (1e4, 2e4))
    run(store, lambda t: t.put_intent(intent(1, later)), (HERE,))
    assert run(store, lambda t: t.intents_matching((later,)), (HERE,)) == [intent(1, later)]


def test_an_index_steps_wherever_the_subscription_is(store: Store) -> None:
    put(store, subscription(1, THERE))
    (stepped,) = run(store, lambda t: t.increment_notification_indices([ONE]), (HERE,))
    assert stepped.notification_index == 1


def test_records_are_numbered_in_order(store: Store) -> None:
    bodies = [b"", b"\x00\xff", "ü".encode(), b"x" * 100_000]
    for number, body in enumerate(bodies):
        time = NOON + timedelta(microseconds=number)
        run(store, lambda t, time=time, body=body: t.append_record(time, "ü", "kind", body), ())
    run(store, lambda t: [t.append_record(NOON, "p", "k", b"%d" % n) for n in range(3)], ())
    found = store.read(lambda r: r.records(0, 100))
    assert [one.sequence for one in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.body for one in found] == [*bodies, b"0", b"1", b"2"]
    assert found[1].time == NOON + timedelta(microseconds=1)
    assert (found[1].party, found[1].kind) == ("ü", "kind")
    assert store.read(lambda r: r.records(2, 2)) == found[2:4]
    assert store.read(lambda r: r.records(7, 10)) == []
    assert store.read(lambda r: r.records(0, 0)) == []


def test_a_closed_store_refuses(place: Place) -> None:
    store = place.open()
    run(store, lambda t: t.put_intent(intent(1)))
    store.close()
    store.close()  # closing twice is no error
    with pytest.raises(StoreUnavailable):
        store.check()
    with pytest.raises(StoreUnavailable):
        store.read(lambda r: r.intent(ONE))
    with pytest.raises(StoreUnavailable):
        store.submit(WORLD, lambda t: None).result(timeout=60)


def test_a_caller_that_gives_up_harms_nobody(store: Store) -> None:
    """As when a client hangs up: its change happens whole or not at all, the others happen."""
    given_up, kept = [], []
    for number in range(200):

        def change(transaction: Transaction, number: int = number) -> int:
            transaction.put_intent(intent(number))
            transaction.append_record(NOON, "uss1", "intent.put", b"%d" % number)
            return number

        future = store.submit(WORLD, change)
        if number % 3 == 0:
            future.cancel()
            given_up.append(number)
        else:
            kept.append((number, future))
    assert [future.result(timeout=60) for _, future in kept] == [number for number, _ in kept]
    run(store, lambda t: None)
    there = {one.id for one in store.read(lambda r: r.intents_matching(WORLD))}
    assert {uuid_of(number) for number, _ in kept} <= there
    recorded = {uuid_of(int(one.body)) for one in store.read(lambda r: r.records(0, 1000))}
    assert recorded == there
    store.check()


@pytest.mark.parametrize(
    "nested",
    [
        lambda store: store.submit(WORLD, lambda t: None).result(timeout=20),
        lambda store: store.read(lambda r: None),
    ],
)
def test_a_change_that_calls_the_store_does_not_hang(
    store: Store, nested: Callable[[Store], object]
) -> None:
    """It is refused or answered, but never waits for itself."""
    with suppress(InvariantBroken, StoreUnavailable):
        run(store, lambda t: nested(store))
    put(store, intent(1))
    assert store.read(lambda r: r.intent(ONE)) == intent(1)
