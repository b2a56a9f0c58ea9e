"""What `openline line watch` knows: the last board, how old it is, and what was said meanwhile.

Two threads ask: one follows the stream, the other reads the board whenever something was said, and
every few seconds. What is not known to be so any more is told as such, never shown as fresh.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openline.api.line import board_wire as wire
from openline.cli.line_connection import renew_session
from openline.cli.line_words import event_line
from openline.client import Client
from openline.errors import OpenlineError, Unauthenticated

READ_EVERY_S: Final = 4.0
AGAIN_S: Final = 1.0
FRESH_S: Final = 10.0  # older than this, a board says nothing about now
_RENEW_S: Final = 1_200.0  # a session lasts an hour
_TOGETHER_S: Final = 0.1  # what is said at once is read at once
_SAID_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """The board as it was read last, None for never. age_s: since then, by the clock here.

    problem: why it could not be read since. said: what came by the stream, as lines.
    """

    board: wire.Board | None
    age_s: float
    problem: str | None
    said: tuple[str, ...]

    @property
    def fresh(self) -> bool:
        """Whether the board still tells what is so."""
        return self.board is not None and self.problem is None and self.age_s <= FRESH_S

    @property
    def read_at(self) -> datetime | None:
        """When it was so, by the server's clock."""
        return None if self.board is None else datetime.fromisoformat(self.board.now)

    @property
    def now(self) -> datetime | None:
        """The server's clock, as far as it is known."""
        return None if self.read_at is None else self.read_at + timedelta(seconds=self.age_s)


class LineWatcher:
    """Reads for ever once it is started; `seen` may be asked from any thread."""

    def __init__(self, connect: Callable[[], Client]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._board: wire.Board | None = None
        self._read_s = time.monotonic()
        self._problem: str | None = None
        self._said: deque[str] = deque(maxlen=_SAID_MAX)
        self._count = 0

    def start(self) -> None:
        """Begin; raises what the first reading of the board does."""
        with self._connect() as client:
            self._keep(client.board())
        for work in (self._read, self._follow):
            threading.Thread(target=work, daemon=True).start()

    def stop(self) -> None:
        """Read no more."""
        self._stop.set()
        self._changed.set()

    def seen(self) -> Seen:
        """What is known now."""
        with self._lock:
            age_s = time.monotonic() - self._read_s
            return Seen(self._board, age_s, self._problem, tuple(self._said))

    def said_after(self, count: int) -> tuple[list[str], int]:
        """What came by the stream after so much, as far as it is kept, and how much it is now."""
        with self._lock:
            new = min(self._count - count, len(self._said))
            return list(self._said)[len(self._said) - new :], self._count

    def _keep(self, board: wire.Board) -> None:
        with self._lock:
            self._board, self._problem = board, None
            self._read_s = time.monotonic()

    def _read(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as client:  # a session that was renewed elsewhere is taken
                    self._read_with(client)
            except Exception as error:  # the screen must go on, and say so
                self._fail(error)
                self._stop.wait(AGAIN_S)

    def _read_with(self, client: Client) -> None:
        renewed_s = time.monotonic()
        while not self._stop.is_set():
            try:
                self._keep(client.board())
            except Unauthenticated:
                raise
            except OpenlineError as error:
                self._fail(error)
                self._stop.wait(AGAIN_S)
                continue
            self._changed.wait(READ_EVERY_S)
            self._stop.wait(_TOGETHER_S)
            self._changed.clear()
            if time.monotonic() - renewed_s > _RENEW_S:
                renewed_s = time.monotonic()
                renew_session(client)

    def _fail(self, error: Exception) -> None:
        with self._lock:
            self._problem = str(error) or type(error).__name__

    def _follow(self) -> None:
        last: int | None = None
        while not self._stop.is_set():
            try:
                with self._connect() as client:
                    for event in client.follow(last):
                        last = event.entry
                        with self._lock:
                            self._said.append(event_line(event))
                            self._count += 1
                        self._changed.set()
                        if self._stop.is_set():
                            return
            except Exception as error:  # as above
                self._fail(error)
                self._stop.wait(AGAIN_S)
