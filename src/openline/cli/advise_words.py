"""Advice as lines for people."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from openline.airspace.advise.words import alternative_words, called, listed
from openline.app.advise_files import Plan, Report
from openline.formats.traffic import Traffic

if TYPE_CHECKING:
    from openline.airspace.advise.search import Alternative
    from openline.airspace.advise.windows import FreeWindows
    from openline.airspace.entity import Entity

_SHOWN: Final = 3
_DOZEN: Final = 12


def report_lines(report: Report) -> Iterator[str]:
    """For each plan that moves: why, the ways out with their cost, and what is gained."""
    for one in report.advised:
        advice = one.advice
        yield f"{called(advice.plan)}: in conflict with {listed(advice.conflicts)}"
        reasons = list(dict.fromkeys(turn.reason for turn in one.turns))
        yield from (f"  {reason}" for reason in reasons[:_SHOWN])
        if len(reasons) > _SHOWN:
            yield f"  and for {len(reasons) - _SHOWN:,} more reasons; --json has them all"
        if not advice.alternatives:
            yield f"  {advice.summary}"
        for number, way in enumerate(advice.alternatives, start=1):
            words = alternative_words(way, len(advice.plan.volumes))
            yield f"  {number}. {words}; {_span(way)}; cost {way.cost:,.0f}"
        if advice.alternatives:
            which = "This is" if len(advice.alternatives) == 1 else "Each of these is"
            yield f"  {which} free of {listed(advice.conflicts)}, and of all else that was read."
        yield ""
    yield from report.stuck
    if not report.conflicts:
        yield "Nothing to do: nothing is in conflict."
        return
    ways = sum(bool(one.advice.alternatives) for one in report.advised)
    yield (
        f"{_count(report.conflicts, 'conflict')}; {_count(len(report.advised), 'plan')} to move, "
        f"{ways:,} with a way out. Each way counts on all others staying where they are; "
        "--all moves them together."
    )
    yield "Costs are in seconds of delay. Heights are over WGS-84 or in the plan's own datum."


def plan_lines(plan: Plan, before: Traffic) -> Iterator[str]:
    """What moves, what could not be placed, the cost and how far it may be from the least."""
    if not plan.conflicts:
        yield "Nothing to do: nothing is in conflict."
        return
    sizes = {(one.party, one.id): len(one.volumes) for one in before.intents}
    for way in plan.moved:
        total = sizes[way.plan.party, way.plan.id]
        words = alternative_words(way, total)
        yield f"{called(way.plan)}: {words}; {_span(way)}; cost {way.cost:,.0f}"
    for one in plan.unplaced:
        yield f"{called(one)}: there is no room for it within the limits"
    yield (
        f"{_count(plan.conflicts, 'conflict')} before; {_count(len(plan.moved), 'plan')} moved, "
        f"{len(plan.unplaced):,} without room. Cost {plan.cost:,.0f} seconds of delay; no way out "
        f"costs less than {plan.bound:,.0f} (gap {plan.gap:.0%}), "
        f"{'with' if plan.solved else 'without'} the solver."
    )


def window_lines(entity: "Entity", number: int, found: "FreeWindows") -> Iterator[str]:
    """The free windows of one volume, and who has the rest."""
    place = f"{called(entity)}, volume {number + 1}"
    if not found.free:
        yield f"{place}: never free"
    else:
        yield f"{place}: free"
        yield from (f"  {_clock(start)} to {_clock(end)}" for start, end in found.free)
    for one in found.taken[:_DOZEN]:
        yield f"  taken {_clock(one.time_start)} to {_clock(one.time_end)} by {called(one.entity)}"
    if len(found.taken) > _DOZEN:
        yield f"  and {len(found.taken) - _DOZEN:,} more; --json has them all"


def _span(way: "Alternative") -> str:
    """When and how high it then is; times to whole seconds, outward."""
    start = min(volume.time_start for volume in way.plan.volumes)
    end = max(volume.time_end for volume in way.plan.volumes)
    low = min(volume.altitude_lower_m for volume in way.plan.volumes)
    high = max(volume.altitude_upper_m for volume in way.plan.volumes)
    start, end = (
        start.replace(microsecond=0),
        end + timedelta(microseconds=-end.microsecond % 10**6),
    )
    until = _clock(end)
    if end.date() == start.date():
        until = until.partition(" ")[2]
    return f"{_clock(start)} to {until}, {low:,.0f} to {high:,.0f} m"


def _clock(instant: datetime) -> str:
    whole = not (instant.second or instant.microsecond)
    digits = "%Y-%m-%d %H:%M" if whole else "%Y-%m-%d %H:%M:%S"
    fraction = f".{instant.microsecond:06d}" if instant.microsecond else ""
    return f"{instant.strftime(digits)}{fraction}Z"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
