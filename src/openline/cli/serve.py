"""`openline serve`: the server."""

from typing import TYPE_CHECKING, Any

import click

from openline.cli.settings import config_option, read_settings, setting_options

if TYPE_CHECKING:
    from openline.app.configuration import Configuration

_WIDTH = 76


@click.command("serve", short_help="Serve the sky: an F3548-21 DSS with a durable store.")
@config_option
@setting_options
def serve(config_file: str | None, **params: Any) -> None:
    """Serve the sky to every party: an F3548-21 DSS in one process that loses nothing.

    Settings come from options, else from the environment (OPENLINE_DB, …), else from openline.toml;
    `openline config show` tells which. SIGTERM and ctrl-C end the server when the requests in work
    are answered.
    """
    from openline import wiring

    told = read_settings(params, config_file)

    def tell(address: str) -> None:
        click.echo(_banner(told, address), err=True)

    wiring.serve(told, tell)


def _banner(told: "Configuration", address: str) -> str:
    from openline.app.configuration import without_password
    from openline.cli.output import printable

    where = printable(without_password(told.text("db")))
    lines = [f"openline serves {printable(address)} from {where}. Stop: ctrl-C"]
    if told.switch("dev"):
        rows = [
            "FOR DEVELOPMENT ONLY. Anybody who can reach this server gets any token",
            "and can change and delete everything. Tokens:",
            f"  openline token --sub uss1 --scope utm.strategic_coordination --url {address}",
        ]
        if told.text("host") not in ("127.0.0.1", "::1", "localhost"):
            rows.insert(2, "IT CAN BE REACHED FROM OTHER MACHINES: " + printable(told.text("host")))
        lines = ["*" * _WIDTH, *(f"* {row}" for row in rows), "*" * _WIDTH, *lines]
    return "\n".join(lines)
