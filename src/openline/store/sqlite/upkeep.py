"""Backup, restore, integrity check and figures of a database file.

Backup, check and figures read one snapshot: they may run while a server writes the file. Restore
and migration take the lock of the writer.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import apsw

from openline.errors import InvalidInput, InvariantBroken, StoreUnavailable
from openline.store.sqlite.connection import open_reader, open_writer, storage_errors
from openline.store.sqlite.lock import WriterLock
from openline.store.sqlite.rows import TABLES, Table
from openline.store.sqlite.schema import EMPTY, NEWEST, migrate, require_known, version_of

Progress = Callable[[int, int], None]

_PAGES_A_STEP: Final = 1_000
_ROWS_A_STEP: Final = 2_000
_PROBLEMS_MAX: Final = 100
_ROOT_BYTES: Final = 32
_TABLES: Final = (
    *("intents", "constraints", "subscriptions"),
    *("availability", "reports", "records", "checkpoints", "documents"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is in a file. Bytes of the file and of its log; rows of each table."""

    schema: int
    file_bytes: int
    log_bytes: int
    free_bytes: int
    commits: int
    rows: dict[str, int]
    oldest_end_us: int | None
    newest_record_us: int | None


def back_up(
    source: Path, target: Path, *, progress: Progress | None = None, vfs: str | None = None
) -> None:
    """Copy a database, as of one commit, to a file that does not exist yet; checked, whole or not.

    Raises: InvalidInput if the target exists or the source is none of ours, StoreUnavailable.
    """
    with storage_errors(source), _ours(source, vfs=vfs) as connection:
        _copy(connection, target, progress)


def back_up_before_migration(path: Path, version: int, *, vfs: str | None = None) -> Path:
    """Copy a database of an older schema beside it, under the first free name. The copy's path."""
    number = 1
    while True:
        tail = "" if number == 1 else f"-{number}"
        target = path.with_name(f"{path.name}.schema-{version}{tail}.backup")
        if not target.exists():
            back_up(path, target, vfs=vfs)
            return target
        number += 1


def restore(backup: Path, target: Path, *, progress: Progress | None = None) -> Path | None:
    """Put a backup in the place of a database. The path of what was there before, if anything.

    What was there is kept as `NAME.replaced`, with its log, so the pair can be put back.
    Raises: InvalidInput if the backup is damaged or none of ours, StoreUnavailable if a process
    writes the target.
    """
    lock = WriterLock(target)
    try:
        problems = integrity_problems(backup)
        if problems:
            raise InvalidInput(
                f"the backup is damaged: {problems[0]}", cure="use another one", file=str(backup)
            )
        with (
            storage_errors(target),
            tempfile.TemporaryDirectory(
                dir=target.parent, prefix=f".{target.name[:32]}-"
            ) as folder,
        ):
            copy = Path(folder) / "copy"
            with _ours(backup) as connection:
                _copy(connection, copy, progress)
            replaced = _set_aside(target)
            os.replace(copy, target)
            flush_folder(target.parent)
        return replaced
    finally:
        lock.release()


def upgrade(
    path: Path, to_version: int = NEWEST, *, progress: Progress | None = None
) -> tuple[int, Path | None]:
    """Migrate a file, upward or downward, after a backup; the version it had, the backup's path.

    Raises: InvalidInput if the file is missing or either version is unknown, StoreUnavailable.
    """
    lock = WriterLock(path)
    try:
        with storage_errors(path):
            with _ours(path) as connection:
                version = version_of(connection)
            require_known(version)
            if version == to_version:
                return version, None
            if not EMPTY < to_version <= NEWEST:
                raise InvalidInput(f"there is no schema {to_version}; there are 1 to {NEWEST}")
            kept = back_up_before_migration(path, version) if version != EMPTY else None
            with closing(open_writer(path)) as connection:
                migrate(connection, to_version)
            if progress is not None:
                progress(1, 1)
            return version, kept
    finally:
        lock.release()


def integrity_problems(path: Path, *, progress: Progress | None = None) -> list[str]:
    """What is wrong in a file; empty if it is sound.

    SQLite's own check of every page and index; then ours: every row can be read, the record has
    no gaps, an intent's subscription is there. At most the first 100 problems.
    Raises: InvalidInput if the file is none of ours, StoreUnavailable if it cannot be opened.
    """
    problems: list[str] = []
    try:
        with _ours(path) as connection:
            require_known(version_of(connection))
            found = connection.execute(f"PRAGMA integrity_check({_PROBLEMS_MAX})").fetchall()
            problems += [str(row[0]) for row in found if row[0] != "ok"]
            problems += _logical_problems(connection, progress)
    except (apsw.CorruptError, apsw.NotADBError) as error:
        problems.append(f"the file is damaged: {error}")
    except apsw.Error as error:
        raise StoreUnavailable(f"the file cannot be read: {error}", file=str(path)) from error
    return problems[:_PROBLEMS_MAX]


def figures(path: Path) -> Figures:
    """Sizes and counts. Raises: InvalidInput, StoreUnavailable."""
    with storage_errors(path), _ours(path) as connection:
        there = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
        rows = {
            name: _number(connection, f"SELECT count(*) FROM {name}")
            for name in _TABLES
            if name in there  # an older schema has fewer
        }
        ends = [
            _number(connection, f"SELECT min(time_end) FROM {table.name}")
            for table in TABLES
            if rows[table.name]
        ]
        page_bytes = _number(connection, "PRAGMA page_size")
        log = path.with_name(path.name + "-wal")
        return Figures(
            schema=version_of(connection),
            file_bytes=path.stat().st_size,
            log_bytes=log.stat().st_size if log.exists() else 0,
            free_bytes=_number(connection, "PRAGMA freelist_count") * page_bytes,
            commits=_number(connection, "SELECT value FROM meta WHERE name = 'commits'"),
            rows=rows,
            oldest_end_us=min(ends, default=None),
            newest_record_us=_number(
                connection, "SELECT time FROM records ORDER BY sequence DESC LIMIT 1"
            )
            if rows["records"]
            else None,
        )


def flush_folder(folder: Path) -> None:
    """Make the names of new files durable. Not every system can; then it does so by itself."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _ours(path: Path, *, vfs: str | None = None) -> Iterator[apsw.Connection]:
    """A connection within one snapshot. Raises: apsw.Error, InvalidInput if it is none of ours."""
    if not path.is_file():
        raise InvalidInput("there is no such file", cure="name a database", file=str(path))
    with closing(open_reader(path, vfs=vfs)) as connection:
        connection.execute("BEGIN")
        try:
            if version_of(connection) == EMPTY:
                raise InvalidInput("the file is empty", cure="name a database")
        except InvalidInput as error:
            raise error.at(file=str(path)) from None
        yield connection


def _copy(source: apsw.Connection, target: Path, progress: Progress | None) -> None:
    """The pages of a snapshot in a new file, without a log beside it, flushed to the disk."""
    if target.exists():
        raise InvalidInput("the file exists", cure="name a new one", file=str(target))
    target_folder = target.absolute().parent
    with (
        storage_errors(target),
        tempfile.TemporaryDirectory(dir=target_folder, prefix=f".{target.name[:32]}-") as folder,
    ):
        copy = Path(folder) / "copy"
        with closing(apsw.Connection(str(copy))) as connection:
            with connection.backup("main", source, "main") as backup:
                while not backup.done:
                    backup.step(_PAGES_A_STEP)
                    if progress is not None:
                        total = backup.page_count
                        progress(total - backup.remaining, total)
            connection.execute("PRAGMA journal_mode = DELETE")
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise StoreUnavailable("the copy is damaged, so it is not kept", file=str(target))
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
        _name(copy, target)
    flush_folder(target_folder)


def _name(copy: Path, target: Path) -> None:
    """Give the copy its name, if nobody took it meanwhile: a link refuses that."""
    try:
        os.link(copy, target)
    except FileExistsError:
        raise InvalidInput("the file exists", cure="name a new one", file=str(target)) from None
    except OSError:  # a file system without links
        os.replace(copy, target)


def _set_aside(target: Path) -> Path | None:
    """Move a database and its log to `NAME.replaced`, `NAME.replaced-2` …; the log first.

    A log that stayed would be played into the new file.
    """
    if not target.exists():
        return None
    number = 1
    while True:
        tail = "" if number == 1 else f"-{number}"
        aside = target.with_name(f"{target.name}.replaced{tail}")
        if not aside.exists():
            break
        number += 1
    log = target.with_name(target.name + "-wal")
    if log.exists():
        os.replace(log, aside.with_name(aside.name + "-wal"))
    target.with_name(target.name + "-shm").unlink(missing_ok=True)
    os.replace(target, aside)
    return aside


def _logical_problems(connection: apsw.Connection, progress: Progress | None) -> Iterator[str]:
    total = sum(_number(connection, f"SELECT count(*) FROM {table.name}") for table in TABLES)
    done = 0
    for table in TABLES:
        for row in connection.execute(table.select):
            problem = _row_problem(table, row)
            if problem is not None:
                yield f"{table.name}, row {row[0]}: {problem}"
            done += 1
            if progress is not None and (done % _ROWS_A_STEP == 0 or done == total):
                progress(done, total)
    records = _number(connection, "SELECT count(*) FROM records")
    if records and _number(connection, "SELECT max(sequence) FROM records") != records:
        yield f"the record has gaps: {records:,} entries do not end with number {records:,}"
    if _has_checkpoints(connection):
        yield from _checkpoint_problems(connection, records)
    question = (
        "SELECT i.id, i.subscription_id FROM intents AS i LEFT JOIN subscriptions AS s "
        "ON s.id = i.subscription_id WHERE i.subscription_id IS NOT NULL AND s.id IS NULL LIMIT 10"
    )
    for intent_id, subscription_id in connection.execute(question):
        yield f"intent {intent_id} depends on subscription {subscription_id}, which is not there"


def _has_checkpoints(connection: apsw.Connection) -> bool:
    """Whether the schema has them; an older one does not."""
    question = "SELECT count(*) FROM sqlite_schema WHERE name = 'checkpoints'"
    return _number(connection, question) > 0


def _checkpoint_problems(connection: apsw.Connection, records: int) -> Iterator[str]:
    question = "SELECT size, length(root) FROM checkpoints WHERE size > ? OR length(root) <> ?"
    rows: list[Any] = connection.execute(question, (records, _ROOT_BYTES)).fetchall()
    for size, root_bytes in rows[:_PROBLEMS_MAX]:
        if size > records:
            yield f"a checkpoint is of {size:,} entries, more entries than the {records:,} there"
        if root_bytes != _ROOT_BYTES:
            yield f"the checkpoint of {size:,} entries has no root of {_ROOT_BYTES} bytes"


def _row_problem(table: Table, row: tuple) -> str | None:  # type: ignore[type-arg]
    try:
        reference = table.decode(row[1:])
        again = table.encode(reference)
    except (InvariantBroken, ValueError, TypeError, IndexError, OverflowError) as error:
        return f"cannot be read: {error}"
    if tuple(row[1:]) != again:
        return "does not read as it was written"
    if not table.extents_of(reference):
        return "is nowhere: it holds no extent"
    for extent in table.extents_of(reference):
        if not extent.cells or list(extent.cells) != sorted(set(extent.cells)):
            return "holds cells out of order, twice or none"
    return None


def _number(connection: apsw.Connection, question: str) -> int:
    row = connection.execute(question).fetchone()
    if row is None or not isinstance(row[0], int):
        raise InvariantBroken(f"no number answers {question!r}")
    return row[0]
