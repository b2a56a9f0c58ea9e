"""Losses of separation of a scan as JSON, CSV and GeoJSON.

Written: instants in UTC with `Z`, lengths in metres, degrees of WGS-84. A GeoJSON feature is the
    point midway between both aircraft at the worst instant.
Errs toward: exactness; nothing is rounded beyond what the scan gives: 1 ms, 1 mm, 1e-7 degrees.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from openline.airspace.encounter.recording import JoinRules
from openline.airspace.separation import Separation
from openline.formats import json_text
from openline.formats.instants import format_instant

VERSION: Final = 1
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True, slots=True)
class RecordedLoss:
    """Two aircraft closer than the minima, from enter to exit.

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
class Scan:
    """All losses, in order of time; what was asked, read, and set aside by reason."""

    losses: tuple[RecordedLoss, ...]
    minima: Separation
    vertical_tolerance_m: float
    join: JoinRules
    samples: int
    tracks: int
    set_aside: dict[str, int]


def write_json(scan: Scan) -> bytes:
    """One JSON object with everything."""
    return json_text.encode_arrays(head(scan), {"losses": [_facts(loss) for loss in scan.losses]})


def head(scan: Scan) -> dict[str, object]:
    """What was asked and read, without the losses."""
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
    }


def write_csv(scan: Scan) -> bytes:
    """One row for each loss; text that a spreadsheet would run gets a leading apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([f.name for f in fields(RecordedLoss)] + ["duration_s"])
    for loss in scan.losses:
        cells = _facts(loss).values()
        writer.writerow([_harmless(c) if isinstance(c, str) else c for c in cells])
    return out.getvalue().encode()


def write_geojson(scan: Scan) -> bytes:
    """One point for each loss, with its facts as properties."""
    document = {"type": "FeatureCollection", "features": list(_features(scan))}
    return f"{json_text.encode(document)}\n".encode()


def _features(scan: Scan) -> Iterator[dict[str, Any]]:
    for loss in scan.losses:
        yield {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [loss.longitude_deg, loss.latitude_deg]},
            "properties": _facts(loss),
        }


def _facts(loss: RecordedLoss) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for field in fields(RecordedLoss):
        value = getattr(loss, field.name)
        facts[field.name] = format_instant(value) if isinstance(value, datetime) else value
    return facts | {"duration_s": loss.duration_s}


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
