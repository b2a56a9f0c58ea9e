"""Open a session, and recompute one that the peer opened: every byte it sent, from its secret."""

from collections.abc import Sequence
from dataclasses import dataclass

from openline.app.private.blinding import Make, Respond
from openline.app.private.check import Session
from openline.app.private.engine import Engine
from openline.app.private.plans import Named
from openline.errors import AreaTooLarge, InvalidInput
from openline.line.private.commitment import Opening, commitment, sets_of
from openline.line.private.grid import Item
from openline.line.private.items import bare, items_of
from openline.line.private.terms import BUCKET_MAX
from openline.line.private.verdict import Doubt


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was recomputed, and whether it is what the peer sent."""

    what: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """What was recomputed. undeclared: items of what was flown that were not in the peer's set."""

    findings: tuple[Finding, ...]
    undeclared: tuple[Item, ...] = ()
    flown: int = 0

    @property
    def holds(self) -> bool:
        """Whether all of it is as the peer said."""
        return all(one.holds for one in self.findings) and not self.undeclared


def audit(session: Session, opening: Opening, engine: Engine) -> Audit:
    """Recompute what the peer sent in a session from what it opened.

    Raises: InvalidInput if this session has nothing of the peer.
    """
    peer, part, answer = session.peer, session.peer_part, session.peer_answer
    if peer is None or part is None:
        raise InvalidInput("the peer said nothing in this session: there is nothing to recompute")
    findings = []
    try:
        made = sets_of(
            opening.has, opening.asks, peer.bucket, opening.salt, peer.terms, peer.session
        )
    except AreaTooLarge:
        return Audit((Finding("the items fit the bucket", holds=False),))
    own = commitment(opening.salt, opening.server_key, opening.client_key, made)
    findings.append(Finding("the commitment", holds=own == peer.commitment))
    try:
        blinded = engine.make(
            Make(
                list(made.has.elements),
                list(made.asks.elements),
                opening.server_key,
                opening.client_key,
            )
        )
        findings.append(Finding("the set it had", holds=blinded.setup == part.setup))
        findings.append(Finding("the request", holds=blinded.request == part.request))
        if answer is not None:
            job = Respond(opening.server_key, session.own_part.request, session.own.bucket)
            response = engine.respond(job).response
            findings.append(Finding("the answer", holds=response == answer.response))
    except Doubt as doubt:
        findings.append(Finding(f"the keys ({doubt})", holds=False))
    return Audit(tuple(findings))


def undeclared(session: Session, opening: Opening, flown: Sequence[Named]) -> tuple[Item, ...]:
    """Items of what was flown, within the session's scope, that the peer's set had not.

    What was flown is taken as it is, rounded outward: near the edge of a declared volume an item
    may be named that was not entered. Raises: AreaTooLarge, InvalidInput.
    """
    if session.peer is None:
        raise InvalidInput("the peer said nothing in this session")
    terms = session.peer.terms
    blocks = [bare(one.volume, terms.grid, BUCKET_MAX).within(terms.scope) for one in flown]
    declared = set(opening.has)
    return tuple(sorted(set(items_of(blocks, 16 * BUCKET_MAX)) - declared))
