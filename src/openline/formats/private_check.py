"""What two parties say to each other in a private check, as bytes: heads, and what carries them.

A head is JSON in one form, on one line: names in order, no spaces, SI units, hexadecimal bytes,
instants as `instants.format_utc` writes them. Its bytes are what is signed, and are never written
anew. The carrier is a JSON object too: {"openline":"private/1","check":{…},"answer":{…}}, with the
heads, signatures and blinded sets in base64; one of check and answer may be missing.
Refused: unknown fields, other forms of the same value, anything larger than a session needs.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from openline.errors import AreaTooLarge, InvalidInput
from openline.formats import json_text
from openline.formats.line_values import checked, read, write
from openline.line.private.session import (
    Answer,
    AnswerPart,
    Check,
    CheckPart,
    Envelope,
    Signed,
)
from openline.line.private.terms import BUCKET_MAX

VERSION: Final = "private/1"
HEAD_BYTES_MAX: Final = 4_096
BLOB_BYTES_MAX: Final = 64 + 36 * BUCKET_MAX  # an element is 33 bytes, and 2 say that it is one
ENVELOPE_BYTES_MAX: Final = 3 * (4 * BLOB_BYTES_MAX // 3) + 4 * 2 * HEAD_BYTES_MAX
SUFFIX: Final = ".private"
_Head = TypeVar("_Head", Check, Answer)
_Hex = Annotated[str, Meta(max_length=64)]
_Name = Annotated[str, Meta(max_length=64)]
_Instant = Annotated[str, Meta(max_length=27)]
_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
_Base64 = Annotated[str, Meta(max_length=4 * BLOB_BYTES_MAX // 3 + 4)]


class _Grid(Struct, forbid_unknown_fields=True):
    level: _Count
    slab_m: _Number
    slot_s: _Number
    clock_s: _Number


class _Minima(Struct, forbid_unknown_fields=True):
    lateral_m: _Number | UnsetType = UNSET
    vertical_m: _Number | UnsetType = UNSET
    time_s: _Number | UnsetType = UNSET


class _Scope(Struct, forbid_unknown_fields=True):
    first: _Count
    end: _Count
    sector: Annotated[list[_Name], Meta(max_length=64)] | UnsetType = UNSET


class _Terms(Struct, forbid_unknown_fields=True):
    agreement: _Name
    version: _Count
    digest: _Hex
    grid: _Grid
    minima: _Minima
    scope: _Scope


class _Check(Struct, forbid_unknown_fields=True):
    session: _Hex
    sender: _Name
    recipient: _Name
    made: _Instant
    carried: bool
    terms: _Terms
    bucket: _Count
    commitment: _Hex
    setup: _Hex
    request: _Hex


class _Answer(Struct, forbid_unknown_fields=True):
    session: _Hex
    sender: _Name
    recipient: _Name
    made: _Instant
    own: _Hex
    peer: _Hex
    check: _Hex
    response: _Hex


class _CheckPart(Struct, forbid_unknown_fields=True):
    head: _Base64
    signature: _Base64
    setup: _Base64
    request: _Base64


class _AnswerPart(Struct, forbid_unknown_fields=True):
    head: _Base64
    signature: _Base64
    response: _Base64


class _Envelope(Struct, forbid_unknown_fields=True):
    openline: str
    check: _CheckPart | UnsetType = UNSET
    answer: _AnswerPart | UnsetType = UNSET


_SCHEMAS: Final[dict[Any, type[Struct]]] = {Check: _Check, Answer: _Answer}
_KINDS: Final[dict[Any, str]] = {Check: "CHECK", Answer: "ANSWER"}


def encode_head(head: Check | Answer) -> bytes:
    """The bytes of a head that are signed."""
    return json_text.encode({"kind": _KINDS[type(head)], **write(head)}).encode()


def decode_check(data: bytes) -> Check:
    """The head of a CHECK. Raises: InvalidInput with `field`."""
    return _head(Check, data)


def decode_answer(data: bytes) -> Answer:
    """The head of an ANSWER. Raises: InvalidInput with `field`."""
    return _head(Answer, data)


def encode_envelope(envelope: Envelope) -> bytes:
    """The bytes that are carried."""
    value: dict[str, Any] = {"openline": VERSION}
    if envelope.check is not None:
        part = envelope.check
        value["check"] = _signed(part.signed) | {
            "setup": _base64(part.setup),
            "request": _base64(part.request),
        }
    if envelope.answer is not None:
        value["answer"] = _signed(envelope.answer.signed) | {
            "response": _base64(envelope.answer.response)
        }
    return json_text.encode(value).encode() + b"\n"


def decode_envelope(data: bytes, source: str | None = None) -> Envelope:
    """What was carried. Nothing is verified. Raises: InvalidInput, AreaTooLarge."""
    if len(data) > ENVELOPE_BYTES_MAX:
        raise AreaTooLarge(
            f"{len(data):,} bytes; a private check carries {ENVELOPE_BYTES_MAX:,} at most",
            file=source,
        )
    value = json_text.decode(data, source)
    try:
        if not isinstance(value, dict) or value.get("openline") != VERSION:
            raise InvalidInput(
                "it is no file of a private check", cure="openline private check writes one"
            )
        checked(value, _Envelope, "")
        return Envelope(
            _part(value.get("check"), _check_part), _part(value.get("answer"), _answer_part)
        )
    except InvalidInput as error:
        raise error.at(file=source) from None


def _head(kind: type[_Head], data: bytes) -> _Head:
    if len(data) > HEAD_BYTES_MAX:
        raise InvalidInput(f"a head of {len(data):,} bytes", field="head")
    value = json_text.decode(data)
    if not isinstance(value, dict) or value.pop("kind", None) != _KINDS[kind]:
        raise InvalidInput(f"it is no {_KINDS[kind]}", field="kind")
    checked(value, _SCHEMAS[kind], "")
    found = read(kind, value, "")
    if encode_head(found) != data:
        raise InvalidInput("it is not in the one form of a head", field="head")
    return found


def _part(value: dict[str, Any] | None, make: Callable[[dict[str, Any]], Any]) -> Any:
    return None if value is None else make(value)


def _check_part(value: dict[str, Any]) -> CheckPart:
    return CheckPart(
        _signed_of(value), _bytes(value["setup"], "setup"), _bytes(value["request"], "request")
    )


def _answer_part(value: dict[str, Any]) -> AnswerPart:
    return AnswerPart(_signed_of(value), _bytes(value["response"], "response"))


def _signed_of(value: dict[str, Any]) -> Signed:
    return Signed(_bytes(value["head"], "head"), _bytes(value["signature"], "signature"))


def _signed(signed: Signed) -> dict[str, str]:
    return {"head": _base64(signed.head), "signature": _base64(signed.signature)}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str, field: str) -> bytes:
    """The bytes; only their one form is taken."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or _base64(data) != text:
        raise InvalidInput("it is no base64", field=field)
    return data
