"""A witness: it has seen a record grow, and signs only what continues what it saw.

Each party is the witness of the others. Once two parties have cosigned a checkpoint, neither can
drop, change or back-date an entry under it.
Source: C2SP tlog-cosignature; the duty of a witness is that of C2SP tlog-witness.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openline.errors import InvalidInput, VersionMismatch
from openline.line.note import Note, NoteSignature, VerifierKey, cosign
from openline.line.record.proof import consistency_holds
from openline.line.record.tree import EMPTY_ROOT, TreeHead
from openline.line.record.verifying import check_checkpoint
from openline.line.signing import Signer, Verify

NOTHING_SEEN = TreeHead(0, EMPTY_ROOT)


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a witness has to keep before it gives its signature away: the head it has now seen."""

    head: TreeHead
    signature: NoteSignature


def witness(
    note: Note,
    path: Sequence[bytes],
    seen: TreeHead,
    key: VerifierKey,
    *,
    name: str,
    signer: Signer,
    now: datetime,
    verify: Verify,
) -> Witnessed:
    """Cosign a checkpoint of the record with that key, if it continues what was seen of it.

    seen: the last head this witness has kept of this record; `NOTHING_SEEN` at first. path: the
    consistency proof from there. The caller keeps the new head durably *before* it lets the
    signature out: a witness that forgets can be shown two pasts.
    Raises: InvalidInput if the checkpoint is not the record's, or is not signed; VersionMismatch
    (with `seen_size`) if it does not continue what was seen: a rewritten past, an old checkpoint,
    or a proof from elsewhere.
    """
    checkpoint, _ = check_checkpoint(note, key, (), verify)
    if not consistency_holds(seen, checkpoint.head, path):
        problem = (
            f"the checkpoint of {checkpoint.head.size:,} entries does not continue the "
            f"{seen.size:,} that were seen"
        )
        raise VersionMismatch(
            problem,
            cure="send the consistency proof from there; if there is none, the past was rewritten",
            seen_size=seen.size,
        )
    if signer.public_key == key.public_key:
        raise InvalidInput("nobody is the witness of its own record")
    return Witnessed(checkpoint.head, cosign(note.text, name, signer, now))
