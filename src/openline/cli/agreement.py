"""`openline agreement`: write, check, sign, show and compare what the parties agreed."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from openline.cli.options import PATH, PERIOD

if TYPE_CHECKING:
    from openline.app.read_agreement import AgreementFile
    from openline.line.signatures import Force

EXIT_NOT_IN_FORCE = 1
EXIT_DIFFERENT = 1


@click.group("agreement", short_help="Write, check, sign, show and compare agreements.")
def agreement() -> None:
    """Write, check, sign, show and compare agreements.

    FILE is an agreement.toml; the area it names is beside it. The signatures under version 2 are
    in FILE.v2.sig.
    """


@agreement.command("new")
@click.argument("file", type=PATH)
@click.option("--id", "agreement_id", required=True, metavar="ID", help="The name of the line.")
@click.option(
    "--party",
    "parties",
    multiple=True,
    metavar="ID[=KEY]",
    help="A party, with its public key or a file of it. At least two.",
)
@click.option("--valid", type=PERIOD, help="From when to when. Default: 180 days from tomorrow.")
def new(file: str, agreement_id: str, parties: tuple[str, ...], valid: Any) -> None:
    """Write a new agreement with every field explained, and an area to be redrawn."""
    from openline.app.new_agreement import new_agreement
    from openline.cli.output import write_file

    for name, data in new_agreement(file, agreement_id, parties, valid, _now()):
        write_file(name, data, force=False)
        click.echo(f"wrote {name}")
    click.echo(f"Next: draw the area, set the minima, then `openline agreement check {file}`.")


@agreement.command("check")
@click.argument("file", type=PATH)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing: the exit code tells.")
@click.pass_context
def check(ctx: click.Context, file: str, quiet: bool) -> None:
    """Say whether FILE is right, who has signed it, and whether it is in force.

    Exit code: 0 in force, 1 right but not in force, 2 not right.
    """
    from openline.app.read_agreement import load_agreement
    from openline.line.signatures import Force

    loaded = load_agreement(file)
    force = loaded.standing.force(loaded.agreement, _now())
    if not quiet:
        for line in _standing_lines(loaded, force):
            _echo(line)
    if force is not Force.IN_FORCE:
        ctx.exit(EXIT_NOT_IN_FORCE)


@agreement.command("sign")
@click.argument("file", type=PATH)
@click.option("--key", required=True, type=PATH, metavar="FILE", help="The private key.")
def sign(file: str, key: str) -> None:
    """Sign this version of FILE for the party that holds the key. Read it first: `show`."""
    from openline.app.key_files import signer_of
    from openline.app.read_agreement import load_agreement, signatures_name
    from openline.cli.output import write_file
    from openline.line.signatures import sign_agreement

    loaded = load_agreement(file)
    signer = signer_of(key)
    note = sign_agreement(loaded.agreement, loaded.digest, signer, loaded.note)
    out = signatures_name(file, loaded.agreement.version)
    write_file(out, str(note).encode(), force=True)
    _echo(f"wrote {out}: give it to every other party, beside the agreement and its area")
    again = load_agreement(file)
    for line in _standing_lines(again, again.standing.force(again.agreement, _now())):
        _echo(line)


@agreement.command("show")
@click.argument("file", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="Every value as JSON, in SI units.")
def show(file: str, as_json: bool) -> None:
    """Show what FILE says, in words, with its fingerprint and who has signed it."""
    from openline.app.read_agreement import load_agreement
    from openline.cli.agreement_words import words
    from openline.cli.output import write_stdout
    from openline.formats.agreement_toml import agreement_values
    from openline.formats.findings import encode

    loaded = load_agreement(file)
    force = loaded.standing.force(loaded.agreement, _now())
    if as_json:
        values = agreement_values(loaded.agreement) | {
            "sha256": loaded.digest.hex(),
            "signed_by": list(loaded.standing.signed),
            "not_signed_by": list(loaded.standing.missing),
            "state": force.value,
        }
        write_stdout((encode(values, indent=2),))
        return
    for line in (*words(loaded.agreement), *_standing_lines(loaded, force)):
        _echo(line)


@agreement.command("diff")
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@click.option(
    "--rotation",
    "rotations",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="A change of a key by `keys rotate`, to check a key that differs.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.pass_context
def diff(ctx: click.Context, old: str, new: str, rotations: tuple[str, ...], as_json: bool) -> None:
    """Show every value that the agreement NEW changes against OLD. Signatures do not matter.

    Exit code: 0 they say the same, 1 they differ.
    """
    from openline.app.compare_agreements import compare_agreements
    from openline.app.read_agreement import read_agreement_file
    from openline.cli.agreement_words import change_words
    from openline.cli.output import write_stdout
    from openline.formats.findings import encode

    before, after = read_agreement_file(old), read_agreement_file(new)
    changes = compare_agreements(before, after)
    if as_json:
        records = [
            {"field": one.field, "old": one.old, "new": one.new, "direction": one.direction()}
            for one in changes
        ]
        write_stdout((encode(records, indent=2),))
    else:
        for change in changes:
            _echo(change_words(change))
            if change.field.endswith(".key"):
                _echo(f"  {_handed_over(change, rotations)}")
        if not changes:
            click.echo("They say the same.")
        elif after.version <= before.version:
            _echo(f"The version is still {after.version}: raise it before anybody signs.")
    if changes:
        ctx.exit(EXIT_DIFFERENT)


def _handed_over(change: Any, rotations: tuple[str, ...]) -> str:
    from openline.app.read_agreement import handed_over
    from openline.line.signatures import parse_public_key

    party = change.field.removeprefix("parties.").removesuffix(".key")
    if change.old is None or change.new is None:
        return "compare the fingerprint by voice"
    old, new = parse_public_key(change.old), parse_public_key(change.new)
    for name in rotations:
        if handed_over(name, party, old, new):
            return f"the old key hands over to the new one: {name}"
    return "no --rotation hands over to this key: compare the fingerprint by voice"


def _standing_lines(loaded: "AgreementFile", force: "Force") -> list[str]:
    from openline.line.fingerprint import fingerprint

    known = loaded.agreement
    lines = [
        f"{known.id}, version {known.version}: {force.value}",
        f"fingerprint of this text: {' '.join(fingerprint(loaded.digest))}",
    ]
    if loaded.standing.signed:
        lines.append(f"signed by {', '.join(loaded.standing.signed)}")
    if loaded.standing.missing:
        lines.append(f"not signed by {', '.join(loaded.standing.missing)}")
    return lines


def _now() -> datetime:
    from datetime import UTC

    return datetime.now(UTC)


def _echo(line: str) -> None:
    from openline.cli.output import printable

    click.echo(printable(line))
