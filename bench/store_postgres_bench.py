"""Check-and-insert per second in PostgreSQL, beside the floor: bare transactions of the same rows.

python -m bench.store_postgres_bench [--held N] [--seconds S] [--index gist|cells] [--dsn ADDRESS]

Without an address, a server of the development wheel runs for the time being. Each change asks for
the intents and subscriptions that touch it, puts an intent of 500 m and half an hour and a record.
`spread`: anywhere in a square of 100 km and seven days; `one place`: one circle, seven days.
"""

import argparse
import contextlib
import json
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.airspace.reference import IntentReference
from openline.geo.circle import Circle
from openline.geo.covering import covering
from openline.store.ports import Transaction
from openline.store.postgres.connections import connect
from openline.store.postgres.rows import intent_row
from openline.store.postgres.store import PostgresStore
from openline.store.postgres.transaction import _PUT

_START: Final = datetime(2026, 11, 22, tzinfo=UTC)
_BODY: Final = b'{"what":"operational_intent.put","padding":"' + b"x" * 600 + b'"}'
_THREADS: Final = 8


def intent(dice: random.Random, *, one_place: bool) -> IntentReference:
    """An intent of one volume: 500 m, 30 m of height, half an hour within seven days."""
    lat, lng = (48.1, 11.5) if one_place else (dice.uniform(47.6, 48.5), dice.uniform(10.9, 12.2))
    start = _START + timedelta(seconds=dice.uniform(0, 7 * 86_400))
    end = start + timedelta(minutes=30)
    low_m = dice.uniform(500, 600)
    extent = Extent(covering(Circle.of(lat, lng, 500.0)), low_m, low_m + 30, start, end)
    name = str(UUID(int=dice.getrandbits(128), version=4))
    url = "https://uss1.example/utm"
    return IntentReference(
        *(name, "uss1", url, IntentState.ACCEPTED, 1, "ovn" * 14, (extent,), start, end),
        *(None, start),
    )


def fill(store: PostgresStore, held: int, dice: random.Random) -> None:
    """Put `held` intents, spread."""
    for begin in range(0, held, 500):
        batch = [intent(dice, one_place=False) for _ in range(min(500, held - begin))]
        extents = [extent for one in batch for extent in one.extents]

        def change(transaction: Transaction, batch: list[IntentReference] = batch) -> None:
            for one in batch:
                transaction.put_intent(one)

        store.submit(extents, change).result()


def checked(store: PostgresStore, one: IntentReference) -> None:
    """One change, as a server makes it."""

    def change(transaction: Transaction) -> int:
        transaction.intent(one.id)
        found = len(transaction.intents_matching(one.extents))
        transaction.put_intent(one)
        found += len(transaction.subscriptions_matching(one.extents))
        transaction.append_record(one.updated_at, one.manager, "intent.put", _BODY)
        return found

    store.submit(one.extents, change).result()


def rate(work: Callable[[IntentReference], object], seconds: float, *, one_place: bool) -> Any:
    """Call work in threads for a time: calls per second, median and 99th percentile in ms."""
    until = time.perf_counter() + seconds
    times: list[float] = []

    def loop() -> None:
        dice = random.Random()
        while (begin := time.perf_counter()) < until:
            work(intent(dice, one_place=one_place))
            times.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=loop) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slow = sorted(times)[int(len(times) * 0.99)]
    facts = (len(times) / seconds, statistics.median(times), slow)
    return {"per_s": round(facts[0]), "p50_ms": facts[1] * 1e3, "p99_ms": facts[2] * 1e3}


def bare(dsn: str) -> Callable[[IntentReference], None]:
    """The floor: a transaction that inserts the same two rows, without index, locks or checks."""
    local = threading.local()

    def work(one: IntentReference) -> None:
        if not hasattr(local, "connection"):
            local.connection = connect(dsn)
        local.connection.execute("BEGIN")
        local.connection.execute(_PUT["intent"], intent_row(one))
        # As our record, but numbered by a sequence: no wait, and gaps.
        local.connection.execute(
            "INSERT INTO bare_record (time, party, kind, body) VALUES (%s, %s, %s, %s)",
            (one.updated_at, one.manager, "intent.put", _BODY),
        )
        local.connection.execute("COMMIT")

    return work


def child(dsn: str, kind: str, seconds: float) -> None:
    """One process: print its rate as JSON."""
    one_place = kind == "one place"
    if kind == "floor":
        print(json.dumps(rate(bare(dsn), seconds, one_place=False)))
        return
    store = PostgresStore(dsn)
    print(json.dumps(rate(lambda one: checked(store, one), seconds, one_place=one_place)))
    store.close()


@contextlib.contextmanager
def database(dsn: str | None) -> Iterator[str]:
    """The database that was named, or one on a server of its own."""
    if dsn is None:
        from tests.postgres_server import postgres_dsn

        dsn = postgres_dsn()
    yield dsn


def main() -> None:
    """Fill a database and measure with one process and with two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--index", default="gist")
    parser.add_argument("--dsn")
    parser.add_argument("--child")
    asked = parser.parse_args()
    if asked.child:
        child(asked.dsn, asked.child, asked.seconds)
        return
    with database(asked.dsn) as dsn:
        store = PostgresStore(dsn, asked.index)
        fill(store, asked.held, random.Random(1))
        store.close()
        with connect(dsn) as connection:
            connection.execute(
                "CREATE TABLE bare_record (sequence bigserial PRIMARY KEY, time timestamptz,"
                " party text, kind text, body bytea)"
            )
            connection.execute("ANALYZE")
        for kind in ("floor", "spread", "one place"):
            for processes in (1, 2):
                report(kind, processes, _children(dsn, kind, processes, asked.seconds))


def _children(dsn: str, kind: str, processes: int, seconds: float) -> list[dict[str, float]]:
    words = [sys.executable, "-m", "bench.store_postgres_bench", "--dsn", dsn, "--child", kind]
    running = [
        subprocess.Popen([*words, "--seconds", str(seconds)], stdout=subprocess.PIPE)
        for _ in range(processes)
    ]
    return [json.loads(one.communicate()[0]) for one in running]


def report(kind: str, processes: int, facts: list[dict[str, float]]) -> None:
    """One line of the result."""
    total = sum(one["per_s"] for one in facts)
    p50, p99 = max(one["p50_ms"] for one in facts), max(one["p99_ms"] for one in facts)
    print(
        f"{kind:10} {processes} process(es) {total:6.0f}/s  p50 {p50:5.1f} ms  p99 {p99:6.1f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
