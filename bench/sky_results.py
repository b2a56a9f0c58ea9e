"""The live sky's part of the result page."""

from typing import Any, Final

from bench import encounter_bench, scan_bench

Facts = dict[str, Any]
Lines = list[str]
_SIDES: Final = {"alone": "sky alone", "line": "beside a line"}


def live_sky(case: Facts) -> Lines:
    """Position in, alert out."""
    lines = [
        f"## Position in, alert out: {case['aircraft']:,} aircraft at one position a second",
        "",
        f"{case['seconds']} s of a running server, after a warm-up; from before the request with "
        "the position that shows the encounter for the second time is written, until the alert is "
        "read from the stream, at each of four readers. How late the client itself was is beside "
        "it.",
        "",
        "| server | p50 | p90 | p99 | greatest | alerts read | missing | repeated | request p99 "
        "| server CPU | for each position | client late, p99 | peak memory |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, side in case["sides"].items():
        wait = side["latency"]
        times = (f"{wait[key]:.0f} ms" for key in ("p50_ms", "p90_ms", "p99_ms", "max_ms"))
        counts = (f"{side[key]:,}" for key in ("alerts_read", "missing", "repeated"))
        lines.append(
            f"| {_SIDES[name]} | {' | '.join(times)} | {' | '.join(counts)} "
            f"| {side['request']['p99_ms']:.0f} ms | {side['server_cpu_share']:.0%} of a core "
            f"| {side['server_cpu_us_per_position']:.0f} µs "
            f"| {side['client_late']['p99_ms']:.1f} ms | {side['server_peak_mib']:,.0f} MiB |"
        )
    return lines


def encounters(case: Facts) -> Lines:
    """All encounters among many aircraft."""
    return _part(encounter_bench.markdown(case))


def scan(case: Facts) -> Lines:
    """All losses in recorded flights."""
    if "left_out" in case:
        title = "## Losses of separation in recorded flights"
        return [title, "", f"**Left out: {case['left_out']}** (`uv sync --group bench-traffic`)."]
    return _part(scan_bench.markdown(case))


def _part(page: str) -> Lines:
    return f"#{page}".rstrip().split("\n")
