"""Strict JSON: what RFC 8259 leaves open is refused, and every refusal names line and column.

Source: RFC 8259 (JSON), RFC 7493 (I-JSON) for duplicate names and surrogates.
Read: UTF-8, with or without a byte order mark.
Refused: other encodings, NaN and Infinity, the same name twice in one object, integers of more
than 19 digits, nesting deeper than `limits.NESTING_MAX`, lone surrogates.
Left out: nothing.
Errs toward: refusing. Numbers with a fraction may still be infinite (`1e999`): whoever uses a
number checks that it is finite (`fields.Fields` does).
"""

import json
import re
from typing import Any, Final, NoReturn

import msgspec

from openline.errors import InvalidInput
from openline.limits import NESTING_MAX

_INTEGER_DIGITS_MAX: Final = 19
_BOM: Final = b"\xef\xbb\xbf"
_OTHER_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_LONG: Final = re.compile(rb"\d{%d}" % (_INTEGER_DIGITS_MAX + 1))
_PLAIN_BYTES_MAX: Final = 65_536
_WRITE: Final = msgspec.json.Encoder().encode
_READ: Final = msgspec.json.Decoder().decode
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_TOKEN: Final = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")(?P<name>\s*:)?'
    r"|(?P<open>[{\[])|(?P<close>[}\]])"
    r"|(?P<constant>NaN|-?Infinity)"
    rf"|(?P<huge>-?\d{{{_INTEGER_DIGITS_MAX + 1},}}(?![\d.eE]))"
)
_WORDS: Final = {
    "Expecting value": "a value is missing or misspelt",
    "Expecting property name enclosed in double quotes": 'a name in quotes or a "}" is missing',
    "Expecting ':' delimiter": 'a ":" is missing',
    "Expecting ',' delimiter": 'a "," or a closing bracket is missing',
    "Unterminated string starting at": "a string has no closing quote",
    "Invalid control character at": "a string holds a line break or another control character",
    "Extra data": "there is more text after the end of the JSON value",
}


class _Refused(ValueError):
    """Raised by the hooks of the decoder; the place is found afterwards."""


def decode(data: bytes, source: str | None = None, first_line: int = 1) -> Any:
    """The value of one JSON document; objects are dicts, numbers int or float.

    `source` is the file's name for messages, `first_line` the number of the document's first line
    in that file. Raises: InvalidInput with `file`, `line` and `column`.
    """
    if len(data) <= _PLAIN_BYTES_MAX and (value := _plain(data)) is not None:
        return value
    try:
        return _decode(decode_text(data, first_line=first_line), first_line)
    except InvalidInput as error:
        error.at(file=source)
        raise


def _plain(data: bytes) -> Any:
    """The value of a document that is, byte for byte, how that value is written on one line.

    So it has no name twice, no number in another form, no half of a surrogate pair. None for any
    other document, good or bad: it is read slowly, and told what is wrong.
    """
    if data.count(b"{") + data.count(b"[") > NESTING_MAX or _LONG.search(data):
        return None  # perhaps nested too deep, or with a number too long
    try:
        value = _READ(data)
        return value if _WRITE(value) == data else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _decode(text: str, first_line: int) -> Any:
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        if not text.strip():
            raise InvalidInput("there is no JSON in it", line=first_line) from None
        problem = _WORDS.get(error.msg, error.msg.lower())
        raise _at(text, error.pos, f"not JSON: {problem}", first_line) from None
    except (_Refused, RecursionError):
        _refuse(text, first_line)
    if _deeper_than_allowed(value):
        _refuse(text, first_line)
    if _SURROGATE.search(text):
        _check_surrogates(value, text, first_line)
    return value


def decode_text(data: bytes, source: str | None = None, first_line: int = 1) -> str:
    """The text of a UTF-8 file, without its byte order mark.

    Raises: InvalidInput with `file`, `line` and `column` of the first byte that is not UTF-8.
    """
    if data.startswith(_OTHER_BOMS):
        raise InvalidInput("it is UTF-16, not UTF-8", cure="save it as UTF-8", file=source)
    body = data.removeprefix(_BOM)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8")
        problem = f"byte 0x{body[error.start]:02x} is not UTF-8"
        refusal = _at(before, len(before), problem, first_line, cure="save the file as UTF-8")
        refusal.at(file=source)
        raise refusal from None


def encode(value: object) -> str:
    """JSON on one line; numbers keep every bit, NaN and Infinity never come out (ValueError)."""
    return _ENCODER.encode(value)


def encode_arrays(head: dict[str, object], arrays: dict[str, list[dict[str, object]]]) -> bytes:
    """A JSON object of plain members and then arrays, with one item a line, as UTF-8."""
    members = [f" {encode(name)}: {encode(value)}" for name, value in head.items()]
    for name, items in arrays.items():
        lines = ",\n".join(f"  {encode(item)}" for item in items)
        members.append(f" {encode(name)}: [\n{lines}\n ]" if items else f" {encode(name)}: []")
    body = ",\n".join(members)
    return f"{{\n{body}\n}}\n".encode()


def _refuse_constant(word: str) -> NoReturn:
    raise _Refused(word)


def _integer(digits: str) -> int:
    if len(digits) > _INTEGER_DIGITS_MAX and len(digits.lstrip("-")) > _INTEGER_DIGITS_MAX:
        raise _Refused(digits)
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Refused
    return result


def _deeper_than_allowed(value: object) -> bool:
    # level by level, so that hostile nesting cannot exhaust the stack
    level: list[Any] = [value] if isinstance(value, (dict, list)) else []
    for _ in range(NESTING_MAX):
        below: list[Any] = []
        for container in level:
            members = container.values() if isinstance(container, dict) else container
            below += [member for member in members if isinstance(member, (dict, list))]
        if not below:
            return False
        level = below
    return True


def _check_surrogates(value: object, text: str, first_line: int) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        found = _SURROGATE.search(text)
        position = found.start() if found else 0
        raise _at(
            text,
            position,
            "half of a surrogate pair is not a character",
            first_line,
            cure="write the character itself",
        ) from None


def _refuse(text: str, first_line: int) -> NoReturn:
    """Find what the decoder refused, and say where. Raises: InvalidInput, always."""
    names: list[set[str]] = []
    for token in _TOKEN.finditer(text):
        if token["open"]:
            names.append(set())
            if len(names) > NESTING_MAX:
                problem = f"nested more than {NESTING_MAX} deep"
                raise _at(text, token.start(), problem, first_line, cure="flatten the file")
        elif token["close"]:
            if names:
                names.pop()
        elif token["name"] and names:
            name = json.loads(token["string"], strict=False)
            if name in names[-1]:
                problem = f"the name {name[:40]!r} occurs twice in one object"
                raise _at(text, token.start(), problem, first_line, cure="keep one of them")
            names[-1].add(name)
        elif token["constant"]:
            problem = f"{token['constant']} is not a number"
            raise _at(text, token.start(), problem, first_line, cure="give a finite number")
        elif token["huge"]:
            problem = f"an integer of {len(token['huge'].lstrip('-'))} digits"
            raise _at(text, token.start(), problem, first_line, cure="give a sensible number")
    raise InvalidInput("not JSON that can be read", line=first_line)


def _at(
    text: str, position: int, problem: str, first_line: int, cure: str | None = None
) -> InvalidInput:
    line = first_line + text.count("\n", 0, position)
    column = position - text.rfind("\n", 0, position)
    return InvalidInput(f"{problem}, at column {column}", cure=cure, line=line, column=column)
