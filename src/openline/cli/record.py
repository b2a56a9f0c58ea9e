"""`openline record`: export the record, verify it, prove parts of it, review it."""

from typing import TYPE_CHECKING, Any

import click

from openline.cli.options import PATH, PERIOD
from openline.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openline.app.read_agreement import AgreementFile
    from openline.app.read_records import Source
    from openline.formats.record_lines import Header
    from openline.line.note import VerifierKey

EXIT_REFUSED = 1


@click.group("record", short_help="Export the record, verify it, prove parts of it.")
def record() -> None:
    """Export the record, verify it, prove parts of it. An export is verified without a server."""


@record.command("export")
@click.argument("out", type=PATH)
@click.option("--db", required=True, metavar="PATH|ADDRESS", help="The database of the server.")
@click.option("--key", type=PATH, metavar="FILE", help="Sign now, with this private key.")
@click.option("--name", help="With --key: the name of the record, as north.example/line.")
@click.option(
    "--batch",
    type=click.IntRange(1, 1_000_000),
    default=1_000,
    show_default=True,
    help="Entries under one checkpoint.",
)
@click.option(
    "--agreement",
    "agreement_file",
    type=PATH,
    metavar="FILE",
    help="Name it and its parties' keys.",
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def export(
    out: str,
    db: str,
    key: str | None,
    name: str | None,
    batch: int,
    agreement_file: str | None,
    force: bool,
) -> None:
    """Write the record to OUT, under the checkpoints that the server signed.

    With --key and --name: every entry, under checkpoints signed now.
    """
    from openline.app.read_records import last_sequence, source_of
    from openline.cli.output import STANDARD_OUTPUT, write_chunks, write_stdout
    from openline.line.note import check_name

    if (key is None) != (name is None):
        raise click.UsageError("give --key and --name together, or neither")
    if name is not None:
        check_name(name)
    with source_of(db) as source:
        header, lines = _export_lines(source, key, name, batch, agreement_file)
        if out == STANDARD_OUTPUT:
            write_stdout(lines)
            return
        write_chunks(out, lines, force=force)
        newer = last_sequence(source) - header.size
    click.echo(f"wrote {out}: {header.size:,} entries")
    click.echo(f"key of the record: {header.key}")
    if newer:
        click.echo(f"{newer:,} newer entries are not in it: they are not sealed yet")


@record.command("verify")
@click.argument("file", type=PATH)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="NAME+ID+KEY",
    help="A key known from elsewhere; the record's key must be one of these.",
)
@click.option(
    "--agreement",
    "agreement_file",
    type=PATH,
    metavar="FILE",
    help="The record's key must be that of a party of this agreement.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.pass_context
def verify(
    ctx: click.Context,
    file: str,
    keys: tuple[str, ...],
    agreement_file: str | None,
    as_json: bool,
) -> None:
    """Verify FILE, an export or a proof: order, tree, checkpoints, signatures.

    Exit code: 0 it holds, 1 it is refused (the place is named), 3 unreachable file.
    """
    from openline.cli.output import printable, write_stdout
    from openline.formats.findings import encode
    from openline.line.note import parse_verifier_key

    trusted = tuple(parse_verifier_key(text) for text in keys)
    agreed = None
    if agreement_file is not None:
        from openline.app.read_agreement import load_agreement

        agreed = load_agreement(agreement_file)
    try:
        found = _verified(file, trusted, agreed)
    except InvalidInput as error:
        if as_json:
            facts = {name: str(value) for name, value in error.facts.items() if name != "file"}
            refusal = {"verified": False, "file": file, "problem": error.problem, **facts}
            write_stdout((encode(refusal, indent=2),))
        else:
            click.echo(f"REFUSED: {printable(str(error))}")
        ctx.exit(EXIT_REFUSED)
    if as_json:
        write_stdout((encode({"verified": True, "file": file, **found}, indent=2),))
        return
    click.echo(f"Verified: {printable(file)}")
    for name, value in found.items():
        for line in value if isinstance(value, list) else [value]:
            click.echo(f"  {name.replace('_', ' ')}: {printable(str(line))}")
    if not trusted and agreed is None:
        click.echo(
            "  The key stands in the file itself. Compare its fingerprint with the party, or give "
            "--key or --agreement."
        )


@record.command("prove")
@click.argument("file", type=PATH)
@click.argument("out", type=PATH)
@click.option("--entry", type=click.IntRange(min=1), metavar="N", help="That this entry is in it.")
@click.option(
    "--since",
    type=click.IntRange(min=0),
    metavar="SIZE",
    help="That it only grew since the checkpoint of so many entries.",
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def prove(file: str, out: str, entry: int | None, since: int | None, force: bool) -> None:
    """Write to OUT a proof from the export FILE that stands by itself; `verify` reads it."""
    from openline.app.prove_record import prove_consistency, prove_inclusion
    from openline.cli.output import STANDARD_OUTPUT, write_file, write_stdout
    from openline.formats.record_proof import Proof, encode_proof

    if (entry is None) == (since is None):
        raise click.UsageError("give --entry or --since")
    proof: Proof = (
        prove_inclusion(file, entry) if entry is not None else prove_consistency(file, since or 0)
    )
    if out == STANDARD_OUTPUT:
        write_stdout((encode_proof(proof),))
        return
    write_file(out, encode_proof(proof), force=force)
    click.echo(f"wrote {out}")


@record.command("report")
@click.argument("file", type=PATH)
@click.option("--between", type=PERIOD, help="Only entries of this period.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.option("--html", type=PATH, metavar="OUT", help="Write one page. - is stdout.")
def report(file: str, between: Any, as_json: bool, html: str | None) -> None:
    """Review the export FILE: who wrote what how often, and when nobody wrote anything.

    Whoever holds the same record gets the same review, letter by letter.
    """
    from openline.app.review_record import review_file, review_values
    from openline.cli.options import same_file
    from openline.cli.output import STANDARD_OUTPUT, printable, write_out, write_stdout
    from openline.formats.findings import encode

    if as_json and html == STANDARD_OUTPUT:
        raise click.UsageError("--json and --html -: only one can go to standard output")
    if html is not None and same_file(html, file):
        raise click.UsageError(f"--html would replace the input file {file}")
    values = review_values(review_file(file, between))
    if html is not None:
        from openline.report.review_page import render_review

        write_out(html, render_review(values).encode("utf-8", "replace"))
    if as_json:
        write_stdout((encode(values, indent=2),))
    elif html is None:
        for line in _review_lines(values):
            click.echo(printable(line))


def _review_lines(values: dict[str, Any]) -> list[str]:
    lines = [
        f"{values['record']}: {values['entries']:,} of {values['size']:,} entries, verified",
        *(f"{one['party']}: {one['entries']:,} entries" for one in values["parties"]),
    ]
    if values["silences"]:
        longest = values["silences"][0]
        lines.append(f"longest silence: {longest['duration_s']:g} s from {longest['start']}")
    if values["line"] is not None:
        lines += _line_lines(values["line"])
    return lines + [f"remark: {remark}" for remark in values["remarks"]]


def _line_lines(line: dict[str, Any]) -> list[str]:
    """The review of a line in a few lines; all of it is in --html and --json."""
    lines = [f"line {line['agreement']}, version {line['versions'][-1][0]}"]
    for one in line["parties"]:
        notices = sum(one["notices"].values())
        read, called = one["read"], one["called"]
        lines.append(
            f"{one['party']}: {notices:,} notices, {one['late']:,} LATE; "
            f"read {read['given']:,} of {read['owed']:,} in person, {read['in_time']:,} in time; "
            f"{called['given']:,} of {called['owed']:,} urgent calls acknowledged; "
            f"{one['checks']:,} line checks, {one['missed_checks']:,} missed"
        )
    opened = sum(one["opened"] for one in line["conflicts"])
    lines.append(
        f"{opened:,} conflicts, {sum(one['still_open'] for one in line['conflicts']):,} still "
        f"open; {len(line['disagreements']):,} disagreements; {len(line['breaches']):,} breaches "
        f"claimed; {len(line['outages']):,} outages"
    )
    return lines


def _export_lines(
    source: "Source", key: str | None, name: str | None, batch: int, agreement_file: str | None
) -> "tuple[Header, Iterator[bytes]]":
    """The header and all lines: signed now with a key, else as the server sealed them."""
    from openline.app.export_record import kept_export, sealed_export
    from openline.app.read_records import (
        chosen_checkpoints,
        key_of,
        last_sequence,
        records_of,
        witnesses_of,
    )

    if key is not None and name is not None:
        from openline.app.key_files import signer_of
        from openline.line.note import SignatureType, VerifierKey

        signer = signer_of(key)
        verifier = VerifierKey(name, SignatureType.ED25519, signer.public_key)
        header = _header(verifier, last_sequence(source), agreement_file)
        return header, sealed_export(header, records_of(source, header.size), signer, batch)
    verifier = key_of(source)
    size, checkpoints = chosen_checkpoints(source, batch)
    header = _header(verifier, size, agreement_file, witnesses_of(source))
    return header, kept_export(header, records_of(source, size), checkpoints)


def _header(
    key: "VerifierKey",
    size: int,
    agreement_file: str | None,
    witnesses: "tuple[VerifierKey, ...]" = (),
) -> "Header":
    from openline.formats.record_lines import Header

    if agreement_file is None:
        return Header(key, size, witnesses)
    from openline.app.read_agreement import load_agreement
    from openline.app.verify_record import agreement_name
    from openline.line.signatures import public_key_text

    agreed = load_agreement(agreement_file)
    parties = {one.id: public_key_text(one.public_key) for one in agreed.agreement.parties}
    return Header(key, size, witnesses, parties, agreement_name(agreed))


def _verified(
    name: str, trusted: "tuple[VerifierKey, ...]", agreed: "AgreementFile | None"
) -> dict[str, Any]:
    """What a file was shown to hold, by names for people and programs."""
    if _is_proof(name):
        key, facts = _proof_facts(name, trusted)
    else:
        key, facts = _export_facts(name, trusted)
    if agreed is not None:
        from openline.app.verify_record import party_of_record

        party = party_of_record(key, agreed)
        known = agreed.agreement
        facts["party"] = f"{party.id}, by {known.id} version {known.version}"
        if agreed.standing.missing:
            facts["agreement"] = f"not signed by {', '.join(agreed.standing.missing)}"
    return facts


def _export_facts(
    name: str, trusted: "tuple[VerifierKey, ...]"
) -> "tuple[VerifierKey, dict[str, Any]]":
    from openline.app.verify_record import verify_file
    from openline.formats.instants import format_instant
    from openline.line.fingerprint import fingerprint

    done = verify_file(name, trusted)
    return done.header.key, {
        "record": done.record.origin,
        "key": str(done.header.key),
        "fingerprint": " ".join(fingerprint(done.header.key.public_key)),
        "entries": done.record.head.size,
        "first": done.first_time,
        "last": done.last_time,
        "checkpoints": done.record.checkpoints,
        "root": done.record.head.root.hex(),
        "cosigned": [
            f"{one.name}: {one.size} entries"
            + (f", {format_instant(one.time)}" if one.time is not None else "")
            for one in done.record.cosigned
        ],
        "remarks": list(done.remarks),
    }


def _proof_facts(
    name: str, trusted: "tuple[VerifierKey, ...]"
) -> "tuple[VerifierKey, dict[str, Any]]":
    from openline.app.prove_record import verify_proof
    from openline.formats.record_proof import Inclusion
    from openline.line.fingerprint import fingerprint
    from openline.line.record.checkpoint import parse_checkpoint

    done = verify_proof(name, trusted)
    proof = done.proof
    facts: dict[str, Any] = {
        "record": proof.key.name,
        "key": str(proof.key),
        "fingerprint": " ".join(fingerprint(proof.key.public_key)),
    }
    if isinstance(proof, Inclusion):
        entry = proof.entry
        facts["proves"] = f"entry {entry.sequence} is one of the first {done.head.size} entries"
        facts["entry"] = f"{entry.time} {entry.party} {entry.kind}, {len(entry.body):,} bytes"
    else:
        old = parse_checkpoint(proof.old_note.text).head.size
        facts["proves"] = f"the first {old} of {done.head.size} entries were not changed"
    facts["cosigned"] = [one.key.name for one in done.witnesses]
    return proof.key, facts


def _is_proof(name: str) -> bool:
    from openline.app.read_files import unreachable
    from openline.formats.record_proof import HEADS

    try:
        with open(name, "rb") as file:
            return file.read(max(map(len, HEADS))).startswith(HEADS)
    except (OSError, ValueError) as error:
        raise unreachable(name, error) from None
