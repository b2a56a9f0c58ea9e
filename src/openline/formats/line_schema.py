"""The JSON schema of a message, for whoever reads or writes one with other tools.

Draft 2020-12. It says names, types, ranges and which fields are needed; what the fields of one
message must be to each other stands in docs/protocol.md and is checked when a message is read.
"""

from typing import Any

import msgspec

from openline.formats.line_bodies import SCHEMAS
from openline.formats.line_message import Envelope
from openline.line.message.kind import Kind


def message_schema() -> dict[str, Any]:
    """One schema for the payload of every kind of message."""
    types = (Envelope, *SCHEMAS.values())
    (_, *bodies), parts = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    envelope = parts.pop("Envelope")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A message of the line",
        "oneOf": [
            _of_kind(envelope, kind, body) for kind, body in zip(SCHEMAS, bodies, strict=True)
        ],
        "$defs": parts,
    }


def _of_kind(envelope: dict[str, Any], kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
    fields = envelope["properties"] | {"kind": {"const": kind.value}, "body": body}
    needed = list(envelope["required"])
    if kind.begins_thread:
        del fields["thread"]
    else:
        needed.append("thread")
    return envelope | {"title": kind.value, "properties": fields, "required": needed}
