"""`openline bundle`: what was said on a line as a file or a text, for a stick, e-mail or radio."""

from typing import TYPE_CHECKING, Any

import click

from openline.cli import line_connection
from openline.cli.line_connection import connection_options
from openline.cli.options import PATH
from openline.errors import InvalidInput

if TYPE_CHECKING:
    from openline.api.line.bundle_wire import Account
    from openline.cli.bundle_source import Reached

EXIT_REFUSED = 1
_db = click.option(
    "--db",
    metavar="PATH|ADDRESS",
    help="Without a server: the database of one, and --key.",
)


@click.group("bundle", short_help="Carry what was said on a line as a file or as text.")
def bundle() -> None:
    """Carry what was said on a line as one signed file, or as a few lines to read out.

    Nothing else has to pass between two sites. A bundle may be read in any order and any number of
    times: what is on the record already is not taken again.
    """


@bundle.command("write")
@click.argument("out", type=PATH)
@click.option("--to", required=True, metavar="PARTY", help="The party that it is for.")
@click.option(
    "--since",
    type=click.IntRange(min=0),
    metavar="ENTRY",
    help="What was said after this entry of the record, 0 for all. Else since the last bundle.",
)
@click.option(
    "--thread", "threads", multiple=True, metavar="THREAD", help="Only this thread; repeat it."
)
@click.option(
    "--text",
    metavar="THREAD",
    help="The newest word of this thread as text of at most 2 kB; OUT may be -.",
)
@click.option("--packed", is_flag=True, help="Compress it.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@_db
@connection_options
def write(out: str, **given: Any) -> None:
    """Write to OUT what your party said to another one. - is standard output."""
    from openline.cli.bundle_source import reached

    with reached(line_connection.open_client, given) as source:
        if given["text"] is not None:
            _write_texts(out, source, given)
        else:
            _write_file(out, source, given)


def _write_texts(out: str, source: "Reached", given: dict[str, Any]) -> None:
    from openline.cli.output import STANDARD_OUTPUT, tell, write_file, write_stdout

    if given["threads"] or given["packed"]:
        raise click.UsageError("--text goes without --thread and --packed")
    texts = source.texts(given["to"], given["text"], given["since"] or 0)
    data = "\n".join(texts).encode()
    if out == STANDARD_OUTPUT:
        write_stdout((data,))
    else:
        write_file(out, data, force=given["force"])
        tell(f"wrote {out}: {len(texts)} of {source.party} to {given['to']}, {len(data):,} bytes")


def _write_file(out: str, source: "Reached", given: dict[str, Any]) -> None:
    from openline.cli.bundle_source import keep_entry, kept_entry
    from openline.cli.output import STANDARD_OUTPUT, tell, write_file, write_stdout
    from openline.formats.bundle import decode_bundle

    to, threads = given["to"], tuple(given["threads"])
    since = given["since"]
    if since is None:
        since = 0 if threads else kept_entry(source.address, source.party, to)
    made = source.file(to, since, threads, packed=given["packed"])
    where = f"{source.party} to {to}"
    if made.data is None:
        tell(f"nothing to write: {where} after entry {since}{_not_shown(made.left_out)}")
        return
    if out == STANDARD_OUTPUT:
        write_stdout((made.data,))
    else:
        write_file(out, made.data, force=given["force"])
    if not threads:
        keep_entry(source.address, source.party, to, made.entry)
    head = decode_bundle(made.data).head
    words = "message" if head.messages == 1 else "messages"
    tell(
        f"wrote {out}: {head.messages:,} {words} of {where}, numbers {head.first} to {head.last}, "
        f"entries {since + 1} to {made.entry} of the record, {len(made.data):,} bytes"
        f"{_not_shown(made.left_out)}"
    )
    if made.more:
        tell(f"{made.more:,} more did not fit: write another bundle")


def _not_shown(left_out: int) -> str:
    return f"; {left_out:,} left out, as it may not have them" if left_out else ""


@bundle.command("read")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
@_db
@connection_options
@click.pass_context
def read(ctx: click.Context, /, files: tuple[str, ...], **given: Any) -> None:
    """Put what came in FILES on the record, and say of every message what became of it.

    Exit code: 0 all of it is new or known, 1 something is refused, 3 unreachable file or server.
    """
    from openline.cli.bundle_source import in_order, reached
    from openline.cli.bundle_words import account_lines
    from openline.cli.output import printable, write_stdout
    from openline.errors import OpenlineError, StoreUnavailable, Unreachable
    from openline.formats.findings import encode

    found: list[tuple[str, Account | str]] = []
    with reached(line_connection.open_client, given) as source:
        for name, data in in_order(files):
            try:
                found.append((name, source.take(data)))
            except (Unreachable, StoreUnavailable):
                raise
            except OpenlineError as error:
                found.append((name, str(error)))
    if given["as_json"]:
        write_stdout((encode(_values(found), indent=2),))
    else:
        for name, told in found:
            for line in account_lines(name, told):
                click.echo(printable(line))
    if any(isinstance(told, str) or told.refused for _, told in found):
        ctx.exit(EXIT_REFUSED)


def _values(found: "list[tuple[str, Account | str]]") -> list[dict[str, Any]]:
    import msgspec

    return [
        {"file": name, "problem": told}
        if isinstance(told, str)
        else {"file": name, **msgspec.to_builtins(told)}
        for name, told in found
    ]


@bundle.command("show")
@click.argument("file", type=PATH)
@click.option(
    "--agreement",
    "agreement_file",
    type=PATH,
    metavar="FILE",
    help="Verify every signature with the keys of this agreement.",
)
@click.option("--language", default="en", show_default=True, metavar="TAG", help="Of the words.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
@click.pass_context
def show(
    ctx: click.Context, file: str, agreement_file: str | None, language: str, as_json: bool
) -> None:
    """Show in words what is in FILE. No server is needed, and nothing is put on any record.

    Exit code: 0 all of it holds, 1 something is refused, 3 unreachable file.
    """
    from openline.app.read_files import read_bytes
    from openline.cli.bundle_words import shown, shown_lines
    from openline.cli.output import printable, write_stdout
    from openline.errors import Unauthenticated
    from openline.formats.findings import encode

    agreement = None
    if agreement_file is not None:
        from openline.app.read_agreement import load_agreement

        agreement = load_agreement(agreement_file).agreement
    try:
        found = shown(read_bytes(file), agreement, language)
    except (InvalidInput, Unauthenticated) as error:
        refusal = error.at(file=file)
        if as_json:
            write_stdout((encode({"file": file, "problem": str(refusal)}, indent=2),))
        else:
            click.echo(f"REFUSED: {printable(str(refusal))}")
        ctx.exit(EXIT_REFUSED)
    if as_json:
        write_stdout((encode({"file": file, **found}, indent=2),))
    else:
        for line in shown_lines(found):
            click.echo(printable(line))
    if any(one["refused"] is not None for one in found["messages"]):
        ctx.exit(EXIT_REFUSED)
