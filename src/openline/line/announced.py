"""What was announced of live traffic, on the record: of two aircraft, or of one and a volume.

Who may read it: of two aircraft whoever sees one of them; of an aircraft and a volume the party of
the volume, and whoever is shown the volume in full and sees the aircraft. Whose an aircraft is
reads only its party, and those to whom that one shows its aircraft.
"""

from dataclasses import dataclass

from openline.airspace.track.entry_alerts import EntryEvent
from openline.airspace.track.obstacles import Obstacle
from openline.airspace.track.pair_alerts import PairEvent
from openline.line.agreement import Coarseness
from openline.line.masking import shown_to
from openline.line.state import LineState


@dataclass(frozen=True, slots=True)
class Whose:
    """An aircraft's party, None: nobody says; and whether others than that saw it as well."""

    party: str | None = None
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """One announcement. whose: of the first and the second aircraft; of an entry of the one."""

    event: PairEvent | EntryEvent
    whose: tuple[Whose, ...]

    @property
    def key(self) -> tuple[str, str]:
        """The two that it is about."""
        event = self.event
        if isinstance(event, PairEvent):
            return event.loss.first, event.loss.second
        return event.entry.track, event.entry.thing.id

    @property
    def thread(self) -> str | None:
        """What stands there, of an entry."""
        return None if isinstance(self.event, PairEvent) else self.event.entry.thing.id


@dataclass(frozen=True, slots=True)
class AnnouncedTold:
    """What a party is told of an entry of that number."""

    entry: int
    announced: Announced


def told_to(state: LineState, announced: Announced, entry: int, party: str) -> AnnouncedTold | None:
    """The entry as that party may read it; None: nothing of it."""
    sees = [one.seen or _shows(state, one.party, party) for one in announced.whose]
    event = announced.event
    if isinstance(event, PairEvent):
        readable = any(sees)
    else:
        thing = event.entry.thing
        readable = party == thing.party or (all(sees) and _is_shown(state, thing, party))
    if not readable:
        return None
    whose = tuple(
        one if _shows(state, one.party, party) else Whose(None, one.seen) for one in announced.whose
    )
    return AnnouncedTold(entry, Announced(event, whose))


def concerned(state: LineState, announced: Announced) -> frozenset[str]:
    """The parties that it is about, as far as they may read it."""
    names = {one.party for one in announced.whose if one.party is not None}
    if isinstance(announced.event, EntryEvent):
        names.add(announced.event.entry.thing.party)
    return frozenset(name for name in names if told_to(state, announced, 0, name) is not None)


def _shows(state: LineState, owner: str | None, party: str) -> bool:
    """Whether aircraft of the owner are shown to the party."""
    if owner is None or owner == party:
        return True
    found = state.agreed().party(owner)
    return found is not None and party in found.positions_to


def _is_shown(state: LineState, thing: Obstacle, party: str) -> bool:
    """Whether the party is shown the thing in full; of what is gone for long, nobody is."""
    if thing.id not in state.filed:
        return shown_to(state, thing.id, party) is Coarseness.FULL
    owner = state.agreed().party(thing.party)
    return owner is not None and owner.shown_to(party) is Coarseness.FULL
