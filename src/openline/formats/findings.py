"""Findings as data: JSON, JSON lines and CSV. docs/json.md describes the fields.

Units: metres, seconds, degrees. Datum: heights over the WGS-84 ellipsoid. Instants: RFC 3339, `Z`.
Numbers are rounded to millimetres and to 1e-7 degrees (11 mm), the resolution of a decision being
1 cm. An unlocated conflict has null for what is not known. Schema: `schema/findings.schema.json`.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any, Final

from openline.airspace.conflict import Conflict
from openline.airspace.entity import Entity
from openline.airspace.find import Findings
from openline.airspace.separation import Separation
from openline.formats.instants import format_instant
from openline.geo.position import Position

CSV_COLUMNS: Final = (
    "id",
    "a_party",
    "a_kind",
    "a_intent",
    "a_name",
    "a_source",
    "b_party",
    "b_kind",
    "b_intent",
    "b_name",
    "b_source",
    "time_start",
    "time_end",
    "time_gap_s",
    "altitude_lower_m",
    "altitude_upper_m",
    "vertical_gap_m",
    "distance_m",
    "lat",
    "lng",
    "infringed",
    "parts",
    "reason",
)
# A cell that starts so is a formula to a spreadsheet: names come from files of others.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def to_json(findings: Findings, *, version: str, warnings: Iterable[str] = ()) -> bytes:
    """One JSON object with everything, ending in a newline."""
    document = {
        "openline": version,
        "minima": minima_record(findings.separation),
        "intents": findings.intents,
        "volumes": findings.volumes,
        "candidates": findings.candidates,
        "conflicts": [conflict_record(conflict) for conflict in findings.conflicts],
        "warnings": list(warnings),
    }
    return encode(document, indent=2)


def to_jsonl(findings: Findings) -> Iterator[bytes]:
    """One line for each conflict, worst first: an object as in `conflicts` of the JSON."""
    for conflict in findings.conflicts:
        yield encode(conflict_record(conflict))


def to_csv(findings: Findings) -> Iterator[bytes]:
    """A header and one row for each conflict (RFC 4180, UTF-8); empty cells for null.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    yield _csv_row(CSV_COLUMNS)
    for conflict in findings.conflicts:
        record = conflict_record(conflict)
        cells = {name: value for name, value in record.items() if name not in ("a", "b", "where")}
        for side in ("a", "b"):
            cells |= {f"{side}_{name}": value for name, value in record[side].items()}
        cells |= record["where"] or {"lat": None, "lng": None}
        cells["infringed"] = " ".join(record["infringed"])
        yield _csv_row(_cell(cells[name]) for name in CSV_COLUMNS)


def schema() -> dict[str, Any]:
    """The JSON schema of `to_json`."""
    text = files("openline.formats").joinpath("schema/findings.schema.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def minima_record(separation: Separation) -> dict[str, float]:
    """The minima in metres and seconds."""
    return {
        "lateral_m": round(separation.lateral_m, 3),
        "vertical_m": round(separation.vertical_m, 3),
        "time_s": separation.time_s,
    }


def conflict_record(conflict: Conflict) -> dict[str, Any]:
    """One conflict as plain values."""
    return {
        "id": conflict.id,
        "a": _side(conflict.a),
        "b": _side(conflict.b),
        "time_start": format_instant(conflict.time_start),
        "time_end": format_instant(conflict.time_end),
        "time_gap_s": round(conflict.time_gap_s, 6),
        "altitude_lower_m": _rounded(conflict.altitude_lower_m, 3),
        "altitude_upper_m": _rounded(conflict.altitude_upper_m, 3),
        "vertical_gap_m": _rounded(conflict.vertical_gap_m, 3),
        "distance_m": _rounded(conflict.distance_m, 3),
        "where": _place(conflict.where),
        "infringed": list(conflict.infringed),
        "parts": len(conflict.parts),
        "reason": conflict.reason,
    }


def encode(value: object, indent: int | None = None) -> bytes:
    """JSON in UTF-8 with a final newline; half a surrogate pair becomes its escape.

    A number that is not finite is refused, never written.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return (text + "\n").encode("utf-8", "backslashreplace")


def _side(entity: Entity) -> dict[str, str | None]:
    return {
        "party": entity.party,
        "kind": entity.kind.value,
        "intent": entity.id,
        "name": entity.name,
        "source": entity.source,
    }


def _place(position: Position | None) -> dict[str, float] | None:
    if position is None:
        return None
    return {"lat": round(position.lat_deg, 7), "lng": round(position.lng_deg, 7)}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def _csv_row(cells: Iterable[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode("utf-8", "backslashreplace")
