"""One session of a private check: what the two parties say to each other, and what is signed.

Both say CHECK: what they ask under which terms, and a commitment to their sets. Both say ANSWER:
the request of the other one blinded once more, bound to the commitments of both. The blinded sets
themselves travel beside; what is signed has their hashes.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from openline.airspace.separation import Separation
from openline.errors import InvalidInput
from openline.line.agreement import check_id
from openline.line.private.grid import Grid, Scope

SESSION_BYTES: Final = 16
DIGEST_BYTES: Final = 32
SIGNED_HEAD: Final = b"openline.private/1\n"  # no other text that parties sign begins so


@dataclass(frozen=True, slots=True)
class Terms:
    """What both sides must mean alike for their items to compare. `digest` is of the agreement."""

    agreement: str
    version: int
    digest: bytes
    grid: Grid
    minima: Separation
    scope: Scope


@dataclass(frozen=True, slots=True)
class Check:
    """The head of a CHECK.

    session: drawn by the party that asks first, new for every session. carried: by hand, in files.
    commitment: to salt, keys and items. setup, request: SHA-256 of the blobs. Raises: InvalidInput.
    """

    session: bytes
    sender: str
    recipient: str
    made: datetime
    carried: bool
    terms: Terms
    bucket: int
    commitment: bytes
    setup: bytes
    request: bytes

    def __post_init__(self) -> None:
        _check_parties(self.sender, self.recipient)
        _check_bytes(session=self.session)
        _check_bytes(
            commitment=self.commitment,
            setup=self.setup,
            request=self.request,
            digest=self.terms.digest,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an ANSWER.

    own, peer: the commitments of the sender and of the recipient. check: SHA-256 of the recipient's
    CHECK as it was signed. response: SHA-256 of the blob. Raises: InvalidInput.
    """

    session: bytes
    sender: str
    recipient: str
    made: datetime
    own: bytes
    peer: bytes
    check: bytes
    response: bytes

    def __post_init__(self) -> None:
        _check_parties(self.sender, self.recipient)
        _check_bytes(session=self.session)
        _check_bytes(own=self.own, peer=self.peer, check=self.check, response=self.response)


@dataclass(frozen=True, slots=True)
class Signed:
    """A head as it was signed, byte for byte, and the signature."""

    head: bytes
    signature: bytes

    def digest(self) -> bytes:
        """SHA-256 of the head."""
        return sha256(self.head).digest()

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return SIGNED_HEAD + self.head


@dataclass(frozen=True, slots=True)
class CheckPart:
    """A CHECK as it travels: the signed head and the blinded sets."""

    signed: Signed
    setup: bytes
    request: bytes


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """An ANSWER as it travels."""

    signed: Signed
    response: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is carried at once: a CHECK, an ANSWER, or both of one party."""

    check: CheckPart | None = None
    answer: AnswerPart | None = None

    def __post_init__(self) -> None:
        if self.check is None and self.answer is None:
            raise InvalidInput("there is nothing in it", cure="ask for it again")


def _check_parties(sender: str, recipient: str) -> None:
    check_id(sender, "sender")
    check_id(recipient, "recipient")
    if sender == recipient:
        raise InvalidInput("nobody asks himself", field="recipient")


def _check_bytes(**values: bytes) -> None:
    for name, value in values.items():
        if len(value) != (SESSION_BYTES if name == "session" else DIGEST_BYTES):
            raise InvalidInput(f"{len(value)} bytes are not the length of it", field=name)
