"""The private check's part of the result page."""

from typing import Any

Facts = dict[str, Any]
Lines = list[str]


def private_check(case: Facts) -> Lines:
    """Sizes and times of each bucket."""
    lines = [
        "## A private check beside the plain one",
        "",
        f"Minima {case['minima']}; grid {case['grid']}. One side of a session, from its plans to "
        "its verdict, and the exact check of the same plans, both known. CPU: of all processes of "
        "the session, the peer's answer among them.",
        "",
        "| bucket | flights | items asked | CHECK | ANSWER | private | CPU | grid and sets | blind "
        "| respond | match | plain | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in case["buckets"]:
        size, steps, sides = row["bytes"], row["steps"], row["sides"]
        made_ms = 1000 * (steps["grid"]["median_s"] + steps["sets"]["median_s"])
        times = (_s(steps[name]) for name in ("blind", "respond", "match"))
        sent = " | ".join(f"{size[name] / 1000:,.0f} kB" for name in ("check", "answer"))
        lines.append(
            f"| {row['bucket']:,} | {row['flights'][0]} and {row['flights'][1]} "
            f"| {size['items']:,} | {sent} "
            f"| {_s(sides['private'])} | {_s(row['cpu'])} | {made_ms:.0f} ms | {' | '.join(times)} "
            f"| {1000 * sides['plain']['median_s']:.1f} ms | {row['ratio']:,.0f} × |"
        )
    return lines


def _s(spread: Facts) -> str:
    return f"{spread['median_s']:.2f} s"
