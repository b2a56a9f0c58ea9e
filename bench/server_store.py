"""A store filled for a server, what it must name in a key, and the floor: bare transactions.

References go into the tables themselves, many in one transaction; an index in this process finds
what a new intent touches, so that its key names every OVN it must.
"""

import random
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from bench.measure import progress
from bench.server_traffic import Planned
from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.airspace.reference import IntentReference
from openline.store.columns import ExtentColumns
from openline.store.index import ExtentIndex
from openline.store.sqlite.connection import open_reader, open_writer
from openline.store.sqlite.rows import INTENTS, SUBSCRIPTIONS, add_columns, pack_extents
from openline.store.sqlite.schema import migrate

BASE_URL: Final = "https://uss.example/utm"
_PORTION: Final = 10_000
_TABLES: Final = {
    "intents": ("key", INTENTS.columns),
    "subscriptions": ("key", SUBSCRIPTIONS.columns),
    "records": ("sequence", ("time", "party", "kind", "body")),
}
Rows = dict[str, list[Any]]


class Sky:
    """What is there: the OVN of every intent and where it is. Keys of the index are numbers."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._index = ExtentIndex()
        self.ovns: list[str] = []

    def new_id(self) -> str:
        """A random id, the same for the same seed."""
        return str(UUID(int=self._rng.getrandbits(128), version=4))

    def references(
        self, planned: Iterator[Planned], count: int, now: datetime
    ) -> Iterator[list[IntentReference]]:
        """So many intents in portions, each now part of the sky."""
        with progress("filling") as tell:
            for first in range(0, count, _PORTION):
                some = [
                    self._reference(one, now)
                    for one in islice(planned, min(_PORTION, count - first))
                ]
                self.add([one.extents for one in some], [one.ovn for one in some])
                yield some
                tell(first, count)

    def add(self, extents: Sequence[Sequence[Extent]], ovns: Sequence[str]) -> None:
        """These are there too."""
        columns = ExtentColumns()
        for number, some in enumerate(extents, start=len(self.ovns)):
            add_columns(columns, number, pack_extents(some))
        self._index.load(columns)
        self.ovns += ovns

    def key(self, extents: Sequence[Extent], own: str) -> list[str]:
        """The OVNs of all that touches."""
        found = (self.ovns[number] for number in self._index.matching(extents))
        return [ovn for ovn in found if ovn != own]

    def _reference(self, planned: Planned, now: datetime) -> IntentReference:
        return IntentReference(
            id=self.new_id(),
            manager=f"uss{self._rng.randrange(60)}",
            uss_base_url=BASE_URL,
            state=IntentState.ACCEPTED,
            version=1,
            ovn=urlsafe_b64encode(self._rng.randbytes(32)).decode().rstrip("="),
            extents=planned.extents,
            time_start=min(one.time_start for one in planned.extents),
            time_end=max(one.time_end for one in planned.extents),
            subscription_id=None,
            updated_at=now,
        )


def fill_sqlite(path: Path, portions: Iterator[list[IntentReference]]) -> None:
    """A new file with these intents."""
    with closing(open_writer(path)) as connection:
        migrate(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        for portion in portions:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INTENTS.insert, map(INTENTS.encode, portion))
            connection.execute("COMMIT")
            connection.wal_checkpoint()


class Written:
    """What a server wrote into its file since this was last asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = dict.fromkeys(_TABLES, 0)
        self._commits = 0
        self.take(with_rows=False)

    def take(self, *, with_rows: bool = True) -> tuple[Rows, int]:
        """New rows of each table, and in how many commits they came."""
        found: Rows = {}
        with closing(open_reader(self._path)) as connection:
            for table, (key, columns) in _TABLES.items():
                last = self._last[table]
                question = (
                    f"SELECT {', '.join(columns)} FROM {table} WHERE {key} > ? ORDER BY {key}"
                )
                found[table] = list(connection.execute(question, (last,))) if with_rows else []
                self._last[table] = _number(connection, f"SELECT max({key}) FROM {table}")
            commits = _number(connection, "SELECT value FROM meta WHERE name = 'commits'")
        before, self._commits = self._commits, commits
        return found, commits - before


def floor_sqlite(path: Path, rows: Rows, commits: int) -> float:
    """Intents per second of bare transactions: the same rows, evenly in so many commits."""
    statements = {
        table: f"INSERT INTO {table} ({', '.join(columns)}) "
        f"VALUES ({', '.join('?' * len(columns))})"
        for table, (_, columns) in _TABLES.items()
    }
    with closing(open_writer(path)) as connection:
        begin = time.perf_counter()
        for number in range(commits):
            connection.execute("BEGIN IMMEDIATE")
            for table, some in rows.items():
                share = slice(number * len(some) // commits, (number + 1) * len(some) // commits)
                for row in some[share]:
                    connection.execute(statements[table], row)
            connection.execute("COMMIT")
        return len(rows["intents"]) / (time.perf_counter() - begin)


def _number(connection: Any, question: str) -> int:
    row = connection.execute(question).fetchone()
    return int(row[0] or 0) if row is not None else 0
