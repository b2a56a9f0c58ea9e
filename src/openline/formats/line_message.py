"""A message as JSON: the payload that is signed, and back. docs/protocol.md has every field.

Read: JSON in UTF-8 without a byte order mark, at most MESSAGE_BYTES_MAX bytes.
Written: the fields in the order of the schemas, on one line, without spaces.
Refused, with `field`: unknown and missing fields at every level, other types, null, numbers that
    are not finite or out of range, the same name twice, nesting, text that is no UTF-8, instants in
    any form but RFC 3339 with `Z`; and whatever the values themselves refuse.
Laws, held by tests/property/test_line_message.py: what is written reads back as the same message.
The bytes that were signed are what counts: they are kept and never written anew to verify.
"""

from typing import Annotated, Any, Final, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType, field

from openline.errors import AreaTooLarge, InvalidInput
from openline.formats import json_text
from openline.formats.fields import shown
from openline.formats.instants import format_utc, parse_utc
from openline.formats.line_bodies import (
    ENTRY_MAX,
    SCHEMAS,
    Instant,
    MessageId,
    Name,
    PartyId,
    ThreadId,
)
from openline.formats.line_values import checked, placed, read, write
from openline.line.agreement import PARTIES_MAX, VERSION_MAX
from openline.line.message.bodies import Body
from openline.line.message.envelope import MESSAGE_BYTES_MAX, Message
from openline.line.message.kind import Kind

FORMAT_VERSION: Final = 1
BODIES: Final[dict[Kind, Any]] = {body.kind: body for body in get_args(Body)}


class Envelope(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every message has. `thread` is absent where the message begins one."""

    v: Literal[1]
    id: MessageId
    kind: Kind
    agreement: PartyId
    version: Annotated[int, Meta(ge=1, le=VERSION_MAX)]
    sender: PartyId = field(name="from")
    to: Annotated[list[PartyId], Meta(min_length=1, max_length=PARTIES_MAX)]
    sequence: Annotated[int, Meta(ge=1, le=ENTRY_MAX)]
    sent: Instant
    expires: Instant
    officer: Name | UnsetType = UNSET
    thread: ThreadId | UnsetType = UNSET
    body: dict[str, Any]


def decode(payload: bytes) -> Message:
    """The message in a payload. Raises: InvalidInput and its kinds, with `field`."""
    if len(payload) > MESSAGE_BYTES_MAX:
        raise AreaTooLarge(
            f"a message of {len(payload):,} bytes; at most {MESSAGE_BYTES_MAX:,} are accepted",
            cure="send less in one message",
            field="message",
        )
    if not payload.startswith(b"{"):
        raise InvalidInput("a message is a JSON object, and begins with {", field="message")
    with placed(""):
        value = json_text.decode(payload)
    if value.get("v") != FORMAT_VERSION:
        raise InvalidInput(
            f"version {shown(value.get('v'))} of the format is not known",
            cure=f"send v: {FORMAT_VERSION}",
            field="v",
        )
    checked(value, Envelope, "")
    kind = Kind(value["kind"])
    checked(value["body"], SCHEMAS[kind], "body")
    if kind.begins_thread and "thread" in value:
        raise InvalidInput(
            f"a {kind} begins a thread, and names none", cure="leave it out", field="thread"
        )
    return _message(value, read(BODIES[kind], value["body"], "body"))


def decode_body(kind: Kind, data: bytes) -> Body:
    """The body of a message of that kind, from JSON. Raises: InvalidInput and its kinds."""
    with placed("body"):
        value = json_text.decode(data)
    checked(value, SCHEMAS[kind], "body")
    body: Body = read(BODIES[kind], value, "body")
    return body


def body_values(body: Body) -> dict[str, Any]:
    """The body as JSON values. Raises: InvalidInput and its kinds for what would not read back."""
    with placed("body"):
        values: dict[str, Any] = write(body)
    checked(values, SCHEMAS[body.kind], "body")
    return values


def encode(message: Message) -> bytes:
    """The payload of a message. Raises: InvalidInput and its kinds for what would not read back."""
    value: dict[str, Any] = {
        "v": FORMAT_VERSION,
        "id": message.id,
        "kind": message.kind.value,
        "agreement": message.agreement_id,
        "version": message.agreement_version,
        "from": message.sender,
        "to": list(message.recipients),
        "sequence": message.sequence,
        "sent": format_utc(message.time_sent),
        "expires": format_utc(message.time_expires),
    }
    if message.officer is not None:
        value["officer"] = message.officer
    if not message.kind.begins_thread:
        value["thread"] = message.thread
    value["body"] = body_values(message.body)
    checked(value, Envelope, "")
    payload = json_text.encode(value).encode()
    if len(payload) > MESSAGE_BYTES_MAX:
        raise AreaTooLarge(
            f"a message of {len(payload):,} bytes; at most {MESSAGE_BYTES_MAX:,} are accepted",
            cure="send less in one message",
            field="message",
        )
    return payload


def _message(value: dict[str, Any], body: Body) -> Message:
    with placed("sent"):
        sent = parse_utc(value["sent"])
    with placed("expires"):
        expires = parse_utc(value["expires"])
    kind: Kind = body.kind
    if not kind.begins_thread and "thread" not in value:
        raise InvalidInput(
            f"a {kind} belongs to a thread", cure="give the thread's id", field="thread"
        )
    with placed(""):
        return Message(
            id=value["id"],
            agreement_id=value["agreement"],
            agreement_version=value["version"],
            sender=value["from"],
            recipients=tuple(value["to"]),
            sequence=value["sequence"],
            time_sent=sent,
            time_expires=expires,
            thread=value.get("thread", value["id"]),
            body=body,
            officer=value.get("officer"),
        )
