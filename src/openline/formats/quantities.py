"""Lengths, durations, altitudes and minima as people write them: `5nm`, `FL100`, `60s`."""

import math
import re
from datetime import timedelta
from typing import Final

from openline.airspace.separation import PRESETS, Separation
from openline.errors import InvalidAltitude, InvalidInput
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import AltitudePolicy
from openline.units import (
    METRES_PER_FOOT,
    METRES_PER_KILOMETRE,
    METRES_PER_NAUTICAL_MILE,
    METRES_PER_STATUTE_MILE,
)

_LENGTH_UNITS: Final = {
    "m": 1.0,
    "km": METRES_PER_KILOMETRE,
    "ft": METRES_PER_FOOT,
    "nm": METRES_PER_NAUTICAL_MILE,
    "nmi": METRES_PER_NAUTICAL_MILE,
    "mi": METRES_PER_STATUTE_MILE,
}
_DURATION_UNITS: Final = {"s": 1.0, "sec": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}
_TEXT_MAX: Final = 64
_FLIGHT_LEVEL_MAX: Final = 999.0
_NUMBER: Final = r"([+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15}))"
_QUANTITY: Final = re.compile(_NUMBER + r"\s*([A-Za-z]*)")
_FLIGHT_LEVEL: Final = re.compile(r"FL\s*([0-9]{1,4})", re.IGNORECASE)
_ALTITUDE: Final = re.compile(
    _NUMBER + r"\s*(M|FT)?\s*(W84|WGS84|HAE|AMSL|MSL|AGL|GND|SFC|FL|STD)?", re.IGNORECASE
)
_REFERENCES: Final = {
    "W84": AltitudeReference.W84,
    "WGS84": AltitudeReference.W84,
    "HAE": AltitudeReference.W84,
    "AMSL": AltitudeReference.AMSL,
    "MSL": AltitudeReference.AMSL,
    "AGL": AltitudeReference.AGL,
    "GND": AltitudeReference.AGL,
    "SFC": AltitudeReference.AGL,
    "FL": AltitudeReference.FL,
    "STD": AltitudeReference.FL,
}


def _quantity(text: str, units: dict[str, float], what: str, example: str) -> float:
    match = _QUANTITY.fullmatch(text.strip()) if len(text) <= _TEXT_MAX else None
    if match is None:
        raise InvalidInput(f"{_shown(text)} is not a {what}", cure=f"write for example {example}")
    number, unit = float(match[1]), match[2].lower()
    if not unit and number == 0:
        return 0.0
    if unit not in units:
        known = ", ".join(units)
        raise InvalidInput(
            f"{text!r} is a {what} without a known unit", cure=f"use one of {known}: {example}"
        )
    return number * units[unit]


def _shown(text: str) -> str:
    """The text for a message; a long one by its length."""
    return repr(text) if len(text) <= _TEXT_MAX else f"a text of {len(text):,} characters"


def parse_length(text: str) -> float:
    """Metres from `5nm`, `300 m`, `1000ft`, `1.5km`. Raises: InvalidInput."""
    return _quantity(text, _LENGTH_UNITS, "length", "5nm")


def parse_duration(text: str) -> timedelta:
    """A duration from `60s`, `5min`, `2h`; `m` are minutes. Raises: InvalidInput."""
    seconds = _quantity(text, _DURATION_UNITS, "duration", "60s")
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise InvalidInput(f"duration {text!r} is too long", cure="check the unit") from None


def parse_ground(text: str) -> tuple[float, float]:
    """Lowest and highest ground from `400m..520m`, or one height. Raises: InvalidAltitude."""
    low_text, dots, high_text = text.partition("..")
    low = parse_length(low_text)
    high = parse_length(high_text) if dots else low
    if high < low:
        raise InvalidAltitude(
            f"{_shown(text)}: the lowest ground is above the highest", cure="swap them"
        )
    AltitudePolicy(ground_amsl_m=(low, high))
    return low, high


def parse_pressure(text: str) -> float:
    """A QNH in hPa from `1013` or `1013.2hPa`. Raises: InvalidAltitude."""
    try:
        pressure = float(text.strip().lower().removesuffix("hpa"))
    except ValueError:
        raise InvalidAltitude(
            f"{_shown(text)} is no pressure", cure="write 1013 or 1013.2"
        ) from None
    AltitudePolicy(qnh_hpa=pressure)
    return pressure


def parse_minima(text: str) -> Separation:
    """Minima from a preset's name or `LATERAL/VERTICAL[/TIME]`, as `5nm/1000ft/60s`.

    Raises: InvalidInput.
    """
    preset = PRESETS.get(text.strip().lower())
    if preset is not None:
        return preset
    words = text.split("/")
    if len(words) not in (2, 3):
        names = ", ".join(PRESETS)
        raise InvalidInput(
            f"{_shown(text)} is not a set of minima",
            cure=f"write 5nm/1000ft/60s, or one of {names}",
        )
    time = parse_duration(words[2]) if len(words) == 3 else timedelta(0)
    return Separation(parse_length(words[0]), parse_length(words[1]), time)


def altitude_of(value: float, unit: str | None, reference: str | None) -> Altitude:
    """An altitude from a number and the names that files use for unit and datum.

    Default unit metres, default datum W84. FL counts hundreds of feet whatever the unit says.
    Raises: InvalidAltitude.
    """
    name = (reference or "W84").strip().upper()
    datum = _REFERENCES.get(name)
    if datum is None:
        raise InvalidAltitude(
            f"altitude reference {_shown(str(reference))} is not known",
            cure="use W84, AMSL, AGL or FL",
        )
    try:
        number = float(value)
    except OverflowError:  # an integer of hundreds of digits
        number = math.inf
    if not math.isfinite(number):
        raise InvalidAltitude(f"altitude {number} is not a finite number", cure="give a number")
    if name == "FL":
        if abs(number) > _FLIGHT_LEVEL_MAX:
            raise InvalidAltitude(
                f"FL{number:g} is beyond FL{_FLIGHT_LEVEL_MAX:g}",
                cure="a flight level counts hundreds of feet; give feet with the datum STD",
            )
        return Altitude(number * 100, AltitudeReference.FL, AltitudeUnit.FT)
    unit_name = (unit or "M").strip().upper()
    if unit_name not in ("M", "FT"):
        raise InvalidAltitude(f"altitude unit {_shown(str(unit))} is not known", cure="use m or ft")
    return Altitude(number, datum, AltitudeUnit(unit_name))


def parse_altitude(text: str) -> Altitude:
    """An altitude from `FL100`, `2000 ft AMSL`, `120 m AGL`, `SFC`, `GND`, `UNL`.

    A number alone is metres over the ellipsoid. Raises: InvalidAltitude, for a number with both a
    unit and `FL` too: is it feet or hundreds of feet?
    """
    word = text.strip().upper() if len(text) <= _TEXT_MAX else ""
    if word in ("SFC", "GND", "SURFACE", "GROUND"):
        return SURFACE
    if word in ("UNL", "UNLIM", "UNLIMITED"):
        return UNLIMITED
    level = _FLIGHT_LEVEL.fullmatch(word)
    if level is not None:
        return altitude_of(float(level[1]), None, "FL")
    match = _ALTITUDE.fullmatch(word)
    if match is None or (match[2] and match[3] == "FL"):
        raise InvalidAltitude(
            f"{_shown(text)} is not an altitude",
            cure="write FL100, 2000 ft AMSL, 120 m AGL or SFC",
        )
    return altitude_of(float(match[1]), match[2], match[3])
