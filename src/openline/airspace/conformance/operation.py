"""One declared operation under watch: its time, the tracks that fly it, what the observations say.

The state is spelled as in F3548: Accepted until it flies, Activated, Nonconforming while it is
outside, early, overrun or lost, Contingent once that lasted too long. Contingent stays.
"""

from dataclasses import dataclass, field
from datetime import datetime

from openline.airspace.conformance.flight import Flight, Span
from openline.airspace.conformance.observed import DeclaredOperation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.entity import IntentState
from openline.airspace.volume import Volume4D


@dataclass(slots=True)
class Operation:
    """The memory of one operation; `flights` by track. Seconds count on the monitor's own clock."""

    declared: DeclaredOperation
    state: IntentState
    time_start: datetime
    time_end: datetime
    first: frozenset[int]
    last: frozenset[int]
    flights: dict[str, Flight] = field(default_factory=dict)
    flies: bool = False  # by its latest sample
    seen_s: float | None = None  # when its latest sample came in
    expected_s: float | None = None  # since when it is declared as flying and not seen
    off_since_s: float | None = None
    off: int = 0  # how many of its discrepancies make it Nonconforming

    @classmethod
    def of(cls, declared: DeclaredOperation) -> "Operation":
        """A fresh one: nothing was observed of it."""
        accepted = declared.intent.state is IntentState.ACCEPTED
        state = IntentState.ACCEPTED if accepted else IntentState.ACTIVATED
        return cls(declared, state, *_frame(declared.intent.volumes))

    def redeclare(self, declared: DeclaredOperation) -> None:
        """A new version of the same operation; what was observed stays."""
        self.declared = declared
        frame = _frame(declared.intent.volumes)
        self.time_start, self.time_end, self.first, self.last = frame
        if not self.off and declared.intent.state is IntentState.ACTIVATED:
            self.state = IntentState.ACTIVATED

    @property
    def volumes(self) -> tuple[Volume4D, ...]:
        """Its volumes, as declared."""
        return self.declared.intent.volumes

    def span(self, instant: datetime, policy: ConformancePolicy) -> Span:
        """Where an instant lies in its time."""
        if (self.time_start - instant).total_seconds() > policy.early_s:
            return Span.BEFORE
        if (instant - self.time_end).total_seconds() > policy.late_s:
            return Span.AFTER
        return Span.DURING

    def is_expected(self, now: datetime) -> bool:
        """Whether it should be seen now: declared as flying, in its time, never seen."""
        flying = self.declared.intent.state is not IntentState.ACCEPTED
        return flying and self.seen_s is None and self.time_start <= now <= self.time_end

    def is_lost(self, elapsed_s: float, policy: ConformancePolicy) -> bool:
        """Whether it flew, and nothing usable came in for longer than agreed."""
        if not self.flies or self.seen_s is None:
            return False
        return elapsed_s - self.seen_s > policy.lost_after_s

    def settle(self, elapsed_s: float, policy: ConformancePolicy) -> bool:
        """Bring the state up to date. Returns: whether it changed."""
        before = self.state
        if self.off:
            if self.off_since_s is None:
                self.off_since_s = elapsed_s
            lasting = elapsed_s - self.off_since_s >= policy.contingent_after_s
            if before is not IntentState.CONTINGENT:
                self.state = IntentState.CONTINGENT if lasting else IntentState.NONCONFORMING
        else:
            self.off_since_s = None
            if before is IntentState.NONCONFORMING or (
                before is IntentState.ACCEPTED and self.flies
            ):
                self.state = IntentState.ACTIVATED
        return self.state is not before


def _frame(
    volumes: tuple[Volume4D, ...],
) -> tuple[datetime, datetime, frozenset[int], frozenset[int]]:
    """When it begins and ends, and the numbers of the volumes that do so."""
    start = min(volume.time_start for volume in volumes)
    end = max(volume.time_end for volume in volumes)
    return (
        start,
        end,
        frozenset(k for k, volume in enumerate(volumes) if volume.time_start == start),
        frozenset(k for k, volume in enumerate(volumes) if volume.time_end == end),
    )
