"""The form of a rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from openline.line.event import Event
from openline.line.message.envelope import Message
from openline.line.state import LineState
from openline.line.thread import Marks, MessageEntry

Check = Callable[[LineState, Message, datetime], None]
Mark = Callable[[LineState, Message, datetime, Marks], Marks]
Apply = Callable[[LineState, MessageEntry], None]
Follow = Callable[[LineState, MessageEntry], list[Event]]
# An event with the instant from which on it is so.
Timed = tuple[datetime, Event]
# What an item of the agenda leads to at an instant: nothing, if it is over.
Due = Callable[[LineState, str, datetime], list[Timed]]


def _no_check(_state: LineState, _message: Message, _received: datetime) -> None:
    return None


def _no_mark(_state: LineState, _message: Message, _received: datetime, marks: Marks) -> Marks:
    return marks


def _no_change(_state: LineState, _entry: MessageEntry) -> None:
    return None


def _no_event(_state: LineState, _entry: MessageEntry) -> list[Event]:
    return []


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of message needs (`check`, raises), shows (`mark`), changes and leads to."""

    check: Check = _no_check
    mark: Mark = _no_mark
    apply: Apply = _no_change
    follow: Follow = _no_event


Agenda = Mapping[str, Due]  # by the sort of an item; asked with what the item is of
