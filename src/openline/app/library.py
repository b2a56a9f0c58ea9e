"""The way in for Python programs: `openline.read`."""

import os
from collections.abc import Mapping
from datetime import datetime

from openline.app.read_files import Reading, read_files
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude_resolver import AltitudePolicy


def read(
    *paths: str | os.PathLike[str],
    party: str | Mapping[str, str] | None = None,
    takeoff: datetime | None = None,
    qnh_hpa: float | None = None,
    ground_amsl_m: tuple[float, float] | None = None,
    flight_level_margin_m: float | None = None,
    widen_agl: bool = False,
    half_width_m: float | None = None,
    between: tuple[datetime, datetime] | None = None,
    skip_invalid: bool = False,
    format: str | None = None,  # the word that a caller expects
) -> Traffic:
    """Everything in the files, file patterns, directories and, for `-`, standard input.

    party: one name for all files, or names by file. takeoff: aware, for plans without times.
    qnh_hpa, ground_amsl_m (lowest, highest), flight_level_margin_m and widen_agl resolve flight
    levels and heights over ground, as in `AltitudePolicy`.
    half_width_m: for lines that state none. between: where daily schedules are expanded; nothing
    is left out. format: instead of recognising the content.

    Raises: Unreachable, InvalidInput with file and element.
    """
    by_file = party if isinstance(party, Mapping) else {}
    options = ReadOptions(
        party=party if isinstance(party, str) else None,
        takeoff=takeoff,
        altitude=AltitudePolicy(ground_amsl_m, qnh_hpa, flight_level_margin_m, widen_agl),
        half_width_m=half_width_m,
        between=between,
        skip_invalid=skip_invalid,
    )
    return read_files(
        [os.fspath(path) for path in paths],
        Reading(options, {os.fspath(name): word for name, word in by_file.items()}, {}, format),
    )
