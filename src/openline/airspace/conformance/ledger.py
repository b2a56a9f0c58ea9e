"""What is known to be different now: so that each change is told once."""

from collections.abc import Iterator
from datetime import datetime

from openline.airspace.conformance.discrepancy import (
    Change,
    ConformanceEvent,
    Discrepancy,
    DiscrepancyKind,
)
from openline.airspace.conformance.flight import Turn
from openline.airspace.conformance.observed import Observation
from openline.airspace.conformance.operation import Operation
from openline.airspace.conformance.strangers import StrangerTurn

Key = tuple[DiscrepancyKind, str | None, str | None]


class Ledger:
    """The discrepancies that last, by kind, operation and track."""

    def __init__(self) -> None:
        self._active: dict[Key, Discrepancy] = {}

    def active(self) -> tuple[Discrepancy, ...]:
        """All of them, in the order they began."""
        return tuple(self._active.values())

    def turn(
        self, operation: Operation, observation: Observation, turn: Turn
    ) -> Iterator[ConformanceEvent]:
        """A discrepancy of a track that began or is over."""
        intent = operation.declared.intent
        said: tuple[str | None, str | None] = (None, None)
        offset = None
        if turn.kind is DiscrepancyKind.OTHER_CLASS:
            said = (operation.declared.flight_class, observation.flight_class)
        elif turn.kind is DiscrepancyKind.OTHER_PARTY:
            said = (intent.party, observation.party)
        else:
            offset = turn.offset
        value = Discrepancy(turn.kind, intent.id, intent.party, observation.track, offset, *said)
        yield from self._change(operation, value, turn.began, observation.time)

    def hold(
        self, operation: Operation, kind: DiscrepancyKind, holds: bool, now: datetime
    ) -> Iterator[ConformanceEvent]:
        """A discrepancy of a whole operation, as it is now."""
        intent = operation.declared.intent
        if holds != ((kind, intent.id, None) in self._active):
            value = Discrepancy(kind, intent.id, intent.party)
            yield from self._change(operation, value, holds, now)

    def state(self, operation: Operation, time: datetime) -> ConformanceEvent:
        """The state of an operation changed."""
        intent = operation.declared.intent
        return ConformanceEvent(Change.STATE, time, intent.id, intent.party, operation.state)

    def turn_stranger(self, turn: StrangerTurn) -> Iterator[ConformanceEvent]:
        """A track without an operation, in the agreed area or no longer."""
        key = (DiscrepancyKind.UNDECLARED, None, turn.track)
        if turn.change is Change.BEGAN:
            value = Discrepancy(key[0], None, turn.party, turn.track)
            self._active[key] = value
        else:
            known = self._active.pop(key, None)
            if known is None:
                return
            value = known
        yield ConformanceEvent(turn.change, turn.time, None, value.party, None, value)

    def end_track(
        self, operation: Operation, track: str, time: datetime
    ) -> Iterator[ConformanceEvent]:
        """The track is no longer one of the operation: what it had ends with it."""
        yield from self._end(operation, track, time)

    def end(self, operation: Operation, time: datetime) -> Iterator[ConformanceEvent]:
        """The operation is no longer watched."""
        yield from self._end(operation, None, time)

    def _end(
        self, operation: Operation, track: str | None, time: datetime
    ) -> Iterator[ConformanceEvent]:
        intent_id = operation.declared.intent.id
        for key in [k for k in self._active if k[1] == intent_id and track in (None, k[2])]:
            value = self._active.pop(key)
            operation.off -= value.kind.is_off_nominal()
            yield self._event(Change.ENDED, operation, value, time)

    def _change(
        self, operation: Operation, value: Discrepancy, began: bool, time: datetime
    ) -> Iterator[ConformanceEvent]:
        key = (value.kind, value.intent_id, value.track)
        if began == (key in self._active):
            return
        if began:
            self._active[key] = value
            operation.off += value.kind.is_off_nominal()
        else:
            value = self._active.pop(key)
            operation.off -= value.kind.is_off_nominal()
        yield self._event(Change.BEGAN if began else Change.OVER, operation, value, time)

    def _event(
        self, change: Change, operation: Operation, value: Discrepancy, time: datetime
    ) -> ConformanceEvent:
        intent = operation.declared.intent
        return ConformanceEvent(change, time, intent.id, intent.party, operation.state, value)
