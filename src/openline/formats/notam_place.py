"""The place of a NOTAM from its free text: circles, areas bounded by points, strips along a line.

Positions: `5028N03015E`, `502812N0301530E`, `N502812 E0301530`, `50 28 12N 030 15 30E`,
`50-28-12N`, `50°28'12"N`, decimals of the last part.
Only what is certain is taken: as many circles as positions, or points that bound an area without
arcs and natural borders, or a line with a width. Anything else is left to the Q line, which holds
all of it by definition.
"""

import re
from typing import Final

from openline.errors import InvalidGeometry
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.units import METRES_PER_FOOT, METRES_PER_KILOMETRE, METRES_PER_NAUTICAL_MILE

_LAT: Final = r"(?:\d{6}(?:\.\d{1,6})?|\d{4}(?:\.\d{1,6})?|\d{2}(?:\.\d{1,8})?)"
_LNG: Final = r"(?:\d{7}(?:\.\d{1,6})?|\d{5}(?:\.\d{1,6})?|\d{3}(?:\.\d{1,8})?)"
_PART: Final = r"[°: -](\d{2}(?:\.\d{1,6})?)(?:['′: -](\d{2}(?:\.\d{1,6})?))?['′\"″]{0,2}"
_AFTER: Final = re.compile(rf"(?<![\d.])({_LAT}) ?([NS])[ ,/-]{{0,3}}({_LNG}) ?([EW])(?![A-Z0-9])")
_BEFORE: Final = re.compile(
    rf"(?<![A-Z0-9])([NS]) ?({_LAT})(?![\d.])[ ,/-]{{0,3}}([EW]) ?({_LNG})(?!\d|\.\d)"
)
_PARTED: Final = re.compile(
    rf"(?<![\d.])(\d{{2}}){_PART} ?([NS])[ ,/-]{{0,3}}(\d{{3}}){_PART} ?([EW])(?![A-Z0-9])"
)
_UNITS: Final = {
    "NM": METRES_PER_NAUTICAL_MILE,
    "KM": METRES_PER_KILOMETRE,
    "M": 1.0,
    "FT": METRES_PER_FOOT,
}
_LENGTH: Final = r"(?<![\d.])(\d{1,5}(?:\.\d{1,4})?) ?(NM|KM|M|FT)"
_RADIUS: Final = re.compile(
    rf"{_LENGTH}(?: |-| - )?RAD(?:IUS)?\b"
    rf"|\bRAD(?:IUS)?(?: OF| IS)?:? ?{_LENGTH}\b"
    rf"|\b(?:WI|WITHIN) {_LENGTH} (?:OF|FM|FROM|AROUND)\b"
)
_STRIP: Final = re.compile(rf"{_LENGTH} (?:EITHER|EACH|BOTH) SIDES?\b")
_NOT_STRAIGHT: Final = re.compile(
    r"\b(?:ARC|ALONG|BORDER|COAST|COASTLINE|SHORE|RIVER|BDRY|FIR BOUNDARY|STATE BOUNDARY)\b"
)


def places(text: str) -> list[Footprint]:
    """The footprints that free text states with certainty; empty if there are none.

    Raises: InvalidGeometry for a position that cannot be, AreaTooLarge.
    """
    words = " ".join(text.split())
    found = _positions(words)
    radii = [_metres(match.groups()) for match in _RADIUS.finditer(words)]
    strip = _STRIP.search(words)
    if not found or _NOT_STRAIGHT.search(words):
        return []
    if radii:
        if len(radii) != len(found) or strip:
            return []
        return [Circle(position, radius) for position, radius in zip(found, radii, strict=True)]
    if strip:
        return [Corridor(tuple(found), _metres(strip.groups()))] if len(found) > 1 else []
    return [Polygon(tuple(ring)) for ring in _rings(found)]


def _metres(groups: tuple[str | None, ...]) -> float:
    number, unit = (group for group in groups if group is not None)
    return float(number) * _UNITS[unit]


def _rings(points: list[Position]) -> list[list[Position]]:
    """Rings that return to their first point, and what is left if it is three points or more."""
    rings: list[list[Position]] = []
    ring: list[Position] = []
    for point in points:
        if len(ring) >= 3 and point == ring[0]:
            rings.append(ring)
            ring = []
        elif not ring or point != ring[-1]:
            ring.append(point)
    if 0 < len(ring) < 3:
        return []  # points that belong to no ring: what they mean is not certain
    return [*rings, ring] if ring else rings


def _positions(words: str) -> list[Position]:
    found: list[tuple[int, Position]] = []
    for match in _AFTER.finditer(words):
        lat, north, lng, east = match.groups()
        found.append((match.start(), _position(_parts(lat, 2), north, _parts(lng, 3), east, match)))
    for match in _BEFORE.finditer(words):
        north, lat, east, lng = match.groups()
        found.append((match.start(), _position(_parts(lat, 2), north, _parts(lng, 3), east, match)))
    for match in _PARTED.finditer(words):
        lat_parts, lng_parts = match.group(1, 2, 3), match.group(5, 6, 7)
        found.append((match.start(), _position(lat_parts, match[4], lng_parts, match[8], match)))
    return [position for _, position in sorted(found)]


def _parts(digits: str, degree_digits: int) -> tuple[str | None, ...]:
    """Degrees, minutes, seconds of run-together digits; the last part has the fraction."""
    whole, dot, fraction = digits.partition(".")
    cuts = [whole[:degree_digits], *(whole[n : n + 2] for n in range(degree_digits, len(whole), 2))]
    cuts[-1] += dot + fraction
    return (*cuts, *([None] * (3 - len(cuts))))


def _position(
    lat: tuple[str | None, ...],
    north: str,
    lng: tuple[str | None, ...],
    east: str,
    match: re.Match[str],
) -> Position:
    lat_deg = _degrees(lat, match[0]) * (-1 if north == "S" else 1)
    lng_deg = _degrees(lng, match[0]) * (-1 if east == "W" else 1)
    return Position.checked(lat_deg, lng_deg)


def _degrees(parts: tuple[str | None, ...], text: str) -> float:
    degrees, minutes, seconds = (float(part or 0) for part in parts)
    if minutes >= 60 or seconds >= 60:
        raise InvalidGeometry(
            f"{text!r} has minutes or seconds of 60 or more", cure="ask its originator"
        )
    return (degrees * 3600 + minutes * 60 + seconds) / 3600
