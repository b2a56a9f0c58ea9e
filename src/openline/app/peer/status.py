"""How the exchange with every peer stands, for people: one look, changed by nothing here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openline.app.peer.link import Link
from openline.app.peer.outbox import Refused
from openline.app.peer.peering import Peering

# Longer than the pause between two exchanges without a reason, and one that fails.
HEARD_FOR: Final = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """A peer's server. state: `reached`, `silent`, `paused` or `never heard`.

    heard: when it last said something signed. fault: of the last try of this side. behind: messages
    for it that are not settled. waiting: refused for now; refused: for good, the last ones.
    skew: its clock minus ours.
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
    )


def _state(link: Link, now: datetime) -> str:
    if link.peer.paused:
        return "paused"
    heard = link.status.heard
    if heard is None:
        return "never heard"
    return "reached" if abs(now - heard) <= HEARD_FOR else "silent"
