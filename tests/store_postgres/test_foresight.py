"""Answers that are fetched beforehand are the answers of the moment at which they are asked for."""

from dataclasses import replace

import pytest

from openline.airspace.extent import Extent
from openline.store.ports import Transaction
from openline.store.postgres.store import PostgresStore
from openline.store.postgres.wire import Wire
from tests.contract.samples import NOON, constraint, extent, intent, put, run, subscription, uuid_of

HERE = extent(0)
THERE = extent(3)
NOWHERE = uuid_of(999)


@pytest.fixture
def store(dsn: str, index: str, stores: list) -> PostgresStore:
    """With an intent and a subscription in both places."""
    stores.append(PostgresStore(dsn, index))
    put(stores[0], intent(1, HERE), intent(2, THERE))
    put(stores[0], subscription(1, HERE), subscription(2, THERE))
    return stores[0]


def found(tx: Transaction, extents: list[Extent]) -> tuple[list[str], list[str]]:
    return (
        [one.id for one in tx.intents_matching(extents)],
        [one.id for one in tx.subscriptions_matching(extents)],
    )


def test_every_part_of_what_was_named_has_its_own_answer(store: PostgresStore) -> None:
    everywhere = (HERE, THERE)

    def change(tx: Transaction) -> None:
        assert tx.intent(NOWHERE) is None
        for names, places in (
            ([], []),
            ([1], [HERE]),
            ([2], [THERE]),
            ([1, 2], [THERE, HERE]),
        ):
            wanted = [uuid_of(name) for name in names]
            assert found(tx, places) == (wanted, wanted)
        inside = replace(HERE, time_start=HERE.time_end)
        assert found(tx, [inside]) == ([uuid_of(1)], [uuid_of(1)]), "what was not foreseen"

    run(store, change, everywhere)


def test_a_change_sees_what_it_wrote_after_it_looked_ahead(store: PostgresStore) -> None:
    def change(tx: Transaction) -> None:
        tx.intent(NOWHERE)
        tx.put_intent(intent(3, HERE))
        tx.put_subscription(subscription(3, HERE))
        both = [uuid_of(1), uuid_of(3)]
        assert found(tx, [HERE]) == (both, both)
        tx.delete_intent(uuid_of(1))
        tx.delete_subscription(uuid_of(1))
        assert found(tx, [HERE]) == ([uuid_of(3)], [uuid_of(3)])

    run(store, change, (HERE,))


def test_an_index_that_a_change_counts_up_is_seen_by_it(store: PostgresStore) -> None:
    def change(tx: Transaction) -> list[int]:
        tx.intent(NOWHERE)
        seen = [tx.subscriptions_matching([HERE])[0].notification_index]
        tx.increment_notification_indices([uuid_of(1)])
        return [*seen, tx.subscriptions_matching([HERE])[0].notification_index]

    before, after = run(store, change, (HERE,))
    assert after == before + 1


def test_places_without_limits_of_height_are_answered_too(store: PostgresStore) -> None:
    """They are a subscription's; what flies there is asked for when it is wanted."""
    open_above = replace(HERE, altitude_upper_m=None)
    boundless = replace(HERE, altitude_lower_m=None, altitude_upper_m=None)

    def change(tx: Transaction) -> None:
        tx.intent(NOWHERE)
        assert found(tx, [boundless]) == ([uuid_of(1)], [uuid_of(1)])
        assert found(tx, [open_above]) == ([uuid_of(1)], [uuid_of(1)])

    run(store, change, (open_above, boundless))


def test_a_change_takes_three_round_trips(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them is a time during which others wait for its locks."""
    sent: list[int] = []
    usual = Wire.run

    def counted(self: Wire, statements):
        sent.append(len(statements))
        return usual(self, statements)

    def put_intent(tx: Transaction) -> None:
        tx.intent(uuid_of(4))
        tx.availability("uss1")
        tx.intents_matching([HERE])
        tx.put_intent(intent(4, HERE))
        tx.subscriptions_matching([HERE])
        tx.availability("uss1")
        tx.append_record(NOON, "uss1", "intent.put", b"4")

    def put_constraint(tx: Transaction) -> None:
        tx.constraint(uuid_of(5))
        tx.put_constraint(constraint(5, HERE))
        tx.subscriptions_matching([HERE])
        tx.append_record(NOON, "uss1", "constraint.put", b"5")

    for change, most in ((put_intent, 3), (put_constraint, 2)):
        run(store, lambda tx: None)  # connects
        monkeypatch.setattr(Wire, "run", counted)
        sent.clear()
        run(store, change, (HERE,))
        assert len(sent) == most, sent
        monkeypatch.undo()
