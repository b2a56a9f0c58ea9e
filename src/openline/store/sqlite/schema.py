"""The version of the schema: which one a file has, and the way to another one."""

from collections.abc import Sequence
from typing import Final

import apsw

from openline.errors import InvalidInput, InvariantBroken
from openline.store.sqlite.connection import APPLICATION_ID, is_ours
from openline.store.sqlite.migrations import STEPS
from openline.store.sqlite.migrations.step import Step

NEWEST: Final = len(STEPS)
EMPTY: Final = 0  # a file without anything in it


def version_of(connection: apsw.Connection) -> int:
    """The version of the schema; 0 for an empty file.

    Raises: InvalidInput if the file holds something else.
    """
    if not _number(connection, "SELECT count(*) FROM sqlite_schema"):
        return EMPTY
    if not is_ours(connection):
        raise InvalidInput(
            "the file is an SQLite database of another program", cure="name another file"
        )
    return _number(connection, "SELECT value FROM meta WHERE name = 'schema'")


def require_known(version: int) -> None:
    """Return if this release can use the version, or bring it up. Raises: InvalidInput."""
    if version > NEWEST:
        raise InvalidInput(
            f"the database has schema {version}; this release knows {NEWEST} at most",
            cure="start the newer release that wrote it, or restore the backup made before",
        )


def migrate(
    connection: apsw.Connection, to_version: int = NEWEST, *, steps: Sequence[Step] = STEPS
) -> None:
    """Bring the schema up or down to a version, in one transaction: all of it or nothing.

    Raises: InvalidInput if either version is unknown, apsw.Error.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection)
        if not (EMPTY <= version <= len(steps) and EMPTY <= to_version <= len(steps)):
            raise InvalidInput(
                f"there is no way from schema {version} to {to_version}; "
                f"this release knows {EMPTY} to {len(steps)}"
            )
        for step in steps[version:to_version]:
            _run(connection, step.up, step.version)
        for step in reversed(steps[to_version:version]):
            _run(connection, step.down, step.version - 1)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _run(connection: apsw.Connection, statements: Sequence[str], reached: int) -> None:
    for statement in statements:
        connection.execute(statement)
    if reached == EMPTY:
        connection.execute("PRAGMA application_id = 0")
        return
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (reached,))


def _number(connection: apsw.Connection, question: str) -> int:
    row = connection.execute(question).fetchone()
    if row is None or not isinstance(row[0], int):
        raise InvariantBroken(f"no number answers {question!r}")
    return row[0]
