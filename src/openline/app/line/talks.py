"""The scheduled talks of a party, for its calendar."""

from datetime import datetime, timedelta
from typing import Final

from openline.app.line.services import LineServices
from openline.formats.icalendar import CalendarEvent, EventStatus, write_calendar
from openline.formats.line_catalogue import catalogue, label
from openline.line.event import EndCause
from openline.line.line import Line
from openline.line.message.bodies import Talk
from openline.line.message.kind import AnswerCode
from openline.line.thread import Side, Thread

KEPT_FOR: Final = timedelta(days=30)  # after its end: a calendar that was away hears of a change


def calendar_of(services: LineServices, party: str, now: datetime) -> bytes:
    """The talks that the party is in, from 30 days ago on, as an iCalendar file."""

    def ask(line: Line, _position: int) -> bytes:
        threads = line.state.threads.values()
        found = [_event(one) for one in threads if party in one.parties and _is_talk(one)]
        events = [one for one in found if one.end >= now - KEPT_FOR]
        name = line.state.agreed().id
        return write_calendar(name, sorted(events, key=lambda one: (one.start, one.uid)))

    return services.look(ask)


def _is_talk(thread: Thread) -> bool:
    return bool(thread.entries) and isinstance(thread.entries[0].message.body, Talk)


def _event(thread: Thread) -> CalendarEvent:
    first, talk = thread.entries[0], thread.entries[0].message.body
    assert isinstance(talk, Talk)
    words = catalogue()
    cancelled_at = thread.ended_at if thread.ended is EndCause.CANCELLED else None
    answers = [
        f"{name}: {label(side.answer.code)}"
        for name, side in sorted(thread.sides.items())
        if side.answer is not None
    ]
    parties = ", ".join((thread.opener, *sorted(thread.sides)))
    agreed = all(_comes(side) for side in thread.sides.values())
    status = EventStatus.CONFIRMED if agreed else EventStatus.TENTATIVE
    return CalendarEvent(
        uid=thread.id,
        stamp=cancelled_at or first.received,
        start=talk.time,
        end=talk.time + talk.duration,
        summary=f"{label(talk.kind)}: {parties} ({label(talk.channel)})",
        description="\n".join(filter(None, (talk.text, *answers, words.standing))),
        status=EventStatus.CANCELLED if cancelled_at else status,
        sequence=1 if cancelled_at else 0,
    )


def _comes(side: Side) -> bool:
    return side.answer is not None and side.answer.code is AnswerCode.WILL_COMPLY
