"""Numbers, instants and names as a reader of the report sees them: `Z` times, units, datum.

Feet and nautical miles stand beside metres, as charts and air traffic control use them.
"""

import math
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

from openline.airspace.separation import Separation
from openline.geo.position import Position
from openline.limits import ALTITUDE_CEILING_M, TIME_MAX, TIME_MIN
from openline.units import METRES_PER_KILOMETRE, feet, nautical_miles

ISOLATE: Final = "\u2068"  # first strong isolate: the text inside keeps its own direction
POP_ISOLATE: Final = "\u2069"
_ROUNDING: Final = 1e-6  # what conversions of units may lose
_REPLACEMENT: Final = "\ufffd"
_NOT_TEXT: Final = frozenset(("Cc", "Cs", "Cf", "Co", "Zl", "Zp"))
_JOINERS: Final = frozenset("\u200c\u200d")  # needed to write several scripts
_RIGHT_TO_LEFT: Final = frozenset(("R", "AL", "AN"))


def clean(text: str, most: int | None = None) -> str:
    """The text in one line, without control and direction characters, at most `most` long."""
    shown = "".join(c if _is_text(c) else _REPLACEMENT for c in " ".join(text.split()))
    if most is not None and len(shown) > most:
        shown = shown[: most - 1].rstrip() + "…"
    return shown


def _is_text(character: str) -> bool:
    if character in _JOINERS:
        return True
    no_character = ord(character) & 0xFFFE == 0xFFFE  # such as U+FFFF, which XML refuses
    return not no_character and unicodedata.category(character) not in _NOT_TEXT


def isolated(text: str) -> str:
    """The text with marks around it, so that its direction does not disturb its neighbours."""
    return f"{ISOLATE}{text}{POP_ISOLATE}"


def with_short_names(sentence: str, names: tuple[str, ...], most: int) -> str:
    """The cleaned sentence with names cut to `most`, and isolated if written from the right."""
    for name in sorted({clean(name) for name in names}, key=lambda n: (-len(n), n)):
        shown = clean(name, most)
        if any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in shown):
            shown = isolated(shown)
        if shown != name:
            sentence = sentence.replace(name, shown)
    return sentence


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 volume`, `2,000 volumes`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _clock(instant: datetime) -> str:
    return f"{instant:%H:%M:%SZ}" if instant.second else f"{instant:%H:%MZ}"


def instant(when: datetime) -> str:
    """`2026-11-22 10:00Z`, whole seconds; the bounds of time stand for no start or end."""
    when = when.astimezone(UTC)
    if when <= TIME_MIN:
        return "no start"
    if when >= TIME_MAX:
        return "no end"
    return f"{when:%Y-%m-%d} {_clock(when)}"


def window_lines(start: datetime, end: datetime) -> tuple[str, str]:
    """The window in two lines: `2026-11-22` and `10:00Z to 10:30Z`, or both instants.

    Errs toward: longer; the start is cut to the second, the end is moved up to the next one.
    """
    start, end = start.astimezone(UTC), _next_second(end.astimezone(UTC))
    if start > TIME_MIN and end < TIME_MAX and start.date() == end.date():
        return f"{start:%Y-%m-%d}", f"{_clock(start)} to {_clock(end)}"
    return instant(start), f"to {instant(end)}"


def _next_second(when: datetime) -> datetime:
    if when.microsecond and when < TIME_MAX:
        return when.replace(microsecond=0) + timedelta(seconds=1)
    return when


def window(start: datetime, end: datetime) -> str:
    """`2026-11-22 10:00Z to 10:30Z`; the date again where it changes."""
    return " ".join(window_lines(start, end))


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `1 h 30 min`, `3 d 4 h`; rounded down."""
    if seconds < 60:
        return f"{_down(seconds, 1)} s"
    whole = math.floor(seconds + _ROUNDING)
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    minutes = whole // 60
    if minutes < 1440:
        return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    hours = minutes // 60
    return f"{hours // 24:,} d" + (f" {hours % 24} h" if hours % 24 else "")


def length_of_time(start: datetime, end: datetime) -> str:
    """How long the window is, in words; empty if it has no start or no end."""
    if start <= TIME_MIN or end >= TIME_MAX:
        return ""
    return duration((end - start) / timedelta(seconds=1))


def _down(value: float, digits: int) -> str:
    """Rounded down to at most so many decimals: no gap is shown larger than it is."""
    power = 10**digits
    text = f"{math.floor(value * power + _ROUNDING) / power:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _nautical(length_m: float) -> str:
    value = nautical_miles(length_m)
    digits = 3 if value < 0.1 else 2 if value < 10 else 1
    return f"{_down(value, digits)} NM"


def metres(length_m: float) -> str:
    """`0.45 m`, `850 m`, `9,260 m`, `120 km`; rounded down."""
    if length_m < 10:
        return f"{_down(length_m, 2)} m"
    if length_m < 10 * METRES_PER_KILOMETRE:
        return f"{_down(length_m, 0)} m"
    return f"{_down(length_m / METRES_PER_KILOMETRE, 1)} km"


def distance(length_m: float) -> str:
    """A horizontal distance: `1.62 NM (3,000 m)`; rounded down."""
    if length_m < 100:
        return f"{metres(length_m)} ({_down(feet(length_m), 0)} ft)"
    return f"{_nautical(length_m)} ({metres(length_m)})"


def height(length_m: float) -> str:
    """A vertical distance: `304.8 m (1,000 ft)`; rounded down."""
    return f"{_down(length_m, 1)} m ({_down(feet(length_m), 0)} ft)"


def band_m(lower_m: float, upper_m: float) -> str:
    """`120 to 450 m`, over the ellipsoid; rounded outward."""
    return _band(lower_m, upper_m, upper_m >= ALTITUDE_CEILING_M, "m")


def band_ft(lower_m: float, upper_m: float) -> str:
    """`393 to 1,477 ft`, over the ellipsoid; rounded outward."""
    return _band(feet(lower_m), feet(upper_m), upper_m >= ALTITUDE_CEILING_M, "ft")


def _band(lower: float, upper: float, unlimited: bool, unit: str) -> str:
    low, high = math.floor(lower + _ROUNDING), math.ceil(upper - _ROUNDING)
    return f"{low:,} to unlimited" if unlimited else f"{low:,} to {high:,} {unit}"


def position(where: Position) -> str:
    """`48° 12.345′ N, 011° 30.000′ E`, degrees and minutes as on charts; about 2 m fine."""
    return f"{_angle(where.lat_deg, 2, 'NS')}, {_angle(where.lng_deg, 3, 'EW')}"


def _angle(degrees: float, digits: int, sides: str) -> str:
    thousandths = round(abs(degrees) * 60_000)
    whole, rest = divmod(thousandths, 60_000)
    return f"{whole:0{digits}d}° {rest / 1000:06.3f}′ {sides[degrees < 0]}"


def decimal(where: Position) -> str:
    """`48.205750, 11.500000`: latitude and longitude in degrees, WGS-84."""
    return f"{where.lat_deg:.6f}, {where.lng_deg:.6f}"


def minima(separation: Separation) -> tuple[tuple[str, str], ...]:
    """The minima as (word, value); zero means that the volumes must overlap."""
    lateral, vertical, seconds = separation.lateral_m, separation.vertical_m, separation.time_s
    return (
        ("lateral", distance(lateral) if lateral else "overlap"),
        ("vertical", height(vertical) if vertical else "overlap"),
        ("time", duration(seconds) if seconds else "overlap"),
    )


def text_width(text: str, size: float) -> float:
    """About how wide the text is at a font size; errs toward wider."""
    width = 0.0
    for character in text:
        if unicodedata.combining(character):
            continue
        if unicodedata.east_asian_width(character) in "WF":
            width += 1.05
        elif character in " .,:;'|!ijlIt()[]/′″":
            width += 0.36
        elif character.isupper() or character in "mwMW@—%…":
            width += 0.78
        else:
            width += 0.6
    return math.ceil(width * size)


def fitted(text: str, size: float, width: float) -> str:
    """The text, shortened with an ellipsis until it is about `width` wide."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"
