"""Numbers of records within a change, changes that exclude each other, and checkpoints."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from openline.errors import InvariantBroken, VersionMismatch
from openline.store.ports import Store, StoredCheckpoint, Transaction
from tests.contract.samples import NOON, extent, run

THREADS = 8
ROUNDS = 12


def _append(transaction: Transaction, body: bytes) -> int:
    transaction.append_record(NOON, "north", "kind", body)
    return transaction.last_sequence()


def test_the_last_sequence_is_that_of_the_newest_record(store: Store) -> None:
    assert store.read(lambda r: r.last_sequence()) == 0
    assert run(store, lambda t: t.last_sequence(), ()) == 0
    for number in range(1, 4):
        run(store, lambda t: t.append_record(NOON, "north", "kind", b""), ())
        assert store.read(lambda r: r.last_sequence()) == number


def test_a_change_sees_what_it_appended_and_its_numbers(store: Store) -> None:
    run(store, lambda t: t.append_record(NOON, "north", "kind", b"1"), ())

    def change(transaction: Transaction) -> list[int]:
        assert transaction.last_sequence() == 1
        numbers = [_append(transaction, b"2")]
        transaction.append_record(NOON, "north", "kind", b"3")
        transaction.append_record(NOON, "north", "kind", b"4")
        found = transaction.records(1, 2)
        assert [(one.sequence, one.body) for one in found] == [(2, b"2"), (3, b"3")]
        assert [one.sequence for one in transaction.records(3, 9)] == [4]
        assert transaction.records(4, 9) == []
        transaction.append_record(NOON, "north", "kind", b"5")
        return [*numbers, transaction.last_sequence()]

    assert run(store, change, ()) == [2, 5]
    found = store.read(lambda r: r.records(0, 9))
    assert [(one.sequence, one.body) for one in found] == [(n, b"%d" % n) for n in range(1, 6)]


def test_numbers_that_a_change_took_are_given_again_if_it_raises(store: Store) -> None:
    def change(transaction: Transaction) -> None:
        assert _append(transaction, b"lost") == 1
        raise VersionMismatch("given up")

    with pytest.raises(VersionMismatch):
        run(store, change, ())
    assert run(store, lambda t: _append(t, b"kept"), ()) == 1


def test_numbers_are_those_of_the_record_however_many_append(store: Store) -> None:
    """Half of them ask for the number, half do not; half name a place."""

    def work(number: int) -> list[tuple[int, bytes]]:
        told = []
        for turn in range(ROUNDS):
            body = b"%d/%d" % (number, turn)
            touching = (extent(number % 6),) if turn % 2 else ()
            if number % 2:
                told.append((run(store, lambda t, body=body: _append(t, body), touching), body))
            else:
                run(
                    store,
                    lambda t, body=body: t.append_record(NOON, "north", "kind", body),
                    touching,
                )
        return told

    with ThreadPoolExecutor(THREADS) as pool:
        told = [pair for pairs in pool.map(work, range(THREADS)) for pair in pairs]
    found = store.read(lambda r: r.records(0, 1000))
    assert [one.sequence for one in found] == list(range(1, THREADS * ROUNDS + 1))
    assert set(told) <= {(one.sequence, one.body) for one in found}


def test_what_a_change_appends_follows_what_it_was_told(store: Store) -> None:
    """As one who keeps a fold over the record: catch up, decide, append."""

    def work(number: int) -> None:
        for turn in range(ROUNDS):

            def change(transaction: Transaction) -> None:
                seen = len(transaction.records(0, 1000))
                transaction.append_record(NOON, "north", "kind", b"%d" % seen)

            run(store, change, (extent(number % 6),) if turn % 2 else ())

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    found = store.read(lambda r: r.records(0, 1000))
    assert [int(one.body) for one in found] == list(range(THREADS * ROUNDS))


def test_changes_of_one_name_see_each_other(store: Store) -> None:
    """Each reads a counter, does something else, and writes it one higher."""

    def step(transaction: Transaction, name: str) -> None:
        value = int(transaction.document("counter", name) or b"0")
        transaction.availability("uss1")
        transaction.put_document("counter", name, b"%d" % (value + 1))

    def work(number: int) -> None:
        for turn in range(ROUNDS):
            name = "ab"[turn % 2]
            touching = (extent(number % 6),) if turn % 3 else ()
            change = lambda t, name=name: step(t, name)  # noqa: E731
            store.submit(touching, change, exclusive=f"line {name}").result(timeout=60)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    counted = b"%d" % (THREADS * ROUNDS // 2)
    assert store.read(lambda r: r.documents("counter", "", 9)) == [("a", counted), ("b", counted)]


def test_many_changes_of_one_name_leave_room_for_others(store: Store) -> None:
    futures = [
        store.submit((), lambda t: _append(t, b""), exclusive="one") for _ in range(5 * THREADS)
    ]
    run(store, lambda t: t.put_document("kind", "name", b""), ())
    assert [future.result(timeout=60) for future in futures] == list(range(1, 5 * THREADS + 1)), (
        "in the order in which they were submitted"
    )


def _checkpoint(size: int, note: str = "note") -> StoredCheckpoint:
    return StoredCheckpoint(size, size.to_bytes(32), f"{note} of {size}\n\n— ü\n")


def test_checkpoints_come_by_size(store: Store) -> None:
    assert store.read(lambda r: r.last_checkpoint()) is None
    assert store.read(lambda r: r.checkpoints(0, 9)) == []
    for size in (3, 1, 2**40):
        run(store, lambda t, size=size: t.put_checkpoint(_checkpoint(size)), ())
    every = [_checkpoint(size) for size in (1, 3, 2**40)]
    assert store.read(lambda r: r.checkpoints(0, 9)) == every
    assert store.read(lambda r: r.checkpoints(-(2**70), 2**70)) == every
    assert store.read(lambda r: r.checkpoints(1, 1)) == every[1:2]
    assert store.read(lambda r: r.checkpoints(3, 9)) == every[2:]
    assert store.read(lambda r: r.checkpoints(2**70, 9)) == []
    assert store.read(lambda r: r.checkpoints(0, 0)) == []
    assert store.read(lambda r: r.last_checkpoint()) == every[-1]


def test_a_checkpoint_takes_more_signatures_but_no_other_root(store: Store) -> None:
    run(store, lambda t: t.put_checkpoint(_checkpoint(5)), ())

    def more(transaction: Transaction) -> None:
        transaction.put_checkpoint(_checkpoint(5, "cosigned"))
        assert transaction.last_checkpoint() == _checkpoint(5, "cosigned")
        transaction.put_checkpoint(_checkpoint(6))

    run(store, more, ())
    with pytest.raises(InvariantBroken):
        run(store, lambda t: t.put_checkpoint(StoredCheckpoint(5, bytes(32), "n")), ())
    found = store.read(lambda r: r.checkpoints(0, 9))
    assert found == [_checkpoint(5, "cosigned"), _checkpoint(6)]
