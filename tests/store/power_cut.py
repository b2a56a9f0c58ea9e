"""A disk in memory of events: what would be on it if the power went off after any of them.

The recording file system writes through to real files, so that SQLite works as ever, and notes
every write, truncation, flush and removal. A flush counts when it has returned. What was written
since the last flush of a file may be lost, kept, torn at sectors of 512 bytes or turned to garbage,
each write by chance; what was flushed stays. Neighbours of a torn write in the same sector stay,
as SQLite assumes of disks.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR_BYTES = 512


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a file, or a note of the test (`acknowledged`)."""

    kind: str
    file: str = ""
    offset: int = 0
    data: bytes = b""
    note: Any = None


@dataclass(slots=True)
class Disk:
    """Everything that happened, in order. `lies`: flushes are answered but not done."""

    lies: bool = False
    events: list[Event] = field(default_factory=list)

    def note(self, kind: str, note: Any) -> None:
        """Something the test wants to know the order of."""
        self.events.append(Event(kind, note=note))

    def image(self, cut: int, rng: random.Random) -> dict[str, bytes]:
        """The files as they may be if the power went off after `cut` events."""
        flushed: dict[str, bytearray] = {}
        pending: dict[str, list[Event]] = {}
        for event in self.events[:cut]:
            if event.kind in ("write", "truncate"):
                pending.setdefault(event.file, []).append(event)
            elif event.kind == "flush":
                content = flushed.setdefault(event.file, bytearray())
                for one in pending.pop(event.file, []):
                    _apply(content, one)
            elif event.kind == "remove":
                flushed.pop(event.file, None)
                pending.pop(event.file, None)
        manner = rng.choice(("lost", "kept", "some", "torn", "garbage"))
        for file, events in pending.items():
            content = flushed.setdefault(file, bytearray())
            for one in events:
                for part in _survivors(one, manner, rng):
                    _apply(content, part)
        return {file: bytes(content) for file, content in flushed.items()}


def _apply(content: bytearray, event: Event) -> None:
    if event.kind == "truncate":
        del content[event.offset :]
        content.extend(bytes(event.offset - len(content)))
        return
    missing = event.offset - len(content)
    if missing > 0:
        content.extend(bytes(missing))
    content[event.offset : event.offset + len(event.data)] = event.data


def _survivors(event: Event, manner: str, rng: random.Random) -> Iterator[Event]:
    """What of an unflushed event reached the disk."""
    if manner == "kept" or (manner == "some" and rng.random() < 0.5):
        yield event
    if manner in ("lost", "kept", "some"):
        return
    if event.kind == "truncate":
        if rng.random() < 0.5:
            yield event
        return
    at, end = event.offset, event.offset + len(event.data)
    while at < end:
        edge = min(end, (at // SECTOR_BYTES + 1) * SECTOR_BYTES)
        data = event.data[at - event.offset : edge - event.offset]
        chance = rng.random()
        if chance < 0.5:
            yield Event("write", event.file, at, data)
        elif manner == "garbage" and chance < 0.7:
            yield Event("write", event.file, at, rng.randbytes(len(data)))
        at = edge


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._disk = disk
        self._name = Path(path).name if path else ""
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        if self._name:
            self._disk.events.append(Event("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        if self._name:
            self._disk.events.append(Event("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:
        if self._name and not self._disk.lies:
            self._disk.events.append(Event("flush", self._name))


class RecordingVfs(apsw.VFS):
    """The file system of SQLite that notes everything on a disk. `unregister` it afterwards."""

    def __init__(self, name: str, disk: Disk) -> None:
        self._disk = disk
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self._disk.events.append(Event("remove", Path(filename).name))
