"""What each command of `openline private` does."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from openline.app.private.audit import Audit, audit, undeclared
from openline.app.private.carried import (
    Step,
    ask,
    due,
    first_step,
    head_of,
    next_step,
    open_envelope,
    session_name,
    side_of,
)
from openline.app.private.check import Session, Side
from openline.app.private.engine import WorkerEngine
from openline.app.private.kept import Folder, Kept
from openline.app.private.plans import (
    Plans,
    asked_plans,
    named_volumes,
    plans_within,
    scope_from,
    sector_of,
)
from openline.app.private.told import overlap_map, verdict_values
from openline.app.read_files import read_bytes, read_files
from openline.cli.line_connection import session_file
from openline.cli.output import printable, tell, warn, write_file, write_stdout
from openline.cli.private import EXIT_OVERLAP, EXIT_UNKNOWN
from openline.cli.private_words import list_lines, verdict_lines
from openline.cli.sources import reading_of
from openline.errors import InvalidInput, Unreachable
from openline.formats.findings import encode
from openline.formats.private_check import encode_envelope
from openline.formats.private_opening import decode_opening, encode_opening
from openline.formats.traffic import Traffic
from openline.line.private.grid import Scope
from openline.line.private.session import Answer, Check, Envelope
from openline.line.private.verdict import Doubt, Reason, Verdict, VerdictKind, unknown

EXIT_DOES_NOT_HOLD: Final = 1


def check_command(params: dict[str, Any]) -> int:
    """Begin a session: by a file, or with the peer's server."""
    now = datetime.now(UTC)
    _check_outputs(params)
    side = side_of(params["agreement_file"], params["key"], params["to"], WorkerEngine(), now)
    if params["every"] is not None:
        from openline.cli.private_net import ask_for_ever

        return ask_for_ever(side, params)
    plans, scope = asked_now(side, params, now)
    try:
        if params["peer"] is not None:
            from openline.cli.private_net import ask_server

            return ask_server(side, plans, scope, params, now)
        step = ask(
            side,
            plans,
            scope,
            sessions_folder(),
            named_files(params),
            carried=True,
            now=now,
            at_least=params["bucket"] or 0,
        )
    except Doubt as doubt:
        return tell_verdict(None, unknown(doubt), params)
    record(params["db"], step.kept, None, now)
    write_carried(step, params["out"], force=params["force"])
    tell(f"They give you a file back. For your verdict, and a file that gives {side.peer} its own:")
    tell("  openline private answer FILE OUT")
    return 0


def asked_now(side: Side, params: dict[str, Any], now: datetime) -> tuple[Plans, Scope]:
    """The plans of the files, and where and when to look. Raises: as `asked_plans`."""
    volumes = named_volumes(_read(params).entities())
    minima = side.agreement.widest_separation()
    level = params["sector"]
    sector = () if level is None else sector_of(volumes, minima, side.agreed, level)
    scope = scope_from(now, side.agreed, sector)
    over = sum(one.volume.time_end + minima.time <= now for one in volumes)
    if over:
        tell(f"warning: {over} of {len(volumes)} volumes are over: they are not asked about")
    return asked_plans(volumes, minima, scope, side.agreed), scope


def answer_command(params: dict[str, Any]) -> int:
    """Take a file and do what comes next."""
    now = datetime.now(UTC)
    _check_outputs(params)
    try:
        envelope = open_envelope(read_bytes(params["file"]), params["file"])
        head = head_of(envelope)
        kept = sessions_folder().find(head.session, head.recipient)
        if kept is None:
            return _first(envelope, head, params, now)
        return _next(kept, envelope, params, now)
    except Doubt as doubt:
        return tell_verdict(None, unknown(doubt), params)


def list_command(as_json: bool) -> None:
    """List the sessions."""
    kept, now = list(sessions_folder()), datetime.now(UTC)
    if as_json:
        write_stdout((encode([_listed(one, now) for one in kept], indent=2),))
        return
    for line in list_lines(kept, now):
        click.echo(printable(line))


def show_command(params: dict[str, Any]) -> int:
    """Show a verdict again."""
    kept = sessions_folder().named(params["session"], params["party"])
    verdict = kept.session.verdict
    if verdict is None:
        verdict = unknown(Doubt(Reason.SILENT, "nothing that was valid has come yet"))
    return tell_verdict(kept.session, verdict, params)


def carry_command(session: str, out: str, party: str | None, *, force: bool) -> None:
    """Write once more what goes to the peer, byte for byte as it was."""
    kept = sessions_folder().named(session, party)
    if not kept.session.own.carried:
        raise InvalidInput("this session went over the net: there is nothing to carry")
    write_carried(Step(kept, due(kept)[1]), out, force=force)


def open_command(session: str, out: str, party: str | None, *, force: bool) -> None:
    """Write the opened session."""
    kept = sessions_folder().named(session, party)
    own = kept.session.own
    write_file(out, encode_opening(own.session, kept.party, kept.session.opening), force=force)
    tell(f"wrote {out}: it shows what {kept.party} had and asked in this session")
    tell(f"Give it to {kept.peer} and to nobody else; they run: openline private audit {out}")


def audit_command(params: dict[str, Any]) -> int:
    """Recompute an opened session."""
    name, party, opening = decode_opening(read_bytes(params["file"]), params["file"])
    kept = sessions_folder().named(name.hex(), params["own"] or _other_than(name, party))
    session = kept.session
    if party != kept.peer:
        raise InvalidInput(f"{party} opened it, and the peer was {kept.peer}", file=params["file"])
    found = audit(session, opening, WorkerEngine())
    if params["flown"]:
        flown = named_volumes(_read(params, "flown").entities())
        beyond = undeclared(session, opening, flown)
        found = Audit(found.findings, beyond, len(flown))
    if params["as_json"]:
        write_stdout((encode(_audit_values(kept, found), indent=2),))
    else:
        _say_audit(kept, found)
    return 0 if found.holds else EXIT_DOES_NOT_HOLD


def _first(envelope: Envelope, head: Check | Answer, params: dict[str, Any], now: datetime) -> int:
    """Answer a session that the peer began."""
    sender = head.sender
    own = sessions_folder().find(head.session, sender)
    if own is not None and not params["key"]:
        raise InvalidInput(
            f"this file is your own: {sender} wrote it for {head.recipient}",
            cure=f"carry it to {head.recipient}, and take the one that they give you",
            file=params["file"],
        )
    if envelope.check is None:
        raise Doubt(Reason.OTHER_SESSION, "no session of this name is kept here")
    for name, option in (("agreement_file", "agreement"), ("key", "key")):
        if not params[name]:
            raise click.UsageError(
                f"{sender} asks {head.recipient}: to answer, give --{option}, and --plan with your "
                "plans"
            )
    if params["out"] is None:
        raise click.UsageError(f"name OUT, the file that is carried back to {sender}")
    side = side_of(params["agreement_file"], params["key"], sender, WorkerEngine(), now)
    if not params["plans"]:
        tell("warning: no --plan: you answer that you have nothing there")
    traffic = _read(params) if params["plans"] else Traffic()
    volumes = named_volumes(traffic.entities()) if params["plans"] else ()

    def plans_of(own: Side, scope: Scope) -> Plans:
        return plans_within(volumes, own.agreement.widest_separation(), scope, own.agreed)

    step = first_step(side, envelope, plans_of, sessions_folder(), named_files(params), now)
    record(params["db"], step.kept, None, now)
    write_carried(step, params["out"], force=params["force"])
    tell("They see their verdict with it, and give you one more file for yours: run")
    tell("  openline private answer FILE")
    return 0


def _next(kept: Kept, envelope: Envelope, params: dict[str, Any], now: datetime) -> int:
    """Go on with a session that is kept here."""
    if kept.first and params["out"] is None:
        raise click.UsageError(f"name OUT, the file that gives {kept.peer} its verdict")
    agreement, key = params["agreement_file"] or kept.agreement_file, params["key"] or kept.key
    side = side_of(agreement, key, kept.peer, WorkerEngine(), now)
    try:
        step = next_step(side, kept, envelope, sessions_folder(), now)
    except Doubt as doubt:
        if doubt.reason is Reason.REPLAYED:  # nothing new is known, and what is known stands
            return tell_verdict(None, unknown(_replayed(kept)), params)
        record(params["db"], kept, unknown(doubt), now)
        return tell_verdict(kept.session, unknown(doubt), params)
    session = step.kept.session
    verdict = session.verdict or unknown(Doubt(Reason.FAILED))
    record(params["db"], step.kept, verdict, now)
    code = tell_verdict(session, verdict, params)
    if step.carry is not None:
        write_carried(step, params["out"], force=params["force"])
    return code


def _replayed(kept: Kept) -> Doubt:
    """Why a file of a session says nothing more, and where to find what it said before."""
    name = session_name(kept.session)
    if kept.session.verdict is not None:
        detail = f"it has its verdict, which `openline private show {name}` shows"
    else:
        detail = f"it was answered; `openline private carry {name} OUT` writes the answer again"
    return Doubt(Reason.REPLAYED, detail)


def record(db: str | None, kept: Kept, verdict: Verdict | None, now: datetime) -> None:
    """Put a session on the record of a database: with a verdict which one it is, else what was
    committed to. Raises: StoreUnavailable, InvalidInput."""
    if db is None:
        return
    from openline.app.private.service import CHECK, VERDICT, commitments, note, verdict_class
    from openline.wiring import open_store

    store = open_store(db)
    try:
        if verdict is None:
            note(store, CHECK, kept.party, commitments(kept), now)
        else:
            note(store, VERDICT, kept.party, verdict_class(kept.session, verdict), now)
    finally:
        store.close()


def _check_outputs(params: dict[str, Any]) -> None:
    """See that what will be written can be, before a session is begun or gone on with.

    Raises: InvalidInput, Unreachable.
    """
    for name in (params["out"], params["geojson"]):
        if name is None:
            continue
        path = Path(name)
        if path.exists() and not params["force"]:
            raise InvalidInput("the file exists", cure="use --force to replace it", file=name)
        if path.is_dir() or not os.access(path.resolve().parent, os.W_OK):
            raise Unreachable(
                "cannot be written", cure="name a file in a folder of yours", file=name
            )


def write_carried(step: Step, out: str, *, force: bool) -> None:
    """Write what a step gives the peer, and say where it goes and what they run."""
    if step.carry is None:
        return
    data = encode_envelope(step.carry)
    write_file(out, data, force=force)
    tell(f"wrote {out}: {len(data):,} bytes, session {session_name(step.kept.session)}")
    own = step.kept.session.own
    tell(f"Carry {out} to {own.recipient}, by any way; they run:")
    name = Path(out).name
    if step.carry.check is None:
        tell(f"  openline private answer {name}")
    elif step.carry.answer is None:
        tell(f"  openline private answer {name} OUT --plan PLANS --agreement FILE --key FILE")
    else:
        tell(f"  openline private answer {name} OUT")


def tell_verdict(session: Session | None, verdict: Verdict, params: dict[str, Any]) -> int:
    """Print a verdict, and draw it if that is asked; the exit code."""
    now = datetime.now(UTC)
    if params["as_json"]:
        write_stdout((encode(verdict_values(session, verdict, now), indent=2),))
    else:
        for line in verdict_lines(session, verdict, now):
            click.echo(printable(line))
    if params["geojson"] is not None and session is not None:
        data = encode(overlap_map(session), indent=2)
        write_file(params["geojson"], data, force=params["force"])
    if verdict.kind is VerdictKind.UNKNOWN or verdict.expired(now):
        return EXIT_UNKNOWN
    return EXIT_OVERLAP if verdict.kind is VerdictKind.OVERLAP else 0


def _read(params: dict[str, Any], name: str = "plans") -> Traffic:
    traffic = read_files(params[name], reading_of(params))
    warn(traffic.warnings)
    return traffic


def named_files(params: dict[str, Any]) -> tuple[str, str]:
    """The files of agreement and key, so that they are found from another folder too."""
    key = params["key"]
    found = key if ":" in key else str(Path(key).resolve())
    return str(Path(params["agreement_file"]).resolve()), found


def sessions_folder() -> Folder:
    """Where the sessions of this user are kept."""
    return Folder(session_file().with_name("private"))


def _other_than(session: bytes, party: str) -> str | None:
    """The party that keeps a session here, other than the one that opened it; None if unknown."""
    others = [
        one.party
        for one in sessions_folder()
        if one.session.own.session == session and one.party != party
    ]
    return others[0] if len(others) == 1 else None


def _listed(kept: Kept, now: datetime) -> dict[str, Any]:
    session = kept.session
    verdict = session.verdict or unknown(Doubt(Reason.SILENT))
    return verdict_values(session, verdict, now) | {"first": kept.first}


def _audit_values(kept: Kept, found: Audit) -> dict[str, Any]:
    return {
        "version": 1,
        "session": kept.session.own.session.hex(),
        "peer": kept.peer,
        "holds": found.holds,
        "findings": [{"what": one.what, "holds": one.holds} for one in found.findings],
        "flown_volumes": found.flown,
        "undeclared_items": len(found.undeclared),
    }


def _say_audit(kept: Kept, found: Audit) -> None:
    for one in found.findings:
        click.echo(printable(f"{'holds' if one.holds else 'DOES NOT HOLD'}: {one.what}"))
    if found.flown:
        count = len(found.undeclared)
        click.echo(f"flown: {found.flown} volumes; {count:,} of their items were not in the set")
    held = "all of it is what they sent" if found.holds else "NOT what they said"
    click.echo(f"session {session_name(kept.session)} with {kept.peer}: {held}")
