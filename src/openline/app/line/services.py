"""What the use cases of the line are given, and the two views of it that are kept.

One view follows the record inside changes and may be ahead of what is committed; the other follows
what is committed, and alone answers questions.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from openline.app.line.fold import Fold, dump, load
from openline.app.line.history import History
from openline.app.line.projection import Projection, Recent
from openline.app.line.turns import Turns
from openline.app.random_ids import RandomIds
from openline.clock import Clock
from openline.line.line import Line
from openline.line.seen import SeenSky
from openline.line.signing import Signer
from openline.store.ports import Store, Transaction

T = TypeVar("T")

_PATIENCE_S: Final = 1.0
EXCLUSIVE: Final = "line"  # changes of the line run one after the other


@dataclass(slots=True)
class Compared:
    """How far what parties filed with the discovery service was compared with the line.

    entry: number of the record; ends_at: when the next of it is over.
    """

    entry: int = 0
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineServices:
    """The parts of a line. `origin` is what the server's own entries are by; `signers` are the
    keys of the parties whose machine this server is. `watchers` are called, from any thread, when
    something was put on the record here."""

    store: Store
    clock: Clock
    origin: str
    signers: Mapping[str, Signer] = field(default_factory=dict)
    new_id: Callable[[], UUID] = field(default_factory=RandomIds)
    recent: Recent = field(default_factory=Recent)
    compared: Compared = field(default_factory=Compared)
    turns: Turns = field(default_factory=Turns)
    writing: Projection = field(init=False)
    watchers: list[Callable[[], None]] = field(default_factory=list)
    history: History = field(default_factory=History)
    seen: dict[str, SeenSky] = field(default_factory=dict)  # by party; touched within `look` alone
    remote: dict[str, frozenset[str]] = field(default_factory=dict)  # those on servers of their own
    _committed: Projection = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_committed", Projection(self.recent))
        object.__setattr__(self, "writing", Projection(self.recent, self._copy_of_committed))

    def look(self, question: Callable[[Line, int], T]) -> T:
        """Ask something about the line as it is committed, and the number of its last record."""
        return self.look_closer(lambda found: question(found.line, found.position))

    def look_closer(self, question: Callable[[Projection], T]) -> T:
        """As `look`, with all that is known of the record."""
        with self._lock:
            self.store.read(self._committed.catch_up)
            return question(self._committed)

    def begin(self, data: bytes | None) -> int:
        """Read the record up to now, before anything else is asked; how many entries were read.

        data: what `fold.dump` made bytes of, to go on from. Raises: InvalidInput if it is none,
        and nothing was begun.
        """
        folds = () if data is None else (load(data), load(data))
        for view, fold in zip((self._committed, self.writing), folds, strict=False):
            view.resume(fold)
        begun = self._committed.position
        position = self.look(lambda _line, position: position)
        copy = self._copy_of_committed() if not folds else None
        if copy is not None:
            self.writing.resume(copy)
        return position - begun

    def folded(self) -> tuple[int, bytes] | None:
        """What is committed amounts to, as bytes, and the number of its last record; None if
        nothing was looked at. Whoever looks at the line waits meanwhile."""
        with self._lock:
            fold = self._committed.fold()
            return None if fold is None else (fold.record.sequence, dump(fold))

    def _copy_of_committed(self) -> Fold | None:
        """For the writing view, after a commit was taken back. A store whose readers wait for its
        writer would wait for ever: None after a while."""
        if not self._lock.acquire(timeout=_PATIENCE_S):
            return None
        try:
            fold = self._committed.fold()
            return None if fold is None else load(dump(fold))
        finally:
            self._lock.release()

    def submit(self, change: Callable[[Transaction], T], *, urgent: bool = False) -> "Future[T]":
        """Run a change of the line after those before it, or before; then tell the watchers."""
        ticket, job = self.turns.draw(change, urgent=urgent)
        try:
            sent = self.store.submit((), ticket.run, EXCLUSIVE)
        except Exception as error:  # else the job of this ticket would wait for ever
            sent = Future()
            sent.set_exception(error)
        sent.add_done_callback(ticket.settle)
        job.future.add_done_callback(lambda _done: self._tell())
        return job.future

    def _tell(self) -> None:
        for watcher in self.watchers:
            watcher()
