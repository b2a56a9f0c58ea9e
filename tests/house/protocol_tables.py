"""What docs/protocol.md must say: every field, its type and whether it is needed."""

from collections.abc import Iterator
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, UnsetType
from msgspec.structs import fields as struct_fields

from openline.formats import line_bodies, line_event, line_volume
from openline.formats.line_message import Envelope
from openline.line.duty import DutyKind
from openline.line.message.kind import Kind

# A type that has a name of its own: as the page calls it.
NAMED: dict[Any, str] = {
    line_bodies.MessageId: "message id",
    line_bodies.ThreadId: "thread id",
    line_bodies.PartyId: "id",
    line_bodies.Text: "text",
    line_bodies.Name: "name",
    line_bodies.Instant: "instant",
    line_bodies.Digest: "SHA-256",
    line_bodies.Volumes: "volumes",
    line_bodies.Notify: "body of NOTIFY",
    line_volume.Number: "number",
    Kind: "kind",
    DutyKind: "duty",
}
Row = tuple[str, str, bool]
PARTS: tuple[type[Struct], ...] = (
    line_volume.Volume,
    line_volume.Volume3D,
    line_volume.OutlinePolygon,
    line_volume.OutlineCircle,
    line_volume.OutlineCorridor,
    line_volume.LatLngPoint,
    line_volume.Length,
    line_volume.AltitudeW84,
    line_volume.AltitudeGiven,
    line_volume.Time,
    line_bodies.FieldContact,
    line_bodies.PassedTo,
    line_bodies.Evidence,
)


def sections() -> Iterator[tuple[str, tuple[Row, ...]]]:
    """Every heading of the page that has a table of fields, and its rows."""
    yield "Payload", rows(Envelope)
    for kind in Kind:
        yield kind.value, rows(line_bodies.SCHEMAS[kind])
    for part in PARTS:
        yield part.__name__, rows(part)
    for name, schema in line_event.SCHEMAS.items():
        yield name, rows(schema)
    yield "ConflictFacts", rows(line_event.ConflictFacts)


def rows(schema: type[Struct]) -> tuple[Row, ...]:
    """Name, type and whether it is needed, of each field in its order."""
    hints = get_type_hints(schema, include_extras=True)
    return tuple(
        (field.encode_name, type_word(hints[field.name]), field.required)
        for field in struct_fields(schema)
    )


def type_word(hint: Any) -> str:
    """What the page calls a type."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (word,) = (type_word(arg) for arg in args if arg is not UnsetType)
        return word
    if hint in NAMED:
        return NAMED[hint]
    if origin is Annotated:
        return type_word(args[0]) + bounds(args[1])
    if origin is tuple:
        return f"array of {len(args)} {type_word(args[0])}"
    if origin is list:
        return f"array of {type_word(args[0])}"
    if origin is Literal:
        return " ".join(f"`{arg}`" for arg in args)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return " ".join(f"`{code.value}`" for code in hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return f"{hint.__name__}"
    if origin is dict:
        return "object"
    return {str: "string", int: "whole number", float: "number", bool: "true or false"}[hint]


def bounds(meta: Meta) -> str:
    """The bounds of a type, as the page writes them."""
    low = meta.ge if meta.ge is not None else meta.min_length
    high = meta.le if meta.le is not None else meta.max_length
    words = []
    if meta.gt is not None:
        words.append(f"more than {meta.gt:g}")
    if low is not None:
        words.append(f"from {_count(low)}")
    if high is not None:
        words.append(f"to {_count(high)}")
    return f", {' '.join(words)}" if words else ""


def _count(number: float) -> str:
    if number == line_bodies.ENTRY_MAX:
        return "2^53"
    return (
        f"{number:g}" if abs(number) < 1e6 else f"{number:.0e}".replace("+0", "").replace("+", "")
    )
