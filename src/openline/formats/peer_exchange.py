"""What two servers exchange: JSON bodies, and the header with the signature over each.

A request and its answer have the same parts: messages as their compact JWS, what became of those
that came the other way, and how far the sender's own numbers are settled. Both are signed by the
key that the agreement has for the party: the answer over the request's nonce, so that an old one
cannot stand for a new one. docs/peering.md and docs/protocol.md hold the words.
Refused: any other member, any other type, more than the bounds say.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from openline.errors import InvalidInput, Unauthenticated
from openline.formats.instants import parse_utc
from openline.line.agreement import check_id
from openline.line.signing import SIGNATURE_BYTES, Signer, Verify

HEADER: Final = "Openline-Peer"
PREFIX: Final = "/peer/v1"
EXCHANGE_PATH: Final = f"{PREFIX}/exchange"
URGENT_PATH: Final = f"{PREFIX}/urgent"
MESSAGES_MAX: Final = 200  # in one body
BODY_BYTES_MAX: Final = 2_097_152
WAIT_MAX_S: Final = 5.0
_OUTCOMES_MAX: Final = 4 * MESSAGES_MAX
_NONCE: Final = re.compile(r"[0-9a-f]{32}")
T = TypeVar("T", bound=Struct)
_Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Outcome(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What became of a message, named by the SHA-256 of its JWS.

    result: new, known or refused. again: it may be taken later; send it again.
    """

    sha256: _Digest
    result: Annotated[str, Meta(pattern="^(new|known|refused)$")]
    reason: Annotated[str, Meta(max_length=2_000)] | None = None
    again: bool = False


class Exchange(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One direction of an exchange: a request, or its answer.

    clock: the sender's, when it was written. settled: all messages of the sender's party up to this
    number that are for the other were settled. give: how many messages may come back. wait_s: how
    long an answer may wait for one. reaches: whether the sender has a way to the other by itself.
    also: `settled` of the further parties whose server the sender is.
    """

    v: Annotated[int, Meta(ge=1, le=1)]
    agreement: Annotated[str, Meta(max_length=64)]
    clock: Annotated[str, Meta(max_length=40)]
    messages: Annotated[list[Annotated[str, Meta(max_length=262_144)]], Meta(max_length=200)] = []
    outcomes: Annotated[list[Outcome], Meta(max_length=_OUTCOMES_MAX)] = []
    settled: Annotated[int, Meta(ge=0, le=2**53)] = 0
    give: Annotated[int, Meta(ge=0, le=200)] = 0
    wait_s: Annotated[float, Meta(ge=0, le=60)] = 0.0
    reaches: bool = False
    also: Annotated[
        dict[Annotated[str, Meta(max_length=64)], Annotated[int, Meta(ge=0, le=2**53)]],
        Meta(max_length=100),
    ] = {}


class Problem(Struct, omit_defaults=True):
    """Why a request was not taken. code: `clock` where its time alone is wrong."""

    message: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """The header of a request or an answer: who says it to whom, when, and for which request."""

    sender: str
    recipient: str
    time: datetime
    nonce: str
    signature: bytes

    def __str__(self) -> str:
        words = (self.sender, self.recipient, instant_text(self.time), self.nonce)
        return " ".join((*words, base64.b64encode(self.signature).decode()))


def encode(value: Struct) -> bytes:
    """The body that is sent."""
    return msgspec.json.encode(value)


def decode(body: bytes, kind: type[T]) -> T:
    """A body that came. Raises: InvalidInput."""
    if len(body) > BODY_BYTES_MAX:
        raise InvalidInput(f"a body of {len(body):,} bytes; {BODY_BYTES_MAX:,} are the most")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"the body is not as docs/protocol.md says: {error}") from None


def digest_of(token: bytes) -> str:
    """The name of a message in outcomes."""
    return hashlib.sha256(token).hexdigest()


def request_stamp(
    signer: Signer, parties: tuple[str, str], path: str, now: datetime, nonce: str, body: bytes
) -> Stamp:
    """The header of a request. parties: who says it, and to whom."""
    signed = _request_text(parties, path, now, nonce, body)
    return Stamp(*parties, now, nonce, signer.sign(signed))


def check_request(stamp: Stamp, path: str, body: bytes, key: bytes, verify: Verify) -> None:
    """Raises: Unauthenticated if the request is not signed by that key."""
    parties = (stamp.sender, stamp.recipient)
    signed = _request_text(parties, path, stamp.time, stamp.nonce, body)
    if not verify(key, signed, stamp.signature):
        raise Unauthenticated(
            f"the request is not signed by the key of {stamp.sender!r} in the agreement",
            cure="compare the agreements of both sides",
        )


def answer_stamp(signer: Signer, asked: Stamp, now: datetime, status: int, body: bytes) -> Stamp:
    """The header of the answer to a request."""
    parties = (asked.recipient, asked.sender)
    signed = _answer_text(parties, status, now, asked.nonce, body)
    return Stamp(*parties, now, asked.nonce, signer.sign(signed))


def check_answer(
    stamp: Stamp, asked: Stamp, status: int, body: bytes, key: bytes, verify: Verify
) -> None:
    """Raises: Unauthenticated if it is not the other party's answer to this very request."""
    parties = (stamp.sender, stamp.recipient)
    signed = _answer_text(parties, status, stamp.time, stamp.nonce, body)
    is_its = parties == (asked.recipient, asked.sender) and stamp.nonce == asked.nonce
    if not is_its or not verify(key, signed, stamp.signature):
        raise Unauthenticated(
            f"the answer is not signed by {asked.recipient!r}",
            cure="is this the right address, and the agreement the same on both sides?",
        )


def parse_stamp(text: str | None) -> Stamp:
    """A header that came. Raises: Unauthenticated for anything but its one form."""
    words = (text or "").split(" ")
    try:
        sender, recipient, time, nonce, encoded = words
        signature = base64.b64decode(encoded, validate=True)
        stamp = Stamp(
            check_id(sender, "from"), check_id(recipient, "to"), parse_utc(time), nonce, signature
        )
    except (ValueError, binascii.Error, InvalidInput):
        raise _no_stamp() from None
    if not _NONCE.fullmatch(nonce) or len(signature) != SIGNATURE_BYTES or str(stamp) != text:
        raise _no_stamp()
    return stamp


def instant_text(instant: datetime) -> str:
    """An instant as it is signed: always with six digits of a second."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _no_stamp() -> Unauthenticated:
    return Unauthenticated(f"the header {HEADER} is missing or not in its form")


def _request_text(
    parties: tuple[str, str], path: str, now: datetime, nonce: str, body: bytes
) -> bytes:
    return _text("request", f"POST {path}", parties, now, nonce, body)


def _answer_text(
    parties: tuple[str, str], status: int, now: datetime, nonce: str, body: bytes
) -> bytes:
    return _text("answer", str(status), parties, now, nonce, body)


def _text(
    what: str, line: str, parties: tuple[str, str], now: datetime, nonce: str, body: bytes
) -> bytes:
    named = f"from {parties[0]} to {parties[1]}"
    digest = hashlib.sha256(body).hexdigest()
    rows: tuple[Any, ...] = (
        f"openline.peer/1 {what}",
        line,
        named,
        instant_text(now),
        nonce,
        digest,
    )
    return "".join(f"{row}\n" for row in rows).encode()
