"""Strict TOML: every value with the line it is in, and every refusal with that line.

Source: TOML 1.0. The standard library reads the values; the lines are found beside it.
Refused: other encodings than UTF-8, more than `TOML_BYTES_MAX` bytes, deep nesting, and every field
that nobody asked for: `Table.finish`.
"""

import math
import re
import tomllib
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any, Final

from openline.errors import InvalidInput
from openline.formats.instants import parse_instant
from openline.formats.json_text import decode_text
from openline.limits import NESTING_MAX, TEXT_MAX

TOML_BYTES_MAX: Final = 1024 * 1024
_LIST_MAX: Final = 1_000
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")
_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:[^\s,\]}#]+|[^\s,\]}#]+")
_STRING: Final = re.compile(
    r'"""(?:\\.|(?!""").)*"{3,5}|\'\'\'(?:(?!\'\'\').)*\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'',
    re.DOTALL,
)
_KEY: Final = re.compile(r'[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|\'[^\']*\'')
Path = tuple[str | int, ...]


def decode(data: bytes, source: str) -> "Table":
    """The document's root table. Raises: InvalidInput with `file` and `line`."""
    if len(data) > TOML_BYTES_MAX:
        raise InvalidInput(
            f"{len(data):,} bytes; at most {TOML_BYTES_MAX:,} are read",
            cure="check that it is the right file",
            file=source,
        )
    text = decode_text(data, source)
    try:
        values = tomllib.loads(text)
        _check_depth(values)
        lines = _Lines(text).find()
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text, source) from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            f"not TOML that can be read: {str(error)[:80]}", cure="simplify it", file=source
        ) from None
    return Table(values, lines, (), source)


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(NESTING_MAX):
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
            elif isinstance(one, list):
                below += one
        if not below:
            return
        level = below
    raise RecursionError(f"nested more than {NESTING_MAX} deep")


def _syntax_error(message: str, text: str, source: str) -> InvalidInput:
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else max(text.rstrip("\n").count("\n") + 1, 1)
    column = f", at column {place[2]}" if place and place[2] else ""
    words = _PLACE.sub("", message)
    return InvalidInput(f"not TOML: {words[:1].lower()}{words[1:]}{column}", file=source, line=line)


class Table:
    """One table of a document. Each value is asked for by name; `finish` refuses what is left."""

    def __init__(
        self, values: dict[str, Any], lines: dict[Path, int], path: Path, source: str
    ) -> None:
        self._values = values
        self._lines = lines
        self._path = path
        self._source = source
        self._asked: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def is_empty(self, name: str) -> bool:
        """Whether a field is there and is the empty text."""
        return self._values.get(name) == ""

    def error(self, problem: str, name: str | None = None, cure: str | None = None) -> InvalidInput:
        """An error at the table or at one of its fields."""
        return InvalidInput(problem, cure=cure, **self.place(name))

    def place(self, name: str | None = None) -> dict[str, Any]:
        """File, line and field of the table or of one of its fields."""
        path = self._path if name is None else (*self._path, name)
        known = path
        while known and known not in self._lines:
            known = known[:-1]
        field = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
        return {"file": self._source, "line": self._lines.get(known, 1), "field": field or None}

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty. Without a default it has to be there."""
        value = self._value(name, default)
        if not isinstance(value, str):
            raise self.error("it is no text", name, cure=f'write {name} = "…"')
        if not value.strip() or len(value) > TEXT_MAX or not value.isprintable():
            raise self.error(
                "it is empty, too long or holds control characters",
                name,
                cure=f"1 to {TEXT_MAX} letters on one line",
            )
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A finite number."""
        return self._number(self._value(name, default), name)

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._value(name, default)
        if type(value) is not int:
            raise self.error("it is no whole number", name, cure=f"write {name} = 1")
        return value

    def instant(self, name: str, value: object) -> datetime:
        """An instant from a text or a TOML time with its zone, which is the value of a field."""
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
        if isinstance(value, date) or not isinstance(value, str):
            raise self.error("it is no time with a zone", name, cure='write "2026-11-22T10:00Z"')
        try:
            return parse_instant(value)
        except InvalidInput as error:
            raise error.at(**self.place(name)) from None

    def items(self, name: str) -> list[Any]:
        """The values of a list; empty if it is not there."""
        value = self._value(name, [])
        if not isinstance(value, list) or len(value) > _LIST_MAX:
            raise self.error(
                f"it is no list of at most {_LIST_MAX}", name, cure=f"write {name} = []"
            )
        return value

    def texts(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts."""
        if name not in self._values:
            self._asked.add(name)
            return default
        values = self.items(name)
        one = Table(
            {str(at): value for at, value in enumerate(values)},
            self._lines,
            (*self._path, name),
            self._source,
        )
        return tuple(one.text(str(at)) for at in range(len(values)))

    def numbers(self, name: str) -> tuple[float, ...]:
        """A list of finite numbers."""
        return tuple(self._number(value, name) for value in self.items(name))

    def table(self, name: str) -> "Table":
        """A table that has to be there."""
        value = self._value(name, None)
        if not isinstance(value, dict):
            raise self.error("it is no table", name, cure=f"write [{name}]")
        return Table(value, self._lines, (*self._path, name), self._source)

    def tables(self, name: str) -> tuple["Table", ...]:
        """The tables of a list of tables; empty if there are none."""
        values = self.items(name)
        if not all(isinstance(value, dict) for value in values):
            raise self.error("it is no list of tables", name, cure=f"write [[{name}]]")
        return tuple(
            Table(value, self._lines, (*self._path, name, at), self._source)
            for at, value in enumerate(values)
        )

    def names(self) -> tuple[str, ...]:
        """The names of all fields, each of them asked for now."""
        self._asked.update(self._values)
        return tuple(self._values)

    def finish(self) -> None:
        """Raises: InvalidInput at the first field that nobody asked for."""
        for name in self._values:
            if name not in self._asked:
                near = get_close_matches(name, self._asked - set(self._values), n=1)
                near = near or get_close_matches(name, self._asked, n=1)
                cure = f"did you mean {near[0]}?" if near else "remove it"
                raise self.error("there is no such field", name, cure=cure)

    def _value(self, name: str, default: Any) -> Any:
        self._asked.add(name)
        if name in self._values:
            return self._values[name]
        if default is None:
            near = get_close_matches(name, self._values.keys() - self._asked, n=1, cutoff=0.8)
            if near:
                raise self.error("there is no such field", near[0], cure=f"did you mean {name}?")
            raise self.error(f"{name} is missing", cure=f"add {name}")
        return default

    def _number(self, value: Any, name: str) -> float:
        if type(value) not in (int, float):
            raise self.error("it is no number", name, cure="write it without quotes")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.error("it is no finite number", name, cure="give a number")
        return number


class _Lines:
    """Finds the line of every table and value in a text that is known to be TOML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0  # line ends before this place are in _line
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}

    def find(self) -> dict[Path, int]:
        """Path to line number, from 1. Keys are names and places in lists, from 0."""
        base: Path = ()
        self._skip()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                base = self._header()
            else:
                self._pair(base)
            self._skip()
        return self._lines

    def _header(self) -> Path:
        listed = self._text.startswith("[[", self._at)
        line = self._here()
        self._at += 2 if listed else 1
        names = self._names("]")
        self._at += 2 if listed else 1
        path = self._resolved((), names[:-1])
        path = (*path, names[-1])
        if listed:
            self._lines.setdefault(path, line)
            self._counts[path] = self._counts.get(path, 0) + 1
            path = (*path, self._counts[path] - 1)
        else:
            path = self._resolved((), names)
        for above in range(1, len(path)):
            self._lines.setdefault(path[:above], line)
        self._lines[path] = line
        return path

    def _resolved(self, base: Path, names: list[str]) -> Path:
        """The path of names, in the latest table of every list of tables on the way."""
        path = base
        for name in names:
            path = (*path, name)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, base: Path) -> None:
        line = self._here()
        names = self._names("=")
        self._at += 1
        path = base
        for name in names:
            path = (*path, name)
            self._lines.setdefault(path, line)
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip()
        self._lines.setdefault(path, self._here())
        first = self._text[self._at]
        if first == "[":
            self._list(path)
        elif first == "{":
            self._inline_table(path)
        else:
            found = (_STRING if first in "\"'" else _BARE).match(self._text, self._at)
            self._at = found.end() if found else self._at + 1

    def _list(self, path: Path) -> None:
        self._at += 1
        self._skip()
        place = 0
        while self._text[self._at] != "]":
            self._value((*path, place))
            # texts of a list are asked for by their number as a name
            self._lines[(*path, str(place))] = self._lines[(*path, place)]
            place += 1
            self._skip(",")
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        self._skip()
        while self._text[self._at] != "}":
            self._pair(path)
            self._skip(",")
        self._at += 1

    def _names(self, end: str) -> list[str]:
        names = []
        self._skip()
        while self._text[self._at] != end:
            found = _KEY.match(self._text, self._at)
            if found is None:  # the standard library has read it: this cannot be
                raise ValueError("a name that cannot be found again")
            word = found[0]
            names.append(next(iter(tomllib.loads(f"{word}=0"))) if word[0] in "\"'" else word)
            self._at = found.end()
            self._skip(".")
        return names

    def _skip(self, also: str = "") -> None:
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if not also or self._text[self._at : self._at + 1] != also:
                return
            self._at += 1

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line
