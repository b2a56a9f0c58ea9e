"""Turns at the line: what is urgent goes before what waits, whatever the store's own order is.

Every change that waits has a ticket in the store's queue. Whose turn it is is decided when a ticket
comes up, not when it was drawn: URGENT has a queue of its own, which is emptied first.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from openline.store.ports import Transaction


@dataclass(slots=True)
class Job:
    """A change that waits for its turn."""

    change: Callable[[Transaction], Any]
    future: "Future[Any]" = field(default_factory=Future)


class Ticket:
    """A place in the store's queue: it takes the job whose turn it is when it comes up first."""

    def __init__(self, turns: "Turns") -> None:
        self._turns = turns
        self._job: Job | None = None

    def run(self, tx: Transaction) -> Any:
        """Run the job, again the same one if the store tries again."""
        return self._taken().change(tx)

    def settle(self, done: "Future[Any]") -> None:
        """Tell whoever waits for the job; one that never ran is told why."""
        job = self._taken()
        error = done.exception()
        if error is None:
            job.future.set_result(done.result())
        else:
            job.future.set_exception(error)

    def _taken(self) -> Job:
        if self._job is None:
            self._job = self._turns.take()
        return self._job


class Turns:
    """The jobs that wait: as many as there are tickets that have none yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._urgent: deque[Job] = deque()
        self._others: deque[Job] = deque()

    def draw(self, change: Callable[[Transaction], Any], *, urgent: bool) -> tuple[Ticket, Job]:
        """A ticket for the store, and the job that waits."""
        job = Job(change)
        job.future.set_running_or_notify_cancel()  # what was said is not taken back
        with self._lock:
            (self._urgent if urgent else self._others).append(job)
        return Ticket(self), job

    def take(self) -> Job:
        """The job whose turn it is."""
        with self._lock:
            return (self._urgent or self._others).popleft()
