"""Keep what a witness of the record signed, beside the signature of the record's own key."""

from concurrent.futures import Future
from dataclasses import replace
from typing import Final

from openline.app.ed25519 import verify
from openline.app.seal_record import EXCLUSIVE
from openline.errors import InvalidInput, NotFound, VersionMismatch
from openline.line.note import (
    SIGNATURES_MAX,
    Note,
    SignatureType,
    VerifierKey,
    parse_note,
    signed_by,
)
from openline.line.record.checkpoint import parse_checkpoint
from openline.store.ports import Store, StoredCheckpoint, Transaction

WITNESS_KIND: Final = "record.witness"  # documents: keys of witnesses, by the id of the key


def keep_cosignature(store: Store, note: Note, witness: VerifierKey) -> "Future[StoredCheckpoint]":
    """Add the witness's signature under a note to the checkpoint that is kept of its size.

    Whether the witness is one of the agreed parties is for the caller to know. Raises: InvalidInput
    if the witness did not sign the note; in the future: NotFound if there is no such checkpoint,
    VersionMismatch if it is another one, StoreUnavailable.
    """
    if witness.type is not SignatureType.COSIGNATURE:
        raise InvalidInput(f"{witness.name!r} signs, it does not cosign", field="key")
    if not signed_by(note, (witness,), verify):
        raise InvalidInput(f"the checkpoint is not cosigned by {witness.name!r}")
    theirs = [
        one for one in note.signatures if (one.name, one.key_id) == (witness.name, witness.id)
    ][:1]
    size = parse_checkpoint(note.text).head.size

    def keep(transaction: Transaction) -> StoredCheckpoint:
        found = next(iter(transaction.checkpoints(size - 1, 1)), None)
        if found is None or found.size != size:
            raise NotFound(f"there is no checkpoint of {size:,} entries")
        ours = parse_note(found.note.encode())
        if ours.text != note.text:
            raise VersionMismatch(
                f"the checkpoint of {size:,} entries is not the one that was cosigned",
                cure="compare both records: they differ",
            )
        both = ours.signed(*theirs)
        if len(both.signatures) > SIGNATURES_MAX:
            raise InvalidInput(f"a checkpoint takes at most {SIGNATURES_MAX} signatures")
        kept = replace(found, note=str(both))
        transaction.put_checkpoint(kept)
        transaction.put_document(WITNESS_KIND, witness.id.hex(), str(witness).encode())
        return kept

    return store.submit((), keep, exclusive=EXCLUSIVE)
