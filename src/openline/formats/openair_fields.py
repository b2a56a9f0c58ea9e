"""Values in OpenAir records: positions, altitudes, numbers, activation times.

Positions: `DD:MM:SS N`, `DD:MM.mmm N`, decimal degrees with a hemisphere letter; the letter stands
before or after, with or without spaces. Signed degrees without letters are refused.
Altitudes: `FL245`, `FL 60`, `2000 ft`, `2000ft AMSL`, `1500 AGL`, `300M`, `5000 STD`, `SFC`, `GND`,
`UNL`. A number alone is feet AMSL. A lower limit of 0 without a datum is the surface: wider where
the ground lies below sea level.
"""

import re
from datetime import datetime
from typing import Final

from openline.errors import InvalidAltitude, InvalidGeometry, InvalidInput
from openline.formats.instants import parse_instant
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.position import Position

_NUMBER: Final = r"\d{1,3}(?:\.\d{0,15})?"
# A separator is needed between the parts: `0123E` could be 1°23' or 12°3'.
_ANGLE: Final = (
    rf"({_NUMBER})(?: ?[:°] ?({_NUMBER})| ({_NUMBER}))?(?: ?[:'′] ?({_NUMBER})| ({_NUMBER}))?"
    r" ?[°'′\"″]?"
)
_AFTER: Final = re.compile(rf"{_ANGLE} ?([NS]) ?,? ?{_ANGLE} ?([EW])", re.IGNORECASE)
_BEFORE: Final = re.compile(rf"([NS]) ?{_ANGLE} ?,? ?([EW]) ?{_ANGLE}", re.IGNORECASE)
_PLAIN: Final = re.compile(r"\s*\+?(\d{1,9}(?:\.\d{0,15})?|\.\d{1,15})\s*(?:NM)?\s*", re.IGNORECASE)
_LEVEL: Final = re.compile(r"F(?:L)?\s*(\d{1,4})")
_LIMIT: Final = re.compile(
    r"([+-]?\d{1,7}(?:\.\d{0,9})?)\s*(M|MTR|METERS?|METRES?|F|FT|FEET)?\s*"
    r"(AMSL|MSL|ALT|AGL|GND|SFC|ASFC|AAL|STD)?\s*(M|FT)?"
)
_ABOVE_GROUND: Final = ("AGL", "GND", "SFC", "ASFC", "AAL")
_SURFACE: Final = ("SFC", "GND", "SURFACE", "GROUND")
_UNLIMITED: Final = ("UNL", "UNLIM", "UNLIMITED", "UNLTD")
# Limits that a file leaves to another publication: known to be unknown.
_STATED_ELSEWHERE: Final = ("NOTAM", "BYNOTAM", "BCTA", "ASKONAIR")
_FIRST_LONGITUDE: Final = re.compile(r"[^EW]*[EW]", re.IGNORECASE)
_POSITION_MAX: Final = 120
_POSITION_CURE: Final = "write DD:MM:SS N DDD:MM:SS E, with a hemisphere letter on each"


def parse_position(text: str) -> Position:
    """A position in any of the spellings. Raises: InvalidGeometry."""
    words = " ".join(text.split()).rstrip(" ,")
    match = _AFTER.fullmatch(words) if len(words) <= _POSITION_MAX else None
    if match is not None:
        lat, lng = match.group(1, 2, 3, 4, 5), match.group(7, 8, 9, 10, 11)
        south, west = match[6], match[12]
    else:
        match = _BEFORE.fullmatch(words) if len(words) <= _POSITION_MAX else None
        if match is None:
            raise InvalidGeometry(f"{words[:80]!r} is not a position", cure=_POSITION_CURE)
        lat, lng = match.group(2, 3, 4, 5, 6), match.group(8, 9, 10, 11, 12)
        south, west = match[1], match[7]
    lat_deg = _degrees(lat, text) * (-1 if south.upper() == "S" else 1)
    lng_deg = _degrees(lng, text) * (-1 if west.upper() == "W" else 1)
    return Position.checked(lat_deg, lng_deg)


def _degrees(parts: tuple[str | None, ...], text: str) -> float:
    given = [part for part in parts if part is not None]
    if any("." in part for part in given[:-1]):
        raise InvalidGeometry(
            f"{text.strip()[:80]!r} has a fraction before its last part", cure=_POSITION_CURE
        )
    values = [float(part) for part in given]
    if any(value >= 60 for value in values[1:]):
        raise InvalidGeometry(
            f"{text.strip()[:80]!r} has minutes or seconds of 60 or more", cure="correct it"
        )
    values += [0.0] * (3 - len(values))
    # One division: whole seconds give the same number as their decimal spelling.
    return (values[0] * 3600 + values[1] * 60 + values[2]) / 3600


def split_positions(text: str) -> tuple[Position, Position]:
    """The two positions of a DB record, split at the comma or after the first longitude.

    Raises: InvalidGeometry.
    """
    commas = [number for number, letter in enumerate(text) if letter == ","]
    # Between the positions stands the middle comma; others part latitude and longitude.
    middle = commas[len(commas) // 2] if len(commas) % 2 else None
    if middle is None:
        match = _FIRST_LONGITUDE.match(text)
        if match is None or len(text) > 2 * _POSITION_MAX:
            raise InvalidGeometry(
                f"{text[:80]!r} are not two positions", cure="part them with a comma"
            )
        return parse_position(text[: match.end()]), parse_position(text[match.end() :].lstrip(", "))
    return parse_position(text[:middle]), parse_position(text[middle + 1 :])


def parse_number(text: str, what: str) -> float:
    """A number that is not negative, for radii, widths and bearings. Raises: InvalidInput."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise InvalidInput(f"{text.strip()[:80]!r} is not a {what}", cure="write a plain number")
    return float(match[1])


def parse_limit(text: str, *, lower: bool) -> Altitude | None:
    """An AL or AH value; None where the file leaves it to another publication (`NOTAM`).

    Raises: InvalidAltitude.
    """
    words = " ".join(text.split()).upper()
    bare = words.removesuffix(" FT").strip()
    if bare in _SURFACE:
        return SURFACE
    if bare in _UNLIMITED:
        return UNLIMITED
    if bare.replace(" ", "") in _STATED_ELSEWHERE:
        return None
    level = _LEVEL.fullmatch(words)
    if level is not None:
        return Altitude(float(level[1]) * 100, AltitudeReference.FL, AltitudeUnit.FT)
    match = _LIMIT.fullmatch(words)
    if match is None:
        raise InvalidAltitude(
            f"{text.strip()[:80]!r} is not an altitude",
            cure="write FL100, 2000 ft AMSL, 1500 ft AGL, SFC or UNL",
        )
    value, datum = float(match[1]), match[3]
    unit = AltitudeUnit.M if (match[2] or match[4] or "FT").startswith("M") else AltitudeUnit.FT
    if datum in _ABOVE_GROUND:
        return Altitude(value, AltitudeReference.AGL, unit)
    if datum == "STD":
        return Altitude(value, AltitudeReference.FL, unit)
    if lower and value == 0 and datum is None:
        return SURFACE
    return Altitude(value, AltitudeReference.AMSL, unit)


def parse_activation(text: str) -> tuple[datetime | None, datetime | None]:
    """The interval of an AA record, `start/end`; None where it says NONE.

    Raises: InvalidTimeRange, InvalidInput.
    """
    words = [word.strip() for word in text.split(";", maxsplit=1)[0].split("/")]
    if words[0].upper() == "NONE" and len(words) == 1:
        return None, None
    if len(words) != 2:
        raise InvalidInput(f"{text.strip()[:80]!r} is not an interval", cure="write start/end")
    start, end = (None if word.upper() == "NONE" else parse_instant(word) for word in words)
    return start, end
