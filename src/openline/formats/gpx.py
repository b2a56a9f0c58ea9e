"""GPX: recorded tracks and timed routes as corridors in slices of time.

Source: GPX 1.1 schema (Topografix), which says of `ele` only "metres"; GPX 1.0 reads the same.
Read: `trk` (one operational intent each, a volume per slice of at most five minutes, neighbouring
slices share a point), `rte` whose points have times.
Width: GPX knows none; the caller gives half of it. Height: `ele` has no datum, so the band covers
both its readings, over mean sea level and over the ellipsoid, and TRACK_VERTICAL_MARGIN_M above
and below. Both widenings are reported.
Refused: points without time or height, time that runs backwards, routes without times.
Left out: waypoints (`wpt`, reported), extensions, the gaps between the segments of a track
(reported).
Errs toward: wider in height. Between two fixes the path is taken as the shortest line.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from openline.airspace.entity import OperationalIntent
from openline.airspace.volume import Volume4D
from openline.errors import InvalidAltitude, InvalidInput, InvalidTimeRange
from openline.formats.collector import Collector
from openline.formats.instants import parse_instant
from openline.formats.paths import (
    TRACK_VERTICAL_MARGIN_M,
    Fix,
    path_footprint,
    required_half_width_m,
    time_slices,
)
from openline.formats.traffic import ReadOptions, Traffic
from openline.formats.unique_names import UniqueNames
from openline.formats.xml_text import XmlElement, parse_number, parse_xml
from openline.geo.altitude import Altitude, AltitudeBand, AltitudeReference, ellipsoid_band
from openline.geo.footprint import Footprint
from openline.geo.position import Position
from openline.limits import TEXT_MAX

_DATUM_WIDENING: Final = (
    "GPX heights have no datum: the band covers them over mean sea level and over the ellipsoid, "
    f"and {TRACK_VERTICAL_MARGIN_M:g} m above and below"
)


def recognises(head: str) -> bool:
    """Whether it looks like GPX."""
    return "<gpx" in head or ":gpx " in head


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Tracks and timed routes as operational intents.

    Raises: InvalidInput with file, line and element.
    """
    root = parse_xml(data, source)
    if root.name != "gpx":
        raise InvalidInput(
            f"the root element is {root.name!r}, not 'gpx'",
            cure="name the right format with --format",
            file=source,
            line=root.line,
        )
    collector = Collector(source, options)
    names = UniqueNames()
    counts: dict[str, int] = {}
    for line in root.all("trk", "rte"):
        number = counts[line.name] = counts.get(line.name, 0) + 1
        with collector.element(f"{line.name}[{number}]", line.line):
            name = line.word("name")
            _read_line(collector, line, names.unused(name or f"{line.name} {number}"), name)
    waypoints = sum(1 for _ in root.all("wpt"))
    if waypoints:
        collector.warn(f"{waypoints} waypoints (wpt) are places without a time and were left out")
    if not counts:
        raise InvalidInput(
            "there is no track and no route in it", cure="export a track", file=source
        )
    return collector.traffic()


def _read_line(collector: Collector, line: XmlElement, line_id: str, name: str | None) -> None:
    half_width_m = required_half_width_m(None, collector.options, f"{line.name} {line_id!r}")
    segments = list(line.all("trkseg")) if line.name == "trk" else [line]
    volumes: list[Volume4D] = []
    for segment in segments:
        points = list(segment.all("trkpt", "rtept"))
        if not points:
            continue
        fixes = [_fix(point, number) for number, point in enumerate(points, start=1)]
        for piece in time_slices(fixes):
            footprint = path_footprint([fix.position for fix in piece], half_width_m)
            band = _band(collector, piece, footprint)
            volumes.append(Volume4D(footprint, band, piece[0].instant, piece[-1].instant))
    if not volumes:
        raise InvalidInput(f"{line.name} {line_id!r} has no points", cure="remove it")
    if len(segments) > 1:
        collector.warn(
            f"{line.name} {line_id!r} has {len(segments)} segments: the gaps between them are "
            "covered by no volume"
        )
    collector.warn(_DATUM_WIDENING)
    shown = name[:TEXT_MAX] if name else None
    collector.add_intent(
        OperationalIntent(
            line_id,
            collector.party(),
            tuple(volumes),
            name=shown,
            source=f"{collector.source}, {line.name} {line_id!r}",
        )
    )


def _fix(point: XmlElement, number: int) -> Fix:
    where = f"point {number}"
    try:
        position = Position.checked(
            parse_number(point.attributes.get("lat"), "latitude"),
            parse_number(point.attributes.get("lon"), "longitude"),
        )
        time, height = point.word("time"), point.word("ele")
        if time is None:
            raise InvalidTimeRange(
                "it has no time, and GPX knows no speed",
                cure="export it with times, or send the plan itself (.plan with --takeoff)",
            )
        if height is None:
            raise InvalidAltitude("it has no height", cure="export it with <ele> in metres")
        return Fix(position, parse_number(height, "ele"), parse_instant(time))
    except InvalidInput as error:
        error.at(line=point.line, field=where)
        raise


def _band(collector: Collector, piece: Sequence[Fix], footprint: Footprint) -> AltitudeBand:
    low = min(fix.height_m for fix in piece) - TRACK_VERTICAL_MARGIN_M
    high = max(fix.height_m for fix in piece) + TRACK_VERTICAL_MARGIN_M
    band = collector.band(
        Altitude(low, AltitudeReference.AMSL), Altitude(high, AltitudeReference.AMSL), footprint
    )
    covering = ellipsoid_band(min(low, band.altitude_lower_m), max(high, band.altitude_upper_m))
    return replace(covering, widenings=(*band.widenings, _DATUM_WIDENING))
