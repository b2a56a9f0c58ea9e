"""The server under load: durable changes, queries, a million intents; SQLite and PostgreSQL.

Every figure is of a real `openline serve` with its defaults (access log, rate limits, commits on
the disk) and of a client in a process of its own on the same processor: 32 connections, 32
parties, each connection waiting for its answer. Beside it, in turns of one run:
- the floor of the store: bare transactions of the very rows that the server wrote, in as many
  commits, into a copy of the file, with nothing else going on;
- the empty endpoint: `/healthy` by the same client.
A new intent names the OVN of everything it touches, also of those that are put at the same time:
each says beforehand which OVN it will have (`requested_ovn_suffix`).
"""

import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from bench import load
from bench.measure import note, percentile
from bench.server_process import Served, serving
from bench.server_store import BASE_URL, Sky, Written, fill_sqlite, floor_sqlite
from bench.server_traffic import Planned, one_cell, put_body, spread

PATH: Final = "/dss/v1/operational_intent_references"
CONNECTIONS: Final = 32
HITS_MAX: Final = 20
_SOON: Final = timedelta(hours=2)  # from the start of a run to the first intent
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured. `few`, `many`, `most`: active intents; the others: requests a turn."""

    few: int = 10_000
    many: int = 100_000
    most: int = 1_000_000
    puts: int = 4_000
    queries: int = 8_000


QUICK: Final = Sizes(few=60, many=80, most=120, puts=40, queries=60)


class Floor(NamedTuple):
    """What bare transactions did with the rows of the last turn, and how many there were."""

    per_second: float
    commits: int


@dataclass(slots=True)
class Bench:
    """A filled sky and the server on it."""

    folder: Path
    seed: int
    sky: Sky
    fresh: Iterator[Planned]
    served: Served
    tokens: list[str]
    floor: Callable[[], Floor]

    def load(self, requests: Sequence[bytes]) -> Facts:
        """Send these requests; adds what the server's processors did meanwhile."""
        begin_s = self.served.cpu_s()
        facts = load.run(self.served.address, CONNECTIONS, requests, self.folder / "requests")
        facts["server_cpu_us"] = 1e6 * (self.served.cpu_s() - begin_s) / len(requests)
        return facts

    def puts(self, count: int, *, subscribing: bool) -> list[bytes]:
        """Requests that create intents, each with the key it needs."""
        some = list(islice(self.fresh, count))
        rng = random.Random(self.seed + len(self.sky.ovns))
        ids = [self.sky.new_id() for _ in some]
        suffixes = [uuid7(rng) for _ in some]
        ovns = [f"{one}_{suffix}" for one, suffix in zip(ids, suffixes, strict=True)]
        self.sky.add([one.extents for one in some], ovns)
        found = []
        for number, one in enumerate(some):
            key = self.sky.key(one.extents, ovns[number])
            body = put_body(one, key, suffixes[number], BASE_URL, subscribing=subscribing)
            token = self.tokens[number % len(self.tokens)]
            found.append(load.request("PUT", f"{PATH}/{ids[number]}", token, body))
        return found

    def queries(self, count: int) -> list[bytes]:
        """Requests for areas with at most HITS_MAX intents in them."""
        found: list[bytes] = []
        while len(found) < count:
            one = next(self.fresh)
            if len(self.sky.key(one.extents[:1], "")) <= HITS_MAX:
                body = b'{"area_of_interest":' + json.dumps(one.volumes[0]).encode() + b"}"
                token = self.tokens[len(found) % len(self.tokens)]
                found.append(load.request("POST", f"{PATH}/query", token, body))
        return found

    def empty(self, count: int) -> list[bytes]:
        """As many requests for an endpoint that does nothing."""
        return [load.request("GET", "/healthy", self.tokens[0])] * count


def uuid7(rng: random.Random) -> str:
    """A UUIDv7 of now."""
    value = (time.time_ns() // 1_000_000) << 80 | rng.getrandbits(80)
    return str(UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62))


def first_instant() -> datetime:
    """When the first intent of a run begins."""
    return datetime.now(UTC).replace(microsecond=0) + _SOON


@contextmanager
def sqlite_bench(active: int, seed: int, *, cell: bool = False) -> Iterator[Bench]:
    """A server on a new file with so many active intents."""
    first = first_instant()
    with tempfile.TemporaryDirectory(prefix="openline-bench-", dir=scratch()) as name:
        folder = Path(name)
        path, copy = folder / "sky.db", folder / "floor.db"
        sky, intents = Sky(seed), one_cell(seed, first) if cell else spread(active, seed, first)
        begin = time.perf_counter()
        fill_sqlite(path, sky.references(intents.planned, active, datetime.now(UTC)))
        note(f"{active:,} intents filled in {time.perf_counter() - begin:.1f} s")
        shutil.copyfile(path, copy)
        with serving(folder, str(path)) as served:
            written = Written(path)

            def floor() -> Floor:
                rows, commits = written.take()
                return Floor(floor_sqlite(copy, rows, commits), commits)

            yield Bench(folder, seed, sky, intents.fresh, served, served.tokens(), floor)


def scratch() -> str | None:
    """Where files are made: BENCH_FOLDER, else where temporary files go. It must be a disk."""
    return os.environ.get("BENCH_FOLDER")


def put_turn(bench: Bench, count: int, *, subscribing: bool = False) -> Facts:
    """One turn: changes through the server, then both floors."""
    run = bench.load(bench.puts(count, subscribing=subscribing))
    floor = bench.floor()
    run |= {"floor_per_second": floor.per_second, "per_commit": count / floor.commits}
    run["ratio"] = run["per_second"] / floor.per_second
    empty = bench.load(bench.empty(count))
    run["empty_per_second"] = empty["per_second"]
    run["empty_ratio"] = run["per_second"] / empty["per_second"]
    return run


def spreads(runs: Sequence[Facts]) -> Facts:
    """Median, least and greatest of every number of some turns."""
    return {
        name: {
            "median": statistics.median(run[name] for run in runs),
            "min": min(run[name] for run in runs),
            "max": max(run[name] for run in runs),
        }
        for name, value in runs[0].items()
        if isinstance(value, int | float)
    }


def turns(words: str, count: int, turn: Callable[[], Facts]) -> Facts:
    """The spreads of some turns, after one that warms up and does not count."""
    turn()
    runs = []
    for number in range(count):
        runs.append(turn())
        rate, p99_ms = runs[-1]["per_second"], runs[-1]["p99_ms"]
        note(f"{words}, turn {number + 1} of {count}: {rate:,.0f}/s, p99 {p99_ms:.1f} ms")
    return spreads(runs)


def server_put(sizes: Sizes, repeats: int, seed: int) -> Facts:
    """Create intents: spread, all in one cell, and each with a subscription of its own."""
    facts: Facts = {"active": sizes.few, "requests": sizes.puts, "skies": {}}
    for name, cell, subscribing in (
        ("spread", False, False),
        ("one_cell", True, False),
        ("subscribing", False, True),
    ):
        with sqlite_bench(sizes.few, seed, cell=cell) as bench:
            turn = partial(put_turn, bench, sizes.puts, subscribing=subscribing)
            facts["skies"][name] = turns(name, repeats, turn)
    return facts


def server_query(sizes: Sizes, repeats: int, seed: int) -> Facts:
    """Ask for areas with few hits among many active intents."""
    with sqlite_bench(sizes.many, seed) as bench:

        def turn() -> Facts:
            run = bench.load(bench.queries(sizes.queries))
            empty = bench.load(bench.empty(sizes.queries))
            run["empty_per_second"] = empty["per_second"]
            return run | {"empty_ratio": run["per_second"] / empty["per_second"]}

        facts = turns("query", repeats, turn)
    return {"active": sizes.many, "requests": sizes.queries, "query": facts}


def server_growth(sizes: Sizes, repeats: int, seed: int) -> Facts:
    """A few and very many active intents, in turns: how much slower, how much memory."""
    with sqlite_bench(sizes.few, seed) as small, sqlite_bench(sizes.most, seed + 1) as large:
        started = large.served.resident_mib()
        runs: dict[str, list[Facts]] = {"few": [], "most": []}
        for number in range(repeats + 1):
            for name, bench in (("few", small), ("most", large)):
                run = put_turn(bench, sizes.puts)
                note(f"{name}, turn {number} of {repeats}: {run['per_second']:,.0f}/s")
                if number:
                    runs[name].append(run)
        slower = [
            few["per_second"] / most["per_second"]
            for few, most in zip(runs["few"], runs["most"], strict=True)
        ]
        return {
            "few": sizes.few,
            "most": sizes.most,
            "requests": sizes.puts,
            "skies": {name: spreads(some) for name, some in runs.items()},
            "slower": {"median": percentile(slower, 0.5), "min": min(slower), "max": max(slower)},
            "start_s": large.served.start_s,
            "resident_start_mib": started,
            "resident_mib": large.served.resident_mib(),
            "peak_mib": large.served.peak_mib(),
            "few_resident_mib": small.served.resident_mib(),
        }
