"""The steps of a session of a private check, for the party that begins and the one that is asked.

begin     the first party's CHECK
join      the other one's CHECK, and its ANSWER to the first
conclude  the first party's verdict, and its ANSWER; then the other one's verdict
Whatever is wrong with what the peer said raises `Doubt`: the verdict is then UNKNOWN, and nothing
more is answered.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from openline.app.ed25519 import verify
from openline.app.private.blinding import Make, Match, Respond
from openline.app.private.engine import Engine
from openline.app.private.plans import OwnVolume, Plans
from openline.errors import InvalidInput
from openline.formats.private_check import decode_answer, decode_check, encode_head
from openline.line.agreement import Agreement
from openline.line.private.commitment import (
    SALT_BYTES,
    Opening,
    Sets,
    commitment,
    is_drawn,
    sets_of,
)
from openline.line.private.grid import Scope
from openline.line.private.padding import bucket_for
from openline.line.private.rules import (
    Expected,
    check_answer,
    check_first,
    check_second,
    verdict_of,
)
from openline.line.private.session import (
    SESSION_BYTES,
    Answer,
    AnswerPart,
    Check,
    CheckPart,
    Envelope,
    Signed,
    Terms,
)
from openline.line.private.terms import PrivateTerms
from openline.line.private.verdict import Doubt, Reason, Verdict
from openline.line.signing import Signer

Random = Callable[[int], bytes]
_Head = TypeVar("_Head", Check, Answer)


@dataclass(frozen=True, slots=True)
class Side:
    """One party of a session: who it is, whom it talks to, under which agreement.

    Raises: InvalidInput if private checks are not agreed or the key is of no party.
    """

    agreement: Agreement
    digest: bytes
    peer: str
    signer: Signer
    engine: Engine
    random: Random = secrets.token_bytes

    def __post_init__(self) -> None:
        if self.agreement.private is None:
            raise InvalidInput(
                f"agreement {self.agreement.id} says nothing of private checks",
                cure="add a table [private], raise the version, and let every party sign it",
            )
        if self.agreement.party_of_key(self.signer.public_key) is None:
            raise InvalidInput(
                "the key is of no party of this agreement", cure="give the key of your party"
            )
        if self.agreement.party(self.peer) is None or self.peer == self.party:
            raise InvalidInput(
                f"{self.peer[:64]!r} is no other party of this agreement",
                cure="name one of its parties",
                field="peer",
            )

    @property
    def party(self) -> str:
        """The party that the key is of."""
        party = self.agreement.party_of_key(self.signer.public_key)
        return party.id if party is not None else ""

    @property
    def agreed(self) -> PrivateTerms:
        """The terms of private checks."""
        return self.agreement.private or PrivateTerms()

    def terms(self, scope: Scope) -> Terms:
        """What both sides must mean alike."""
        known = self.agreement
        minima = known.widest_separation()
        return Terms(known.id, known.version, self.digest, self.agreed.grid, minima, scope)

    def expected(self) -> Expected:
        """What must hold of the peer's words."""
        return Expected(self.party, self.peer, self.agreed)


@dataclass(frozen=True, slots=True)
class Session:
    """A session as one party sees it. opening is its secret until it is opened.

    own_answer: what it said to the peer's request; peer_answer: what the peer said to its own.
    """

    own: Check
    own_part: CheckPart
    opening: Opening
    owners: tuple[tuple[int, ...], ...]
    volumes: tuple[OwnVolume, ...]
    peer: Check | None = None
    peer_part: CheckPart | None = None
    own_answer: AnswerPart | None = None
    peer_answer: AnswerPart | None = None
    verdict: Verdict | None = None

    def sets(self) -> Sets:
        """Both sets, made again from what is kept."""
        made, own = self.opening, self.own
        return sets_of(made.has, made.asks, own.bucket, made.salt, own.terms, own.session)

    @property
    def to_be_opened(self) -> bool:
        """Whether this party's side was drawn for opening, by the peer's answer to it."""
        return self.peer_answer is not None and is_drawn(self.peer_answer.signed.signature)


def begin(
    side: Side,
    plans: Plans,
    scope: Scope,
    *,
    carried: bool,
    now: datetime,
    at_least: int = 0,
    session: bytes | None = None,
) -> Session:
    """A new session: this party asks first. at_least: the size to pad to, if fewer would do.

    session: its name, if it was drawn already. Raises: InvalidInput, AreaTooLarge, Doubt.
    """
    session = session or side.random(SESSION_BYTES)
    return _opened(side, plans, scope, session, carried=carried, now=now, at_least=at_least)


def join(side: Side, part: CheckPart, plans_of: Callable[[Scope], Plans], now: datetime) -> Session:
    """The session that a peer began, with the CHECK and the ANSWER of this party.

    plans_of: this party's plans within the scope that the peer names. Raises: Doubt; as `begin`.
    """
    peer = first_of(side, part, now)
    scope = peer.terms.scope
    made = _opened(
        side,
        plans_of(scope),
        scope,
        peer.session,
        carried=peer.carried,
        now=now,
        at_least=peer.bucket,
    )
    check_second(peer, part, made.own, made.own_part)
    known = replace(made, peer=peer, peer_part=part)
    return replace(known, own_answer=_answer(side, known, now))


def conclude(side: Side, session: Session, envelope: Envelope, now: datetime) -> Session:
    """The session with a verdict, from what the peer answered; the first party also answers now.

    Raises: Doubt.
    """
    known = session
    if known.peer is None:
        if envelope.check is None:
            raise Doubt(Reason.MALFORMED, "the peer's CHECK is missing")
        peer = first_of(side, envelope.check, now, own=known.own)
        check_second(peer, envelope.check, known.own, known.own_part)
        known = replace(known, peer=peer, peer_part=envelope.check)
    elif envelope.check is not None:
        raise Doubt(Reason.REPLAYED, "a second CHECK of the same session")
    if envelope.answer is None:
        raise Doubt(Reason.MALFORMED, "the peer's ANSWER is missing")
    known = replace(known, verdict=_verdict(side, known, envelope.answer, now))
    known = replace(known, peer_answer=envelope.answer)
    if known.own_answer is None:
        known = replace(known, own_answer=_answer(side, known, now))
    return known


def first_of(side: Side, part: CheckPart, now: datetime, own: Check | None = None) -> Check:
    """The head of a CHECK of the peer, verified and held against the agreement. Raises: Doubt."""
    _verify(side, part.signed)
    head = _head(decode_check, part.signed.head)
    if own is not None and head.session != own.session:
        raise Doubt(Reason.OTHER_SESSION)
    scope = head.terms.scope if own is None else own.terms.scope
    check_first(head, part, side.terms(scope), side.expected(), now)
    return head


def _opened(
    side: Side,
    plans: Plans,
    scope: Scope,
    session: bytes,
    *,
    carried: bool,
    now: datetime,
    at_least: int = 0,
) -> Session:
    """A CHECK. at_least: a bucket; that of the peer, so that the own one tells of more alone."""
    terms = side.terms(scope)
    bucket = max(at_least, bucket_for((len(plans.has), len(plans.asks)), side.agreed.buckets))
    salt = side.random(SALT_BYTES)
    sets = sets_of(plans.has, plans.asks, bucket, salt, terms, session)
    made = side.engine.make(Make(list(sets.has.elements), list(sets.asks.elements)))
    opening = Opening(salt, made.server_key, made.client_key, plans.has, plans.asks)
    head = Check(
        session,
        side.party,
        side.peer,
        now.replace(microsecond=0),  # of one length always
        carried,
        terms,
        bucket,
        commitment(salt, made.server_key, made.client_key, sets),
        sha256(made.setup).digest(),
        sha256(made.request).digest(),
    )
    part = CheckPart(_signed(side, head), made.setup, made.request)
    return Session(head, part, opening, plans.owners, plans.volumes)


def _answer(side: Side, session: Session, now: datetime) -> AnswerPart:
    peer, part = session.peer, session.peer_part
    if peer is None or part is None:
        raise Doubt(Reason.MALFORMED, "there is nothing to answer")
    job = Respond(session.opening.server_key, part.request, peer.bucket)
    response = side.engine.respond(job).response
    head = Answer(
        session.own.session,
        side.party,
        side.peer,
        now.replace(microsecond=0),
        session.own.commitment,
        peer.commitment,
        part.signed.digest(),
        sha256(response).digest(),
    )
    return AnswerPart(_signed(side, head), response)


def _verdict(side: Side, session: Session, part: AnswerPart, now: datetime) -> Verdict:
    peer, own = session.peer, session.own
    if peer is None or session.peer_part is None:
        raise Doubt(Reason.MALFORMED, "the peer's CHECK is missing")
    _verify(side, part.signed)
    head = _head(decode_answer, part.signed.head)
    check_answer(head, part, own, session.own_part, peer, side.expected(), now)
    job = Match(
        session.opening.client_key,
        session.peer_part.setup,
        peer.bucket,
        part.response,
        own.bucket,
    )
    hits = side.engine.match(job).hits
    return verdict_of(hits, session.sets(), own, peer, side.expected(), now)


def _signed(side: Side, head: Check | Answer) -> Signed:
    data = encode_head(head)
    unsigned = Signed(data, b"")
    return Signed(data, side.signer.sign(unsigned.signed_bytes()))


def _verify(side: Side, signed: Signed) -> None:
    peer = side.agreement.party(side.peer)
    if peer is None or not verify(peer.public_key, signed.signed_bytes(), signed.signature):
        raise Doubt(Reason.SIGNATURE)


def _head(decode: Callable[[bytes], _Head], data: bytes) -> _Head:
    try:
        return decode(data)
    except InvalidInput as error:
        raise Doubt(Reason.MALFORMED, str(error)) from None
