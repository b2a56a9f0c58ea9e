"""A store in one SQLite file. See docs/store.md for its layout and its promises."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import apsw

from openline.airspace.extent import Extent
from openline.errors import InvariantBroken, StoreUnavailable
from openline.store.ports import Reader, Transaction
from openline.store.sqlite.connection import (
    as_openline_error,
    open_reader,
    open_writer,
    storage_errors,
)
from openline.store.sqlite.live import Live
from openline.store.sqlite.lock import WriterLock
from openline.store.sqlite.reader import SqliteReader
from openline.store.sqlite.schema import EMPTY, NEWEST, migrate, require_known, version_of
from openline.store.sqlite.snapshot import Outrun, Snapshot
from openline.store.sqlite.transaction import prove_writable
from openline.store.sqlite.upkeep import back_up_before_migration, flush_folder
from openline.store.sqlite.writer import Writer, fill

T = TypeVar("T")

_IDLE_READERS_MAX: Final = 8
_CHECK_S: Final = 5.0


class SqliteStore:
    """See `ports.Store`. One object, in one process, writes a file at a time.

    A missing file is made; one of an older schema is backed up and migrated. `vfs` names the
    virtual file system of SQLite, for tests.
    Raises: StoreUnavailable if the file cannot be opened or another process writes it;
    InvalidInput if it holds something else, or a schema that this release does not know.
    """

    def __init__(self, path: str | os.PathLike[str], *, vfs: str | None = None) -> None:
        self._path = Path(path).absolute()
        self._vfs = vfs
        self._live = Live()
        self._idle: list[apsw.Connection] = []
        self._readers_changed = threading.Condition()
        self._reading = 0
        self._open = True
        self._here = threading.local()
        self._lock = WriterLock(self._path)
        try:
            with storage_errors(self._path):
                self._connection = self._prepared()
                fill(self._live, self._connection)
        except BaseException:
            self._lock.release()
            raise
        self._writer = Writer(self._connection, self._live, self._path)

    def submit(
        self,
        touching: Sequence[Extent],
        change: Callable[[Transaction], T],
        exclusive: str | None = None,  # noqa: ARG002 - one at a time, whatever the name
    ) -> Future[T]:
        """Run a change in the writer's thread; the future is done when it is on the disk.

        There is one writer: all changes are exclusive, whatever their names.
        """
        if self._is_nested():
            refused: Future[T] = Future()
            refused.set_exception(_nested())
            return refused
        return self._writer.submit(touching, change)

    def read(self, query: Callable[[Reader], T]) -> T:
        """Run a query in the calling thread, on a snapshot of the last commit."""
        if self._is_nested():
            raise _nested()
        try:
            try:
                return self._read(query, is_file_first=False)
            except Outrun:
                return self._read(query, is_file_first=True)
        except apsw.Error as error:
            raise as_openline_error(error, self._path) from error

    def read_at_hand(self, query: Callable[[Reader], T]) -> T:
        """As `read`, from memory alone and within milliseconds. Raises: NotAtHand."""
        if self._is_nested():
            raise _nested()
        if not self._open:
            raise self._closed()
        commit = self._live.enter()
        snapshot = Snapshot(self._live, commit, None)
        self._here.busy = True
        try:
            return query(SqliteReader(snapshot, snapshot))
        finally:
            self._here.busy = False
            self._live.leave(commit)

    def check(self) -> None:
        """Write a row and see it on the disk. Raises: StoreUnavailable."""
        try:
            self.submit((), prove_writable).result(_CHECK_S)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"the disk did not answer within {_CHECK_S:g} s", file=str(self._path)
            ) from error

    def close(self) -> None:
        """Finish what was submitted and what is being read, and free the file."""
        if self._is_nested():
            raise _nested()
        with self._readers_changed:
            closing, self._open = self._open, False
        if not closing:
            return
        self._writer.close()
        with self._readers_changed:
            self._readers_changed.wait_for(lambda: self._reading == 0)
        for connection in (*self._idle, self._connection):
            with suppress(apsw.Error):  # the last one brings the log into the file, if it can
                connection.close()
        self._idle.clear()
        self._lock.release()

    def _prepared(self) -> apsw.Connection:
        """The writer's connection to a file of the newest schema. Raises: apsw.Error."""
        is_new = not self._path.exists()
        connection = open_writer(self._path, vfs=self._vfs)
        try:
            version = version_of(connection)
            require_known(version)
            if version not in (EMPTY, NEWEST):
                back_up_before_migration(self._path, version, vfs=self._vfs)
            if version != NEWEST:
                migrate(connection)
            if is_new:
                flush_folder(self._path.parent)
        except BaseException:
            connection.close()
            raise
        return connection

    def _closed(self) -> StoreUnavailable:
        return StoreUnavailable("the store is closed", file=str(self._path))

    def _is_nested(self) -> bool:
        return getattr(self._here, "busy", False) or self._writer.is_here

    def _read(self, query: Callable[[Reader], T], *, is_file_first: bool) -> T:
        with self._readers_changed:
            if not self._open:
                raise self._closed()
            self._reading += 1
        commit = self._live.enter()
        snapshot = Snapshot(self._live, commit, self._borrow)
        is_sound = False
        self._here.busy = True
        try:
            if is_file_first:
                snapshot.begin()
            found = query(SqliteReader(snapshot, snapshot))
            is_sound = True
            return found
        except apsw.Error:
            raise
        except BaseException:
            is_sound = True  # a fault of the query, not of the file
            raise
        finally:
            self._here.busy = False
            self._live.leave(commit)
            self._give_back(snapshot.borrowed, is_sound)

    def _borrow(self) -> apsw.Connection:
        """A connection that reads, for one query. Raises: apsw.Error."""
        with self._readers_changed:
            if self._idle:
                return self._idle.pop()
        return open_reader(self._path, vfs=self._vfs)

    def _give_back(self, connection: apsw.Connection | None, is_sound: bool) -> None:
        """Keep a connection for the next query, or close it after an error or beyond a few."""
        if connection is not None:
            try:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            except apsw.Error:
                is_sound = False
            with self._readers_changed:
                is_kept = is_sound and len(self._idle) < _IDLE_READERS_MAX
                if is_kept:
                    self._idle.append(connection)
            if not is_kept:
                with suppress(apsw.Error):
                    connection.close()
        with self._readers_changed:
            self._reading -= 1
            self._readers_changed.notify_all()


def _nested() -> InvariantBroken:
    return InvariantBroken("a change or query asks the store for another one")
