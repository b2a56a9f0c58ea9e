"""Open recordings for a replay: files in, positions in order of time out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from openline.airspace.track.played import AltitudeZero, Recording
from openline.app.scan_tracks import track_blocks
from openline.errors import InvalidInput
from openline.formats.tracks import TrackOptions

# Columns whose name says what their altitude is counted from.
ZEROS: Final = {"alt_baro": AltitudeZero.PRESSURE, "alt_geom": AltitudeZero.W84}


def read_recording(
    names: Sequence[str], options: TrackOptions, zero: AltitudeZero | None = None
) -> Recording:
    """All positions of the files, as one recording.

    Args: `zero`: of their altitudes, where the column's name does not say it.
    Raises: Unreachable, InvalidInput and its kinds; also if nobody says what the altitudes are, or
    the files differ in it: they are never mixed.
    """
    recording: Recording | None = None
    for name in names:
        for rows in track_blocks(name, options):
            this_zero = zero or _zero_of(rows.altitude_name, name)
            if recording is None:
                recording = Recording(", ".join(Path(n).name for n in names), this_zero)
            if recording.zero is not this_zero:
                raise InvalidInput(
                    f"its altitudes are counted from {this_zero}, others from {recording.zero}",
                    cure="play them apart",
                    file=name,
                )
            columns = (rows.track, rows.label, rows.time_s, rows.latitude_deg, rows.longitude_deg)
            recording.add(rows.tracks, rows.labels or [""], *columns, rows.altitude_m)
    if recording is None or not len(recording):
        raise InvalidInput("there are no positions in it", file=", ".join(names))
    return recording


def _zero_of(column: str, name: str) -> AltitudeZero:
    known = ZEROS.get(column.strip().lower())
    if known is None:
        raise InvalidInput(
            f"column {column!r} does not say what its altitudes are counted from",
            cure="give --zero pressure (1013.25 hPa) or --zero W84 (the ellipsoid)",
            file=name,
        )
    return known
