"""How a file is read, as parameters of a request: the options of the command, by their names."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final, TypeVar

from openline.airspace.volume import check_window
from openline.app.read_files import Reading
from openline.errors import InvalidAltitude, InvalidInput, InvalidTimeRange
from openline.formats.instants import parse_instant
from openline.formats.quantities import parse_ground, parse_length, parse_pressure
from openline.formats.traffic import ReadOptions
from openline.geo.altitude_resolver import AltitudePolicy

T = TypeVar("T")

READ_QUERY: Final = {
    "name": "The file's name: its suffix helps to recognise the format",
    "format": "The format, instead of recognising it: as `openline formats` names them",
    "takeoff": "Take-off of a plan that has no times: an instant",
    "half_width": "Half the width of lines that state none: 200m",
    "ground": "Lowest and highest ground (AMSL), for limits above ground: 400m..520m",
    "widen_agl": "`true`: without `ground`, let limits above ground stand for any ground on Earth",
    "qnh": "Pressure in hPa, for flight levels: 1013",
    "fl_margin": "How far a flight level may really be off: 300m",
    "between": "The period of interest, for daily schedules and what is permanent: START/END",
}
_NAME_MAX: Final = 200


def reading_of(query: Mapping[str, str], party: str) -> Reading:
    """How the file is read; what it holds is the party's. Raises: InvalidInput, with `field`."""
    ground, widen = _value(query, "ground", parse_ground), query.get("widen_agl") == "true"
    if ground is not None and widen:
        raise InvalidInput("ground and widen_agl exclude each other", field="widen_agl")
    policy = AltitudePolicy(
        ground, _value(query, "qnh", parse_pressure), _value(query, "fl_margin", _margin), widen
    )
    options = ReadOptions(
        party=party,
        takeoff=_value(query, "takeoff", parse_instant),
        altitude=policy,
        half_width_m=_value(query, "half_width", parse_length),
        between=_value(query, "between", _period),
        skip_invalid=True,
    )
    return Reading(options, format_name=query.get("format") or None)


def source_of(query: Mapping[str, str]) -> str:
    """The file's name without folders, for messages."""
    name = PurePosixPath(query.get("name", "").replace("\\", "/")).name
    plain = "".join(letter for letter in name if letter.isprintable())[-_NAME_MAX:]
    return plain or "the file"


def _value(query: Mapping[str, str], name: str, read: Callable[[str], T]) -> T | None:
    text = query.get(name)
    if not text:
        return None
    try:
        return read(text)
    except InvalidInput as error:
        error.at(field=name)
        raise


def _margin(text: str) -> float:
    margin_m = parse_length(text)
    if not margin_m >= 0:
        raise InvalidAltitude("a margin is not below zero", cure="write 300m")
    return margin_m


def _period(text: str) -> tuple[datetime, datetime]:
    start, slash, end = text.partition("/")
    if not slash:
        raise InvalidTimeRange("it is no period", cure="write START/END")
    return check_window(parse_instant(start), parse_instant(end))
