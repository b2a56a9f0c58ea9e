"""How the exchange with every peer stands, for people: one look, changed by nothing here."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from openline.app.peer.heads import Cosigned, Evidence, Seen
from openline.app.peer.link import Link
from openline.app.peer.outbox import Refused
from openline.app.peer.peering import Peering
from openline.line.board import Board, PeerView

# Longer than the pause between two exchanges without a reason, and one that fails.
HEARD_FOR: Final = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """A peer's server. state: `reached`, `silent`, `paused` or `never heard`.

    heard: when it last said something signed. fault: of the last try of this side. behind: messages
    for it that are not settled. waiting: refused for now; refused: for good, the last ones.
    skew: its clock minus ours. cosigned: our newest head that it cosigned; seen: its newest that
    was cosigned here; refuses: why it does not cosign ours; evidence: of contradictions.
    """

    party: str
    url: str | None
    state: str
    heard: datetime | None
    fault: str | None
    behind: int
    waiting: tuple[Refused, ...]
    refused: tuple[Refused, ...]
    refused_count: int
    skew: timedelta | None
    cosigned: Cosigned | None
    seen: Seen | None
    refuses: str | None
    evidence: tuple[Evidence, ...]


def with_peers(board: Board, peering: Peering) -> Board:
    """The board with the servers of the parties that have one of their own."""
    found = {}
    for link in peering.links:
        view = peer_view(status_of(link, board.now), board.now)
        found.update(dict.fromkeys(link.peer.parties, view))
    links = tuple(replace(link, peer=found.get(link.party)) for link in board.links)
    return replace(board, links=links)


def peer_view(found: PeerStatus, now: datetime) -> PeerView:
    """A peer as it is on the board."""
    cosigned = found.cosigned
    return PeerView(
        found.state,
        found.heard,
        found.fault,
        found.behind,
        len(found.waiting),
        found.refused_count,
        found.skew,
        None if cosigned is None else cosigned.size,
        None if cosigned is None else cosigned.time,
        None if cosigned is None else max(now - cosigned.time, timedelta(0)),
        None if found.seen is None else found.seen.size,
        found.refuses,
        tuple(one.what for one in found.evidence),
    )


def statuses(peering: Peering, now: datetime) -> tuple[PeerStatus, ...]:
    """Every peer, by party."""
    return tuple(status_of(link, now) for link in peering.links)


def status_of(link: Link, now: datetime) -> PeerStatus:
    """One peer."""
    found, kept = link.status, link.outbox.kept
    return PeerStatus(
        link.peer.party,
        link.peer.url,
        _state(link, now),
        found.heard,
        found.fault,
        link.outbox.behind(),
        link.outbox.waiting(),
        kept.refused,
        kept.refused_count,
        found.skew,
        link.witness.cosigned,
        link.witness.seen,
        link.witness.refused,
        link.witness.evidence,
    )


def _state(link: Link, now: datetime) -> str:
    if link.peer.paused:
        return "paused"
    heard, failed = link.status.heard, link.status.failed
    if heard is None:
        return "never heard"
    if failed is not None and heard < failed:
        return "silent"  # it was asked since, and did not answer
    return "reached" if abs(now - heard) <= HEARD_FOR else "silent"
