"""`make bench`: measure, and write the results as JSON and Markdown.

    python -m bench.run [--quick] [--only CASE,...] [--sizes N,...] [--repeats N] [--out DIR]

Progress goes to standard error. Nothing else should run on the machine meanwhile; the load before
the run is recorded.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bench import (
    cases,
    line_cases,
    private_cases,
    results,
    server_cases,
    server_postgres,
    sky_cases,
    traffic,
)
from bench.measure import ROOT, commit, machine, note, software

CASES: Final[dict[str, Callable[[cases.Plan], Any]]] = {
    "all_pairs": cases.all_pairs,
    "brute_force": cases.brute_force,
    "one_new_volume": cases.one_new_volume,
    "false_conflicts": cases.false_conflicts,
    "curve": cases.curve,
    "server_put": lambda plan: server_cases.server_put(plan.server, plan.repeats, plan.seed),
    "server_query": lambda plan: server_cases.server_query(plan.server, plan.repeats, plan.seed),
    "server_growth": lambda plan: server_cases.server_growth(plan.server, plan.repeats, plan.seed),
    "line_messages": lambda plan: line_cases.line_messages(
        plan.repeats, plan.seed, quick=plan.server == server_cases.QUICK
    ),
    "line_urgent": lambda plan: line_cases.line_urgent(
        plan.repeats, plan.seed, quick=plan.server == server_cases.QUICK
    ),
    "server_postgres": lambda plan: server_postgres.server_postgres(
        plan.server, plan.repeats, plan.seed
    ),
    "private_check": lambda plan: private_cases.private_check(
        plan.repeats, plan.seed, quick=plan.server == server_cases.QUICK
    ),
    "live_sky": lambda plan: sky_cases.live_sky(plan.seed, quick=plan.server == server_cases.QUICK),
    "encounters": lambda plan: sky_cases.encounters(
        plan.repeats, quick=plan.server == server_cases.QUICK
    ),
    "scan": lambda plan: sky_cases.scan(quick=plan.server == server_cases.QUICK),
}


def run(plan: cases.Plan, chosen: Sequence[str], *, quick: bool) -> dict[str, Any]:
    """All chosen cases, with what they were measured on."""
    facts: dict[str, Any] = {
        "command": "make bench" if not quick else "python -m bench.run --quick",
        "quick": quick,
        "commit": commit(),
        "machine": machine(),
        "software": software(),
        "seed": plan.seed,
        "repeats": plan.repeats,
        "cases": {},
    }
    for name in chosen:
        note(f"== {name}")
        facts["cases"][name] = CASES[name](plan)
    return facts


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit status."""
    options = _options(arguments)
    if options.child is not None:
        json.dump(cases.child(options.child, options.seed), sys.stdout)
        return 0
    plan = cases.QUICK if options.quick else cases.Plan()
    plan = replace(plan, seed=options.seed, repeats=options.repeats or plan.repeats)
    if options.sizes:
        plan = replace(plan, curve=tuple(options.sizes))
    facts = run(plan, options.only, quick=options.quick)
    folder = options.out or (ROOT / "out" / "bench-quick" if options.quick else results.FOLDER)
    for path in results.write(facts, folder):
        note(f"written: {path}")
    print(results.markdown(facts))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small numbers: does it run at all")
    parser.add_argument("--only", type=_names, default=list(CASES), help=",".join(CASES))
    parser.add_argument("--sizes", type=_numbers, help="volumes of the curve: 10000,30000")
    parser.add_argument("--repeats", type=int, help="turns of each side")
    parser.add_argument("--seed", type=int, default=traffic.SEED)
    parser.add_argument("--out", type=Path, help="folder for the results")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in CASES:
            raise argparse.ArgumentTypeError(f"there is no case {name!r}: use {', '.join(CASES)}")
    return names


def _numbers(text: str) -> list[int]:
    return [int(word.replace("_", "")) for word in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
