"""A signed message: JWS in compact form, Ed25519, one key for each party.

Source: RFC 7515 (JWS, compact serialisation), RFC 8037 (EdDSA), RFC 8725 (best practice: one
    algorithm, decided by us, and an explicit type).
Form: BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature), without padding. The header
    has exactly three members: {"alg":"EdDSA","kid":PARTY,"typ":"openline-message+jws"}.
    The key is the one that the agreement has for the party; nothing in the token can name another.
Refused: every other algorithm, `none` included; every other header member (`jwk`, `jku`, `x5u`,
    `crit`, …) or type; base64url that is not in its one form; white space; anything too long.
The bytes that were signed are the payload, and are given back as they are.
"""

import base64
import binascii
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from openline.app.ed25519 import verify
from openline.errors import AreaTooLarge, InvalidInput, Unauthenticated
from openline.formats import json_text
from openline.formats.fields import shown
from openline.line.agreement import check_id
from openline.line.message.envelope import MESSAGE_BYTES_MAX
from openline.line.signing import Signer

ALGORITHM: Final = "EdDSA"
TYPE: Final = "openline-message+jws"
KeyOf = Callable[[str], bytes | None]
_HEADER_BYTES_MAX: Final = 512
_BASE64URL: Final = re.compile(rb"[A-Za-z0-9_-]*")
_FORM: Final = "send the message as a compact JWS: header.payload.signature"


def sign(payload: bytes, party: str, signer: Signer) -> bytes:
    """The payload signed by a party, as a compact JWS in ASCII.

    Raises: InvalidInput for a party that is no id, AreaTooLarge beyond MESSAGE_BYTES_MAX.
    """
    check_id(party, "kid")
    signed = encoded_header(party) + b"." + _encoded(payload)
    token = signed + b"." + _encoded(signer.sign(signed))
    _check_size(token)
    return token


@lru_cache(maxsize=256)
def encoded_header(party: str) -> bytes:
    """The first part of a token that is signed here."""
    return _encoded(json_text.encode({"alg": ALGORITHM, "kid": party, "typ": TYPE}).encode())


def joined(payload: bytes, signature: bytes) -> bytes:
    """The token of a payload and its signature, with our header for the party in `from`.

    Nothing is verified. Raises: InvalidInput for a payload that names no sender.
    """
    value = json_text.decode(payload)
    party = value.get("from") if isinstance(value, dict) else None
    if not isinstance(party, str):
        raise InvalidInput("the message names no sender", field="from")
    header = encoded_header(check_id(party, "from"))
    return b".".join((header, _encoded(payload), _encoded(signature)))


def parts_of(token: bytes) -> tuple[str, bytes, bytes]:
    """Party, payload and signature of a token that was verified when it was taken.

    Raises: InvalidInput for what is no token.
    """
    head, body, tail = _parts(token)
    party = _party(head)
    return party, _decoded(body, "payload"), _decoded(tail, "signature")


def verified_payload(token: bytes, key_of: KeyOf) -> tuple[str, bytes]:
    """The party that signed, and the bytes it signed.

    key_of: the key that the agreement has for a party; None for a stranger.
    Raises: InvalidInput (no token of this form), Unauthenticated (not signed by that party).
    """
    head, body, tail = _parts(token)
    party = _party(head)
    payload = _decoded(body, "payload")
    signature = _decoded(tail, "signature")
    key = key_of(party)
    if key is None:
        raise Unauthenticated(
            f"{party!r} has no key in the agreement", cure="sign as a party of it", field="kid"
        )
    if not verify(key, token[: len(head) + 1 + len(body)], signature):
        raise Unauthenticated(
            f"the signature is not by the key of {party!r} in the agreement",
            cure="sign with that key, and send the token as it was signed",
            field="signature",
        )
    return party, payload


def payload_of(token: bytes) -> bytes:
    """The payload of a token that was verified when it was taken. Nothing is verified here.

    Raises: InvalidInput for what is no token.
    """
    return _decoded(_parts(token)[1], "payload")


def _check_size(token: bytes) -> None:
    if len(token) > MESSAGE_BYTES_MAX:
        raise AreaTooLarge(
            f"a signed message of {len(token):,} bytes; {MESSAGE_BYTES_MAX:,} are the most",
            cure="say it with fewer volumes",
            field="message",
        )


def _parts(token: bytes) -> tuple[bytes, bytes, bytes]:
    _check_size(token)
    parts = token.split(b".", 3)
    if len(parts) != 3:
        raise InvalidInput("it is no compact JWS", cure=_FORM, field="message")
    return parts[0], parts[1], parts[2]


@lru_cache(maxsize=256)  # a party's header is the same in all its messages
def _party(encoded: bytes) -> str:
    header = _decoded(encoded, "header")
    if len(header) > _HEADER_BYTES_MAX:
        raise InvalidInput(f"a header of {len(header):,} bytes", cure=_FORM, field="header")
    try:
        value = json_text.decode(header)
    except InvalidInput as error:
        raise InvalidInput(f"the header is {error.problem}", cure=_FORM, field="header") from None
    if not isinstance(value, dict):
        raise InvalidInput("the header is no JSON object", cure=_FORM, field="header")
    for name, ours in (("alg", ALGORITHM), ("typ", TYPE)):
        if value.get(name) != ours:
            raise InvalidInput(
                f"{name} {shown(value.get(name))} is not taken", cure=f"use {ours}", field=name
            )
    others = sorted(set(value) - {"alg", "kid", "typ"})
    if others:
        raise InvalidInput(
            f"the header has {shown(others[0])}", cure="leave it out", field="header"
        )
    party = value.get("kid")
    if not isinstance(party, str):
        raise InvalidInput("kid is no party", cure="give the id of the sender", field="kid")
    return check_id(party, "kid")


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decoded(part: bytes, name: str) -> bytes:
    """The bytes; only their one form is taken, without padding and with no bits left over."""
    if _BASE64URL.fullmatch(part):
        try:
            data = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
        except binascii.Error:
            data = None
        if data is not None and _encoded(data) == part:
            return data
    raise InvalidInput(f"the {name} is no base64url", cure=_FORM, field=name)
