"""The four questions of the benchmark, each answered as plain numbers for a result file."""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench import baselines, cells, traffic
from bench.measure import ROOT, alternate, note, peak_memory_mib, percentile, progress
from bench.server_cases import QUICK as QUICK_SIZES
from bench.server_cases import Sizes
from openline.airspace.conflict import Conflict
from openline.airspace.entity import Entity
from openline.airspace.find import Findings, find_conflicts
from openline.airspace.separation import INTERSECTION
from openline.formats.traffic import Traffic

QUERY_SEED_STEP: Final = 1  # the new volumes come from the next seed
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: volumes for each case, repeats, and the seed."""

    pairs: int = 100_000
    brute: int = 5_000
    brute_days: float = 0.25  # as dense as 140,000 in a week: there must be conflicts to compare
    stored: int = 100_000
    queries: int = 2_000
    falsely: int = 100_000
    curve: tuple[int, ...] = (10_000, 30_000, 100_000, 300_000, 1_000_000)
    days: float = traffic.DAYS
    repeats: int = 5
    seed: int = traffic.SEED
    server: Sizes = field(default_factory=Sizes)


QUICK: Final = Plan(
    pairs=600,
    brute=300,
    brute_days=0.01,
    stored=600,
    queries=50,
    falsely=600,
    curve=(500, 1_000),
    days=0.03,
    repeats=2,
    server=QUICK_SIZES,
)


def make(volumes: int, seed: int, days: float = traffic.DAYS) -> Traffic:
    """Generated traffic, with progress."""
    with progress(f"generating {volumes:,} volumes") as tell:
        return traffic.generate(volumes, seed, days=days, progress=tell)


def find(sky: Traffic) -> Findings:
    """All pairs, by the product."""
    return find_conflicts(sky.intents, sky.constraints, INTERSECTION)


def pairs_of(conflicts: Iterable[Conflict], entities: Sequence[Entity]) -> baselines.Pairs:
    """Conflicts as pairs of numbers of entities, the smaller first."""
    number = {(entity.kind, entity.id): n for n, entity in enumerate(entities)}
    sides = ((number[c.a.kind, c.a.id], number[c.b.kind, c.b.id]) for c in conflicts)
    return {(a, b) if a < b else (b, a) for a, b in sides}


def all_pairs(plan: Plan) -> Facts:
    """All pairs: the product, the usual way, and the usual way at its best, in turns.

    Shapes and columns of the usual ways are made before the clock runs; the product starts from
    its own values and does everything within the time.
    """
    sky = make(plan.pairs, plan.seed, plan.days)
    entities = sky.entities()
    begin = time.perf_counter()
    columns = baselines.Columns.of(entities)
    shapes_s = time.perf_counter() - begin
    sides = {
        "openline": lambda: find(sky),
        "usual": lambda: baselines.StrTreeCheck(columns).pairs(),
        "usual_vectorised": lambda: baselines.vectorised_pairs(columns),
    }
    spreads, answers = alternate(sides, plan.repeats, note)
    exact = pairs_of(answers["openline"], entities)
    facts: Facts = {
        "volumes": sky.volume_count,
        "entities": len(entities),
        "conflicts": len(exact),
        "candidates": answers["openline"].candidates,
        "usual_shapes_s": shapes_s,
        "sides": {name: spread.facts() for name, spread in spreads.items()},
    }
    ours = spreads["openline"].median_s
    for name in ("usual", "usual_vectorised"):
        facts["sides"][name] |= {
            "ratio": spreads[name].median_s / ours,
            "missed": len(exact - answers[name]),
            "invented": len(answers[name] - exact),
        }
    return facts


def brute_force(plan: Plan) -> Facts:
    """All pairs with the index against all pairs without: time, and whether they agree."""
    sky = make(plan.brute, plan.seed, plan.brute_days)
    entities = sky.entities()

    def brute() -> baselines.Pairs:
        with progress("brute force") as tell:
            return baselines.brute_force(entities, INTERSECTION, tell)

    sides = {"openline": lambda: find(sky), "brute": brute}
    spreads, answers = alternate(sides, min(plan.repeats, 3), note)
    exact = pairs_of(answers["openline"], entities)
    return {
        "volumes": sky.volume_count,
        "days": plan.brute_days,
        "conflicts": len(exact),
        "identical": exact == answers["brute"],
        "ratio": spreads["brute"].median_s / spreads["openline"].median_s,
        "sides": {name: spread.facts() for name, spread in spreads.items()},
    }


def curve(plan: Plan) -> list[Facts]:
    """Time and peak memory over the number of volumes, each size in a process of its own."""
    rows = []
    for volumes in plan.curve:
        note(f"curve: {volumes:,} volumes")
        command = [sys.executable, "-m", "bench.run", "--child", str(volumes)]
        done = subprocess.run(
            [*command, "--seed", str(plan.seed)], cwd=ROOT, check=True, stdout=subprocess.PIPE
        )
        rows.append(json.loads(done.stdout))
    return rows


def child(volumes: int, seed: int) -> Facts:
    """One point of the curve: generate, find, and say how long it took and how much it held."""
    begin = time.perf_counter()
    sky = make(volumes, seed)
    generated = time.perf_counter()
    before_mib = peak_memory_mib()
    with progress(f"all pairs of {volumes:,}") as tell:
        begin_cpu = time.process_time()
        findings = find_conflicts(sky.intents, sky.constraints, INTERSECTION, progress=tell)
        seconds = time.perf_counter() - generated
        cpu = time.process_time() - begin_cpu
    conflicts = len(findings)
    return {
        "volumes": volumes,
        "conflicts": conflicts,
        "candidates": findings.candidates,
        "generate_s": generated - begin,
        "find_s": seconds,
        "find_cpu_s": cpu,
        "us_per_volume_and_conflict": seconds / (volumes + conflicts) * 1e6,
        "traffic_mib": before_mib,
        "peak_mib": peak_memory_mib(),
    }


def one_new_volume(plan: Plan) -> Facts:
    """One new volume against the stored ones: the index of the product and the usual tree."""
    from openline.airspace.index import AirspaceIndex

    sky = make(plan.stored, plan.seed, plan.days)
    entities = sky.entities()
    new = make(plan.queries, plan.seed + QUERY_SEED_STEP, plan.days)
    volumes = [volume for intent in new.intents for volume in intent.volumes]
    index = AirspaceIndex()
    begin = time.perf_counter()
    for entity in entities:
        index.add(entity)
    built = time.perf_counter() - begin
    tree = baselines.StrTreeCheck(baselines.Columns.of(entities))
    shapes = [baselines.shape_of(volume.footprint) for volume in volumes]
    ours: list[float] = []
    usual: list[float] = []
    agree = hits = 0
    gc.collect()
    index.query(volumes[0], INTERSECTION)
    for shape, volume in zip(shapes, volumes, strict=True):
        start = time.perf_counter_ns()
        found = index.query(volume, INTERSECTION)
        middle = time.perf_counter_ns()
        theirs = tree.query(shape, volume)
        end = time.perf_counter_ns()
        ours.append((middle - start) / 1000)
        usual.append((end - middle) / 1000)
        agree += sorted(entity.id for entity in found) == sorted(entities[n].id for n in theirs)
        hits += len(found)
    return {
        "stored": sky.volume_count,
        "queries": len(volumes),
        "conflicts_per_query": hits / len(volumes),
        "same_answer_share": agree / len(volumes),
        "add_us_per_volume": built / sky.volume_count * 1e6,
        "openline": _latency(ours),
        "usual": _latency(usual),
        "ratio": percentile(usual, 0.5) / percentile(ours, 0.5),
    }


def _latency(microseconds: list[float]) -> Facts:
    return {
        "median_us": percentile(microseconds, 0.5),
        "p90_us": percentile(microseconds, 0.9),
        "p99_us": percentile(microseconds, 0.99),
        "max_us": max(microseconds),
    }


def false_conflicts(plan: Plan) -> Facts:
    """How many pairs coarser checks report, over the exact number."""
    sky = make(plan.falsely, plan.seed, plan.days)
    entities = sky.entities()
    exact = pairs_of(find(sky), entities)
    with progress("boxes") as tell:
        boxes = baselines.box_pairs(entities, tell)
    with progress("cells") as tell:
        by_cell = cells.cell_pairs(entities, tell)
    facts: Facts = {"volumes": sky.volume_count, "conflicts": len(exact)}
    for name, reported in (("box_per_intent", boxes), ("level_13_cells", by_cell)):
        facts[name] = {
            "reported": len(reported),
            "false": len(reported - exact),
            "missed": len(exact - reported),
            "factor": len(reported) / len(exact) if exact else None,
        }
    return facts
