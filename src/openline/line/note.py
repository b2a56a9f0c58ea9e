"""Signed notes: a text that people can read, and under it the signatures of those who stand by it.

Source: C2SP signed-note (text, signature lines, key ids, verifier keys) and C2SP tlog-cosignature
(`cosignature/v1`). Signature types: 0x01 Ed25519 over the text; 0x04 Ed25519 with the time of
signing.
Refused: other encodings than UTF-8, control characters, base64 that is not canonical, more than
`SIGNATURES_MAX` signatures or `NOTE_BYTES_MAX` bytes.
Kept apart: signatures by keys that are not asked for; whoever checks a note ignores them.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256
from typing import Final

from openline.errors import InvalidInput
from openline.limits import TIME_MAX
from openline.line.signing import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Signer, Verify

NOTE_BYTES_MAX: Final = 64 * 1024
SIGNATURES_MAX: Final = 64
_NAME_MAX: Final = 200
_KEY_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_DASH: Final = "— "
_CONTROL: Final = re.compile("[\0-\x09\x0b-\x1f]")  # but the line end


class SignatureType(IntEnum):
    """What a key signs: the text of a note, or a checkpoint together with the time."""

    ED25519 = 1
    COSIGNATURE = 4


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under. Raises: InvalidInput for a bad name or key."""

    name: str
    type: SignatureType
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != PUBLIC_KEY_BYTES:
            raise InvalidInput(f"a key of {len(self.public_key)} bytes; an Ed25519 key has 32")

    @property
    def id(self) -> bytes:
        """The four bytes that point to this key in a signature line."""
        named = self.name.encode() + b"\n" + bytes((self.type,)) + self.public_key
        return sha256(named).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        material = base64.b64encode(bytes((self.type,)) + self.public_key).decode("ascii")
        return f"{self.name}+{self.id.hex()}+{material}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who claims to have signed, by which key, and the signature itself."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_encoded(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a line end, and its signatures, in order."""

    text: str
    signatures: tuple[NoteSignature, ...] = ()

    def __str__(self) -> str:
        return self.text + "\n" + "".join(str(signature) for signature in self.signatures)

    def signed(self, *signatures: NoteSignature) -> "Note":
        """The note with these too; a signature by the same key under the same name is replaced."""
        new = {(one.name, one.key_id) for one in signatures}
        kept = [one for one in self.signatures if (one.name, one.key_id) not in new]
        return replace(self, signatures=(*kept, *signatures))


@dataclass(frozen=True, slots=True)
class SignedBy:
    """A signature that was checked: whose key, and when, if the signature says it."""

    key: VerifierKey
    time: datetime | None = None


def check_name(name: str) -> str:
    """The name of a key. Raises: InvalidInput if it is empty, long, or holds spaces or a plus."""
    spaced = "+" in name or " " in name or not name.isprintable()  # only a space is printable
    if not name or len(name) > _NAME_MAX or spaced:
        raise InvalidInput(
            f"{name[:40]!r} cannot be the name of a key",
            cure="use letters, digits, dots and slashes: north.example/line",
        )
    return name


def parse_verifier_key(text: str) -> VerifierKey:
    """A key from `NAME+ID+BASE64`. Raises: InvalidInput."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    material = _decoded(encoded, "the key")
    types = {int(kind): kind for kind in SignatureType}
    if not material or material[0] not in types:
        raise InvalidInput(
            f"the key of {name[:40]!r} is of a kind that is not used here",
            cure="give an Ed25519 key: NAME+ID+BASE64",
        )
    key = VerifierKey(name, types[material[0]], material[1:])
    if key.id.hex() != key_id:
        raise InvalidInput(
            f"the key of {name[:40]!r} has the id {key.id.hex()}, not {key_id[:16]!r}",
            cure="copy the key again; a letter is wrong",
        )
    return key


def parse_note(data: bytes) -> Note:
    """A signed note from its bytes. Nothing is checked yet but the form. Raises: InvalidInput."""
    if len(data) > NOTE_BYTES_MAX:
        raise InvalidInput(f"a note of {len(data):,} bytes; at most {NOTE_BYTES_MAX:,} are read")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("the note is not UTF-8") from None
    if _CONTROL.search(whole):
        raise InvalidInput("the note holds control characters")
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not text or not lines.endswith("\n"):
        raise InvalidInput(
            "it is no signed note", cure="a text, an empty line, then lines that begin with —"
        )
    signatures = tuple(_parse_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise InvalidInput(f"{len(signatures)} signatures; at most {SIGNATURES_MAX} are read")
    return Note(text + "\n", signatures)


def sign(text: str, name: str, signer: Signer) -> NoteSignature:
    """The signature over a note's text, which ends in a line end."""
    key = VerifierKey(name, SignatureType.ED25519, signer.public_key)
    return NoteSignature(name, key.id, signer.sign(text.encode()))


def cosign(text: str, name: str, signer: Signer, now: datetime) -> NoteSignature:
    """The signature of a witness over a checkpoint's text, with the time, in whole seconds."""
    key = VerifierKey(name, SignatureType.COSIGNATURE, signer.public_key)
    seconds = int(now.timestamp())
    signature = signer.sign(_cosigned(text, seconds))
    return NoteSignature(name, key.id, seconds.to_bytes(_TIME_BYTES, "big") + signature)


def signed_by(note: Note, keys: Iterable[VerifierKey], verify: Verify) -> tuple[SignedBy, ...]:
    """Which of these keys signed the note, in the order of the keys; each at most once.

    Signatures by other keys are ignored. Raises: InvalidInput if a signature claims to be by one
    of the keys and is not.
    """
    found = []
    for key in keys:
        claimed = [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.id)]
        checked = [_checked(note.text, one, key, verify) for one in claimed]
        found += checked[:1]
    return tuple(found)


def _checked(text: str, one: NoteSignature, key: VerifierKey, verify: Verify) -> SignedBy:
    wrong = InvalidInput(
        f"the signature of {key.name!r} is not over this text",
        cure="the text or the signature was changed: ask for the original",
    )
    if key.type is SignatureType.ED25519:
        if len(one.signature) != SIGNATURE_BYTES:
            raise wrong
        if not verify(key.public_key, text.encode(), one.signature):
            raise wrong
        return SignedBy(key)
    if len(one.signature) != _TIME_BYTES + SIGNATURE_BYTES:
        raise wrong
    seconds = int.from_bytes(one.signature[:_TIME_BYTES], "big")
    if not verify(key.public_key, _cosigned(text, seconds), one.signature[_TIME_BYTES:]):
        raise wrong
    if seconds > TIME_MAX.timestamp():
        raise wrong
    return SignedBy(key, datetime.fromtimestamp(seconds, UTC))


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _parse_signature(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise InvalidInput(f"{line[:60]!r} is no signature line", cure="— NAME BASE64")
    data = _decoded(encoded, "the signature")
    if len(data) <= _KEY_ID_BYTES:
        raise InvalidInput(f"the signature of {name[:40]!r} is cut off")
    return NoteSignature(check_name(name), data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or _encoded(data) != text:
        raise InvalidInput(f"{what} is not base64", cure="copy it again")
    return data


def names(keys: Sequence[VerifierKey]) -> str:
    """The names of keys as words."""
    return ", ".join(key.name for key in keys) or "nobody"
