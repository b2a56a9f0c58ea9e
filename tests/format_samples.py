"""The sample files of every format, and the options that all of them can be read with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from openline.formats.traffic import ReadOptions
from openline.geo.altitude_resolver import AltitudePolicy

FOLDER: Final = Path(__file__).parent / "samples"
OPTIONS: Final = ReadOptions(
    takeoff=datetime(2026, 11, 22, 9, tzinfo=UTC),
    altitude=AltitudePolicy(ground_amsl_m=(0.0, 2500.0), qnh_hpa=1013.0),
    half_width_m=200.0,
    between=(datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
)


def folders() -> list[str]:
    """Names of the folders of samples."""
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def samples(format_name: str) -> list[Path]:
    """The sample files of a format, sorted; empty if it has none."""
    return sorted(path for path in (FOLDER / format_name).glob("*") if path.is_file())
