"""Statements of one transaction, sent in as few round trips as their answers allow."""

from typing import Any, NoReturn

import psycopg

from openline.store.postgres.connections import Connection

_Parameters = tuple[Any, ...]


class Session:
    """Queued statements go out, in order and each for itself, with the next question.

    `failure` is the first error: after it the transaction cannot be kept, whoever caught it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._queue: list[tuple[str, _Parameters]] = []
        self.failure: Exception | None = None

    def queue(self, statement: str, *parameters: Any) -> None:
        """Run a statement whose answer nobody needs, before anything that comes later."""
        self._queue.append((statement, parameters))

    def ask(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement after all that are queued; its rows."""
        try:
            if not self._queue:
                cursor = self._connection.execute(statement, parameters, binary=True)
                return cursor.fetchall()
            with self._connection.pipeline():
                self._send_queue()
                cursor = self._connection.execute(statement, parameters, binary=True)
                return cursor.fetchall()
        except (psycopg.Error, UnicodeError) as error:
            self.fail(error)

    def finish(self, statement: str) -> None:
        """Run what is queued and then the statement that ends the transaction."""
        try:
            with self._connection.pipeline():
                self._send_queue()
                self._connection.execute(statement)
        except (psycopg.Error, UnicodeError) as error:
            self.fail(error)

    def roll_back(self) -> None:
        """End the transaction without effect; a connection that is lost has done so by itself."""
        self._queue = []
        try:
            self._connection.execute("ROLLBACK")
        except psycopg.Error:
            self._connection.close()

    def fail(self, error: Exception) -> NoReturn:
        """Raise an error that ends the transaction."""
        self.failure = self.failure or error
        raise error

    def _send_queue(self) -> None:
        queue, self._queue = self._queue, []
        for one in queue:
            self._connection.execute(*one)
