"""Losses of a scan for the eye. Distances are rounded down, times outward to the second."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from openline.cli.output import printable
from openline.formats.losses import RecordedLoss, Scan
from openline.units import feet, nautical_miles

COLUMNS: Final = ("severity", "who", "and", "from (UTC)", "to", "closest", "lateral", "vertical")


def table(scan: Scan) -> str:
    """One loss a line, in order of time; a sentence if there is none."""
    if not scan.losses:
        return "No loss of separation.\n"
    rows = [COLUMNS, *(_row(loss) for loss in scan.losses)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(COLUMNS))]
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
    for reason, count in sorted(scan.set_aside.items()):
        yield f"set aside: {count:,} {'position' if count == 1 else 'positions'}, {reason}"
    yield (
        f"positions are joined by straight legs if at most {scan.join.gap_max_s:g} s apart and "
        f"not faster than {scan.join.speed_max_mps:g} m/s; others are tested at their instant"
    )


def _row(loss: RecordedLoss) -> tuple[str, ...]:
    return (
        f"{math.floor(loss.severity * 100)} %",
        _who(loss.first, loss.first_callsign),
        _who(loss.second, loss.second_callsign),
        f"{_whole(loss.enter):%Y-%m-%d %H:%M:%S}",
        f"{_whole(loss.exit, up=True):%H:%M:%S}",
        f"{_whole(loss.closest):%H:%M:%S}",
        f"{math.floor(nautical_miles(loss.lateral_m) * 100) / 100:.2f} NM",
        f"{math.floor(feet(loss.vertical_m) + 1e-6):,} ft",
    )


def _who(name: str, callsign: str) -> str:
    return printable(name if callsign in ("", name) else f"{name} ({callsign})")


def _whole(instant: datetime, *, up: bool = False) -> datetime:
    whole = instant.replace(microsecond=0)
    return whole + timedelta(seconds=1) if up and whole < instant else whole
