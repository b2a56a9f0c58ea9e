"""`openline formats`: which file formats there are."""

import click


@click.command("formats", short_help="List the file formats.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def formats(as_json: bool) -> None:
    """List the file formats: names for --format and --to, suffixes, read or written."""
    from openline.cli.output import write_stdout
    from openline.formats.findings import encode
    from openline.formats.registry import FORMATS

    if as_json:
        records = [
            {
                "name": known.name,
                "title": known.title,
                "suffixes": list(known.suffixes),
                "readable": known.readable,
                "writable": known.writable,
            }
            for known in FORMATS
        ]
        write_stdout((encode(records, indent=2),))
        return
    for known in FORMATS:
        ways = "read, written" if known.readable and known.writable else "read"
        click.echo(f"{known.name:<8}  {known.title:<20}  {ways:<13}  {' '.join(known.suffixes)}")
