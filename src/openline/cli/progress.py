"""A progress bar on stderr, if it is a terminal and the work takes long enough to wonder."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE_S: Final = 1.0


class ProgressBar:
    """A context in which `update(done, total)` may be called; silent unless it is wanted."""

    def __init__(self, *, wanted: bool, title: str = "comparing") -> None:
        self._title = title
        self._wanted = wanted and sys.stderr is not None and sys.stderr.isatty()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._since = time.monotonic()

    def __enter__(self) -> "ProgressBar":
        self._since = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """So many of so many are done."""
        if not self._wanted:
            return
        if self._bar is None:
            if time.monotonic() - self._since < _PATIENCE_S:
                return
            self._start(total)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total)

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(self._title, total=total)
        self._bar.start()
