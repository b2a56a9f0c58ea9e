"""One process writes a file: a lock file beside it says which.

The lock is the operating system's, held on an open file: it ends with the process, however that
ends. The lock file itself may stay; it means nothing by itself.
"""

import os
import sys
from pathlib import Path

from openline.errors import StoreUnavailable

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class WriterLock:
    """The right to write a database file, held from construction to `release`.

    Raises: StoreUnavailable if another process, or another store of this one, holds it.
    """

    def __init__(self, path: Path) -> None:
        self._handle: int | None = None
        lock = path.with_name(path.name + ".lock")
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreUnavailable(
                f"the lock file cannot be opened: {reason}",
                cure="the folder must exist and be writable",
                file=str(lock),
            ) from error
        try:
            _take(handle)
        except OSError as error:
            os.close(handle)
            raise StoreUnavailable(
                "another process writes this database",
                cure="stop it first, or use another file; only one may write",
                file=str(path),
            ) from error
        self._handle = handle

    def release(self) -> None:
        """Give the right back; harmless if it was given back before."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
