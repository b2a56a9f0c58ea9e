"""One attempt of a change: every question and every write behind the keys it needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from openline.airspace.extent import Extent
from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Report,
    Subscription,
)
from openline.store.keeping import check_body, check_checkpoint, check_name
from openline.store.ports import Record, StoredCheckpoint
from openline.store.postgres import rows
from openline.store.postgres.foresight import Foresight
from openline.store.postgres.holding import Locks, StartOver
from openline.store.postgres.indexes import Index, Kind
from openline.store.postgres.locks import (
    RECORD_KEY,
    Family,
    Places,
    key,
    union,
)
from openline.store.postgres.reader import TABLES, PostgresReader
from openline.store.postgres.session import Session
from openline.store.references import Expirable, extents_of
from openline.store.touching import Touching

_APPEND: Final = """
    INSERT INTO record (sequence, time, party, kind, body)
    SELECT coalesce((SELECT max(sequence) FROM record), 0) + place, time, party, kind, body
    FROM unnest(%b::timestamptz[], %b::text[], %b::text[], %b::bytea[])
         WITH ORDINALITY AS new (time, party, kind, body, place)"""


def _upsert(table: str, columns: Sequence[str]) -> str:
    identity = columns[0]
    values = ", ".join(["%s"] * len(columns))
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"
        f" ON CONFLICT ({identity}) DO UPDATE SET {updates}"
    )


_PUT: Final = {kind: _upsert(table, columns) for kind, (table, columns) in TABLES.items()}
_PUT_AVAILABILITY: Final = _upsert("uss_availability", rows.AVAILABILITY_COLUMNS)
_PUT_REPORT: Final = _upsert("report", rows.REPORT_COLUMNS)
_PUT_CHECKPOINT: Final = _upsert("record_checkpoint", rows.CHECKPOINT_COLUMNS)
_PUT_DOCUMENT: Final = """
    INSERT INTO document (kind, name, body) VALUES (%s, %s, %s)
    ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body"""
_INCREMENT: Final = (
    "UPDATE subscription SET notification_index = notification_index + 1 WHERE id = ANY (%s)"
    f" RETURNING {', '.join(rows.SUBSCRIPTION_COLUMNS)}"
)


class PostgresTransaction:
    """See `ports.Transaction`."""

    def __init__(
        self, session: Session, index: Index, locks: Locks, touching: Touching, places: Places
    ) -> None:
        self._session = session
        self._reader = PostgresReader(session, index)
        self._index = index
        self._locks = locks
        self._touching = touching
        self._places = places
        # Rows that the held keys keep as they are.
        self._intents: dict[str, IntentReference | None] = {}
        self._constraints: dict[str, ConstraintReference | None] = {}
        self._availabilities: dict[str, Availability | None] = {}
        self._foresight = Foresight(self._reader, places.extents)
        # What this attempt was told of indices, which others may increment meanwhile.
        self._indices: dict[str, int] = {}
        self._records: list[tuple[datetime, str, str, bytes]] = []

    def intent(self, intent_id: str) -> IntentReference | None:
        """See `ports.Reader`."""
        return self._intent(intent_id, ("intent", "subscription"))

    def intents_matching(self, extents: Sequence[Extent]) -> list[IntentReference]:
        """See `ports.Reader`."""
        self._require(extents)
        found = self._foresight.matching("intent", extents)
        return self._reader.intents_matching(extents) if found is None else found

    def intents_of_subscription(self, subscription_id: str) -> list[IntentReference]:
        """See `ports.Reader`."""
        self._locks.need({key(Family.DEPENDENTS, subscription_id): True})
        return self._reader.intents_of_subscription(subscription_id)

    def constraint(self, constraint_id: str) -> ConstraintReference | None:
        """See `ports.Reader`."""
        return self._constraint(constraint_id, ("subscription",))

    def constraints_matching(self, extents: Sequence[Extent]) -> list[ConstraintReference]:
        """See `ports.Reader`."""
        self._require(extents)
        return self._reader.constraints_matching(extents)

    def subscription(self, subscription_id: str) -> Subscription | None:
        """See `ports.Reader`."""
        self._locks.need({key(Family.SUBSCRIPTION, subscription_id): False})
        return self._told(self._reader.subscription(subscription_id))

    def subscriptions_matching(self, extents: Sequence[Extent]) -> list[Subscription]:
        """See `ports.Reader`."""
        self._require(extents)
        found = self._foresight.matching("subscription", extents)
        if found is None:
            found = self._reader.subscriptions_matching(extents)
        for subscription in found:
            self._told(subscription)
        return found

    def availability(self, uss_id: str) -> Availability | None:
        """See `ports.Reader`."""
        if uss_id not in self._availabilities:
            self._locks.need({key(Family.AVAILABILITY, uss_id): False})
            self._availabilities[uss_id] = self._reader.availability(uss_id)
        return self._availabilities[uss_id]

    def records(self, after: int, limit: int) -> list[Record]:
        """See `ports.Reader`. No other change that adds to the record ends before this one."""
        self._locks.need({RECORD_KEY: True})
        self.number_records()
        return self._reader.records(after, limit)

    def last_sequence(self) -> int:
        """See `ports.Reader`. Waits and makes wait as `records` does."""
        self._locks.need({RECORD_KEY: True})
        self.number_records()
        return self._reader.last_sequence()

    def checkpoints(self, after_size: int, limit: int) -> list[StoredCheckpoint]:
        """See `ports.Reader`."""
        return self._reader.checkpoints(after_size, limit)

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """See `ports.Reader`."""
        return self._reader.last_checkpoint()

    def document(self, kind: str, name: str) -> bytes | None:
        """See `ports.Reader`."""
        return self._reader.document(kind, name)

    def documents(self, kind: str, after: str, limit: int) -> list[tuple[str, bytes]]:
        """See `ports.Reader`."""
        return self._reader.documents(kind, after, limit)

    def expired(self, before: datetime, limit: int) -> list[Expirable]:
        """See `ports.Reader`."""
        found = self._reader.expired(before, limit)
        self._locks.need({_key_of(reference): True for reference in found})
        # Once more, now that nobody else can give them more time.
        still = self._reader.expired(before, limit)
        self._locks.require({_key_of(reference): True for reference in still})
        return still

    def put_intent(self, intent: IntentReference) -> None:
        """See `ports.Transaction`."""
        before = self._replaced_intent(intent.id, intent)
        self._session.queue(_PUT["intent"], *rows.intent_row(intent))
        self._reindex("intent", intent.id, before, intent)
        self._intents[intent.id] = intent

    def delete_intent(self, intent_id: str) -> None:
        """See `ports.Transaction`."""
        before = self._replaced_intent(intent_id, None)
        self._delete("intent", intent_id, before)
        self._intents[intent_id] = None

    def put_constraint(self, constraint: ConstraintReference) -> None:
        """See `ports.Transaction`."""
        before = self._constraint(constraint.id)
        self._require_both(before, constraint)
        self._session.queue(_PUT["constraint"], *rows.constraint_row(constraint))
        self._reindex("constraint", constraint.id, before, constraint)
        self._constraints[constraint.id] = constraint

    def delete_constraint(self, constraint_id: str) -> None:
        """See `ports.Transaction`."""
        before = self._constraint(constraint_id)
        self._require_both(before, None)
        self._delete("constraint", constraint_id, before)
        self._constraints[constraint_id] = None

    def put_subscription(self, subscription: Subscription) -> None:
        """See `ports.Transaction`."""
        before = self._replaced_subscription(subscription.id, subscription)
        self._session.queue(_PUT["subscription"], *rows.subscription_row(subscription))
        self._reindex("subscription", subscription.id, before, subscription)
        self._told(subscription)

    def delete_subscription(self, subscription_id: str) -> None:
        """See `ports.Transaction`."""
        before = self._replaced_subscription(subscription_id, None)
        self._delete("subscription", subscription_id, before)
        self._indices.pop(subscription_id, None)

    def increment_notification_indices(self, subscription_ids: Sequence[str]) -> list[Subscription]:
        """See `ports.Transaction`. Increments of one subscription wait for each other."""
        names = sorted(set(subscription_ids))
        if not names:
            return []
        keys = {key(Family.SUBSCRIPTION, name): False for name in names}
        self._locks.need(keys | {key(Family.NOTIFICATION_INDEX, name): True for name in names})
        self._foresight.forget("subscription")
        found = [rows.subscription_of(row) for row in self._session.ask(_INCREMENT, names)]
        for subscription in found:
            self._told(subscription)
        return sorted(found, key=lambda subscription: subscription.id)

    def put_availability(self, availability: Availability) -> None:
        """See `ports.Transaction`."""
        self._locks.need({key(Family.AVAILABILITY, availability.uss_id): True})
        self._session.queue(_PUT_AVAILABILITY, *rows.availability_row(availability))
        self._availabilities[availability.uss_id] = availability

    def add_report(self, report: Report) -> None:
        """See `ports.Transaction`."""
        self._session.queue(_PUT_REPORT, *rows.report_row(report))

    def append_record(self, time: datetime, party: str, kind: str, body: bytes) -> None:
        """See `ports.Transaction`."""
        self._records.append((time, party, kind, body))

    def put_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """See `ports.Transaction`."""
        size = checkpoint.size
        (before,) = self._reader.checkpoints(size - 1, 1) or (None,)
        check_checkpoint(before if before and before.size == size else None, checkpoint)
        self._session.queue(_PUT_CHECKPOINT, *rows.checkpoint_row(checkpoint))

    def put_document(self, kind: str, name: str, body: bytes) -> None:
        """See `ports.Transaction`."""
        check_name(kind, name)
        check_body(body)
        self._session.queue(_PUT_DOCUMENT, kind, name, body)

    def delete_document(self, kind: str, name: str) -> None:
        """See `ports.Transaction`."""
        check_name(kind, name)
        self._session.queue("DELETE FROM document WHERE kind = %s AND name = %s", kind, name)

    def number_records(self) -> None:
        """Queue the records kept back: the last thing before the commit, unless asked for before.

        Whoever numbers holds one key until the commit is seen by all: so numbers are in the order
        of commit, without gaps, and only the commits themselves wait for each other.
        """
        if self._records:
            self._locks.need({RECORD_KEY: True})
            columns = [list(column) for column in zip(*self._records, strict=True)]
            self._session.queue(_APPEND, *columns)
            self._records = []

    def _intent(self, intent_id: str, along: Sequence[Kind] = ()) -> IntentReference | None:
        if intent_id not in self._intents:
            self._locks.need({key(Family.INTENT, intent_id): True})
            found = self._foresight.ask(self._reader.one("intent", intent_id), along)
            self._intents[intent_id] = rows.intent_of(found[0]) if found else None
        return self._intents[intent_id]

    def _constraint(
        self, constraint_id: str, along: Sequence[Kind] = ()
    ) -> ConstraintReference | None:
        if constraint_id not in self._constraints:
            self._locks.need({key(Family.CONSTRAINT, constraint_id): True})
            found = self._foresight.ask(self._reader.one("constraint", constraint_id), along)
            self._constraints[constraint_id] = rows.constraint_of(found[0]) if found else None
        return self._constraints[constraint_id]

    def _require(self, extents: Sequence[Extent]) -> None:
        """Raises: InvariantBroken outside the cells that were named; StartOver at other times."""
        self._touching.require(extents)
        if not self._places.hold(extents):
            self._session.fail(StartOver(self._locks.held, extents))

    def _require_both(self, before: Expirable | None, after: Expirable | None) -> None:
        for reference in (before, after):
            if reference is not None:
                self._require(extents_of(reference))

    def _replaced_intent(
        self, intent_id: str, after: IntentReference | None
    ) -> IntentReference | None:
        before = self._intent(intent_id)
        self._require_both(before, after)
        attached = {one.subscription_id for one in (before, after) if one is not None}
        self._locks.need({key(Family.DEPENDENTS, one): False for one in attached if one})
        return before

    def _replaced_subscription(
        self, subscription_id: str, after: Subscription | None
    ) -> Subscription | None:
        exclusive = {key(Family.SUBSCRIPTION, subscription_id): True}
        self._locks.need(exclusive)
        before = self._reader.subscription(subscription_id)
        known = self._indices.get(subscription_id)
        if before is not None and known is not None and known != before.notification_index:
            self._session.fail(StartOver(union(self._locks.held, exclusive)))
        self._require_both(before, after)
        return before

    def _told(self, subscription: Subscription | None) -> Subscription | None:
        if subscription is not None:
            self._indices[subscription.id] = subscription.notification_index
        return subscription

    def _reindex(
        self, kind: Kind, entity_id: str, before: Expirable | None, after: Expirable
    ) -> None:
        self._foresight.forget(kind)
        extents = extents_of(after)
        if before is not None:
            if extents_of(before) == extents:
                return
            self._index.remove(self._session, kind, entity_id)
        self._index.add(self._session, kind, entity_id, extents)

    def _delete(self, kind: Kind, entity_id: str, before: Expirable | None) -> None:
        self._foresight.forget(kind)
        if before is not None:
            table, _ = TABLES[kind]
            self._session.queue(f"DELETE FROM {table} WHERE id = %s", entity_id)
            self._index.remove(self._session, kind, entity_id)


def _key_of(reference: Expirable) -> int:
    if isinstance(reference, IntentReference):
        return key(Family.INTENT, reference.id)
    if isinstance(reference, ConstraintReference):
        return key(Family.CONSTRAINT, reference.id)
    return key(Family.SUBSCRIPTION, reference.id)
