"""`openline keys`: make keys, show them, compare them by voice, replace them."""

from typing import Any

import click

from openline.cli.options import PATH

EXIT_DIFFERENT = 1


@click.group("keys", short_help="Make keys, show them, compare them by voice, replace them.")
def keys() -> None:
    """Make keys, show them, compare them by voice, replace them.

    A private key stays in a file that only its owner can read, or behind a program. KEY is such a
    file, its .pub, ed25519:… itself, or exec:PROGRAM.
    """


@keys.command("new")
@click.argument("file", type=PATH)
def new(file: str) -> None:
    """Make a key: the private one to FILE, the public one to FILE.pub. Neither may exist."""
    from openline.app.key_files import create_key

    signer = create_key(file)
    click.echo(f"private key: {file} (keep it; nobody else may read it)")
    click.echo(f"public key:  {file}.pub")
    _show(signer.public_key)


@keys.command("show")
@click.argument("key", type=PATH)
@click.option("--name", help="Also as a verifier key of records under this name.")
def show(key: str, name: str | None) -> None:
    """Show the public key of KEY and its fingerprint; never a private key."""
    from openline.app.key_files import load_public_key
    from openline.line.note import SignatureType, VerifierKey

    public_key = load_public_key(key)
    _show(public_key)
    if name is not None:
        for kind, use in ((SignatureType.ED25519, "signs"), (SignatureType.COSIGNATURE, "cosigns")):
            click.echo(f"{use} records as: {VerifierKey(name, kind, public_key)}")


@keys.command("fingerprint")
@click.argument("key", type=PATH)
@click.option("--spoken", is_flag=True, help="As the digits are said on the radio.")
@click.option("--compare", "read_out", metavar="DIGITS", help="What the other person read out.")
@click.pass_context
def fingerprint(ctx: click.Context, key: str, spoken: bool, read_out: str | None) -> None:
    """Show the fingerprint of KEY, to be read out, or compare it with what was read out.

    Eight groups of five digits. The last digit of each group checks the group. Exit code with
    --compare: 0 the same key, 1 not.
    """
    from openline.app.key_files import load_public_key
    from openline.line import fingerprint as prints

    public_key = load_public_key(key)
    groups = prints.fingerprint(public_key)
    if read_out is None:
        lines = prints.spoken(groups) if spoken else groups
        for place, group in enumerate(lines, start=1):
            click.echo(f"{place}  {group}")
        return
    reading = prints.compare(public_key, read_out)
    if reading.same:
        click.echo("The same key: all eight groups agree.")
        return
    if reading.misheard:
        click.echo(f"Misheard: group {_listed(reading.misheard)}. Ask for it again.")
    else:
        click.echo(
            f"ANOTHER KEY: group {_listed(reading.different)} was read out rightly and differs. "
            "Do not use it."
        )
    ctx.exit(EXIT_DIFFERENT)


@keys.command("rotate")
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@click.option("--party", required=True, metavar="ID", help="Whose keys they are.")
@click.option("--out", required=True, type=PATH, metavar="FILE", help="Where the change goes.")
def rotate(old: str, new: str, party: str, out: str) -> None:
    """Hand over from the private key OLD to the private key NEW: a text that both sign.

    The others check it with `agreement diff --rotation`, against the new version of the agreement.
    """
    from datetime import UTC, datetime

    from openline.app.key_files import signer_of
    from openline.cli.output import write_file
    from openline.errors import InvalidInput
    from openline.formats.instants import format_instant
    from openline.line.agreement import check_id
    from openline.line.signatures import Rotation, sign_rotation

    check_id(party, "party")
    signers = signer_of(old), signer_of(new)
    if signers[0].public_key == signers[1].public_key:
        raise InvalidInput("both are the same key", cure="openline keys new makes another")
    now = datetime.now(UTC).replace(microsecond=0)
    rotation = Rotation(party, signers[0].public_key, signers[1].public_key, now)
    note = sign_rotation(rotation, format_instant(now), *signers)
    write_file(out, str(note).encode(), force=False)
    click.echo(f"wrote {out}: give it to every other party, with the new version to sign")
    _show(signers[1].public_key)


def _show(public_key: bytes) -> None:
    from openline.line.fingerprint import fingerprint as groups_of
    from openline.line.signatures import public_key_text

    click.echo(public_key_text(public_key))
    click.echo(f"fingerprint: {' '.join(groups_of(public_key))}")


def _listed(numbers: Any) -> str:
    return ", ".join(str(number) for number in numbers)
