"""Events as an iCalendar file (RFC 5545), for any calendar: out only, in UTC.

Lines end with CR LF and are folded at 75 octets, never within a character. An event keeps its UID
for good; a change of it has a greater SEQUENCE, and one that was called off stays with the status
CANCELLED, so that calendars which have it take it out. No time zones, no addresses of people.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from openline.errors import InvalidTimeRange

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
LINE_OCTETS_MAX: Final = 75  # RFC 5545, 3.1, without the line break
_PRODUCT: Final = "-//Openline//The line//EN"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


class EventStatus(StrEnum):
    """STATUS of RFC 5545, 3.8.1.11."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event. stamp: when it was last changed. Seconds are kept, parts of them are not.

    Raises: InvalidTimeRange if it ends before it begins.
    """

    uid: str
    stamp: datetime
    start: datetime
    end: datetime
    summary: str
    description: str
    status: EventStatus
    sequence: int = 0

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidTimeRange("an event ends before it begins", field="end")


def write_calendar(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """A calendar of that name with these events, in their order."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        f"X-WR-CALNAME:{_text(name)}",
        *(line for event in events for line in _event(event)),
        "END:VCALENDAR",
    ]
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _event(event: CalendarEvent) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"DTSTAMP:{_instant(event.stamp)}"
    yield f"DTSTART:{_instant(event.start)}"
    yield f"DTEND:{_instant(event.end)}"
    yield f"SUMMARY:{_text(event.summary)}"
    yield f"DESCRIPTION:{_text(event.description)}"
    yield f"STATUS:{event.status}"
    yield f"SEQUENCE:{event.sequence}"
    yield "END:VEVENT"


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """As TEXT of RFC 5545, 3.3.11; control characters, which it forbids, become blanks."""
    plain = text.replace("\r\n", "\n")
    return "".join(c if c == "\n" or c.isprintable() else " " for c in plain).translate(_ESCAPES)


def _folded(line: str) -> Iterator[bytes]:
    """Its parts: the first as it is, the others with a blank before them."""
    part = b""
    for character in line:
        octets = character.encode("utf-8", "replace")
        if len(part) + len(octets) > LINE_OCTETS_MAX:
            yield part
            part = b" "
        part += octets
    yield part
