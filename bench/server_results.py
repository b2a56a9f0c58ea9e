"""The server's part of the result page."""

from collections.abc import Callable
from typing import Any, Final

Facts = dict[str, Any]
Lines = list[str]
_SKIES: Final = {
    "spread": "spread over a country",
    "one_cell": "all in one level-13 cell",
    "subscribing": "spread, each with a subscription of its own",
    "query": "query",
}
_HEAD: Final = (
    "| case | per second | p50 | p99 | floor of the store | of it | empty endpoint | of it "
    "| server CPU |",
    "|---|---|---|---|---|---|---|---|---|",
)


def _range(spread: Facts, form: Callable[[float], str]) -> str:
    least, greatest = form(spread["min"]), form(spread["max"])
    return f"{form(spread['median'])} ({least} to {greatest})"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _ms(value: float) -> str:
    return f"{value:.3g} ms"


def _share(value: float) -> str:
    return f"{value:.2f}"


def _row(name: str, sky: Facts) -> str:
    floor = ("–", "–")
    if "ratio" in sky:
        floor = _range(sky["floor_per_second"], _whole), _range(sky["ratio"], _share)
    cells = (
        name,
        _range(sky["per_second"], _whole),
        _range(sky["p50_ms"], _ms),
        _range(sky["p99_ms"], _ms),
        *floor,
        _range(sky["empty_per_second"], _whole),
        _range(sky["empty_ratio"], _share),
        f"{sky['server_cpu_us']['median']:,.0f} µs",
    )
    return f"| {' | '.join(cells)} |"


def _table(skies: Facts) -> Lines:
    return [*_HEAD, *(_row(_SKIES.get(name, name), sky) for name, sky in skies.items())]


def put(case: Facts) -> Lines:
    """Changes on SQLite."""
    grouped = ", ".join(f"{sky['per_commit']['median']:.1f}" for sky in case["skies"].values())
    return [
        f"## Server: PUT operational intent, {case['active']:,} active, SQLite",
        "",
        f"32 connections, {case['requests']:,} requests a turn, client and server on this machine, "
        "every commit on the disk before its answer. The floor writes the same rows in as many "
        f"bare transactions ({grouped} intents each). The empty endpoint is `/healthy`.",
        "",
        *_table(case["skies"]),
    ]


def query(case: Facts) -> Lines:
    """Queries."""
    found = case["query"]["entities_mean"]["median"]
    return [
        f"## Server: query of an area, {case['active']:,} active, SQLite",
        "",
        f"At most 20 intents in each area, {found:.1f} on average; {case['requests']:,} requests a "
        "turn.",
        "",
        *_table({"query": case["query"]}),
    ]


def growth(case: Facts) -> Lines:
    """A few active intents against very many."""
    skies = {f"{case[name]:,} active": sky for name, sky in case["skies"].items()}
    return [
        f"## Server: {case['most']:,} active, SQLite",
        "",
        f"A PUT is {_range(case['slower'], lambda value: f'{value:.2f}')} times slower than at "
        f"{case['few']:,}, in turns. Start: {case['start_s']:.1f} s. Memory: "
        f"{case['resident_start_mib']:,.0f} MiB after the start, {case['resident_mib']:,.0f} MiB "
        f"afterwards, {case['peak_mib']:,.0f} MiB at most; {case['few_resident_mib']:,.0f} MiB at "
        f"{case['few']:,}.",
        "",
        *_table(skies),
    ]


def postgres(case: Facts) -> Lines:
    """Changes on PostgreSQL."""
    title = "## Server: PUT operational intent, PostgreSQL"
    if "skipped" in case:
        return [title, "", f"Not measured: {case['skipped']}."]
    return [
        f"{title}, {case['active']:,} active, {case['workers']} processes",
        "",
        f"As above, {case['requests']:,} requests a turn; the floor is one bare transaction for "
        "each intent, sent in one go.",
        "",
        *_table(case["skies"]),
    ]


def line_messages(case: Facts) -> Lines:
    """Signed notices in, durable receipts out."""
    line = case["line"]
    return [
        "## The line: signed notices in, durable receipts out",
        "",
        f"{case['notices']:,} notices a turn on 8 connections; at the end {case['standing']:,} "
        f"stand, {case.get('standing_others', 0):,} of them another party's, and each new one was "
        "compared with those. The floor verifies the signatures and writes the same rows in as "
        "many commits.",
        "",
        "| per second | p50 | p99 | floor | of it | server CPU |",
        "|---|---|---|---|---|---|",
        f"| {_range(line['per_second'], _whole)} | {_range(line['p50_ms'], _ms)} "
        f"| {_range(line['p99_ms'], _ms)} | {_range(line['floor_per_second'], _whole)} "
        f"| {_range(line['ratio'], _share)} | {line['server_cpu_us']['median']:,.0f} µs |",
    ]


def line_urgent(case: Facts) -> Lines:
    """URGENT while another party floods."""
    line = case["line"]
    return [
        "## The line: URGENT while another party floods",
        "",
        f"{case['urgent']:,} URGENT a turn, one after the other, while another party sends "
        f"{case['flood']:,} signed notices on 8 connections as fast as they are taken.",
        "",
        "| flood per second | URGENT p50 | p99 | greatest |",
        "|---|---|---|---|",
        f"| {_range(line['flood_per_second'], _whole)} | {_range(line['p50_ms'], _ms)} "
        f"| {_range(line['p99_ms'], _ms)} | {_range(line['max_ms'], _ms)} |",
    ]
