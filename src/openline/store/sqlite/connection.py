"""Connections to the file, and what SQLite's errors mean for a caller.

Durability: write-ahead log with `synchronous=FULL`, so each commit ends with the log on the disk;
where the system has a stronger flush than fsync (macOS), it is asked for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import apsw

from openline.errors import InvariantBroken, OpenlineError, StoreUnavailable

APPLICATION_ID: Final = 0x4F704C31  # "OpL1": says that a file is ours
SQLITE_VERSION_MIN: Final = (3, 54)  # see docs/decisions: older ones can lose a commit
_WRITER_CACHE_KIB: Final = 65_536
_READER_CACHE_KIB: Final = 8_192
_BUSY_MS: Final = 5_000
_REASONS: Final[dict[type[apsw.Error], str]] = {
    apsw.FullError: "the disk is full",
    apsw.ReadOnlyError: "the file cannot be written",
    apsw.CantOpenError: "the file cannot be opened",
    apsw.IOError: "the disk reports an error",
    apsw.BusyError: "another process holds the file",
    apsw.LockedError: "another connection holds the file",
    apsw.NoMemError: "there is not enough memory",
    apsw.PermissionsError: "the file must not be used",
    apsw.ProtocolError: "the locks of the file are in a tangle",
    apsw.InterruptError: "the work was interrupted",
}
_RESTORE: Final = "restore a backup: openline db restore"


def open_writer(path: Path, *, vfs: str | None = None) -> apsw.Connection:
    """The one connection that writes; makes the file if it is missing. Raises: apsw.Error."""
    _require_recent()
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    connection = apsw.Connection(str(path), flags=flags, vfs=vfs)
    try:
        connection.set_busy_timeout(_BUSY_MS)
        connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA trusted_schema = OFF")
        if is_ours(connection):  # nobody else's file is changed, not even in its first page
            connection.execute("PRAGMA journal_mode = WAL")
    except apsw.Error:
        connection.close()
        raise
    return connection


def is_ours(connection: apsw.Connection) -> bool:
    """Whether the file is empty or says that it is ours. Raises: apsw.Error."""
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
        return True
    return connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def open_reader(path: Path, *, vfs: str | None = None) -> apsw.Connection:
    """A connection that only reads. Raises: apsw.Error, also if the file is missing."""
    try:  # readers of a write-ahead log mark what they read, if they may
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
    except apsw.CantOpenError:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
    connection.set_busy_timeout(_BUSY_MS)
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _require_recent() -> None:
    found = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if found < SQLITE_VERSION_MIN:
        wanted = ".".join(map(str, SQLITE_VERSION_MIN))
        raise StoreUnavailable(
            f"SQLite {apsw.sqlite_lib_version()} is too old to be trusted with two connections",
            cure=f"install apsw with SQLite {wanted} or newer",
        )


def as_openline_error(error: apsw.Error, path: Path) -> OpenlineError:
    """What an error of SQLite means: the store cannot answer now, or a fault of ours."""
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return StoreUnavailable(
            f"the database is damaged or no database: {error}", cure=_RESTORE, file=str(path)
        )
    for kind, reason in _REASONS.items():
        if isinstance(error, kind):
            return StoreUnavailable(
                f"{reason} ({error})", cure="mend it and try again", file=str(path)
            )
    return InvariantBroken(f"SQLite refused a statement of ours: {error}", file=str(path))


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Errors of SQLite inside become ours: StoreUnavailable, or InvariantBroken."""
    try:
        yield
    except apsw.Error as error:
        raise as_openline_error(error, path) from error
    except OSError as error:
        raise StoreUnavailable(
            f"the file cannot be used: {(error.strerror or str(error)).lower()}", file=str(path)
        ) from error
