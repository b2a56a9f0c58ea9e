"""Run the application on a socket until a signal says stop: one process or several.

SIGTERM and SIGINT end it in order: no new connections, requests in work are answered, the store is
closed, exit code 0. A second SIGINT does not wait. If the process that started several others is
killed, they end in order too: nobody would replace or stop them, and they would hold the port.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final, cast

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

from openline.api.joined_writes import JoinedWrites
from openline.errors import Unreachable

_BACKLOG: Final = 2_048
_END_S: Final = 10.0  # to close the store, beyond what requests in work get
_KEEP_ALIVE_S: Final = 65  # longer than clients keep connections, so that they close first


@dataclass(frozen=True, slots=True)
class Running:
    """How the application is run. `make` is called in each process; it must be picklable for
    more than one. `drain_s` is the time that requests in work get at the end."""

    make: Callable[[], Starlette]
    workers: int
    drain_s: float


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises: Unreachable."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise Unreachable(
            f"cannot listen on {host} port {port}: {(error.strerror or str(error)).lower()}",
            cure="choose another with --host and --port",
        ) from None
    listener.set_inheritable(True)
    return listener


@contextlib.contextmanager
def running_beside(running: Running, listener: socket.socket) -> Iterator[None]:
    """Serve in a thread of this process as long as this lasts; no signal is heard there."""
    server = uvicorn.Server(_config(running))
    thread = threading.Thread(target=server.run, args=([listener],), name="beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(running.drain_s + _END_S)


def run(running: Running, listener: socket.socket) -> None:
    """Serve until a signal; returns when everything in work is done."""
    several = running.workers > 1
    config = _config(running)
    if several:
        Multiprocess(config, sockets=[listener]).run()
        return
    server = uvicorn.Server(config)

    def stop(_signal: int, _frame: object) -> None:
        server.should_exit = True

    # Until uvicorn hears signals itself; it raises them again when it has ended in order, and that
    # must not change our exit.
    before = {name: signal.signal(name, stop) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        with contextlib.closing(listener):
            server.run(sockets=[listener])
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _config(running: Running) -> uvicorn.Config:
    several = running.workers > 1
    return uvicorn.Config(
        _EndingWithParent(running.make) if several else running.make,
        factory=True,
        workers=running.workers,
        lifespan="on",
        http=_Http,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=ceil(running.drain_s),
    )


class _Http(HttpToolsProtocol):
    """The server's HTTP, with one packet for a small answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, JoinedWrites(transport, self.loop)))


@dataclass(frozen=True, slots=True)
class _EndingWithParent:
    """Makes the application in a process that is told to stop when its parent ends."""

    make: Callable[[], Starlette]

    def __call__(self) -> Starlette:
        threading.Thread(target=_stop_after_parent, name="parent", daemon=True).start()
        return self.make()


def _stop_after_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # the end of a pipe that the parent holds, however it ended
        os.kill(os.getpid(), signal.SIGTERM)
