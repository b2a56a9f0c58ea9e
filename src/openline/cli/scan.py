"""`openline scan`: the losses of separation in recorded tracks, and the conflicts before them."""

from datetime import timedelta
from typing import Any

import click

from openline.cli.options import DURATION, LENGTH, MINIMA, PATH
from openline.errors import InvalidInput


@click.command("scan", short_help="Find the losses of separation in recorded tracks.")
@click.argument("tracks", nargs=-1, required=True, type=PATH, metavar="TRACKS...")
@click.option("--minima", type=MINIMA, required=True, help="What is too close: 5nm/1000ft.")
@click.option(
    "--lookahead",
    type=DURATION,
    help="Also tell the conflicts: losses predicted so far ahead, and what became of each.",
)
@click.option(
    "--altitude",
    metavar="COLUMN:UNIT",
    help="The altitude's column and its unit: altitude:ft. Else a name like altitude_m says it.",
)
@click.option("--id", "id_name", metavar="COLUMN", help="Whose position it is. Else icao24, hex...")
@click.option(
    "--vertical-tolerance",
    type=LENGTH,
    default="1ft",
    show_default=True,
    help="So much closer than the vertical minimum is still at it.",
)
@click.option(
    "--gap",
    type=DURATION,
    default="120s",
    show_default=True,
    help="Samples further apart in time are not joined.",
)
@click.option(
    "--speed",
    type=float,
    default=700.0,
    show_default=True,
    metavar="M/S",
    help="Samples that imply more are not joined.",
)
@click.option(
    "--period", type=DURATION, default="1h", show_default=True, help="Time held in memory at once."
)
@click.option("--work", type=PATH, metavar="DIR", help="Keep what is done in DIR; go on from it.")
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    metavar="N",
    help="How many compute at once. Else one for each core, if there is work for them.",
)
@click.option(
    "--engine",
    type=click.Choice(["processes", "dask"]),
    default="processes",
    show_default=True,
    help="Who computes: processes of this machine, or a dask cluster.",
)
@click.option("--cluster", metavar="ADDRESS", help="The dask scheduler: tcp://host:8786.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV on standard output.")
@click.option("--geojson", type=PATH, metavar="OUT", help="Write the places as GeoJSON.")
@click.option("--parquet", type=PATH, metavar="OUT", help="Write the rows of the CSV as Parquet.")
@click.option("--html", type=PATH, metavar="OUT", help="Write a page for people.")
@click.option("--quiet", "-q", is_flag=True, help="No table, no remarks, no progress.")
@click.option("--no-progress", is_flag=True, help="Never show a progress bar.")
def scan(tracks: tuple[str, ...], **params: Any) -> None:
    """Say who came closer to whom than the minima in recorded TRACKS: when, how close, how bad.

    TRACKS are CSV, JSON lines or Parquet files with one position of one aircraft a row, or
    directories of them. With --lookahead also who was predicted to come so close. Exit code 1 if
    there was a loss of separation.
    """
    from openline.app.scan_tracks import scan_tracks
    from openline.cli.main import EXIT_CONFLICTS
    from openline.cli.output import STANDARD_OUTPUT, tell, write_out, write_stdout
    from openline.cli.progress import ProgressBar
    from openline.cli.scan_table import remarks, table
    from openline.formats.losses import write_csv, write_geojson, write_json
    from openline.formats.losses_parquet import write_losses_parquet
    from openline.report.scan_page import render_scan

    written = [params[name] for name in ("geojson", "parquet", "html")]
    to_stdout = params["as_json"] + params["as_csv"] + written.count(STANDARD_OUTPUT)
    if to_stdout > 1:
        raise click.UsageError("only one output goes to standard output")
    options = _options(params)
    quiet = params["quiet"]
    try:
        with ProgressBar(wanted=not (quiet or params["no_progress"])) as bar:
            found = scan_tracks(tracks, options, params["work"], bar.update)
    except KeyboardInterrupt:
        if not quiet:
            tell(_interrupted(params["work"]))
        raise
    for name, write in (
        ("geojson", write_geojson),
        ("parquet", write_losses_parquet),
        ("html", render_scan),
    ):
        if params[name]:
            write_out(params[name], write(found))
    if params["as_json"]:
        write_stdout((write_json(found),))
    elif params["as_csv"]:
        write_stdout((write_csv(found),))
    elif not to_stdout and not quiet:
        write_stdout((table(found).encode("utf-8", "backslashreplace"),))
    if not quiet:
        for sentence in remarks(found):
            tell(sentence)
    if found.losses:
        raise click.exceptions.Exit(EXIT_CONFLICTS)


def _interrupted(work: str | None) -> str:
    if work is None:
        return "interrupted: nothing is kept; with --work DIR the same command goes on where it was"
    return f"interrupted: what is done is kept in {work}; the same command goes on from there"


def _options(params: dict[str, Any]) -> Any:
    from openline.airspace.encounter.recording import JoinRules
    from openline.app.scan_engine import Engine, EngineName
    from openline.app.scan_tracks import ScanOptions

    return ScanOptions(
        params["minima"],
        params["vertical_tolerance"],
        JoinRules(_seconds(params["gap"]), params["speed"]),
        track_options(params["altitude"], params["id_name"]),
        _seconds(params["period"]),
        Engine(EngineName(params["engine"]), params["processes"], params["cluster"]),
        None if params["lookahead"] is None else _seconds(params["lookahead"]),
    )


def track_options(altitude: str | None, id_name: str | None) -> Any:
    """Which columns of a recording are what; `altitude` as COLUMN:UNIT. Raises: InvalidInput."""
    from openline.formats.tracks import AltitudeColumn, TrackOptions

    if altitude is None:
        return TrackOptions(id_name)
    name, colon, unit = altitude.rpartition(":")
    if not colon or not name.strip():
        raise InvalidInput("--altitude names no column and unit", cure="write altitude:ft")
    return TrackOptions(id_name, AltitudeColumn(name.strip(), unit.strip().lower()))


def _seconds(duration: timedelta) -> float:
    return duration.total_seconds()
