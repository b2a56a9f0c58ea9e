"""Aircraft that say that they fly an operation of another party.

They are told as such and are not compared with its volumes: whether a place is inside of a plan is
nothing that somebody else may find out by claiming to fly it, and nobody makes the operation of
another one look Nonconforming.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from openline.airspace.conformance.discrepancy import (
    Change,
    ConformanceEvent,
    Discrepancy,
    DiscrepancyKind,
)
from openline.airspace.conformance.observed import Observation

OwnerOf = Callable[[str], str | None]


@dataclass(slots=True)
class Claims:
    """Those that last, by operation and track."""

    lasting: dict[tuple[str, str], Discrepancy] = field(default_factory=dict)

    def take(
        self,
        states: list[Observation],
        owner_of: OwnerOf,
        tracks: Collection[str],
        now: datetime,
    ) -> tuple[list[Observation], list[ConformanceEvent]]:
        """The states without such claims, and what changed; `tracks`: all that are followed."""
        kept: list[Observation] = []
        events: list[ConformanceEvent] = []
        for one in states:
            owner = None if one.intent_id is None else owner_of(one.intent_id)
            if owner is None or one.intent_id is None or owner == one.party:
                kept.append(one)
                events += self._end_track(one)
                continue
            kept.append(replace(one, intent_id=None))
            key = (one.intent_id, one.track)
            if key not in self.lasting:
                kind, seen = DiscrepancyKind.OTHER_PARTY, one.party
                found = Discrepancy(kind, one.intent_id, owner, one.track, None, owner, seen)
                self.lasting[key] = found
                events.append(
                    ConformanceEvent(Change.BEGAN, one.time, one.intent_id, owner, None, found)
                )
        gone = [key for key in self.lasting if key[1] not in tracks or owner_of(key[0]) is None]
        events += [self._ended(key, now) for key in gone]
        return kept, events

    def _end_track(self, one: Observation) -> list[ConformanceEvent]:
        """The aircraft no longer says so."""
        said = [key for key in self.lasting if key[1] == one.track] if self.lasting else []
        return [self._ended(key, one.time) for key in said]

    def _ended(self, key: tuple[str, str], time: datetime) -> ConformanceEvent:
        found = self.lasting.pop(key)
        return ConformanceEvent(Change.ENDED, time, found.intent_id, found.party, None, found)
