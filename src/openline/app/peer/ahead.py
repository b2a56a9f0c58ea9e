"""Work that goes on while the next exchange is on its way: one piece at a time, in order."""

import threading
from collections.abc import Callable


class Ahead:
    """Does one thing in a thread of its own, while whoever gave it goes on. For one thread.

    The next thing waits for the one before it, so no more than one is ever left to do.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None

    def __call__(self, work: Callable[[], None]) -> None:
        """Do it soon. Raises: what the work before it raised."""
        self.finish()
        self._thread = threading.Thread(target=self._run, args=(work,), name="peer-in", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait until nothing is left to do. Raises: what the last work raised."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # whoever gave it is told at the next piece
            self._error = error
