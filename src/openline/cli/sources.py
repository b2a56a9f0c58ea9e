"""From the options on the command line to how files are read."""

from collections.abc import Mapping
from typing import Any

import click

from openline.app.read_area import read_area
from openline.app.read_files import Reading
from openline.formats.traffic import ReadOptions
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.footprint import Footprint


def reading_of(params: Mapping[str, Any]) -> Reading:
    """How files are read, from the values of `options.reading_options`.

    Raises: UsageError for options that exclude each other or are given twice.
    """
    if params["widen_agl"] and params["ground"] is not None:
        raise click.UsageError("--ground and --widen-agl exclude each other")
    parties = _by_file(params["parties"], "--party")
    takeoffs = _by_file(params["takeoffs"], "--takeoff")
    options = ReadOptions(
        party=parties.pop(None, None),
        takeoff=takeoffs.pop(None, None),
        altitude=AltitudePolicy(
            params["ground"], params["qnh"], params["fl_margin"], params["widen_agl"]
        ),
        half_width_m=params["half_width"],
        between=params.get("between"),
        skip_invalid=params["skip_invalid"],
    )
    return Reading(options, parties, takeoffs, params["format_name"])


def agreed_area_of(name: str | None) -> Footprint | None:
    """The area in which unlocated notices count; None for everywhere."""
    return None if name is None else read_area(name)


def _by_file(pairs: tuple[tuple[str | None, Any], ...], option: str) -> dict[Any, Any]:
    told: dict[Any, Any] = {}
    for file, value in pairs:
        if file in told and told[file] != value:
            whom = "all files" if file is None else repr(file)
            raise click.UsageError(f"{option} is given twice for {whom}")
        told[file] = value
    return told
