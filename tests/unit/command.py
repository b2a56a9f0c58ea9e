"""Files and runs for the tests of the command."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from openline.cli.main import cli


def feature(intent: str, west: float, **properties: Any) -> dict[str, Any]:
    """A square of 0.1 degrees from 48.7N, at 10:00Z to 11:00Z, 300 to 600 m W84."""
    given = {
        "intent": intent,
        "time_start": "2026-11-22T10:00:00Z",
        "time_end": "2026-11-22T11:00:00Z",
        "altitude_lower": 300,
        "altitude_upper": 600,
    }
    east = west + 0.1
    ring = [[west, 48.7], [east, 48.7], [east, 48.8], [west, 48.8], [west, 48.7]]
    return {
        "type": "Feature",
        "properties": given | properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def write_geojson(path: Path, *features: dict[str, Any]) -> str:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


def north(folder: Path) -> str:
    """One intent at 7.5E, party by the file's name."""
    return write_geojson(folder / "north.geojson", feature("N-1", 7.5))


def south(folder: Path) -> str:
    """One intent that overlaps the one of north, and one far away."""
    return write_geojson(folder / "south.geojson", feature("S-1", 7.55), feature("S-2", 9.0))


def far(folder: Path) -> str:
    """One intent, 50 km away from the others."""
    return write_geojson(folder / "far.geojson", feature("F-1", 8.3))


def invoke(*args: str, **options: Any) -> Result:
    """Run in this process; an exception that gets out is a failure of the test."""
    return CliRunner().invoke(cli, args, catch_exceptions=False, **options)


def run(*args: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
    """Run as a process of its own."""
    environment = {**os.environ, "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-c", "from openline.cli.main import main; main()", *args],
        capture_output=True,
        check=False,
        timeout=60,
        env=environment,
        **options,
    )
