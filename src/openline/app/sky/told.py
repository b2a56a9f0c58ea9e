"""What was told of the declared and the observed, by the record: so that nothing is told twice.

The record is read on from where it was left; after a restart all of it is read once. Law, held by
tests/unit/test_sky_conformance.py: what the record has as begun is told again only after it ended.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from openline.airspace.conformance.discrepancy import Change, ConformanceEvent, Discrepancy
from openline.airspace.entity import IntentState
from openline.app.line import announced
from openline.app.line.observed import KIND, told
from openline.app.line.services import LineServices
from openline.app.sky.alert_book import AlertBook
from openline.formats.observed_json import decode_observed
from openline.line.announced import AnnouncedTold
from openline.line.line import Line
from openline.line.observed import Observed, ObservedTold
from openline.line.state import LineState
from openline.store.ports import Reader, Record

T = TypeVar("T")

_AT_ONCE: Final = 1_000
_OFF: Final = frozenset({IntentState.NONCONFORMING, IntentState.CONTINGENT})

Key = tuple[str, str | None, str | None]


def key_of(found: Discrepancy) -> Key:
    """What tells discrepancies apart: kind, operation, track."""
    return found.kind.value, found.intent_id, found.track


@dataclass(slots=True)
class Told:
    """Discrepancies that began and are not over, and operations that are not as they should be."""

    position: int = 0
    open: dict[Key, Discrepancy] = field(default_factory=dict)
    states: dict[str, tuple[str | None, IntentState]] = field(default_factory=dict)

    def copy(self) -> "Told":
        """Another one, to try on."""
        return Told(self.position, dict(self.open), dict(self.states))

    def catch_up(
        self, reader: Reader, alerts: AlertBook | None = None
    ) -> list[tuple[int, Observed]]:
        """Read what was put on the record since; the entries of this kind, with their numbers.
        Those of alerts go into their book."""
        found: list[tuple[int, Observed]] = []
        while records := reader.records(self.position, _AT_ONCE):
            for record in records:
                if record.kind == KIND:
                    observed = decode_observed(record.body)
                    self.take(observed.event)
                    found.append((record.sequence, observed))
                elif record.kind == announced.KIND and alerts is not None:
                    alerts.read(record)
            self.position = records[-1].sequence
        return found

    def news(self, events: Iterable[Observed]) -> list[Observed]:
        """Those of the events that say something that was not told."""
        tried, found = self.copy(), []
        for one in events:
            if tried.is_news(one.event):
                tried.take(one.event)
                found.append(one)
        return found

    def is_news(self, event: ConformanceEvent) -> bool:
        """Whether the event changes what was told.

        Of states only being off nominal is told, that it is over, and from Contingent no way back
        to Nonconforming: after a restart an operation is Nonconforming first.
        """
        if event.discrepancy is not None:
            return (event.change is Change.BEGAN) != (key_of(event.discrepancy) in self.open)
        _, known = self.states.get(event.intent_id or "", (None, None))
        if event.state in _OFF:
            return known is not event.state and known is not IntentState.CONTINGENT
        return known is not None

    def take(self, event: ConformanceEvent) -> None:
        """Note what is told."""
        if event.discrepancy is not None:
            if event.change is Change.BEGAN:
                self.open[key_of(event.discrepancy)] = event.discrepancy
            else:
                self.open.pop(key_of(event.discrepancy), None)
        elif event.intent_id is not None:
            if event.state in _OFF:
                self.states[event.intent_id] = (event.party, event.state)
            else:
                self.states.pop(event.intent_id, None)


def told_after(
    line: LineServices, party: str, after: int, limit: int
) -> tuple[list[ObservedTold], int]:
    """What a party may read of the next `limit` records, and the number of the last one read.

    Raises: StoreUnavailable.
    """
    return _read_after(line, KIND, after, limit, partial(told, party=party))


def alerts_told_after(
    line: LineServices, party: str, after: int, limit: int
) -> tuple[list[AnnouncedTold], int]:
    """As `told_after`, of alerts."""
    return _read_after(line, announced.KIND, after, limit, partial(announced.told, party=party))


def _read_after(
    line: LineServices,
    kind: str,
    after: int,
    limit: int,
    show: Callable[[LineState, Record], T | None],
) -> tuple[list[T], int]:
    records = line.store.read(lambda reader: reader.records(after, limit))
    found = [one for one in records if one.kind == kind]
    last = records[-1].sequence if records else after
    if not found:
        return [], last

    def read(known: Line, _position: int) -> list[T]:
        told_of = (show(known.state, record) for record in found)
        return [one for one in told_of if one is not None]

    return line.look(read), last
