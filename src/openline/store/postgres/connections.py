"""Connections, lent one at a time, and what the driver's errors mean.

A connection that fails is dropped together with all idle ones, since a server that stopped has cut
them all; the next loan connects anew. So the store works again with the first request after the
server does, and nothing runs in the background.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, Final

import psycopg
from psycopg import errors as server_errors
from psycopg.pq import TransactionStatus

from openline.errors import InvalidInput, InvariantBroken, OpenlineError, StoreUnavailable
from openline.store.postgres.wire import Wire

_CONNECT_TIMEOUT_S: Final = 5
_LOAN_TIMEOUT_S: Final = 10.0
# No lock is waited for longer, and no transaction of a process that hangs holds one longer.
_SETTINGS: Final = (
    ("lock_timeout", "10s"),
    ("statement_timeout", "30s"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("transaction_timeout", "60s"),  # from PostgreSQL 17 on
)
# Statements are written for one plan: follow the index for each asked extent. The statistics of a
# table that has just been filled would tell otherwise. So none is planned more than once.
_PLANNER: Final = (
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("jit", "off"),
    ("plan_cache_mode", "force_generic_plan"),
)

# Nothing was done and the same may succeed at once: another transaction was in the way.
CONTENTION: Final = (server_errors.SerializationFailure, server_errors.DeadlockDetected)
_UNAVAILABLE: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    server_errors.ReadOnlySqlTransaction,
    server_errors.IdleInTransactionSessionTimeout,
)


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection of the driver, and what its server has been told of our statements."""

    @cached_property
    def wire(self) -> Wire:
        """The short way for statements that are sent again and again."""
        return Wire(self.pgconn)


def connect(dsn: str, *, settings: bool = True) -> Connection:
    """A connection in which each statement stands alone until BEGIN. Raises: StoreUnavailable."""
    try:
        connection = Connection.connect(
            dsn, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S, application_name="openline"
        )
    except psycopg.OperationalError as error:
        raise unavailable(error) from error
    except psycopg.ProgrammingError as error:
        raise InvalidInput(
            "this is not the address of a PostgreSQL database",
            cure="write it as postgresql://user@host:port/database",
        ) from error
    if settings:
        try:
            _set_up(connection)
        except psycopg.Error as error:  # the server may stop at any time, also just now
            connection.close()
            raise translated(error) from error
    return connection


def _set_up(connection: Connection) -> None:
    connection.execute("SET TimeZone TO 'UTC'")
    for name, value in _SETTINGS + _PLANNER:
        # Engines that only speak PostgreSQL's language do not know all of them.
        with suppress(psycopg.ProgrammingError, psycopg.NotSupportedError):
            connection.execute(f"SET {name} TO '{value}'")


def is_lost(connection: Connection) -> bool:
    """Whether nothing can be asked of the connection any more."""
    return connection.closed or connection.broken


def unavailable(error: Exception) -> StoreUnavailable:
    """The driver's error in our words; its first line says why."""
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return StoreUnavailable(f"PostgreSQL does not answer: {reason}", cure="try again")


def translated(error: Exception) -> OpenlineError:
    """What an error of the driver means to whoever uses the store."""
    if isinstance(error, OpenlineError):
        return error
    if isinstance(error, _UNAVAILABLE):
        return unavailable(error)
    if isinstance(error, (psycopg.DataError, UnicodeError)):
        return InvalidInput(f"PostgreSQL cannot keep this value: {error}")
    return InvariantBroken(f"PostgreSQL refused a statement of ours: {error}")


class Connections:
    """At most `size` connections to one database. Thread-safe."""

    def __init__(self, dsn: str, size: int) -> None:
        self._dsn = dsn
        self._free = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """A connection outside any transaction. Raises: StoreUnavailable."""
        if not self._free.acquire(timeout=_LOAN_TIMEOUT_S):
            raise StoreUnavailable("all connections to PostgreSQL are busy", cure="try again")
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._free.release()

    def close(self) -> None:
        """Close what is idle now and the rest when it comes back."""
        self._closed = True
        self._drop_idle()

    def _take(self) -> Connection:
        with self._lock:
            if self._closed:
                raise StoreUnavailable("the store is closed")
            if self._idle:
                return self._idle.pop()
        return connect(self._dsn)

    def _give_back(self, connection: Connection) -> None:
        if is_lost(connection):
            self._drop_idle()
        elif self._closed or connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
