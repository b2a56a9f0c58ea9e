"""Findings as JSON, JSON lines and CSV: what the pages promise, checked by other libraries."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from openline.formats.findings import CSV_COLUMNS, encode, schema, to_csv, to_json, to_jsonl
from tests.unit import findings_samples as samples

PAGE = Path(__file__).parents[2] / "docs" / "json.md"


def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        to_json(samples.three(), version="1.2.3", warnings=["widened: FL100"])
    )
    return document


def _closed(part: object) -> object:
    """The schema with every object closed: what is written must be described."""
    if isinstance(part, dict):
        closed = {name: _closed(value) for name, value in part.items()}
        return closed | {"additionalProperties": False} if "properties" in part else closed
    if isinstance(part, list):
        return [_closed(value) for value in part]
    return part


def test_json_meets_its_schema_and_nothing_is_undescribed() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(_closed(schema())).validate(_document())


def test_the_schema_can_refuse() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    for path, value in (("time_start", "2026-11-22T10:00:00+01:00"), ("distance_m", -1.0)):
        document = _document()
        document["conflicts"][0][path] = value
        assert not validator.is_valid(document), path


def test_every_field_is_on_the_page() -> None:
    words = set(re.findall(r"`([a-z_]+)`", PAGE.read_text(encoding="utf-8")))
    names: set[str] = set()

    def collect(part: object) -> None:
        if isinstance(part, dict):
            names.update(part.get("properties", {}))
            for value in part.values():
                collect(value)
        elif isinstance(part, list):
            for value in part:
                collect(value)

    collect(schema())
    assert names - words == set()


def test_json_has_the_numbers_of_the_findings() -> None:
    document = _document()
    assert document["openline"] == "1.2.3"
    # 5 NM and 1,000 ft in metres, by definition of the units
    assert document["minima"] == {"lateral_m": 9260.0, "vertical_m": 304.8, "time_s": 0.0}
    assert (document["intents"], document["volumes"], document["candidates"]) == (4, 7, 3)
    assert document["warnings"] == ["widened: FL100"]
    overlap, apart, unlocated = document["conflicts"]
    assert overlap["a"] == {
        "party": "north",
        "kind": "intent",
        "intent": "N-1",
        "name": None,
        "source": "a.geojson",
    }
    assert overlap["b"]["kind"] == "constraint"
    assert overlap["time_end"] == "2026-11-22T10:20:00.5Z"
    assert overlap["where"] == {"lat": 48.8123457, "lng": -7.65}
    assert overlap["infringed"] == []
    assert apart["distance_m"] == 8642.123
    assert apart["infringed"] == ["lateral", "vertical", "time"]
    assert (apart["vertical_gap_m"], apart["time_gap_s"], apart["parts"]) == (120.0, 40.0, 1)
    for name in ("altitude_lower_m", "altitude_upper_m", "vertical_gap_m", "distance_m", "where"):
        assert unlocated[name] is None
    assert unlocated["parts"] == 0


def test_json_lines_are_the_conflicts_of_the_json() -> None:
    lines = b"".join(to_jsonl(samples.three())).decode().splitlines()
    assert [json.loads(line) for line in lines] == _document()["conflicts"]


def test_csv_says_the_same_as_the_json() -> None:
    text = b"".join(to_csv(samples.three())).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == CSV_COLUMNS
    for row, record in zip(rows, _document()["conflicts"], strict=True):
        assert row["id"] == record["id"]
        assert row["a_party"] == record["a"]["party"]
        assert row["b_intent"] == record["b"]["intent"]
        assert row["reason"] == record["reason"]
        assert row["infringed"].split() == record["infringed"]
        where = record["where"] or {"lat": None, "lng": None}
        for name, value in {**where, "distance_m": record["distance_m"]}.items():
            assert (float(row[name]) if row[name] else None) == value


@pytest.mark.parametrize("name", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx"])
def test_no_name_is_a_formula_to_a_spreadsheet(name: str) -> None:
    conflict = samples.apart(samples.intent("N-1", name), samples.intent("S-1", "south"))
    text = b"".join(to_csv(samples.findings(conflict))).decode()
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert row["a_party"] == "'" + name
    assert row["lat"] == "48.8", "numbers are not text"


def test_half_a_surrogate_pair_stays_json() -> None:
    strange = replace(samples.intent("N-1", "north"), source="bad\udcff.kml")
    document = samples.findings(samples.apart(strange, samples.intent("S", "s")))
    data = to_json(document, version="1")
    assert json.loads(data)["conflicts"][0]["a"]["source"] == "bad\udcff.kml"


def test_what_is_not_finite_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode({"distance_m": float("nan")})


def test_no_conflicts_is_an_empty_list() -> None:
    empty = samples.findings()
    assert json.loads(to_json(empty, version="1"))["conflicts"] == []
    assert list(to_jsonl(empty)) == []
    assert b"".join(to_csv(empty)).count(b"\n") == 1
