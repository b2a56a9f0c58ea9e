"""Values of the line as plain JSON values, and back: one table for each dataclass, both ways.

A value has the fields of its dataclass, by name and in order. Absent on the wire is None, or the
default of the dataclass; nothing is ever null. A duration is a number of seconds, and its name ends
in `_s`. An instant is RFC 3339 in UTC with `Z`; bytes are hexadecimal; volumes as in `line_volume`.
`checked` holds a value against its schema first: unknown fields, types and ranges.
Errs toward: refusing. Every error has `field`, the path of what is wrong.
"""

import math
import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput, InvariantBroken
from openline.formats.fields import shown
from openline.formats.instants import format_utc, parse_utc
from openline.formats.line_volume import position_of, position_value, volume_value, volumes_of
from openline.geo.position import Position

_Value = TypeVar("_Value")
_Json = dict[str, Any]
_PROBLEM: Final = re.compile(r"(?P<problem>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
_NAME: Final = re.compile(
    r"Object (?:contains unknown|missing required) field `(?P<name>.*)`", re.DOTALL
)
_SHOWN_MAX: Final = 80
_WIRE_TYPES: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


def checked(value: object, schema: type[msgspec.Struct], path: str) -> None:
    """Hold a JSON value against a schema. Raises: InvalidInput with `field`."""
    try:
        msgspec.convert(value, schema)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), path) from None


def read(kind: Callable[..., _Value], value: _Json, path: str) -> _Value:
    """The value of a dataclass from JSON that was `checked`. Raises: InvalidInput with `field`."""
    given = {}
    for member in _members(kind):
        if member.wire_name in value:
            place = joined(path, member.wire_name)
            given[member.name] = member.read(value[member.wire_name], place)
        elif member.needed:
            given[member.name] = None
    try:
        return kind(**given)
    except InvalidInput as error:
        _place(error, path)
        raise


def write(value: Any) -> _Json:
    """The JSON of a dataclass; what is None or empty is left out. Raises: InvalidInput."""
    kind: Any = type(value)
    written = {}
    for member in _members(kind):
        content = getattr(value, member.name)
        if content is not None and (content != () or member.needed):
            try:
                written[member.wire_name] = member.write(content)
            except InvalidInput as error:
                _place(error, member.wire_name)
                raise
    return written


def wire_names(kind: type) -> tuple[str, ...]:
    """The names of a dataclass's fields on the wire, in their order."""
    return tuple(member.wire_name for member in _members(kind))


def joined(path: str, name: str) -> str:
    """The path of a field below a path."""
    return f"{path}.{name}" if path and not name.startswith("[") else f"{path}{name}"


class placed:  # noqa: N801 - it reads as a word of the language
    """The scope of what stands at a path: an InvalidInput gets the whole path of its field."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, InvalidInput):
            _place(error, self._path)


def _place(error: InvalidInput, path: str) -> None:
    """Give an error of what stands at a path the whole path of its field."""
    field = str(error.facts.get("field", ""))
    own = re.sub(r"\[\d+\]$", "", path).rpartition(".")[2]
    if field.partition(".")[0] == own:  # it names itself: `contact.role` in a contact
        field = field.partition(".")[2]
    error.facts["field"] = joined(path, field) if field else path or "message"


@dataclass(frozen=True, slots=True)
class _Codec:
    """How values of one type are read and written."""

    read: Callable[[Any, str], Any]
    write: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Member:
    """One field of a dataclass. needed: it has no default."""

    name: str
    wire_name: str
    needed: bool
    read: Callable[[Any, str], Any]
    write: Callable[[Any], Any]


@cache
def _members(kind: Any) -> tuple[_Member, ...]:
    if not is_dataclass(kind):
        raise InvariantBroken(f"{kind.__name__} has no form on the wire")
    hints = get_type_hints(kind)
    members = []
    for field in fields(kind):
        hint = _without_none(hints[field.name])
        codec = _codec(hint)
        wire_name = f"{field.name}_s" if hint is timedelta else field.name
        needed = field.default is MISSING
        members.append(_Member(field.name, wire_name, needed, codec.read, codec.write))
    return tuple(members)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) is UnionType:
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    return hint


def _codec(hint: Any) -> _Codec:
    if hint in _LEAVES:
        return _LEAVES[hint]
    if get_origin(hint) is tuple:
        return _array_codec(_codec(get_args(hint)[0]))
    if is_dataclass(hint):
        kind: Any = hint
        return _Codec(lambda value, path: read(kind, value, path), write)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        words: Any = hint
        return _Codec(lambda value, _path: words(value), str)
    raise InvariantBroken(f"{hint} has no form on the wire")


def _array_codec(item: _Codec) -> _Codec:
    return _Codec(
        lambda value, path: tuple(
            item.read(one, f"{path}[{number}]") for number, one in enumerate(value)
        ),
        lambda value: [item.write(one) for one in value],
    )


def _same(value: Any, _path: str = "") -> Any:
    return value


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise InvalidInput(f"{value} is not a finite number", cure="give a number")
    return float(value)


def _instant(text: str, path: str) -> datetime:
    try:
        return parse_utc(text)
    except InvalidInput as error:
        _place(error, path)
        raise


def _digest(text: str, path: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if not found or found.hex() != text:
        raise InvalidInput(
            f"{shown(text)} is not hexadecimal", cure="use 0-9 and a-f, two for a byte", field=path
        )
    return found


_LEAVES: Final[dict[Any, _Codec]] = {
    str: _Codec(_same, _same),
    int: _Codec(_same, _same),
    bool: _Codec(_same, _same),
    float: _Codec(lambda value, _path: float(value), _number),
    bytes: _Codec(_digest, bytes.hex),
    datetime: _Codec(_instant, format_utc),
    timedelta: _Codec(lambda value, _path: timedelta(seconds=value), timedelta.total_seconds),
    Position: _Codec(position_of, position_value),
    tuple[Volume4D, ...]: _Codec(
        volumes_of, lambda volumes: [volume_value(volume) for volume in volumes]
    ),
}


def _refusal(text: str, path: str) -> InvalidInput:
    """The error of the schema in our words."""
    found = _PROBLEM.fullmatch(text)
    problem, place = (found["problem"], found["path"]) if found else (text, None)
    place = joined(path, place) if place else path
    named = _NAME.fullmatch(problem)
    if named is not None:
        name = named["name"][:_SHOWN_MAX]
        field = joined(place, name)
        if problem.startswith("Object contains"):
            return InvalidInput(
                f"the field {shown(name)} is not known", cure="leave it out", field=field
            )
        return InvalidInput(f"the field {name!r} is missing", cure="give it", field=field)
    for word, ours in _WIRE_TYPES.items():
        problem = problem.replace(f"`{word}`", ours)
    problem = problem[:1].lower() + problem[1:]
    if len(problem) > 2 * _SHOWN_MAX:
        problem = problem[: 2 * _SHOWN_MAX] + "..."
    cure = "docs/protocol.md describes every field"
    return InvalidInput(problem, cure=cure, field=place or "message")
