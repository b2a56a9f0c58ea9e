"""Make proofs from an export, and verify proofs by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass

from openline.app.ed25519 import verify
from openline.app.read_files import read_bytes
from openline.app.verify_record import verify_file
from openline.errors import InvalidInput
from openline.formats.record_lines import EntryLine
from openline.formats.record_proof import Consistency, Inclusion, Proof, decode_proof
from openline.line.note import Note, SignedBy, VerifierKey
from openline.line.record.checkpoint import parse_checkpoint
from openline.line.record.proof import consistency_holds, inclusion_holds
from openline.line.record.tree import Tree, TreeHead
from openline.line.record.verifying import check_checkpoint


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """A proof that holds: under which head, and which witnesses signed it."""

    proof: Proof
    head: TreeHead
    witnesses: tuple[SignedBy, ...]


class _Collector:
    """Keeps what proofs are made from: leaf hashes, one entry, checkpoints by size."""

    def __init__(self, wanted: int | None) -> None:
        self._wanted = wanted
        self._leaves: list[bytes] = []
        self.entry: EntryLine | None = None
        self.notes: dict[int, Note] = {}
        self.last: Note | None = None

    def take(self, item: EntryLine | Note) -> None:
        """Look at the next entry or checkpoint."""
        if isinstance(item, Note):
            self.notes[len(self._leaves)] = self.last = item
            return
        self._leaves.append(item.leaf)
        if item.sequence == self._wanted:
            self.entry = item

    def tree(self) -> Tree:
        """The tree over all entries."""
        return Tree(self._leaves)


def prove_inclusion(name: str, sequence: int) -> Inclusion:
    """That the entry of that number is under the last checkpoint of an export.

    The whole export is verified first. Raises: as `verify_file`; InvalidInput for no such entry.
    """
    seen = _Collector(sequence)
    done = verify_file(name, seen=seen.take)
    if seen.entry is None or seen.last is None:
        raise InvalidInput(
            f"there is no entry {sequence}",
            cure=f"entries are 1 to {done.record.head.size}",
            file=name,
        )
    path = seen.tree().inclusion_proof(sequence - 1)
    return Inclusion(done.header.key, done.header.witnesses, seen.entry, path, seen.last)


def prove_consistency(name: str, old_size: int) -> Consistency:
    """That the entries under the checkpoint of that size are the first of the last checkpoint.

    The whole export is verified first. Raises: as `verify_file`; InvalidInput for no such
    checkpoint.
    """
    seen = _Collector(None)
    done = verify_file(name, seen=seen.take)
    old = seen.notes.get(old_size)
    if old is None or seen.last is None:
        sizes = ", ".join(str(size) for size in list(seen.notes)[:20])
        raise InvalidInput(
            f"there is no checkpoint of {old_size} entries",
            cure=f"there are checkpoints of {sizes}",
            file=name,
        )
    path = seen.tree().consistency_proof(old_size)
    return Consistency(done.header.key, done.header.witnesses, old, path, seen.last)


def verify_proof(name: str, trusted: Iterable[VerifierKey] = ()) -> VerifiedProof:
    """Verify the proof in a file. Raises: Unreachable; InvalidInput if it does not hold."""
    try:
        return check_proof(decode_proof(read_bytes(name)), tuple(trusted))
    except InvalidInput as error:
        raise error.at(file=name) from None


def check_proof(proof: Proof, trusted: tuple[VerifierKey, ...] = ()) -> VerifiedProof:
    """Verify a proof. Raises: InvalidInput if it does not hold."""
    if trusted and proof.key not in trusted:
        raise InvalidInput(
            f"the record's key is {proof.key}, which is not a trusted one", field="key"
        )
    checkpoint, witnesses = check_checkpoint(proof.note, proof.key, proof.witnesses, verify)
    if isinstance(proof, Inclusion):
        index = proof.entry.sequence - 1
        holds = inclusion_holds(checkpoint.head, index, proof.entry.leaf, proof.path)
    else:
        old = parse_checkpoint(proof.old_note.text)
        check_checkpoint(proof.old_note, proof.key, proof.witnesses, verify)
        holds = consistency_holds(old.head, checkpoint.head, proof.path)
    if not holds:
        raise InvalidInput(
            "the path does not lead to the root that was signed",
            cure="the proof is for something else, or was changed",
            field="path",
        )
    return VerifiedProof(proof, checkpoint.head, witnesses)
