"""What was observed of what stands on the line: an entry of the record, and who may read how much.

The party that it is about reads all of it. Of an aircraft that says of nobody's that it is his,
everybody does. Any other party reads that it is so and since when; how far out, which aircraft and
where only if it is shown that plan, or the plans of that party, in full.
"""

from dataclasses import dataclass

from openline.airspace.conformance.discrepancy import ConformanceEvent, Discrepancy, DiscrepancyKind
from openline.geo.position import Position
from openline.line.agreement import Coarseness
from openline.line.masking import shown_to
from openline.line.state import LineState


@dataclass(frozen=True, slots=True)
class Observed:
    """One change, and where the aircraft was by then; None where no position shows it."""

    event: ConformanceEvent
    where: Position | None = None


@dataclass(frozen=True, slots=True)
class ObservedTold:
    """What a party is told of an entry of that number. full: everything that is in it."""

    entry: int
    observed: Observed
    full: bool = True


def told_to(state: LineState, observed: Observed, entry: int, party: str) -> ObservedTold:
    """The entry as that party may read it."""
    event = observed.event
    shown = _shown(state, event, party)
    if shown is Coarseness.FULL:
        return ObservedTold(entry, observed)
    found = event.discrepancy
    intent_id = event.intent_id if shown is not None else None
    if found is not None:
        found = Discrepancy(found.kind, intent_id, found.party)
    coarse = ConformanceEvent(event.change, event.time, intent_id, event.party, event.state, found)
    return ObservedTold(entry, Observed(coarse), full=False)


def _shown(state: LineState, event: ConformanceEvent, party: str) -> Coarseness | None:
    """FULL: all of it. None: not even which operation it is."""
    found = event.discrepancy
    if event.party in (None, party):
        return Coarseness.FULL
    if found is not None and found.kind is DiscrepancyKind.OTHER_PARTY and found.observed == party:
        return Coarseness.FULL
    owner = state.agreed().party(event.party or "")
    if owner is None:
        return None
    if event.intent_id is not None and event.intent_id not in state.filed:
        return shown_to(state, event.intent_id, party)
    return owner.shown_to(party)
