"""A message or event as a person reads it, in the reader's own language.

`headline` and `body_headline` are one line; `describe` is every field with its name, in the order
of the message. Nothing is left out but what is absent, and nothing is added. Numbers and times are
the same in every language: `2026-11-22 12:00Z`, `54.10000N 7.20000E`, metres, and limits in the
datum and unit that their author gave.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from openline.airspace.volume import Volume4D
from openline.formats.line_catalogue import ENGLISH, Catalogue, catalogue
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.line.event import Event
from openline.line.message.bodies import Body
from openline.line.message.envelope import Message
from openline.line.place import centre_of
from openline.units import METRES_PER_FOOT

Row = tuple[str, str]
_UNITS: Final = {"_mhz": "MHz", "_m": "m", "_s": "s"}
_CAUSES: Final = "ConflictCause"  # of a conflict: words of the record, no enumeration


def headline(said: Message | Event, language: str = ENGLISH) -> str:
    """What a message or event says, in one line."""
    if isinstance(said, Message):
        return body_headline(said.body, said.sender, language)
    words = catalogue(language)
    return _sentence(said.name, said, _values(said, words), words)


def body_headline(body: Body, sender: str, language: str = ENGLISH) -> str:
    """What a body says, sent by that party, in one line."""
    words = catalogue(language)
    return _sentence(body.kind.value, body, {"from": sender} | _values(body, words), words)


def describe(said: Message | Event, language: str = ENGLISH) -> list[Row]:
    """Every field that a message or event has: its name and its value, in order.

    A field with several values has a row for each; what a part of it holds is in one row.
    """
    words = catalogue(language)
    rows = []
    if isinstance(said, Message):
        for name, value in _envelope(said):
            rows.append((words.fields[name], value))
    content = said.body if isinstance(said, Message) else said
    for name, value in _flat(content):
        for one in value if isinstance(value, tuple) and not _is_point(value) else (value,):
            rows.append((words.fields[name], _shown(name, one, words)))
    return rows


def volume_words(volume: Volume4D, language: str = ENGLISH) -> str:
    """A volume in one line: its shape, heights and times."""
    return _volume(volume, catalogue(language))


def instant_words(instant: datetime) -> str:
    """An instant as `2026-11-22 12:00Z`, with seconds only where there are any."""
    moment = instant.astimezone(UTC).replace(tzinfo=None)
    if moment.second or moment.microsecond:
        return f"{moment.isoformat(' ')}Z"
    return f"{moment.isoformat(' ', 'minutes')}Z"


def _envelope(message: Message) -> Iterator[Row]:
    yield "from", message.sender
    yield "to", ", ".join(message.recipients)
    if message.officer is not None:
        yield "officer", message.officer
    yield "sent", instant_words(message.time_sent)
    yield "expires", instant_words(message.time_expires)


def _flat(content: Any) -> Iterator[tuple[str, Any]]:
    """The fields that are there; those of a notice, a coarse form or a conflict's facts too."""
    for field in fields(content):
        value = getattr(content, field.name)
        if is_dataclass(value) and field.name in ("notice", "facts", "coarse"):
            yield from _flat(value)
        elif value is not None and value != ():
            yield field.name, value


def _variants(content: Any) -> Iterator[str]:
    for name, value in _flat(content):
        if isinstance(value, StrEnum):
            yield value.value
        elif value is not False:
            yield name


def _sentence(name: str, content: Any, values: dict[str, str], words: Catalogue) -> str:
    variants = (f"{name}.{variant}" for variant in _variants(content))
    key = next((key for key in variants if key in words.sentences), name)
    return words.filled(words.sentences[key], values)


def _values(content: Any, words: Catalogue) -> dict[str, str]:
    values = {}
    for name in ("time_start", "time_end"):  # a closure has them from its volumes
        if hasattr(content, name):
            values[name] = instant_words(getattr(content, name))
    for name, value in _flat(content):
        if name == "volumes":
            continue  # in no sentence: a row for each
        several = isinstance(value, tuple) and not _is_point(value)
        parts = value if several else (value,)
        values[name] = ", ".join(_shown(name, part, words) for part in parts)
    return values


def _is_point(value: object) -> bool:
    return isinstance(value, Position)


def _shown(name: str, value: Any, words: Catalogue) -> str:
    match value:
        case StrEnum():
            return words.code(value)
        case bool():
            return words.phrases["yes" if value else "no"]
        case datetime():
            return instant_words(value)
        case timedelta():
            return str(value)
        case Position():
            return _place(value)
        case Volume4D():
            return _volume(value, words)
        case bytes():
            return value.hex()
        case int() | float():
            return _number(name, value)
        case str():
            return words.codes[_CAUSES].get(value, value) if name == "cause" else value
        case _:
            parts = ((part, _shown(part, inner, words)) for part, inner in _flat(value))
            return "; ".join(f"{words.fields[part]}: {text}" for part, text in parts)


def _number(name: str, value: float) -> str:
    unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")
    digits = f"{value:.1f}".removesuffix(".0") if unit in ("m", "s") else f"{value:.10g}"
    return f"{digits} {unit}".strip()


def _place(place: Position) -> str:
    north = "N" if place.lat_deg >= 0 else "S"
    east = "E" if place.lng_deg >= 0 else "W"
    return f"{abs(place.lat_deg):.5f}{north} {abs(place.lng_deg):.5f}{east}"


def _volume(volume: Volume4D, words: Catalogue) -> str:
    footprint = volume.footprint
    values = {"place": _place(centre_of(volume)), "count": "", "radius": ""}
    match footprint:
        case Circle():
            shape, values["radius"] = "circle", _number("_m", footprint.radius_m)
        case Polygon():
            shape, values["count"] = "polygon", str(len(footprint.outer))
        case Corridor():
            shape, values["count"] = "corridor", str(len(footprint.path))
            values["place"] = _place(footprint.path[0])
            values["radius"] = _number("_m", footprint.half_width_m)
    limits = {
        "lower": _limit(volume.altitude.lower, words),
        "upper": _limit(volume.altitude.upper, words),
    }
    window = {"start": instant_words(volume.time_start), "end": instant_words(volume.time_end)}
    parts = ((shape, values), ("band", limits), ("window", window))
    return "; ".join(words.filled(words.phrases[name], given) for name, given in parts)


def _limit(limit: Altitude, words: Catalogue) -> str:
    if limit == UNLIMITED:
        return words.phrases["unlimited"]
    if limit == SURFACE:
        return words.phrases["surface"]
    if limit.reference is AltitudeReference.FL:
        return f"FL{limit.metres() / METRES_PER_FOOT / 100:03.0f}"
    return f"{_number('_m', limit.value).removesuffix(' m')} {limit.unit.lower()} {limit.reference}"
