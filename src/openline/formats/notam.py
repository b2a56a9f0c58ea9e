"""NOTAM text (ICAO form): read as constraints and notices.

Source: ICAO Annex 15 and Doc 10066 (PANS-AIM), appendix on the NOTAM format; Q codes of Doc 8126.
Read: several messages with fields Q, A to G; NOTAMN, NOTAMR, NOTAMC.
Kind: a constraint if the Q code's subject is an airspace restriction (QR..), a warning (QW..), or
an organisation of airspace (QA..) that is activated, closed, prohibited or limited (CA, LC, LP,
LT). A condition that ends it (cancelled CN, deactivated CD, resumed AK, operational AO, completed
CC or HV) makes it a notice, as does any other subject and a missing code.
Place: positions in E) where they are certain (`notam_place`), else the circle of the Q line, which
is only a bound: each such use is a warning. If both are there and lie apart, both are taken. With
neither, or with a Q radius of 999 (all of the FIR), it is an unlocated notice.
Limits: F) and G), else the Q line's levels (000 surface, 999 unlimited). A number without a datum
is replaced by the Q line's level. F) and G) that reach beyond the Q line by more than 100 ft
contradict it: an error that names both.
Times: B) to C) in UTC; PERM, UFN and EST have no end; D) is expanded where it is understood.
A message that another one in the file replaces or cancels ends when that one starts.
Party: the FIR of the Q line, else A).
Errs toward: larger, longer, higher.
"""

import re
from collections import Counter
from datetime import datetime
from typing import Final

from openline.airspace.entity import Constraint, Notice
from openline.airspace.volume import Volume4D
from openline.errors import AreaTooLarge, InvalidAltitude, InvalidGeometry, InvalidInput
from openline.formats import daily_schedule as daily
from openline.formats.collector import Collector
from openline.formats.daily_schedule import Window
from openline.formats.notam_fields import (
    UNLIMITED_LEVEL,
    Limit,
    Message,
    QLine,
    messages,
    parse_limit,
    parse_q_line,
)
from openline.formats.notam_place import places
from openline.formats.notam_times import parse_schedule, window_of
from openline.formats.plain_text import decode_text, shorten
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.ellipsoid import geodesic_distance_m
from openline.geo.footprint import Footprint
from openline.geo.position import Position
from openline.limits import TIME_MIN, VOLUMES_PER_INTENT_MAX
from openline.units import METRES_PER_NAUTICAL_MILE, feet

_SIGN: Final = re.compile(r"\bnotam ?[nrc]\b|(?:^|[\s(])q\)\s*[a-z]{4}\s*/\s*q[a-z]{4}\s*/")
_ENDED: Final = frozenset({"CN", "CD", "AK", "AO", "CC", "HV"})
_ORGANISED: Final = frozenset({"CA", "LC", "LP", "LT"})
_LEVEL_SLACK_FT: Final = 100.0  # Q levels are rounded to 100 ft
_LOWEST_LAND_FT: Final = 1_500.0  # ground below the sea: AGL may exceed AMSL by this
_APART_M: Final = 2 * METRES_PER_NAUTICAL_MILE  # positions of the Q line are whole minutes


def recognises(head: str) -> bool:
    """Whether the head has a NOTAM header or a Q line."""
    return _SIGN.search(head) is not None


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Every message as a constraint or a notice. Raises: InvalidInput with file, line, NOTAM."""
    collector = Collector(source, options)
    try:
        found = list(messages(decode_text(data, source)))
    except InvalidInput as error:
        error.at(file=source)
        raise
    if not found:
        raise InvalidInput("there is no NOTAM in it", cure="check the format", file=source)
    ends: dict[str, datetime] = {}
    seen: Counter[str] = Counter()
    for message in found:
        if message.replaces is not None:
            with collector.element(f"NOTAM {message.id}", message.line):
                begins = window_of(message.fields.get("B"), None)[0][0]
                ends[message.replaces] = min(begins, ends.get(message.replaces, begins))
    for number, message in enumerate(found, start=1):
        name = message.id or f"NOTAM {number}"
        with collector.element(f"NOTAM {name}", message.line):
            seen[name] += 1
            identifier = name if seen[name] == 1 else f"{name} #{seen[name]}"
            if message.kind != "C":
                _add(message, identifier, ends.get(name), collector)
    return collector.traffic()


def restricts(code: str | None) -> bool:
    """Whether a Q code stands for an airspace restriction that is in force."""
    if code is None or code[3:5] in _ENDED:
        return False
    return code[1] in "RW" or (code[1] == "A" and code[3:5] in _ORGANISED)


def _add(message: Message, identifier: str, ends: datetime | None, collector: Collector) -> None:
    if not {"B", "C", "E"} & message.fields.keys():
        raise InvalidInput("it has none of the fields B, C, E", cure="check that it is complete")
    q_line = _q_line(message)
    windows, notes = _windows(message, collector)
    if ends is not None:
        windows = [(start, min(end, ends)) for start, end in windows if start < ends]
        if not windows:
            return  # replaced or cancelled before it began
    if not windows:
        collector.warn(f"{identifier}: left out, it does not apply in the period of interest")
        return
    footprints = _footprints(message, q_line, notes)
    party = collector.party(q_line.fir or _first_word(message.fields.get("A")))
    volumes = _volumes(message, q_line, footprints, windows, notes, collector)
    for note in notes:
        collector.warn(f"{identifier}: {note}")
    text = shorten(message.raw)
    source = f"{collector.source}, NOTAM {identifier}"
    if volumes and restricts(q_line.code):
        constraint = Constraint(identifier, party, volumes, text, identifier, source)
        collector.add_constraint(constraint)
    else:
        start, end = windows[0][0], windows[-1][1]
        notice = Notice(identifier, party, start, end, volumes, text, identifier, source)
        collector.add_notice(notice)


def _first_word(text: str | None) -> str | None:
    words = (text or "").split()
    return shorten(words[0], 40) if words else None


def _q_line(message: Message) -> QLine:
    try:
        return parse_q_line(message.fields.get("Q", ""))
    except InvalidInput as error:
        error.at(field="Q")
        raise


def _windows(message: Message, collector: Collector) -> tuple[list[Window], list[str]]:
    fields = message.fields
    whole, notes = window_of(fields.get("B"), fields.get("C"))
    if not fields.get("D"):
        return [whole], notes
    year_known = whole[0] > TIME_MIN
    periods = parse_schedule(fields["D"], whole[0]) if year_known else None
    if periods is None:
        schedule = shorten(fields["D"], 60)
        notes.append(f"its schedule {schedule!r} is not understood: taken as the whole time")
        return [whole], notes
    windows, note = daily.expand(periods, whole, collector.options.between)
    return windows, [*notes, note] if note else notes


def _footprints(message: Message, q_line: QLine, notes: list[str]) -> list[Footprint]:
    try:
        stated = places(message.fields.get("E", ""))
    except InvalidInput as error:
        if q_line.circle is None or not isinstance(error, InvalidGeometry):
            error.at(field="E")
            raise
        notes.append(f"the place in E) cannot be used, {error.problem}")
        stated = []
    circle = q_line.circle
    if stated:
        if circle is not None and not any(_near(circle, footprint) for footprint in stated):
            notes.append("the places in E) and in the Q line lie apart: both are taken")
            return [*stated, circle]
        return stated
    if circle is None:
        notes.append("no place is known: an unlocated notice")
        return []
    miles = circle.radius_m / METRES_PER_NAUTICAL_MILE
    notes.append(f"its place is only the circle of the Q line, {miles:g} NM: low confidence")
    return [circle]


def _near(circle: Circle, footprint: Footprint) -> bool:
    reach = circle.radius_m + _APART_M
    points: tuple[Position, ...]
    if isinstance(footprint, Circle):
        points, reach = (footprint.centre,), reach + footprint.radius_m
    elif isinstance(footprint, Corridor):
        points, reach = footprint.path, reach + footprint.half_width_m
    else:
        points = footprint.outer
    return any(geodesic_distance_m(circle.centre, point) <= reach for point in points)


def _volumes(
    message: Message,
    q_line: QLine,
    footprints: list[Footprint],
    windows: list[Window],
    notes: list[str],
    collector: Collector,
) -> tuple[Volume4D, ...]:
    if not footprints:
        return ()
    if len(footprints) * len(windows) > VOLUMES_PER_INTENT_MAX:
        raise AreaTooLarge(
            f"{len(footprints)} areas at {len(windows)} times; at most "
            f"{VOLUMES_PER_INTENT_MAX:,} volumes are accepted",
            cure="name a shorter period of interest (--between)",
        )
    lower, upper = _limits(message, q_line, notes)
    bands = [(area, collector.band(lower, upper, area)) for area in footprints]
    return tuple(Volume4D(area, band, start, end) for area, band in bands for start, end in windows)


def _limits(message: Message, q_line: QLine, notes: list[str]) -> tuple[Altitude, Altitude]:
    lower, upper = (_stated(message, name) for name in "FG")
    if lower is not None and q_line.lower is not None:
        _check_lower(lower, q_line.lower)
    if upper is not None and q_line.upper is not None:
        _check_upper(upper, q_line.upper)
    return (
        _chosen("F", lower, q_line.lower, SURFACE, notes),
        _chosen("G", upper, q_line.upper, UNLIMITED, notes),
    )


def _stated(message: Message, name: str) -> Limit | None:
    text = message.fields.get(name)
    if text is None:
        return None
    try:
        return parse_limit(text)
    except InvalidAltitude as error:
        error.at(field=name)
        raise


def _chosen(
    name: str, limit: Limit | None, level: int | None, wide: Altitude, notes: list[str]
) -> Altitude:
    """The limit of F or G, else the Q line's, else the widest."""
    if limit is not None and limit.datum_known:
        return limit.altitude
    if level is None and limit is not None:
        raise InvalidAltitude(
            f"the limit in {name}) has no datum, and the Q line no level",
            cure="write AMSL or AGL after it",
            field=name,
        )
    if limit is not None:
        notes.append(f"the limit in {name}) has no datum: the Q line's level is taken")
    if level is None:
        notes.append(f"no limit in {name}) and none in the Q line: taken as {_word(wide)}")
        return wide
    if level == (0 if name == "F" else UNLIMITED_LEVEL):
        return wide
    return _flight_level(level)


def _word(wide: Altitude) -> str:
    return "the surface" if wide is SURFACE else "unlimited"


def _flight_level(level: int) -> Altitude:
    return Altitude(level * 100.0, AltitudeReference.FL, AltitudeUnit.FT)


def _check_lower(limit: Limit, level: int) -> None:
    altitude = limit.altitude
    if not limit.datum_known or level == 0:
        return
    below = feet(altitude.metres()) < level * 100 - _LEVEL_SLACK_FT
    if altitude is SURFACE or (altitude.reference is not AltitudeReference.AGL and below):
        raise _contradiction("F", altitude, "below", "lower", level)


def _check_upper(limit: Limit, level: int) -> None:
    altitude = limit.altitude
    if not limit.datum_known or level == UNLIMITED_LEVEL:
        return
    slack = _LEVEL_SLACK_FT
    if altitude.reference is AltitudeReference.AGL:
        slack += _LOWEST_LAND_FT
    if altitude is UNLIMITED or feet(altitude.metres()) > level * 100 + slack:
        raise _contradiction("G", altitude, "above", "upper", level)


def _contradiction(
    name: str, altitude: Altitude, word: str, side: str, level: int
) -> InvalidAltitude:
    stated = "unlimited" if altitude is UNLIMITED else str(altitude)
    return InvalidAltitude(
        f"{name}) says {stated}, which is {word} the Q line's {side} limit FL{level:03d}",
        cure="ask its originator which of the two holds",
        field=name,
    )
