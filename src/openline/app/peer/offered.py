"""What of a message matters to whoever carries it: may they have it, and does it still tell."""

from datetime import datetime, timedelta
from typing import Final

from openline.line.agreement import Coarseness
from openline.line.line import Line
from openline.line.masking import visible_message
from openline.line.message.bodies import LineCheck
from openline.line.message.envelope import Message
from openline.line.message.kind import CheckMode

FRESH: Final = timedelta(seconds=5)


def is_shown(line: Line, message: Message, parties: frozenset[str]) -> bool:
    """Whether one of these parties, to whom it is said, may have it in full."""
    known = line.state.messages.get(message.id)
    return known is not None and any(
        visible_message(line.state, known, party) is Coarseness.FULL
        for party in parties.intersection(message.recipients)
    )


def is_beat(message: Message) -> bool:
    """Whether it is a machine's check of the line."""
    return isinstance(message.body, LineCheck) and message.body.mode is CheckMode.MACHINE


def is_stale(message: Message, now: datetime) -> bool:
    """Whether it is a machine's check that proves nothing any more."""
    return is_beat(message) and now - message.time_sent > FRESH
