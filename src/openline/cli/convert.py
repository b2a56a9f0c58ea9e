"""`openline convert`: the traffic of a file in another format."""

from typing import Any

import click

from openline.cli.options import PATH, PERIOD, reading_options, same_file


@click.command("convert", short_help="Write the traffic of a file in another format.")
@click.argument("source", type=PATH, metavar="IN")
@click.argument("target", type=PATH, metavar="OUT")
@click.option("--to", "to_name", metavar="NAME", help="Format of OUT. Else its suffix says it.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.option("--between", type=PERIOD, help="Where daily schedules are expanded.")
@reading_options
def convert(source: str, target: str, to_name: str | None, force: bool, **params: Any) -> None:
    """Write the traffic of IN to OUT in another format; - is standard input or output.

    What the target format cannot hold is told on stderr. OUT is written whole or not at all.
    """
    from openline.app.convert_file import convert as convert_traffic
    from openline.app.convert_file import target_of
    from openline.app.read_files import read_files
    from openline.cli.output import STANDARD_OUTPUT, warn, write_file, write_stdout
    from openline.cli.sources import reading_of
    from openline.formats.registry import by_name

    if target == STANDARD_OUTPUT and to_name is None:
        raise click.UsageError("to standard output, say in which format: --to NAME")
    if same_file(source, target):
        raise click.UsageError("IN and OUT are the same file")
    chosen = by_name(to_name) if to_name else target_of(target)
    reading = reading_of(params)
    converted = convert_traffic(read_files((source,), reading), chosen.name, reading.options)
    warn(converted.warnings)
    if target == STANDARD_OUTPUT:
        write_stdout((converted.data,))
    else:
        write_file(target, converted.data, force=force)
