"""What must hold of a peer's CHECK and ANSWER before they are used; else nothing is known.

Every function raises `Doubt` with the reason. Instants are aware UTC; `now` is the receiver's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from openline.line.private.commitment import Sets
from openline.line.private.session import Answer, AnswerPart, Check, CheckPart, Terms
from openline.line.private.terms import PrivateTerms
from openline.line.private.verdict import Doubt, Reason, Verdict, VerdictKind

SKEW_MAX: Final = timedelta(seconds=30)  # as of messages on the line


@dataclass(frozen=True, slots=True)
class Expected:
    """Who I am, who the peer is, and what was agreed."""

    party: str
    peer: str
    agreed: PrivateTerms


def check_first(
    head: Check, part: CheckPart, terms: Terms, expected: Expected, now: datetime
) -> None:
    """Hold a CHECK against the agreement. terms: mine, with the peer's scope."""
    _check_parties(head, expected)
    mine, theirs = terms, head.terms
    if (mine.agreement, mine.version, mine.digest) != (
        theirs.agreement,
        theirs.version,
        theirs.digest,
    ):
        raise Doubt(Reason.OTHER_AGREEMENT)
    if mine.grid != theirs.grid:
        raise Doubt(Reason.OTHER_GRID)
    if mine.minima != theirs.minima:
        raise Doubt(Reason.OTHER_MINIMA)
    if mine.scope != theirs.scope or not _near_enough(theirs, expected.agreed, now):
        raise Doubt(Reason.OTHER_EPOCH)
    _check_age(head.made, expected.agreed.expires_after(carried=head.carried), now)
    if head.bucket not in expected.agreed.buckets:
        raise Doubt(Reason.BUCKET)
    if _hashes(part) != (head.setup, head.request):
        raise Doubt(Reason.BLOB)


def check_second(head: Check, part: CheckPart, own: Check, own_part: CheckPart) -> None:
    """Hold the CHECK of the party that was asked against the one that asked it."""
    if head.session != own.session:
        raise Doubt(Reason.OTHER_SESSION)
    if head.carried != own.carried:
        raise Doubt(Reason.OTHER_SESSION, "it came another way than it says")
    if {part.setup, part.request} & {own_part.setup, own_part.request}:
        raise Doubt(Reason.REFLECTED)
    if head.commitment == own.commitment:
        raise Doubt(Reason.REFLECTED)


def check_answer(
    head: Answer,
    part: AnswerPart,
    own: Check,
    own_part: CheckPart,
    peer: Check,
    expected: Expected,
    now: datetime,
) -> None:
    """Hold an ANSWER against the CHECK of mine that it answers, and the peer's own."""
    _check_parties(head, expected)
    if head.session != own.session:
        raise Doubt(Reason.OTHER_SESSION)
    if head.peer != own.commitment or head.check != own_part.signed.digest():
        raise Doubt(Reason.NOT_BOUND)
    if head.own != peer.commitment:
        raise Doubt(Reason.NOT_BOUND, "the answer is of another set than the peer committed to")
    _check_age(head.made, expected.agreed.expires_after(carried=own.carried), now)
    if sha256(part.response).digest() != head.response:
        raise Doubt(Reason.BLOB)


def verdict_of(
    hits: Iterable[int], sets: Sets, own: Check, peer: Check, expected: Expected, now: datetime
) -> Verdict:
    """The verdict of which elements of what I asked the peer has, by their places."""
    found = frozenset(hits)
    asked = sets.asks
    if not asked.sentinels <= found:
        raise Doubt(Reason.MISSING_SENTINEL)
    items = found - asked.sentinels
    if not items <= asked.items.keys():
        raise Doubt(Reason.MOVED)
    as_of = min(own.made, peer.made)
    expires = as_of + expected.agreed.expires_after(carried=own.carried)
    if now >= expires:
        raise Doubt(Reason.STALE, "the answer is already too old")
    kind = VerdictKind.OVERLAP if items else VerdictKind.NO_OVERLAP_FOUND
    return Verdict(
        kind,
        items=tuple(sorted(asked.items[place] for place in items)),
        as_of=as_of,
        expires=expires,
    )


def may_ask(
    asked: Iterable[datetime],
    agreed: PrivateTerms,
    now: datetime,
    early: timedelta = timedelta(0),  # it cannot change
) -> timedelta | None:
    """How long a party has to wait before it may ask again; None if it may now.

    asked: when it began each session, in any order. early: by so much an hour may fall short.
    """
    hour = timedelta(hours=1) - early
    recent = sorted(at for at in asked if now - hour < at <= now)
    if len(recent) < agreed.questions_per_hour:
        return None
    return recent[-agreed.questions_per_hour] + hour - now


def _check_parties(head: Check | Answer, expected: Expected) -> None:
    if (head.sender, head.recipient) != (expected.peer, expected.party):
        raise Doubt(Reason.OTHER_PARTY)


def _check_age(made: datetime, most: timedelta, now: datetime) -> None:
    if made > now + SKEW_MAX or made <= now - most - SKEW_MAX:
        raise Doubt(Reason.STALE)


def _near_enough(terms: Terms, agreed: PrivateTerms, now: datetime) -> bool:
    """Whether a scope ends within the agreed horizon; the slot that is begun counts."""
    scope, grid = terms.scope, terms.grid
    last = grid.slot_of(now + agreed.horizon + SKEW_MAX) + 1
    longest = agreed.horizon // grid.slot + 1
    return grid.slot_of(now) < scope.end <= last and scope.end - scope.first <= longest


def _hashes(part: CheckPart) -> tuple[bytes, bytes]:
    return sha256(part.setup).digest(), sha256(part.request).digest()
