"""The record over HTTP: signed checkpoints, and proofs that lead to them. Hashes, no entries.

Whoever has a token may ask: a checkpoint says how much was written, not what.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

from openline.api.line.call import PREFIX
from openline.api.operation import Call, Operation
from openline.app.seal_record import Sealer
from openline.errors import InvalidInput, NotFound
from openline.line.fingerprint import fingerprint
from openline.store.ports import StoredCheckpoint

CHECKPOINTS_MAX: Final = 1_000  # in one answer
_DIGITS_MAX: Final = 18
_ANYBODY: Final[tuple[frozenset[str], ...]] = ()
_Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Checkpoint(Struct):
    """A signed head of the record: `note` is the C2SP signed note, the rest is read from it."""

    size: int
    root: _Hash
    note: str


class NewestCheckpoint(Struct):
    """The newest checkpoint, and the key that signs: compare its fingerprint by voice."""

    key: str
    fingerprint: str
    checkpoint: Checkpoint


class Checkpoints(Struct):
    """Checkpoints by size. `next` is what to give as `after` for more; null at the end."""

    checkpoints: list[Checkpoint]
    next: int | None


class InclusionProof(Struct):
    """That the entry with this leaf hash is number `sequence` under the checkpoint (RFC 9162)."""

    sequence: int
    leaf: _Hash
    path: list[_Hash]
    checkpoint: Checkpoint


class ConsistencyProof(Struct):
    """That the first `old` entries begin the record under the checkpoint (RFC 9162)."""

    old: int
    path: list[_Hash]
    checkpoint: Checkpoint


def _sealer(call: Call) -> Sealer:
    if call.services.record is None:
        raise NotFound("this server seals no record", cure="start it with --record-key FILE")
    return call.services.record


def _newest(call: Call) -> NewestCheckpoint:
    sealer = _sealer(call)
    words = " ".join(fingerprint(sealer.key.public_key))
    return NewestCheckpoint(str(sealer.key), words, _shown(sealer.last_checkpoint()))


def _checkpoints(call: Call) -> Checkpoints:
    after = _number(call, "after") or 0
    limit = _number(call, "limit")
    if limit is None:
        limit = CHECKPOINTS_MAX
    if not 1 <= limit <= CHECKPOINTS_MAX:
        raise InvalidInput(f"ask for 1 to {CHECKPOINTS_MAX} checkpoints", field="limit")
    found = _sealer(call).checkpoints(after, limit)
    more = found[-1].size if len(found) == limit else None
    return Checkpoints([_shown(one) for one in found], more)


def _inclusion(call: Call) -> InclusionProof:
    proof = _sealer(call).inclusion(_required(call, "sequence"), _number(call, "size"))
    path = [step.hex() for step in proof.path]
    return InclusionProof(proof.sequence, proof.leaf.hex(), path, _shown(proof.checkpoint))


def _consistency(call: Call) -> ConsistencyProof:
    proof = _sealer(call).consistency(_required(call, "old"), _number(call, "new"))
    path = [step.hex() for step in proof.path]
    return ConsistencyProof(proof.old_size, path, _shown(proof.checkpoint))


def _shown(checkpoint: StoredCheckpoint) -> Checkpoint:
    return Checkpoint(checkpoint.size, checkpoint.root.hex(), checkpoint.note)


def _required(call: Call, name: str) -> int:
    value = _number(call, name)
    if value is None:
        raise InvalidInput("the query names no number", cure=f"add ?{name}=N", field=name)
    return value


def _number(call: Call, name: str) -> int | None:
    """A number of the query, None without it. Raises: InvalidInput."""
    text = call.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise InvalidInput(f"{text[:40]!r} is no number", cure="give digits alone", field=name)
    return int(text)


_SIZE_WORDS: Final = "entries under the checkpoint; without it, the newest one"

OPERATIONS: Final = (
    Operation(
        name="getCheckpoint",
        method="GET",
        path=f"{PREFIX}/record/checkpoint",
        summary="The newest signed checkpoint of the record",
        handler=_newest,
        scopes=_ANYBODY,
        response=NewestCheckpoint,
        errors=(404,),
    ),
    Operation(
        name="listCheckpoints",
        method="GET",
        path=f"{PREFIX}/record/checkpoints",
        summary="Checkpoints of the record, by size",
        handler=_checkpoints,
        scopes=_ANYBODY,
        response=Checkpoints,
        errors=(400, 404),
        query={
            "after": "only those of more entries",
            "limit": f"at most so many, up to {CHECKPOINTS_MAX}",
        },
    ),
    Operation(
        name="proveInclusion",
        method="GET",
        path=f"{PREFIX}/record/proof/inclusion",
        summary="That an entry is under a checkpoint",
        handler=_inclusion,
        scopes=_ANYBODY,
        response=InclusionProof,
        errors=(400, 404),
        query={"sequence": "number of the entry, from 1; required", "size": _SIZE_WORDS},
    ),
    Operation(
        name="proveConsistency",
        method="GET",
        path=f"{PREFIX}/record/proof/consistency",
        summary="That the record only grew since it had so many entries",
        handler=_consistency,
        scopes=_ANYBODY,
        response=ConsistencyProof,
        errors=(400, 404),
        query={"old": "entries of the older record; required", "new": _SIZE_WORDS},
    ),
)
