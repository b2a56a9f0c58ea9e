"""What is put comes back as it was, until it is replaced or deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.airspace.reference import Availability, Report, UssAvailability
from openline.geo.covering import WHOLE_EARTH
from openline.limits import TIME_MAX, TIME_MIN
from openline.store.ports import Store, Transaction
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

AWKWARD = 'ü "quoted"; --\n日本 🚁'


def test_an_empty_store_knows_nothing(store: Store) -> None:
    one = uuid_of(1)
    assert store.read(lambda r: r.intent(one)) is None
    assert store.read(lambda r: r.constraint(one)) is None
    assert store.read(lambda r: r.subscription(one)) is None
    assert store.read(lambda r: r.availability("uss1")) is None
    assert store.read(lambda r: r.intents_matching(WORLD)) == []
    assert store.read(lambda r: r.constraints_matching(WORLD)) == []
    assert store.read(lambda r: r.subscriptions_matching(WORLD)) == []
    assert store.read(lambda r: r.intents_of_subscription(one)) == []
    assert store.read(lambda r: r.records(0, 10)) == []
    assert store.read(lambda r: r.expired(TIME_MAX, 10)) == []
    store.check()


@pytest.mark.parametrize("state", IntentState)
def test_an_intent_comes_back_whole(store: Store, state: IntentState) -> None:
    microsecond = timedelta(microseconds=1)
    given = intent(
        1,
        extent(0, (None, 0.1 + 0.2), (0, 1)),
        extent(1, (-123.456789, None), (-500, 1e5)),
        Extent(WHOLE_EARTH, None, None, TIME_MIN, TIME_MAX),
        extent(0, (None, 0.1 + 0.2), (0, 1)),
        manager=AWKWARD,
        uss_base_url="https://uss.example/" + "x" * 3000,
        state=state,
        version=2**31,
        ovn=AWKWARD,
        time_start=TIME_MIN + microsecond,
        time_end=TIME_MAX - microsecond,
        subscription_id=uuid_of(7),
        updated_at=NOON + microsecond,
    )
    put(store, subscription(7), given)
    assert store.read(lambda r: r.intent(uuid_of(1))) == given
    assert store.read(lambda r: r.intents_matching(WORLD)) == [given]


def test_a_constraint_comes_back_whole(store: Store) -> None:
    given = constraint(1, extent(3, (5e-324, 1e5)), extent(4), manager=AWKWARD, version=7)
    put(store, given)
    assert store.read(lambda r: r.constraint(uuid_of(1))) == given
    assert store.read(lambda r: r.constraints_matching(WORLD)) == [given]


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize("flags", [(True, False), (False, True), (True, True)])
def test_a_subscription_comes_back_whole(
    store: Store, implicit: bool, flags: tuple[bool, bool]
) -> None:
    given = subscription(
        1,
        extent(5, (None, None)),
        manager=AWKWARD,
        version=AWKWARD,
        notification_index=2**40,
        notify_for_operational_intents=flags[0],
        notify_for_constraints=flags[1],
        implicit=implicit,
    )
    put(store, given)
    assert store.read(lambda r: r.subscription(uuid_of(1))) == given
    assert store.read(lambda r: r.subscriptions_matching(WORLD)) == [given]


@pytest.mark.parametrize("state", UssAvailability)
def test_an_availability_is_what_was_last_set(store: Store, state: UssAvailability) -> None:
    for version in ("", AWKWARD):
        given = Availability(AWKWARD, state, version)
        run(store, lambda t, given=given: t.put_availability(given), ())
        assert store.read(lambda r: r.availability(AWKWARD)) == given
    assert store.read(lambda r: r.availability("another")) is None


def test_ids_of_different_kinds_do_not_meet(store: Store) -> None:
    put(store, intent(1), constraint(1), subscription(1))
    run(store, lambda t: t.delete_constraint(uuid_of(1)))
    assert store.read(lambda r: r.intent(uuid_of(1))) == intent(1)
    assert store.read(lambda r: r.constraint(uuid_of(1))) is None
    assert store.read(lambda r: r.subscription(uuid_of(1))) == subscription(1)


def test_putting_replaces_and_moves(store: Store) -> None:
    put(store, intent(1, extent(0)), constraint(1, extent(0)), subscription(1, extent(0)))
    moved = intent(1, extent(4), version=2), constraint(1, extent(4)), subscription(1, extent(4))
    put(store, *moved)
    for spot, expected in ((0, [[], [], []]), (4, [[one] for one in moved])):
        asked = (extent(spot),)
        assert [
            store.read(lambda r, asked=asked: r.intents_matching(asked)),
            store.read(lambda r, asked=asked: r.constraints_matching(asked)),
            store.read(lambda r, asked=asked: r.subscriptions_matching(asked)),
        ] == expected
    assert store.read(lambda r: r.intent(uuid_of(1))) == moved[0]


def test_what_is_deleted_is_gone(store: Store) -> None:
    put(store, intent(1), intent(2), constraint(1), subscription(1))

    def delete(transaction: Transaction) -> None:
        transaction.delete_intent(uuid_of(1))
        transaction.delete_constraint(uuid_of(1))
        transaction.delete_subscription(uuid_of(1))

    for _ in range(2):  # deleting what is gone is no error
        run(store, delete)
        assert store.read(lambda r: r.intent(uuid_of(1))) is None
        assert store.read(lambda r: r.constraint(uuid_of(1))) is None
        assert store.read(lambda r: r.subscription(uuid_of(1))) is None
        assert store.read(lambda r: r.intents_matching(WORLD)) == [intent(2)]
        assert store.read(lambda r: r.constraints_matching(WORLD)) == []
        assert store.read(lambda r: r.subscriptions_matching(WORLD)) == []


def test_dependents_of_a_subscription_by_id(store: Store) -> None:
    one, other = uuid_of(100), uuid_of(101)
    put(store, subscription(100), subscription(101))
    first, second, third = (intent(n, subscription_id=one) for n in (1, 2, 3))
    put(store, third, first, second, intent(4))
    assert store.read(lambda r: r.intents_of_subscription(one)) == [first, second, third]
    moved = replace(second, subscription_id=other)
    free = replace(third, subscription_id=None)
    put(store, moved, free)
    assert store.read(lambda r: r.intents_of_subscription(one)) == [first]
    assert store.read(lambda r: r.intents_of_subscription(other)) == [moved]
    run(store, lambda t: t.delete_intent(first.id))
    assert store.read(lambda r: r.intents_of_subscription(one)) == []


def test_indices_step_by_one_and_versions_stay(store: Store) -> None:
    put(store, *(subscription(n, notification_index=n) for n in (3, 1, 2)))
    asked = [uuid_of(3), uuid_of(1), uuid_of(3), uuid_of(99)]
    stepped = run(store, lambda t: t.increment_notification_indices(asked), ())
    assert stepped == [
        subscription(1, notification_index=2),
        subscription(3, notification_index=4),
    ], "each once, by id; unknown ids are left out"
    assert store.read(lambda r: r.subscriptions_matching(WORLD)) == [
        stepped[0],
        subscription(2, notification_index=2),
        stepped[1],
    ]
    assert run(store, lambda t: t.increment_notification_indices([]), ()) == []


def test_a_report_is_taken(store: Store) -> None:
    report = Report(uuid_of(1), "uss1", NOON, b'{"report_id":"\xc3\xbc"}')
    run(store, lambda t: t.add_report(report), ())


def test_expired_are_those_that_ended_before_oldest_first(store: Store) -> None:
    def ending(minute: float) -> Extent:
        return extent(0, minutes=(-100, minute))

    put(
        store,
        intent(1, ending(3)),
        constraint(2, ending(1)),
        subscription(3, ending(2)),
        intent(4, ending(4)),
        intent(5, ending(2)),
    )

    def ids(minute: float, limit: int) -> list[str]:
        before = NOON + timedelta(minutes=minute)
        return [one.id for one in store.read(lambda r: r.expired(before, limit))]

    assert ids(4, 10) == [uuid_of(n) for n in (2, 3, 5, 1)], "an end at that instant is not past"
    assert ids(4, 2) == [uuid_of(n) for n in (2, 3)]
    assert ids(4.001, 10) == [uuid_of(n) for n in (2, 3, 5, 1, 4)]
    assert ids(1, 10) == []
    expected = [constraint(2, ending(1)), subscription(3, ending(2))]
    assert store.read(lambda r: r.expired(TIME_MAX, 2)) == expected
