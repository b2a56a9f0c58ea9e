"""Advice in words, for reading out: what changes, by how much, and what is gained."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from openline.airspace.advise.move import Change
from openline.airspace.entity import Entity
from openline.units import feet

if TYPE_CHECKING:
    from openline.airspace.advise.advice import Advice
    from openline.airspace.advise.search import Alternative

_COMPASS: Final = ("north", "east", "south", "west")
_NAMES_MAX: Final = 3
_ROUNDING_FT: Final = 1e-6


def called(entity: Entity) -> str:
    """Kind, id and party: intent A1 of North."""
    return f"{entity.kind} {entity.id} of {entity.party}"


def listed(entities: Sequence[Entity]) -> str:
    """The first few, and how many more."""
    names = [called(entity) for entity in entities[:_NAMES_MAX]]
    more = len(entities) - len(names)
    if more:
        names.append(f"{more:,} more")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def change_words(change: Change) -> str:
    """12 min later, 60 m (197 ft) higher, 1,150 m towards 090 (east). What moves by whole hundreds
    of feet is said in feet first."""
    nothing = timedelta(0)
    words = []
    if change.delay != nothing:
        way = "later" if change.delay > nothing else "earlier"
        words.append(f"{duration(abs(change.delay))} {way}")
    if change.climb_m:
        way = "higher" if change.climb_m > 0 else "lower"
        words.append(f"{_height(abs(change.climb_m))} {way}")
    if change.sideways_m:
        words.append(f"{change.sideways_m:,.0f} m towards {_bearing(change.bearing_deg)}")
    if change.narrower_m:
        words.append(f"{change.narrower_m:,.0f} m narrower on each side")
    if change.lost != nothing:
        words.append(f"without the {duration(change.lost)} that are taken")
    return " and ".join(words) or "as it is"


def alternative_words(alternative: "Alternative", total: int) -> str:
    """All changes of an alternative; total: how many volumes the plan has."""
    if len(alternative.changes) == 1 and len(alternative.changes[0].volumes) == total:
        return change_words(alternative.changes[0])
    return "; ".join(
        f"{_numbers(change.volumes)} {change_words(change)}" for change in alternative.changes
    )


def gain(advice: "Advice", alternative: "Alternative") -> str:
    """One sentence: what to do, and of whom the plan is then free."""
    first = called(advice.plan)
    start = min(volume.time_start for volume in alternative.plan.volumes)
    end = max(volume.time_end for volume in alternative.plan.volumes)
    what = alternative_words(alternative, len(advice.plan.volumes))
    day = "" if end.date() == start.date() else f" on {end.day} {end:%B %Y}"
    return (
        f"{first[0].upper()}{first[1:]}: {what}, from {start:%H:%M:%S}Z on {start.day} "
        f"{start:%B %Y} to {end:%H:%M:%S}Z{day}, is free of "
        f"{listed(advice.conflicts)} and of everything else in the sky that was given."
    )


def none_found(advice: "Advice") -> str:
    """One sentence: that there is no way out within the limits, and what blocks it."""
    first = called(advice.plan)
    blockers = f": blocked by {listed(advice.blockers)}" if advice.blockers else ""
    return f"{first[0].upper()}{first[1:]} has no way out within the limits{blockers}."


def duration(length: timedelta) -> str:
    """2 h 05 min, 12 min, 45 s; what is less than a second is said in seconds with a fraction."""
    seconds = length.total_seconds()
    if seconds < 60 or seconds != int(seconds):
        return f"{seconds:,.10g} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    words = [f"{hours} h"] if hours else []
    words += [f"{minutes:02d} min" if hours else f"{minutes} min"] if minutes else []
    words += [f"{rest} s"] if rest else []
    return " ".join(words)


def _height(metres: float) -> str:
    in_feet = feet(metres)
    if abs(in_feet - 100 * round(in_feet / 100)) < _ROUNDING_FT:
        return f"{in_feet:,.0f} ft ({metres:,.0f} m)"
    return f"{metres:,.6g} m ({in_feet:,.0f} ft)"


def _bearing(bearing_deg: float) -> str:
    quarter, rest = divmod(round(bearing_deg) % 360, 90)
    near = f" ({_COMPASS[quarter]})" if rest == 0 else ""
    return f"{round(bearing_deg) % 360:03d} degrees{near}"


def _numbers(volumes: Sequence[int]) -> str:
    if len(volumes) == 1:
        return f"volume {volumes[0] + 1}:"
    runs: list[list[int]] = []
    for number in volumes:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    words = (f"{a + 1}" if a == b else f"{a + 1} to {b + 1}" for a, b in runs)
    return f"volumes {', '.join(words)}:"
