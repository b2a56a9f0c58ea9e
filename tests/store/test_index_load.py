"""The index that is built at the start answers as the one that grew by and by."""

import random
from datetime import timedelta

import pytest

from openline.airspace.extent import Cells, Extent
from openline.airspace.extents import cells_touch, extents_touch
from openline.errors import InvariantBroken
from openline.store.columns import ExtentColumns
from openline.store.index import ExtentIndex
from openline.store.sqlite.rows import add_columns, pack_extents
from tests.store.samples import HOUR, START, extent

_FACES = [(2 * face + 1) << 60 for face in range(6)]


def _cells(rng: random.Random) -> Cells:
    """Disjoint cells of any level, near each other or anywhere on the sphere."""
    found: dict[int, int] = {}
    for _ in range(rng.randint(1, 40)):
        bit = 1 << (2 * rng.choice((0, 8, 14, 17, 20, 25)))
        place = rng.getrandbits(50) if rng.random() < 0.7 else rng.randrange(6 << 61)
        cell = ((0x4790 << 48) + place if rng.random() < 0.7 else place) & ~(2 * bit - 1) | bit
        if cell >> 61 < 6:
            found[cell] = bit
    kept: list[int] = []
    for cell in sorted(found, key=lambda one: -found[one]):
        if not cells_touch((cell,), tuple(sorted(kept))):
            kept.append(cell)
    return tuple(sorted(kept)) or (_FACES[2],)


def _extent(rng: random.Random) -> Extent:
    start = START + HOUR * rng.uniform(-100, 100)
    length = timedelta(hours=rng.choice((0.2, 1, 4, 5, 30, 200, 1_000)) * rng.random())
    low = None if rng.random() < 0.2 else rng.uniform(0, 500)
    high = None if rng.random() < 0.2 else (low or 0.0) + rng.uniform(0, 300)
    return Extent(_cells(rng), low, high, start, start + length)


@pytest.mark.parametrize("seed", range(20))
def test_loading_equals_adding(seed: int) -> None:
    rng = random.Random(seed)
    held = {key: [_extent(rng) for _ in range(rng.randint(0, 3))] for key in range(60)}
    loaded, grown = ExtentIndex(), ExtentIndex()
    if seed % 2:
        loaded.reserve(100, 1_000)
    for keys in (range(20), range(20, 60)):
        columns = ExtentColumns()
        for key in keys:
            add_columns(columns, key, pack_extents(held[key]))
        loaded.load(columns)
    for key, extents in held.items():
        grown.add(key, extents)
    questions = [[_extent(rng)] for _ in range(60)] + list(held.values())
    for question in questions:
        right = [
            key
            for key, extents in held.items()
            if any(extents_touch(one, other) for one in extents for other in question)
        ]
        assert loaded.matching(question) == grown.matching(question) == right
    assert len(loaded) == len(grown)
    for key in rng.sample(range(60), 40):  # it goes on living
        loaded.remove(key, held[key])
        loaded.add(key + 1_000, held[key])
        held[key + 1_000] = held.pop(key)
    for question in questions:
        right = [
            key
            for key, extents in sorted(held.items())
            if any(extents_touch(one, other) for one in extents for other in question)
        ]
        assert loaded.matching(question) == right


def test_nothing_loads_as_nothing() -> None:
    index = ExtentIndex()
    index.load(ExtentColumns())
    assert len(index) == 0
    assert index.matching([extent()]) == []
    index.add(1, [extent()])
    assert index.matching([extent()]) == [1]


def test_an_extent_without_cells_is_refused() -> None:
    columns = ExtentColumns()
    add_columns(columns, 1, pack_extents([Extent((), None, None, START, START)]))
    with pytest.raises(InvariantBroken):
        ExtentIndex().load(columns)


@pytest.mark.parametrize("blob", [b"", b"\x02", pack_extents([extent()])[:-1], b"\x01abc"])
def test_a_blob_that_is_none_of_ours_is_refused(blob: bytes) -> None:
    with pytest.raises(InvariantBroken):
        add_columns(ExtentColumns(), 1, blob)
