"""The lines of an exported record: one JSON object each, in exactly one form.

Line 1 is the header, then entries and checkpoints in their order; the last line is a checkpoint of
every entry. docs/record.md describes each member.
Refused: any other way to write the same values (spaces, another order, other escapes, another
base64), unknown members, a hash that is not that of the line. So every changed bit shows, and the
line it is in is known.
The hash of an entry is its leaf hash in the tree; that of every other line is SHA-256 over the
bytes before its `,"hash":`.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, TypeVar

import msgspec

from openline.errors import InvalidInput
from openline.line.note import Note, SignatureType, VerifierKey, parse_note, parse_verifier_key
from openline.line.record.entry import Entry, canonical_bytes
from openline.line.record.tree import HASH_BYTES

FORMAT_VERSION: Final = 1
LINE_BYTES_MAX: Final = 8 * 1024 * 1024  # a message of 256 kB, every letter escaped, and more
WITNESSES_MAX: Final = 100
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_HASH_TAIL: Final = len(b',"hash":""}') + 2 * HASH_BYTES
_CANONICAL_CURE: Final = "a bit was changed, or another program wrote it again"


class _Agreement(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    version: int
    sha256: str


class _Header(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="record"):
    format: int
    origin: str
    size: int
    key: str
    witnesses: list[str]
    parties: dict[str, str]
    agreement: _Agreement | None
    hash: str


class _Entry(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="entry"):
    sequence: int
    time: str
    party: str
    kind: str
    hash: str
    body: str | msgspec.UnsetType = msgspec.UNSET
    body_base64: str | msgspec.UnsetType = msgspec.UNSET


class _Checkpoint(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="checkpoint"):
    note: str
    hash: str


@dataclass(frozen=True, slots=True)
class AgreementName:
    """Which agreement was in force: id, version, SHA-256 of its canonical bytes as hex."""

    id: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Header:
    """What an export says about itself. `parties` gives their keys, as `ed25519:BASE64`."""

    key: VerifierKey
    size: int
    witnesses: tuple[VerifierKey, ...] = ()
    parties: Mapping[str, str] | None = None
    agreement: AgreementName | None = None

    @property
    def origin(self) -> str:
        """The name of the record; its key signs under it."""
        return self.key.name


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry as it stands in an export. `leaf` is the hash of its canonical bytes."""

    sequence: int
    time: str
    party: str
    kind: str
    body: bytes
    leaf: bytes

    def entry(self) -> Entry:
        """The entry as a value."""
        time = datetime.fromisoformat(self.time)
        return Entry(self.sequence, time, self.party, self.kind, self.body)


Line = Header | EntryLine | Note
_Shape = TypeVar("_Shape")
_decoder: Final = msgspec.json.Decoder(_Header | _Entry | _Checkpoint)
_encoder: Final = msgspec.json.Encoder()


def encode_header(header: Header) -> bytes:
    """The first line."""
    agreement = header.agreement
    named = (
        None if agreement is None else _Agreement(agreement.id, agreement.version, agreement.sha256)
    )
    return sealed_line(
        _Header(
            FORMAT_VERSION,
            header.origin,
            header.size,
            str(header.key),
            [str(key) for key in header.witnesses],
            dict(header.parties or {}),
            named,
            "",
        )
    )


def encode_entry(entry: Entry, leaf: bytes) -> bytes:
    """The line of an entry with its leaf hash. A body that is UTF-8 stands as text, any other as
    base64."""
    shape = _Entry(entry.sequence, entry.time_text, entry.party, entry.kind, leaf.hex())
    try:
        shape.body = entry.body.decode("utf-8")
    except UnicodeDecodeError:
        shape.body_base64 = base64.b64encode(entry.body).decode("ascii")
    return _encoder.encode(shape) + b"\n"


def encode_checkpoint(note: Note) -> bytes:
    """The line of a signed checkpoint."""
    return sealed_line(_Checkpoint(str(note), ""))


def decode_line(line: bytes) -> Line:
    """What one line holds; the line ends in its line end.

    Raises: InvalidInput without a place: the caller knows the file and the number of the line.
    """
    if not line.endswith(b"\n"):
        if len(line) >= LINE_BYTES_MAX:
            raise InvalidInput(f"a line of more than {LINE_BYTES_MAX:,} bytes")
        raise InvalidInput("the line has no end", cure="the file was cut off or changed here")
    shape = decoded(line[:-1], _decoder)
    if isinstance(shape, _Entry):
        return _entry(shape)
    check_seal(line[:-1], shape.hash)
    if isinstance(shape, _Header):
        return _header(shape)
    return parse_note(shape.note.encode())


def sealed_line(shape: Any) -> bytes:
    """A line of a shape whose last member is `hash`, with the hash over what is before it."""
    line = _encoder.encode(shape)
    return line[: -len(b'"}')] + sha256(line[: -len(b',"hash":""}')]).hexdigest().encode() + b'"}\n'


def decoded(line: bytes, decoder: "msgspec.json.Decoder[_Shape]") -> _Shape:
    """The shape in a line without its end. Raises: InvalidInput, also for any other form of it."""
    try:
        shape = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"it cannot be read: {str(error)[:120]}", cure="the line was changed"
        ) from None
    if _encoder.encode(shape) != line:
        raise InvalidInput("it is not in its one form", cure=_CANONICAL_CURE)
    return shape


def check_seal(line: bytes, stated: str) -> None:
    """Raises: InvalidInput if the hash at the end of a line is not that of the rest."""
    if sha256(line[:-_HASH_TAIL]).hexdigest() != stated:
        raise InvalidInput("the hash is not that of the line", cure=_CANONICAL_CURE)


def _header(shape: _Header) -> Header:
    if shape.format != FORMAT_VERSION:
        raise InvalidInput(
            f"format {shape.format} of the record is not known", cure="use a newer Openline"
        )
    if shape.size < 0 or len(shape.witnesses) > WITNESSES_MAX:
        raise InvalidInput("the header promises what cannot be")
    key = parse_verifier_key(shape.key)
    if key.name != shape.origin or key.type is not SignatureType.ED25519:
        raise InvalidInput(f"the key is not the one of {shape.origin[:60]!r}")
    named = shape.agreement
    agreement = None if named is None else AgreementName(named.id, named.version, named.sha256)
    witnesses = tuple(parse_verifier_key(text) for text in shape.witnesses)
    return Header(key, shape.size, witnesses, shape.parties, agreement)


def _entry(shape: _Entry) -> EntryLine:
    leaf = _leaf(shape)
    body = shape.body.encode() if isinstance(shape.body, str) else _body_of_base64(shape)
    _check_time(shape.time)
    canonical = canonical_bytes(
        shape.sequence, shape.time, shape.party.encode(), shape.kind.encode(), body
    )
    if sha256(b"\x00" + canonical).digest() != leaf:
        raise InvalidInput(
            "the hash is not that of the entry", cure=_CANONICAL_CURE, element=_name(shape)
        )
    return EntryLine(shape.sequence, shape.time, shape.party, shape.kind, body, leaf)


def _name(shape: _Entry) -> str:
    return f"entry {shape.sequence}"


def _leaf(shape: _Entry) -> bytes:
    try:
        leaf = bytes.fromhex(shape.hash)
    except ValueError:
        leaf = b""
    if leaf.hex() != shape.hash or len(leaf) != HASH_BYTES:
        raise InvalidInput("the hash of the entry is none", element=_name(shape))
    return leaf


def _body_of_base64(shape: _Entry) -> bytes:
    if not isinstance(shape.body_base64, str):
        raise InvalidInput("the entry has no body", element=_name(shape))
    try:
        body = base64.b64decode(shape.body_base64, validate=True)
    except (binascii.Error, ValueError):
        body = b""
    if not body or base64.b64encode(body).decode("ascii") != shape.body_base64:
        raise InvalidInput("the body is not base64", element=_name(shape))
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    raise InvalidInput("a body that is text stands as text", element=_name(shape))


def _check_time(text: str) -> None:
    try:
        if _TIME.fullmatch(text):
            datetime.fromisoformat(text)
            return
    except ValueError:
        pass
    raise InvalidInput(f"{text[:40]!r} is not the time of an entry")
