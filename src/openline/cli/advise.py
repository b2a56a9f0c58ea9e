"""`openline advise`: the nearest ways out of conflicts, and when a place is free."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from openline.cli.main import EXIT_CONFLICTS
from openline.cli.options import (
    DURATION,
    INSTANT,
    LENGTH,
    MINIMA,
    PATH,
    cost_options,
    files_argument,
    reading_options,
    same_file,
)
from openline.errors import InvalidInput

if TYPE_CHECKING:
    from openline.app.advise_files import Plan, Question, Report
    from openline.cli.progress import ProgressBar
    from openline.formats.traffic import Traffic

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.command("advise", short_help="Say the nearest ways out of conflicts, proved free.")
@files_argument
@click.option("--plan", type=PATH, metavar="FILE", help="The plan to find a way for.")
@click.option("--all", "all_", is_flag=True, help="Move all plans together, at the least cost.")
@click.option("--free", type=PATH, metavar="FILE", help="Say when the volumes of FILE are free.")
@click.option("--day", type=_DAY, help="With --free: the day, from 00:00Z: 2026-11-22.")
@click.option(
    "--minima", type=MINIMA, help="All three at once, 5nm/1000ft/60s, or none, radar, 20nm."
)
@click.option("--all-pairs", is_flag=True, help="Compare traffic of the same party too.")
@click.option(
    "--agreed-area",
    type=PATH,
    metavar="FILE",
    help="The area in which a notice without a place counts. Default: everywhere.",
)
@click.option("--later", type=DURATION, help="Later at most: 2h. Default 6 h.")
@click.option("--earlier", type=DURATION, help="Earlier at most: 30min. Default 1 h.")
@click.option("--earliest", type=INSTANT, help="Nothing that is moved begins before.")
@click.option("--latest", type=INSTANT, help="Nothing that is moved ends after.")
@click.option("--climb", type=LENGTH, help="Higher at most: 1000ft. Default 600 m.")
@click.option("--floor", type=LENGTH, help="Lower, but not below this over WGS-84. Default: never.")
@click.option("--ceiling", type=LENGTH, help="Higher, but not above this over WGS-84.")
@click.option("--sideways", type=LENGTH, help="Sideways at most: 2km; 0 for never. Default 5 km.")
@click.option("--area", type=PATH, metavar="FILE", help="What moves sideways stays in this area.")
@click.option("--step", type=DURATION, help="Times move by multiples of this. Default 1 min.")
@click.option("--height-step", type=LENGTH, help="Heights move by multiples. Default 10 m.")
@cost_options
@click.option(
    "--most", type=click.IntRange(1, 50), default=5, help="Ways for each plan. Default 5."
)
@click.option("--seconds", type=click.FloatRange(0.1, 3600), default=20.0, help="For --all.")
@click.option("--no-solver", is_flag=True, help="For --all: do not use the extra `solver`.")
@reading_options
@click.option("--json", "json", is_flag=True, help="One JSON object on stdout.")
@click.option("--out", type=PATH, metavar="OUT", help="With --plan or --all: write what is moved.")
@click.option("--quiet", "-q", is_flag=True, help="No words and no warnings: the exit code tells.")
@click.option("--no-progress", is_flag=True, help="Never show a progress bar.")
@click.pass_context
def advise(ctx: click.Context, /, files: tuple[str, ...], **params: Any) -> None:
    """Say the nearest ways out of the conflicts in FILES, each proved free of everything in them.

    Without --plan or --all: for every plan that has to move by the rule (lower priority moves, then
    what does not fly yet, then what is read later). With --free: when a place is free.

    Exit code: 0 nothing to do, 1 there are conflicts, 2 bad usage or input, 3 unreachable file.
    """
    _check(files, params)
    from openline.app.read_files import read_files
    from openline.cli.output import warn
    from openline.cli.progress import ProgressBar
    from openline.cli.sources import reading_of

    reading = reading_of(params)
    others = read_files(files, reading)
    asked = [name for name in (params["plan"], params["free"]) if name is not None]
    own = read_files(asked, reading) if asked else None
    if not params["quiet"]:
        warn((*others.warnings, *(own.warnings if own is not None else ())))
    question = _question(params)
    with ProgressBar(wanted=not (params["no_progress"] or params["quiet"]), title="moving") as bar:
        if params["free"] is not None and own is not None:
            code = _free(own, others, question, params)
        elif params["all_"]:
            code = _all(others, question, params, bar)
        else:
            code = _each(own, others, question, params, bar)
    if code:
        ctx.exit(code)


def _check(files: tuple[str, ...], params: dict[str, Any]) -> None:
    """Raises: UsageError for options that exclude each other, or an output that is an input."""
    modes = [f"--{name.strip('_')}" for name in ("plan", "all_", "free") if params[name]]
    if len(modes) > 1:
        raise click.UsageError(f"{' and '.join(modes)} exclude each other")
    if (params["free"] is None) != (params["day"] is None):
        raise click.UsageError("--free and --day belong together")
    if params["out"] is not None and not (params["plan"] or params["all_"]):
        raise click.UsageError("--out writes what --plan or --all moved: give one of them")
    if params["out"] == "-" and params["json"]:
        raise click.UsageError("--json and --out -: only one can go to standard output")
    for file in (*files, params["plan"] or "-", params["area"] or "-"):
        if params["out"] is not None and same_file(params["out"], file):
            raise click.UsageError(f"--out would replace the input file {file}")


def _question(params: dict[str, Any]) -> "Question":
    from openline.airspace.advise.cost import Costs, Limits
    from openline.airspace.separation import INTERSECTION
    from openline.app.advise_files import Question
    from openline.cli.sources import agreed_area_of

    told: dict[str, Any] = {
        "later": params["later"],
        "earlier": params["earlier"],
        "earliest": params["earliest"],
        "latest": params["latest"],
        "climb_m": params["climb"],
        "floor_m": params["floor"],
        "ceiling_m": params["ceiling"],
        "sideways_m": params["sideways"],
        "area": agreed_area_of(params["area"]),
        "time_step": params["step"],
        "height_step_m": params["height_step"],
    }
    costs = {
        name.removeprefix("cost_"): value
        for name, value in params.items()
        if name.startswith("cost_") and value is not None
    }
    return Question(
        params["minima"] or INTERSECTION,
        Limits(**{name: value for name, value in told.items() if value is not None}),
        Costs(**costs),
        params["all_pairs"],
        agreed_area_of(params["agreed_area"]),
        params["most"],
    )


def _each(
    own: "Traffic | None",
    others: "Traffic",
    question: "Question",
    params: dict[str, Any],
    bar: "ProgressBar",
) -> int:
    from openline.app.advise_files import advise_files, advise_plans
    from openline.cli.advise_words import report_lines

    if own is None:
        report = advise_files(others, question, bar.update)
    elif not own.intents:
        raise InvalidInput("holds no operational intent", file=params["plan"])
    else:
        report = advise_plans(own.intents, others, question, bar.update)
    if params["json"]:
        _print_json(_report_record(report), question)
    elif not params["quiet"] and params["out"] != "-":
        _print(report_lines(report))
    if own is not None and params["out"] is not None:
        from openline.app.advise_files import with_moved

        best = [one.advice.alternatives[0] for one in report.advised if one.advice.alternatives]
        _write(with_moved(own, best), params)
    return EXIT_CONFLICTS if report.conflicts else 0


def _report_record(report: "Report") -> dict[str, Any]:
    from openline.formats.advice import advice_record

    return {
        "conflicts": report.conflicts,
        "advice": [
            advice_record(one.advice, [turn.reason for turn in one.turns]) for one in report.advised
        ],
        "stuck": list(report.stuck),
    }


def _all(
    traffic: "Traffic", question: "Question", params: dict[str, Any], bar: "ProgressBar"
) -> int:
    from openline.app.advise_files import untangle_files
    from openline.cli.advise_words import plan_lines

    plan = untangle_files(
        traffic,
        question,
        seconds=params["seconds"],
        solver=not params["no_solver"],
        progress=bar.update,
    )
    if params["json"]:
        _print_json(_plan_record(plan), question)
    elif not params["quiet"] and params["out"] != "-":
        _print(plan_lines(plan, traffic))
    if params["out"] is not None:
        _write(plan.traffic, params)
    return EXIT_CONFLICTS if plan.conflicts else 0


def _plan_record(plan: "Plan") -> dict[str, Any]:
    from openline.formats.advice import alternative_record, entity_record

    return {
        "conflicts": plan.conflicts,
        "moved": [alternative_record(one) for one in plan.moved],
        "unplaced": [entity_record(one) for one in plan.unplaced],
        "cost_s": round(plan.cost, 3),
        "bound_s": round(plan.bound, 3),
        "gap": round(plan.gap, 4),
        "solver": plan.solved,
    }


def _free(own: "Traffic", others: "Traffic", question: "Question", params: dict[str, Any]) -> int:
    from datetime import UTC

    from openline.app.advise_files import free_over
    from openline.cli.advise_words import window_lines
    from openline.formats.advice import entity_record, windows_record

    day: datetime = params["day"].replace(tzinfo=UTC)
    period = day, day + timedelta(days=1)
    records = []
    for entity in own.entities():
        for number, volume in enumerate(entity.volumes):
            found = free_over(volume, period, others, question, entity.party)
            records.append(
                {"plan": entity_record(entity), "volume": number} | windows_record(found)
            )
            if not (params["json"] or params["quiet"]):
                _print(window_lines(entity, number, found))
    if not records:
        raise InvalidInput("holds no volume", file=params["free"])
    if params["json"]:
        _print_json({"day": f"{day:%Y-%m-%d}", "volumes": records}, question)
    return 0


def _print(lines: Any) -> None:
    from openline.cli.output import printable

    for line in lines:
        click.echo(printable(line))


def _print_json(record: dict[str, Any], question: "Question") -> None:
    import openline
    from openline.cli.output import write_stdout
    from openline.formats.findings import encode, minima_record

    head = {"openline": openline.__version__, "minima": minima_record(question.separation)}
    write_stdout((encode(head | record, indent=2),))


def _write(traffic: "Traffic", params: dict[str, Any]) -> None:
    """The traffic in the format of OUT's suffix; GeoJSON to standard output."""
    from openline.app.convert_file import convert, target_of
    from openline.cli.output import STANDARD_OUTPUT, tell, warn, write_out
    from openline.cli.sources import reading_of

    out = params["out"]
    name = "geojson" if out == STANDARD_OUTPUT else target_of(out).name
    converted = convert(traffic, name, reading_of(params).options)
    if not params["quiet"]:
        known = set(traffic.warnings)
        warn(warning for warning in converted.warnings if warning not in known)
    write_out(out, converted.data)
    if out != STANDARD_OUTPUT and not params["quiet"]:
        tell(f"wrote {out}")
