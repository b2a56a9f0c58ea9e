"""A process that has read the server's code once, and forks a server of itself whenever asked.

It is asked over a socket, its standard input: JSON, `{"folder": …, "options": [...]}`, with the
file that is to be the server's standard error. It says `began PID` for each, in order, and `ended
PID CODE` for each that ended (CODE is minus the signal that killed it). It ends with the socket,
and kills whatever then still runs: whoever asked for it was killed before he could end it.
"""

import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

import openline
from openline.cli.main import main

STUCK_S = 30.0  # a server that lives so long says where it is: it may not have begun


def bury(asking: socket.socket, running: set[int]) -> None:
    """Tell of every server that ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        running.discard(pid)
        with suppress(ConnectionError):
            asking.send(f"ended {pid} {os.waitstatus_to_exitcode(status)}".encode())


def kill(running: set[int]) -> None:
    """End servers and their own processes."""
    for pid in running:
        for end in (os.killpg, os.kill):  # one that has only just begun leads no group yet
            with suppress(ProcessLookupError):
                end(pid, signal.SIGKILL)


def tell_where() -> None:
    """Say on standard error where every thread is.

    While nothing else runs: what looks at frames that go on meanwhile (`faulthandler` does) may end
    the very server it looks at.
    """
    for thread, frame in sys._current_frames().items():
        sys.stderr.write(f"thread {thread}:\n{''.join(traceback.format_stack(frame))}")


def be_server(folder: str, options: list[str], log: int) -> NoReturn:
    """Be a server from here on."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, file in enumerate((nothing, nothing, log)):
        os.dup2(file, number)
    os.closerange(3, 64)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - until its end
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    stuck = threading.Timer(STUCK_S, tell_where)
    stuck.daemon = True
    stuck.start()
    sys.argv = ["openline", "serve", *options]
    code = 1
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def read_all() -> None:
    """The whole code, but what needs an extra that is not installed."""
    for module in pkgutil.walk_packages(openline.__path__, "openline."):
        if not module.name.endswith("__main__"):
            with suppress(ImportError):
                import_module(module.name)


def run() -> None:
    """Until nobody asks any more."""
    read_all()
    asking = socket.socket(fileno=os.dup(0))
    died, tell = socket.socketpair()  # a signal that came just before a wait is not overslept
    for end in (died, tell):
        end.setblocking(False)
    signal.set_wakeup_fd(tell.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: set[int] = set()
    while True:
        ready, _, _ = select.select([asking, died], [], [])
        if died in ready:
            died.recv(1_000)
            bury(asking, running)
            continue
        data = b""
        with suppress(ConnectionError):
            data, files, _, _ = socket.recv_fds(asking, 65_536, 1)
        if not data:
            kill(running)
            return
        asked = json.loads(data)
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            be_server(asked["folder"], asked["options"], files[0])
        running.add(pid)
        os.close(files[0])
        asking.send(f"began {pid}".encode())


if __name__ == "__main__":
    run()
