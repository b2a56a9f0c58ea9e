"""Verifying a record from its beginning: order, tree and signatures, one part after the other.

Errs toward: refusing. Every refusal is an InvalidInput whose `element` names the entry, or the
range of entries, that cannot be what was signed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from openline.errors import InvalidInput
from openline.line.note import Note, SignatureType, SignedBy, VerifierKey, signed_by
from openline.line.record.checkpoint import Checkpoint, parse_checkpoint
from openline.line.record.tree import Frontier, TreeHead
from openline.line.signing import Verify


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The largest checkpoint that a witness signed, and when."""

    name: str
    size: int
    time: datetime | None


@dataclass(frozen=True, slots=True)
class VerifiedRecord:
    """What was shown: these entries, in this order, under the signatures of these keys."""

    origin: str
    head: TreeHead
    checkpoints: int
    cosigned: tuple[Cosigned, ...]


def check_checkpoint(
    note: Note, key: VerifierKey, witnesses: Iterable[VerifierKey], verify: Verify
) -> tuple[Checkpoint, tuple[SignedBy, ...]]:
    """The checkpoint of a note that the record's key signed, and the witnesses who signed it too.

    Raises: InvalidInput if it is no checkpoint of `key.name`, if the record's key did not sign it,
    or if a signature under a known key is wrong.
    """
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != key.name:
        raise InvalidInput(f"a checkpoint of {checkpoint.origin!r}, not of {key.name!r}")
    if not signed_by(note, (key,), verify):
        raise InvalidInput(
            f"the checkpoint is not signed by {key.name!r}",
            cure="the signature is missing, or names another key",
        )
    return checkpoint, signed_by(note, witnesses, verify)


class RecordVerifier:
    """Takes entries and checkpoints in their order and says whether they belong together.

    Args: size: how many entries were promised. key: signs the checkpoints under the record's name.
    Laws, held by tests/unit/test_record_export.py:
    1 what is accepted has exactly the promised entries under a checkpoint of all of them;
    2 no bit of an entry or checkpoint can change without a refusal.
    """

    def __init__(
        self, key: VerifierKey, witnesses: Iterable[VerifierKey], size: int, verify: Verify
    ) -> None:
        self._key = key
        self._witnesses = tuple(witnesses)
        self._size = size
        self._verify = verify
        self._frontier = Frontier()
        self._leaves: list[bytes] = []  # since the last checkpoint: hashing is done in batches
        self._checkpoints = 0
        self._sealed = -1
        self._cosigned: dict[VerifierKey, Cosigned] = {}
        if key.type is not SignatureType.ED25519:
            raise InvalidInput("the key of a record signs, it does not cosign")

    @property
    def count(self) -> int:
        """How many entries were taken."""
        return self._frontier.size + len(self._leaves)

    def entry(self, sequence: int, leaf: bytes) -> None:
        """Take the next entry, by its leaf hash."""
        expected = self.count + 1
        if sequence != expected:
            raise InvalidInput(
                f"entry {sequence} stands where entry {expected} is due",
                cure="entries are missing, added or out of order",
                element=f"entry {expected}",
            )
        self._leaves.append(leaf)

    def checkpoint(self, note: Note) -> Checkpoint:
        """Take a checkpoint of all entries so far."""
        checkpoint, witnesses = check_checkpoint(note, self._key, self._witnesses, self._verify)
        size, root = checkpoint.head
        if size != self.count:
            raise InvalidInput(
                f"a checkpoint of {size:,} entries after {self.count:,}",
                cure="entries are missing or added before it",
                element=f"entries up to {max(size, self.count)}",
            )
        first = self._frontier.size + 1
        self._frontier.extend(self._leaves)
        self._leaves.clear()
        if self._frontier.root() != root:
            raise InvalidInput(
                "these are not the entries that the checkpoint was signed over",
                cure="one of them was changed after it was signed",
                element=f"entries {first} to {size}" if first < size else f"entry {size}",
            )
        self._checkpoints += 1
        self._sealed = size
        for one in witnesses:
            self._cosigned[one.key] = Cosigned(one.key.name, size, one.time)
        return checkpoint

    def finish(self) -> VerifiedRecord:
        """The result. Raises: InvalidInput if the promised end was not reached."""
        if self.count != self._size:
            raise InvalidInput(
                f"{self._size:,} entries were promised, {self.count:,} are there",
                cure="it was cut off, or something was added",
            )
        if self._sealed != self._size:
            raise InvalidInput(
                "the last entries are under no checkpoint",
                cure="it was cut off before its last line",
                element=f"entries after {max(self._sealed, 0)}",
            )
        return VerifiedRecord(
            self._key.name,
            self._frontier.head(),
            self._checkpoints,
            tuple(self._cosigned.values()),
        )
