"""Questions to the file and to the index beside it, as a query or a change asks them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

from openline.airspace.extent import Extent
from openline.airspace.extents import any_touch
from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Subscription,
    UssAvailability,
)
from openline.airspace.volume_table import microseconds
from openline.errors import InvariantBroken
from openline.limits import TIME_MIN
from openline.store.keeping import check_name, check_word
from openline.store.ports import Record, StoredCheckpoint
from openline.store.references import Expirable, extents_of
from openline.store.sqlite.live import UNKNOWN, Live, Matches, Unknown
from openline.store.sqlite.rows import CONSTRAINTS, INTENTS, SUBSCRIPTIONS, TABLES, Table, instant

R = TypeVar("R", IntentReference, ConstraintReference, Subscription)

_INTEGER_MAX = 2**63 - 1
_BY_TABLE: dict[str, Table[Any]] = {table.name: table for table in TABLES}
_EXPIRED = " UNION ALL ".join(
    f"SELECT * FROM (SELECT time_end, id, '{name}', key FROM {name} WHERE time_end < ?1 "
    "ORDER BY time_end, id LIMIT ?2)"
    for name in _BY_TABLE
)
_EXPIRED = f"SELECT * FROM ({_EXPIRED}) ORDER BY 1, 2 LIMIT ?2"


class Sight(Protocol):
    """The index and the cache as somebody sees them."""

    def matching(self, table: str, extents: Sequence[Extent]) -> Matches:
        """Keys that match, and keys to ask the file about."""
        ...

    def cached(self, table: str, keys: Sequence[int]) -> list[Expirable | None]:
        """References, those that are at hand."""
        ...

    def remember(self, table: str, key: int, reference: Expirable, cells: int) -> None:
        """Keep it at hand."""
        ...

    def availability(self, uss_id: str) -> Availability | Unknown | None:
        """What was last set for a USS, if that is at hand."""
        ...

    def remember_availability(self, uss_id: str, found: Availability | None) -> None:
        """Keep it at hand."""
        ...


class WriterSight:
    """What the batch under way sees: its own changes too."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.cached = live.cached
        self.remember = live.remember
        self.availability = live.availability
        self.remember_availability = live.remember_availability

    def matching(self, table: str, extents: Sequence[Extent]) -> Matches:
        """Keys that match; none is doubtful."""
        return Matches(self._live.matching(table, extents), [])


class Connection(Protocol):
    """Where questions to the file go."""

    def execute(self, question: str, bindings: Any = ...) -> Any:
        """The rows of an answer. Raises: apsw.Error."""
        ...


class SqliteReader:
    """See `ports.Reader`. Used by one thread, within one transaction of its connection."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    def intent(self, intent_id: str) -> IntentReference | None:
        """The operational intent of that id."""
        return self._by_id(INTENTS, intent_id)

    def intents_matching(self, extents: Sequence[Extent]) -> list[IntentReference]:
        """Operational intents with an extent that touches one of these; each once, by id."""
        return self._matching(INTENTS, extents)

    def intents_of_subscription(self, subscription_id: str) -> list[IntentReference]:
        """Operational intents that depend on a subscription, by id."""
        question = "SELECT key FROM intents WHERE subscription_id = ? ORDER BY id"
        keys = [row[0] for row in self._connection.execute(question, (subscription_id,))]
        return self._by_keys(INTENTS, keys)

    def constraint(self, constraint_id: str) -> ConstraintReference | None:
        """The constraint of that id."""
        return self._by_id(CONSTRAINTS, constraint_id)

    def constraints_matching(self, extents: Sequence[Extent]) -> list[ConstraintReference]:
        """Constraints with an extent that touches one of these; each once, by id."""
        return self._matching(CONSTRAINTS, extents)

    def subscription(self, subscription_id: str) -> Subscription | None:
        """The subscription of that id."""
        return self._by_id(SUBSCRIPTIONS, subscription_id)

    def subscriptions_matching(self, extents: Sequence[Extent]) -> list[Subscription]:
        """Subscriptions whose extent touches one of these; each once, by id."""
        return self._matching(SUBSCRIPTIONS, extents)

    def availability(self, uss_id: str) -> Availability | None:
        """What was last set for that USS."""
        known = self._sight.availability(uss_id)
        if known is not UNKNOWN:
            return known
        question = "SELECT state, version FROM availability WHERE uss_id = ?"
        row = self._connection.execute(question, (uss_id,)).fetchone()
        found = Availability(uss_id, UssAvailability(row[0]), row[1]) if row else None
        self._sight.remember_availability(uss_id, found)
        return found

    def records(self, after: int, limit: int) -> list[Record]:
        """At most `limit` records with a sequence greater than `after`, ascending."""
        question = (
            "SELECT sequence, time, party, kind, body FROM records WHERE sequence > ? "
            "ORDER BY sequence LIMIT ?"
        )
        bounds = (_bounded(after), max(0, _bounded(limit)))
        found: list[Record] = []
        known, at = None, TIME_MIN
        for sequence, time, party, kind, body in self._connection.execute(question, bounds):
            if time != known:  # what one change wrote has one time
                known, at = time, instant(time)
            found.append(Record(sequence, at, party, kind, body))
        return found

    def last_sequence(self) -> int:
        """The number of the newest record, 0 for none."""
        question = "SELECT coalesce(max(sequence), 0) FROM records"
        (newest,) = self._connection.execute(question).fetchone() or (0,)
        return cast(int, newest)

    def checkpoints(self, after_size: int, limit: int) -> list[StoredCheckpoint]:
        """At most `limit` checkpoints of more than `after_size` records, by size."""
        question = "SELECT size, root, note FROM checkpoints WHERE size > ? ORDER BY size LIMIT ?"
        bounds = (_bounded(after_size), max(0, _bounded(limit)))
        rows: list[Any] = self._connection.execute(question, bounds).fetchall()
        return [StoredCheckpoint(*row) for row in rows]

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """The checkpoint of most records."""
        question = "SELECT size, root, note FROM checkpoints ORDER BY size DESC LIMIT 1"
        row: Any = self._connection.execute(question).fetchone()
        return row and StoredCheckpoint(*row)

    def document(self, kind: str, name: str) -> bytes | None:
        """The body of a document."""
        check_name(kind, name)
        question = "SELECT body FROM documents WHERE kind = ? AND name = ?"
        row = self._connection.execute(question, (kind, name)).fetchone()
        return row and cast(bytes, row[0])

    def documents(self, kind: str, after: str, limit: int) -> list[tuple[str, bytes]]:
        """At most `limit` documents of a kind, name and body, with names after that one."""
        check_word(kind, "kind")
        check_word(after, "name", shortest=0)
        question = (
            "SELECT name, body FROM documents WHERE kind = ? AND name > ? ORDER BY name LIMIT ?"
        )
        bounds = (kind, after, max(0, _bounded(limit)))
        rows: list[Any] = self._connection.execute(question, bounds).fetchall()
        return [(name, body) for name, body in rows]

    def expired(self, before: datetime, limit: int) -> list[Expirable]:
        """At most `limit` references that ended before that instant, oldest end first, by id."""
        bounds = (microseconds(before), max(0, _bounded(limit)))
        rows: list[Any] = self._connection.execute(_EXPIRED, bounds).fetchall()
        return [self._by_key(_BY_TABLE[name], key) for _end, _id, name, key in rows]

    def _by_id(self, table: Table[R], reference_id: str) -> R | None:
        found = self._row_of(table, reference_id)
        return found and found[1]

    def _row_of(self, table: Table[R], reference_id: str) -> tuple[int, R] | None:
        """Key and reference of an id."""
        question = f"SELECT key FROM {table.name} WHERE id = ?"
        row = self._connection.execute(question, (reference_id,)).fetchone()
        return row and (row[0], self._by_key(table, row[0]))

    def _matching(self, table: Table[R], extents: Sequence[Extent]) -> list[R]:
        sure, doubtful = self._sight.matching(table.name, extents)
        found = self._by_keys(table, sure)
        for key in doubtful:
            reference = self._read(table, key)
            if reference is not None and any_touch(extents_of(reference), extents):
                found.append(reference)
        found.sort(key=_id_of)
        return found

    def _by_keys(self, table: Table[R], keys: Sequence[int]) -> list[R]:
        """The references of keys that are there."""
        if not keys:
            return []
        known = self._sight.cached(table.name, keys)
        return [
            self._fetched(table, key) if one is None else cast(R, one)
            for key, one in zip(keys, known, strict=True)
        ]

    def _by_key(self, table: Table[R], key: int) -> R:
        (found,) = self._by_keys(table, (key,))
        return found

    def _fetched(self, table: Table[R], key: int) -> R:
        reference = self._read(table, key)
        if reference is None:
            raise InvariantBroken("the index names no row", table=table.name, key=key)
        cells = sum(len(extent.cells) for extent in extents_of(reference))
        self._sight.remember(table.name, key, reference, cells)
        return reference

    def _read(self, table: Table[R], key: int) -> R | None:
        question = f"{table.select} WHERE key = ?"
        row = self._connection.execute(question, (key,)).fetchone()
        return None if row is None else table.decode(row[1:])


def _id_of(reference: Expirable) -> str:
    return reference.id


def _bounded(number: int) -> int:
    return max(-_INTEGER_MAX, min(number, _INTEGER_MAX))
