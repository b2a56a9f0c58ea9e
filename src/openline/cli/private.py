"""`openline private`: whether plans would meet, found out without showing them."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from openline.cli.options import DURATION, PATH, reading_options

EXIT_OVERLAP: Final = 1
EXIT_UNKNOWN: Final = 4
_Function = TypeVar("_Function", bound=Callable[..., Any])
_agreement = click.option(
    "--agreement", "agreement_file", type=PATH, metavar="FILE", help="The agreement, in force."
)
_key = click.option("--key", metavar="FILE", help="The private key of your party.")
_json = click.option("--json", "as_json", is_flag=True, help="The verdict as JSON on stdout.")
_geojson = click.option(
    "--geojson", type=PATH, metavar="OUT", help="Write the cells that are shared, as GeoJSON."
)
_plan = click.option(
    "--plan", "plans", type=PATH, multiple=True, metavar="FILE", help="Your plans; repeat it."
)


_db = click.option(
    "--db", metavar="PATH|ADDRESS", help="Put the session on the record of this database."
)


@click.group("private", short_help="Ask whether plans would meet, without showing them.")
def private() -> None:
    """Ask whether plans would meet, without showing them to each other.

    One party writes a file, the other one answers it, and each side learns which of its own
    volumes share a place and time with the other's, and nothing else. Sessions are kept under
    ~/.local/state/openline/private, readable by you alone.

    Exit code: 0 NO OVERLAP FOUND or done, 1 OVERLAP, 4 UNKNOWN or expired, which counts as an
    overlap.
    """


@private.command("check")
@click.argument("out", type=PATH, required=False)
@_plan
@_agreement
@_key
@click.option("--to", metavar="PARTY", help="Whom you ask; needed if there are several others.")
@click.option("--peer", metavar="URL", help="Ask the other party's server, without files.")
@click.option(
    "--every", type=DURATION, help="With --peer: ask again and again, with or without plans: 10min."
)
@click.option("--times", type=click.IntRange(min=1), help="With --every: so often. Default: on.")
@click.option("--bucket", type=int, metavar="SIZE", help="Pad to this size at least.")
@_db
@click.option("--sector", type=int, metavar="LEVEL", help="Look only in the cells of this level.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@_json
@_geojson
@reading_options
@click.pass_context
def check(ctx: click.Context, /, **params: Any) -> None:
    """Ask whether the plans would meet those of another party: write OUT, to be carried to it.

    With --peer its server is asked at once. With --every it is asked at fixed times, whether there
    is anything to ask or not, so that nobody sees when there is; --plan names folders then.
    """
    from openline.cli.private_steps import check_command

    _need(params, "plans", "agreement_file", "key")
    _fits(params)
    ctx.exit(check_command(params))


@private.command("answer")
@click.argument("file", type=PATH)
@click.argument("out", type=PATH, required=False)
@_plan
@_agreement
@_key
@_db
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@_json
@_geojson
@reading_options
@click.pass_context
def answer(ctx: click.Context, /, **params: Any) -> None:
    """Take the FILE that came, and do what comes next: answer it to OUT, or say the verdict.

    The first time, --plan, --agreement and --key are needed; afterwards they are remembered.
    """
    from openline.cli.private_steps import answer_command

    ctx.exit(answer_command(params))


@private.command("list")
@_json
def list_(as_json: bool) -> None:
    """List the sessions that are kept here, oldest first."""
    from openline.cli.private_steps import list_command

    list_command(as_json)


@private.command("show")
@click.argument("session")
@click.option("--party", metavar="PARTY", help="Whose, if both sides are kept here.")
@_json
@_geojson
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.pass_context
def show(ctx: click.Context, /, **params: Any) -> None:
    """Show the verdict of SESSION again; the beginning of its name is enough."""
    from openline.cli.private_steps import show_command

    ctx.exit(show_command(params))


@private.command("carry")
@click.argument("session")
@click.argument("out", type=PATH)
@click.option("--party", metavar="PARTY", help="Whose, if both sides are kept here.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def carry(session: str, out: str, party: str | None, force: bool) -> None:
    """Write again the file of SESSION that goes to the peer now: the same bytes, to OUT."""
    from openline.cli.private_steps import carry_command

    carry_command(session, out, party, force=force)


@private.command("open")
@click.argument("session")
@click.argument("out", type=PATH)
@click.option("--party", metavar="PARTY", help="Whose, if both sides are kept here.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def open_(session: str, out: str, party: str | None, force: bool) -> None:
    """Open your side of SESSION for the peer: OUT shows your plans of that session.

    Do it when the flights are over, if the session was drawn or is disputed.
    """
    from openline.cli.private_steps import open_command

    open_command(session, out, party, force=force)


@private.command("audit")
@click.argument("file", type=PATH)
@click.option("--own", metavar="PARTY", help="Who you are, if several parties are kept here.")
@click.option(
    "--flown", type=PATH, multiple=True, metavar="FILE", help="What the peer flew; repeat it."
)
@_json
@reading_options
@click.pass_context
def audit(ctx: click.Context, /, **params: Any) -> None:
    """Recompute what the peer sent from the session it opened in FILE, byte for byte.

    Exit code: 0 all of it holds, 1 something does not.
    """
    from openline.cli.private_steps import audit_command

    ctx.exit(audit_command(params))


def _need(params: dict[str, Any], *names: str) -> None:
    for name in names:
        if not params[name]:
            option = {"plans": "plan", "agreement_file": "agreement"}.get(name, name)
            raise click.UsageError(f"--{option} is needed")


def _fits(params: dict[str, Any]) -> None:
    """Raises: UsageError for options that do not go together."""
    if (params["out"] is None) == (params["peer"] is None):
        raise click.UsageError("name OUT, to be carried by hand, or --peer URL: one of the two")
    if params["every"] is not None and params["peer"] is None:
        raise click.UsageError("--every goes with --peer")
    if params["every"] is not None and params["sector"] is not None:
        raise click.UsageError("--every looks everywhere: a sector would tell when there are plans")
    if params["times"] is not None and params["every"] is None:
        raise click.UsageError("--times goes with --every")
