"""`matching` misses nothing and invents nothing, wherever on the Earth and however many."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openline.airspace.extent import Extent
from openline.airspace.extents import any_touch
from openline.store.ports import Store, Transaction
from openline.store.references import extents_of
from tests.contract.samples import (
    NOON,
    WORLD,
    constraint,
    extent,
    extents,
    intent,
    put,
    run,
    subscription,
    uuid_of,
)

MANY = 10_001  # one more than where the field's reference server cuts

groups = st.lists(st.lists(extents(), min_size=1, max_size=3), max_size=6)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(held=groups, asked=st.lists(extents(), max_size=3))
def test_matching_is_what_touches(
    store: Store, held: list[list[Extent]], asked: list[Extent]
) -> None:
    intents = [intent(n, *parts) for n, parts in enumerate(held)]
    constraints = [constraint(n, *parts) for n, parts in enumerate(held)]
    subscriptions = [subscription(n, parts[0]) for n, parts in enumerate(held)]
    everything = [*intents, *constraints, *subscriptions]
    put(store, *everything[::-1])

    def touching(some: list) -> list:
        return [one for one in some if any_touch(extents_of(one), asked)]

    expected = touching(intents), touching(constraints), touching(subscriptions)
    try:
        assert store.read(lambda r: tuple(_all(r, asked))) == expected
        assert run(store, lambda t: tuple(_all(t, asked))) == expected
    finally:
        run(store, lambda t: _delete(t, len(held)))
    assert store.read(lambda r: tuple(_all(r, list(WORLD)))) == ([], [], [])


def _all(reader: Transaction, asked: list[Extent]) -> Iterator[list]:
    yield reader.intents_matching(asked)
    yield reader.constraints_matching(asked)
    yield reader.subscriptions_matching(asked)


def _delete(transaction: Transaction, count: int) -> None:
    for number in range(count):
        transaction.delete_intent(uuid_of(number))
        transaction.delete_constraint(uuid_of(number))
        transaction.delete_subscription(uuid_of(number))


@pytest.mark.parametrize(
    ("asked", "meets"),
    [
        (extent(0, (200.0, 300.0)), True),
        (extent(0, (200.0000001, 300.0)), False),
        (extent(0, (None, 100.0)), True),
        (extent(0, (None, 99.9999999)), False),
        (extent(0, minutes=(60, 61)), True),
        (extent(0, minutes=(60 + 1 / 60e6, 61)), False),
        (extent(0, minutes=(-5, 0)), True),
        (extent(0, minutes=(-5, -1 / 60e6)), False),
        (extent(0, minutes=(-1e6, 1e6)), True),
        (extent(1), False),
    ],
)
def test_ends_belong_to_an_extent(store: Store, asked: Extent, meets: bool) -> None:
    put(store, intent(1))
    assert bool(store.read(lambda r: r.intents_matching((asked,)))) is meets


@pytest.mark.parametrize(("here", "there"), [(1, 2), (2, 1)])
def test_180_degrees_is_no_border(store: Store, here: int, there: int) -> None:
    put(store, intent(1, extent(here)))
    assert store.read(lambda r: r.intents_matching((extent(there),))) == [intent(1, extent(here))]


def test_two_volumes_do_not_make_one_envelope(store: Store) -> None:
    first = extent(0, (0.0, 50.0), (0, 10))
    second = extent(1, (300.0, 400.0), (20, 30))
    put(store, intent(1, first, second))
    between = (
        extent(0, (300.0, 400.0), (0, 10)),
        extent(0, (0.0, 50.0), (20, 30)),
        extent(1, (0.0, 50.0), (20, 30)),
        extent(0, (100.0, 200.0), (12, 18)),
    )
    assert store.read(lambda r: r.intents_matching(between)) == []
    assert len(store.read(lambda r: r.intents_matching((first, second)))) == 1, "each once"


def test_no_number_of_matches_is_cut(store: Store) -> None:
    def change(transaction: Transaction) -> None:
        for number in range(MANY):
            transaction.put_intent(intent(number, here))

    here = extent(0)
    run(store, change, (here,))
    found = store.read(lambda r: r.intents_matching((here,)))
    assert [one.id for one in found] == [uuid_of(number) for number in range(MANY)]


def test_a_long_past_and_a_far_future_match(store: Store) -> None:
    years = 60 * 24 * 366 * 20
    for number, minutes in enumerate([(-years, -years + 1), (years, years + 1), (-years, years)]):
        put(store, intent(number, extent(0, minutes=minutes)))

    def ids(minute: float) -> list[str]:
        start = NOON + timedelta(minutes=minute)
        asked = Extent(extent(0).cells, None, None, start, start)
        return [one.id for one in store.read(lambda r: r.intents_matching((asked,)))]

    assert ids(-years) == [uuid_of(0), uuid_of(2)]
    assert ids(0) == [uuid_of(2)]
    assert ids(years + 1) == [uuid_of(1)]
