"""`openline line advise` and `export`: ways out of a conflict, and what was said as a file."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from openline.cli.line_connection import connected
from openline.cli.line_look import full_id, put_json
from openline.cli.options import DURATION, LENGTH, PATH

if TYPE_CHECKING:
    from openline.api.line import advice_wire as wire
    from openline.client import Client

_DAY: Final = click.DateTime(["%Y-%m-%d"])
_FORMS: Final = ("html", "csv", "kml")


@click.command("advise")
@click.argument("thread")
@click.option("--moves", metavar="THREAD", help="Of a conflict the one that is to move.")
@click.option("--later", type=DURATION, help="Later at most: 2h. Default 6 h.")
@click.option("--earlier", type=DURATION, help="Earlier at most: 30min. Default 1 h.")
@click.option("--climb", type=LENGTH, help="Higher at most: 1000ft. Default 600 m.")
@click.option("--floor", type=LENGTH, help="Lower, but not below this over WGS-84. Default: never.")
@click.option("--sideways", type=LENGTH, help="Sideways at most: 2km; 0 for never. Default 5 km.")
@click.option("--most", type=click.IntRange(1, 10), default=5, help="How many ways. Default 5.")
@click.option("--propose", type=click.IntRange(1, 10), metavar="N", help="Propose the way N.")
@connected
@click.pass_context
def advise(
    ctx: click.Context,
    /,
    thread: str,
    moves: str | None,
    most: int,
    propose: int | None,
    client: "Client",
    as_json: bool,
    **limits: Any,
) -> None:
    """Say the nearest ways out of THREAD: a conflict, or a notice or plan of yours.

    Each is proved free of all that you are shown. Advice is no permission. Exit code 1 if there is
    no way out within the limits.
    """
    name = full_id(client, thread)
    conflicts = {one.id for one in client.board().conflicts}
    is_conflict = name in conflicts
    found = client.advise(
        conflict=name if is_conflict else None,
        thread=None if is_conflict else name,
        moves=None if moves is None else full_id(client, moves),
        limits=_limits(limits),
        count=most,
    )
    if propose is not None:
        _propose(client, found, propose)
    elif as_json:
        put_json(found)
    else:
        for line in _lines(found):
            click.echo(line)
    if found.conflicts and not found.alternatives:
        ctx.exit(1)


def _limits(given: dict[str, Any]) -> "wire.AdviceLimits":
    import msgspec

    from openline.api.line import advice_wire as wire

    names = {"climb": "climb_m", "floor": "floor_m", "sideways": "sideways_m"}
    values: dict[str, float] = {}
    for name, value in given.items():
        if isinstance(value, timedelta):
            values[f"{name}_s"] = value.total_seconds()
        elif value is not None:
            values[names[name]] = value
    return msgspec.structs.replace(wire.AdviceLimits(), **values)


def _lines(found: "wire.Advice") -> "list[str]":
    from openline.cli.output import printable

    lines = [printable(one.facts.reason) for one in found.conflicts]
    lines += [printable(one) for one in found.rule]
    for number, way in enumerate(found.alternatives, start=1):
        span = f"{way.time_start:%d %b %H:%M:%S}Z to {way.time_end:%d %b %H:%M:%S}Z"
        lines.append(f"{number}. {printable(way.words)}; {span}; cost {way.cost_s:,.0f}")
    lines.append(printable(found.sentence))
    if found.alternatives:
        lines.append("Costs are in seconds of delay. --propose N proposes one of these.")
    return lines


def _propose(client: "Client", found: "wire.Advice", number: int) -> None:
    """Raises: InvalidInput for a number that is not there, or where nothing can be proposed."""
    from openline.client.ways import volumes_of_way
    from openline.errors import InvalidInput
    from openline.line.message.bodies import Propose

    if number > len(found.alternatives):
        raise InvalidInput(
            f"there is no way {number}",
            cure=f"there are {len(found.alternatives)}",
            field="propose",
        )
    conflict = found.conflict or next((one.conflict for one in found.conflicts), None)
    if conflict is None or found.thread is None:
        raise InvalidInput("a proposal belongs to a conflict that stands", field="propose")
    way = found.alternatives[number - 1]
    volumes = volumes_of_way(way)
    taken = client.say(Propose(conflict, found.thread, volumes, way.words), thread=conflict)
    click.echo(f"proposed: {way.words} (entry {taken.entry})")


@click.command("export")
@click.argument("thread", required=False)
@click.option("--day", type=_DAY, help="Instead of a thread: all of that day, UTC: 2026-11-22.")
@click.option("--form", type=click.Choice(_FORMS), help="Default: as OUT ends, else html.")
@click.option("--out", type=PATH, default="-", metavar="OUT", help="The file; `-` is stdout.")
@connected
def export(
    thread: str | None,
    day: datetime | None,
    form: str | None,
    out: str,
    client: "Client",
    as_json: bool,  # noqa: ARG001
) -> None:
    """Write THREAD, or a day, as a file: everything that your party may see of it.

    HTML to read and print, CSV for a spreadsheet, KML for a map.
    """
    from openline.cli.output import write_out

    if (thread is None) == (day is None):
        raise click.UsageError("name a thread, or give --day")
    ending = out.rpartition(".")[2].lower()
    form = form or (ending if ending in _FORMS else "html")
    if day is not None:
        write_out(out, client.export_day(day.date(), form))
    else:
        write_out(out, client.export_thread(full_id(client, thread or ""), form))
