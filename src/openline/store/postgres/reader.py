"""Questions to the store, as statements."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from openline.airspace.extent import Extent
from openline.airspace.extents import any_touch
from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Subscription,
)
from openline.store.keeping import check_name, check_word
from openline.store.ports import Record, StoredCheckpoint
from openline.store.postgres import rows
from openline.store.postgres.indexes import Index, Kind
from openline.store.postgres.session import Session
from openline.store.postgres.wire import Statement
from openline.store.references import Expirable, extents_of, time_end_of

R = TypeVar("R", IntentReference, ConstraintReference, Subscription)

TABLES: Final = {
    "intent": ("operational_intent", rows.INTENT_COLUMNS),
    "constraint": ("constraint_reference", rows.CONSTRAINT_COLUMNS),
    "subscription": ("subscription", rows.SUBSCRIPTION_COLUMNS),
}
_SELECT: Final = {
    kind: f"SELECT {', '.join(columns)} FROM {table}" for kind, (table, columns) in TABLES.items()
}
_CHECKPOINTS: Final = f"SELECT {', '.join(rows.CHECKPOINT_COLUMNS)} FROM record_checkpoint"
_LIMIT_MAX: Final = 2**31 - 1
_SEQUENCE_MAX: Final = 2**63 - 1


class PostgresReader:
    """See `ports.Reader`. What it answers belongs to one instant if the transaction does."""

    def __init__(self, session: Session, index: Index) -> None:
        self.session = session
        self.index = index

    def intent(self, intent_id: str) -> IntentReference | None:
        """See `ports.Reader`."""
        return self._one("intent", rows.intent_of, intent_id)

    def intents_matching(self, extents: Sequence[Extent]) -> list[IntentReference]:
        """See `ports.Reader`."""
        return self._matching("intent", rows.intent_of, extents)

    def intents_of_subscription(self, subscription_id: str) -> list[IntentReference]:
        """See `ports.Reader`."""
        statement = _SELECT["intent"] + " WHERE subscription_id = %s"
        return by_id(map(rows.intent_of, self.session.ask(statement, subscription_id)))

    def constraint(self, constraint_id: str) -> ConstraintReference | None:
        """See `ports.Reader`."""
        return self._one("constraint", rows.constraint_of, constraint_id)

    def constraints_matching(self, extents: Sequence[Extent]) -> list[ConstraintReference]:
        """See `ports.Reader`."""
        return self._matching("constraint", rows.constraint_of, extents)

    def subscription(self, subscription_id: str) -> Subscription | None:
        """See `ports.Reader`."""
        return self._one("subscription", rows.subscription_of, subscription_id)

    def subscriptions_matching(self, extents: Sequence[Extent]) -> list[Subscription]:
        """See `ports.Reader`."""
        return self._matching("subscription", rows.subscription_of, extents)

    def availability(self, uss_id: str) -> Availability | None:
        """See `ports.Reader`."""
        columns = ", ".join(rows.AVAILABILITY_COLUMNS)
        statement = f"SELECT {columns} FROM uss_availability WHERE uss_id = %s"
        found = self.session.ask(statement, uss_id)
        return rows.availability_of(found[0]) if found else None

    def records(self, after: int, limit: int) -> list[Record]:
        """See `ports.Reader`."""
        columns = ", ".join(rows.RECORD_COLUMNS)
        statement = f"SELECT {columns} FROM record WHERE sequence > %s ORDER BY sequence LIMIT %s"
        found = self.session.ask(statement, _bounded(after, _SEQUENCE_MAX), _bounded(limit))
        return [rows.record_of(row) for row in found]

    def last_sequence(self) -> int:
        """See `ports.Reader`."""
        ((newest,),) = self.session.ask("SELECT coalesce(max(sequence), 0) FROM record")
        return int(newest)

    def checkpoints(self, after_size: int, limit: int) -> list[StoredCheckpoint]:
        """See `ports.Reader`."""
        statement = _CHECKPOINTS + " WHERE size > %s ORDER BY size LIMIT %s"
        found = self.session.ask(statement, _bounded(after_size, _SEQUENCE_MAX), _bounded(limit))
        return [rows.checkpoint_of(row) for row in found]

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """See `ports.Reader`."""
        found = self.session.ask(_CHECKPOINTS + " ORDER BY size DESC LIMIT 1")
        return rows.checkpoint_of(found[0]) if found else None

    def document(self, kind: str, name: str) -> bytes | None:
        """See `ports.Reader`."""
        check_name(kind, name)
        statement = "SELECT body FROM document WHERE kind = %s AND name = %s"
        found = self.session.ask(statement, kind, name)
        return bytes(found[0][0]) if found else None

    def documents(self, kind: str, after: str, limit: int) -> list[tuple[str, bytes]]:
        """See `ports.Reader`."""
        check_word(kind, "kind")
        check_word(after, "name", shortest=0)
        statement = """
            SELECT name, body FROM document WHERE kind = %s AND name > %s
            ORDER BY name LIMIT %s"""
        found = self.session.ask(statement, kind, after, _bounded(limit))
        return [(name, body) for name, body in found]

    def expired(self, before: datetime, limit: int) -> list[Expirable]:
        """See `ports.Reader`."""
        ended: list[Expirable] = []
        readers: dict[Kind, Callable[[rows.Row], Expirable]] = {
            "intent": rows.intent_of,
            "constraint": rows.constraint_of,
            "subscription": rows.subscription_of,
        }
        for kind, reader in readers.items():
            statement = _SELECT[kind] + " WHERE time_end < %s ORDER BY time_end, id LIMIT %s"
            ended += map(reader, self.session.ask(statement, before, _bounded(limit)))
        return sorted(ended, key=lambda one: (time_end_of(one), one.id))[:limit]

    def one(self, kind: Kind, entity_id: str) -> Statement:
        """The question for an entity."""
        return _SELECT[kind] + " WHERE id = %s", (entity_id,)

    def candidates(self, kind: Kind, extents: Sequence[Extent]) -> Statement:
        """The question for all that may touch one of some extents."""
        ids, parameters = self.index.ids_matching(kind, extents)
        # The array keeps the search and the fetch by primary key apart.
        return f"{_SELECT[kind]} WHERE id = ANY (ARRAY({ids}))", parameters

    def _one(self, kind: Kind, reader: Callable[[rows.Row], R], entity_id: str) -> R | None:
        statement, parameters = self.one(kind, entity_id)
        found = self.session.ask(statement, *parameters)
        return reader(found[0]) if found else None

    def _matching(
        self, kind: Kind, reader: Callable[[rows.Row], R], extents: Sequence[Extent]
    ) -> list[R]:
        if not extents:
            return []
        statement, parameters = self.candidates(kind, extents)
        found = list(map(reader, self.session.ask(statement, *parameters)))
        return by_id(found) if self.index.exact else that_touch(found, extents)


def _bounded(number: int, greatest: int = _LIMIT_MAX) -> int:
    return min(max(number, 0), greatest)


def that_touch(references: Iterable[R], extents: Sequence[Extent]) -> list[R]:
    """Those that touch one of some extents, by id."""
    return by_id(one for one in references if any_touch(extents_of(one), extents))


def by_id(references: Iterable[R]) -> list[R]:
    """In order."""
    return sorted(references, key=lambda reference: reference.id)
