"""The store as the use cases see it, in domain words.

A *change* is a function of a `Transaction`. The store runs it with nothing else writing what it
reads, makes all its effects durable at once or none of them, and only then answers. A change that
raises has no effect. Changes of several callers may share one commit, each still succeeding or
failing by itself. A change may run more than once before it succeeds (a backend may retry), so it
has no effects but through the transaction.

Laws, held by the contract suite over every backend:
1 what a change returned is durable: a crash afterwards loses nothing;
2 no change sees half of another one;
3 `matching` misses nothing: every reference with an extent that touches one of the asked extents,
  in cells, heights and times (closed intervals), whatever the number;
4 records are numbered 1, 2, 3 … without gaps, in the order of commit.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from openline.airspace.extent import Extent
from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Report,
    Subscription,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the record: who changed what, as canonical bytes. `sequence` counts from 1."""

    sequence: int
    time: datetime
    party: str
    kind: str
    body: bytes


class Reader(Protocol):
    """What can be asked. Nothing returned is ever changed later."""

    def intent(self, intent_id: str) -> IntentReference | None:
        """The operational intent of that id."""
        ...

    def intents_matching(self, extents: Sequence[Extent]) -> list[IntentReference]:
        """Operational intents with an extent that touches one of these; each once, by id."""
        ...

    def intents_of_subscription(self, subscription_id: str) -> list[IntentReference]:
        """Operational intents that depend on a subscription, by id."""
        ...

    def constraint(self, constraint_id: str) -> ConstraintReference | None:
        """The constraint of that id."""
        ...

    def constraints_matching(self, extents: Sequence[Extent]) -> list[ConstraintReference]:
        """Constraints with an extent that touches one of these; each once, by id."""
        ...

    def subscription(self, subscription_id: str) -> Subscription | None:
        """The subscription of that id."""
        ...

    def subscriptions_matching(self, extents: Sequence[Extent]) -> list[Subscription]:
        """Subscriptions whose extent touches one of these; each once, by id."""
        ...

    def availability(self, uss_id: str) -> Availability | None:
        """What was last set for that USS."""
        ...

    def records(self, after: int, limit: int) -> list[Record]:
        """At most `limit` records with a sequence greater than `after`, ascending."""
        ...

    def expired(
        self, before: datetime, limit: int
    ) -> list[IntentReference | ConstraintReference | Subscription]:
        """At most `limit` references whose time ended before that instant, oldest end first."""
        ...


class Transaction(Reader, Protocol):
    """What a change can do. It reads its own writes. `put_*` replaces what has the same id."""

    def put_intent(self, intent: IntentReference) -> None:
        """Keep an operational intent."""
        ...

    def delete_intent(self, intent_id: str) -> None:
        """Forget an operational intent; nothing happens if there is none."""
        ...

    def put_constraint(self, constraint: ConstraintReference) -> None:
        """Keep a constraint."""
        ...

    def delete_constraint(self, constraint_id: str) -> None:
        """Forget a constraint; nothing happens if there is none."""
        ...

    def put_subscription(self, subscription: Subscription) -> None:
        """Keep a subscription."""
        ...

    def delete_subscription(self, subscription_id: str) -> None:
        """Forget a subscription; nothing happens if there is none."""
        ...

    def increment_notification_indices(self, subscription_ids: Sequence[str]) -> list[Subscription]:
        """Add one to each index; the subscriptions afterwards, by id. Versions stay."""
        ...

    def put_availability(self, availability: Availability) -> None:
        """Keep the availability of a USS."""
        ...

    def add_report(self, report: Report) -> None:
        """Archive a report."""
        ...

    def append_record(self, time: datetime, party: str, kind: str, body: bytes) -> None:
        """Add to the record. Its number is given at commit."""
        ...


class Store(Protocol):
    """A place for references. Thread-safe. Raises StoreUnavailable where a retry may help."""

    def submit(self, touching: Sequence[Extent], change: Callable[[Transaction], T]) -> Future[T]:
        """Run a change; the future is done when its effects are durable.

        `touching` is every extent whose matches the change reads or writes (old and new ones):
        backends with several writers lock by it. A change that asks for more raises
        InvariantBroken.
        """
        ...

    def read(self, query: Callable[[Reader], T]) -> T:
        """Run a query on the committed state, all of one instant."""
        ...

    def check(self) -> None:
        """Return if the store can be read and written. Raises: StoreUnavailable."""
        ...

    def close(self) -> None:
        """Finish what was submitted and free everything."""
        ...
