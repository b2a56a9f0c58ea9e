"""Cursor-on-Target events out: tracks, volumes and alerts, for TAK clients and servers.

Source: CoT event schema 2.0; the types that TAK clients draw: `a-n-A-*` for what flies, `u-d-f` for
    a shape, `b-a-o-c` and `b-a-o-can` for an alert and its end.
Written: every aircraft as neutral: whose it is does not go out as a side. `hae` from height over
    the ellipsoid alone; a track with only a pressure altitude has `hae` 9999999 (unknown) and says
    its level in the remarks. A volume is drawn as its outline; its limits and window are remarks.
Left out: holes of polygons, and all but the first part of what crosses the 180th meridian.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.encounter.alerting import AlertEventKind
from openline.airspace.entity import Entity
from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.entry_alerts import EntryEvent
from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.volume import Volume4D
from openline.formats.alert_words import entry_sentence, sentence, thing_words
from openline.formats.cot import UNKNOWN
from openline.formats.drawing import flat_polygons
from openline.formats.instants import format_instant
from openline.formats.xml_out import attribute, content

_TYPES: Final = {
    AircraftClass.UNKNOWN: "a-n-A",
    AircraftClass.AEROPLANE: "a-n-A-C-F",
    AircraftClass.LIGHT: "a-n-A-C-F",
    AircraftClass.FAST: "a-n-A-M-F",
    AircraftClass.ROTORCRAFT: "a-n-A-C-H",
    AircraftClass.GLIDER: "a-n-A-C-F",
    AircraftClass.BALLOON: "a-n-A-C-L",
    AircraftClass.UNCREWED: "a-n-A-C-F-q",
    AircraftClass.VEHICLE: "a-n-G",
}
_TRACK_STALE: Final = timedelta(seconds=30)
_ALERT_STALE: Final = timedelta(minutes=5)
_POINTS_MAX: Final = 200  # of an outline: with more an event does not go into a datagram


def track_event(report: PositionReport) -> bytes:
    """The event of a position."""
    speed, course = report.speed_mps, report.track_deg
    name = report.identity.shown()
    detail = [f"<contact callsign={attribute(name)}/>"]
    if speed is not None and course is not None:
        detail.append(f'<track course="{course:.1f}" speed="{speed:.2f}"/>')
    if report.pressure_altitude_ft is not None:
        level = f"{report.pressure_altitude_ft:.0f} ft at 1013.25 hPa"
        detail.append(f"<remarks>{level}</remarks>")
    return _event(
        _uid(report.identity),
        _TYPES[report.aircraft],
        report.time,
        _TRACK_STALE,
        (report.lat_deg, report.lng_deg, report.altitude_m, report.accuracy_m),
        "".join(detail),
        how="m-g",
    )


def volume_events(entity: Entity, now: datetime, *, ended: bool = False) -> Iterator[bytes]:
    """The outline of each volume of an intent, a constraint or a notice.

    ended: it stands no more, or otherwise: the shapes are stale at once.
    """
    title = f"{entity.party}: {entity.name or entity.id}"
    for number, volume in enumerate(entity.volumes):
        until = now if ended else max(volume.time_end, now + timedelta(seconds=1))
        yield _volume_event(f"openline-{entity.id}-{number}", title, volume, now, until)


def alert_event(event: PairEvent | EntryEvent, place: tuple[float, float]) -> bytes:
    """An alert of a pair, or of an aircraft and a volume, at a place (latitude, longitude), or its
    end."""
    raised = event.kind is AlertEventKind.RAISED
    if isinstance(event, PairEvent):
        loss = event.loss
        two, words = (loss.first, loss.second), sentence(event)
        title = f"{loss.first_shown} / {loss.second_shown}"
    else:
        entry = event.entry
        two, words = (entry.track, entry.thing.id), entry_sentence(event)
        title = f"{entry.shown} / {thing_words(entry)}"
    word = 'type="Custom Alert"' if raised else 'cancel="true"'
    detail = (
        f"<contact callsign={attribute(title)}/><emergency {word}>{content(title)}</emergency>"
        f"<remarks>{content(words)}</remarks>"
    )
    kind = "b-a-o-c" if raised else "b-a-o-can"
    uid = f"openline-alert-{two[0]}-{two[1]}"
    return _event(uid, kind, event.time, _ALERT_STALE, (*place, None, None), detail, how="m-g")


def _volume_event(uid: str, title: str, volume: Volume4D, now: datetime, until: datetime) -> bytes:
    ring = flat_polygons(volume.footprint)[0][0]
    step = -(-len(ring) // _POINTS_MAX)
    points = [*ring[::step], ring[0]] if step > 1 else ring
    lng, lat = points[0]
    links = "".join(f'<link point="{y:.6f},{x:.6f}"/>' for x, y in points)
    when = f"{format_instant(volume.time_start)} to {format_instant(volume.time_end)}"
    detail = (
        f"{links}<contact callsign={attribute(title)}/>"
        f"<remarks>{content(f'{volume.altitude}, {when}')}</remarks>"
    )
    return _event(uid, "u-d-f", now, until - now, (lat, lng, None, None), detail, how="m-g")


def _event(
    uid: str,
    kind: str,
    time: datetime,
    stale: timedelta,
    place: tuple[float, float, float | None, float | None],
    detail: str,
    how: str,
) -> bytes:
    lat, lng, height, spread = place
    when = format_instant(time)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<event version="2.0" uid={attribute(uid)} type="{kind}" how="{how}" time="{when}" '
        f'start="{when}" stale="{format_instant(time + stale)}">'
        f'<point lat="{lat:.7f}" lon="{lng:.7f}" hae="{_or_unknown(height)}" '
        f'ce="{_or_unknown(spread)}" le="{UNKNOWN}"/>'
        f"<detail>{detail}</detail></event>\n"
    ).encode()


def _uid(identity: Identity) -> str:
    if identity.icao24 is not None:
        return f"ICAO-{identity.icao24.upper()}"
    return identity.uid or f"openline-{identity.names()[0]}"


def _or_unknown(value: float | None) -> str:
    return str(UNKNOWN) if value is None else f"{value:.2f}"
