"""The store in PostgreSQL: any number of server processes on one database.

A change runs in one transaction at READ COMMITTED. Its first statement takes the key of its name,
if it has one, and those of the places it named; see `locks` for why nothing else then writes what
it reads. READ COMMITTED is what makes this right: each later statement sees everything that was
committed before the keys were granted, where a snapshot taken with the first statement would not.

Where an engine has no advisory locks, this is left to the engine: every change is SERIALIZABLE and
is repeated when the engine says so.
"""

import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final, Literal, TypeVar

import psycopg

from openline.airspace.extent import Extent
from openline.errors import StoreUnavailable
from openline.store.ports import NotAtHand, Reader, Transaction
from openline.store.postgres import migrations
from openline.store.postgres.connections import (
    CONTENTION,
    Connection,
    Connections,
    connect,
    translated,
)
from openline.store.postgres.holding import Locks, StartOver
from openline.store.postgres.indexes import Index
from openline.store.postgres.locks import SKY_KEY, Family, Keys, Places, key, union
from openline.store.postgres.reader import PostgresReader
from openline.store.postgres.session import Session
from openline.store.postgres.transaction import PostgresTransaction
from openline.store.touching import Touching

T = TypeVar("T")
Locking = Literal["advisory", "serializable"]

_WAITING_MAX: Final = 10_000
_ATTEMPTS_MAX: Final = 12
_POLITE_ATTEMPTS: Final = 4  # after so many, a change takes the whole sky
_PAUSE_S: Final = 0.002
_LOST_MAX: Final = 2  # connections that may turn out to be dead before a change gives up
_BEGIN: Final = {
    "advisory": "BEGIN ISOLATION LEVEL READ COMMITTED",
    "serializable": "BEGIN ISOLATION LEVEL SERIALIZABLE",
}
_BEGIN_QUERY: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class _ConnectionLost(Exception):
    """The server was gone before the change was complete: it had no effect."""


class PostgresStore:
    """See `ports.Store`. An empty database gets its tables; an older or newer one is refused.

    index: "gist" (PostgreSQL), or "cells" where there is no GiST; a database has one of them. None
    takes what it has, "gist" if it is empty.
    locking: None tries whether advisory locks lock, and is "serializable" if they do not.
    writers, readers: how many connections this process uses at most for changes and queries.
    Raises: InvalidInput if the database cannot be used as it is, StoreUnavailable.
    """

    def __init__(
        self,
        dsn: str,
        index: str | None = None,
        *,
        locking: Locking | None = None,
        writers: int = 8,
        readers: int = 8,
    ) -> None:
        self._index, self._locking = _prepared(dsn, index, locking)
        self._for_changes = Connections(dsn, writers)
        self._for_queries = Connections(dsn, readers)
        self._workers = ThreadPoolExecutor(writers, thread_name_prefix="openline-postgres")
        self._queues: dict[str, deque[tuple[Future[Any], Callable[[], Any]]]] = {}
        self._waiting = 0
        self._closed = False
        self._lock = threading.Lock()
        self._pause = threading.Event()

    def submit(
        self,
        touching: Sequence[Extent],
        change: Callable[[Transaction], T],
        exclusive: str | None = None,
    ) -> Future[T]:
        """See `ports.Store`. The change runs in a thread of the store.

        Changes of one name keep one thread busy at a time, in the order of their coming.
        """
        work = partial(self._work, tuple(touching), change, exclusive)
        with self._lock:
            problem = "the store is closed" if self._closed else None
            if self._waiting >= _WAITING_MAX:
                problem = "too many changes wait for PostgreSQL"
            if problem is None:
                self._waiting += 1
                if exclusive is None:
                    future = self._workers.submit(work)
                else:
                    future = self._queued(exclusive, work)
        if problem is None:
            future.add_done_callback(self._count_done)
            return future
        refused: Future[T] = Future()
        refused.set_exception(StoreUnavailable(problem, cure="try again later"))
        return refused

    def _count_done(self, _: Future[Any]) -> None:
        """One less waits or runs, however it ended."""
        with self._lock:
            self._waiting -= 1

    def _queued(self, name: str, work: Callable[[], T]) -> Future[T]:
        """The future of work behind what else has its name. Called under the lock."""
        future: Future[T] = Future()
        if name not in self._queues:
            self._queues[name] = deque()
            self._workers.submit(self._work_off, name)
        self._queues[name].append((future, work))
        return future

    def _work_off(self, name: str) -> None:
        """Do what waits under a name, one after the other, until nothing does."""
        while True:
            with self._lock:
                if not self._queues[name]:
                    del self._queues[name]
                    return
                future, work = self._queues[name].popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)

    def read(self, query: Callable[[Reader], T]) -> T:
        """See `ports.Store`."""
        for _ in range(_LOST_MAX + 1):
            try:
                return self._read_once(query)
            except _ConnectionLost as error:
                lost = error
        raise StoreUnavailable(str(lost), cure="try again") from lost

    def read_at_hand(self, query: Callable[[Reader], T]) -> T:  # noqa: ARG002 - all is elsewhere
        """Raises: NotAtHand."""
        raise NotAtHand

    def check(self) -> None:
        """See `ports.Store`."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        with self._for_queries.lend() as connection:
            try:
                row = connection.execute("SHOW transaction_read_only").fetchone()
                connection.execute("SELECT version FROM openline_schema")
            except psycopg.Error as error:
                connection.close()
                raise translated(error) from error
        if row is None or row[0] != "off":
            raise StoreUnavailable("the database takes no writes now", cure="try again later")

    def close(self) -> None:
        """See `ports.Store`."""
        with self._lock:
            self._closed = True
        self._workers.shutdown(wait=True)
        self._for_changes.close()
        self._for_queries.close()

    def _work(
        self,
        touching: tuple[Extent, ...],
        change: Callable[[Transaction], T],
        exclusive: str | None,
    ) -> T:
        first = {} if exclusive is None else {key(Family.EXCLUSIVE, exclusive): True}
        named = Touching(touching)
        extents = touching
        learned: Keys = {}
        lost = 0
        for attempt in range(_ATTEMPTS_MAX):
            places = Places(extents)
            keys = union(places.keys(), learned)
            if attempt >= _POLITE_ATTEMPTS or keys[SKY_KEY]:
                keys = {SKY_KEY: True}
            try:
                return self._attempt(named, places, union(first, keys), change)
            except StartOver as again:
                learned = union(learned, again.keys)
                extents += again.extents
            except CONTENTION:
                self._pause.wait(_PAUSE_S * 2**attempt * random.random())
            except _ConnectionLost as error:
                lost += 1
                if lost > _LOST_MAX:
                    raise StoreUnavailable(str(error), cure="try again") from error
        raise StoreUnavailable("other changes were in the way too often", cure="try again")

    def _attempt(
        self, named: Touching, places: Places, keys: Keys, change: Callable[[Transaction], T]
    ) -> T:
        with self._for_changes.lend() as connection:
            session = Session(connection)
            locks = Locks(session, enabled=self._locking == "advisory")
            transaction = PostgresTransaction(session, self._index, locks, named, places)
            ending = False
            try:
                session.queue(_BEGIN[self._locking])
                locks.need(keys)
                answer = change(transaction)
                if session.failure is None:
                    transaction.number_records()
                    ending = True
                    session.finish("COMMIT")
                    return answer
            except Exception as error:
                failure = session.failure or error
            else:
                failure = session.failure
            alive = session.roll_back()
            raise _meaning(failure, alive=alive, ending=ending)

    def _read_once(self, query: Callable[[Reader], T]) -> T:
        with self._for_queries.lend() as connection:
            session = Session(connection)
            try:
                session.queue(_BEGIN_QUERY)
                answer = query(PostgresReader(session, self._index))
                if session.failure is None:
                    session.finish("COMMIT")
                    return answer
            except Exception as error:
                failure = session.failure or error
            else:
                failure = session.failure
            alive = session.roll_back()
            raise _meaning(failure, alive=alive, ending=False)


def _meaning(failure: Exception, *, alive: bool, ending: bool) -> Exception:
    """What to tell the caller, or the loop above, of a transaction that was rolled back or lost."""
    if not isinstance(failure, (psycopg.Error, UnicodeError)) or isinstance(failure, CONTENTION):
        return failure
    told: Exception = translated(failure)
    if not alive:
        told = _commit_unknown() if ending else _ConnectionLost(str(told))
    told.__cause__ = failure
    return told


def _commit_unknown() -> StoreUnavailable:
    return StoreUnavailable(
        "the connection to PostgreSQL broke during the commit",
        cure="ask whether the change was kept before you try again",
        outcome="unknown",
    )


def _prepared(dsn: str, index: str | None, locking: Locking | None) -> tuple[Index, Locking]:
    """Make the tables of an empty database; how to use it. Raises: as PostgresStore."""
    connection = connect(dsn)
    try:
        version, held = migrations.state(connection)
        if version == 0:
            migrations.upgrade(dsn, index)
            version, held = migrations.state(connection)
        migrations.require_current(version, held, index)
        if locking is None:
            locking = "advisory" if _advisory_locks_lock(dsn, connection) else "serializable"
        return migrations.index_named(held), locking
    except psycopg.Error as error:
        raise translated(error) from error
    finally:
        connection.close()


def _advisory_locks_lock(dsn: str, connection: Connection) -> bool:
    """Some engines grant every advisory lock and mean nothing by it."""
    number = key(Family.RECORD, f"trial {random.getrandbits(64)}")
    try_it = "SELECT pg_try_advisory_xact_lock(%s)"
    other = connect(dsn)
    try:
        with connection.transaction(), other.transaction():
            first = connection.execute(try_it, (number,)).fetchone()
            second = other.execute(try_it, (number,)).fetchone()
    except (psycopg.ProgrammingError, psycopg.NotSupportedError):
        return False
    finally:
        other.close()
    return first == (True,) and second == (False,)
