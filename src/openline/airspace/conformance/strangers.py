"""Tracks that fly no declared operation, and whether they are in the agreed area."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from openline.airspace.conformance.discrepancy import Change
from openline.airspace.conformance.fit import Shelf
from openline.airspace.conformance.observed import Observation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.conformance.smoothing import Smoothed
from openline.geo.footprint import Footprint

TRACKS_MAX: Final = 100_000  # beyond it those not seen for the longest are forgotten
_AREA: Final = "area"


class StrangerTurn(NamedTuple):
    """A track that came into the area, left it, was declared, or is long unseen (ended)."""

    track: str
    party: str | None
    time: datetime
    change: Change


@dataclass(slots=True)
class _Stranger:
    time: datetime
    seen_s: float
    party: str | None = None
    inside: Smoothed = field(default_factory=Smoothed)


class Strangers:
    """The memory of undeclared tracks. The boundary of the area belongs to it.

    Errs toward: flying, where a source does not say whether the aircraft is on the ground.
    """

    def __init__(self, area: Footprint | None, policy: ConformancePolicy) -> None:
        self._policy = policy
        self._known: dict[str, _Stranger] = {}
        self._shelf = Shelf()
        self._has_area = area is not None
        if area is not None:
            self._shelf.hold(_AREA, [area])

    def last_time(self, track: str) -> datetime | None:
        """The instant of the latest position of a track that is known here."""
        known = self._known.get(track)
        return None if known is None else known.time

    def advance(
        self, states: Sequence[Observation], declared: Container[str], now: datetime, now_s: float
    ) -> Iterator[StrangerTurn]:
        """What changed with more states of undeclared tracks; `declared`: tracks that are none."""
        yield from self._forget(declared, now, now_s)
        asked = [(at, _AREA, 0) for at in range(len(states))] if self._has_area else []
        away = self._shelf.lateral_m([one.position for one in states], asked, 0.0)
        for observation, away_m in zip(states, away, strict=False):
            track = observation.track
            # Taken out and put in again: the first of all is the one unseen for the longest.
            known = self._known.pop(track, None) or _Stranger(observation.time, now_s)
            known.time, known.seen_s = observation.time, now_s
            known.party = observation.party or known.party
            self._known[track] = known
            inside = away_m == 0.0 and not observation.on_ground
            turn = known.inside.take(inside, observation.time.timestamp(), self._policy)
            if turn is not None:
                change = Change.BEGAN if turn else Change.OVER
                yield StrangerTurn(track, known.party, observation.time, change)

    def _forget(
        self, declared: Container[str], now: datetime, now_s: float
    ) -> Iterator[StrangerTurn]:
        too_many = len(self._known) - TRACKS_MAX
        for track, known in list(self._known.items()):
            if track in declared:
                change = Change.OVER
            elif too_many > 0 or now_s - known.seen_s > self._policy.forget_after_s:
                change = Change.ENDED
            else:
                continue
            too_many -= 1
            del self._known[track]
            yield StrangerTurn(track, known.party, now, change)
