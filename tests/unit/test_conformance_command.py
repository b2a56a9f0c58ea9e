"""`openline conformance`: recordings beside what was declared."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openline.app.compare_recording import Comparison
from openline.errors import InvalidInput
from tests.conformance_flights import operation
from tests.unit.command import feature, invoke, write_geojson

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


def tracks(path: Path, *flights: tuple[str, float, float, float]) -> str:
    """A minute of flights, each a callsign, a longitude to begin at, degrees a second, a height."""
    lines = ["id,callsign,timestamp,latitude,longitude,altitude_m"]
    for number, (name, lng, rate, height) in enumerate(flights):
        for second in range(120):
            time = (START + timedelta(seconds=second)).isoformat()
            lines.append(f"t{number},{name},{time},48.75,{lng + rate * second},{height}")
    path.write_text("\n".join(lines))
    return str(path)


def compared(tmp_path: Path, *flights: tuple[str, float, float, float], **more: Any) -> Any:
    declared = write_geojson(tmp_path / "north.geojson", feature("N-1", 7.5, **more))
    area = write_geojson(tmp_path / "area.geojson", feature("area", 7.4))
    file = tracks(tmp_path / "tracks.csv", *flights)
    return invoke(
        "conformance", file, "--declared", declared, "--area", area, "--zero", "W84", "--json"
    )


def lines_of(done: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_flight_as_declared(tmp_path: Path) -> None:
    done = compared(tmp_path, ("n-1", 7.52, 0.0003, 400.0))
    assert done.exit_code == 0
    assert [line["state"] for line in lines_of(done)] == ["Activated"]
    plain = invoke(
        "conformance",
        *(str(tmp_path / "tracks.csv"), "--declared", str(tmp_path / "north.geojson")),
        *("--zero", "W84"),
    )
    assert "operation N-1 of north is Activated" in plain.stdout
    assert plain.stdout.endswith("As declared.\n")


def test_one_that_climbs_out_of_its_volume(tmp_path: Path) -> None:
    done = compared(tmp_path, ("N-1", 7.52, 0.0003, 700.0))
    assert done.exit_code == 1
    told = lines_of(done)
    assert [line.get("discrepancy") for line in told] == [None, "outside", None, None]
    outside = next(line for line in told if line.get("discrepancy"))
    assert outside["offset"]["vertical_m"] == pytest.approx(700 - 600 - 25)  # its accuracy
    assert outside["words"].endswith("is outside its volumes: 75 m above")
    assert [line["state"] for line in told] == [
        "Activated",
        "Activated",
        "Nonconforming",
        "Contingent",
    ]


def test_a_stranger_in_the_area_alone(tmp_path: Path) -> None:
    done = compared(
        tmp_path, ("N-1", 7.52, 0.0003, 400.0), ("X", 7.45, 0.0, 400.0), ("Y", 7.2, 0.0, 400.0)
    )
    assert done.exit_code == 1
    told = [line for line in lines_of(done) if "discrepancy" in line]
    assert [(line["discrepancy"], line["track"]) for line in told] == [("undeclared", "uid:t1")]
    assert told[0]["state"] is None


def test_bad_input_has_an_answer(tmp_path: Path) -> None:
    file = tracks(tmp_path / "tracks.csv", ("N-1", 7.52, 0.0, 400.0))
    nothing = tmp_path / "none.geojson"
    nothing.write_text('{"type": "FeatureCollection", "features": []}')
    none = invoke("conformance", file, "--declared", str(nothing), "--zero", "W84")
    assert none.exit_code == 2
    assert "nothing is declared" in none.stderr
    declared = write_geojson(tmp_path / "north.geojson", feature("N-1", 7.5))
    zero = invoke("conformance", file, "--declared", declared)
    assert zero.exit_code == 2
    assert "--zero" in zero.stderr
    lost = invoke("conformance", file, "--declared", declared, "--zero", "W84", "--lost", "1h")
    assert lost.exit_code == 2
    intent = operation().intent
    with pytest.raises(InvalidInput):
        Comparison((intent, intent))
