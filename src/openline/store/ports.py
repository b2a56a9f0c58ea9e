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
4 records are numbered 1, 2, 3 … without gaps, in the order of commit;
5 changes submitted with one name (`exclusive`) run one after the other, each seeing what those
  before it did;
6 from the first time a change asks for `records` or `last_sequence`, no other change adds to the
  record until it ends: what it appends then gets the next numbers.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from openline.airspace.extent import Extent
from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Report,
    Subscription,
)

T = TypeVar("T")


class NotAtHand(Exception):
    """The answer needs more than memory, or more time than whoever must not wait has."""


class Record(NamedTuple):
    """One entry of the record: who changed what, as canonical bytes. `sequence` counts from 1."""

    sequence: int
    time: datetime
    party: str
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A signed head of the record: of its first `size` entries. `note` is the signed note."""

    size: int
    root: bytes
    note: str


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
        """At most `limit` records with a sequence greater than `after`, ascending.

        In a change: with those it appended before; see law 6.
        """
        ...

    def last_sequence(self) -> int:
        """The number of the newest record, 0 for none. Cheap.

        In a change: with those it appended before, so that it gives the number of what was
        appended last; see law 6.
        """
        ...

    def checkpoints(self, after_size: int, limit: int) -> list[StoredCheckpoint]:
        """At most `limit` checkpoints of more than `after_size` records, by size."""
        ...

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """The checkpoint of most records."""
        ...

    def document(self, kind: str, name: str) -> bytes | None:
        """The body of a document. Raises: InvalidInput for a name no document can have."""
        ...

    def documents(self, kind: str, after: str, limit: int) -> list[tuple[str, bytes]]:
        """At most `limit` documents of a kind, name and body, with names after that one, in order.

        The order is that of code points. Raises: InvalidInput.
        """
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
        """Add to the record. Its number is given at commit, or when this change asks for it."""
        ...

    def put_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint; a note of the same head is replaced, as when signatures are added.

        Raises: InvariantBroken if there is one of that size with another root.
        """
        ...

    def put_document(self, kind: str, name: str, body: bytes) -> None:
        """Keep a document: a small named value. Locks nothing: use `exclusive`.

        Raises: InvalidInput beyond `limits.DOCUMENT_NAME_MAX` and `DOCUMENT_BYTES_MAX`.
        """
        ...

    def delete_document(self, kind: str, name: str) -> None:
        """Forget a document; nothing happens if there is none. Raises: InvalidInput."""
        ...


class Store(Protocol):
    """A place for references. Thread-safe. Raises StoreUnavailable where a retry may help."""

    def submit(
        self,
        touching: Sequence[Extent],
        change: Callable[[Transaction], T],
        exclusive: str | None = None,
    ) -> Future[T]:
        """Run a change; the future is done when its effects are durable.

        Changes with the same name in `exclusive` run one after the other; see law 5.

        `touching` is every extent whose matches the change reads or writes (old and new ones):
        backends with several writers lock by it. A change that asks for more raises
        InvariantBroken.
        """
        ...

    def read(self, query: Callable[[Reader], T]) -> T:
        """Run a query on the committed state, all of one instant."""
        ...

    def read_at_hand(self, query: Callable[[Reader], T]) -> T:
        """As `read`, at once or not at all: it waits for no disk and no other machine.

        Raises: NotAtHand, often, and always where the backend keeps nothing in memory.
        """
        ...

    def check(self) -> None:
        """Return if the store can be read and written. Raises: StoreUnavailable."""
        ...

    def close(self) -> None:
        """Finish what was submitted and free everything."""
        ...
