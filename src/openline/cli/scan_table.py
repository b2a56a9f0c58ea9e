"""Losses and conflicts of a scan for the eye. Distances are rounded down, times outward to the
second; how long before a loss it was predicted, down."""

import math
import statistics
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from openline.cli.output import printable
from openline.formats.losses import Outcome, RecordedConflict, RecordedLoss, RecordedPair, Scan
from openline.units import feet, nautical_miles

COLUMNS: Final = ("severity", "who", "and", "from (UTC)", "to", "closest", "lateral", "vertical")
CONFLICT_COLUMNS: Final = (
    *("severity", "who", "and", "predicted from (UTC)", "to", "closest at", "lateral", "vertical"),
    "became",
)


def table(scan: Scan) -> str:
    """One loss a line, in order of time, then one conflict a line; a sentence if there is none."""
    if scan.lookahead_s is None:
        return _aligned(COLUMNS, map(_loss_row, scan.losses)) or "No loss of separation.\n"
    losses = (
        (f"{number}", *_loss_row(loss), _warned(loss.warning_s))
        for number, loss in enumerate(scan.losses, start=1)
    )
    wide = ("loss", *COLUMNS, "predicted")
    return (
        (_aligned(wide, losses) or "No loss of separation.\n")
        + "\n"
        + (_aligned(CONFLICT_COLUMNS, map(_conflict_row, scan.conflicts)) or "No conflict.\n")
    )


def _aligned(columns: tuple[str, ...], found: Iterable[tuple[str, ...]]) -> str:
    """The columns above the rows; nothing without rows."""
    rows = [columns, *found]
    if len(rows) == 1:
        return ""
    widths = [max(len(row[k]) for row in rows) for k in range(len(columns))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines) + "\n"


def remarks(scan: Scan) -> Iterator[str]:
    """What was read, what was set aside, how it was joined."""
    minima = scan.minima
    losses = f"{len(scan.losses):,} {'loss' if len(scan.losses) == 1 else 'losses'} of separation"
    yield (
        f"{losses}; {scan.samples:,} positions of {scan.tracks:,} aircraft; minima "
        f"{nautical_miles(minima.lateral_m):g} NM / {feet(minima.vertical_m):g} ft, "
        f"vertical tolerance {feet(scan.vertical_tolerance_m):g} ft"
    )
    if scan.lookahead_s is not None:
        yield from _predictions(scan, scan.lookahead_s)
    for reason, count in sorted(scan.set_aside.items()):
        yield f"set aside: {count:,} {'position' if count == 1 else 'positions'}, {reason}"
    yield (
        f"positions are joined by straight legs if at most {scan.join.gap_max_s:g} s apart and "
        f"not faster than {scan.join.speed_max_mps:g} m/s; others are tested at their instant"
    )


def _predictions(scan: Scan, lookahead_s: float) -> Iterator[str]:
    """How many conflicts, what became of them, and which losses nobody could have been told of."""
    of = {outcome: sum(c.outcome is outcome for c in scan.conflicts) for outcome in Outcome}
    conflicts = f"{len(scan.conflicts):,} {'conflict' if len(scan.conflicts) == 1 else 'conflicts'}"
    yield (
        f"{conflicts} predicted within {lookahead_s:g} s, flying straight on: "
        f"{of[Outcome.LOSS]:,} became a loss, {of[Outcome.NONE]:,} did not, of "
        f"{of[Outcome.UNKNOWN]:,} it is not known: one was no longer followed"
    )
    if scan.fleeting:
        yield (
            f"left out: {scan.fleeting:,} predicted after one single position, that became no loss"
        )
    if scan.losses:
        warnings = sorted(x.warning_s for x in scan.losses if x.warning_s is not None)
        late = len(scan.losses) - len(warnings)
        said = f"{late:,} of {len(scan.losses):,} losses not predicted before they began"
        if warnings:
            least, most = math.floor(warnings[0]), math.floor(warnings[-1])
            median = math.floor(statistics.median_low(warnings))
            said += f"; the others {least:,} to {most:,} s before, median {median:,} s"
        yield said


def _conflict_row(one: RecordedConflict) -> tuple[str, ...]:
    if one.outcome is Outcome.LOSS and one.warning_s is not None:
        became = f"loss {one.loss}, {_late(one.warning_s)}"
    else:
        became = "no loss" if one.outcome is Outcome.NONE else "not known"
    return (*_cells(one, one.first_predicted, one.last_predicted), became)


def _warned(warning_s: float | None) -> str:
    return "no" if warning_s is None else _late(warning_s)


def _late(warning_s: float) -> str:
    if warning_s <= 0:
        return f"{math.ceil(-warning_s):,} s after it began"
    return f"{math.floor(warning_s):,} s before"


def _loss_row(loss: RecordedLoss) -> tuple[str, ...]:
    return _cells(loss, loss.enter, loss.exit)


def _cells(one: RecordedPair, begin: datetime, end: datetime) -> tuple[str, ...]:
    return (
        f"{math.floor(one.severity * 100)} %",
        _who(one.first, one.first_callsign),
        _who(one.second, one.second_callsign),
        f"{_whole(begin):%Y-%m-%d %H:%M:%S}",
        f"{_whole(end, up=True):%H:%M:%S}",
        f"{_whole(one.closest):%H:%M:%S}",
        f"{math.floor(nautical_miles(one.lateral_m) * 100) / 100:.2f} NM",
        f"{math.floor(feet(one.vertical_m) + 1e-6):,} ft",
    )


def _who(name: str, callsign: str) -> str:
    return printable(name if callsign in ("", name) else f"{name} ({callsign})")


def _whole(instant: datetime, *, up: bool = False) -> datetime:
    whole = instant.replace(microsecond=0)
    return whole + timedelta(seconds=1) if up and whole < instant else whole
