"""A network by hand between real servers: a TCP proxy that cuts, hangs, delays and repeats."""

import contextlib
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PART = 65_536


class Proxy:
    """Passes connections on to a port of this machine, in the way that `mode` says.

    open: as they are. cut: refused, and what is open is broken off. hang: taken, and nothing is
    passed on. one_way: requests arrive, answers do not; such connections break when that is over.
    slow: each part waits. reorder: each waits for a while of its own, so that what came later on
    another connection arrives first. twice: each request arrives once more on a connection of its
    own, whose answer nobody gets.
    """

    def __init__(self, port: int) -> None:
        self.mode = "open"
        self._upstream = port
        self._open: set[socket.socket] = set()
        self._lossy: set[socket.socket] = set()  # connections on which an answer was lost
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._closing = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def set(self, mode: str) -> None:
        """Change the network; what goes on over it is broken off by `cut`."""
        self.mode = mode
        if mode == "cut":
            self._break()
        elif mode != "one_way":
            self._end_lossy()

    def connected(self) -> socket.socket:
        """A connection to where it leads. Raises: OSError."""
        return socket.create_connection(("127.0.0.1", self._upstream), 5)

    def close(self) -> None:
        """End it."""
        self._closing = True
        self._listener.close()
        self._break()

    def _break(self) -> None:
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def _end_lossy(self) -> None:
        with self._lock:
            for one in self._lossy:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            self._lossy.clear()

    def _accept(self) -> None:
        while not self._closing:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            if self.mode == "cut":
                inside.close()
                continue
            try:
                outside = self.connected()
            except OSError:
                inside.close()
                continue
            for end in (inside, outside):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {inside, outside}
            for ends, is_answer in (((inside, outside), False), ((outside, inside), True)):
                threading.Thread(target=self._pass, args=(*ends, is_answer), daemon=True).start()

    def _pass(self, source: socket.socket, drain: socket.socket, is_answer: bool) -> None:
        try:
            while part := source.recv(_PART):
                while self.mode == "hang" and not self._closing:
                    time.sleep(0.02)
                if self.mode == "one_way" and is_answer:
                    with self._lock:
                        self._lossy |= {source, drain}
                    continue
                if self.mode == "slow":
                    time.sleep(0.2)
                if self.mode == "reorder":
                    time.sleep(random.uniform(0.0, 0.4))
                if self.mode == "twice" and not is_answer:
                    self._repeat(part)
                drain.sendall(part)
        except OSError:
            pass
        finally:
            for end in (source, drain):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
                with self._lock:
                    self._open.discard(end)
                    self._lossy.discard(end)

    def _repeat(self, part: bytes) -> None:
        """The same bytes on another connection; of a request in several parts only some."""
        with contextlib.suppress(OSError):
            again = socket.create_connection(("127.0.0.1", self._upstream), 5)
            again.sendall(part)
            threading.Timer(1.0, again.close).start()


class Balancer(Proxy):
    """Leads to several ports by turns, and past those where nobody listens."""

    def __init__(self, *ports: int) -> None:
        self._ports = list(ports)
        super().__init__(ports[0])

    def connected(self) -> socket.socket:
        for _ in self._ports:
            self._ports.append(self._ports.pop(0))
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", self._ports[0]), 5)
        raise ConnectionRefusedError("nobody listens")


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """A proxy while this lasts."""
    made = Proxy(port)
    try:
        yield made
    finally:
        made.close()
