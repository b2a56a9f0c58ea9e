"""What sealing costs: the start of a server with a long record, and sealing while entries come.

    python -m bench.seal_bench [--entries N] [--rate N] [--seconds N] [--out FILE]

In one SQLite file. Times are those of the processor, not of the clock on the wall: other work on
the machine does not count. The facts are printed as JSON, and written to `--out`.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bench.measure import commit, machine, note, software
from bench.record_bench import entries
from openline.app.ed25519 import new_signer
from openline.app.seal_record import SEAL_EVERY_S, Sealer
from openline.line.record.entry import Entry
from openline.store.ports import Store, Transaction
from openline.store.sqlite.store import SqliteStore

_BATCH: Final = 5_000
_BURST_S: Final = 0.01
_ORIGIN: Final = "bench.example/line"


def measure(count: int, rate: int, seconds: float) -> dict[str, Any]:
    """Seal `count` entries, start again, then seal `rate` entries a second for some seconds."""
    facts: dict[str, Any] = {
        "command": "python -m bench.seal_bench",
        "commit": commit(),
        "machine": machine(),
        "software": software(),
        "entries": count,
        "rate_per_s": rate,
    }
    signer = new_signer()
    with tempfile.TemporaryDirectory() as folder:
        with closing(SqliteStore(Path(folder) / "bench.db")) as store:
            note(f"writing {count:,} entries")
            _fill(store, count)
            begin = time.process_time()
            Sealer(store, signer, _ORIGIN)
            facts["first_seal_cpu_s"] = round(time.process_time() - begin, 3)
        with closing(SqliteStore(Path(folder) / "bench.db")) as store:
            note("starting")
            begin = time.process_time()
            sealer = Sealer(store, signer, _ORIGIN)
            facts["start_cpu_s"] = round(time.process_time() - begin, 3)
            facts["tree_mib"] = round(64 * sealer.size / 2**20, 1)
            note("sealing while entries come")
            facts["idle_cpu_share"] = _share(store, sealer, 0, seconds)
            facts["cpu_share"] = _share(store, sealer, rate, seconds)
    return facts


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.seal_bench")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--out", type=Path, help="file for the facts")
    options = parser.parse_args(arguments)
    text = json.dumps(measure(options.entries, options.rate, options.seconds), indent=2) + "\n"
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    print(text, end="")
    return 0


def _fill(store: Store, count: int) -> None:
    every = entries(count, 1)
    while batch := list(islice(every, _BATCH)):
        store.submit((), _appending(batch)).result()


def _appending(batch: Sequence[Entry]) -> Callable[[Transaction], None]:
    def change(transaction: Transaction) -> None:
        for one in batch:
            transaction.append_record(one.time, one.party, one.kind, one.body)

    return change


def _share(store: Store, sealer: Sealer, rate: int, seconds: float) -> float:
    """The share of one core that the sealing thread took."""
    done, spent = threading.Event(), [0.0]

    def seal() -> None:
        begin = time.thread_time()
        while not done.wait(SEAL_EVERY_S):
            sealer.seal()
        spent[0] = time.thread_time() - begin

    thread = threading.Thread(target=seal)
    thread.start()
    begin = time.monotonic()
    some = list(entries(int(rate * seconds), 2))
    sent = 0
    while (passed := time.monotonic() - begin) < seconds:
        due = min(int(rate * passed), len(some))
        for one in some[sent:due]:
            store.submit((), _appending([one]))
        sent = due
        time.sleep(_BURST_S)
    done.set()
    thread.join()
    return round(spent[0] / seconds, 4)


if __name__ == "__main__":
    sys.exit(main())
