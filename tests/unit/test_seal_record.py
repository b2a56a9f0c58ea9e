"""Sealing: what is committed comes under signed checkpoints, and stays what it was."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from openline.app.ed25519 import verify
from openline.app.seal_record import SEAL_ENTRIES, Sealer
from openline.errors import InvalidInput, InvariantBroken, NotFound, StoreUnavailable
from openline.line.note import cosign, parse_note
from openline.line.record.proof import consistency_holds, inclusion_holds
from openline.line.record.tree import Frontier, TreeHead
from openline.line.record.verifying import check_checkpoint
from openline.store.memory import MemoryStore
from openline.store.ports import Reader, Store, Transaction
from openline.store.sqlite.store import SqliteStore
from tests.unit.record_samples import NORTH, ORIGIN, SOUTH, START, WITNESS, entries


def _append(store: Store, first: int, last: int) -> None:
    """Entries of those numbers, in one change."""

    def change(transaction: Transaction) -> None:
        for entry in entries(last)[first - 1 :]:
            transaction.append_record(entry.time, entry.party, entry.kind, entry.body)

    store.submit((), change).result()


def _root(size: int) -> bytes:
    """The root over the first entries, from the entries alone."""
    frontier = Frontier()
    frontier.extend(entry.leaf_hash() for entry in entries(size))
    return frontier.root()


def _heads(store: Store) -> list[TreeHead]:
    found = store.read(lambda r: r.checkpoints(0, 10_000))
    return [TreeHead(one.size, one.root) for one in found]


@pytest.fixture
def store() -> Iterator[Store]:
    made = MemoryStore()
    yield made
    made.close()


def test_nothing_committed_is_nothing_sealed(store: Store) -> None:
    sealer = Sealer(store, NORTH, ORIGIN)
    assert sealer.seal() == 0
    assert _heads(store) == []
    with pytest.raises(NotFound):
        sealer.last_checkpoint()


def test_what_is_committed_is_sealed_and_signed(store: Store) -> None:
    sealer = Sealer(store, NORTH, ORIGIN)
    for first, last in ((1, 1), (2, 5), (6, 13)):
        _append(store, first, last)
        assert sealer.seal() == last
        assert sealer.seal() == last, "nothing new: nothing signed"
        assert sealer.sealed() == last
        note = parse_note(sealer.last_checkpoint().note.encode())
        checkpoint, _ = check_checkpoint(note, sealer.key, (), verify)
        assert checkpoint.head == TreeHead(last, _root(last))
    assert _heads(store) == [TreeHead(size, _root(size)) for size in (1, 5, 13)]


def test_no_checkpoint_is_of_more_new_entries_than_the_limit(store: Store) -> None:
    many = 2 * SEAL_ENTRIES + 7
    _append(store, 1, many)
    assert Sealer(store, NORTH, ORIGIN).size == many
    sizes = (SEAL_ENTRIES, 2 * SEAL_ENTRIES, many)
    assert _heads(store) == [TreeHead(size, _root(size)) for size in sizes]


def test_after_a_crash_between_commit_and_seal_the_next_start_seals(store: Store) -> None:
    _append(store, 1, 3)
    Sealer(store, NORTH, ORIGIN)
    _append(store, 4, 9)  # and the process ends before it is sealed
    again = Sealer(store, NORTH, ORIGIN)
    assert again.size == 9
    assert _heads(store) == [TreeHead(3, _root(3)), TreeHead(9, _root(9))]
    _append(store, 10, 10)
    assert again.seal() == 10


class _FailingStore:
    """Answers questions, and takes no change while `down`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.down = False
        self.read = store.read

    def submit(self, *words: object, **named: object) -> object:
        if self.down:
            raise StoreUnavailable("down")
        return self._store.submit(*words, **named)  # type: ignore[arg-type]


def test_an_outage_while_sealing_is_made_up_for(store: Store) -> None:
    failing = _FailingStore(store)
    sealer = Sealer(failing, NORTH, ORIGIN)  # type: ignore[arg-type]
    _append(store, 1, 4)
    failing.down = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            sealer.seal()
    failing.down = False
    assert sealer.seal() == 4
    assert _heads(store) == [TreeHead(4, _root(4))]


def test_two_sealers_make_one_record(store: Store) -> None:
    one, other = Sealer(store, NORTH, ORIGIN), Sealer(store, NORTH, ORIGIN)
    _append(store, 1, 4)
    assert one.seal() == other.seal() == 4
    _append(store, 5, 6)
    assert other.seal() == one.seal() == 6
    _append(store, 7, 7)
    one.seal()
    assert other.inclusion(7).checkpoint.size == 7, "it catches up with what the other sealed"
    assert _heads(store) == [TreeHead(size, _root(size)) for size in (4, 6, 7)]


def test_proofs_hold_under_every_checkpoint(store: Store) -> None:
    sealer = Sealer(store, NORTH, ORIGIN)
    sizes = (1, 2, 5, 8, 13)
    for before, size in zip((0, *sizes), sizes, strict=False):
        _append(store, before + 1, size)
        sealer.seal()
    for size in sizes:
        head = TreeHead(size, _root(size))
        for entry in entries(size):
            proof = sealer.inclusion(entry.sequence, size)
            assert proof.leaf == entry.leaf_hash()
            assert inclusion_holds(head, entry.sequence - 1, proof.leaf, proof.path)
        for old in range(size + 1):
            shown = sealer.consistency(old, size)
            assert consistency_holds(TreeHead(old, _root(old)), head, shown.path)
    assert sealer.inclusion(3).checkpoint.size == sealer.consistency(3).checkpoint.size == 13


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.inclusion(1, 4),
        lambda s: s.inclusion(1, 14),
        lambda s: s.inclusion(0, 5),
        lambda s: s.inclusion(6, 5),
        lambda s: s.inclusion(14),
        lambda s: s.consistency(6, 5),
        lambda s: s.consistency(-1, 5),
        lambda s: s.consistency(1, -5),
        lambda s: s.inclusion(2**70, 2**70),
    ],
)
def test_what_cannot_be_proved_is_not_found(store: Store, ask: Callable[[Sealer], object]) -> None:
    sealer = Sealer(store, NORTH, ORIGIN)
    for first, last in ((1, 5), (6, 13)):
        _append(store, first, last)
        sealer.seal()
    with pytest.raises(NotFound):
        ask(sealer)


def test_a_cosignature_is_kept(store: Store) -> None:
    """Whoever adds signatures to a note is not in the way of sealing."""
    sealer = Sealer(store, NORTH, ORIGIN)
    _append(store, 1, 3)
    sealer.seal()
    last = sealer.last_checkpoint()
    note = parse_note(last.note.encode())
    signed = note.signed(cosign(note.text, WITNESS.name, SOUTH, START))
    both = replace(last, note=str(signed))
    store.submit((), lambda t: t.put_checkpoint(both), exclusive="record").result()
    assert sealer.seal() == 3
    assert sealer.last_checkpoint() == both
    assert Sealer(store, NORTH, ORIGIN).last_checkpoint() == both


@pytest.mark.parametrize(
    ("signer", "origin"), [(SOUTH, ORIGIN), (NORTH, "other.example")], ids=["key", "name"]
)
def test_another_key_or_name_is_refused(store: Store, signer: object, origin: str) -> None:
    Sealer(store, NORTH, ORIGIN)
    with pytest.raises(InvalidInput, match="as they were"):
        Sealer(store, signer, origin)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with 13 entries under checkpoints of 3, 8, 9 and 13."""
    path = tmp_path / "line.db"
    with closing(SqliteStore(path)) as store:
        sealer = Sealer(store, NORTH, ORIGIN)
        for first, last in ((1, 3), (4, 8), (9, 9), (10, 13)):
            _append(store, first, last)
            sealer.seal()
    return path


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE records SET body = x'00' WHERE sequence = 2", "entries 1 to 3: these are not"),
        ("UPDATE records SET time = time + 1 WHERE sequence = 4", "entries 4 to 8: these are not"),
        ("UPDATE records SET party = 'x' WHERE sequence = 9", "entry 9: these are not"),
        ("UPDATE records SET kind = 'x' WHERE sequence = 13", "entries 10 to 13: these are not"),
        ("DELETE FROM records WHERE sequence = 13", "entries 13 to 13 were signed and are not"),
        ("DELETE FROM records WHERE sequence > 6", "entries 7 to 13 were signed and are not there"),
        ("DELETE FROM records WHERE sequence IN (5, 6)", "entries 5 to 6 are missing"),
        ("DELETE FROM records", "entries 1 to 13 were signed and are not there"),
        ("UPDATE checkpoints SET root = zeroblob(32) WHERE size = 13", "else than its signed note"),
        ("UPDATE checkpoints SET note = replace(note, '13', '14') WHERE size = 13", "is not over"),
        ("UPDATE checkpoints SET note = 'none' WHERE size = 13", "checkpoint of 13 entries: it is"),
    ],
)
def test_a_changed_row_is_found_at_the_start(path: Path, statement: str, problem: str) -> None:
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute(statement)
    with closing(SqliteStore(path)) as store:
        before = store.read(_everything)
        with pytest.raises(InvalidInput) as refused:
            Sealer(store, NORTH, ORIGIN)
        assert problem in str(refused.value)
        assert store.read(_everything) == before, "nothing was signed on top of it"


def _everything(reader: Reader) -> tuple[object, ...]:
    return reader.records(0, 100), reader.checkpoints(0, 100)


def test_what_is_not_changed_starts(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        assert Sealer(store, NORTH, ORIGIN).size == 13
        assert [head.size for head in _heads(store)] == [3, 8, 9, 13]


def test_after_a_fault_nothing_is_signed_any_more(store: Store) -> None:
    """As when another process seals something else: both cannot be right."""
    sealer = Sealer(store, NORTH, ORIGIN)
    _append(store, 1, 2)
    sealer.seal()
    last = sealer.last_checkpoint()
    wrong = replace(last, size=3, root=bytes(32))
    store.submit((), lambda t: t.put_checkpoint(wrong)).result()
    _append(store, 3, 4)
    for _ in range(2):
        with pytest.raises(InvariantBroken, match="entry 3: these are not the entries"):
            sealer.seal()
    assert sealer.is_broken
    assert sealer.sealed() == 2
    assert [head.size for head in _heads(store)] == [2, 3]
