"""Durable check-and-insert in the SQLite store, against a bare transaction of the same rows.

    python -m bench.store_bench [--active N,...] [--changes N] [--repeats N] [--folder DIR]

A change looks for its id, for intents, constraints and subscriptions that touch its extents, puts
an intent and appends 300 bytes to the record: what a PUT of an operational intent does. It counts
when its commit is on the disk. The floor writes the same rows, encoded beforehand, straight into a
copy of the same file: one row of each for a commit, and 32 of each.
Footprints are those of the generated traffic; beyond 20,000 intents their places repeat at other
times and heights.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from bench import traffic
from bench.measure import commit, machine, note, peak_memory_mib, percentile, progress, software
from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.airspace.reference import IntentReference
from openline.geo.covering import covering
from openline.store.ports import Transaction
from openline.store.sqlite.connection import open_writer
from openline.store.sqlite.rows import INTENTS
from openline.store.sqlite.store import SqliteStore
from openline.store.sqlite.upkeep import back_up

BASE_INTENTS: Final = 20_000
SUBMITTERS: Final = (1, 32)
RECORD: Final = b"r" * 300
_WEEK_S: Final = traffic.DAYS * traffic.SECONDS_PER_DAY
_WAITING_MAX: Final = 4_096
Facts = dict[str, Any]
Change = Callable[[Transaction], int]


def references(count: int, seed: int) -> Iterator[IntentReference]:
    """So many intents over a week, half of them in one metropolis."""
    rng = random.Random(seed)
    base = _base(min(count, BASE_INTENTS), seed)
    for number in range(count):
        extents = base[number % len(base)]
        if number >= len(base):
            extents = _elsewhen(extents, rng)
        yield IntentReference(
            id=str(UUID(int=rng.getrandbits(128), version=4)),
            manager=f"uss{rng.randrange(60)}",
            uss_base_url="https://uss.example/utm",
            state=IntentState.ACCEPTED,
            version=1,
            ovn=f"{rng.getrandbits(256):064x}"[:44],
            extents=extents,
            time_start=min(one.time_start for one in extents),
            time_end=max(one.time_end for one in extents),
            subscription_id=None,
            updated_at=traffic.FIRST_DAY,
        )


def _base(count: int, seed: int) -> list[tuple[Extent, ...]]:
    found: list[tuple[Extent, ...]] = []
    with progress("generating") as tell:
        for intent in traffic.generate(3 * count, seed).intents:
            extents = [
                Extent(
                    covering(volume.footprint),
                    volume.altitude_lower_m,
                    volume.altitude_upper_m,
                    volume.time_start,
                    volume.time_end,
                )
                for volume in intent.volumes
            ]
            found.append(tuple(extents))
            tell(len(found), count)
            if len(found) == count:
                break
    return found


def _elsewhen(extents: Sequence[Extent], rng: random.Random) -> tuple[Extent, ...]:
    """The same places, at another time of the week and another height."""
    start = traffic.FIRST_DAY + timedelta(seconds=round(rng.uniform(0.0, _WEEK_S)))
    shift, rise_m = start - extents[0].time_start, rng.uniform(0.0, 1_500.0)
    thick_m = rng.uniform(30.0, 300.0)
    return tuple(
        replace(
            one,
            time_start=one.time_start + shift,
            time_end=one.time_end + shift,
            altitude_lower_m=rise_m,
            altitude_upper_m=rise_m + thick_m,
        )
        for one in extents
    )


def putting(one: IntentReference) -> Change:
    """The change that checks and puts an intent; returns how many it touches."""

    def change(transaction: Transaction) -> int:
        if transaction.intent(one.id) is not None:
            raise AssertionError("ids are never repeated")
        found = transaction.intents_matching(one.extents)
        transaction.constraints_matching(one.extents)
        transaction.subscriptions_matching(one.extents)
        transaction.put_intent(one)
        transaction.append_record(one.updated_at, one.manager, "intent.put", RECORD)
        return len(found)

    return change


def _bare(one: IntentReference) -> Callable[[Transaction], None]:
    return lambda transaction: transaction.put_intent(one)


def fill(store: SqliteStore, some: Sequence[IntentReference]) -> None:
    """Put them all, many at a time."""
    waiting: deque[Any] = deque()
    with progress("filling") as tell:
        for number, one in enumerate(some):
            waiting.append(store.submit(one.extents, _bare(one)))
            if len(waiting) > _WAITING_MAX:
                waiting.popleft().result()
                tell(number, len(some))
        while waiting:
            waiting.popleft().result()


def submit_all(store: SqliteStore, some: Sequence[IntentReference], submitters: int) -> Facts:
    """Rate and waiting times of so many callers, each waiting for its own commit."""
    queue = deque(some)
    waits: list[float] = []
    touched: list[int] = []

    def call() -> None:
        while True:
            try:
                one = queue.popleft()
            except IndexError:
                return
            begin = time.perf_counter()
            touched.append(store.submit(one.extents, putting(one)).result())
            waits.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=call) for _ in range(submitters)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    return {
        "per_second": len(some) / seconds,
        "p50_ms": 1e3 * percentile(waits, 0.5),
        "p99_ms": 1e3 * percentile(waits, 0.99),
        "touched": sum(touched) / len(touched),
    }


def floor(path: Path, some: Sequence[IntentReference], group: int) -> float:
    """Rows per second of bare transactions of `group` rows of each kind."""
    rows = [INTENTS.encode(one) for one in some]
    record = "INSERT INTO records (time, party, kind, body) VALUES (?, ?, ?, ?)"
    with closing(open_writer(path)) as connection:
        begin = time.perf_counter()
        for first in range(0, len(rows), group):
            connection.execute("BEGIN IMMEDIATE")
            for row in rows[first : first + group]:
                connection.execute(INTENTS.insert, row)
                connection.execute(record, (row[-1], row[1], "intent.put", RECORD))
            connection.execute("COMMIT")
        return len(rows) / (time.perf_counter() - begin)


def measure(active: int, changes: int, repeats: int, seed: int, folder: Path) -> Facts:
    """All figures at one number of active intents."""
    path = folder / f"store-{active}.db"
    needed = changes * repeats * len(SUBMITTERS)
    some = list(references(active + needed, seed))
    store = SqliteStore(path)
    begin = time.perf_counter()
    fill(store, some[:active])
    note(f"{active:,} filled in {time.perf_counter() - begin:.1f} s")
    copy = folder / f"floor-{active}.db"
    back_up(path, copy)
    facts: Facts = {"active": active, "submitters": {}}
    turns = [some[first : first + changes] for first in range(active, active + needed, changes)]
    for submitters in SUBMITTERS:
        runs = []
        for _ in range(repeats):
            turn = turns.pop()
            bare = floor(copy, turn, submitters)
            run = submit_all(store, turn, submitters)
            run |= {"floor_per_second": bare, "ratio": run["per_second"] / bare}
            note(f"  {submitters} submitters: {run}")
            runs.append(run)
        runs.sort(key=lambda run: float(run["per_second"]))
        facts["submitters"][submitters] = runs[len(runs) // 2] | {
            "least_per_second": runs[0]["per_second"],
            "greatest_per_second": runs[-1]["per_second"],
        }
    del some, turns
    store.close()
    begin = time.perf_counter()
    with closing(SqliteStore(path)):
        facts["start_s"] = time.perf_counter() - begin
    facts |= {"file_mib": path.stat().st_size / 2**20, "peak_memory_mib": peak_memory_mib()}
    return facts


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.store_bench", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--active", type=_numbers, default=[10_000], help="10000,100000")
    parser.add_argument("--changes", type=int, default=3_000, help="changes in one turn")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=traffic.SEED)
    parser.add_argument("--folder", type=Path, help="where the files are made; a real disk")
    options = parser.parse_args(arguments)
    facts: Facts = {"commit": commit(), "machine": machine(), "software": software()}
    facts |= {"seed": options.seed, "repeats": options.repeats, "changes": options.changes}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        facts["cases"] = [
            measure(active, options.changes, options.repeats, options.seed, Path(folder))
            for active in options.active
        ]
    json.dump(facts, sys.stdout, indent=1)
    print()
    return 0


def _numbers(text: str) -> list[int]:
    return [int(word.replace("_", "")) for word in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
