"""A NOTAM text into messages, and a message into its fields Q, A to G.

Tolerant: several messages in one file, with or without header and brackets, fields on one line or
many; text between messages is read over. A field letter counts only in the order Q A B C D E;
behind E the last F and G that hold limits count, for free text has letters with brackets too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from openline.errors import InvalidAltitude, InvalidGeometry, InvalidInput
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.circle import Circle
from openline.geo.position import Position
from openline.units import METRES_PER_NAUTICAL_MILE

MESSAGE_MAX: Final = 20_000  # characters of one message; NOTAM offices send at most some thousands
UNLIMITED_LEVEL: Final = 999
WHOLE_FIR_RADIUS: Final = 999  # by convention: the place is all of the FIR, not a circle

_ID: Final = r"[A-Z]\d{1,5}/\d{2}"
_START: Final = re.compile(
    rf"\b({_ID})\s{{1,20}}(?:NOTAM ?([NRC])\b(?:\s{{1,20}}({_ID}))?|(?=Q\)))|(?<![A-Z0-9])Q\)"
)
_MARK: Final = re.compile(r"(?<![A-Z0-9(])([QABCDEFG])\)")
_CODE: Final = re.compile(r"Q[A-Z]{4}")
_AREA: Final = re.compile(r"(\d{2})(\d{2})([NS])(\d{3})(\d{2})([EW])(\d{3})?")
_LEVEL: Final = re.compile(r"\d{3}")
_LIMIT: Final = re.compile(
    r"(?:(?P<surface>SFC|GND)|(?P<unlimited>UNLTD|UNLIMITED|UNL)|FL ?(?P<level>\d{1,3})"
    r"|(?P<value>\d{1,6}) ?(?P<unit>FT|M)(?: ?(?P<datum>AMSL|MSL|AGL|ASFC|AGND|STD))?)(?![A-Z0-9])"
)
_UPPER: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class QLine:
    """The qualifier line: FIR, code, levels in hundreds of feet, and the circle of influence."""

    fir: str | None = None
    code: str | None = None
    lower: int | None = None
    upper: int | None = None
    circle: Circle | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One NOTAM: its first line in the file, id, kind (N, R, C), what it replaces, its fields."""

    line: int
    id: str | None
    kind: str
    replaces: str | None
    raw: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of F or G; `datum_known` is False where the text has a number without a datum."""

    altitude: Altitude
    datum_known: bool = True


def messages(text: str) -> Iterator[Message]:
    """The messages of a file in order. Raises: InvalidInput for one that is too long."""
    upper = text.translate(_UPPER)
    starts: list[re.Match[str]] = []
    qualified = True  # whether the message at hand has its Q line already
    for match in _START.finditer(upper):
        if match[1] is not None:
            starts.append(match)
            qualified = False
        elif qualified:
            starts.append(match)
        else:
            qualified = True
    line, counted = 1, 0
    for number, match in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(upper)
        line += upper.count("\n", counted, match.start())
        counted = match.start()
        raw = upper[match.start() : end].strip()
        if len(raw) > MESSAGE_MAX:
            raise InvalidInput(
                f"a NOTAM of {len(raw):,} characters; at most {MESSAGE_MAX:,} are read",
                cure="part the messages by their headers",
                line=line,
            )
        raw = raw.rstrip("( \n\t")
        if raw.count(")") > raw.count("(") and raw.endswith(")") and not _MARK.search(raw[-2:]):
            raw = raw[:-1]
        body = raw[match.end() - match.start() :] if match[1] else raw
        yield Message(line, match[1], match[2] or "N", match[3], raw, _fields(body))


def _fields(body: str) -> dict[str, str]:
    marks = list(_MARK.finditer(body))
    taken: list[re.Match[str]] = []
    order = "QABCDE"
    position = 0
    for mark in marks:
        if mark[1] in order[position:]:
            taken.append(mark)
            position = order.index(mark[1]) + 1
            if mark[1] == "E":
                break
    if not taken:
        return {}
    begins = taken[-1].end()
    behind = [mark for mark in marks if mark.start() >= begins and mark[1] in "FG"]
    behind = [mark for mark in behind if _LIMIT.match(body[mark.end() : mark.end() + 60].lstrip())]
    upper = next((mark for mark in reversed(behind) if mark[1] == "G"), None)
    before = upper.start() if upper else len(body)
    lower = next((m for m in reversed(behind) if m[1] == "F" and m.start() < before), None)
    taken += [mark for mark in (lower, upper) if mark is not None]
    ends = [*(mark.start() for mark in taken[1:]), len(body)]
    return {mark[1]: body[mark.end() : end].strip() for mark, end in zip(taken, ends, strict=True)}


def parse_q_line(text: str) -> QLine:
    """The Q line; parts that are missing or of another form are None.

    Raises: InvalidInput for a position, level order or radius that cannot be.
    """
    parts = ["".join(part.split()) for part in text.split("/")]
    parts += [""] * (8 - len(parts))
    lower = int(parts[5]) if _LEVEL.fullmatch(parts[5]) else None
    upper = int(parts[6]) if _LEVEL.fullmatch(parts[6]) else None
    if lower is not None and upper is not None and lower > upper:
        raise InvalidAltitude(
            f"the Q line's lower limit FL{lower:03d} is above its upper limit FL{upper:03d}",
            cure="ask its originator",
        )
    return QLine(
        parts[0] if parts[0].isalnum() else None,
        parts[1] if _CODE.fullmatch(parts[1]) else None,
        lower,
        upper,
        _q_circle(parts[7]),
    )


def _q_circle(text: str) -> Circle | None:
    match = _AREA.fullmatch(text)
    if match is None or match[7] is None or int(match[7]) == WHOLE_FIR_RADIUS:
        return None
    if int(match[2]) >= 60 or int(match[5]) >= 60:
        raise InvalidGeometry(f"{text!r} in the Q line is not a position", cure="correct it")
    lat = (int(match[1]) * 60 + int(match[2])) / 60 * (-1 if match[3] == "S" else 1)
    lng = (int(match[4]) * 60 + int(match[5])) / 60 * (-1 if match[6] == "W" else 1)
    # Radii are whole miles rounded up; 000 is less than one.
    radius_m = max(int(match[7]), 1) * METRES_PER_NAUTICAL_MILE
    return Circle(Position.checked(lat, lng), radius_m)


def parse_limit(text: str) -> Limit:
    """The limit in field F or G. Raises: InvalidAltitude."""
    match = _LIMIT.match(" ".join(text[:60].split()))
    if match is None:
        raise InvalidAltitude(f"{text[:40]!r} is not an altitude", cure="ask its originator")
    if match["surface"]:
        return Limit(SURFACE)
    if match["unlimited"]:
        return Limit(UNLIMITED)
    if match["level"]:
        level = Altitude(float(match["level"]) * 100, AltitudeReference.FL, AltitudeUnit.FT)
        return Limit(level)
    unit = AltitudeUnit(match["unit"])
    datum = match["datum"]
    value = float(match["value"])
    if datum is None:
        return Limit(Altitude(value, AltitudeReference.AMSL, unit), datum_known=False)
    if datum == "STD":
        return Limit(Altitude(value, AltitudeReference.FL, unit))
    over_sea = datum in ("AMSL", "MSL")
    reference = AltitudeReference.AMSL if over_sea else AltitudeReference.AGL
    return Limit(Altitude(value, reference, unit))
