"""Losses of separation of a scan, and conflicts if asked for, as JSON, CSV and GeoJSON.

Written: instants in UTC with `Z`, lengths in metres, degrees of WGS-84. A GeoJSON feature is the
    point midway between both aircraft at the worst instant. With conflicts a row says its `kind`.
Errs toward: exactness; nothing is rounded beyond what the scan gives: 1 ms, 1 mm, 1e-7 degrees.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from openline.airspace.encounter.recording import JoinRules
from openline.airspace.separation import Separation
from openline.formats import json_text
from openline.formats.instants import format_instant

VERSION: Final = 1
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True, slots=True)
class RecordedPair:
    """Two aircraft closer than the minima, from enter to exit: as recorded or as predicted.

    The other facts are those of the closest instant, when the larger share of a minimum was least.
    severity: 0 at the minima, 1 in the same place. altitude_m: midway, over the zero of the file.
    """

    first: str
    first_callsign: str
    second: str
    second_callsign: str
    enter: datetime
    exit: datetime
    closest: datetime
    lateral_m: float
    vertical_m: float
    severity: float
    latitude_deg: float
    longitude_deg: float
    altitude_m: float

    @property
    def duration_s(self) -> float:
        """Seconds from enter to exit; 0 where a single sample is all there is."""
        return (self.exit - self.enter).total_seconds()


@dataclass(frozen=True, slots=True)
class RecordedLoss(RecordedPair):
    """A loss of separation; `warning_s`: how long before it began it was predicted, if asked."""

    warning_s: float | None = None


class Outcome(StrEnum):
    """What became of a conflict."""

    LOSS = "loss"
    NONE = "none"  # both went on, and no loss followed
    UNKNOWN = "unknown"  # one was no longer followed


@dataclass(frozen=True, slots=True)
class RecordedConflict(RecordedPair):
    """A loss predicted for two aircraft from `first_predicted` to `last_predicted`.

    enter to altitude_m: of the worst prediction, made at `predicted`. positions: how many new ones
    of either it rests on. loss: number of the loss it became, from 1, and `warning_s`: how long
    before that one began it was predicted first.
    """

    first_predicted: datetime
    last_predicted: datetime
    predicted: datetime
    positions: int
    outcome: Outcome
    loss: int | None
    warning_s: float | None


@dataclass(frozen=True, slots=True)
class Scan:
    """All losses, in order of time; what was asked, read, and set aside by reason.

    lookahead_s: of the conflicts, in order of time too; None: they were not asked for. A loss has
    a number by its place, from 1; its `warning_s` is how long before it began it was predicted
    without a break. fleeting: conflicts left out, of one position and followed by no loss.
    """

    losses: tuple[RecordedLoss, ...]
    minima: Separation
    vertical_tolerance_m: float
    join: JoinRules
    samples: int
    tracks: int
    set_aside: dict[str, int]
    lookahead_s: float | None = None
    conflicts: tuple[RecordedConflict, ...] = ()
    fleeting: int = 0


# Columns of both kinds: of a loss, of a loss where conflicts were asked for, of a conflict.
_COMMON: Final = (*(field.name for field in fields(RecordedPair)), "duration_s")
_OF_CONFLICT: Final = (
    *("first_predicted", "last_predicted", "predicted", "positions", "outcome", "loss"),
)
WIDE: Final = ("kind", "number", *_COMMON, *_OF_CONFLICT, "warning_s")


def columns(scan: Scan) -> tuple[str, ...]:
    """The columns of the rows: more of them if conflicts were asked for."""
    return _COMMON if scan.lookahead_s is None else WIDE


def rows(scan: Scan) -> Iterator[dict[str, Any]]:
    """The losses, then the conflicts, each in order of time; None where a column is not of it."""
    names = columns(scan)
    for kind, items in (("loss", scan.losses), ("conflict", scan.conflicts)):
        for number, item in enumerate(items, start=1):
            own = {"kind": kind, "number": number}
            yield {name: own.get(name, getattr(item, name, None)) for name in names}


def write_json(scan: Scan) -> bytes:
    """One JSON object with everything."""
    if scan.lookahead_s is None:
        return json_text.encode_arrays(head(scan), {"losses": list(map(_written, rows(scan)))})
    kinds: dict[str, list[dict[str, Any]]] = {"losses": [], "conflicts": []}
    for row in map(_written, rows(scan)):
        if row.pop("kind") == "conflict":
            kinds["conflicts"].append(row)
        else:
            kinds["losses"].append({k: v for k, v in row.items() if k not in _OF_CONFLICT})
    return json_text.encode_arrays(head(scan), kinds)


def head(scan: Scan) -> dict[str, object]:
    """What was asked and read, without the losses."""
    asked = {"lookahead_s": scan.lookahead_s, "fleeting": scan.fleeting}
    return {
        "version": VERSION,
        "minima": {
            "lateral_m": scan.minima.lateral_m,
            "vertical_m": scan.minima.vertical_m,
            "vertical_tolerance_m": scan.vertical_tolerance_m,
        },
        "join": {"gap_max_s": scan.join.gap_max_s, "speed_max_mps": scan.join.speed_max_mps},
        "samples": scan.samples,
        "tracks": scan.tracks,
        "set_aside": scan.set_aside,
    } | (asked if scan.lookahead_s is not None else {})


def write_csv(scan: Scan) -> bytes:
    """One row for each loss or conflict; text that a spreadsheet would run gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns(scan))
    for row in map(_written, rows(scan)):
        writer.writerow([_harmless(c) if isinstance(c, str) else c for c in row.values()])
    return out.getvalue().encode()


def write_geojson(scan: Scan) -> bytes:
    """One point for each loss or conflict, with its facts as properties."""
    document = {"type": "FeatureCollection", "features": list(_features(scan))}
    return f"{json_text.encode(document)}\n".encode()


def _features(scan: Scan) -> Iterator[dict[str, Any]]:
    for row in rows(scan):
        yield {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [row["longitude_deg"], row["latitude_deg"]],
            },
            "properties": _written(row),
        }


def _written(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: format_instant(value) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
