"""The sentence of a conflict, for reading out: who, when, where, how high and how close."""

import math
from datetime import datetime
from typing import TYPE_CHECKING, Final

from openline.airspace.entity import Entity, EntityKind, Notice
from openline.geo.position import Position
from openline.units import feet, nautical_miles

if TYPE_CHECKING:
    from openline.airspace.conflict import Conflict

_SHORT_M: Final = 1_852.0
_ROUNDING: Final = 1e-6  # what conversions to feet and miles may lose
_NAMES: Final = {
    EntityKind.INTENT: "intent",
    EntityKind.CONSTRAINT: "constraint",
    EntityKind.NOTICE: "notice",
}


def sentence(conflict: "Conflict") -> str:
    """One English sentence with `Z` times, heights over WGS-84 and the minima that count."""
    if not conflict.located:
        return _unlocated(conflict)
    together = _together(conflict)
    first = _side(conflict.a)
    return (
        f"{first[0].upper()}{first[1:]} and {_side(conflict.b)} {together} {_when(conflict)}, "
        f"{_band(conflict)}, near {_place(conflict.where)}."
    )


def _unlocated(conflict: "Conflict") -> str:
    notice, other = conflict.a, conflict.b
    if not (isinstance(notice, Notice) and not notice.located):
        notice, other = other, notice
    verb = "is" if other.kind is EntityKind.NOTICE and not other.volumes else "lies"
    return (
        f"Notice {_label(notice)} names no place and stands for the whole agreed area, at every "
        f"altitude, until it is clarified: {_side(other)} {verb} within its time, "
        f"{_span(conflict.time_start, conflict.time_end)}."
    )


def _side(entity: Entity) -> str:
    return f"{_NAMES[entity.kind]} {_label(entity)}"


def _label(entity: Entity) -> str:
    name = entity.name if entity.name and entity.name != entity.id else None
    label = f"{entity.id} ({name})" if name else entity.id
    return f"{label} of {entity.party}"


def _together(conflict: "Conflict") -> str:
    """How close, in words: they overlap, or which minima are infringed and by how much."""
    gaps = []
    lateral, vertical = conflict.distance_m or 0.0, conflict.vertical_gap_m or 0.0
    minima = conflict.separation
    if lateral > 0:
        gaps.append(f"{distance(lateral)} apart (minimum {distance(minima.lateral_m)})")
    if vertical > 0:
        gaps.append(
            f"{_floor(feet(vertical)):,} ft apart vertically "
            f"(minimum {feet(minima.vertical_m):,.0f} ft)"
        )
    if conflict.time_gap_s > 0:
        gaps.append(
            f"{_floor(conflict.time_gap_s):,} s apart in time (minimum {minima.time_s:,.0f} s)"
        )
    if not gaps:
        return "overlap"
    return "come too close, " + " and ".join(gaps) + ","


def _when(conflict: "Conflict") -> str:
    if conflict.time_gap_s > 0:
        return f"between {_span(conflict.time_start, conflict.time_end, 'and')}"
    return f"from {_span(conflict.time_start, conflict.time_end)}"


def _span(start: datetime, end: datetime, word: str = "to") -> str:
    if start.date() == end.date():
        return f"{_clock(start)} {word} {_clock(end)} on {start:%d %B %Y}"
    return f"{_clock(start)} on {start:%d %B %Y} {word} {_clock(end)} on {end:%d %B %Y}"


def _clock(instant: datetime) -> str:
    return f"{instant:%H:%M}Z" if instant.second == 0 else f"{instant:%H:%M:%S}Z"


def _band(conflict: "Conflict") -> str:
    """The altitude band, rounded outward."""
    low, high = conflict.altitude_lower_m or 0.0, conflict.altitude_upper_m or 0.0
    return (
        f"{_floor(feet(low)):,} to {_ceiling(feet(high)):,} ft "
        f"({_floor(low):,} to {_ceiling(high):,} m) WGS-84"
    )


def _place(where: Position | None) -> str:
    if where is None:
        return "an unknown place"
    lat, lng = where
    return f"{abs(lat):.4f}{'N' if lat >= 0 else 'S'} {abs(lng):.4f}{'E' if lng >= 0 else 'W'}"


def distance(length_m: float) -> str:
    """A horizontal distance as a duty officer says it: metres when short, else nautical miles.

    Rounded down, so that what is read out as a minimum is never less than one.
    """
    if length_m < _SHORT_M:
        return f"{_floor(length_m):,.0f} m" if length_m >= 1 else "less than 1 m"
    return f"{_floor(nautical_miles(length_m) * 10) / 10:,.1f} NM"


def _floor(value: float) -> int:
    return math.floor(value + _ROUNDING)


def _ceiling(value: float) -> int:
    return math.ceil(value - _ROUNDING)
