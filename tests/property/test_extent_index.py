"""The index of extents answers as comparing them one by one does."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.extent import Extent
from openline.airspace.extents import any_touch
from openline.errors import InvariantBroken
from openline.store.index import ExtentIndex
from tests.contract.samples import NOON, cells_at, extent, extents

batches = st.lists(st.lists(extents(), min_size=1, max_size=4), max_size=12)


@settings(deadline=None, max_examples=300)
@given(held=batches, gone=st.sets(st.integers(0, 11)), asked=st.lists(extents(), max_size=3))
def test_matching_is_what_touches(
    held: list[list[Extent]], gone: set[int], asked: list[Extent]
) -> None:
    index = ExtentIndex()
    for key, some in enumerate(held):
        index.add(key, some)
    assert len(index) >= sum(map(len, held))
    assert index.matching(asked) == [k for k, some in enumerate(held) if any_touch(some, asked)]
    left = {key: some for key, some in enumerate(held) if key not in gone}
    for key in gone & set(range(len(held))):
        index.remove(key, held[key])
    assert index.matching(asked) == [k for k, some in left.items() if any_touch(some, asked)]
    for key in set(range(len(held))) - set(left):
        index.add(key, held[key])
    assert index.matching(asked) == [k for k, some in enumerate(held) if any_touch(some, asked)]


def _some(chance: random.Random) -> tuple[Extent, ...]:
    cells = cells_at(chance.randrange(6), chance.choice([20.0, 800.0, 90_000.0]))
    start = NOON + timedelta(minutes=chance.randrange(-20_000, 20_000))
    length = timedelta(minutes=chance.choice([0, 1, 50, 300, 3_000, 100_000]))
    low = chance.uniform(0, 500)
    return (Extent(cells, low, low + 50, start, start + length),)


def test_coming_and_going_leaves_no_trace() -> None:
    chance = random.Random(3)
    index, held = ExtentIndex(), {}
    for key in range(6_000):
        held[key] = _some(chance)
        index.add(key, held[key])
        if len(held) > 300:
            old = chance.choice(list(held))
            index.remove(old, held.pop(old))
        if key % 500 == 0:
            asked = _some(chance)
            assert index.matching(asked) == sorted(
                k for k, some in held.items() if any_touch(some, asked)
            )
    for key, some in held.items():
        index.remove(key, some)
    assert len(index) == 0
    assert index.matching(_some(chance)) == []


def test_what_was_not_added_cannot_be_forgotten() -> None:
    index = ExtentIndex()
    index.add(1, [extent(0)])
    for key, other in ((2, extent(0)), (1, extent(1)), (1, extent(0, minutes=(0, 61)))):
        with pytest.raises(InvariantBroken):
            index.remove(key, [other])
    index.remove(1, [extent(0)])
    with pytest.raises(InvariantBroken):
        index.remove(1, [extent(0)])


def test_an_extent_without_cells_is_refused_and_matches_nothing() -> None:
    index = ExtentIndex()
    empty = Extent((), None, None, NOON, NOON)
    with pytest.raises(InvariantBroken):
        index.add(1, [empty])
    index.add(2, [extent(0)])
    assert index.matching([empty]) == []
    assert index.matching([]) == []


def test_equal_extents_of_one_key_are_each_counted() -> None:
    index = ExtentIndex()
    index.add(1, [extent(0), extent(0)])
    index.remove(1, [extent(0)])
    assert index.matching([extent(0)]) == [1]
    index.remove(1, [extent(0)])
    assert index.matching([extent(0)]) == []
