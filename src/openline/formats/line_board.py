"""What a party sees of the line as plain JSON values: boards, threads, what was said.

A dataclass is an object of its fields; what is None is left out. Instants are RFC 3339 with `Z`,
durations seconds in a field that ends in `_s`, volumes as in `line_volume`, positions `lat` and
`lng`, cells 16 hexadecimal digits, bytes hexadecimal. The body of a message has its kind beside it.
"""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.errors import InvariantBroken
from openline.formats.instants import format_instant
from openline.formats.line_volume import position_value, volume_value
from openline.geo.position import Position
from openline.line.masking import CoarseNotice
from openline.line.message.kind import Kind
from openline.line.proposal import ProposalState


def values_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as JSON values."""
    if not is_dataclass(value):
        raise InvariantBroken(f"{type(value).__name__} has no form as an object")
    found = {}
    for field in fields(value):
        member = getattr(value, field.name)
        if member is None:
            continue
        if isinstance(member, timedelta):
            found[f"{field.name}_s"] = member.total_seconds()
        else:
            found[field.name] = _plain(member, field.name)
    return found


def _plain(value: Any, name: str) -> Any:
    match value:
        case StrEnum():
            return value.value
        case bool() | int() | float() | str():
            return value
        case datetime():
            return format_instant(value)
        case bytes():
            return value.hex()
        case Position():
            return position_value(value)
        case Volume4D():
            return volume_value(value)
        case Separation():
            return {
                "lateral_m": value.lateral_m,
                "vertical_m": value.vertical_m,
                "time_s": value.time_s,
            }
        case CoarseNotice():
            return _coarse(value)
        case ProposalState():  # `meets` beside it is what the party may know of that in it
            return _fields_but(value, without="meets")
        case tuple() | list():
            return [_plain(one, name) for one in value]
        case _ if name in ("says", "body"):
            return {"kind": value.kind.value} | values_of(value)
        case _:
            return values_of(value)


def _coarse(value: CoarseNotice) -> dict[str, Any]:
    found = {"kind": Kind.NOTIFY.value} | _fields_but(value, without="cells")
    return found | {"cells": [f"{cell:016x}" for cell in value.cells]}


def _fields_but(value: Any, without: str) -> dict[str, Any]:
    return {
        field.name: _plain(member, field.name)
        for field in fields(value)
        if field.name != without and (member := getattr(value, field.name)) is not None
    }
