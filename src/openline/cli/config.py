"""`openline config`: the settings of the server and where each comes from."""

from typing import TYPE_CHECKING

import click

from openline.cli.settings import config_option, read_settings

if TYPE_CHECKING:
    from openline.app.settings_table import Value


@click.group("config", short_help="Show the settings of the server.")
def config() -> None:
    """The settings of the server."""


@config.command("show", short_help="Show every setting and where it comes from.")
@config_option
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def show(config_file: str | None, as_json: bool) -> None:
    """Show every setting that `openline serve` would use here, and where it comes from.

    Passwords are not shown.
    """
    from openline.app.configuration import shown
    from openline.app.settings_table import SETTINGS
    from openline.cli.output import printable, write_stdout
    from openline.formats.findings import encode

    told = read_settings({}, config_file)
    rows = [(s.name, shown(s, told.values[s.name]), told.origins[s.name]) for s in SETTINGS]
    if as_json:
        found = {name: {"value": value, "origin": origin} for name, value, origin in rows}
        write_stdout((encode(found, indent=2),))
        return
    for name, value, origin in rows:
        click.echo(f"{name:<22} {printable(_in_words(value)):<28} {printable(origin)}")


def _in_words(value: "Value") -> str:
    match value:
        case None | ():
            return "-"
        case bool():
            return "true" if value else "false"
        case tuple():
            return ", ".join(value)
    return str(value)
