"""`openline conformance`: recorded tracks beside what was declared."""

from typing import Any

import click

from openline.cli.options import DURATION, PATH, reading_options


@click.command("conformance", short_help="Compare recorded tracks with what was declared.")
@click.argument("tracks", nargs=-1, required=True, type=PATH, metavar="TRACKS...")
@click.option(
    "--declared",
    multiple=True,
    required=True,
    type=PATH,
    metavar="FILE",
    help="A file of operational intents; repeat it for several.",
)
@click.option(
    "--area", type=PATH, metavar="FILE", help="Where an undeclared flight is a discrepancy."
)
@click.option(
    "--lost",
    type=DURATION,
    default="30s",
    show_default=True,
    help="Silence in flight after which a position is lost.",
)
@click.option(
    "--altitude", metavar="COLUMN:UNIT", help="The altitude's column and its unit: altitude:ft."
)
@click.option("--id", "id_name", metavar="COLUMN", help="Whose position it is. Else icao24, hex...")
@click.option(
    "--zero",
    type=click.Choice(("pressure", "W84")),
    help="What the altitudes are counted from, where their name does not say it.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each event.")
@reading_options
def conformance(tracks: tuple[str, ...], **params: Any) -> None:
    """Say where recorded TRACKS differ from the declared operations, each change once.

    A track flies the operation that is called as its callsign or id. Told are: outside the volumes,
    early, overrun, lost, not seen, undeclared in the area, and the states that follow. Exit code 1
    if there was a discrepancy.
    """
    from openline.airspace.conformance.policy import ConformancePolicy
    from openline.airspace.track.played import AltitudeZero
    from openline.app.compare_recording import Comparison
    from openline.app.read_files import read_files
    from openline.app.sky.recordings import read_recording
    from openline.cli.main import EXIT_CONFLICTS
    from openline.cli.output import tell, warn, write_stdout
    from openline.cli.scan import track_options
    from openline.cli.sources import agreed_area_of, reading_of

    reading = reading_of(params)
    declared = read_files(params["declared"], reading)
    warn(declared.warnings)
    comparison = Comparison(
        declared.intents,
        ConformancePolicy(lost_after_s=params["lost"].total_seconds()),
        agreed_area_of(params["area"]),
        reading.options.altitude,
    )
    zero = None if params["zero"] is None else AltitudeZero(params["zero"])
    recording = read_recording(tracks, track_options(params["altitude"], params["id_name"]), zero)
    found = 0
    for event in comparison.events(recording):
        found += event.discrepancy is not None
        write_stdout((_line(event, as_json=params["as_json"]),))
    if not params["as_json"]:
        for reason, count in sorted(comparison.unused.items()):
            tell(f"not used: {count:,} {'position' if count == 1 else 'positions'}, {reason}")
        if not found:
            write_stdout((b"As declared.\n",))
    if found:
        raise click.exceptions.Exit(EXIT_CONFLICTS)


def _line(event: Any, *, as_json: bool) -> bytes:
    from openline.airspace.conformance.discrepancy import sentence
    from openline.cli.output import printable
    from openline.formats import json_text
    from openline.formats.conformance_events import conformance_object

    if as_json:
        return f"{json_text.encode(conformance_object(event))}\n".encode()
    words = printable(sentence(event))
    return f"{event.time:%Y-%m-%d %H:%M:%S}Z {words}\n".encode("utf-8", "backslashreplace")
