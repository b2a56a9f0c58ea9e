"""Statements of one transaction, sent in as few round trips as their answers allow.

An error among statements sent together leaves the driver unsure which of them the server has
prepared; such a connection is closed, not used again.
"""

from contextlib import suppress
from typing import Any, NoReturn

import psycopg
from psycopg.pq import ExecStatus

from openline.store.postgres.connections import Connection

_Parameters = tuple[Any, ...]


class Session:
    """Queued statements go out, in order and each for itself, with the next question.

    `failure` is the first error: after it the transaction cannot be kept, whoever caught it.
    """

    def __init__(self, connection: Connection, *, pipelined: bool = True) -> None:
        self._connection = connection
        self._pipelined = pipelined
        self._queue: list[tuple[str, _Parameters]] = []
        self._confused = False
        self.failure: Exception | None = None

    def queue(self, statement: str, *parameters: Any) -> None:
        """Run a statement whose answer nobody needs, before anything that comes later."""
        self._queue.append((statement, parameters))

    def ask(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement after all that are queued; its rows."""
        return self._send(statement, parameters).fetchall()

    def finish(self, statement: str) -> None:
        """Run what is queued and then the statement that ends the transaction."""
        self._send(statement, ())

    def roll_back(self) -> bool:
        """End the transaction without effect; False if the connection was lost, which does it."""
        self._queue = []
        alive = False
        with suppress(psycopg.Error):
            # Not through the driver: it would forget all statements it has prepared.
            alive = self._connection.pgconn.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK
        if self._confused or not alive:
            self._connection.close()
        return alive

    def fail(self, error: Exception) -> NoReturn:
        """Raise an error that ends the transaction."""
        self.failure = self.failure or error
        raise error

    def _send(self, statement: str, parameters: _Parameters) -> psycopg.Cursor[tuple[Any, ...]]:
        queue, self._queue = self._queue, []
        try:
            if not queue or not self._pipelined:
                for one in queue:
                    self._connection.execute(*one)
                return self._connection.execute(statement, parameters, binary=True)
            self._confused = True
            with self._connection.pipeline():
                for one in queue:
                    self._connection.execute(*one)
                cursor = self._connection.execute(statement, parameters, binary=True)
            self._confused = False
            return cursor
        except (psycopg.Error, UnicodeError) as error:
            self.fail(error)
