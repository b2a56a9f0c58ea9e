"""What touches has a key in common that one of both holds alone."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openline.airspace.extent import Extent
from openline.airspace.extents import extents_touch
from openline.store.postgres.locks import SKY_KEY, Family, Places, key, missing, union
from tests.contract.samples import WORLD, extent, extents


def _wait(one: dict[int, bool], other: dict[int, bool]) -> bool:
    """Whether transactions with these keys wait for each other."""
    return any(exclusive or other[number] for number, exclusive in one.items() if number in other)


@settings(deadline=None, max_examples=400)
@given(extents(), extents())
def test_extents_that_touch_wait_for_each_other(one: Extent, other: Extent) -> None:
    flat = Extent(one.cells, None, None, one.time_start, one.time_end)
    assume(extents_touch(flat, Extent(other.cells, None, None, other.time_start, other.time_end)))
    assert _wait(Places([one]).keys(), Places([other]).keys())
    assert _wait(Places([extent(4), one]).keys(), Places([other, extent(2)]).keys())


@settings(deadline=None, max_examples=200)
@given(st.lists(extents(), min_size=1, max_size=8), extents())
def test_places_hold_what_they_say(named: list[Extent], asked: Extent) -> None:
    places = Places(named)
    assert places.hold(named)
    if places.hold([asked]):
        # Whoever touches what is held waits, even one much smaller.
        cell = asked.cells[0]
        leaf = cell - (cell & -cell) + 1
        for instant in (asked.time_start, asked.time_end):
            tiny = Extent((leaf,), None, None, instant, instant)
            assert _wait(places.keys(), Places([tiny]).keys())


def test_other_places_and_other_times_do_not_wait() -> None:
    here = Places([extent(0)]).keys()
    assert not _wait(here, Places([extent(1)]).keys())
    later = Places([extent(0, minutes=(600, 660))]).keys()
    assert not _wait(here, later)
    assert _wait(here, here)


def test_the_whole_sky_is_one_key() -> None:
    assert Places(WORLD).keys() == {SKY_KEY: True}
    assert _wait(Places(WORLD).keys(), Places([extent(3)]).keys())
    assert Places([]).keys() == {SKY_KEY: False}


def test_many_extents_take_few_keys() -> None:
    many = [extent(0, minutes=(60.0 * hour, 60.0 * hour + 30)) for hour in range(200)]
    assert len(Places(many).keys()) < 100


def test_keys_follow_the_order_of_their_families() -> None:
    for one, other in pairwise(Family):
        assert max(key(one, str(n)) for n in range(100)) < min(
            key(other, str(n)) for n in range(100)
        )
    keys = Places([extent(0)]).keys()
    nodes = [number for number in keys if number != SKY_KEY]
    assert max(nodes) < key(Family.INTENT)
    assert all(0 <= number < 2**63 for number in nodes)


def test_an_exclusive_key_stays_so() -> None:
    assert union({1: True, 2: False}, {1: False, 2: True, 3: False}) == {1: True, 2: True, 3: False}
    assert missing({1: False, 2: True}, {1: True, 2: False, 3: False}) == {1: True, 3: False}


def test_instants_at_the_edge_of_a_span_belong_to_both() -> None:
    before, after = extent(0, minutes=(-60, 0)), extent(0, minutes=(0, 60))
    assert before.time_end == after.time_start
    assert _wait(Places([before]).keys(), Places([after]).keys())
    apart = Extent(
        after.cells, 0.0, 1.0, after.time_start + timedelta(hours=9), after.time_end + timedelta(9)
    )
    assert not Places([before]).hold([apart])
