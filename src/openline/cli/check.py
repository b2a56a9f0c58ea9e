"""`openline check`: who is in whose way."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import click

from openline.cli.main import EXIT_CONFLICTS
from openline.cli.options import (
    DURATION,
    LENGTH,
    MINIMA,
    PATH,
    PERIOD,
    files_argument,
    reading_options,
    same_file,
)
from openline.errors import InvalidInput

if TYPE_CHECKING:
    from openline.airspace.separation import Separation
    from openline.app.check_files import Checked

_STREAMS: Final = ("json", "jsonl", "csv")
_FILES: Final = ("geojson", "kml", "html")


@click.command("check", short_help="Say who is in whose way, where, when and how close.")
@files_argument
@click.option(
    "--minima", type=MINIMA, help="All three at once, 5nm/1000ft/60s, or none, radar, 20nm."
)
@click.option("--lateral", type=LENGTH, help="Lateral minimum: 5nm, 9260m. Default 0: overlap.")
@click.option("--vertical", type=LENGTH, help="Vertical minimum: 1000ft. Default 0: overlap.")
@click.option("--time", "time_", type=DURATION, help="Time minimum: 60s, 5min. Default 0: overlap.")
@click.option("--between", type=PERIOD, help="Only volumes whose time meets this period.")
@click.option("--all-pairs", is_flag=True, help="Compare traffic of the same party too.")
@click.option(
    "--agreed-area",
    type=PATH,
    metavar="FILE",
    help="The area in which a notice without a place counts. Default: everywhere.",
)
@click.option(
    "--agreement",
    "agreement",
    type=PATH,
    metavar="FILE",
    help="Take area and minima from this agreement, and say so.",
)
@reading_options
@click.option(
    "--json", "json", is_flag=True, help="One JSON object on stdout instead of the table."
)
@click.option("--jsonl", is_flag=True, help="One line of JSON for each conflict on stdout.")
@click.option("--csv", "csv", is_flag=True, help="One row for each conflict on stdout.")
@click.option(
    "--geojson", type=PATH, metavar="OUT", help="Write places and footprints. - is stdout."
)
@click.option("--kml", type=PATH, metavar="OUT", help="The same for Google Earth and others.")
@click.option("--html", type=PATH, metavar="OUT", help="Write a report with pictures, one file.")
@click.option("--quiet", "-q", is_flag=True, help="No table and no warnings: the exit code tells.")
@click.option("--no-progress", is_flag=True, help="Never show a progress bar.")
@click.pass_context
def check(ctx: click.Context, /, files: tuple[str, ...], **params: Any) -> None:
    """Say who is in whose way in FILES: where, when and how close.

    FILES are plans in any known format, directories of such files, or - for standard input.
    Traffic of different parties is compared; the table shows the worst first.

    Exit code: 0 no conflict, 1 conflicts, 2 bad usage or input (also if nothing could be compared),
    3 unreachable file.
    """
    _check_outputs(files, params)
    separation = _separation(params)
    from openline.cli.agreed import agreed_of

    agreed = agreed_of(params)
    if agreed is not None:
        separation = agreed.separation
    from openline.app.check_files import check_traffic
    from openline.app.read_files import read_files
    from openline.cli.output import warn
    from openline.cli.progress import ProgressBar
    from openline.cli.sources import agreed_area_of, reading_of

    traffic = read_files(files, reading_of(params))
    if not traffic.entities():
        warn(traffic.warnings)
        raise InvalidInput(
            "nothing was read that could be compared: no intent, constraint or notice",
            cure="check the files; what was skipped is said above",
        )
    area = agreed.area if agreed is not None else agreed_area_of(params["agreed_area"])
    with ProgressBar(wanted=not (params["no_progress"] or params["quiet"])) as bar:
        checked = check_traffic(
            traffic,
            separation,
            between=params["between"],
            all_pairs=params["all_pairs"],
            agreed_area=area,
            progress=bar.update,
        )
    if agreed is not None:
        checked = replace(checked, warnings=(*agreed.remarks, *checked.warnings))
    if not params["quiet"]:
        warn(checked.warnings)
    _write_files(checked, params)
    _write_stdout(checked, params)
    if checked.findings.conflicts:
        ctx.exit(EXIT_CONFLICTS)


def _separation(params: dict[str, Any]) -> "Separation":
    from openline.airspace.separation import INTERSECTION, Separation

    single = (params["lateral"], params["vertical"], params["time_"])
    if params["minima"] is not None:
        if any(value is not None for value in single):
            raise click.UsageError(
                "--minima says all three: leave out --lateral, --vertical, --time"
            )
        minima: Separation = params["minima"]
        return minima
    if all(value is None for value in single):
        return INTERSECTION
    return Separation(single[0] or 0.0, single[1] or 0.0, single[2] or timedelta(0))


def _check_outputs(files: tuple[str, ...], params: dict[str, Any]) -> None:
    """Raises: UsageError if two outputs want one place, or one would replace an input."""
    on_stdout = [f"--{name}" for name in _STREAMS if params[name]]
    on_stdout += [f"--{name} -" for name in _FILES if params[name] == "-"]
    if len(on_stdout) > 1:
        raise click.UsageError(f"{' and '.join(on_stdout)}: only one can go to standard output")
    outs = [(f"--{name}", params[name]) for name in _FILES if params[name] is not None]
    for (one, first), (other, second) in combinations(outs, 2):
        if same_file(first, second):
            raise click.UsageError(f"{one} and {other} would write the same file, {first}")
    for option, out in outs:
        for file in (*files, params["agreed_area"] or "-", params["agreement"] or "-"):
            if same_file(out, file):
                raise click.UsageError(f"{option} would replace the input file {file}")


def _write_files(checked: "Checked", params: dict[str, Any]) -> None:
    from openline.cli.output import STANDARD_OUTPUT, tell, write_out

    for name in _FILES:
        out = params[name]
        if out is None:
            continue
        write_out(out, _render(name, checked))
        if out != STANDARD_OUTPUT and not params["quiet"]:
            tell(f"wrote {out}")


def _render(name: str, checked: "Checked") -> bytes:
    from openline.formats.findings_map import to_geojson, to_kml

    if name == "geojson":
        return to_geojson(checked.findings)
    if name == "kml":
        return to_kml(checked.findings)
    from datetime import UTC, datetime

    import openline
    from openline.report import render_report

    page: str = render_report(
        checked.findings,
        title=_title(checked),
        warnings=checked.warnings,
        generated_at=datetime.now(UTC),
        version=openline.__version__,
        constraints=len(checked.traffic.constraints),
        notices=len(checked.traffic.notices),
    )
    return page.encode("utf-8", "replace")


def _title(checked: "Checked") -> str:
    """The day or days that were checked."""
    entities = checked.traffic.entities()
    times = [(v.time_start, v.time_end) for e in entities for v in e.volumes]
    known = [pair for pair in times if pair[0].year > 1970 and pair[1].year < 2200]
    if not known:
        return "Conflicts"
    first, last = min(start for start, _ in known), max(end for _, end in known)
    if first.date() == last.date():
        return f"Conflicts on {first:%d %B %Y}"
    return f"Conflicts from {first:%d %B %Y} to {last:%d %B %Y}"


def _write_stdout(checked: "Checked", params: dict[str, Any]) -> None:
    import openline
    from openline.cli.output import write_stdout
    from openline.formats.findings import to_csv, to_json, to_jsonl

    findings = checked.findings
    writers: dict[str, Callable[[], Iterable[bytes]]] = {
        "json": lambda: (
            to_json(findings, version=openline.__version__, warnings=checked.warnings),
        ),
        "jsonl": lambda: to_jsonl(findings),
        "csv": lambda: to_csv(findings),
    }
    for name, write in writers.items():
        if params[name]:
            write_stdout(write())
            return
    if not params["quiet"] and "-" not in [params[name] for name in _FILES]:
        _print_table(checked)


def _print_table(checked: "Checked") -> None:
    from openline.cli.output import is_terminal
    from openline.cli.table import DATUM, minima_words, plain_table, print_table, sentences, summary

    findings = checked.findings
    if findings.conflicts:
        lines = sentences(findings)
        if is_terminal():
            from textwrap import fill

            from rich.console import Console

            console = Console()
            print_table(findings, console)
            click.echo()
            lines = [fill(line, console.width, subsequent_indent="   ") for line in lines]
        else:
            click.echo(plain_table(findings))
        for line in lines:
            click.echo(line)
        click.echo()
    click.echo(summary(findings, checked.traffic))
    click.echo(minima_words(findings.separation))
    click.echo(DATUM)
