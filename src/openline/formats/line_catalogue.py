"""The words of the line in the reader's language: one file of the folder `catalogue` for each.

A message carries codes and fixed fields; what they are called is here and nowhere else. `codes` has
a word for every code, by the name of its enumeration; `fields` the names of fields; `events` and
`sentences` what an event or message says, in one line; `phrases` what is put together from parts;
`console` has the words of the page.
A further language is a further file with the same names in it; tests/unit/test_line_catalogue.py
holds it to that. A language that is not here is shown in English.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from openline.errors import InvariantBroken

ENGLISH: Final = "en"


class Catalogue(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The words of one language. `standing` is shown on every screen and in every report."""

    language: str
    name: str
    standing: str
    codes: dict[str, dict[str, str]]
    events: dict[str, str]
    fields: dict[str, str]
    sentences: dict[str, str]
    phrases: dict[str, str]
    console: dict[str, str]

    def code(self, code: StrEnum) -> str:
        """The word for a code."""
        return self.codes[type(code).__name__][code.value]

    def filled(self, template: str, values: Mapping[str, str]) -> str:
        """A sentence or phrase with its values. Raises: InvariantBroken if one is missing."""
        try:
            return template.format_map(values)
        except KeyError as error:
            raise InvariantBroken(f"{template!r} of {self.language} lacks {error}") from None


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are, by their tags."""
    folder = files("openline.formats").joinpath("catalogue")
    names = (file.name for file in folder.iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def catalogue(language: str = ENGLISH) -> Catalogue:
    """The words of a language (RFC 5646), of its main language, or English."""
    wanted = language.lower()
    for tag in (wanted, wanted.partition("-")[0]):
        if tag in languages():
            return _read(tag)
    return _read(ENGLISH)


def label(code: StrEnum, language: str = ENGLISH) -> str:
    """What a code of the line is called."""
    return catalogue(language).code(code)


@cache
def _read(tag: str) -> Catalogue:
    data = files("openline.formats").joinpath(f"catalogue/{tag}.json").read_bytes()
    return msgspec.json.decode(data, type=Catalogue)
