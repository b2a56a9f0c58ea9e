"""Comparison: which notices, plans, sites and closures of different parties come too close.

The whole sky of the line is held in an index. After each change `events` compares what is different
now with everything else, both ways, with the agreement's minima for the two classes of flight, and
says what opened, changed or closed. A conflict has one id, whoever computes it.
"""

from datetime import datetime

from openline.line.event import ConflictChanged, ConflictClosed, ConflictOpened, Event
from openline.line.state import LineState


class Comparison:
    """What was compared so far, and the conflicts that stand."""

    def __init__(self) -> None:
        self._open: dict[str, ConflictOpened | ConflictChanged] = {}

    def events(self, state: LineState, now: datetime) -> list[Event]:
        """What opened, changed or closed since the last events were taken."""
        raise NotImplementedError

    def took(self, event: ConflictOpened | ConflictChanged | ConflictClosed) -> None:
        """An event that `events` gave is on the record."""
        if isinstance(event, ConflictClosed):
            self._open.pop(event.conflict, None)
        else:
            self._open[event.conflict] = event
