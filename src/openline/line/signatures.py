"""Signatures under an agreement and under a change of keys: who signed, who still has to.

Source: C2SP signed-note for the form. Each text begins with a word that no checkpoint can begin
with, so a signature under one can never pass for the other.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from openline.errors import InvalidInput
from openline.line.agreement import Agreement
from openline.line.note import Note, SignatureType, VerifierKey, sign, signed_by
from openline.line.signing import PUBLIC_KEY_BYTES, Signer, Verify

_AGREEMENT: Final = "openline.agreement/1"
_ROTATION: Final = "openline.key-rotation/1"
_KEY_PREFIX: Final = "ed25519:"


class Force(StrEnum):
    """Whether an agreement binds its parties at an instant."""

    IN_FORCE = "in force"
    UNSIGNED = "not signed by every party"
    NOT_YET = "not yet in force"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Standing:
    """Which parties have signed a version, and which have not, by id."""

    signed: tuple[str, ...]
    missing: tuple[str, ...]

    def force(self, agreement: Agreement, now: datetime) -> Force:
        """Whether the agreement binds at that instant."""
        if self.missing:
            return Force.UNSIGNED
        if now < agreement.time_start:
            return Force.NOT_YET
        return Force.IN_FORCE if agreement.covers(now) else Force.EXPIRED


def public_key_text(public_key: bytes) -> str:
    """A key as agreements write it: `ed25519:BASE64`."""
    return _KEY_PREFIX + base64.b64encode(public_key).decode("ascii")


def parse_public_key(text: str) -> bytes:
    """The 32 bytes of `ed25519:BASE64`. Raises: InvalidInput."""
    encoded = text.strip().removeprefix(_KEY_PREFIX)
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != PUBLIC_KEY_BYTES or public_key_text(key) != text.strip():
        raise InvalidInput(
            f"{text[:60]!r} is no public key", cure="write ed25519: and the 44 letters of the key"
        )
    return key


def agreement_text(agreement: Agreement, digest: bytes) -> str:
    """The text that parties sign: which version, and the SHA-256 of its canonical bytes."""
    encoded = base64.b64encode(digest).decode("ascii")
    return f"{_AGREEMENT} {agreement.id}\nversion {agreement.version}\nsha256 {encoded}\n"


def sign_agreement(agreement: Agreement, digest: bytes, signer: Signer, note: Note | None) -> Note:
    """The note with the signature of the signer's party; `note` holds earlier signatures.

    Raises: InvalidInput if the key is of no party, or the earlier signatures are under other words.
    """
    party = agreement.party_of_key(signer.public_key)
    if party is None:
        raise InvalidInput(
            "the key is of no party of this agreement",
            cure=f"put {public_key_text(signer.public_key)} into it, or take the party's key",
        )
    text = agreement_text(agreement, digest)
    if note is not None and note.text != text:
        raise _other_text(note, agreement)
    return (note or Note(text)).signed(sign(text, party.id, signer))


def standing(agreement: Agreement, digest: bytes, note: Note | None, verify: Verify) -> Standing:
    """Who has signed this version.

    Raises: InvalidInput if the signatures are under other words, or one is wrong.
    """
    ids = [party.id for party in agreement.parties]
    if note is None:
        return Standing((), tuple(ids))
    if note.text != agreement_text(agreement, digest):
        raise _other_text(note, agreement)
    keys = [
        VerifierKey(party.id, SignatureType.ED25519, party.public_key)
        for party in agreement.parties
    ]
    signed = [one.key.name for one in signed_by(note, keys, verify)]
    return Standing(tuple(signed), tuple(name for name in ids if name not in signed))


def _other_text(note: Note, agreement: Agreement) -> InvalidInput:
    words = note.text.split()
    same = words[1:2] == [agreement.id] and words[3:4] == [str(agreement.version)]
    said = f"version {words[3][:20]} of {words[1][:64]!r}" if len(words) == 6 else "something else"
    problem = (
        "the agreement or its area was changed after it was signed"
        if same
        else (
            f"the signatures are under {said}, not under version {agreement.version} of "
            f"{agreement.id!r}"
        )
    )
    cure = "raise the version, and let every party sign it again"
    return InvalidInput(problem, cure=cure)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A party's new key in place of its old one, from an instant on."""

    party: str
    old_key: bytes
    new_key: bytes
    time: datetime

    def text(self, instant: str) -> str:
        """The text that both keys sign; `instant` is the time as text."""
        return (
            f"{_ROTATION} {self.party}\nfrom {public_key_text(self.old_key)}\n"
            f"to {public_key_text(self.new_key)}\ntime {instant}\n"
        )


def rotation_words(text: str) -> tuple[str, bytes, bytes, str]:
    """Party, old key, new key and time (as text) of a rotation's text. Raises: InvalidInput."""
    lines = text.split("\n")
    heads = (_ROTATION, "from", "to", "time")
    values = []
    for head, line in zip(heads, lines, strict=False):
        word, space, value = line.partition(" ")
        if word != head or not space:
            raise InvalidInput("it is no change of a key", cure="openline keys rotate makes one")
        values.append(value)
    if len(lines) != len(heads) + 1 or lines[-1]:
        raise InvalidInput("it is no change of a key", cure="openline keys rotate makes one")
    return values[0], parse_public_key(values[1]), parse_public_key(values[2]), values[3]


def sign_rotation(rotation: Rotation, instant: str, old: Signer, new: Signer) -> Note:
    """The rotation under both keys: the old one hands over, the new one is held."""
    text = rotation.text(instant)
    return Note(text).signed(sign(text, rotation.party, old), sign(text, rotation.party, new))


def rotation_is_signed(note: Note, party: str, old: bytes, new: bytes, verify: Verify) -> bool:
    """Whether a note hands over from that old key to that new one, under both keys.

    Raises: InvalidInput if it is no rotation or a signature in it is wrong.
    """
    named, stated_old, stated_new, _ = rotation_words(note.text)
    if (named, stated_old, stated_new) != (party, old, new):
        return False
    keys = [VerifierKey(party, SignatureType.ED25519, key) for key in (old, new)]
    return len(signed_by(note, keys, verify)) == 2
