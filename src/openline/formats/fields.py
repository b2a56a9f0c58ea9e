"""Typed access to named fields: the properties of a feature, the cells of a row."""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from openline.errors import InvalidAltitude, InvalidInput
from openline.formats.instants import parse_instant
from openline.formats.quantities import altitude_of, parse_altitude
from openline.geo.altitude import Altitude
from openline.limits import TEXT_MAX

_Choice = TypeVar("_Choice", bound=StrEnum)
_NUMBER: Final = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?")
_LENGTH: Final = re.compile(r"([+-]?\d{1,9}(?:\.\d{0,9})?)\s*(m|ft)", re.IGNORECASE)
_INTEGER_MAX: Final = 2**53  # beyond it readers of JSON disagree
_NOTHING: Final[Mapping[str, object]] = {}


def finite(value: object) -> float:
    """A finite number from a JSON number or its decimal text. Raises: InvalidInput."""
    if isinstance(value, str):
        word = value.strip()
        if _NUMBER.fullmatch(word) is None:
            raise InvalidInput(
                f"{shown(value)} is not a number", cure="write it with a decimal point, as 48.75"
            )
        value = float(word)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidInput(f"{shown(value)} is not a number", cure="give a number")
    if not math.isfinite(value):
        raise InvalidInput(f"{value} is not a finite number", cure="give a number")
    return float(value)


def shown(value: object) -> str:
    """A value of a file for a message, cut to a readable length."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def tidy(text: str, limit: int = TEXT_MAX, keep: str = "") -> str | None:
    """Text for people: control characters become spaces, at most `limit` characters are kept."""
    words = "".join(
        " " if unicodedata.category(c) == "Cc" and c not in keep else c
        for c in text.strip()[:limit]
    )
    return words.strip() or None


class Fields:
    """Named values with defaults; null and blank text count as absent.

    Every error that a method raises names the field. Text is accepted for numbers, because tables
    and many exports have nothing else.
    """

    def __init__(
        self, values: Mapping[str, object], defaults: Mapping[str, object] = _NOTHING
    ) -> None:
        self._values = values
        self._defaults = defaults

    def get(self, name: str) -> object | None:
        """The value as it stands, or None."""
        for values in (self._values, self._defaults):
            value = values.get(name)
            if value is not None and not (isinstance(value, str) and not value.strip()):
                return value
        return None

    def text(self, name: str, limit: int = TEXT_MAX, keep: str = "") -> str | None:
        """Text for people, tidied. Raises: InvalidInput for an object or an array."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, (dict, list)):
            raise InvalidInput(f"{shown(value)} is not text", cure="give text", field=name)
        return tidy(str(value), limit, keep)

    def identifier(self, name: str) -> str | None:
        """An id: text or a whole number, taken as it stands.

        Raises: InvalidInput for anything else, control characters, or more than TEXT_MAX of them.
        """
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise InvalidInput(f"{shown(value)} is not an id", cure="give text", field=name)
        word = str(value).strip()
        if len(word) > TEXT_MAX or any(unicodedata.category(c) == "Cc" for c in word):
            raise InvalidInput(
                f"{shown(word)} is too long for an id or holds control characters",
                cure="name it with plain text",
                field=name,
            )
        return word

    def number(self, name: str) -> float | None:
        """A finite number. Raises: InvalidInput."""
        value = self.get(name)
        if value is None:
            return None
        try:
            return finite(value)
        except InvalidInput as error:
            error.at(field=name)
            raise

    def integer(self, name: str) -> int | None:
        """A whole number. Raises: InvalidInput."""
        number = self.number(name)
        if number is None:
            return None
        if not number.is_integer() or abs(number) > _INTEGER_MAX:
            raise InvalidInput(f"{number:g} is not a whole number", cure="round it", field=name)
        return int(number)

    def instant(self, name: str) -> datetime | None:
        """An aware instant. Raises: InvalidTimeRange."""
        value = self.get(name)
        if value is None:
            return None
        try:
            return parse_instant(value)
        except InvalidInput as error:
            error.at(field=name)
            raise

    def choice(self, name: str, choices: type[_Choice]) -> _Choice | None:
        """One of the words, in any case. Raises: InvalidInput, naming them."""
        value = self.get(name)
        if value is None:
            return None
        for choice in choices:
            if isinstance(value, str) and value.strip().lower() == choice.value.lower():
                return choice
        words = ", ".join(choice.value for choice in choices)
        raise InvalidInput(f"{shown(value)} is not known", cure=f"use one of {words}", field=name)

    def altitude(self, name: str) -> Altitude | None:
        """A limit from a number or from text such as `FL100`, `2000 ft AMSL`, `SFC`, `UNL`.

        Unit and datum come from the text itself, else from `NAME_unit` and `NAME_reference`, else
        from `altitude_unit` and `altitude_reference`, else metres over the ellipsoid.
        Raises: InvalidAltitude, InvalidInput.
        """
        value = self.get(name)
        if value is None:
            return None
        unit = self.text(f"{name}_unit") or self.text("altitude_unit")
        reference = self.text(f"{name}_reference") or self.text("altitude_reference")
        try:
            return _altitude(value, unit, reference)
        except InvalidInput as error:
            error.at(field=name)
            raise


def _altitude(value: object, unit: str | None, reference: str | None) -> Altitude:
    if not isinstance(value, str):
        return altitude_of(finite(value), unit, reference)
    word = value.strip()
    if _NUMBER.fullmatch(word):
        return altitude_of(finite(word), unit, reference)
    length = _LENGTH.fullmatch(word)
    if length is None:
        return parse_altitude(word)
    if reference is not None and reference.upper() == "FL":
        raise InvalidAltitude(
            f"{word!r} has a unit, but a flight level has none",
            cure="write FL100, or another altitude_reference",
        )
    return altitude_of(float(length[1]), length[2], reference)
