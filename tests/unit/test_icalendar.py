"""iCalendar out, read back by an independent parser, and the form that RFC 5545 asks for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from openline.errors import InvalidTimeRange
from openline.formats.icalendar import CalendarEvent, EventStatus, write_calendar

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def event(summary: str = "Talk", description: str = "", **changes: object) -> CalendarEvent:
    given_ = {
        "uid": "t-1",
        "stamp": NOON - HOUR,
        "start": NOON,
        "end": NOON + HOUR,
        "summary": summary,
        "description": description,
        "status": EventStatus.TENTATIVE,
    }
    return CalendarEvent(**(given_ | changes))  # type: ignore[arg-type]


def test_an_event_as_the_standard_writes_it() -> None:
    """Each line by hand, after RFC 5545, 3.6.1 and 3.3.11."""
    found = write_calendar("line", [event("a, b; c\\d", "first\nsecond", sequence=1)])
    assert found.decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Openline//The line//EN",
        "X-WR-CALNAME:line",
        "BEGIN:VEVENT",
        "UID:t-1",
        "DTSTAMP:20261122T110000Z",
        "DTSTART:20261122T120000Z",
        "DTEND:20261122T130000Z",
        "SUMMARY:a\\, b\\; c\\\\d",
        "DESCRIPTION:first\\nsecond",
        "STATUS:TENTATIVE",
        "SEQUENCE:1",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_long_line_is_folded_at_75_octets() -> None:
    found = write_calendar("line", [event("x" * 200)])
    folded = [line for line in found.split(b"\r\n") if b"xxx" in line]
    # "SUMMARY:" and 67, then a blank and 74, then a blank and the other 59
    assert [len(line) for line in folded] == [75, 75, 60]


def test_another_offset_is_written_in_utc() -> None:
    start = datetime.fromisoformat("2026-11-22T14:30:00+02:30")
    found = write_calendar("line", [event(start=start, end=start)])
    assert b"DTSTART:20261122T120000Z" in found


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(InvalidTimeRange):
        event(end=NOON - HOUR)


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(EventStatus))
def test_another_parser_reads_what_was_written(
    summary: str, description: str, status: EventStatus
) -> None:
    written = write_calendar("line", [event(summary, description, status=status), event()])
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert b"\n" not in written.replace(b"\r\n", b"")
    for line in written.split(b"\r\n"):
        line.decode()  # no character is divided
    first, second = Calendar.from_ical(written).walk("VEVENT")
    assert str(first["SUMMARY"]) == plain(summary)
    assert str(first["DESCRIPTION"]) == plain(description)
    assert (first["STATUS"], first["SEQUENCE"]) == (status.value, 0)
    assert first["DTSTART"].dt == NOON
    assert first["DTEND"].dt == NOON + HOUR
    assert first["DTSTAMP"].dt == NOON - HOUR
    assert second["UID"] == "t-1"


def plain(text: str) -> str:
    """Without what a TEXT cannot hold (RFC 5545, 3.3.11), and half characters."""
    text = text.replace("\r\n", "\n")
    kept = "".join(c if c == "\n" or c.isprintable() else " " for c in text)
    return kept.encode("utf-8", "replace").decode()
