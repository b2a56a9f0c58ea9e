"""Cursor-on-Target events in: where an aircraft is, as TAK clients and gateways tell it.

Source: CoT event schema 2.0; the types of aircraft in it; TAK's detail elements in use.
Read: events of type `a-?-A` (in the air), whoever they are said to belong to: `uid`, `time`,
    `point` (`hae` is height over the ellipsoid, `ce` the lateral error; 9999999 is unknown),
    `contact` callsign, `track` course and speed in m/s. A uid `ICAO-4B1617` is a 24-bit address.
Refused: a DOCTYPE, more than 64 KiB, deep nesting, what is no XML or no event, protobuf of TAK.
Left out: everything that is no aircraft; sides and roles of any kind, which are nobody's business
    here; remarks, groups.
Errs toward: refusing.
"""

import re
from datetime import datetime
from typing import Final

from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.report import Identity, PositionReport
from openline.errors import InvalidInput
from openline.formats.instants import parse_instant
from openline.formats.reports import track_of
from openline.formats.xml_text import XmlElement, parse_number, parse_xml

EVENT_BYTES_MAX: Final = 65_536
UNKNOWN: Final = 9_999_999.0
_IN_THE_AIR: Final = re.compile(r"a-[a-zA-Z.]-A(?:-|$)")
_ICAO24: Final = re.compile(r"ICAO(?:24)?[-:.]?([0-9a-f]{6})", re.IGNORECASE)
_END: Final = re.compile(rb"</event\s*>")
# After the dimension: civil or military, then fixed wing, helicopter, lighter than air, and Q for
# no crew on board.
_FIXED: Final = re.compile(r"-A-[CM]-F")
_UNCREWED: Final = re.compile(r"-A-(?:[CM]-[FH]|M)-[qQ]|-A-C-[FH]-q", re.IGNORECASE)
_ROTOR: Final = re.compile(r"-A-[CM]-H")
_LIGHTER: Final = re.compile(r"-A-[CM]-L")


def read(data: bytes, feed: str, received: datetime) -> PositionReport | None:
    """The position in one event; None if it is of no aircraft. Raises: InvalidInput."""
    if len(data) > EVENT_BYTES_MAX:
        raise InvalidInput(f"an event of more than {EVENT_BYTES_MAX:,} bytes")
    if data[:1] == b"\xbf":
        raise InvalidInput("this is TAK's protobuf, not XML", cure="let the sender write XML")
    event = parse_xml(data.strip(), feed)
    if event.name != "event":
        raise InvalidInput(f"the element {event.name[:40]!r} is no event")
    kind = event.attributes.get("type", "")
    if _IN_THE_AIR.match(kind) is None:
        return None
    point = event.first("point")
    if point is None:
        raise InvalidInput("the event has no point")
    return _report(event, point, kind, feed, received)


def split_events(buffer: bytes) -> tuple[list[bytes], bytes]:
    """The whole events at the beginning of a stream, and what is left of it.

    Raises: InvalidInput if the rest is longer than any event may be.
    """
    events, start = [], 0
    for end in _END.finditer(buffer):
        events.append(buffer[start : end.end()].strip())
        start = end.end()
    rest = buffer[start:]
    if len(rest) > EVENT_BYTES_MAX:
        raise InvalidInput(f"an event of more than {EVENT_BYTES_MAX:,} bytes")
    return events, rest


def _report(
    event: XmlElement, point: XmlElement, kind: str, feed: str, received: datetime
) -> PositionReport:
    uid = event.attributes.get("uid", "")
    contact, track = event.first("detail", "contact"), event.first("detail", "track")
    address = _ICAO24.fullmatch(uid.strip())
    speed = course = None
    if track is not None:
        speed = _optional(track, "speed")
        course = track_of(_optional(track, "course"))
    if speed is not None and speed < 0:  # TAK's word for unknown
        speed = course = None
    return PositionReport(
        feed=feed,
        identity=Identity.of(
            icao24=address[1] if address else None,
            uid=None if address else uid,
            callsign=contact.attributes.get("callsign") if contact is not None else None,
        ),
        time=parse_instant(event.attributes.get("time")),
        received=received,
        lat_deg=parse_number(point.attributes.get("lat"), "lat"),
        lng_deg=parse_number(point.attributes.get("lon"), "lon"),
        altitude_m=_known(_optional(point, "hae")),
        speed_mps=speed,
        track_deg=course,
        accuracy_m=_known(_optional(point, "ce")),
        aircraft=_class_of(kind),
    )


def _class_of(kind: str) -> AircraftClass:
    if _UNCREWED.search(kind):
        return AircraftClass.UNCREWED
    if _ROTOR.search(kind):
        return AircraftClass.ROTORCRAFT
    if _LIGHTER.search(kind):
        return AircraftClass.BALLOON
    if _FIXED.search(kind) and "-A-C" in kind:
        return AircraftClass.AEROPLANE
    return AircraftClass.FAST if _FIXED.search(kind) else AircraftClass.UNKNOWN


def _optional(element: XmlElement, name: str) -> float | None:
    text = element.attributes.get(name)
    return None if text is None or not text.strip() else parse_number(text, name)


def _known(value: float | None) -> float | None:
    return None if value is None or abs(value) >= UNKNOWN else value
