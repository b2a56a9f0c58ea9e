"""Position reports as JSON: what `POST /sky/v1/positions` takes and `openline feed` sends.

    {"positions": [{"icao24": "4b1617", "callsign": "SWR123", "time": "2026-11-22T10:00:00Z",
                    "lat": 47.0, "lng": 8.5, "pressure_altitude_ft": 35000}]}

Read: UTF-8. Every position has a time (RFC 3339, or seconds since 1970), lat, lng, and one of
    icao24, uid, callsign, operation_id. One with `own` or an operation_id is of an aircraft of the
    sender; any other of one that the sender sees.
Refused: what is no such document, as a whole; single positions that make no sense or have members
    of other names, each counted with its place and reason.
Errs toward: refusing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.report import Identity, PositionReport
from openline.errors import InvalidInput
from openline.formats.instants import format_instant, parse_instant
from openline.formats.reports import Reports, instant_of, track_of

POSITIONS_MAX: Final = 100_000


class _Position(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    time: str | float
    lat: float
    lng: float
    icao24: str | None = None
    uid: str | None = None
    callsign: str | None = None
    operation_id: str | None = None
    pressure_altitude_ft: float | None = None
    altitude_m: float | None = None
    speed_mps: float | None = None
    track_deg: float | None = None
    vertical_rate_mps: float | None = None
    on_ground: bool = False
    accuracy_m: float | None = None
    aircraft: AircraftClass = msgspec.field(default=AircraftClass.UNKNOWN, name="class")
    own: bool = False


class _Document(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    positions: list[msgspec.Raw]
    sky_time: str | None = None


class _Out(msgspec.Struct, omit_defaults=True):
    positions: list[_Position]
    sky_time: str | None = None


_DECODE: Final = msgspec.json.Decoder(_Document)
_DECODE_ONE: Final = msgspec.json.Decoder(_Position)
_ENCODE: Final = msgspec.json.Encoder()


class Positions(msgspec.Struct):
    """What a document held. `sky_time`: the instant that counts as now, in a replay."""

    found: Reports
    sky_time: datetime | None = None


def read(data: bytes, feed: str, received: datetime, party: str | None = None) -> Positions:
    """The positions of a document; `party` sends it, and is the party of its own aircraft.

    Raises: InvalidInput if the whole cannot be understood.
    """
    try:
        document = _DECODE.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            f"this is no document of positions: {error}",
            cure='send {"positions": [...]}',
            file=feed,
        ) from None
    if len(document.positions) > POSITIONS_MAX:
        raise InvalidInput(f"more than {POSITIONS_MAX:,} positions", cure="send them in parts")
    sky_time = None if document.sky_time is None else parse_instant(document.sky_time)
    found = Reports()
    for number, raw in enumerate(document.positions):
        try:
            found.reports.append(_report(_decoded(raw), feed, received, party))
        except InvalidInput as error:
            found.refuse(error.at(element=f"positions[{number}]"))
    return Positions(found, sky_time)


def write(reports: Iterable[PositionReport], sky_time: datetime | None = None) -> bytes:
    """The document. What a report does not know is left out; `feed`, `received`, `party` too."""
    positions = [_wire(report) for report in reports]
    return _ENCODE.encode(_Out(positions, None if sky_time is None else format_instant(sky_time)))


def report_of(
    values: dict[str, object], feed: str, received: datetime, party: str | None
) -> PositionReport:
    """The report of one position whose members are values. Raises: InvalidInput."""
    try:
        wire = msgspec.convert(values, _Position)
    except msgspec.MsgspecError as error:
        raise InvalidInput(str(error)) from None
    return _report(wire, feed, received, party)


def _decoded(raw: msgspec.Raw) -> _Position:
    try:
        return _DECODE_ONE.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(str(error)) from None


def _report(wire: _Position, feed: str, received: datetime, party: str | None) -> PositionReport:
    time = wire.time
    return PositionReport(
        feed=feed,
        identity=Identity.of(
            icao24=wire.icao24,
            uid=wire.uid,
            callsign=wire.callsign,
            operation_id=wire.operation_id,
        ),
        time=parse_instant(time) if isinstance(time, str) else instant_of(time, "time"),
        received=received,
        lat_deg=wire.lat,
        lng_deg=wire.lng,
        pressure_altitude_ft=wire.pressure_altitude_ft,
        altitude_m=wire.altitude_m,
        speed_mps=wire.speed_mps,
        track_deg=track_of(wire.track_deg),
        vertical_rate_mps=wire.vertical_rate_mps,
        on_ground=wire.on_ground,
        accuracy_m=wire.accuracy_m,
        aircraft=wire.aircraft,
        party=party if wire.own or wire.operation_id is not None else None,
    )


def _wire(report: PositionReport) -> _Position:
    identity = report.identity
    return _Position(
        time=format_instant(report.time),
        lat=round(report.lat_deg, 7),
        lng=round(report.lng_deg, 7),
        icao24=identity.icao24,
        uid=identity.uid,
        callsign=identity.callsign,
        operation_id=identity.operation_id,
        pressure_altitude_ft=_rounded(report.pressure_altitude_ft, 1),
        altitude_m=_rounded(report.altitude_m, 2),
        speed_mps=_rounded(report.speed_mps, 3),
        track_deg=_rounded(report.track_deg, 3),
        vertical_rate_mps=_rounded(report.vertical_rate_mps, 3),
        on_ground=report.on_ground,
        accuracy_m=report.accuracy_m,
        aircraft=report.aircraft,
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
