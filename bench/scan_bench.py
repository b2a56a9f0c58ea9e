"""How fast all losses of separation in a day of real flights are found, beside `traffic`.

    uv run --group bench-traffic python -m bench.scan_bench [--flights N] [--out DIR] [--alone]

Flights: the first N of the sample `switzerland` that comes with `traffic` (MIT). Both sides start
from the same data frame and look for 5 NM / 1,000 ft: `traffic` with its
`closest_point_of_approach` (pairs of flights at the samples of both), we with legs between samples
and the closed form. CPU time of a process and its children, one worker; ours is the median of some
turns, the peer runs once. Both are compared with brute force: every pair of aircraft at every
step of 2 s, without an index. `--alone` leaves the peer out.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.measure import ROOT, commit, machine, note
from openline.airspace.encounter.recorded import Loss, losses_among
from openline.airspace.encounter.recording import JoinRules, Legs, Samples, legs_of
from openline.encounter import Cylinder
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

LATERAL_M: Final = 5 * METRES_PER_NAUTICAL_MILE
VERTICAL_FT: Final = 1000.0
STEP_S: Final = 2.0
TURNS: Final = 7
RULES: Final = JoinRules()

Pairs = set[tuple[str, str]]


def cpu_s() -> float:
    """CPU seconds of this process and of its children that ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a call, and its answer."""
    begin = cpu_s()
    answer = work()
    return cpu_s() - begin, answer


def legs(frame: Any) -> tuple[list[str], Legs]:
    """The legs of a data frame of positions, and the names of their tracks."""
    names, track = np.unique(frame["icao24"].to_numpy(str), return_inverse=True)
    time_s = frame["timestamp"].to_numpy("datetime64[ns]").astype(np.int64) / 1e9
    columns = [frame[name].to_numpy(float) for name in ("latitude", "longitude", "altitude")]
    height_m = columns[2] * METRES_PER_FOOT
    samples = Samples.of(track, track, time_s, columns[0], columns[1], height_m)
    whole, _ = legs_of(samples, RULES, float(time_s.min()), float(time_s.max()) + 1.0)
    return names.tolist(), whole


def ours(frame: Any) -> tuple[list[str], list[Loss]]:
    """Every loss, from the data frame on."""
    names, whole = legs(frame)
    vertical_m = (VERTICAL_FT - 1.0) * METRES_PER_FOOT
    return names, losses_among(whole, Cylinder(LATERAL_M, vertical_m), METRES_PER_FOOT)


def peer(flights: Any) -> Pairs:
    """Pairs of aircraft that `traffic` finds closer than both minima at an instant."""
    found = flights.closest_point_of_approach(LATERAL_M, VERTICAL_FT, max_workers=1)
    if found is None:
        return set()
    frame = found.data
    lateral_nm = LATERAL_M / METRES_PER_NAUTICAL_MILE  # its answer is in miles and feet
    near = frame[(frame["lateral"] < lateral_nm) & (frame["vertical"] < VERTICAL_FT - 1.0)]
    pairs = zip(near["icao24_x"], near["icao24_y"], strict=True)
    return {(min(one, other), max(one, other)) for one, other in pairs if one != other}


def brute_force(names: list[str], whole: Legs) -> Pairs:
    """Pairs closer than both minima at a step, each looked at in space, without an index."""
    found: Pairs = set()
    for instant in np.arange(whole.start_s.min(), whole.end_s.max(), STEP_S).tolist():
        now = np.flatnonzero((whole.start_s <= instant) & (whole.end_s >= instant))
        length = np.maximum(whole.end_s[now] - whole.start_s[now], 1e-9)
        share = (instant - whole.start_s[now]) / length
        place = whole.start_m[now] + share[:, None] * (whole.end_m[now] - whole.start_m[now])
        climb = whole.end_altitude_m[now] - whole.start_altitude_m[now]
        height = whole.start_altitude_m[now] + share * climb
        one, other = np.triu_indices(len(now), 1)
        # A chord of 5 NM is 1 mm shorter than its arc; a leg lies below the surface by metres.
        near = ((place[one] - place[other]) ** 2).sum(axis=1) < (LATERAL_M - 0.5) ** 2
        near &= np.abs(height[one] - height[other]) < (VERTICAL_FT - 1.0) * METRES_PER_FOOT - 0.01
        for a, b in zip(now[one[near]].tolist(), now[other[near]].tolist(), strict=True):
            first, second = names[whole.track[a]], names[whole.track[b]]
            if first != second:
                found.add((min(first, second), max(first, second)))
    return found


def measure(count: int, *, alone: bool) -> dict[str, Any]:
    """The facts of one run."""
    from traffic.core import Traffic
    from traffic.data.samples import switzerland

    whole = [flight for _, flight in zip(range(count), switzerland, strict=False)]
    flights: Any = Traffic.from_flights(whole)
    frame = flights.data
    note(f"== {count:,} flights, {len(frame):,} positions")
    turns = [timed(lambda: ours(frame)) for _ in range(TURNS + 1)][1:]
    seconds = [spent for spent, _ in turns]
    names, losses = turns[-1][1]
    mine = {(names[loss.first], names[loss.second]) for loss in losses}
    truth = brute_force(*legs(frame))
    facts: dict[str, Any] = {
        "flights": len(whole),
        "positions": len(frame),
        "pairs_by_brute_force": len(truth),
        "openline": _side(statistics.median(seconds), mine, truth)
        | {"least_s": min(seconds), "most_s": max(seconds), "losses": len(losses)},
    }
    if not alone:
        note("== traffic: this takes minutes")
        spent, theirs = timed(lambda: peer(flights))
        facts["traffic"] = _side(spent, theirs, truth)
        facts["ratio"] = spent / statistics.median(seconds)
    return facts


def _side(seconds: float, pairs: Pairs, truth: Pairs) -> dict[str, Any]:
    return {
        "cpu_s": seconds,
        "pairs": len(pairs),
        "found_of_brute_force": len(pairs & truth),
        "recall": len(pairs & truth) / len(truth) if truth else 1.0,
        "only_here": len(pairs - truth),
    }


def markdown(facts: dict[str, Any]) -> str:
    """The results as a page."""
    run = facts["run"]
    lines = [
        "# Losses of separation in recorded flights",
        "",
        f"Commit `{facts['commit']}`, {facts['machine']['cpu']}, {facts['machine']['cores']} cores,"
        f" load before {facts['machine']['load_before']}; traffic {facts['traffic_version']}. "
        f"{run['flights']:,} real flights, {run['positions']:,} positions, 5 NM / 1,000 ft; CPU "
        f"seconds of one worker, ours the median of {TURNS} turns. Brute force, every pair at every"
        f" {STEP_S:g} s, finds {run['pairs_by_brute_force']:,} pairs.",
        "",
        "| side | CPU s | × Openline | pairs | of brute force | recall | only here |",
        "|---|---|---|---|---|---|---|",
    ]
    own_s = run["openline"]["cpu_s"]
    for name in ("openline", "traffic"):
        if name in run:
            side = run[name]
            lines.append(
                f"| {name} | {side['cpu_s']:.3g} | {side['cpu_s'] / own_s:,.0f} "
                f"| {side['pairs']:,} | {side['found_of_brute_force']:,} "
                f"| {100 * side['recall']:.1f} % | {side['only_here']:,} |"
            )
    lines += [
        "",
        "Pairs that only we have met between two steps, for less than one; pairs that only the"
        " peer has rest on its own filling of gaps.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """The command. Returns the exit status: 1 if a pair of brute force was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.scan_bench")
    parser.add_argument("--flights", type=int, default=300)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--alone", action="store_true")
    options = parser.parse_args()
    facts: dict[str, Any] = {
        "commit": commit(),
        "machine": machine(),
        "traffic_version": version("traffic"),
        "run": measure(options.flights, alone=options.alone),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "scan.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    (options.out / "scan.md").write_text(markdown(facts), "utf-8")
    print(markdown(facts))
    return 0 if facts["run"]["openline"]["recall"] == 1.0 else 1


if __name__ == "__main__":
    sys.exit(main())
