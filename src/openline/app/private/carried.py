"""A private check by files that people carry: each file that comes in leads to the next step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from openline.app.key_files import signer_of
from openline.app.private.check import Session, Side, begin, conclude, first_of, join
from openline.app.private.engine import Engine
from openline.app.private.kept import Folder, Kept
from openline.app.private.plans import Plans
from openline.app.read_agreement import load_agreement
from openline.errors import AreaTooLarge, InvalidInput, LimitExceeded
from openline.formats.instants import format_instant
from openline.formats.private_check import decode_answer, decode_check, decode_envelope
from openline.line.agreement import Agreement
from openline.line.private.grid import Scope
from openline.line.private.rules import SKEW_MAX, may_ask
from openline.line.private.session import Answer, Check, Envelope
from openline.line.private.verdict import Doubt, Reason
from openline.line.signatures import Force

PlansOf = Callable[[Side, Scope], Plans]
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    """What a step led to: the session as it is kept, and what is to be carried to the peer."""

    kept: Kept
    carry: Envelope | None = None


def side_of(agreement_file: str, key: str, peer: str | None, engine: Engine, now: datetime) -> Side:
    """One party's side of a session, from its files. Without `peer` the agreement has to have two
    parties. Raises: InvalidInput for an agreement that is not in force, Unreachable."""
    loaded = load_agreement(agreement_file)
    known = loaded.agreement
    force = loaded.standing.force(known, now)
    if force is not Force.IN_FORCE:
        raise _not_in_force(known, force, loaded.standing.missing, agreement_file)
    signer = signer_of(key)
    own = known.party_of_key(signer.public_key)
    if peer is None:
        others = [party.id for party in known.parties if party != own]
        if len(others) != 1:
            raise InvalidInput(
                "the agreement has several other parties", cure="say with --to whom you ask"
            )
        peer = others[0]
    if own is not None and peer == own.id:
        raise InvalidInput(
            f"the key is that of {peer}, whom it is to go to or from",
            cure="give the key of your own party; a file of your own goes to the other one",
        )
    return Side(known, loaded.digest, peer, signer, engine)


def _not_in_force(
    known: Agreement, force: Force, missing: Sequence[str], file: str
) -> InvalidInput:
    """What is wrong with an agreement, and what to do about it."""
    words = {
        Force.UNSIGNED: (
            f"{force.value}; missing: {', '.join(missing)}",
            "let each of them sign it: openline agreement sign",
        ),
        Force.NOT_YET: (
            f"{force.value}: it begins at {format_instant(known.time_start)}",
            "wait, or agree on a version that begins earlier",
        ),
    }
    ended = (f"{force.value} since {format_instant(known.time_end)}", "agree on a new version")
    problem, cure = words.get(force, ended)
    return InvalidInput(f"the agreement is {problem}", cure=cure, file=file)


def ask(
    side: Side,
    plans: Plans,
    scope: Scope,
    folder: Folder,
    named: tuple[str, str],
    *,
    carried: bool,
    now: datetime,
    at_least: int = 0,
    session: bytes | None = None,
) -> Step:
    """Begin a session. named: the files of the agreement and of the key, to find them again.

    Raises: LimitExceeded beyond the agreed questions per hour; as `begin`.
    """
    check_may_ask(side, folder, at_least, now)
    begun = begin(side, plans, scope, carried=carried, now=now, at_least=at_least, session=session)
    kept = Kept(begun, True, *named)
    folder.keep(kept, new=True)
    return Step(kept, Envelope(begun.own_part))


def first_step(
    side: Side,
    envelope: Envelope,
    plans_of: PlansOf,
    folder: Folder,
    named: tuple[str, str],
    now: datetime,
) -> Step:
    """Answer a CHECK of the peer with this party's own CHECK and ANSWER.

    Raises: Doubt, LimitExceeded; as `join`.
    """
    if envelope.check is None or envelope.answer is not None:
        raise Doubt(Reason.OTHER_SESSION, "no session of this name is kept here")
    head = _decoded_check(envelope)
    if folder.find(head.session, side.party) is not None:
        raise Doubt(Reason.REPLAYED)
    first_of(side, envelope.check, now)  # before anything that takes time
    check_budget(side, folder, side.peer, now)
    session = join(side, envelope.check, lambda scope: plans_of(side, scope), now)
    kept = Kept(session, False, *named)
    folder.keep(kept, new=True)
    return Step(kept, Envelope(session.own_part, session.own_answer))


def next_step(side: Side, kept: Kept, envelope: Envelope, folder: Folder, now: datetime) -> Step:
    """What the peer answered in a session that is kept here. Raises: Doubt."""
    if kept.session.verdict is not None:
        raise Doubt(Reason.REPLAYED, "this session has its verdict already")
    session = conclude(side, kept.session, envelope, now)
    done = replace(kept, session=session)
    folder.keep(done)
    carry = Envelope(answer=session.own_answer) if kept.first else None
    return Step(done, carry)


def due(kept: Kept) -> tuple[int, Envelope]:
    """What goes to the peer now, as it was written the first time, and which of the three it is."""
    known = kept.session
    if not kept.first:
        return 2, Envelope(known.own_part, known.own_answer)
    if known.own_answer is None:
        return 1, Envelope(known.own_part)
    return 3, Envelope(answer=known.own_answer)


def check_may_ask(side: Side, folder: Folder, at_least: int, now: datetime) -> None:
    """Raises: LimitExceeded beyond the agreed questions, InvalidInput for another size."""
    check_budget(side, folder, side.party, now)
    check_size(side, at_least)


def check_size(side: Side, at_least: int) -> None:
    """Raises: InvalidInput for a size that was not agreed; 0 is no size."""
    if at_least and at_least not in side.agreed.buckets:
        sizes = ", ".join(str(bucket) for bucket in side.agreed.buckets)
        raise InvalidInput(
            f"{at_least} is no agreed size", cure=f"use one of {sizes}", field="bucket"
        )


def check_budget(side: Side, folder: Folder, asker: str, now: datetime) -> None:
    """Raises: LimitExceeded if a party began as many sessions in the last hour as were agreed.

    What comes from a peer is dated by its arrival: one that asks in equal steps is not refused for
    arriving a little early.
    """
    own = asker == side.party
    other = side.peer if own else side.party
    begun = folder.begun_by(asker, other, now - _HOUR, side.party)
    wait = may_ask(begun, side.agreed, now, early=timedelta(0) if own else SKEW_MAX)
    if wait is not None:
        raise LimitExceeded(
            f"{asker} asked {other} {side.agreed.questions_per_hour} times in the last hour, which "
            "is all that was agreed",
            cure=f"again in {ceil(wait.total_seconds() / 60)} min",
            retry_after_s=ceil(wait.total_seconds()),
        )


def open_envelope(data: bytes, source: str | None = None) -> Envelope:
    """What was carried, as it came. Raises: Doubt for anything that is none."""
    try:
        return decode_envelope(data, source)
    except AreaTooLarge as error:
        raise Doubt(Reason.OVERSIZED, str(error)) from None
    except InvalidInput as error:
        raise Doubt(Reason.MALFORMED, str(error)) from None


def head_of(envelope: Envelope) -> Check | Answer:
    """The head of what came, not verified: to find the session it belongs to. Raises: Doubt."""
    if envelope.check is not None:
        return _decoded_check(envelope)
    if envelope.answer is None:
        raise Doubt(Reason.MALFORMED)
    try:
        return decode_answer(envelope.answer.signed.head)
    except InvalidInput as error:
        raise Doubt(Reason.MALFORMED, str(error)) from None


def _decoded_check(envelope: Envelope) -> Check:
    if envelope.check is None:
        raise Doubt(Reason.MALFORMED, "there is no CHECK in it")
    try:
        return decode_check(envelope.check.signed.head)
    except InvalidInput as error:
        raise Doubt(Reason.MALFORMED, str(error)) from None


def session_name(session: Session) -> str:
    """A short name of a session, for people."""
    return session.own.session.hex()[:8]
