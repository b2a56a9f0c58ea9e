"""How long advice takes: one plan against 10,000 active ones, and 200 plans in one tangle.

    uv run python -m bench.advise_bench [--active N] [--asked N] [--tangle N] [--seconds S]

One plan: generated traffic (`traffic`) whose volumes all begin within 72 minutes, so that most are
active together; of new plans from another seed those that are in conflict are asked about, with the
default limits and costs, five alternatives each. Every alternative is asked of the exact pairwise
detector against everything, without the index.
Tangle: plans of one volume, 3 km across, 10 to 60 minutes long, 60 m high, all over one square
kilometre and within 20 minutes, so that nearly all pairs are in conflict; later or earlier by up to
two days, up to 600 m. CPU time of one process, and wall time where the solver's limit is wall time.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench import traffic
from bench.measure import ROOT, commit, machine, note, percentile, software
from openline.airspace.advise.advice import Advice, advise
from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.obstacles import Asking, Sky
from openline.airspace.advise.tangle import STILL, Tangle
from openline.airspace.advise.untangle import Untangled, untangle
from openline.airspace.detector import detect
from openline.airspace.entity import OperationalIntent
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.app.solver import available, solve
from openline.geo.circle import Circle

Facts = dict[str, Any]
SEED: Final = 20_261
DAYS: Final = 0.05
MINIMA: Final = {"overlap": INTERSECTION, "500 m / 100 m": Separation(500.0, 100.0)}
TANGLE_MINIMA: Final = Separation(200.0, 15.0, timedelta(seconds=30))
_NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
_FOOTPRINT_M: Final = 1_500.0


def one_plan(active: int, asked: int) -> list[Facts]:
    """Advice for plans in conflict, one after the other, with each minima."""
    entities = traffic.generate(active, SEED, days=DAYS).entities()
    sky = Sky.of(entities)
    volumes = [volume for entity in entities for volume in entity.volumes]
    table = VolumeTable.of(volumes)
    new = traffic.generate(6 * asked, SEED + 1, days=DAYS).intents
    rows = []
    for name, minima in MINIMA.items():
        times: list[float] = []
        found: list[Advice] = []
        for plan in new:
            asking = Asking(plan, sky, minima)
            if not asking.in_the_way(plan.volumes):
                continue
            begin = time.process_time()
            found.append(advise(asking))
            times.append((time.process_time() - begin) * 1000)
            if len(times) == asked:
                break
        parties = np.array([e.party for e in entities for _ in e.volumes])
        rows.append(
            {
                "minima": name,
                "active_volumes": len(volumes),
                "asked": len(times),
                "none_found": sum(not one.alternatives for one in found),
                "alternatives": sum(len(one.alternatives) for one in found),
                "in_conflict": sum(_wrong(one, table, parties, minima) for one in found),
                "median_ms": percentile(times, 0.5),
                "p95_ms": percentile(times, 0.95),
                "max_ms": max(times),
            }
        )
        note(f"{name}: p95 {rows[-1]['p95_ms']:.0f} ms")
    return rows


def _wrong(advice: Advice, table: VolumeTable, parties: Any, minima: Separation) -> int:
    """How many alternatives conflict with anything of other parties: must be 0."""
    others = np.flatnonzero(parties != advice.plan.party)
    wrong = 0
    for one in advice.alternatives:
        mine = VolumeTable.of(one.plan.volumes)
        i, j = np.divmod(np.arange(len(mine) * len(others)), len(others))
        wrong += len(detect(mine, i, table, others[j], minima)) > 0
    return wrong


def tangle(count: int, seconds: float) -> Facts:
    """Many plans that nearly all conflict with each other, with and without the solver."""
    chance = random.Random(SEED)
    plans = [OperationalIntent(f"i{n}", f"p{n}", (_volume(chance),)) for n in range(count)]
    day = timedelta(days=2)
    limits = Limits(later=day, earlier=day)
    begin, begin_wall = time.process_time(), time.perf_counter()
    empty = Sky.of(())
    made = Tangle.of(plans, lambda p: Asking(p, empty, TANGLE_MINIMA), limits, Costs())
    conflicts = sum(1 for _ in made.in_conflict([STILL] * count))
    greedy = untangle(made)
    facts: Facts = {
        "plans": count,
        "conflicts": conflicts,
        "without_solver": _outcome(made, greedy, begin, begin_wall),
    }
    if available():
        facts["with_solver"] = _outcome(made, solve(made, greedy, seconds), begin, begin_wall)
    return facts


def _volume(chance: random.Random) -> Volume4D:
    start = _NOON + timedelta(minutes=chance.randrange(20))
    low = chance.randrange(10, 13) * 10.0
    place = Circle.of(47 + chance.random() / 111, 8 + chance.random() / 76, _FOOTPRINT_M)
    end = start + timedelta(minutes=chance.randrange(10, 60))
    return Volume4D.over_ellipsoid(place, low, low + 60, start, end)


def _outcome(made: Tangle, found: Untangled, begin: float, begin_wall: float) -> Facts:
    return {
        "cpu_s": time.process_time() - begin,
        "wall_s": time.perf_counter() - begin_wall,
        "cost_h": found.cost / 3600,
        "bound_h": found.bound / 3600,
        "gap": found.gap,
        "unplaced": found.unplaced,
        "still_in_conflict": sum(1 for _ in made.in_conflict(found.shifts)),
    }


def markdown(facts: Facts) -> str:
    """The results as a page."""
    lines = [
        "# Advice",
        "",
        f"`python -m bench.advise_bench` at commit `{facts['commit']}`, seed {SEED}. "
        f"{facts['machine']['cpu']}, {facts['machine']['cores']} cores, "
        f"load before {facts['machine']['load_before']}.",
        "",
        "## One plan against the active ones, CPU time",
        "",
        "| minima | active volumes | asked | none found | alternatives | of them in conflict | "
        "median | p95 | greatest |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['minima']} | {row['active_volumes']:,} | {row['asked']} | {row['none_found']} | "
        f"{row['alternatives']:,} | {row['in_conflict']} | {row['median_ms']:.0f} ms | "
        f"{row['p95_ms']:.0f} ms | {row['max_ms']:.0f} ms |"
        for row in facts["one_plan"]
    ]
    case = facts["tangle"]
    lines += [
        "",
        f"## {case['plans']} plans with {case['conflicts']:,} conflicts among them, untangled",
        "",
        "| | CPU | wall | cost | bound | gap | without room | still in conflict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name.replace('_', ' ')} | {row['cpu_s']:.1f} s | {row['wall_s']:.1f} s | "
        f"{row['cost_h']:,.0f} h | {row['bound_h']:,.1f} h | {row['gap']:.1%} | "
        f"{row['unplaced']} | {row['still_in_conflict']} |"
        for name in ("without_solver", "with_solver")
        if (row := case.get(name)) is not None
    ]
    lines += ["", "Cost and bound are in hours of delay of all plans together."]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.advise_bench")
    parser.add_argument("--active", type=int, default=10_000, help="active volumes")
    parser.add_argument("--asked", type=int, default=200, help="plans asked about")
    parser.add_argument("--tangle", type=int, default=200, help="plans in one tangle")
    parser.add_argument("--seconds", type=float, default=15.0, help="the solver's time")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results")
    options = parser.parse_args(arguments)
    facts = {
        "commit": commit(),
        "machine": machine(),
        "software": software(),
        "seed": SEED,
        "one_plan": one_plan(options.active, options.asked),
        "tangle": tangle(options.tangle, options.seconds),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    page = markdown(facts)
    (options.out / "advise.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    (options.out / "advise.md").write_text(page + "\n", encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
