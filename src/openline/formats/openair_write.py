"""OpenAir out: one airspace for each volume that has a place.

Positions are DD:MM:SS with up to 6 decimals of a second (0.03 mm), none where they are zero.
Exact: polygons without holes, circles, flight levels, limits in whole feet or metres.
Errs toward: larger. Limits are rounded outward to whole feet or flight levels; limits over the
ellipsoid become AMSL by the EGM96 geoid, outward by how much it varies over the area, plus
`GEOID_MARGIN_M`; a radius or width is rounded up to 0.02 mm; holes are filled. What was widened
stands in a comment before the airspace. A corridor is an airway (V W=, DY).
Times: an AA record (extended format); other readers take such an airspace as permanent.
Classes: R for constraints, Q for intents and notices. Unlocated notices cannot be written; the
head says how many there are.
"""

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from openline.airspace.entity import Constraint, Entity, Notice
from openline.airspace.volume import Volume4D
from openline.formats.instants import format_instant
from openline.formats.plain_text import shorten
from openline.formats.traffic import Traffic
from openline.geo.altitude import UNLIMITED, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.geoid import INTERPOLATION_ERROR_M, undulation_range_m
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.limits import ALTITUDE_CEILING_M, ALTITUDE_FLOOR_M, TIME_MAX, TIME_MIN
from openline.units import METRES_PER_NAUTICAL_MILE, feet

GEOID_MARGIN_M: Final = INTERPOLATION_ERROR_M
_SECONDS_DECIMALS: Final = 6
_MILE_DECIMALS: Final = 8
_WHOLE: Final = 1e-9  # closer than this to a whole number is that number


def write(traffic: Traffic) -> bytes:
    """Every volume of every located entity as UTF-8 OpenAir, in the order of the traffic."""
    lines = ["* OpenAir written by Openline", "*VERSION: 2.0", "*WRITTEN_BY: Openline"]
    unlocated = sum(1 for notice in traffic.notices if not notice.located)
    if unlocated:
        lines.append(f"* Notices without a place, not written: {unlocated}")
    for entity in traffic.entities():
        for number, volume in enumerate(entity.volumes, start=1):
            lines.append("")
            lines += _airspace(entity, volume, number)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _airspace(entity: Entity, volume: Volume4D, number: int) -> Iterator[str]:
    several = len(entity.volumes) > 1
    if isinstance(volume.footprint, Polygon) and volume.footprint.holes:
        yield f"* Larger than it is, holes filled: {len(volume.footprint.holes)}"
    lower, upper = _limit(volume, lower=True), _limit(volume, lower=False)
    if _is_converted(volume.altitude.lower) or _is_converted(volume.altitude.upper):
        yield f"* Limits before conversion: {volume.altitude}"
    yield "AC R" if isinstance(entity, Constraint) else "AC Q"
    yield f"AN {_name(entity)}{f' {number}/{len(entity.volumes)}' if several else ''}"
    yield f"AI {shorten(entity.id, 180)}{f' {number}' if several else ''}"
    if volume.time_start > TIME_MIN or volume.time_end < TIME_MAX:
        yield f"AA {_instant(volume.time_start)}/{_instant(volume.time_end)}"
    yield f"AL {lower}"
    yield f"AH {upper}"
    yield from _outline(volume.footprint)


def _name(entity: Entity) -> str:
    text = entity.text if isinstance(entity, Notice) else None
    return shorten(entity.name or text or entity.id, 190)


def _instant(instant: datetime) -> str:
    return "NONE" if instant in (TIME_MIN, TIME_MAX) else format_instant(instant)


def _is_converted(limit: Altitude) -> bool:
    return limit.reference is AltitudeReference.W84 and limit != UNLIMITED


def _limit(volume: Volume4D, *, lower: bool) -> str:
    band = volume.altitude
    stated = band.lower if lower else band.upper
    if stated.reference is AltitudeReference.W84:
        height_m = band.altitude_lower_m if lower else band.altitude_upper_m
        if lower and height_m <= ALTITUDE_FLOOR_M:
            return "SFC"
        if not lower and height_m >= ALTITUDE_CEILING_M:
            return "UNL"
        least, most = undulation_range_m(volume.footprint)
        outward = -most - GEOID_MARGIN_M if lower else -least + GEOID_MARGIN_M
        value_ft = _whole(feet(height_m + outward), lower=lower)
        return f"{value_ft}ft AMSL"
    return _as_stated(stated, lower=lower)


def _as_stated(limit: Altitude, *, lower: bool) -> str:
    if limit.reference is AltitudeReference.FL:
        level = _whole(feet(limit.metres()) / 100, lower=lower)
        return f"FL{level:03d}" if level >= 0 else f"{level * 100}ft STD"
    if lower and limit.reference is AltitudeReference.AGL and limit.value == 0:
        return "SFC"
    unit = "m" if limit.unit is AltitudeUnit.M else "ft"
    return f"{_whole(limit.value, lower=lower)}{unit} {limit.reference.value}"


def _whole(value: float, *, lower: bool) -> int:
    nearest = round(value)
    if abs(value - nearest) < _WHOLE * max(1.0, abs(value)):
        return nearest
    return math.floor(value) if lower else math.ceil(value)


def _outline(footprint: Footprint) -> Iterator[str]:
    match footprint:
        case Circle(centre, radius_m):
            yield f"V X={format_position(centre)}"
            yield f"DC {_miles(radius_m)}"
        case Corridor(path, half_width_m):
            yield f"V W={_miles(2 * half_width_m)}"
            yield from (f"DY {format_position(position)}" for position in path)
        case Polygon(outer, _):
            yield from (f"DP {format_position(position)}" for position in outer)
            yield f"DP {format_position(outer[0])}"


def _miles(length_m: float) -> str:
    miles = length_m / METRES_PER_NAUTICAL_MILE
    text = f"{miles:.{_MILE_DECIMALS}f}"
    if float(text) * METRES_PER_NAUTICAL_MILE < length_m:
        text = f"{float(text) + 10**-_MILE_DECIMALS:.{_MILE_DECIMALS}f}"
    return text.rstrip("0").rstrip(".")


def format_position(position: Position) -> str:
    """`DD:MM:SS N DDD:MM:SS E`, with as many decimals of a second as it needs, at most 6."""
    north, east = position.lat_deg >= 0, position.lng_deg >= 0
    return (
        f"{_angle(abs(position.lat_deg), 2)} {'N' if north else 'S'} "
        f"{_angle(abs(position.lng_deg), 3)} {'E' if east else 'W'}"
    )


def _angle(degrees: float, width: int) -> str:
    scale = 10**_SECONDS_DECIMALS
    units = round(degrees * 3600 * scale)
    seconds, fraction = divmod(units, scale)
    minutes, seconds = divmod(seconds, 60)
    whole, minutes = divmod(minutes, 60)
    decimals = f".{fraction:0{_SECONDS_DECIMALS}d}".rstrip("0").rstrip(".")
    return f"{whole:0{width}d}:{minutes:02d}:{seconds:02d}{decimals}"
