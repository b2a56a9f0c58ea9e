"""What ended long ago is removed, in small batches, with a record of each; nothing else is."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from openline.api.housekeeping import remove_batch, remove_ended_for_ever
from openline.app.dss import expire, records
from openline.app.dss.expire import BY_THE_SERVER, remove_ended
from openline.app.services import Services, Settings
from openline.errors import StoreUnavailable
from openline.store.memory import MemoryStore
from openline.store.ports import Store
from tests.contract.samples import NOON, constraint, extent, intent, put, subscription, uuid_of

GRACE = timedelta(hours=2)


class FixedClock:
    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


def services(store: Store, now: datetime = NOON) -> Services:
    return Services(store, FixedClock(now), Settings(expiry_grace=GRACE))


def store_with(*references: Any) -> MemoryStore:
    store = MemoryStore()
    put(store, *references)
    return store


def remove(store: Store, now: datetime, limit: int = 100) -> int:
    return sum(f.result() for f in remove_ended(services(store), now, limit))


def ended_at(minutes: float) -> Any:
    """An extent that ends that many minutes after noon."""
    return extent(minutes=(minutes - 60, minutes))


def test_each_kind_goes_when_its_grace_is_over_and_not_before() -> None:
    store = store_with(
        intent(1, ended_at(60)), constraint(2, ended_at(60)), subscription(3, ended_at(60))
    )
    end = NOON + timedelta(minutes=60)
    assert remove(store, end + GRACE) == 0  # the end of the grace is still within it
    assert remove(store, end + GRACE + timedelta(microseconds=1)) == 3
    assert store.read(lambda r: r.intent(uuid_of(1))) is None
    assert store.read(lambda r: r.constraint(uuid_of(2))) is None
    assert store.read(lambda r: r.subscription(uuid_of(3))) is None


def test_each_removal_is_recorded_as_the_servers_own() -> None:
    store = store_with(intent(1, ended_at(60)), subscription(3, ended_at(60)))
    now = NOON + timedelta(days=1)
    remove(store, now)
    found = store.read(lambda r: r.records(0, 10))
    assert {(r.kind, r.party, r.time) for r in found} == {
        (records.INTENT_DELETED, BY_THE_SERVER, now),
        (records.SUBSCRIPTION_DELETED, BY_THE_SERVER, now),
    }
    assert uuid_of(1).encode() in b"".join(r.body for r in found)


def test_no_index_counts_up() -> None:
    store = store_with(intent(1, ended_at(60)), subscription(3, extent(minutes=(0, 9_000))))
    assert remove(store, NOON + timedelta(days=1)) == 1
    kept = store.read(lambda r: r.subscription(uuid_of(3)))
    assert kept is not None
    assert kept.notification_index == 0


def test_a_subscription_stays_while_an_intent_depends_on_it() -> None:
    running = intent(1, extent(minutes=(0, 9_000)), subscription_id=uuid_of(3))
    store = store_with(running, subscription(3, ended_at(60)))
    assert remove(store, NOON + timedelta(days=1)) == 0
    assert remove(store, NOON + timedelta(days=30)) == 1  # the intent
    assert remove(store, NOON + timedelta(days=30)) == 1  # then its subscription


def test_an_implicit_subscription_goes_with_its_last_intent() -> None:
    both = [intent(n, ended_at(60), subscription_id=uuid_of(3)) for n in (1, 2)]
    store = store_with(*both, subscription(3, extent(minutes=(0, 90_000)), implicit=True))
    now = NOON + timedelta(days=1)
    assert remove(store, now, limit=1) == 1
    assert store.read(lambda r: r.subscription(uuid_of(3))) is not None
    assert remove(store, now, limit=1) == 1
    assert store.read(lambda r: r.subscription(uuid_of(3))) is None


def test_what_must_stay_does_not_hide_what_can_go(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [subscription(100 + n, ended_at(10)) for n in range(20)]
    running = [
        intent(200 + n, extent(minutes=(0, 90_000)), subscription_id=s.id)
        for n, s in enumerate(held)
    ]
    store = store_with(*held, *running, intent(1, ended_at(60)))
    assert remove(store, NOON + timedelta(days=1), limit=5) == 1
    assert store.read(lambda r: r.intent(uuid_of(1))) is None


def test_what_was_extended_meanwhile_stays() -> None:
    """Between the search and the removal its manager gave it a later end."""
    store = store_with(intent(1, ended_at(60)))
    now = NOON + timedelta(days=1)
    later = intent(1, extent(minutes=(0, 90_000)))

    class Slow:
        """Passes all on, but lets the manager be first."""

        def read(self, query: Any) -> Any:
            return store.read(query)

        def submit(self, touching: Any, change: Any, exclusive: str | None = None) -> Any:
            store.submit(later.extents, lambda tx: tx.put_intent(later)).result()
            return store.submit(touching, change)

    futures = remove_ended(services(Slow()), now, 10)  # type: ignore[arg-type]
    assert [f.result() for f in futures] == [False]
    assert store.read(lambda r: r.intent(uuid_of(1))) == later


def test_a_batch_is_a_batch() -> None:
    store = store_with(*(intent(n, ended_at(60)) for n in range(1, 31)))
    now = NOON + timedelta(days=1)
    assert [remove(store, now, limit=12) for _ in range(4)] == [12, 12, 6, 0]


def test_the_server_goes_on_after_a_store_that_did_not_answer() -> None:
    store = store_with(*(intent(n, ended_at(60)) for n in range(1, 8)))
    asked = 0

    class Shaky:
        def read(self, query: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked in (1, 3):
                raise StoreUnavailable("not now") if asked == 1 else ZeroDivisionError
            return store.read(query)

        def submit(self, touching: Any, change: Any, exclusive: str | None = None) -> Any:
            return store.submit(touching, change)

    shaky = services(Shaky(), NOON + timedelta(days=1))  # type: ignore[arg-type]

    async def story() -> None:
        task = asyncio.create_task(remove_ended_for_ever(shaky, 0.01, 3))
        async with asyncio.timeout(10):
            while store.read(lambda r: r.expired(NOON + timedelta(days=1), 1)):
                await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(story())
    assert asked > 3


def test_a_batch_says_how_many_went() -> None:
    store = store_with(*(intent(n, ended_at(60)) for n in range(1, 6)))
    assert asyncio.run(remove_batch(services(store, NOON + timedelta(days=1)), 3)) == 3
    assert expire.LOOKED_AT_MAX >= 1_000
