"""The one thread that writes: changes that wait together share one commit.

While a commit waits for the disk, new changes queue up; they are the next batch. So a single
caller waits for one flush of the disk, and many callers share it. Where many do, a batch waits a
millisecond for more of them: a commit costs more than a change. What raises is taken
back alone: nearly always before it wrote anything; if not, the batch begins again, each change with
its own savepoint. Answers, good or bad, are given after the commit: nobody is told of what might
still be lost, not even in a refusal.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw

from openline.airspace.extent import Extent
from openline.errors import InvariantBroken, StoreUnavailable
from openline.store.columns import ExtentColumns
from openline.store.index import ExtentIndex
from openline.store.ports import Transaction
from openline.store.sqlite.connection import as_openline_error
from openline.store.sqlite.live import Live
from openline.store.sqlite.rows import CELL_BYTES, TABLES, add_columns
from openline.store.sqlite.tail import Tail
from openline.store.sqlite.transaction import SqliteTransaction

T = TypeVar("T")

BATCH_MAX: Final = 128  # changes of one commit: bounds what one failing disk takes with it
WAITING_MAX: Final = 10_000  # beyond it, callers are told to come back
_MANY: Final = 4  # after a batch of so many, the next one gathers
_GATHER_S: Final = 0.001  # the callers of the last batch are about to come back
_PORTION: Final = 20_000  # extents that are loaded at a time
CHECKPOINT_PAGES: Final = 4_000  # of the log, 16 MiB, before they go into the file


@dataclass(slots=True)
class _Job:
    """A change that waits, and then what became of it."""

    touching: Sequence[Extent]
    change: Callable[[Transaction], Any]
    future: Future[Any] = field(default_factory=Future)
    answer: Any = None
    error: BaseException | None = None

    def resolve(self) -> None:
        """Tell whoever waits."""
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.answer)


class _HalfDone(Exception):
    """A change raised after it wrote something, outside a savepoint."""


class Writer:
    """Owns the connection that writes. Its thread ends with `close`, after all that waits."""

    def __init__(self, connection: apsw.Connection, live: Live, path: Path) -> None:
        self._connection = connection
        self._live = live
        self._path = path
        self._waiting: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._last_size = 0
        self._log_pages = 0
        self._checkpoint_at = CHECKPOINT_PAGES
        self._gate = threading.Lock()
        self._pause = threading.Event()  # never set: a sleep that needs no clock
        self._open = True
        self._fault: BaseException | None = None
        self._tail = Tail()
        connection.set_wal_hook(self._note_log)
        self._thread = threading.Thread(target=self._run, name="openline-writer", daemon=True)
        self._thread.start()

    @property
    def is_here(self) -> bool:
        """Whether the calling thread is the writer's own."""
        return threading.get_ident() == self._thread.ident

    def submit(self, touching: Sequence[Extent], change: Callable[[Transaction], T]) -> Future[T]:
        """Queue a change. The future is done after its commit."""
        job = _Job(touching, change)
        with self._gate:
            if self._open and self._waiting.qsize() < WAITING_MAX:
                self._waiting.put(job)  # from now on the job is the writer's
                return job.future
            is_open = self._open
        job.error = (
            StoreUnavailable(f"{WAITING_MAX:,} changes are waiting", cure="try again in a second")
            if is_open
            else StoreUnavailable("the store is closed", file=str(self._path))
        )
        job.resolve()
        return job.future

    def close(self) -> None:
        """Finish what waits, and end the thread."""
        with self._gate:
            closing, self._open = self._open, False
        if closing:
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch, is_last = self._next_batch()
            self._last_size = len(batch)
            if batch:
                self._commit(batch)
                for job in batch:
                    job.resolve()
                self._checkpoint()
            if is_last:
                return

    def _next_batch(self) -> tuple[list[_Job], bool]:
        """All that waits, at least one; and whether the end was asked for."""
        batch: list[_Job] = []
        job = self._waiting.get()
        if self._last_size >= _MANY:
            self._pause.wait(_GATHER_S)
        while job is not None:
            if job.future.set_running_or_notify_cancel():
                batch.append(job)
            if len(batch) == BATCH_MAX:
                return batch, False
            try:
                job = self._waiting.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: Sequence[_Job]) -> None:
        """Give every job its answer or error. If the whole batch fails, each is tried alone."""
        error = self._try(batch)
        if error is None:
            return
        for job in batch:
            job.error = error if len(batch) == 1 else self._try([job])

    def _try(self, jobs: Sequence[_Job]) -> Exception | None:
        """Run and commit the jobs; the error that undid all of them, if there was one."""
        try:
            return self._try_by(self._apply, jobs)
        except _HalfDone:
            self._abandon()
            return self._try_by(self._apply_in_savepoint, jobs)

    def _try_by(self, apply: Callable[[_Job], None], jobs: Sequence[_Job]) -> Exception | None:
        try:
            self._restore()
            self._connection.execute("BEGIN IMMEDIATE")
            self._tail.begin(self._connection)
            before = self._connection.total_changes()
            for job in jobs:
                apply(job)
            self._tail.write(self._connection)
            if self._connection.total_changes() == before:
                self._connection.execute("ROLLBACK")
                return None
            statement = "UPDATE meta SET value = ? WHERE name = 'commits'"
            self._connection.execute(statement, (self._live.commit + 1,))
            self._connection.execute("COMMIT")
        except _HalfDone:
            raise
        except apsw.Error as error:
            self._abandon()
            return as_openline_error(error, self._path)
        except Exception as error:  # a fault of ours: memory and file may differ
            self._fault = error
            self._abandon()
            return InvariantBroken(f"a batch of changes broke: {error!r}")
        self._live.committed()
        self._tail.committed()
        return None

    def _apply(self, job: _Job) -> None:
        """Run one change. Raises: apsw.Error, _HalfDone, which undo the batch."""
        job.answer = job.error = None
        before = self._marks()
        try:
            job.answer = job.change(self._transaction(job))
        except apsw.Error:
            raise
        except BaseException as error:
            if self._marks() != before:
                raise _HalfDone from error
            job.error = error

    def _apply_in_savepoint(self, job: _Job) -> None:
        """As `_apply`, for a change that may raise after it wrote. Raises: apsw.Error."""
        job.answer = job.error = None
        mark, last = self._live.mark(), self._tail.last
        self._connection.execute("SAVEPOINT change")
        try:
            job.answer = job.change(self._transaction(job))
            self._tail.write(self._connection)
        except apsw.Error:
            raise
        except BaseException as error:
            job.error = error
            self._connection.execute("ROLLBACK TO change")
            self._live.undo_to(mark)
            self._tail.undo_to(last)
        self._connection.execute("RELEASE change")

    def _transaction(self, job: _Job) -> SqliteTransaction:
        return SqliteTransaction(self._connection, self._live, self._tail, job.touching)

    def _marks(self) -> tuple[int, int, int]:
        """What is other after anything was written."""
        return self._connection.total_changes(), self._live.mark(), self._tail.last

    def _abandon(self) -> None:
        """Take back the whole batch, in the file and in memory."""
        self._tail.lost()
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._live.undo_to(0)
        except Exception as error:
            self._fault = error

    def _restore(self) -> None:
        """After a fault, read the state again from the file. Raises: apsw.Error."""
        if self._fault is not None:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            fill(self._live, self._connection)
            self._fault = None

    def _note_log(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._log_pages = pages
        return apsw.SQLITE_OK

    def _checkpoint(self) -> None:
        """Bring a long log into the file; what fails is tried again when it has grown further.

        A log that a slow reader still needs goes on growing, and is not gone through each time.
        """
        if self._log_pages < CHECKPOINT_PAGES:
            self._checkpoint_at = CHECKPOINT_PAGES  # it began anew
        elif self._log_pages >= self._checkpoint_at:
            self._checkpoint_at = self._log_pages + CHECKPOINT_PAGES
            with suppress(apsw.Error):
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)


def fill(live: Live, connection: apsw.Connection) -> None:
    """Load the index with everything in the file, as of one commit. Raises: apsw.Error."""
    connection.execute("BEGIN")
    try:
        question = "SELECT value FROM meta WHERE name = 'commits'"
        (commit,) = connection.execute(question).fetchone() or (0,)
        live.fill(int(commit), {table.name: _index(connection, table.name) for table in TABLES})
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


def _index(connection: Any, table: str) -> ExtentIndex:
    """The index of a table, loaded in portions: nothing is in memory twice."""
    index = ExtentIndex()
    question = f"SELECT count(*), coalesce(sum(length(extents)), 0) FROM {table}"
    rows, size = connection.execute(question).fetchone()
    index.reserve(rows, size // CELL_BYTES)
    columns = ExtentColumns()
    for key, blob in connection.execute(f"SELECT key, extents FROM {table}"):
        add_columns(columns, key, blob)
        if len(columns.key) >= _PORTION:
            index.load(columns)
            columns = ExtentColumns()
    index.load(columns)
    return index
