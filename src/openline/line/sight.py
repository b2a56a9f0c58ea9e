"""Who may see the aircraft of whom, by the agreement.

What is somebody's own is shown to whoever sends it, and to those that its party names; what is
merely seen to anybody, or to the parties and their members.
Errs toward: showing less. An agreement that is over shows nobody's own aircraft to others, and what
it restricted stays so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from openline.line.agreement import Agreement, SeenBy


@dataclass(frozen=True, slots=True)
class Sight:
    """Without an agreement: what is somebody's own is shown to nobody else.

    own: who else sees the aircraft of a name. seen: who sees what is nobody's own; None: anybody.
    """

    own: Mapping[str, frozenset[str]] = field(default_factory=dict)
    seen: frozenset[str] | None = None

    @classmethod
    def of(cls, agreement: Agreement | None, now: datetime) -> "Sight":
        """As an agreement says it at an instant."""
        if agreement is None:
            return cls()
        names = {party.id: agreement.names_of(party) for party in agreement.parties}
        seen = None
        if agreement.positions_seen_by is SeenBy.PARTIES:
            seen = frozenset().union(*names.values())
        if not agreement.covers(now):
            return cls({}, seen)
        own = {
            name: frozenset().union(*(names[other] for other in party.positions_to))
            for party in agreement.parties
            for name in names[party.id]
        }
        return cls(own, seen)

    def audience(self, owner: str | None) -> frozenset[str] | None:
        """Who may see an aircraft of that owner; None: anybody. An owner None is nobody."""
        if owner is None:
            return self.seen
        return self.own.get(owner, frozenset()) | {owner}

    def may_see(self, owner: str | None, viewer: str) -> bool:
        """Whether somebody may see an aircraft of that owner."""
        found = self.audience(owner)
        return found is None or viewer in found
