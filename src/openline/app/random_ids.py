"""Random UUIDs, many for each question to the operating system."""

import os
import threading
from typing import Final
from uuid import UUID

_AT_ONCE: Final = 256


class RandomIds:
    """Gives UUIDs of version 4 that nobody can foretell. Safe to call from many threads.

    Each question lets other threads of the process go first, which costs more than the answer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: list[bytes] = []

    def __call__(self) -> UUID:
        """The next one."""
        with self._lock:
            if not self._left:
                drawn = os.urandom(16 * _AT_ONCE)
                self._left = [drawn[at : at + 16] for at in range(0, len(drawn), 16)]
            return UUID(bytes=self._left.pop(), version=4)
