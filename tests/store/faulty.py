"""A file system of SQLite whose disk can be full, failing or read-only, at the test's word."""

from dataclasses import dataclass
from typing import Any

import apsw


@dataclass
class Faults:
    """What goes wrong now. `room`: bytes that can still be added to files; None is any number."""

    room: int | None = None
    write_error: type[apsw.Error] | None = None
    flush_error: type[apsw.Error] | None = None
    is_read_only: bool = False


class _File(apsw.VFSFile):
    def __init__(self, faults: Faults, name: Any, flags: list[int]) -> None:
        self._faults = faults
        if faults.is_read_only and flags[0] & apsw.SQLITE_OPEN_READWRITE:
            flags[0] &= ~(apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
            flags[0] |= apsw.SQLITE_OPEN_READONLY
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        faults = self._faults
        if faults.write_error is not None:
            raise faults.write_error("the disk fails")
        growth = offset + len(data) - self.xFileSize()
        if faults.room is not None and growth > 0:
            if growth > faults.room:
                raise apsw.FullError("no space is left")
            faults.room -= growth
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        if self._faults.flush_error is not None:
            raise self._faults.flush_error("the disk fails")
        super().xSync(flags)


class FaultyVfs(apsw.VFS):
    """The default file system with faults. `unregister` it afterwards."""

    def __init__(self, name: str, faults: Faults) -> None:
        self._faults = faults
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self._faults, name, flags)
