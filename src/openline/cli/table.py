"""Findings for the eye: a table and sentences, for a terminal or as plain text.

Every number shown errs toward the closer: distances are rounded down, altitude bands and time
windows outward. Exact numbers are in the JSON.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from openline.airspace.conflict import Conflict
from openline.airspace.entity import Entity, EntityKind
from openline.airspace.find import Findings
from openline.airspace.separation import Separation
from openline.cli.output import printable
from openline.formats.traffic import Traffic
from openline.units import METRES_PER_NAUTICAL_MILE, feet, nautical_miles

if TYPE_CHECKING:
    from rich.console import Console

COLUMNS: Final = (
    "#",
    "who",
    "and",
    "when (UTC)",
    "altitude (WGS-84)",
    "lateral",
    "vertical",
    "time",
)
_WIDE: Final = 140
_NOISE: Final = 1e-6
_SENTENCES_OF_ALL: Final = 20
_SENTENCES_OF_MANY: Final = 5
DATUM: Final = "Altitudes are heights over the WGS-84 ellipsoid; times are UTC (Z)."


def plain_table(findings: Findings) -> str:
    """The table as text without colours or frames, each conflict on one line of any length."""
    rows = [COLUMNS, *_rows(findings)]
    widths = [max(_width(row[at]) for row in rows) for at in range(len(COLUMNS))]
    lines = (
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        for row in rows
    )
    return "".join(line.rstrip() + "\n" for line in lines)


def print_table(findings: Findings, console: "Console") -> None:
    """The table on a terminal, as wide as it is; nothing is cut off."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    wide = console.width >= _WIDE
    headings = COLUMNS if wide else ("#", "who and who", "when (UTC)", "WGS-84 altitude", "closest")
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        leading=0 if wide else 1,
    )
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=not heading.startswith(("who", "and")))
    for number, conflict in enumerate(findings.conflicts, start=1):
        cells = _cells(number, conflict) if wide else _stacked(number, conflict)
        style = "bold red" if conflict.located and not conflict.infringed else "yellow"
        table.add_row(Text(cells[0], style=style), *(Text(cell) for cell in cells[1:]))
    console.print(table)


def sentences(findings: Findings) -> list[str]:
    """The sentences for reading out: all of few conflicts, the worst of many."""
    count = len(findings.conflicts)
    shown = count if count <= _SENTENCES_OF_ALL else _SENTENCES_OF_MANY
    lines = [
        f"{number}. {printable(conflict.reason)}"
        for number, conflict in enumerate(findings.conflicts[:shown], start=1)
    ]
    if shown < count:
        lines.append(f"These are the {shown} worst of {count:,}; --html or --jsonl has them all.")
    return lines


def summary(findings: Findings, traffic: Traffic) -> str:
    """One line: how many conflicts among how much traffic."""
    count = len(findings.conflicts)
    head = f"{count:,} conflict{'' if count == 1 else 's'}" if count else "No conflict"
    kinds = (
        (len(traffic.intents), "operational intent"),
        (len(traffic.constraints), "constraint"),
        (len(traffic.notices), "notice"),
    )
    words = [f"{number:,} {word}{'' if number == 1 else 's'}" for number, word in kinds if number]
    parties = len({entity.party for entity in traffic.entities()})
    volumes = traffic.volume_count
    return (
        f"{head} among {_listed(words) or 'nothing'} of "
        f"{parties:,} {'party' if parties == 1 else 'parties'} "
        f"({volumes:,} volume{'' if volumes == 1 else 's'})."
    )


def minima_words(separation: Separation) -> str:
    """The minima as a sentence."""
    if not (separation.lateral_m or separation.vertical_m or separation.time):
        return "Minima: none; volumes conflict when they overlap."
    lateral = f"lateral {_length_words(separation.lateral_m)}"
    vertical = f"vertical {separation.vertical_m:,.5g} m ({feet(separation.vertical_m):,.5g} ft)"
    return f"Minima: {lateral}, {vertical}, time {separation.time_s:,.10g} s."


def _rows(findings: Findings) -> Iterable[tuple[str, ...]]:
    return (_cells(number, conflict) for number, conflict in enumerate(findings.conflicts, start=1))


def _cells(number: int, conflict: Conflict) -> tuple[str, ...]:
    return (
        str(number),
        f"{printable(conflict.a.party)}: {_called(conflict.a)}",
        f"{printable(conflict.b.party)}: {_called(conflict.b)}",
        " ".join(_when(conflict)),
        ", ".join(_altitude(conflict)),
        _lateral(conflict),
        _vertical(conflict),
        _time(conflict),
    )


def _stacked(number: int, conflict: Conflict) -> tuple[str, ...]:
    """The cells for a narrow terminal: several lines each."""
    who = "\n".join(
        f"{printable(entity.party)}\n  {_called(entity)}" for entity in (conflict.a, conflict.b)
    )
    closest = (
        f"lateral {_lateral(conflict, brief=True)}",
        f"vertical {_vertical(conflict, brief=True)}",
        f"time {_time(conflict)}",
    )
    when, altitude = "\n".join(_when(conflict)), "\n".join(_altitude(conflict))
    return str(number), who, when, altitude, "\n".join(closest)


def _called(entity: Entity) -> str:
    word = printable(entity.id)
    return word if entity.kind is EntityKind.INTENT else f"{entity.kind} {word}"


def _when(conflict: Conflict) -> tuple[str, ...]:
    start = conflict.time_start.astimezone(UTC).replace(microsecond=0)
    end = conflict.time_end.astimezone(UTC)
    if end.microsecond:
        end = end.replace(microsecond=0) + timedelta(seconds=1)
    if start.date() == end.date():
        return f"{start:%Y-%m-%d}", f"{_clock(start, end)[0]}..{_clock(start, end)[1]}Z"
    first, last = _clock(start, end)
    return f"{start:%Y-%m-%d} {first}Z..", f"{end:%Y-%m-%d} {last}Z"


def _clock(start: datetime, end: datetime) -> tuple[str, str]:
    form = "%H:%M:%S" if start.second or end.second else "%H:%M"
    return start.strftime(form), end.strftime(form)


def _altitude(conflict: Conflict) -> tuple[str, ...]:
    low, high = conflict.altitude_lower_m, conflict.altitude_upper_m
    if low is None or high is None:
        return ("unknown",)
    return (
        f"{_down(low):,}..{_up(high):,} m",
        f"{_down(feet(low)):,}..{_up(feet(high)):,} ft",
    )


def _lateral(conflict: Conflict, *, brief: bool = False) -> str:
    distance = conflict.distance_m
    if distance is None:
        return "unknown"
    if distance == 0:
        return "overlap"
    if distance < 1000:
        return f"{_down(distance):,} m" if distance >= 1 else "<1 m"
    kilometres, miles = distance / 1000, nautical_miles(distance)
    words = f"{_floored(miles)} NM"
    return words if brief else f"{_floored(kilometres)} km ({words})"


def _vertical(conflict: Conflict, *, brief: bool = False) -> str:
    gap = conflict.vertical_gap_m
    if gap is None:
        return "unknown"
    if gap == 0:
        return "overlap"
    if gap < 1:
        return "<1 m"
    words = f"{_down(feet(gap)):,} ft"
    return words if brief else f"{_down(gap):,} m ({words})"


def _time(conflict: Conflict) -> str:
    gap = conflict.time_gap_s
    if gap == 0:
        return "overlap"
    if gap < 120:
        return f"{_down(gap)} s" if gap >= 1 else "<1 s"
    return f"{_down(gap / 60):,} min"


def _floored(value: float) -> str:
    return f"{_down(value * 10) / 10:,.1f}"


def _down(value: float) -> int:
    """Rounded down; what conversion of units leaves below a whole number is that number."""
    return math.floor(value + _NOISE)


def _up(value: float) -> int:
    return math.ceil(value - _NOISE)


def _length_words(length_m: float) -> str:
    miles = length_m / METRES_PER_NAUTICAL_MILE
    if length_m >= METRES_PER_NAUTICAL_MILE and abs(miles - round(miles, 2)) < 1e-9:
        return f"{miles:g} NM ({length_m:,.10g} m)"
    return f"{length_m:,.10g} m"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _width(text: str) -> int:
    """Columns that the text takes: wide East Asian characters two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
