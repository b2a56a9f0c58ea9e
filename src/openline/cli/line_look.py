"""`openline line status`, `inbox`, `show`, `follow`: looking at the line."""

from typing import TYPE_CHECKING, Any

import click

from openline.cli.line_connection import connected
from openline.cli.options import PATH

if TYPE_CHECKING:
    from openline.client import Client


def put_json(value: Any) -> None:
    """A value of the client as JSON on standard output."""
    import msgspec

    click.echo(msgspec.json.encode(value))


def full_id(client: "Client", name: str) -> str:
    """The thread or conflict that a name begins; what is whole is taken as it is.

    Raises: InvalidInput for none or several.
    """
    from openline.errors import InvalidInput

    board = client.board()
    known = [one.id for one in board.threads] + [one.id for one in board.conflicts]
    found = sorted({one for one in known if one.startswith(name)})
    if len(found) == 1:
        return found[0]
    if not found and len(name) >= 36:
        return name
    raise InvalidInput(
        f"{len(found) or 'no'} threads begin with {name!r}",
        cure="openline line status lists them; write more of the id",
    )


@click.command("status")
@connected
@click.pass_context
def status(ctx: click.Context, client: "Client", as_json: bool) -> None:
    """Show the board: links, what is owed, conflicts, threads. Exit code 1 if a conflict is open
    or something is overdue."""
    from openline.cli.line_words import board_lines

    board = client.board()
    if as_json:
        put_json(board)
    else:
        for line in board_lines(board):
            click.echo(line)
    if board.counters.conflicts or board.counters.overdue:
        ctx.exit(1)


@click.command("inbox")
@connected
def inbox(client: "Client", as_json: bool) -> None:
    """Show what waits for you, most pressing first."""
    from openline.cli.line_words import clock_line, conflict_lines, section, thread_line

    found = client.inbox()
    if as_json:
        put_json(found)
        return
    conflicts = [line for one in found.conflicts for line in conflict_lines(one)]
    lines = [
        *section("owed by you", [clock_line(one) for one in found.clocks]),
        *section("to read or answer", [thread_line(one) for one in found.threads]),
        *section("conflicts", conflicts),
    ]
    for line in lines or ["Nothing waits for you."]:
        click.echo(line)


@click.command("show")
@click.argument("thread")
@connected
def show(thread: str, client: "Client", as_json: bool) -> None:
    """Show everything said in THREAD: an id of a thread or conflict, or its first letters."""
    from openline.cli.line_words import conflict_lines, said_line, thread_line

    found = client.thread(full_id(client, thread))
    if as_json:
        put_json(found)
        return
    if found.thread is not None:
        click.echo(thread_line(found.thread))
    if found.conflict is not None:
        for line in conflict_lines(found.conflict):
            click.echo(line)
    for said in found.said:
        click.echo(f"  {said_line(said)}")


@click.command("talks")
@click.option("--ics", type=PATH, metavar="OUT", help="Write them for a calendar; `-` is stdout.")
@connected
def talks(ics: str | None, client: "Client", as_json: bool) -> None:
    """Show the scheduled talks that still come, or write them as an iCalendar file (RFC 5545)."""
    from openline.cli.line_words import talk_line
    from openline.cli.output import write_out

    if ics is not None:
        write_out(ics, client.talks())
        return
    found = [one for one in client.board().threads if one.kind == "TALK" and one.ended is None]
    found.sort(key=lambda one: str((one.says or {}).get("time")))
    if as_json:
        put_json(found)
        return
    for line in [talk_line(one) for one in found] or ["No talk is scheduled."]:
        click.echo(line)


@click.command("follow")
@click.option("--after", type=int, metavar="N", help="From the entry after N on; else what comes.")
@click.option("--count", type=int, metavar="N", help="Stop after N entries.")
@connected
def follow(after: int | None, count: int | None, client: "Client", as_json: bool) -> None:
    """Show every entry as it comes; what was missed while the server was away is caught up."""
    from itertools import islice

    from openline.cli.line_words import event_line
    from openline.formats.json_text import encode

    for event in islice(client.follow(after), count):
        if as_json:
            click.echo(encode({"entry": event.entry, "event": event.name} | event.data))
            continue
        click.echo(event_line(event), err=event.name == "resync")
