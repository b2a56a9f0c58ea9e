"""From a conflict as it is computed to the numbers that are said of it, and whether they differ."""

from typing import Final

from openline.airspace.conflict import Conflict
from openline.airspace.detect import is_unlocated
from openline.airspace.separation import Separation
from openline.line.event import ConflictFacts
from openline.line.sky import Standing

# Numbers that differ by less come from another order of computing, not from another sky.
_METRES: Final = 0.01
_DEGREES: Final = 1e-7
_SECONDS: Final = 1e-6


def facts_of(found: Conflict) -> ConflictFacts:
    """The numbers of a conflict, with its reason as a sentence."""
    unlocated = [entity.id for entity in (found.a, found.b) if is_unlocated(entity)]
    return ConflictFacts(
        time_start=found.time_start,
        time_end=found.time_end,
        lateral_m=found.separation.lateral_m,
        vertical_m=found.separation.vertical_m,
        time_s=found.separation.time_s,
        reason=found.reason,
        distance_m=found.distance_m,
        vertical_gap_m=found.vertical_gap_m,
        time_gap_s=found.time_gap_s,
        altitude_lower_m=found.altitude_lower_m,
        altitude_upper_m=found.altitude_upper_m,
        where=found.where,
        unlocated=unlocated[0] if unlocated else None,
    )


def hidden_facts(hidden: Standing, shown: Standing, minima: Separation) -> ConflictFacts:
    """What is told of a conflict with something that is shown as conflicts alone: that it is with
    the other, somewhere and at some time in that. Both sides tell the same."""
    reason = (
        f"{hidden.thread} is shown as conflicts alone; "
        f"its own server finds it too close to {shown.thread}, somewhere in that."
    )
    return ConflictFacts(
        time_start=shown.time_start,
        time_end=shown.time_end,
        lateral_m=minima.lateral_m,
        vertical_m=minima.vertical_m,
        time_s=minima.time_s,
        reason=reason,
    )


def same_numbers(one: ConflictFacts, other: ConflictFacts) -> bool:
    """Whether two say the same but for the last digits."""
    if (one.time_start, one.time_end, one.unlocated) != (
        other.time_start,
        other.time_end,
        other.unlocated,
    ):
        return False
    metres = (
        (one.lateral_m, other.lateral_m),
        (one.vertical_m, other.vertical_m),
        (one.distance_m, other.distance_m),
        (one.vertical_gap_m, other.vertical_gap_m),
        (one.altitude_lower_m, other.altitude_lower_m),
        (one.altitude_upper_m, other.altitude_upper_m),
    )
    seconds = ((one.time_s, other.time_s), (one.time_gap_s, other.time_gap_s))
    here = one.where or (None, None)
    there = other.where or (None, None)
    return (
        all(_near(*pair, _METRES) for pair in metres)
        and all(_near(*pair, _SECONDS) for pair in seconds)
        and all(_near(*pair, _DEGREES) for pair in zip(here, there, strict=True))
    )


def _near(one: float | None, other: float | None, within: float) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= within
