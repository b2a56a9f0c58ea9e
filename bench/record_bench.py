"""How long it takes to write and to verify an export of many entries.

    python -m bench.record_bench [--entries N] [--repeats N] [--seed N] [--second] [--out FILE]

Bodies are random letters of 300 to 900 bytes, as signed messages are long. The facts are printed
as JSON, and written to `--out`. Progress goes to standard error.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.measure import ROOT, Spread, commit, machine, note, software
from openline.app.ed25519 import KeySigner, new_signer
from openline.app.export_record import sealed_export
from openline.app.verify_record import verify_file
from openline.formats.record_lines import Header
from openline.line.note import SignatureType, VerifierKey
from openline.line.record.entry import Entry
from openline.line.record.tree import Frontier, leaf_hash

GOAL_S: Final = 60.0
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_BODY_BYTES: Final = (300, 900)
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def entries(count: int, seed: int) -> Iterator[Entry]:
    """That many entries, the same for a seed."""
    chance = random.Random(seed)
    pool = bytes(chance.choices(_LETTERS, k=1 << 20))
    for number in range(1, count + 1):
        length, start = chance.randint(*_BODY_BYTES), chance.randrange(1 << 19)
        time_ = _START + timedelta(milliseconds=37 * number)
        body = pool[start : start + length]
        yield Entry(number, time_, f"party-{number % 7}", "notify", body)


def write_export(path: Path, count: int, seed: int, signer: KeySigner) -> None:
    """An export of generated entries."""
    key = VerifierKey("bench.example/line", SignatureType.ED25519, signer.public_key)
    with path.open("wb") as file:
        file.writelines(sealed_export(Header(key, count), entries(count, seed), signer))


def measure(count: int, repeats: int, seed: int, *, second: bool) -> dict[str, Any]:
    """Write once, verify `repeats` times; with `second`, once by the second verifier too."""
    facts: dict[str, Any] = {
        "command": "python -m bench.record_bench",
        "commit": commit(),
        "machine": machine(),
        "software": software(),
        "entries": count,
        "seed": seed,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.record"
        note(f"writing {count:,} entries")
        facts["write_s"] = _seconds(lambda: write_export(path, count, seed, new_signer()))
        facts["bytes"] = path.stat().st_size
        times = []
        for turn in range(repeats):
            note(f"verifying, turn {turn + 1} of {repeats}")
            times.append(_seconds(lambda: verify_file(str(path))))
        facts["verify"] = Spread.of(times).facts()
        facts["tree_alone_s"] = _tree_alone(count)
        if second:
            note("verifying by the second verifier")
            tool = [sys.executable, str(ROOT / "tools" / "verify_record.py"), str(path)]
            facts["second_verifier_s"] = _seconds(
                lambda: subprocess.run(tool, check=True, stdout=subprocess.DEVNULL)
            )
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    facts["peak_memory_mib"] = round(peak_kib / 1024)
    facts["goal_s"] = GOAL_S
    facts["goal_met"] = facts["verify"]["max_s"] <= GOAL_S * count / 1_000_000
    return facts


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit status: 1 if the goal is not met."""
    parser = argparse.ArgumentParser(prog="python -m bench.record_bench")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=6962)
    parser.add_argument("--second", action="store_true", help="the second verifier too")
    parser.add_argument("--out", type=Path, help="file for the facts")
    options = parser.parse_args(arguments)
    facts = measure(options.entries, options.repeats, options.seed, second=options.second)
    text = json.dumps(facts, indent=2) + "\n"
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    print(text, end="")
    return 0 if facts["goal_met"] else 1


def _tree_alone(count: int) -> float:
    """Hashing leaves and tree without any file: the floor."""
    bodies = [entry.canonical() for entry in entries(min(count, 10_000), 1)]
    frontier = Frontier()

    def work() -> None:
        for _ in range(max(count // len(bodies), 1)):
            frontier.extend(leaf_hash(body) for body in bodies)

    return _seconds(work)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return round(time.perf_counter() - begin, 3)


if __name__ == "__main__":
    sys.exit(main())
