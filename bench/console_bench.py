"""The page of the console under load: a real server, a real Chromium without a GPU.

    uv run python -m bench.console_bench [--minutes N] [--aircraft N] [--volumes N] [--profile]

A server on SQLite with a line: 500 standing volumes, notices of two parties; 2,000 live aircraft,
each sent four times a second over HTTP by another process. The page of a duty officer, 1440 by 860,
drawn by the processor. First the first view: from the navigation until board, volumes and aircraft
are drawn, with an empty cache. Then the page by itself: maps drawn a second, and its heap after a
forced collection of garbage every ten seconds. Then 100 inputs, keys and clicks: from the input's
own time stamp until the task after the frame that follows. Server, sender, browser and this process
share the processor.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench import console_page, load
from bench.console_traffic import SENDERS, notices
from bench.line_cases import LineBench, line_bench
from bench.measure import ROOT, commit, machine, note, percentile, software
from bench.sky_cases import token_of

Facts = dict[str, Any]
_SETTLE_S: Final = 15.0
_PLACE: Final = "7,53.8,6.3"  # all aircraft are in view
_GOALS: Final = (
    ("map updates a second", "updates_per_s", ">=", 3.5, "{:.2f}"),
    ("input to the next painted frame, p95, ms", "input_p95_ms", "<", 150.0, "{:.0f}"),
    ("page at first view, gz, kB (map data apart)", "page_gz_kb", "<=", 400.0, "{:.0f}"),
    ("first useful view, s", "first_view_s", "<", 3.0, "{:.2f}"),
)


_NAMES: Final = {
    "pull": "pulling the map",
    "wheel": "the wheel",
    "write": "writing into the filter",
    "click": "click",
    "pointerdown": "pressing the pointer",
}


@contextmanager
def flying(bench: LineBench, count: int, seed: int) -> Iterator[None]:
    """The aircraft in the air, sent by a process of its own. Raises: AssertionError if it ended."""
    host, port = bench.served.address
    words = [sys.executable, "-m", "bench.console_traffic", host, str(port), str(count), str(seed)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=ROOT, stdin=pipe, stderr=pipe) as sender:
        assert sender.stdin is not None
        tokens = [token_of(bench.served, f"sender{number}") for number in range(SENDERS)]
        sender.stdin.write("\n".join(tokens).encode())
        sender.stdin.close()
        try:
            yield
            assert sender.poll() is None, "the sender ended"
        finally:
            sender.kill()


def measure(options: argparse.Namespace) -> Facts:
    """All figures of one run."""
    with line_bench(options.seed) as bench, tempfile.TemporaryDirectory() as folder:
        for party, requests in notices(bench, options.volumes).items():
            load.run(bench.served.address, 2, requests, Path(folder) / party)
        host, port = bench.served.address
        with flying(bench, options.aircraft, options.seed), console_page.chromium() as (own, name):
            time.sleep(options.settle)
            note(f"opening the page in Chromium {name}")
            address = f"http://{host}:{port}/#m={_PLACE}"
            page = console_page.opened(own, address, bench.token("south"), "south")
            facts: Facts = {"chromium": name, **console_page.first_view(page)}
            note("the page by itself")
            time.sleep(options.settle)
            cpu_s, began = bench.served.cpu_s(), time.monotonic()
            found: list[tuple[str, float]] = []
            if options.profile:
                with console_page.profiled(page, found):
                    time.sleep(20)
                print("\n".join(f"{ms:8.0f} ms {one}" for one, ms in found))
            facts |= console_page.watched(page, 60 * options.minutes)
            facts["server_cpu_share"] = (bench.served.cpu_s() - cpu_s) / (time.monotonic() - began)
            note(f"{options.inputs} inputs")
            facts |= console_page.inputs(page, options.inputs, 0.25)
            facts |= console_page.hands(page, max(1, options.inputs // 25))
    return facts


def summed(facts: Facts) -> Facts:
    """The figures that have goals, and the heap's growth."""
    heaps = facts["heap_mib"]
    warm = [(at, mib) for at, mib in heaps if at >= heaps[-1][0] / 3]
    minutes = max(1e-9, (warm[-1][0] - warm[0][0]) / 60)
    kinds: dict[str, list[float]] = {}
    for kind, wait in zip(facts["of"], facts["waits_ms"], strict=True):
        kinds.setdefault(kind, []).append(wait)
    return facts | {
        "by_kind_ms": {
            kind: (len(waits), percentile(waits, 0.5), max(waits))
            for kind, waits in sorted((kinds | facts["hands_ms"]).items())
            if waits
        },
        "input_p50_ms": percentile(facts["waits_ms"], 0.5),
        "input_p95_ms": percentile(facts["waits_ms"], 0.95),
        "input_max_ms": max(facts["waits_ms"]),
        "inputs": len(facts["waits_ms"]),
        "page_gz_kb": facts["page_gz"] / 1_000,
        "heap_first_mib": heaps[0][1],
        "heap_last_mib": heaps[-1][1],
        "heap_mib_per_minute": (warm[-1][1] - warm[0][1]) / minutes,
    }


def markdown(facts: Facts) -> str:
    """The results as a page."""
    on, page = facts["machine"], facts["page"]
    parts = ", ".join(f"{kind} {size / 1_000:.0f}" for kind, size in page["page_gz_of"].items())
    lines = [
        "# The page of the console under load",
        "",
        f"Commit `{facts['commit']}`, {on['cpu']}, {on['cores']} cores, load before "
        f"{on['load_before']}; Chromium {page['chromium']} without a GPU, 1440 by 860. "
        f"{facts['volumes']:,} volumes, {facts['aircraft']:,} aircraft, each sent four times a "
        f"second; {page['seconds']:.0f} s. Server, sender and browser share the processor.",
        "",
        "| figure | goal | measured | |",
        "|---|---|---|---|",
    ]
    for name, key, sign, goal, form in _GOALS:
        value = page[key]
        held = value >= goal if sign == ">=" else value < goal or (sign == "<=" and value == goal)
        lines.append(
            f"| {name} | {sign} {goal:g} | {form.format(value)} | {'' if held else '**missed**'} |"
        )
    lines += [
        "",
        f"Inputs: {page['inputs']}, median {page['input_p50_ms']:.0f} ms, greatest "
        f"{page['input_max_ms']:.0f} ms. Pictures of the sky read a second: "
        f"{page['pictures_per_s']:.2f}; aircraft drawn: {page['tracks']:,}; one drawing of all "
        f"that moves: {page['draw_ms']:.1f} ms. The page's main thread took "
        f"{page['page_cpu_share']:.0%} of one core (scripts {page['script_share']:.0%}, style and "
        f"layout {page['layout_share']:.0%}), the server {page['server_cpu_share']:.0%}.",
        "",
        "| input | times | median, ms | greatest, ms |",
        "|---|---|---|---|",
        *(
            f"| {_NAMES.get(kind, f'`{kind}`')} | {times} | {middle:.0f} | {greatest:.0f} |"
            for kind, (times, middle, greatest) in page["by_kind_ms"].items()
        ),
        "",
        "Heap after a collection, the page and its threads: "
        f"{page['heap_first_mib']:.1f} MiB at first, {page['heap_last_mib']:.1f} MiB at the end; "
        f"{page['heap_mib_per_minute']:+.2f} MiB a minute over the last two "
        "thirds. Ways of aircraft are kept for ten minutes: until then it grows.",
        "",
        f"Page, kB gz: {parts}. Sent without map data: {page['page_sent'] / 1_000:.0f} kB; map "
        f"data: {page['map_gz'] / 1_000:.0f} kB gz.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.console_bench")
    parser.add_argument("--minutes", type=float, default=1.0, help="of the page by itself")
    parser.add_argument("--aircraft", type=int, default=2_000)
    parser.add_argument("--volumes", type=int, default=500)
    parser.add_argument("--inputs", type=int, default=100)
    parser.add_argument("--settle", type=float, default=_SETTLE_S, help="seconds before and after")
    parser.add_argument("--seed", type=int, default=20_260)
    parser.add_argument("--profile", action="store_true", help="print where its time goes")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results")
    options = parser.parse_args()
    facts: Facts = {
        "commit": commit(),
        "machine": machine(),
        "software": software(),
        "aircraft": options.aircraft,
        "volumes": options.volumes,
        "seed": options.seed,
    }
    facts["page"] = summed(measure(options))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "console.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    (options.out / "console.md").write_text(markdown(facts), "utf-8")
    print(markdown(facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
