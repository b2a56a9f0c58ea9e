"""From one version of the schema to another, both ways, and what a database holds."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psycopg

from openline.errors import InvalidInput
from openline.store.postgres.connections import Connection, connect, translated
from openline.store.postgres.indexes import INDEXES, Index
from openline.store.postgres.locks import SKY_KEY
from openline.store.postgres.schema import (
    DOCUMENT_TABLES,
    DOCUMENTS_AT,
    MIGRATIONS,
    REFERENCE_TABLES,
    remake_index,
)

CURRENT: Final = len(MIGRATIONS)
_UPGRADE: Final = "stop all servers, back the database up, then run: openline db upgrade"


def upgrade(dsn: str, index: str | None = None, *, to: int = CURRENT) -> int:
    """Bring an empty or older database to a version; the version it had (0: empty).

    `index` is the kind of index for a database without one: None keeps what it had, else "gist".
    All or nothing.
    Stop every server first: they know one version. Raises: InvalidInput if the database is newer
    or of another kind, StoreUnavailable.
    """
    with _alone(dsn) as connection:
        version, held = state(connection)
        _refuse_newer(version)
        if version >= CURRENT:
            refuse_other_kind(held, index)
        chosen = index_named(index or held or "gist")
        for number in range(version, to):
            MIGRATIONS[number].up(connection, chosen)
        if version < to:
            _note(connection, to, chosen.name)
        return version


def downgrade(dsn: str, to: int) -> int:
    """Bring a database back to an older version; the version it had. 0 drops everything.

    Raises: InvalidInput if the database is newer than this program, StoreUnavailable.
    """
    with _alone(dsn) as connection:
        version, held = state(connection)
        _refuse_newer(version)
        for number in range(version, max(to, 0), -1):
            MIGRATIONS[number - 1].down(connection, index_named(held))
        if to < version:
            _note(connection, max(to, 0), held)
        return version


def change_index(dsn: str, index: str) -> str:
    """Make the index anew, of that kind; the kind there was. Nothing else is touched.

    Stop every server first. Raises: InvalidInput, StoreUnavailable.
    """
    with _alone(dsn) as connection:
        version, held = state(connection)
        chosen = index_named(index)
        if version != CURRENT:
            raise InvalidInput(f"the database has version {version} of the schema", cure=_UPGRADE)
        remake_index(connection, index_named(held), chosen)
        _note(connection, version, chosen.name)
        return held


def stats(dsn: str) -> dict[str, int | str]:
    """Version of the schema, kind of index, rows of each table, last record and bytes on disk.

    Raises: StoreUnavailable.
    """
    with _transaction(dsn) as connection:
        version, held = state(connection)
        result: dict[str, int | str] = {"schema_version": version, "index": held}
        if version:
            for table in REFERENCE_TABLES + (DOCUMENT_TABLES if version >= DOCUMENTS_AT else ()):
                result[table] = _number(connection, f"SELECT count(*) FROM {table}")
            last = "SELECT coalesce(max(sequence), 0) FROM record"
            result["last_record"] = _number(connection, last)
        size = "SELECT pg_database_size(current_database())"
        result["size_bytes"] = _number(connection, size)
        return result


def version_of_database(dsn: str) -> int:
    """Version of the schema, 0 if there is none. Raises: InvalidInput, StoreUnavailable."""
    with _transaction(dsn) as connection:
        return state(connection)[0]


def state(connection: Connection) -> tuple[int, str]:
    """Version of the schema, 0 if there is none, and kind of index."""
    exists = connection.execute("SELECT to_regclass('openline_schema') IS NOT NULL").fetchone()
    if exists is None or not exists[0]:
        return 0, ""
    row = connection.execute("SELECT version, index_kind FROM openline_schema").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def require_current(version: int, held: str, index: str | None) -> None:
    """Return if a server can work with the database. Raises: InvalidInput with the cure."""
    _refuse_newer(version)
    if version < CURRENT:
        raise InvalidInput(
            f"the database has version {version} of the schema, this program needs {CURRENT}",
            cure=_UPGRADE,
        )
    refuse_other_kind(held, index)


def refuse_other_kind(held: str, index: str | None) -> None:
    """Raises: InvalidInput if the database was made with another kind of index than is wanted."""
    if index is not None and held != index:
        raise InvalidInput(
            f"the database was made with the index {held!r}, not {index!r}",
            cure=f"use {held!r}, or change the index: see docs/postgres.md",
        )


def index_named(name: str) -> Index:
    """The index of that kind. Raises: InvalidInput."""
    if name not in INDEXES:
        raise InvalidInput(f"there is no index {name!r}", cure=f"use one of {sorted(INDEXES)}")
    return INDEXES[name]


@contextmanager
def _transaction(dsn: str) -> Iterator[Connection]:
    connection = connect(dsn, settings=False)
    try:
        with connection.transaction():
            yield connection
    except psycopg.Error as error:
        raise translated(error) from error
    finally:
        connection.close()


@contextmanager
def _alone(dsn: str) -> Iterator[Connection]:
    """A transaction that waits for all others of the store and lets none begin.

    Without advisory locks it is on its own: whoever migrates stops the servers first.
    """
    with _transaction(dsn) as connection:
        # A transaction within, so that an engine without these locks can go on.
        unknown = suppress(psycopg.ProgrammingError, psycopg.NotSupportedError)
        with unknown, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (SKY_KEY,))
        yield connection


def _refuse_newer(version: int) -> None:
    if version > CURRENT:
        raise InvalidInput(
            f"the database has version {version} of the schema, this program knows {CURRENT}",
            cure="use the newer program, or go back with it before you use this one",
        )


def _note(connection: Connection, version: int, index: str) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS openline_schema (version int8 NOT NULL, index_kind text)"
    )
    connection.execute("DELETE FROM openline_schema")
    if version:
        connection.execute("INSERT INTO openline_schema VALUES (%s, %s)", (version, index))


def _number(connection: Connection, statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    return int(row[0]) if row else 0
