"""Sessions in files that only their owner can read: they hold keys and plans until they are opened.

One file for each session and party, in one folder, of mode 0600.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from openline.app.private.check import Session
from openline.app.read_files import unreachable
from openline.errors import InvalidInput, NotFound, OpenlineError

VERSION: Final = 1
SESSIONS_MAX: Final = 100_000
_BYTES_MAX: Final = 64 * 1024 * 1024
_SUFFIX: Final = ".session"
_MARGIN_S: Final = 60.0  # some file systems keep times in steps of 2 s


@dataclass(frozen=True, slots=True)
class Kept:
    """A session, who keeps it and where its agreement and key were. first: it began the session.

    version: of this form.
    """

    session: Session
    first: bool
    agreement_file: str
    key: str
    version: int = VERSION

    @property
    def party(self) -> str:
        """The party whose session this is."""
        return self.session.own.sender

    @property
    def peer(self) -> str:
        """The other one."""
        return self.session.own.recipient


class Folder:
    """The folder in which the sessions of one user are kept. Raises: Unreachable."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, kept: Kept, *, new: bool = False) -> Path:
        """Write a session. Raises: InvalidInput if it is new, and there already."""
        path = self._path(kept.session.own.session, kept.party)
        data = msgspec.json.encode(kept)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if new and path.exists():
                raise InvalidInput("this session was there before", file=str(path))
            handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".session-")  # mode 0600
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                made = kept.session.own.made.timestamp()
                os.utime(temporary, (made, made))  # tells how old the session is, unread
                os.replace(temporary, path)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)
        except OSError as error:
            raise unreachable(str(path), error) from None
        return path

    def find(self, session: bytes, party: str) -> Kept | None:
        """The session of that name; None if there is none. Raises: InvalidInput if it is spoilt."""
        path = self._path(session, party)
        return self._read(path) if path.exists() else None

    def named(self, beginning: str, party: str | None = None) -> Kept:
        """The one session whose name begins so. Raises: NotFound, InvalidInput for several."""
        found = [one for one in self if one.session.own.session.hex().startswith(beginning)]
        found = [one for one in found if party in (None, one.party)]
        if not found:
            raise NotFound(
                f"no session begins with {beginning[:40]!r}", cure="openline private list"
            )
        if len(found) > 1:
            raise InvalidInput(
                f"{len(found)} sessions begin with {beginning[:40]!r}",
                cure="write more of its name, or say whose with --party",
            )
        return found[0]

    def __iter__(self) -> Iterator[Kept]:
        """Every session that can be read, oldest first."""
        found = self._written(None)
        return iter(sorted(found, key=lambda one: (one.session.own.made, one.party)))

    def last(self, party: str, count: int) -> list[Kept]:
        """The newest sessions of a party that can be read; the others are not read."""
        dated = []
        for name in self._folder.glob(f"*-{party}{_SUFFIX}"):
            with contextlib.suppress(OSError):
                dated.append((name.stat().st_mtime, name))
        found = []
        for _, name in sorted(dated, reverse=True)[:count]:
            with contextlib.suppress(OpenlineError):
                found.append(self._read(name))
        return [one for one in found if one.party == party]

    def begun_by(
        self, asker: str, other: str, since: datetime, keeper: str | None = None
    ) -> list[datetime]:
        """When a party began each of its sessions with another one, as far as they are kept.

        keeper: which of the two has to have kept them; None: the one that asked.
        """
        first = keeper is None or keeper == asker
        of = (asker, other) if first else (other, asker)
        return [
            one.session.own.made
            for one in self._written(since)
            if (one.first, one.party, one.peer) == (first, *of) and one.session.own.made > since
        ]

    def _written(self, since: datetime | None) -> Iterator[Kept]:
        """The sessions that were made since then, about; of each party by its own clock."""
        from_s = 0.0 if since is None else since.timestamp() - _MARGIN_S
        for name in sorted(self._folder.glob(f"*{_SUFFIX}"))[:SESSIONS_MAX]:
            with contextlib.suppress(OpenlineError, OSError):
                if since is None or name.stat().st_mtime >= from_s:
                    yield self._read(name)

    def _path(self, session: bytes, party: str) -> Path:
        return self._folder / f"{session.hex()}-{party}{_SUFFIX}"

    def _read(self, path: Path) -> Kept:
        try:
            with path.open("rb") as file:
                data = file.read(_BYTES_MAX)
        except OSError as error:
            raise unreachable(str(path), error) from None
        try:
            return msgspec.json.decode(data, type=Kept)
        except (msgspec.MsgspecError, OpenlineError, ValueError) as error:
            raise InvalidInput(
                f"the session in it cannot be read: {error}", file=str(path)
            ) from None
