"""The cable between two servers of the demo: a TCP relay on this machine that can be cut."""

import contextlib
import socket
import threading
from typing import Final

_PART: Final = 65_536
_HERE: Final = "127.0.0.1"


class Cable:
    """Passes connections on to a port of this machine until it is cut: then those that are open
    break, and new ones end at once. For several threads."""

    def __init__(self) -> None:
        self.is_cut = False
        self._to = 0
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._listener = socket.create_server((_HERE, 0))
        port: int = self._listener.getsockname()[1]
        self.url = f"http://{_HERE}:{port}"
        threading.Thread(target=self._take, name="cable", daemon=True).start()

    def lay(self, port: int) -> None:
        """Lead it to that port from now on."""
        self._to = port

    def cut(self) -> None:
        """Nothing gets through any more."""
        self.is_cut = True
        self._break()

    def mend(self) -> None:
        """New connections get through again."""
        self.is_cut = False

    def close(self) -> None:
        """Take it away."""
        self.is_cut = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._break()

    def _break(self) -> None:
        with self._lock:
            ends = tuple(self._ends)
        for end in ends:
            _shut(end)

    def _take(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # it was taken away
                return
            far = self._reached()
            if far is None:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._ends |= {near, far}
            both = threading.Barrier(2)
            for one, other in ((near, far), (far, near)):
                threading.Thread(
                    target=self._pass_on, args=(one, other, both), name="cable", daemon=True
                ).start()
            if self.is_cut:
                self._break()

    def _reached(self) -> socket.socket | None:
        if self.is_cut:
            return None
        try:
            return socket.create_connection((_HERE, self._to), timeout=None)
        except OSError:
            return None

    def _pass_on(self, one: socket.socket, other: socket.socket, both: threading.Barrier) -> None:
        with contextlib.suppress(OSError):
            while part := one.recv(_PART):
                other.sendall(part)
        _shut(one)
        _shut(other)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait()  # nobody closes what the other still reads
        with self._lock:
            self._ends.discard(one)
        one.close()


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
