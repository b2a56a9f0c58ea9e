"""XML as a plain tree with line numbers: hostile input is refused, never expanded.

Source: XML 1.0 (Fifth Edition); Namespaces in XML 1.0. Parsed by expat behind defusedxml.
Read: any encoding that expat knows; names without their namespace, because files in the field mix
versions of it.
Refused: a DOCTYPE (so no entity is ever declared or expanded), nesting deeper than NESTING_MAX,
more than FEATURES_MAX elements.
Left out: comments and processing instructions; the text between child elements is joined.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from openline.errors import AreaTooLarge, InvalidInput
from openline.limits import FEATURES_MAX, NESTING_MAX

_NO_ATTRIBUTES: Final[dict[str, str]] = {}
_CODEC_ERRORS: Final = (LookupError, ValueError, OverflowError)
_NUMBER_CHARACTERS_MAX: Final = 400


@dataclass(slots=True)
class XmlElement:
    """One element: local name, text of its own, attributes by local name, children, line."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["XmlElement"] = field(default_factory=list)
    text: str = ""

    def all(self, *names: str) -> Iterator["XmlElement"]:
        """The children of these names, in order."""
        return (child for child in self.children if child.name in names)

    def first(self, *path: str) -> "XmlElement | None":
        """The first child of that name, its first child of the next name, and so on."""
        found: XmlElement | None = self
        for name in path:
            found = next(found.all(name), None) if found is not None else None
        return found

    def word(self, *path: str) -> str | None:
        """The stripped text of the element at that path; None if absent or blank."""
        found = self.first(*path)
        return (found.text.strip() or None) if found is not None else None


class _TreeTarget:
    """Receives the parser's events; keeps the open elements on a stack of bounded depth."""

    def __init__(self) -> None:
        self.root: XmlElement | None = None
        self.expat: Any = None
        self._open: list[XmlElement] = []
        self._texts: list[list[str]] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins. Raises: AreaTooLarge."""
        line = self.expat.CurrentLineNumber
        self._count += 1
        if len(self._open) >= NESTING_MAX:
            raise AreaTooLarge(
                f"elements are nested more than {NESTING_MAX} deep",
                cure="flatten the file",
                line=line,
            )
        if self._count > FEATURES_MAX:
            raise AreaTooLarge(
                f"more than {FEATURES_MAX:,} elements", cure="split the file", line=line
            )
        own = {_local(name): value for name, value in attributes.items()} if attributes else {}
        element = XmlElement(_local(tag), line, own or _NO_ATTRIBUTES)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._texts.append([])

    def data(self, text: str) -> None:
        """Some characters of the innermost open element."""
        if self._texts:
            self._texts[-1].append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002 - the parser hands in the name
        """The innermost element ends."""
        self._open.pop().text = "".join(self._texts.pop())

    def close(self) -> None:
        """The document ends."""


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def parse_xml(data: bytes, source: str) -> XmlElement:
    """The root element of a file.

    Raises: InvalidInput with file and line for anything that is not well-formed, declares a
    DOCTYPE or is in an unknown encoding; AreaTooLarge beyond the limits.
    """
    target = _TreeTarget()
    try:
        parser = DefusedXMLParser(target=target, forbid_dtd=True)
        target.expat = parser.parser
        parser.feed(data)
        parser.close()
    except InvalidInput as error:
        error.at(file=source)
        raise
    except ParseError as error:
        line, column = error.position
        what = str(error).partition(":")[0]
        raise InvalidInput(
            f"not well-formed XML at column {column + 1}: {what}",
            cure="export the file again",
            file=source,
            line=line,
        ) from None
    except DefusedXmlException:
        raise InvalidInput(
            "the file declares a DOCTYPE or entities, which are never expanded",
            cure="remove the DOCTYPE",
            file=source,
        ) from None
    except _CODEC_ERRORS as error:
        raise InvalidInput(
            f"the text cannot be decoded: {error}", cure="save the file as UTF-8", file=source
        ) from None
    if target.root is None:
        raise InvalidInput("there is no XML element in it", file=source)
    return target.root


def parse_number(text: str | None, word: str) -> float:
    """A finite number in plain decimal or exponent notation; `word` names it in the message.

    Raises: InvalidInput.
    """
    try:
        if text is None or len(text) > _NUMBER_CHARACTERS_MAX or "_" in text:
            raise ValueError
        value = float(text)
    except ValueError:
        shown = "nothing" if text is None else repr(text[:40])
        raise InvalidInput(
            f"{word} is {shown}, not a number", cure="write a decimal number such as 12.5"
        ) from None
    if not math.isfinite(value):
        raise InvalidInput(f"{word} {text} is not a finite number", cure="write a finite number")
    return value
