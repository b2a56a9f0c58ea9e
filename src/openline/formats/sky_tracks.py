"""Tracks of another server: what `GET /sky/v1/tracks` answers, read as position reports.

Read: the members that `positions_json` knows. Left out: encounters, tracks that are lost.
Refused: what is no such answer; single tracks that make no sense, each counted.
"""

from datetime import datetime
from typing import Final

from openline.errors import InvalidInput
from openline.formats import json_text
from openline.formats.instants import parse_instant
from openline.formats.positions_json import report_of
from openline.formats.reports import Reports

_MEMBERS: Final = (
    *("time", "lat", "lng", "icao24", "uid", "callsign", "operation_id", "pressure_altitude_ft"),
    *("altitude_m", "speed_mps", "track_deg", "vertical_rate_mps", "on_ground", "class"),
)


def time_of(data: bytes, feed: str) -> datetime:
    """The instant of the sky that the tracks are of. Raises: InvalidInput if it is not said."""
    document = json_text.decode(data, feed)
    text = document.get("time") if isinstance(document, dict) else None
    if not isinstance(text, str):
        raise InvalidInput("it does not say its time", cure="give a server's address", file=feed)
    return parse_instant(text)


def read(data: bytes, feed: str, received: datetime) -> Reports:
    """The tracks as reports. Raises: InvalidInput if the whole cannot be understood."""
    document = json_text.decode(data, feed)
    tracks = document.get("tracks") if isinstance(document, dict) else None
    if not isinstance(tracks, list):
        raise InvalidInput("there are no tracks in it", cure="give a server's address", file=feed)
    found = Reports(taken=received)
    for number, track in enumerate(tracks):
        if not isinstance(track, dict) or track.get("lost"):
            found.idle += 1
            continue
        known = {n: track[n] for n in _MEMBERS if track.get(n) is not None}
        try:
            found.reports.append(report_of(known, feed, received, None))
        except InvalidInput as error:
            found.refuse(error.at(element=f"tracks[{number}]"))
    return found
