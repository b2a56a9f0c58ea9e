"""Real servers that start quickly: forks of one process that has read the code once.

What runs in them is `openline serve` with its options, in a process of its own, which can be killed
like any other; only the second or two in which Python reads the code is saved.
"""

import json
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

from tests.e2e.server_process import START_S, Server, wait_ready

_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 120.0


class Process:
    """A fork, as `subprocess.Popen` shows a process. log: what it writes to standard error."""

    def __init__(self, pid: int, log: int) -> None:
        self.pid = pid
        self.stderr = os.fdopen(log, encoding="utf-8", errors="replace")
        self.returncode: int | None = None
        self.over = threading.Event()

    def poll(self) -> int | None:
        """The code it ended with."""
        return self.returncode

    def wait(self, timeout_s: float) -> int:
        """Wait for its end."""
        assert self.over.wait(max(timeout_s, _PATIENCE_S)), "it does not end"
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        with suppress(ProcessLookupError):
            if self.returncode is None:
                os.kill(self.pid, number)


class Forked(Server):
    """A server that was forked."""

    def __init__(self, process: Process) -> None:
        self.log: list[str] = []
        self._url: str | None = None
        self._serving = threading.Event()
        self.process = cast("subprocess.Popen[str]", process)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()


class Nursery:
    """Forks servers. Thread-safe."""

    def __init__(self) -> None:
        self._asking, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.peer.nursery_process"]
        few = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # threads do not outlive a fork
        environment = os.environ | few
        self._process = subprocess.Popen(command, cwd=_ROOT, env=environment, stdin=theirs.fileno())
        theirs.close()
        self._turn, self._lock = threading.Lock(), threading.Lock()
        self._began: queue.Queue[int] = queue.Queue()
        self._running: dict[int, Process] = {}
        self._over: dict[int, int] = {}  # ended before anybody knew that it began
        threading.Thread(target=self._hear, daemon=True).start()

    def begin(self, folder: Path, *options: str) -> Forked:
        """A server; it is not ready yet."""
        log, theirs = os.pipe()
        asked = json.dumps({"folder": str(folder), "options": ["--port", "0", *options]})
        with self._turn:
            socket.send_fds(self._asking, [asked.encode()], [theirs])
            pid = self._began.get(timeout=_PATIENCE_S)
            os.close(theirs)
        with self._lock:
            process = self._running[pid] = Process(pid, log)
            self._end(pid, self._over.pop(pid, None))
        return Forked(process)

    @contextmanager
    def serving(self, folder: Path, *options: str) -> Iterator[Server]:
        """A server that is ready, killed at the end if it still runs."""
        server = self.begin(folder, *options)
        try:
            wait_ready(server)
            yield server
        finally:
            server.end_all()

    def close(self) -> None:
        """End; its servers have ended before."""
        self._asking.shutdown(socket.SHUT_RDWR)
        self._process.wait(START_S)
        self._asking.close()

    def _hear(self) -> None:
        with suppress(OSError):
            while words := self._asking.recv(1_000).decode().split():
                pid = int(words[1])
                if words[0] == "began":
                    self._began.put(pid)
                    continue
                with self._lock:
                    self._end(pid, int(words[2]))

    def _end(self, pid: int, code: int | None) -> None:
        if code is None:
            return
        process = self._running.pop(pid, None)
        if process is None:
            self._over[pid] = code
            return
        process.returncode = code
        process.over.set()
