"""A store in memory: the specification of the others, for tests, simulations and trials.

One lock: changes and queries run one after the other, in the calling thread. A change works on an
overlay that is applied as a whole when it returns and forgotten when it raises. Nothing survives
the process.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Generic, TypeVar

from openline.airspace.extent import Extent
from openline.airspace.extents import any_touch
from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Report,
    Subscription,
)
from openline.errors import InvariantBroken, StoreUnavailable
from openline.store.index import ExtentIndex
from openline.store.keeping import check_body, check_checkpoint, check_name, check_word
from openline.store.ports import NotAtHand, Reader, Record, StoredCheckpoint, Transaction
from openline.store.references import Expirable, extents_of, time_end_of, with_next_index
from openline.store.touching import Touching

T = TypeVar("T")
R = TypeVar("R", bound=Expirable)


class _Table(Generic[R]):
    """References by id, with the index of their extents."""

    def __init__(self) -> None:
        self.rows: dict[str, R] = {}
        self._index = ExtentIndex()
        self._number: dict[str, int] = {}
        self._name: dict[int, str] = {}
        self._next = 0

    def put(self, reference: R) -> None:
        self.delete(reference.id)
        self.rows[reference.id] = reference
        self._number[reference.id], self._name[self._next] = self._next, reference.id
        self._index.add(self._next, extents_of(reference))
        self._next += 1

    def delete(self, reference_id: str) -> None:
        reference = self.rows.pop(reference_id, None)
        if reference is not None:
            number = self._number.pop(reference_id)
            del self._name[number]
            self._index.remove(number, extents_of(reference))

    def matching(self, extents: Sequence[Extent]) -> list[R]:
        return [self.rows[self._name[number]] for number in self._index.matching(extents)]


class _Overlay(Generic[R]):
    """A table with the changes of one transaction; None stands for a deleted reference."""

    def __init__(self, table: _Table[R], touching: Touching | None) -> None:
        self._table = table
        self._touching = touching
        self.changed: dict[str, R | None] = {}

    def get(self, reference_id: str) -> R | None:
        if reference_id in self.changed:
            return self.changed[reference_id]
        return self._table.rows.get(reference_id)

    def set(self, reference_id: str, reference: R | None) -> None:
        before = self.get(reference_id)
        for one in (before, reference):
            if one is not None and self._touching is not None:
                self._touching.require(extents_of(one))
        self.changed[reference_id] = reference

    def step(self, reference_id: str, reference: R) -> None:
        """Set what keeps its extents: it needs no place to be named."""
        self.changed[reference_id] = reference

    def matching(self, extents: Sequence[Extent]) -> list[R]:
        if self._touching is not None:
            self._touching.require(extents)
        found = [one for one in self._table.matching(extents) if one.id not in self.changed]
        for one in self.changed.values():
            if one is not None and any_touch(extents_of(one), extents):
                found.append(one)
        return _by_id(found)

    def all(self) -> Iterable[R]:
        for reference_id, one in self._table.rows.items():
            if reference_id not in self.changed:
                yield one
        for changed in self.changed.values():
            if changed is not None:
                yield changed

    def apply(self) -> None:
        for reference_id, reference in self.changed.items():
            if reference is None:
                self._table.delete(reference_id)
            else:
                self._table.put(reference)


def _by_id(references: Iterable[R]) -> list[R]:
    return sorted(references, key=lambda reference: reference.id)


class _State:
    """Everything committed."""

    def __init__(self) -> None:
        self.intents: _Table[IntentReference] = _Table()
        self.constraints: _Table[ConstraintReference] = _Table()
        self.subscriptions: _Table[Subscription] = _Table()
        self.dependents: dict[str, set[str]] = {}  # intents by subscription
        self.availabilities: dict[str, Availability] = {}
        self.reports: dict[str, Report] = {}
        self.records: list[Record] = []
        self.checkpoints: dict[int, StoredCheckpoint] = {}
        self.documents: dict[str, dict[str, bytes]] = {}  # by kind and name


class _MemoryTransaction:
    """See `ports.Transaction`. With `touching` None everything may be asked, as in a query."""

    def __init__(self, state: _State, touching: Touching | None) -> None:
        self._state = state
        self._intents = _Overlay(state.intents, touching)
        self._constraints = _Overlay(state.constraints, touching)
        self._subscriptions = _Overlay(state.subscriptions, touching)
        self._availabilities: dict[str, Availability] = {}
        self._reports: list[Report] = []
        self._records: list[Record] = []
        self._checkpoints: dict[int, StoredCheckpoint] = {}
        self._documents: dict[tuple[str, str], bytes | None] = {}

    def intent(self, intent_id: str) -> IntentReference | None:
        return self._intents.get(intent_id)

    def intents_matching(self, extents: Sequence[Extent]) -> list[IntentReference]:
        return self._intents.matching(extents)

    def intents_of_subscription(self, subscription_id: str) -> list[IntentReference]:
        ids = self._state.dependents.get(subscription_id, set()) | set(self._intents.changed)
        found = (self._intents.get(intent_id) for intent_id in ids)
        return _by_id(one for one in found if one and one.subscription_id == subscription_id)

    def constraint(self, constraint_id: str) -> ConstraintReference | None:
        return self._constraints.get(constraint_id)

    def constraints_matching(self, extents: Sequence[Extent]) -> list[ConstraintReference]:
        return self._constraints.matching(extents)

    def subscription(self, subscription_id: str) -> Subscription | None:
        return self._subscriptions.get(subscription_id)

    def subscriptions_matching(self, extents: Sequence[Extent]) -> list[Subscription]:
        return self._subscriptions.matching(extents)

    def availability(self, uss_id: str) -> Availability | None:
        changed = self._availabilities.get(uss_id)
        return changed or self._state.availabilities.get(uss_id)

    def records(self, after: int, limit: int) -> list[Record]:
        start, limit = max(after, 0), max(limit, 0)
        found = self._state.records[start : start + limit]
        start = max(start - len(self._state.records), 0)
        return found + self._records[start : start + limit - len(found)]

    def last_sequence(self) -> int:
        return len(self._state.records) + len(self._records)

    def checkpoints(self, after_size: int, limit: int) -> list[StoredCheckpoint]:
        found = self._state.checkpoints | self._checkpoints
        return [found[size] for size in sorted(found) if size > after_size][: max(limit, 0)]

    def last_checkpoint(self) -> StoredCheckpoint | None:
        found = self._state.checkpoints | self._checkpoints
        return found[max(found)] if found else None

    def document(self, kind: str, name: str) -> bytes | None:
        check_name(kind, name)
        if (kind, name) in self._documents:
            return self._documents[kind, name]
        return self._state.documents.get(kind, {}).get(name)

    def documents(self, kind: str, after: str, limit: int) -> list[tuple[str, bytes]]:
        check_word(kind, "kind")
        check_word(after, "name", shortest=0)
        found: dict[str, bytes | None] = dict(self._state.documents.get(kind, {}))
        found |= {name: body for (of, name), body in self._documents.items() if of == kind}
        there = ((name, body) for name, body in found.items() if body is not None and name > after)
        return sorted(there)[: max(limit, 0)]

    def expired(self, before: datetime, limit: int) -> list[Expirable]:
        tables = (self._intents, self._constraints, self._subscriptions)
        ended = (one for table in tables for one in table.all() if time_end_of(one) < before)
        return sorted(ended, key=lambda one: (time_end_of(one), one.id))[:limit]

    def put_intent(self, intent: IntentReference) -> None:
        self._intents.set(intent.id, intent)

    def delete_intent(self, intent_id: str) -> None:
        self._intents.set(intent_id, None)

    def put_constraint(self, constraint: ConstraintReference) -> None:
        self._constraints.set(constraint.id, constraint)

    def delete_constraint(self, constraint_id: str) -> None:
        self._constraints.set(constraint_id, None)

    def put_subscription(self, subscription: Subscription) -> None:
        self._subscriptions.set(subscription.id, subscription)

    def delete_subscription(self, subscription_id: str) -> None:
        self._subscriptions.set(subscription_id, None)

    def increment_notification_indices(self, subscription_ids: Sequence[str]) -> list[Subscription]:
        stepped = []
        for subscription_id in set(subscription_ids):
            subscription = self._subscriptions.get(subscription_id)
            if subscription is not None:
                stepped.append(with_next_index(subscription))
                self._subscriptions.step(subscription_id, stepped[-1])
        return _by_id(stepped)

    def put_availability(self, availability: Availability) -> None:
        self._availabilities[availability.uss_id] = availability

    def add_report(self, report: Report) -> None:
        self._reports.append(report)

    def append_record(self, time: datetime, party: str, kind: str, body: bytes) -> None:
        self._records.append(Record(self.last_sequence() + 1, time, party, kind, body))

    def put_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        found = self._state.checkpoints | self._checkpoints
        check_checkpoint(found.get(checkpoint.size), checkpoint)
        self._checkpoints[checkpoint.size] = checkpoint

    def put_document(self, kind: str, name: str, body: bytes) -> None:
        check_name(kind, name)
        check_body(body)
        self._documents[kind, name] = body

    def delete_document(self, kind: str, name: str) -> None:
        check_name(kind, name)
        self._documents[kind, name] = None

    def apply(self) -> None:
        """Make the changes the committed state."""
        state = self._state
        for intent_id, intent in self._intents.changed.items():
            before = state.intents.rows.get(intent_id)
            if before is not None and before.subscription_id is not None:
                of_old = state.dependents[before.subscription_id]
                of_old.discard(intent_id)
                if not of_old:
                    del state.dependents[before.subscription_id]
            if intent is not None and intent.subscription_id is not None:
                state.dependents.setdefault(intent.subscription_id, set()).add(intent_id)
        for table in (self._intents, self._constraints, self._subscriptions):
            table.apply()
        state.availabilities |= self._availabilities
        state.reports |= {report.id: report for report in self._reports}
        state.records += self._records
        state.checkpoints |= self._checkpoints
        for (kind, name), body in self._documents.items():
            of_kind = state.documents.setdefault(kind, {})
            if body is None:
                of_kind.pop(name, None)
            else:
                of_kind[name] = body


class MemoryStore:
    """See `ports.Store`. Changes are durable for as long as the object lives."""

    def __init__(self) -> None:
        self._state = _State()
        self._lock = threading.RLock()  # a nested call is refused, not left hanging
        self._busy = False
        self._closed = False

    def submit(
        self,
        touching: Sequence[Extent],
        change: Callable[[Transaction], T],
        exclusive: str | None = None,  # noqa: ARG002 - one at a time, whatever the name
    ) -> Future[T]:
        """Run a change at once; the future is done on return. All changes are exclusive."""
        future: Future[T] = Future()
        try:
            future.set_result(self._run(Touching(touching), change))
        except Exception as error:
            future.set_exception(error)
        return future

    def read(self, query: Callable[[Reader], T]) -> T:
        """Run a query on the committed state."""
        return self._run(None, query)

    def read_at_hand(self, query: Callable[[Reader], T]) -> T:  # noqa: ARG002 - a change may run
        """Raises: NotAtHand; a change under way holds every query up."""
        raise NotAtHand

    def check(self) -> None:
        """Raises: StoreUnavailable once closed."""
        if self._closed:
            raise StoreUnavailable("the store is closed")

    def close(self) -> None:
        """Refuse whatever comes."""
        with self._lock:
            self._closed = True
            self._state = _State()

    def _run(self, touching: Touching | None, work: Callable[[Transaction], T]) -> T:
        with self._lock:
            self.check()
            if self._busy:
                raise InvariantBroken("a change or query asks the store for another one")
            self._busy = True
            try:
                transaction = _MemoryTransaction(self._state, touching)
                answer = work(transaction)
                if touching is not None:
                    transaction.apply()
                return answer
            finally:
                self._busy = False
