"""How fast all encounters among many aircraft are found, beside the usual tools in the same run.

    uv run --group bench python -m bench.encounter_bench [--sizes N,...] [--repeats N] [--out DIR]

Traffic: aircraft at random in a region, level or climbing, 100 to 250 m/s; minima 5 NM / 1,000 ft,
look-ahead 300 s. Peers: the state-based detectors of BlueSky (compiled) and MiniSky, called with
arrays of their own layout; a peer that is not installed, or too slow for a size, is left out and
named. CPU time of one process; sides run in turns; a turn with up to 1,000 aircraft is 20 calls of
each side. The floor reads the input once, sorts it once and writes the true pairs.

For every pair that a peer and we answer differently, both aircraft are walked along their geodesics
on the ellipsoid in steps of 0.02 s, up to and with the end of the look-ahead: who is right?
"""

import argparse
import gc
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from geographiclib.geodesic import Geodesic

from bench import encounter_intervals
from bench.measure import ROOT, commit, machine, note
from openline.airspace.encounter.pruning import Encounters, find_encounters
from openline.airspace.encounter.snapshot import Snapshot
from openline.encounter import Cylinder
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

LATERAL_M: Final = 5 * METRES_PER_NAUTICAL_MILE
VERTICAL_M: Final = 1000 * METRES_PER_FOOT
LOOKAHEAD_S: Final = 300.0
SEED: Final = 20_260
DENSE: Final = "10 by 10 degrees"
CONSTANT: Final = "10 per square degree"
# Beyond these a peer needs minutes, or memory for every pair.
_SIZES_MAX: Final = {"bluesky": 10_000, "minisky": 100_000}
PEERS: Final = ("bluesky-simulator", "minisky")
_MISSING: Final = "not installed"
_SMALL: Final = 1_000  # a call is short: each turn has several, of every side as many
_SMALL_CALLS: Final = 20
# With so many at constant density go so many more, for the growth.
_CONSTANT_TOO: Final = {100_000: 10_000}
_MEMORY_FROM: Final = 10_000  # fewer need less than what is there already

Pairs = set[tuple[int, int]]
Find = Callable[[], Any]


def traffic(count: int, square_degrees: float) -> tuple[Any, Any]:
    """Positions (n, 3) in degrees and metres, velocities (n, 3) east, north, up."""
    random = np.random.default_rng(SEED)
    side = math.sqrt(square_degrees)
    tall, wide = (side, side) if side <= 60 else (60.0, square_degrees / 60.0)
    latitude = 47.0 if side <= 60 else 20.0
    position = random.uniform((-tall / 2, -wide / 2, 0), (tall / 2, wide / 2, 12_000), (count, 3))
    position[:, 0] += latitude
    speed, track = random.uniform(100, 250, count), random.uniform(0, 2 * np.pi, count)
    climb = np.where(random.random(count) < 0.4, random.uniform(-12, 12, count), 0.0)
    return position, np.stack((speed * np.sin(track), speed * np.cos(track), climb), axis=1)


def sides(position: Any, velocity: Any) -> dict[str, Find]:
    """Who takes part: name to a call that answers once."""
    detector = Cylinder(LATERAL_M, VERTICAL_M)

    def ours(search: Any) -> Encounters:
        return find_encounters(Snapshot.on_earth(position, velocity), detector, LOOKAHEAD_S, search)

    chosen: dict[str, Find] = {"openline (numpy)": lambda: ours(None)}
    try:
        from openline.airspace.encounter.compiled import in_loops

        chosen["openline"] = lambda: ours(in_loops)
    except ImportError:
        note("left out: the compiled search; install openline[fast]")
    pairs = find_encounters(Snapshot.on_earth(position, velocity), detector, LOOKAHEAD_S)
    chosen["floor"] = lambda: _floor(position, velocity, len(pairs.first))
    return chosen | _peers(position, velocity)


def _floor(position: Any, velocity: Any, count: int) -> Any:
    key = (position[:, 0] * 100).astype(np.int64) * 100_000 + (position[:, 1] * 100).astype(
        np.int64
    )
    order = np.argsort(key)
    return position[order].sum() + velocity[order].sum(), np.zeros((count, 4)) + 1.0


def _peers(position: Any, velocity: Any) -> dict[str, Find]:
    count = len(position)
    names = [str(number) for number in range(count)]
    aircraft = SimpleNamespace(
        ntraf=count,
        id=names,
        callsign=names,
        lat=position[:, 0].copy(),
        lon=position[:, 1].copy(),
        alt=position[:, 2].copy(),
        vs=velocity[:, 2].copy(),
        gs=np.hypot(velocity[:, 0], velocity[:, 1]),
        trk=np.degrees(np.arctan2(velocity[:, 0], velocity[:, 1])) % 360,
        gseast=velocity[:, 0].copy(),
        gsnorth=velocity[:, 1].copy(),
    )
    minima = (np.full(count, LATERAL_M), np.full(count, VERTICAL_M), np.full(count, LOOKAHEAD_S))
    found: dict[str, Find] = {}
    if count <= _SIZES_MAX["bluesky"]:
        try:
            from bluesky.traffic.asas import cstatebased

            found["bluesky"] = lambda: cstatebased.detect(aircraft, aircraft, *minima)[0]
        except ImportError:
            note("left out: BlueSky is not installed")
    if count <= _SIZES_MAX["minisky"]:
        try:
            from minisky._internal.conflict.detection import ConflictDetection as Peer

            itself = SimpleNamespace(VerticalInterval=Peer.VerticalInterval)
            found["minisky"] = lambda: Peer.detect(itself, aircraft, aircraft, *minima).confpairs
        except ImportError:
            note("left out: MiniSky is not installed")
    return found


def pairs_of(answer: Any) -> Pairs:
    """The unordered pairs of any side's answer."""
    if isinstance(answer, Encounters):
        return set(zip(answer.first.tolist(), answer.second.tolist(), strict=True))
    return {(min(a, b), max(a, b)) for a, b in ((int(one), int(two)) for one, two in answer)}


def is_loss(position: Any, velocity: Any, pair: tuple[int, int]) -> bool:
    """Whether the pair comes closer than the minima, by walking along geodesics."""
    lines = []
    for number in pair:
        azimuth = math.degrees(math.atan2(velocity[number, 0], velocity[number, 1]))
        start = position[number]
        lines.append(Geodesic.WGS84.Line(start[0], start[1], azimuth))
    speeds = [float(np.hypot(*velocity[number, :2])) for number in pair]

    def lateral(second: float) -> float:
        ends = [line.Position(second * mps) for line, mps in zip(lines, speeds, strict=True)]
        places = (ends[0]["lat2"], ends[0]["lon2"], ends[1]["lat2"], ends[1]["lon2"])
        return float(Geodesic.WGS84.Inverse(*places)["s12"])

    up_m, up_mps = (float(a[pair[0], 2] - a[pair[1], 2]) for a in (position, velocity))
    for second in range(int(LOOKAHEAD_S)):
        # Within a second they come nearer by 500 m, and 24 m vertically, at the most.
        if abs(up_m + second * up_mps) > VERTICAL_M + 25 or lateral(second) > LATERAL_M + 500:
            continue
        # With the end of the second: a loss may begin just before the look-ahead is over.
        for instant in np.linspace(second, second + 1, 51).tolist():
            if abs(up_m + instant * up_mps) < VERTICAL_M and lateral(instant) < LATERAL_M:
                return True
    return False


def bytes_each(count: int) -> float:
    """Peak memory of one search beyond what a small one needs, in bytes for each aircraft.

    In a process of its own, where no peer has been; the small one has compiled and warmed up.
    Linux alone says it.
    """
    command = [sys.executable, "-m", "bench.encounter_bench", "--child", str(count)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout.splitlines()[-1])


def _child(count: int) -> None:
    """Peak memory after a search among few and among many."""
    search: Any = None
    with suppress(ImportError):
        from openline.airspace.encounter.compiled import in_loops

        search = in_loops
    detector = Cylinder(LATERAL_M, VERTICAL_M)
    for number in (100, count):
        position, velocity = traffic(number, 100.0 if number <= 10_000 else number / 10)
        # The peak that `getrusage` knows is that of the parent before the child was one.
        Path("/proc/self/clear_refs").write_text("5", "ascii")
        before = _peak_kib()
        find_encounters(Snapshot.on_earth(position, velocity), detector, LOOKAHEAD_S, search)
    print(1024 * (_peak_kib() - before) / count)


def _peak_kib() -> int:
    """Peak memory of this process since it was last reset (Linux)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def case(
    count: int, square_degrees: float, repeats: int, left_out: Sequence[str] = ()
) -> dict[str, Any]:
    """One size: CPU milliseconds of each side, ratios, and the pairs compared."""
    position, velocity = traffic(count, square_degrees)
    found = sides(position, velocity)
    chosen = {name: work for name, work in found.items() if name not in left_out}
    seconds: dict[str, list[float]] = {name: [] for name in chosen}
    answers: dict[str, Any] = {}
    for turn in range(repeats + 1):  # the first turn compiles and warms up; it does not count
        for name, work in chosen.items():
            if turn and sum(seconds[name]) > 20.0:
                continue
            gc.collect()
            calls = _SMALL_CALLS if count <= _SMALL and turn else 1
            begin = time.process_time()
            for _ in range(calls):
                answers[name] = work()
            if turn or name in _SIZES_MAX:
                seconds[name].append((time.process_time() - begin) / calls)
    best = "openline" if "openline" in chosen else "openline (numpy)"
    ours = pairs_of(answers[best])
    facts: dict[str, Any] = {"aircraft": count, "pairs": len(ours), "sides": {}}
    facts["bytes_each"] = bytes_each(count) if count >= _MEMORY_FROM else None
    own_ms = 1000 * statistics.median(seconds[best])
    for name, times in seconds.items():
        median_ms = 1000 * statistics.median(times)
        side: dict[str, Any] = {"cpu_ms": median_ms, "ratio": median_ms / own_ms}
        side["least_ms"], side["most_ms"] = 1000 * min(times), 1000 * max(times)
        if name != "floor":
            theirs = pairs_of(answers[name])
            other = ours ^ theirs
            side["pairs"] = len(theirs)
            side["only_ours"], side["only_theirs"] = len(ours - theirs), len(theirs - ours)
            right = sum(is_loss(position, velocity, pair) == (pair in ours) for pair in other)
            side["ours_right"], side["theirs_right"] = right, len(other) - right
        facts["sides"][name] = side
    return facts


def markdown(facts: dict[str, Any]) -> str:
    """The results as a page."""
    lines = [
        "# Encounters among many aircraft",
        "",
        f"Commit `{facts['commit']}`, {facts['machine']['cpu']}, {facts['machine']['cores']} cores,"
        f" load before {facts['machine']['load_before']}; "
        + ", ".join(f"{name} {number}" for name, number in facts["software"].items())
        + f". 5 NM / 1,000 ft, look-ahead 300 s; seed {SEED}; CPU ms of one process, median of "
        f"{facts['repeats']} turns (least to most).",
        "",
        "| aircraft | region | side | CPU ms | × Openline | pairs | only ours | only theirs "
        "| we are right | they are right |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in facts["cases"]:
        for name, side in row["sides"].items():
            spread = f"{side['cpu_ms']:.3g} ({side['least_ms']:.3g} to {side['most_ms']:.3g})"
            keys = ("pairs", "only_ours", "only_theirs", "ours_right", "theirs_right")
            pairs = " | ".join(f"{side[key]:,}" if key in side else "–" for key in keys)
            lines.append(
                f"| {row['aircraft']:,} | {row['region']} | {name} | {spread} "
                f"| {side['ratio']:.3g} | {pairs} |"
            )
    lines += ["", *_goals(facts["cases"])]
    if facts.get("intervals"):
        lines += ["", *encounter_intervals.markdown(facts["intervals"])]
    said = [
        f"{row['bytes_each']:,.0f} bytes at {row['aircraft']:,}"
        for row in facts["cases"]
        if row.get("bytes_each") is not None
    ]
    missing = [name for name in PEERS if facts["software"].get(name) == _MISSING]
    if missing:
        lines += [
            "",
            f"**Left out: {' and '.join(missing)}, not installed** (`uv sync --group bench`).",
        ]
    if said:
        lines += ["", f"Peak memory of our search for each aircraft: {', '.join(said)}."]
    return "\n".join(lines) + "\n"


def _goals(cases: Sequence[dict[str, Any]]) -> list[str]:
    """How far from the floor each case is, and how the time grows at constant density."""
    said, constant = [], {}
    for row in cases:
        took = {name: side["cpu_ms"] for name, side in row["sides"].items()}
        own = took.get("openline", took["openline (numpy)"])
        said.append(f"{own / took['floor']:.1f} at {row['aircraft']:,}, {row['region']}")
        if row["region"] == CONSTANT:
            constant[row["aircraft"]] = own
    lines = [f"Times the floor: {'; '.join(said)}."]
    if {10_000, 100_000} <= constant.keys():
        growth = constant[100_000] / constant[10_000]
        lines += [
            "",
            f"Ten times the aircraft at constant density take {growth:.1f} times as long.",
        ]
    return lines


def run(sizes: Sequence[int], repeats: int) -> dict[str, Any]:
    """The facts of all sizes."""
    facts: dict[str, Any] = {
        "commit": commit(),
        "machine": machine(),
        "software": {"python": sys.version.split()[0]} | _versions(),
        "seed": SEED,
        "repeats": repeats,
        "cases": [],
    }
    for count in sizes:
        if count <= 10_000:
            note(f"== {count:,} aircraft, {DENSE}")
            facts["cases"].append({"region": DENSE, **case(count, 100.0, repeats)})
            continue
        for number in filter(None, (_CONSTANT_TOO.get(count), count)):
            note(f"== {number:,} aircraft, {CONSTANT}")
            # A detector that compares all pairs gains nothing by room between them.
            found = case(number, number / 10, repeats, ("bluesky",))
            facts["cases"].append({"region": CONSTANT, **found})
    facts["intervals"] = encounter_intervals.rates()
    return facts


def main() -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.encounter_bench")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        _child(options.child)
        return 0
    facts = run([int(word) for word in options.sizes.split(",")], options.repeats)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "encounters.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    (options.out / "encounters.md").write_text(markdown(facts), "utf-8")
    print(markdown(facts))
    return 0


def _versions() -> dict[str, str]:
    found = {}
    for name in ("numpy", "numba", *PEERS):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = _MISSING
    return found


if __name__ == "__main__":
    sys.exit(main())
