"""Many threads at once: no write slips past a key, no step is lost, readers see whole changes."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

from openline.airspace.extent import Extent
from openline.errors import MissingOvns
from openline.store.ports import Reader, Store, Transaction
from tests.contract.samples import NOON, WORLD, extent, intent, put, run, subscription, uuid_of

THREADS = 8


def _together(count: int, work: Callable[[int], object]) -> list[object]:
    """Run work(0), work(1), … all at the same moment, each in its thread."""
    start = threading.Barrier(count)

    def one(number: int) -> object:
        start.wait(timeout=60)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def _check_and_put(number: int, here: Extent, key: set[str]) -> Callable[[Transaction], bool]:
    """Put an intent if the key names every other one there."""

    def change(transaction: Transaction) -> bool:
        relevant = {one.ovn for one in transaction.intents_matching((here,))}
        if not relevant <= key:
            raise MissingOvns("not all named", missing=sorted(relevant - key))
        transaction.append_record(NOON, f"uss{number}", "intent.put", b"%d" % number)
        transaction.put_intent(intent(number, here, ovn=f"ovn-{number}"))
        return True

    return change


def _try(store: Store, touching: Extent, change: Callable[[Transaction], bool]) -> bool:
    try:
        return store.submit((touching,), change).result(timeout=60)
    except MissingOvns:
        return False


def test_of_many_that_know_nothing_of_each_other_one_succeeds(store: Store) -> None:
    for round_ in range(10):
        here = extent(0, minutes=(round_ * 100, round_ * 100 + 60))
        done = _together(
            THREADS,
            lambda n, here=here, round_=round_: _try(
                store, here, _check_and_put(round_ * 100 + n, here, set())
            ),
        )
        assert sum(map(bool, done)) == 1
        assert len(store.read(lambda r, here=here: r.intents_matching((here,)))) == 1


def test_different_shapes_in_the_same_place_know_of_each_other_too(store: Store) -> None:
    """Their coverings share no cell id: one is a cell within a cell of the other."""
    small = extent(0)
    leaf = small.cells[0] & ~((small.cells[0] & -small.cells[0]) - 1)
    bit = 1 << 40  # level 10
    around = Extent(((leaf & -bit) | bit,), 0.0, 500.0, small.time_start, small.time_end)
    for round_ in range(10):
        later = timedelta(days=round_)
        shapes = [
            Extent(one.cells, 0.0, 500.0, one.time_start + later, one.time_end + later)
            for one in (small, around)
        ]
        done = _together(
            2,
            lambda n, shapes=shapes, round_=round_: _try(
                store, shapes[n], _check_and_put(round_ * 100 + n, shapes[n], set())
            ),
        )
        assert sum(map(bool, done)) == 1


def test_those_far_apart_all_succeed(store: Store) -> None:
    places = [extent(spot, (height, height + 1)) for spot in (0, 1, 3, 4) for height in (0, 500)]
    done = _together(THREADS, lambda n: _try(store, places[n], _check_and_put(n, places[n], set())))
    assert all(done)
    assert len(store.read(lambda r: r.intents_matching(WORLD))) == THREADS


def test_all_get_in_once_each_names_the_others(store: Store) -> None:
    here = extent(0)

    def persist(number: int) -> int:
        tries = 0
        key: set[str] = set()
        while not _try(store, here, _check_and_put(number, here, key)):
            key |= {one.ovn for one in store.read(lambda r: r.intents_matching((here,)))}
            tries += 1
            assert tries <= THREADS
        return tries

    _together(THREADS, persist)
    found = store.read(lambda r: r.intents_matching((here,)))
    assert [one.id for one in found] == [uuid_of(number) for number in range(THREADS)]
    records = store.read(lambda r: r.records(0, 100))
    assert [one.sequence for one in records] == list(range(1, THREADS + 1))
    assert len({one.party for one in records}) == THREADS


def test_no_step_of_an_index_is_lost(store: Store) -> None:
    put(store, subscription(1), subscription(2))
    both = [uuid_of(1), uuid_of(2)]
    steps = 10

    def step(_: int) -> list[tuple[int, ...]]:
        seen = []
        for _ in range(steps):
            stepped = run(store, lambda t: t.increment_notification_indices(both), (extent(0),))
            seen.append(tuple(one.notification_index for one in stepped))
        return seen

    answers = [seen for answer in _together(THREADS, step) for seen in answer]
    expected = [(number, number) for number in range(1, THREADS * steps + 1)]
    assert sorted(answers) == expected, "everyone sees another number, both the same"


def test_readers_see_whole_changes(store: Store) -> None:
    """One change moves a pair from place to place; whoever looks finds both in one place."""
    places = [extent(0), extent(1), extent(3)]
    put(store, intent(1, places[0]), intent(2, places[0]))
    done = threading.Event()

    def move(_: int) -> None:
        try:
            for version in range(2, 62):
                here = places[version % 3]

                def change(transaction: Transaction, version: int = version) -> None:
                    for number in (1, 2):
                        moved = intent(number, places[version % 3], version=version)
                        transaction.put_intent(moved)

                run(store, change, (here, places[(version - 1) % 3], places[0]))
        finally:
            done.set()

    def look(_: int) -> None:
        versions = []
        while not done.is_set():
            found = store.read(_pair)
            assert len(found) == 2
            assert found[0].version == found[1].version
            assert found[0].extents == found[1].extents
            versions.append(found[0].version)
        assert all(early <= late for early, late in pairwise(versions)), "nothing is undone"

    def _pair(reader: Reader) -> list:
        found = reader.intents_matching(places)
        assert found == [reader.intent(uuid_of(1)), reader.intent(uuid_of(2))]
        return found

    _together(3, lambda n: move(n) if n == 0 else look(n))


def test_of_changes_at_once_only_those_that_raise_fail(store: Store) -> None:
    def work(number: int) -> int:
        kept = 0
        for turn in range(20):
            unique = number * 100 + turn

            def change(transaction: Transaction, unique: int = unique) -> None:
                transaction.put_intent(intent(unique))
                transaction.append_record(NOON, "uss1", "intent.put", b"%d" % unique)
                if unique % 3 == 0:
                    raise KeyError(unique)

            future = store.submit(WORLD, change)
            error = future.exception(timeout=60)
            assert (error is not None) == (unique % 3 == 0)
            kept += error is None
        return kept

    kept = sum(_together(THREADS, work))
    found = store.read(lambda r: r.intents_matching(WORLD))
    records = store.read(lambda r: r.records(0, 10_000))
    assert len(found) == len(records) == kept
    assert [one.sequence for one in records] == list(range(1, kept + 1))
    assert sorted(int(one.body) for one in records) == sorted(
        number * 100 + turn
        for number in range(THREADS)
        for turn in range(20)
        if (number * 100 + turn) % 3
    )


def test_what_is_acknowledged_is_seen_at_once(store: Store) -> None:
    def work(number: int) -> None:
        for version in range(1, 21):
            put(store, intent(number, version=version))
            seen = store.read(lambda r: r.intent(uuid_of(number)))
            assert seen is not None
            assert seen.version == version

    _together(THREADS, work)
