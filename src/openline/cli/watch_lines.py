"""`openline watch` without a board: a line of words or JSON for each event, at once."""

import sys
from typing import Final

from openline.airspace.encounter.alerting import AlertEventKind
from openline.airspace.track.entry_alerts import EntryEvent
from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.tracker import SetAside, TrackEventKind
from openline.cli.output import printable
from openline.feeds.session import FeedEvent, SendFailed, Session, Told
from openline.formats import json_text
from openline.formats.alert_words import LEVEL_WORDS, entry_sentence, sentence
from openline.formats.instants import format_instant
from openline.formats.sky_events import event_object

# What is said of a track in words; appearing and vanishing is the normal life of one.
_TOLD: Final = (TrackEventKind.RESTARTED, TrackEventKind.JOINED)


def line_of(event: Told) -> str | None:
    """The event in words, with its time; None if nobody needs to read it."""
    if isinstance(event, FeedEvent):
        reason = f", {event.reason}" if event.reason else ""
        return (
            f"{event.time:%H:%M:%S}Z feed {printable(event.name)}: {event.state}{printable(reason)}"
        )
    if isinstance(event, SendFailed):
        return f"{event.time:%H:%M:%S}Z cannot send to {printable(f'{event.name}: {event.reason}')}"
    if isinstance(event, PairEvent | EntryEvent):
        word = f"{LEVEL_WORDS[event.level]}: " if event.kind is AlertEventKind.RAISED else ""
        words = sentence(event) if isinstance(event, PairEvent) else entry_sentence(event)
        return f"{event.time:%H:%M:%S}Z {word}{printable(words)}"
    if isinstance(event, SetAside):
        name = printable(event.report.identity.shown())
        why = f"{event.reason}, {printable(event.detail)}"
        return f"{event.report.time:%H:%M:%S}Z set aside: {name}, {why}"
    if event.kind in _TOLD:
        words = printable(f"{event.shown}: {event.detail}")
        return f"{event.time:%H:%M:%S}Z {event.kind}: {words}"
    return None


class PlainLines:
    """One line of words for each event that matters."""

    def __init__(self) -> None:
        self.alerts = 0

    def tell(self, events: list[Told]) -> None:
        """Write them."""
        self.alerts += self._count(events)
        for event in events:
            line = self._line(event)
            if line is not None:
                sys.stdout.write(line + "\n")
        sys.stdout.flush()

    async def run(self, session: Session, *, ticking: bool, duration_s: float | None) -> None:
        """Until the session ends."""
        await session.run(ticking=ticking, duration_s=duration_s)

    @staticmethod
    def _count(events: list[Told]) -> int:
        """How many alerts are raised among them."""
        told = [event for event in events if isinstance(event, PairEvent | EntryEvent)]
        return sum(event.kind is AlertEventKind.RAISED for event in told)

    def _line(self, event: Told) -> str | None:
        return line_of(event)


class JsonLines(PlainLines):
    """One JSON object a line for each event."""

    def _line(self, event: Told) -> str | None:
        if isinstance(event, SendFailed):
            told = {"event": "sending", "time": format_instant(event.time)}
            return json_text.encode(told | {"to": event.name, "reason": event.reason})
        if not isinstance(event, FeedEvent):
            return json_text.encode(event_object(event))
        return json_text.encode(
            {
                "event": "feed",
                "state": event.state.value,
                "time": format_instant(event.time),
                "feed": event.name,
                "reason": event.reason,
            }
        )
