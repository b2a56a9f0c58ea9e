"""Check traffic: which entities are in each other's way, and what the user should know about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from openline.airspace.entity import Constraint, Entity, Notice, OperationalIntent
from openline.airspace.find import Findings, Progress
from openline.airspace.find import find_conflicts as find_among
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.formats.instants import format_instant
from openline.formats.traffic import Traffic
from openline.geo.footprint import Footprint

Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: what was compared, the findings, and warnings as sentences."""

    traffic: Traffic
    findings: Findings
    warnings: tuple[str, ...]


def check_traffic(
    traffic: Traffic,
    separation: Separation = INTERSECTION,
    *,
    between: Period | None = None,
    all_pairs: bool = False,
    agreed_area: Footprint | None = None,
    progress: Progress | None = None,
) -> Checked:
    """Find the conflicts in traffic, within a period if one is given.

    Warns of altitudes that were widened, of volumes outside the period, of ids used twice, and
    of traffic in which there is nothing to compare.
    """
    notes = list(traffic.warnings)
    if between is not None:
        count = traffic.volume_count
        traffic = within(traffic, between, separation.time)
        left_out = count - traffic.volume_count
        if left_out:
            period = f"{format_instant(between[0])} to {format_instant(between[1])}"
            notes.append(f"{left_out:,} of {count:,} volumes are outside {period}: left out")
    notes += widenings(traffic)
    notes += _oddities(traffic, all_pairs)
    findings = find_conflicts(
        traffic, separation, all_pairs=all_pairs, agreed_area=agreed_area, progress=progress
    )
    return Checked(traffic, findings, tuple(dict.fromkeys(notes)))


def find_conflicts(
    traffic: Traffic | Iterable[OperationalIntent],
    separation: Separation = INTERSECTION,
    *,
    constraints: Iterable[Constraint] = (),
    notices: Iterable[Notice] = (),
    all_pairs: bool = False,
    agreed_area: Footprint | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Every pair in each other's way in traffic, or in intents with constraints and notices.

    Of different parties, unless `all_pairs`. Worst first.
    """
    if isinstance(traffic, Traffic):
        constraints = (*traffic.constraints, *constraints)
        notices = (*traffic.notices, *notices)
        traffic = traffic.intents
    return find_among(
        traffic,
        constraints,
        separation,
        notices=notices,
        all_pairs=all_pairs,
        agreed_area=agreed_area,
        progress=progress,
    )


def within(traffic: Traffic, period: Period, margin: timedelta = timedelta(0)) -> Traffic:
    """The volumes whose window, widened by the margin, meets the period; both ends count.

    Entities that have no volume left are left out. Errs toward: keeping.
    """
    start, end = period[0] - margin, period[1] + margin

    def meets(item: Volume4D | Notice) -> bool:
        return item.time_start <= end and item.time_end >= start

    def kept(volumes: tuple[Volume4D, ...]) -> tuple[Volume4D, ...]:
        return tuple(volume for volume in volumes if meets(volume))

    intents = ((intent, kept(intent.volumes)) for intent in traffic.intents)
    constraints = ((constraint, kept(constraint.volumes)) for constraint in traffic.constraints)
    notices = (
        (notice, kept(notice.volumes))
        for notice in traffic.notices
        if notice.located or meets(notice)
    )
    return Traffic(
        tuple(replace(intent, volumes=volumes) for intent, volumes in intents if volumes),
        tuple(replace(item, volumes=volumes) for item, volumes in constraints if volumes),
        tuple(
            replace(notice, volumes=volumes)
            for notice, volumes in notices
            if volumes or not notice.located
        ),
        traffic.warnings,
    )


def widenings(traffic: Traffic) -> tuple[str, ...]:
    """One sentence for each way in which altitudes were widened, with how often and where."""
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    for entity in traffic.entities():
        for volume in entity.volumes:
            for sentence in volume.altitude.widenings:
                counts[sentence] = counts.get(sentence, 0) + 1
                first.setdefault(sentence, entity.source or f"{entity.kind} {entity.id}")
    return tuple(
        f"widened: {sentence} ({_times(count)}{first[sentence]})"
        for sentence, count in counts.items()
    )


def _times(count: int) -> str:
    return "" if count == 1 else f"{count:,} volumes, first in "


def _oddities(traffic: Traffic, all_pairs: bool) -> Iterator[str]:
    entities = traffic.entities()
    if not entities:
        yield "there is nothing to compare: no intent, constraint or notice was read"
        return
    parties = {entity.party for entity in entities}
    if len(parties) == 1 and len(entities) > 1 and not all_pairs:
        yield (
            f"everything belongs to one party, {entities[0].party!r}: nothing was compared; "
            "name the parties with --party, or use --all-pairs"
        )
    seen: dict[tuple[str, str, str], Entity] = {}
    for entity in entities:
        known = seen.setdefault((entity.kind, entity.party, entity.id), entity)
        if known is not entity:
            yield (
                f"{entity.kind} {entity.id!r} of {entity.party!r} is given twice: "
                f"{known.source or 'unknown place'} and {entity.source or 'unknown place'}; "
                "both are compared"
            )
