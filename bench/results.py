"""Results as files: JSON for machines, Markdown for people."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench import private_results, server_results, sky_results
from bench.measure import ROOT

FOLDER: Final = ROOT / "bench" / "results"
Facts = dict[str, Any]
Lines = list[str]
_SIDES: Final = {
    "openline": "Openline",
    "usual": "usual way: `shapely.STRtree`, then checks in Python",
    "usual_vectorised": "the same at its best: numpy checks first, shapes last",
    "brute": "all pairs, no index",
}


def write(facts: Facts, folder: Path) -> tuple[Path, Path]:
    """Write `results.json` and `results.md` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data, page = folder / "results.json", folder / "results.md"
    data.write_text(json.dumps(_rounded(facts), indent=1) + "\n", encoding="utf-8")
    page.write_text(markdown(facts) + "\n", encoding="utf-8")
    return data, page


def markdown(facts: Facts) -> str:
    """The results as a page."""
    parts = [_head(facts)]
    for name, render in _PARTS.items():
        if name in facts["cases"]:
            parts.append(render(facts["cases"][name]))
    return "\n\n".join("\n".join(lines) for lines in parts)


def _rounded(value: Any) -> Any:
    """Floats with five digits: more is noise."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def _head(facts: Facts) -> Lines:
    machine, software = facts["machine"], facts["software"]
    libraries = ", ".join(f"{name} {number}" for name, number in software.items())
    quick = ["", "**Quick mode: these numbers say that it runs, nothing more.**"]
    return [
        "# Benchmark results",
        "",
        f"`{facts['command']}` at commit `{facts['commit']}`, seed {facts['seed']}, "
        f"{facts['repeats']} turns of each side, alternating. Times: median (least to greatest).",
        "",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}, load before {machine['load_before']}. {libraries}.",
        *(quick if facts["quick"] else []),
    ]


def _time(spread: Facts) -> str:
    least, greatest = _seconds(spread["min_s"]), _seconds(spread["max_s"])
    return f"{_seconds(spread['median_s'])} ({least} to {greatest})"


def _seconds(value: float) -> str:
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:,.2f} s"


def _all_pairs(case: Facts) -> Lines:
    lines = [
        f"## All pairs of {case['volumes']:,} volumes",
        "",
        f"{case['entities']:,} entities, {case['conflicts']:,} conflicts, "
        f"{case['candidates']:,} candidate pairs of volumes. The shapes of the usual ways are made "
        f"before the clock runs ({_seconds(case['usual_shapes_s'])}, once); Openline starts from "
        "its values. Missed and invented: against the exact answer.",
        "",
        "| way | time | ratio | missed | invented |",
        "|---|---|---|---|---|",
    ]
    for name, side in case["sides"].items():
        ratio = f"{side['ratio']:.1f} ×" if "ratio" in side else "1"
        wrong = f"{side.get('missed', 0):,} | {side.get('invented', 0):,}"
        lines.append(f"| {_SIDES[name]} | {_time(side)} | {ratio} | {wrong} |")
    return lines


def _brute_force(case: Facts) -> Lines:
    agree = "identical conflicts" if case["identical"] else "**DIFFERENT CONFLICTS**"
    return [
        f"## Against all pairs without an index, {case['volumes']:,} volumes",
        "",
        f"Within {case['days'] * 24:.3g} hours: {case['conflicts']:,} conflicts; {agree}; "
        f"ratio {case['ratio']:.0f} ×.",
        "",
        "| way | time |",
        "|---|---|",
        *(f"| {_SIDES[name]} | {_time(side)} |" for name, side in case["sides"].items()),
    ]


def _one_new_volume(case: Facts) -> Lines:
    lines = [
        f"## One new volume against {case['stored']:,} stored",
        "",
        f"{case['queries']:,} new volumes, {case['conflicts_per_query']:.2f} conflicts each on "
        f"average; same answer for {case['same_answer_share']:.2%}; ratio of the medians "
        f"{case['ratio']:.1f} ×; storing took {case['add_us_per_volume']:.0f} µs per volume.",
        "",
        "| way | median | 90 % | 99 % | greatest |",
        "|---|---|---|---|---|",
    ]
    for name in ("openline", "usual"):
        side = case[name]
        figures = (f"{side[key]:,.0f} µs" for key in ("median_us", "p90_us", "p99_us", "max_us"))
        lines.append(f"| {_SIDES[name]} | {' | '.join(figures)} |")
    return lines


def _false_conflicts(case: Facts) -> Lines:
    lines = [
        f"## What coarser checks report, {case['volumes']:,} volumes",
        "",
        "| check | reported | factor | false | missed |",
        "|---|---|---|---|---|",
        f"| exact, per volume | {case['conflicts']:,} | 1 | 0 | 0 |",
    ]
    names = {
        "box_per_intent": "one four-dimensional box for each intent",
        "level_13_cells": "S2 cells of level 13, one time window and altitude band each",
    }
    for key, name in names.items():
        check = case[key]
        factor = "–" if check["factor"] is None else f"{check['factor']:.2f} ×"
        numbers = f"{check['reported']:,} | {factor} | {check['false']:,} | {check['missed']:,}"
        lines.append(f"| {name} | {numbers} |")
    return lines


def _curve(case: list[Facts]) -> Lines:
    lines = [
        "## Growth",
        "",
        "All pairs, each size in a process of its own; peak memory includes the traffic itself.",
        "",
        "| volumes | conflicts | candidates | time | CPU | per volume and conflict | peak memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in case:
        lines.append(
            f"| {row['volumes']:,} | {row['conflicts']:,} | {row['candidates']:,} "
            f"| {_seconds(row['find_s'])} | {_seconds(row['find_cpu_s'])} "
            f"| {row['us_per_volume_and_conflict']:.1f} µs | {row['peak_mib']:,.0f} MiB |"
        )
    return lines


_PARTS: Final[dict[str, Callable[[Any], Lines]]] = {
    "all_pairs": _all_pairs,
    "brute_force": _brute_force,
    "one_new_volume": _one_new_volume,
    "false_conflicts": _false_conflicts,
    "curve": _curve,
    "server_put": server_results.put,
    "server_query": server_results.query,
    "server_growth": server_results.growth,
    "line_messages": server_results.line_messages,
    "line_urgent": server_results.line_urgent,
    "server_postgres": server_results.postgres,
    "live_sky": sky_results.live_sky,
    "private_check": private_results.private_check,
    "encounters": sky_results.encounters,
    "scan": sky_results.scan,
}
