"""A witness signs what continues what it saw, and nothing else."""

from datetime import timedelta

import pytest

from openline.app.ed25519 import verify
from openline.errors import InvalidInput, VersionMismatch
from openline.line.note import Note, signed_by
from openline.line.record.checkpoint import Checkpoint
from openline.line.record.tree import Tree, TreeHead, leaf_hash
from openline.line.record.witness import NOTHING_SEEN, Witnessed, witness
from tests.unit.record_samples import KEY, NORTH, ORIGIN, SOUTH, START, WITNESS


def _tree(count: int, changed: int | None = None) -> Tree:
    return Tree(leaf_hash(b"changed" if at == changed else b"%d" % at) for at in range(count))


def _note(tree: Tree, size: int | None = None) -> Note:
    return Checkpoint(ORIGIN, tree.head(size)).signed(NORTH)


def _ask(note: Note, path: tuple[bytes, ...], seen: TreeHead) -> Witnessed:
    return witness(note, path, seen, KEY, name=WITNESS.name, signer=SOUTH, now=START, verify=verify)


def test_it_follows_a_record_as_it_grows() -> None:
    seen = NOTHING_SEEN
    tree = _tree(40)
    for size in (0, 1, 1, 7, 8, 8, 33, 40):
        note = _note(tree, size)
        done = _ask(note, tree.consistency_proof(seen.size, size), seen)
        assert done.head == tree.head(size)
        (found,) = signed_by(note.signed(done.signature), [WITNESS], verify)
        assert found.time == START
        seen = done.head


def test_no_other_past_is_signed() -> None:
    honest = _tree(40)
    seen = honest.head(20)
    for changed in range(20):
        other = _tree(40, changed)
        for path in (other.consistency_proof(20), honest.consistency_proof(20), ()):
            with pytest.raises(VersionMismatch) as caught:
                _ask(_note(other), path, seen)
            assert caught.value.facts["seen_size"] == 20
    later = _tree(40, 25)  # what was not seen yet may be anything
    assert _ask(_note(later), later.consistency_proof(20), seen).head == later.head()


def test_nothing_older_is_signed() -> None:
    tree = _tree(40)
    for size in range(20):
        for path in ((), tree.consistency_proof(size, 20)):
            with pytest.raises(VersionMismatch):
                _ask(_note(tree, size), path, tree.head(20))


def test_only_the_records_own_checkpoints_are_signed() -> None:
    tree = _tree(5)
    unsigned = Note(_note(tree).text).signed(_ask(_note(tree), (), NOTHING_SEEN).signature)
    foreign = Checkpoint("other.example", tree.head()).signed(NORTH)
    forged = Checkpoint(ORIGIN, tree.head()).signed(SOUTH)
    for note in (unsigned, foreign, forged):
        with pytest.raises(InvalidInput):
            _ask(note, (), NOTHING_SEEN)


def test_nobody_is_the_witness_of_its_own_record() -> None:
    with pytest.raises(InvalidInput, match="its own record"):
        witness(
            _note(_tree(3)),
            (),
            NOTHING_SEEN,
            KEY,
            name=ORIGIN,
            signer=NORTH,
            now=START + timedelta(hours=1),
            verify=verify,
        )
