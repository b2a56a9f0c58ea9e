"""One track of a declared operation: is it flying, and has it really left its volumes?

On the ground nothing is outside. A source that says `on_ground` is believed. Where it does not,
the first sight near a first volume may be of an aircraft that stands: its altitude jitters, its
position wanders. It flies once several samples are well away from where it stood. After landing it
stands again where it no longer moves, near the height of its start. Errs toward: standing before it
moved, flying ever after.

Between the ground and the floor of a first volume on the way up, and of a last volume on the way
down, it is in transit: not outside, for a limited time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final, NamedTuple

from openline.airspace.conformance.discrepancy import DiscrepancyKind, Offset
from openline.airspace.conformance.fit import Fit
from openline.airspace.conformance.observed import DeclaredOperation, Observation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.conformance.smoothing import Smoothed
from openline.geo.sphere import EARTH_RADIUS_M, angle_rad

_STOOD_SAMPLES: Final = 5  # their mean height is where it stood
_LANDED_S: Final = 30.0  # at rest for so long
_FAST_MPS: Final = 8.0  # nobody taxies what has to be told from a hover as fast


class Span(Enum):
    """Where an instant lies in the time of an operation, tolerances included."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Sample(NamedTuple):
    """One state of the track, and how it lies to the volumes. `ends`: numbers of the volumes that
    begin first, and of those that end last."""

    observation: Observation
    fit: Fit
    span: Span
    first: frozenset[int]
    last: frozenset[int]


class Turn(NamedTuple):
    """A discrepancy that began, or is over."""

    kind: DiscrepancyKind
    began: bool
    offset: Offset


@dataclass(slots=True)
class _Stand:
    """Where an aircraft stood: its first place, the mean of its first heights."""

    observation: Observation
    height_m: float
    samples: int = 1

    @classmethod
    def of(cls, observation: Observation) -> "_Stand":
        return cls(observation, _height_m(observation))

    def take(self, observation: Observation) -> None:
        if self.samples < _STOOD_SAMPLES:
            self.samples += 1
            self.height_m += (_height_m(observation) - self.height_m) / self.samples

    def has(self, observation: Observation, policy: ConformancePolicy) -> bool:
        """Whether the state is still that of one who stands here."""
        there = self.observation
        aside_m = EARTH_RADIUS_M * angle_rad(there.position, observation.position)
        accuracy_m = observation.lateral_accuracy_m
        accuracy_m = policy.lateral_accuracy_m if accuracy_m is None else accuracy_m
        return aside_m <= policy.airborne_lateral_m + accuracy_m and self.is_level(
            observation, policy
        )

    def is_level(self, observation: Observation, policy: ConformancePolicy) -> bool:
        """Whether the state is at this height, as far as is known."""
        one, other = self.observation.altitude, observation.altitude
        if one is None or other is None or one.reference is not other.reference:
            return True
        accuracy_m = observation.vertical_accuracy_m
        accuracy_m = policy.vertical_accuracy_m if accuracy_m is None else accuracy_m
        limit_m = policy.airborne_height_m + accuracy_m
        return abs(_height_m(observation) - self.height_m) <= limit_m


@dataclass(slots=True)
class Flight:
    """The memory of one track. Bounded: a few numbers whatever comes in."""

    track: str
    party: str | None
    time: datetime
    seen_s: float
    flies: bool = False
    entered: bool = False  # was inside a volume since it flies
    _stand: _Stand | None = None
    _rest: _Stand | None = None
    _moved: Smoothed = field(default_factory=Smoothed)
    _transit: datetime | None = None
    _said: dict[DiscrepancyKind, Smoothed] = field(default_factory=dict)

    def advance(
        self, sample: Sample, declared: DeclaredOperation, policy: ConformancePolicy
    ) -> Iterator[Turn]:
        """What begins and what is over with one more sample, which is later than the last."""
        observation = sample.observation
        if (observation.time - self.time).total_seconds() > policy.lost_after_s:
            self._moved.restart()
            for smoothed in self._said.values():
                smoothed.restart()
        self.time = observation.time
        self.flies = self._is_flying(sample, policy)
        offset = sample.fit.best
        outside = self.flies and self._is_outside(sample, policy)
        party, flight_class = observation.party, observation.flight_class
        facts = (
            (DiscrepancyKind.OUTSIDE, outside),
            (DiscrepancyKind.EARLY, self.flies and sample.span is Span.BEFORE),
            (DiscrepancyKind.OVERRUN, self.flies and sample.span is Span.AFTER),
            (DiscrepancyKind.OTHER_PARTY, party not in (None, declared.intent.party)),
            (
                DiscrepancyKind.OTHER_CLASS,
                None not in (flight_class, declared.flight_class)
                and flight_class != declared.flight_class,
            ),
        )
        time_s = observation.time.timestamp()
        for kind, holds in facts:
            if kind not in self._said and not holds:
                continue
            turn = self._said.setdefault(kind, Smoothed()).take(holds, time_s, policy)
            if turn is not None:
                yield Turn(kind, turn, offset)

    def _is_flying(self, sample: Sample, policy: ConformancePolicy) -> bool:
        observation = sample.observation
        if observation.on_ground is not None:
            if observation.on_ground:
                self._stand, self._rest, self.entered = _Stand.of(observation), None, False
            return not observation.on_ground
        if observation.speed_mps is not None and observation.speed_mps > _FAST_MPS:
            return True
        if self.flies:
            return not self._has_landed(observation, policy)
        if self._stand is None:
            if not _may_stand(sample, policy):
                return True
            self._stand = _Stand.of(observation)
            return False
        stands = self._stand.has(observation, policy)
        if stands:
            self._stand.take(observation)
        self._moved.take(not stands, observation.time.timestamp(), policy)
        return self._moved.active

    def _has_landed(self, observation: Observation, policy: ConformancePolicy) -> bool:
        """At rest for a while, near the height of the start. Without a known start: never."""
        if self._rest is None or not self._rest.has(observation, policy):
            self._rest = _Stand.of(observation)
        rested_s = (observation.time - self._rest.observation.time).total_seconds()
        start = self._stand
        if start is None or observation.altitude is None or rested_s < _LANDED_S:
            return False
        if not start.is_level(observation, policy):
            return False
        self._stand, self._rest, self.entered = self._rest, None, False
        self._moved = Smoothed()
        return True

    def _is_outside(self, sample: Sample, policy: ConformancePolicy) -> bool:
        best = sample.fit.best
        if not (best.lateral_m or best.vertical_m or (best.time_s and sample.span is Span.DURING)):
            self.entered, self._transit = True, None
            return False
        if not self._may_be_transit(sample):
            return True
        if self._transit is None:
            self._transit = sample.observation.time
        since_s = (sample.observation.time - self._transit).total_seconds()
        return since_s > policy.transit_max_s

    def _may_be_transit(self, sample: Sample) -> bool:
        """Over the ground of a first volume on the way up, of a last one on the way down."""
        below = {o.volume for o in sample.fit.every if not o.lateral_m and o.vertical_m < 0}
        return bool(below & sample.last) or (not self.entered and bool(below & sample.first))


def _may_stand(sample: Sample, policy: ConformancePolicy) -> bool:
    """Whether a first sight may be of one on the ground: near a first volume, not above it."""
    return any(
        offset.lateral_m <= policy.pad_reach_m and offset.vertical_m <= 0
        for offset in sample.fit.every
        if offset.volume in sample.first
    )


def _height_m(observation: Observation) -> float:
    return 0.0 if observation.altitude is None else observation.altitude.metres()
