"""What one change does, on the writer's connection, within the transaction of its batch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import apsw

from openline.airspace.extent import Extent
from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Report,
    Subscription,
)
from openline.airspace.volume_table import microseconds
from openline.store.keeping import check_body, check_checkpoint, check_name
from openline.store.ports import Record, StoredCheckpoint, Transaction
from openline.store.references import extents_of, with_next_index
from openline.store.sqlite.live import Live
from openline.store.sqlite.reader import SqliteReader, WriterSight
from openline.store.sqlite.rows import CONSTRAINTS, INTENTS, SUBSCRIPTIONS, Table
from openline.store.sqlite.tail import Tail
from openline.store.touching import Touching

R = TypeVar("R", IntentReference, ConstraintReference, Subscription)


class SqliteTransaction(SqliteReader):
    """See `ports.Transaction`. Raises: InvariantBroken for extents that were not named."""

    def __init__(
        self, connection: apsw.Connection, live: Live, tail: Tail, touching: Sequence[Extent]
    ) -> None:
        super().__init__(connection, WriterSight(live))
        self._writer = connection
        self._tail = tail
        self._live = live
        self._named = touching
        self._named_cells = {extent.cells for extent in touching}
        self._touching: Touching | None = None
        self._rows: dict[tuple[str, str], tuple[int, Any] | None] = {}  # seen or left by id

    def put_intent(self, intent: IntentReference) -> None:
        """Add or replace it."""
        self._put(INTENTS, intent)

    def delete_intent(self, intent_id: str) -> None:
        """Remove it, if it is there."""
        self._delete(INTENTS, intent_id)

    def put_constraint(self, constraint: ConstraintReference) -> None:
        """Add or replace it."""
        self._put(CONSTRAINTS, constraint)

    def delete_constraint(self, constraint_id: str) -> None:
        """Remove it, if it is there."""
        self._delete(CONSTRAINTS, constraint_id)

    def put_subscription(self, subscription: Subscription) -> None:
        """Add or replace it."""
        self._put(SUBSCRIPTIONS, subscription)

    def delete_subscription(self, subscription_id: str) -> None:
        """Remove it, if it is there."""
        self._delete(SUBSCRIPTIONS, subscription_id)

    def increment_notification_indices(self, subscription_ids: Sequence[str]) -> list[Subscription]:
        """Add one to each index; the subscriptions afterwards, by id."""
        stepped = []
        for subscription_id in sorted(set(subscription_ids)):
            row = self._row_of(SUBSCRIPTIONS, subscription_id)
            if row is None:
                continue
            key, subscription = row[0], with_next_index(row[1])
            statement = "UPDATE subscriptions SET notification_index = ? WHERE key = ?"
            self._connection.execute(statement, (subscription.notification_index, key))
            self._rows[SUBSCRIPTIONS.name, subscription_id] = (key, subscription)
            extents = (subscription.extent,)
            self._live.replace(SUBSCRIPTIONS.name, key, extents, extents)
            self._sight.remember(SUBSCRIPTIONS.name, key, subscription, len(extents[0].cells))
            stepped.append(subscription)
        return stepped

    def put_availability(self, availability: Availability) -> None:
        """Set what is known of a USS."""
        self._connection.execute(
            "INSERT OR REPLACE INTO availability (uss_id, state, version) VALUES (?, ?, ?)",
            (availability.uss_id, availability.state.value, availability.version),
        )
        self._live.availability_changed()

    def add_report(self, report: Report) -> None:
        """Archive a report."""
        self._connection.execute(
            "INSERT OR REPLACE INTO reports (id, party, received_at, body) VALUES (?, ?, ?, ?)",
            (report.id, report.party, microseconds(report.received_at), report.body),
        )

    def append_record(self, time: datetime, party: str, kind: str, body: bytes) -> None:
        """Add to the record, under the next number."""
        self._tail.append(Record(self._tail.last + 1, time, party, kind, body))

    def records(self, after: int, limit: int) -> list[Record]:
        """At most `limit` records with a sequence greater than `after`, ascending."""
        found = self._tail.after(after, limit)
        if found is None:
            self._tail.write(self._writer)
            found = super().records(after, limit)
        return found

    def last_sequence(self) -> int:
        """The number of the newest record, 0 for none."""
        return self._tail.last

    def put_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint."""
        size = checkpoint.size
        (before,) = self.checkpoints(size - 1, 1) or (None,)
        check_checkpoint(before if before and before.size == size else None, checkpoint)
        self._connection.execute(
            "INSERT OR REPLACE INTO checkpoints (size, root, note) VALUES (?, ?, ?)",
            (size, checkpoint.root, checkpoint.note),
        )

    def put_document(self, kind: str, name: str, body: bytes) -> None:
        """Keep a document."""
        check_name(kind, name)
        check_body(body)
        self._connection.execute(
            "INSERT INTO documents (kind, name, body) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body",
            (kind, name, body),
        )

    def delete_document(self, kind: str, name: str) -> None:
        """Forget a document, if it is there."""
        check_name(kind, name)
        self._connection.execute("DELETE FROM documents WHERE kind = ? AND name = ?", (kind, name))

    def count_check(self) -> None:
        """Write something that means nothing."""
        self._connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'checks'")

    def _require(self, extents: Sequence[Extent]) -> None:
        """As `Touching.require`, at once where the very cells were named: almost always."""
        others = [extent for extent in extents if extent.cells not in self._named_cells]
        if others:
            if self._touching is None:
                self._touching = Touching(self._named)
            self._touching.require(others)

    def _row_of(self, table: Table[R], reference_id: str) -> tuple[int, R] | None:
        name = (table.name, reference_id)
        if name not in self._rows:
            self._rows[name] = super()._row_of(table, reference_id)
        return self._rows[name]

    def _matching(self, table: Table[R], extents: Sequence[Extent]) -> list[R]:
        self._require(extents)
        return super()._matching(table, extents)

    def _put(self, table: Table[R], reference: R) -> None:
        extents = extents_of(reference)
        self._require(extents)
        before = self._row_of(table, reference.id)
        values: tuple[Any, ...] = table.encode(reference)
        old_extents: tuple[Extent, ...] = ()
        if before is None:
            self._connection.execute(table.insert, values)
            key = self._writer.last_insert_rowid()
        else:
            key, old_extents = before[0], extents_of(before[1])
            self._require(old_extents)
            self._connection.execute(table.update, (*values, key))
        self._rows[table.name, reference.id] = (key, reference)
        self._live.replace(table.name, key, old_extents, extents)
        self._sight.remember(table.name, key, reference, sum(len(e.cells) for e in extents))

    def _delete(self, table: Table[R], reference_id: str) -> None:
        before = self._row_of(table, reference_id)
        if before is None:
            return
        key, extents = before[0], extents_of(before[1])
        self._require(extents)
        self._connection.execute(f"DELETE FROM {table.name} WHERE key = ?", (key,))
        self._rows[table.name, reference_id] = None
        self._live.replace(table.name, key, extents, ())


def prove_writable(transaction: Transaction) -> None:
    """A change that changes nothing but a counter of such proofs."""
    if isinstance(transaction, SqliteTransaction):
        transaction.count_check()
