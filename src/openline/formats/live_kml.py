"""Live tracks as KML: a document of now, and the link that asks for it again and again.

Source: OGC KML 2.3 (12-007r2), written in its 2.2 namespace.
Written: a Placemark for each track, and a LineString for each predicted loss. Height over the
    ellipsoid is drawn as `absolute`, less the geoid's height. A pressure altitude alone is no
    height: the track lies on the ground and says its level in its name.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from openline.airspace.track.pair_alerts import PairLoss
from openline.airspace.track.track import Track
from openline.formats.alert_words import distance, when
from openline.formats.instants import format_instant
from openline.formats.xml_out import content
from openline.geo.geoid import undulation_m

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n'
)
_CARRY_S: Final = 15.0


def network_link(href: str, every_s: float = 5.0) -> bytes:
    """A document that loads another one, given by address or relative file name, every so often."""
    return (
        f"{_HEAD}<NetworkLink>\n<name>Openline</name>\n<Link>\n<href>{content(href)}</href>\n"
        "<refreshMode>onInterval</refreshMode>\n"
        f"<refreshInterval>{every_s:g}</refreshInterval>\n</Link>\n</NetworkLink>\n</kml>\n"
    ).encode()


def write_tracks(tracks: Iterable[Track], losses: Iterable[PairLoss], now: datetime) -> bytes:
    """The tracks that are not lost, as they were last seen, and the losses predicted for them."""
    live = {track.id: track for track in tracks if not track.lost}
    lines = [
        f"{_HEAD}<Document>\n<name>Openline {format_instant(now.replace(microsecond=0))}</name>\n",
        '<Style id="loss"><LineStyle><color>ff2020d0</color><width>3</width></LineStyle></Style>\n',
        *(_placemark(track, now) for track in live.values()),
        *_lines(live, losses),
        "</Document>\n</kml>\n",
    ]
    return "".join(lines).encode()


def _placemark(track: Track, now: datetime) -> str:
    report = track.latest
    age_s = max((now - track.time).total_seconds(), 0.0)
    pressure_ft = track.pressure_altitude_ft(_CARRY_S)
    level = "" if pressure_ft is None else f" FL{max(pressure_ft, 0.0) / 100:03.0f}"
    heading = "" if report.track_deg is None else f"<heading>{report.track_deg:.0f}</heading>"
    return (
        f"<Placemark>\n<name>{content(track.identity.shown() + level)}</name>\n"
        f"<description>{age_s:.0f} s old, within {track.spread_m(now):.0f} m</description>\n"
        f"<Style><IconStyle>{heading}</IconStyle></Style>\n"
        f"<Point>{_place(track)}</Point>\n</Placemark>\n"
    )


def _lines(live: dict[str, Track], losses: Iterable[PairLoss]) -> Iterator[str]:
    for loss in losses:
        pair = live.get(loss.first), live.get(loss.second)
        if pair[0] is None or pair[1] is None:
            continue
        ends = " ".join(f"{t.latest.lng_deg:.6f},{t.latest.lat_deg:.6f}" for t in pair if t)
        title = content(f"{loss.first_shown} / {loss.second_shown}")
        words = content(f"{when(loss)}; closest {distance(loss)}")
        yield (
            f"<Placemark>\n<name>{title}</name>\n<description>{words}</description>\n"
            "<styleUrl>#loss</styleUrl>\n<LineString><tessellate>1</tessellate>"
            f"<coordinates>{ends}</coordinates></LineString>\n</Placemark>\n"
        )


def _place(track: Track) -> str:
    report, height_m = track.latest, track.altitude_m(_CARRY_S)
    if height_m is None:
        return f"<coordinates>{report.lng_deg:.6f},{report.lat_deg:.6f}</coordinates>"
    height_m -= float(undulation_m(report.lat_deg, report.lng_deg))
    return (
        "<altitudeMode>absolute</altitudeMode><coordinates>"
        f"{report.lng_deg:.6f},{report.lat_deg:.6f},{height_m:.1f}</coordinates>"
    )
