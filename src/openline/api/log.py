"""What the server tells: one JSON object a line on standard error, written by a thread of its own.

A reader that is slow or gone never holds up a request: beyond `LOG_LINES_MAX` waiting lines the new
ones are dropped, and how many is told with the next line that gets through.
"""

import logging
import os
import sys
import threading
import traceback
from collections import deque
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec

from openline.limits import LOG_LINES_MAX

_ENCODE: Final = msgspec.json.Encoder().encode
_GATHER_S: Final = 0.02  # lines of one moment go out together


class LineWriter:
    """Writes lines to a stream from its own thread; `put` never waits."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Queue one line, without its line break."""
        if len(self._lines) >= LOG_LINES_MAX:
            self._dropped += 1
            return
        self._lines.append(line)
        if not self._wake.is_set():
            self._wake.set()

    def close(self) -> None:
        """Write what is queued, waiting a second at most."""
        self._ending = True
        self._wake.set()
        self._thread.join(timeout=1.0)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._wake.wait()
            if not self._ending:
                pause.wait(_GATHER_S)
            self._wake.clear()
            self._write()
            if self._ending and not self._lines:
                return

    def _write(self) -> None:
        lines: list[str] = []
        while self._lines and len(lines) < LOG_LINES_MAX:
            lines.append(self._lines.popleft())
        if self._dropped:
            lines.append(line_of("warning", "log lines dropped", count=self._dropped))
            self._dropped = 0
        if lines:
            try:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()
            except (OSError, ValueError):  # nobody reads: the server goes on
                return


class JsonHandler(logging.Handler):
    """Passes the records of `logging` to a line writer, as JSON."""

    def __init__(self, writer: LineWriter) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record; a traceback goes into its line."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        facts: dict[str, object] = {"logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            facts["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        request_id = getattr(record, "request_id", None)
        if request_id is not None:
            facts["request_id"] = request_id
        self._writer.put(line_of(record.levelname.lower(), message, **facts))


def line_of(level: str, event: str, **facts: object) -> str:
    """One line: time, level, what happened, facts."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"time": time, "level": level, "event": event, **facts, "process": os.getpid()}
    try:
        return _ENCODE(line).decode()
    except (ValueError, TypeError):  # half of a surrogate pair, from a stranger's text
        return _ENCODE({name: _plain(value) for name, value in line.items()}).decode()


def _plain(value: object) -> object:
    is_text = isinstance(value, str)
    return str(value).encode("utf-8", "replace").decode() if is_text else repr(value)


def install(writer: LineWriter, level: str) -> None:
    """Send all records of `logging` from that level on to the writer."""
    root = logging.getLogger()
    root.handlers = [JsonHandler(writer)]
    root.setLevel(level.upper())
    for noisy in ("uvicorn.error", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel("WARNING")
