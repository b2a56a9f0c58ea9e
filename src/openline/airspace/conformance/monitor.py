"""The observed sky beside the declared one, as it goes: each change is told once.

Declare operations, then give what is observed; out come events (see `discrepancy`). Time is an
argument. Memory is bounded by the operations that are declared and by the tracks of the last
minutes. Steps of the clock: backwards, nothing grows older; forwards, what is not seen in the same
call counts as silent for so long.

Errs toward: no alarm, by the accuracy of each position, the tolerances of the policy and the
samples that a change needs. A position too old, from the future, repeated, out of order or too
inaccurate is not used, and counted in `unused`; so silence and bad positions both end in *lost*.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from openline.airspace.conformance.discrepancy import (
    ConformanceEvent,
    Discrepancy,
    DiscrepancyKind,
)
from openline.airspace.conformance.fit import Question, Shelf, fits
from openline.airspace.conformance.flight import Flight, Sample
from openline.airspace.conformance.guests import Guests
from openline.airspace.conformance.ledger import Ledger
from openline.airspace.conformance.matching import Matcher
from openline.airspace.conformance.observed import DeclaredOperation, Observation
from openline.airspace.conformance.operation import Operation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.conformance.strangers import Strangers
from openline.airspace.entity import IntentState
from openline.errors import InvalidTimeRange, LimitExceeded
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.footprint import Footprint

OPERATIONS_MAX: Final = 100_000
FLIGHTS_MAX: Final = 8  # tracks of one operation


class ConformanceMonitor:
    """Declared operations and observed tracks of one agreed area.

    area: where an undeclared flight is a discrepancy; None: nowhere. altitudes: what is known of
    ground and pressure, for altitudes whose datum is not that of the volume.
    Laws: an operation that stays inside makes no discrepancy; every `began` is followed by at most
    one `over` or `ended` before the next; repeated and reordered states change nothing. Held by
    tests/property/test_conformance.
    """

    def __init__(
        self,
        policy: ConformancePolicy | None = None,
        area: Footprint | None = None,
        altitudes: AltitudePolicy | None = None,
    ) -> None:
        self._policy = policy or ConformancePolicy()
        self._altitudes = altitudes or AltitudePolicy()
        self._shelf = Shelf()
        self._operations: dict[str, Operation] = {}
        self._matcher = Matcher(self._operations, self._shelf, self._policy, self._altitudes)
        self._guests = Guests(self._operations, self._shelf, self._policy, self._altitudes)
        self._strangers = Strangers(area, self._policy)
        self._ledger = Ledger()
        self._now: datetime | None = None
        self._elapsed_s = 0.0
        self.unused: Counter[str] = Counter()

    def declare(self, operations: Iterable[DeclaredOperation]) -> None:
        """Watch operations, or take new versions of them; what was observed stays.

        Raises: LimitExceeded beyond OPERATIONS_MAX, and watches none of these.
        """
        operations = list(operations)
        new = {one.intent.id for one in operations} - self._operations.keys()
        if len(self._operations) + len(new) > OPERATIONS_MAX:
            raise LimitExceeded(
                f"more than {OPERATIONS_MAX:,} operations", cure="withdraw those that ended"
            )
        for declared in operations:
            intent = declared.intent
            known = self._operations.get(intent.id)
            if known is None:
                self._operations[intent.id] = Operation.of(declared)
            else:
                known.redeclare(declared)
            self._shelf.hold(intent.id, [volume.footprint for volume in intent.volumes])
        self._matcher.changed()
        self._guests.changed()

    def withdraw(self, intent_ids: Iterable[str], now: datetime) -> tuple[ConformanceEvent, ...]:
        """Stop watching operations: they ended or were deleted. What lasted ends with them."""
        self._tick(now)
        events: list[ConformanceEvent] = []
        for intent_id in intent_ids:
            operation = self._operations.pop(intent_id, None)
            if operation is None:
                continue
            events += self._ledger.end(operation, now)
            for track in operation.flights:
                self._matcher.release(track)
            self._shelf.drop(intent_id)
        self._matcher.changed()
        self._guests.changed()
        return tuple(events)

    def observe(self, states: Iterable[Observation], now: datetime) -> tuple[ConformanceEvent, ...]:
        """Take what is observed by now, in any order, and say what changed.

        Call it also with nothing observed, once a second or so: silence is told too.
        Raises: InvalidTimeRange for an instant without a zone.
        """
        self._tick(now)
        usable = self._usable(states, now)
        events: list[ConformanceEvent] = []
        for track, operation in self._matcher.match(usable, self._elapsed_s):
            operation.flights.pop(track, None)
            events += self._ledger.end_track(operation, track, now)
        matched: list[tuple[Observation, Operation]] = []
        strangers = []
        declared = set()
        for observation in usable:
            intent_id = self._matcher.known(observation.track)
            if intent_id is None:
                strangers.append(observation)
            else:
                declared.add(observation.track)
                matched.append((observation, self._operations[intent_id]))
        guests = self._guests.take([one for one in strangers if one.party is None], self._elapsed_s)
        for track, operation in guests.items():
            operation.seen_s = self._elapsed_s
            declared.add(track)
        strangers = [one for one in strangers if one.track not in guests]
        for turn in self._strangers.advance(strangers, declared, now, self._elapsed_s):
            events += self._ledger.turn_stranger(turn)
        events += self._judged(matched)
        events += self._silence(now)
        return tuple(events)

    def state_of(self, intent_id: str) -> IntentState | None:
        """The state of an operation as observed, None if it is not watched."""
        operation = self._operations.get(intent_id)
        return None if operation is None else operation.state

    def operation_of(self, track: str) -> str | None:
        """The id of the operation that a track flies, None if it is not known to fly one."""
        return self._matcher.known(track)

    def hosts(self) -> dict[str, str]:
        """The ids of the operations that aircraft of nobody are taken to fly, by track."""
        return self._guests.hosts()

    def active(self) -> tuple[Discrepancy, ...]:
        """Every discrepancy that lasts, in the order they began."""
        return self._ledger.active()

    def _tick(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise InvalidTimeRange(
                f"time {now.isoformat()} has no time zone", cure="append Z for UTC"
            )
        if self._now is not None:
            self._elapsed_s += max((now - self._now).total_seconds(), 0.0)
        self._now = now

    def _usable(self, states: Iterable[Observation], now: datetime) -> list[Observation]:
        """Those that say something about now, in the order of time, each of a track once."""
        policy, usable = self._policy, []
        last: dict[str, datetime] = {}
        for one in sorted(states, key=lambda state: (state.time, state.track)):
            age_s = (now - one.time).total_seconds()
            known = last.get(one.track) or self._last_time(one.track)
            if age_s > policy.lost_after_s:
                self.unused["too old"] += 1
            elif -age_s > policy.skew_max_s:
                self.unused["from the future"] += 1
            elif known is not None and one.time <= known:
                self.unused["repeated or out of order"] += 1
            elif not _is_accurate(one, policy):
                self.unused["too inaccurate"] += 1
            else:
                last[one.track] = one.time
                usable.append(one)
        return usable

    def _last_time(self, track: str) -> datetime | None:
        intent_id = self._matcher.known(track)
        if intent_id is not None:
            flight = self._operations[intent_id].flights.get(track)
            if flight is not None:
                return flight.time
        return self._strangers.last_time(track)

    def _judged(self, matched: list[tuple[Observation, Operation]]) -> Iterator[ConformanceEvent]:
        questions = [
            Question(observation, operation.declared.intent.id, operation.volumes)
            for observation, operation in matched
        ]
        answers = fits(self._shelf, questions, self._policy, self._altitudes)
        for (observation, operation), fit in zip(matched, answers, strict=True):
            track, time = observation.track, observation.time
            flight = operation.flights.get(track)
            if flight is None:
                flight = Flight(track, observation.party, time, self._elapsed_s)
                yield from self._make_room(operation, time)
                operation.flights[track] = flight
            flight.seen_s = operation.seen_s = self._elapsed_s
            span = operation.span(time, self._policy)
            sample = Sample(observation, fit, span, operation.first, operation.last)
            for turn in flight.advance(sample, operation.declared, self._policy):
                yield from self._ledger.turn(operation, observation, turn)
            operation.flies = any(
                one.flies
                for one in operation.flights.values()
                if self._elapsed_s - one.seen_s <= self._policy.lost_after_s
            )
            if operation.settle(self._elapsed_s, self._policy):
                yield self._ledger.state(operation, time)

    def _make_room(self, operation: Operation, time: datetime) -> Iterator[ConformanceEvent]:
        """No operation has more tracks than a few: the one unseen for the longest is dropped."""
        flights = operation.flights
        if len(flights) >= FLIGHTS_MAX:
            oldest = min(flights.values(), key=lambda one: (one.seen_s, one.track)).track
            yield from self._ledger.end_track(operation, oldest, time)
            self._matcher.release(oldest)
            del flights[oldest]

    def _silence(self, now: datetime) -> Iterator[ConformanceEvent]:
        """What is said by not being seen, by lasting, and by being long over."""
        policy, elapsed_s, gone = self._policy, self._elapsed_s, []
        for intent_id, operation in self._operations.items():
            expected = operation.is_expected(now)
            if not expected:
                operation.expected_s = None
            elif operation.expected_s is None:
                operation.expected_s = elapsed_s
            since_s = operation.expected_s
            unseen = since_s is not None and elapsed_s - since_s >= policy.not_seen_after_s
            yield from self._ledger.hold(operation, DiscrepancyKind.NOT_SEEN, unseen, now)
            lost = operation.is_lost(elapsed_s, policy)
            yield from self._ledger.hold(operation, DiscrepancyKind.LOST, lost, now)
            for flight in list(operation.flights.values()):
                if elapsed_s - flight.seen_s > policy.forget_after_s:
                    yield from self._ledger.end_track(operation, flight.track, now)
                    self._matcher.release(flight.track)
                    del operation.flights[flight.track]
            if operation.settle(elapsed_s, policy):
                yield self._ledger.state(operation, now)
            late_s = (now - operation.time_end).total_seconds()
            if late_s > policy.forget_after_s and not operation.flights:
                gone.append(intent_id)
        if gone:
            yield from self.withdraw(gone, now)


def _is_accurate(one: Observation, policy: ConformancePolicy) -> bool:
    """Whether the position says enough to be judged by."""
    return (one.lateral_accuracy_m or 0.0) <= policy.lateral_accuracy_max_m and (
        one.vertical_accuracy_m or 0.0
    ) <= policy.vertical_accuracy_max_m
