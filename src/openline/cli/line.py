"""`openline line`: a duty officer's work over a terminal."""

from typing import TYPE_CHECKING, Any

import click

from openline.cli import line_advise, line_look, line_say, line_watch
from openline.cli.line_connection import LANGUAGE, connected, keep_session

if TYPE_CHECKING:
    from openline.client import Client


@click.group(
    "line",
    short_help="Talk on a line: status, inbox, notify, answer, receipt, urgent.",
)
@click.option(
    "--language",
    envvar="OPENLINE_LANGUAGE",
    default="en",
    show_default=True,
    metavar="TAG",
    help="Of the words that the catalogue has. Else OPENLINE_LANGUAGE.",
)
@click.pass_context
def line(ctx: click.Context, language: str) -> None:
    """Talk on a line as a duty officer, over any terminal.

    A notice is information, not permission and not protection; a receipt is not consent; unknown
    is never shown as clear.
    """
    ctx.meta[LANGUAGE] = language


@line.command("login")
@click.argument("user")
@click.option("--server", envvar="OPENLINE_SERVER", required=True, metavar="ADDRESS")
@click.option(
    "--password-file",
    type=click.File("r"),
    metavar="FILE",
    help="Read the password from the first line; `-` is standard input. Else it is asked for.",
)
def login(user: str, server: str, password_file: Any) -> None:
    """Log in as USER; the commands after it use this session for an hour."""
    from openline.client import Client

    if password_file is not None:
        password = password_file.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, err=True)
    with Client(server) as client:
        session = client.log_in(user, password)
    keep_session(server, session.access_token, user)
    click.echo(f"{session.user} acts for {session.party} as {session.role} at {server}")


@line.command("me")
@connected
def me(client: "Client", as_json: bool) -> None:
    """Say who you are on this line."""
    import msgspec

    found = client.me()
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    who = f"{found.officer} for {found.party}" if found.officer else found.party
    click.echo(f"{who}, under {found.agreement} version {found.version}")


for command in (
    line_look.status,
    line_look.inbox,
    line_look.show,
    line_look.follow,
    line_look.talks,
    line_watch.watch,
    line_advise.advise,
    line_advise.export,
    line_say.notify,
    line_say.cancel,
    line_say.receipt,
    line_say.readback,
    line_say.answer,
    line_say.urgent,
    line_say.check,
    line_say.confirm,
    line_say.say,
):
    line.add_command(command)
