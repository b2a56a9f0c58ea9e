"""A witness's signature is kept beside the record's own, and an export names the witness."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from openline.app.cosign_record import keep_cosignature
from openline.app.ed25519 import verify
from openline.app.seal_record import Sealer
from openline.errors import InvalidInput, NotFound, VersionMismatch
from openline.line.note import Note, SignatureType, VerifierKey, cosign, parse_note, signed_by
from openline.line.record.checkpoint import Checkpoint
from openline.line.record.tree import TreeHead
from openline.line.record.witness import NOTHING_SEEN, witness
from openline.store.memory import MemoryStore
from openline.store.ports import Store
from openline.store.sqlite.store import SqliteStore
from tests.unit.command import invoke
from tests.unit.record_samples import KEY, NORTH, ORIGIN, SOUTH, START, WITNESS, entries


def _sealed(store: Store, size: int = 3) -> Note:
    """A store with one checkpoint; its note."""
    sealer = Sealer(store, NORTH, ORIGIN)
    for entry in entries(size):
        parts = (entry.time, entry.party, entry.kind, entry.body)
        store.submit((), lambda t, parts=parts: t.append_record(*parts)).result()
    sealer.seal()
    return parse_note(sealer.last_checkpoint().note.encode())


def _witnessed(store: Store, note: Note) -> Note:
    """As a peer does it: with the consistency proof from what it has seen."""
    path = Sealer(store, NORTH, ORIGIN).consistency(0).path
    words = {"name": WITNESS.name, "signer": SOUTH, "now": START, "verify": verify}
    done = witness(note, path, NOTHING_SEEN, KEY, **words)  # type: ignore[arg-type]
    return Note(note.text, (done.signature,))


def test_both_signatures_stand_under_what_is_kept() -> None:
    store = MemoryStore()
    note = _sealed(store)
    kept = keep_cosignature(store, _witnessed(store, note), WITNESS).result()
    assert store.read(lambda r: r.last_checkpoint()) == kept
    both = parse_note(kept.note.encode())
    assert [one.key for one in signed_by(both, (KEY, WITNESS), verify)] == [KEY, WITNESS]
    again = keep_cosignature(store, _witnessed(store, note), WITNESS).result()
    assert again == kept, "twice is once"
    assert Sealer(store, NORTH, ORIGIN).seal() == 3


def test_an_export_names_the_witness_and_both_verify(tmp_path: Path) -> None:
    db, out = tmp_path / "line.db", tmp_path / "day.record"
    with closing(SqliteStore(db)) as store:
        keep_cosignature(store, _witnessed(store, _sealed(store)), WITNESS).result()
    assert invoke("record", "export", str(out), "--db", str(db)).exit_code == 0
    verified = invoke("record", "verify", str(out))
    assert verified.exit_code == 0
    assert f"cosigned: {WITNESS.name}: 3 entries, 2026-11-22T10:00:00Z" in verified.output


def test_what_the_witness_did_not_sign_is_refused() -> None:
    store = MemoryStore()
    note = _sealed(store)
    other = VerifierKey(WITNESS.name, SignatureType.COSIGNATURE, NORTH.public_key)
    plain = VerifierKey(WITNESS.name, SignatureType.ED25519, SOUTH.public_key)
    good = _witnessed(store, note)
    (signature,) = good.signatures
    bent = replace(signature, signature=bytes((signature.signature[0] ^ 1,)) * 72)
    for wrong, key in (
        (note, WITNESS),
        (good, other),
        (good, plain),
        (Note(good.text, (bent,)), WITNESS),
        (Note(good.text.replace("3", "4"), good.signatures), WITNESS),
    ):
        with pytest.raises(InvalidInput):
            keep_cosignature(store, wrong, key)
    assert (
        len(parse_note(Sealer(store, NORTH, ORIGIN).last_checkpoint().note.encode()).signatures)
        == 1
    )


@pytest.mark.parametrize(
    ("head", "error"),
    [(TreeHead(2, bytes(32)), NotFound), (TreeHead(3, bytes(32)), VersionMismatch)],
)
def test_a_checkpoint_that_is_not_ours_is_told(head: TreeHead, error: type[Exception]) -> None:
    """A witness may have been shown another record: that must not be lost in silence."""
    store = MemoryStore()
    _sealed(store)
    text = Checkpoint(ORIGIN, head).text
    note = Note(text, (cosign(text, WITNESS.name, SOUTH, START),))
    with pytest.raises(error):
        keep_cosignature(store, note, WITNESS).result()
