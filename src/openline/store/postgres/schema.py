"""The tables, in the order in which they came: one migration each, up and down.

1. References, availabilities, reports and the record.
2. The index of extents, of the kind that the database was made with; up fills it from the
   references, so that going down and up again makes a new one.
3. Documents, and checkpoints of the record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from openline.store.postgres import rows
from openline.store.postgres.connections import Connection
from openline.store.postgres.indexes import KINDS, Index
from openline.store.postgres.reader import TABLES
from openline.store.postgres.session import Session

Step = Callable[[Connection, Index], None]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema, and back. Each runs in a transaction with nobody else writing."""

    up: Step
    down: Step


_REFERENCES: Final = (
    """CREATE TABLE operational_intent (
        id text COLLATE "C" PRIMARY KEY,
        manager text NOT NULL,
        uss_base_url text NOT NULL,
        state text NOT NULL,
        version int8 NOT NULL,
        ovn text NOT NULL,
        extents bytea NOT NULL,
        time_start timestamptz NOT NULL,
        time_end timestamptz NOT NULL,
        subscription_id text COLLATE "C",
        updated_at timestamptz NOT NULL
    )""",
    "CREATE INDEX operational_intent_end ON operational_intent (time_end ASC, id ASC)",
    "CREATE INDEX operational_intent_subscription ON operational_intent (subscription_id)",
    """CREATE TABLE constraint_reference (
        id text COLLATE "C" PRIMARY KEY,
        manager text NOT NULL,
        uss_base_url text NOT NULL,
        version int8 NOT NULL,
        ovn text NOT NULL,
        extents bytea NOT NULL,
        time_start timestamptz NOT NULL,
        time_end timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )""",
    "CREATE INDEX constraint_reference_end ON constraint_reference (time_end ASC, id ASC)",
    """CREATE TABLE subscription (
        id text COLLATE "C" PRIMARY KEY,
        manager text NOT NULL,
        uss_base_url text NOT NULL,
        version text NOT NULL,
        notification_index int8 NOT NULL,
        extents bytea NOT NULL,
        time_end timestamptz NOT NULL,
        notify_for_operational_intents bool NOT NULL,
        notify_for_constraints bool NOT NULL,
        implicit bool NOT NULL,
        updated_at timestamptz NOT NULL
    )""",
    "CREATE INDEX subscription_end ON subscription (time_end ASC, id ASC)",
    """CREATE TABLE uss_availability (
        uss_id text COLLATE "C" PRIMARY KEY,
        state text NOT NULL,
        version text NOT NULL
    )""",
    """CREATE TABLE report (
        id text COLLATE "C" PRIMARY KEY,
        party text NOT NULL,
        received_at timestamptz NOT NULL,
        body bytea NOT NULL
    )""",
    """CREATE TABLE record (
        sequence int8 PRIMARY KEY,
        time timestamptz NOT NULL,
        party text NOT NULL,
        kind text NOT NULL,
        body bytea NOT NULL
    )""",
)
REFERENCE_TABLES: Final = (
    *("operational_intent", "constraint_reference", "subscription"),
    *("uss_availability", "report", "record"),
)
_DOCUMENTS: Final = (
    """CREATE TABLE document (
        kind text COLLATE "C" NOT NULL,
        name text COLLATE "C" NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (kind, name)
    )""",
    """CREATE TABLE record_checkpoint (
        size int8 PRIMARY KEY,
        root bytea NOT NULL,
        note text NOT NULL
    )""",
)
DOCUMENT_TABLES: Final = ("document", "record_checkpoint")
DOCUMENTS_AT: Final = 3  # the version that brought them
_BATCH: Final = 500


def _make_references(connection: Connection, _: Index) -> None:
    _run(connection, _REFERENCES)


def _drop_references(connection: Connection, _: Index) -> None:
    _run(connection, [f"DROP TABLE {table}" for table in REFERENCE_TABLES])


def _make_index(connection: Connection, index: Index) -> None:
    for kind in KINDS:
        tables, *indexes = index.tables(kind)
        _run(connection, [tables])
        _fill(connection, index, kind)
        _run(connection, indexes)  # after the rows: much faster


def _fill(connection: Connection, index: Index, kind: str) -> None:
    table, _ = TABLES[kind]
    session = Session(connection)
    last = ""
    while True:
        statement = f"SELECT id, extents FROM {table} WHERE id > %s ORDER BY id LIMIT %s"
        batch = session.ask(statement, last, _BATCH)
        for entity_id, extents in batch:
            index.add(session, kind, entity_id, rows.unpacked(extents))
        if len(batch) < _BATCH:
            session.ask("SELECT 1")  # sends what is queued
            return
        last = batch[-1][0]


def _drop_index(connection: Connection, index: Index) -> None:
    for kind in KINDS:
        _run(connection, [f"DROP TABLE {kind}_{index.suffix}"])


def remake_index(connection: Connection, before: Index, after: Index) -> None:
    """Another index in the place of one, from the references."""
    _drop_index(connection, before)
    _make_index(connection, after)


def _make_documents(connection: Connection, _: Index) -> None:
    _run(connection, _DOCUMENTS)


def _drop_documents(connection: Connection, _: Index) -> None:
    _run(connection, [f"DROP TABLE {table}" for table in DOCUMENT_TABLES])


def _run(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.execute(statement)


MIGRATIONS: Final = (
    Migration(_make_references, _drop_references),
    Migration(_make_index, _drop_index),
    Migration(_make_documents, _drop_documents),
)
