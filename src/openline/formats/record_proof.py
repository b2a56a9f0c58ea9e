"""A proof from a record as a file of one line: that an entry is in it, or that it only grew.

Whoever holds a proof needs neither the record nor a server: the entry, the path and the signed
checkpoint are in it. In exactly one form, under a hash, as every line of an export is.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from openline.errors import InvalidInput
from openline.formats.record_lines import (
    EntryLine,
    check_seal,
    decode_line,
    decoded,
    encode_entry,
    sealed_line,
)
from openline.line.note import Note, VerifierKey, parse_note, parse_verifier_key
from openline.line.record.tree import HASH_BYTES

PATH_MAX: Final = 64
HEADS: Final = (b'{"type":"inclusion"', b'{"type":"consistency"')


class _Inclusion(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="inclusion"):
    key: str
    witnesses: list[str]
    entry: str
    path: list[str]
    note: str
    hash: str


class _Consistency(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="consistency"):
    key: str
    witnesses: list[str]
    old_note: str
    path: list[str]
    note: str
    hash: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That an entry is under a checkpoint. The path leads from its leaf hash to the root."""

    key: VerifierKey
    witnesses: tuple[VerifierKey, ...]
    entry: EntryLine
    path: tuple[bytes, ...]
    note: Note


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the entries under an old checkpoint are the first ones under a new one."""

    key: VerifierKey
    witnesses: tuple[VerifierKey, ...]
    old_note: Note
    path: tuple[bytes, ...]
    note: Note


Proof = Inclusion | Consistency
_decoder: Final = msgspec.json.Decoder(_Inclusion | _Consistency)


def encode_proof(proof: Proof) -> bytes:
    """The line of a proof."""
    key, witnesses = str(proof.key), [str(one) for one in proof.witnesses]
    path = [step.hex() for step in proof.path]
    if isinstance(proof, Inclusion):
        line = encode_entry(proof.entry.entry(), proof.entry.leaf).decode()
        return sealed_line(_Inclusion(key, witnesses, line, path, str(proof.note), ""))
    return sealed_line(_Consistency(key, witnesses, str(proof.old_note), path, str(proof.note), ""))


def decode_proof(data: bytes) -> Proof:
    """A proof from the bytes of its file. Nothing is checked yet but the form.

    Raises: InvalidInput.
    """
    if not data.endswith(b"\n") or b"\n" in data[:-1]:
        raise InvalidInput("a proof is one line", cure="the file was cut off or changed")
    shape = decoded(data[:-1], _decoder)
    check_seal(data[:-1], shape.hash)
    key = parse_verifier_key(shape.key)
    witnesses = tuple(parse_verifier_key(text) for text in shape.witnesses)
    path, note = _path(shape.path), parse_note(shape.note.encode())
    if isinstance(shape, _Consistency):
        return Consistency(key, witnesses, parse_note(shape.old_note.encode()), path, note)
    entry = decode_line(shape.entry.encode())
    if not isinstance(entry, EntryLine):
        raise InvalidInput("there is no entry in the proof")
    return Inclusion(key, witnesses, entry, path, note)


def _path(texts: list[str]) -> tuple[bytes, ...]:
    if len(texts) > PATH_MAX:
        raise InvalidInput(f"a path of {len(texts)} hashes; no tree is so high")
    try:
        path = tuple(bytes.fromhex(text) for text in texts)
    except ValueError:
        path = (b"",)
    if [step.hex() for step in path] != texts or any(len(step) != HASH_BYTES for step in path):
        raise InvalidInput("the path holds something that is no hash")
    return path
