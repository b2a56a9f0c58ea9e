"""Statements of one transaction, sent in as few round trips as their answers allow."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from openline.store.postgres.connections import Connection
from openline.store.postgres.wire import Row, Statement, rows_of


class Session:
    """Queued statements go out, in order and each for itself, with the next question.

    `failure` is the first error: after it the transaction cannot be kept, whoever caught it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._queue: list[Statement] = []
        self.failure: Exception | None = None

    def queue(self, statement: str, *parameters: Any) -> None:
        """Run a statement whose answer nobody needs, before anything that comes later."""
        self._queue.append((statement, parameters))

    def last_queued(self) -> Statement | None:
        """The last statement that has not gone out yet."""
        return self._queue[-1] if self._queue else None

    def ask(self, statement: str, *parameters: Any) -> list[Row]:
        """Run a statement after all that are queued; its rows."""
        return self.ask_all([(statement, parameters)])[0]

    def ask_all(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run statements after all that are queued; the rows of each."""
        self._queue += statements
        return [rows_of(result) for result in self._send()[-len(statements) :]]

    def finish(self, statement: str) -> None:
        """Run what is queued and then the statement that ends the transaction."""
        self.queue(statement)
        self._send()

    def roll_back(self) -> bool:
        """End the transaction without effect; False if the connection was lost, which does it."""
        self._queue = []
        alive = False
        with suppress(psycopg.Error):
            # Not through the driver's own statements: those it would wait for twice.
            alive = self._connection.pgconn.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK
        if not alive:
            self._connection.close()
        return alive

    def fail(self, error: Exception) -> NoReturn:
        """Raise an error that ends the transaction."""
        self.failure = self.failure or error
        raise error

    def _send(self) -> list[PGresult]:
        queue, self._queue = self._queue, []
        try:
            return self._connection.wire.run(queue)
        except (psycopg.Error, UnicodeError) as error:
            self.fail(error)
