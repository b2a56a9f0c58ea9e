"""What two servers show each other of their records: heads, proofs, cosignatures; hashes alone.

A request and its answer have the same parts. Each side shows its newest head with the proof that it
continues what the other said it has seen, and gives back its cosignature of the other's.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

from openline.formats.peer_exchange import PREFIX

HEADS_PATH: Final = f"{PREFIX}/heads"
_Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_Note = Annotated[str, Meta(max_length=8_192)]
_Size = Annotated[int, Meta(ge=0, le=2**53)]


class Head(Struct, forbid_unknown_fields=True):
    """A checkpoint as a C2SP signed note, and the proof that it continues the first `old`."""

    note: _Note
    old: _Size
    path: Annotated[list[_Hash], Meta(max_length=128)]


class Proof(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """That the record of the sender with `old` entries begins the one with `new`; no path if it
    cannot be proved."""

    old: _Size
    new: _Size
    path: Annotated[list[_Hash], Meta(max_length=128)] | None = None


class Heads(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One direction: a request, or its answer.

    key: of the sender's record. head: its newest; absent while nothing is sealed. seen: how many
    entries of the other's record the sender has cosigned. cosigned: the other's checkpoint with the
    sender's cosignature. refused: why the other's head was not cosigned. others: the newest heads
    of third parties' records that the sender cosigned, by party. prove: asks the other for a proof
    between two heads that it signed. proof: the answer to that.
    """

    v: Annotated[int, Meta(ge=1, le=1)]
    agreement: Annotated[str, Meta(max_length=64)]
    key: Annotated[str, Meta(max_length=400)] | None = None
    head: Head | None = None
    seen: _Size = 0
    cosigned: _Note | None = None
    refused: Annotated[str, Meta(max_length=2_000)] | None = None
    others: Annotated[dict[str, _Note], Meta(max_length=50)] = {}
    prove: Proof | None = None
    proof: Proof | None = None
