"""Entries of the record about what was observed: what a party reads of them, and who is called."""

from typing import Final

from openline.airspace.conformance.discrepancy import Change, ConformanceEvent
from openline.airspace.entity import IntentState
from openline.formats.observed_json import decode_observed, words_of
from openline.line.observed import ObservedTold, told_to
from openline.line.state import LineState
from openline.store.ports import Record

KIND: Final = "sky.discrepancy"
TITLE: Final = "Not as declared"


def told(state: LineState, record: Record, party: str) -> ObservedTold:
    """The entry as that party may read it. Raises: InvalidInput for a body that is none."""
    return told_to(state, decode_observed(record.body), record.sequence, party)


def alert_words(record: Record, party: str) -> tuple[str | None, str] | None:
    """The thread and the words that call a party; None if the entry does not call it.

    What begins of its own operations and aircraft calls it, and that one is Contingent. What is
    over, and aircraft of nobody, call nobody: they are on the record and on the streams.
    """
    event = decode_observed(record.body).event
    if event.party != party or not _calls(event):
        return None
    return event.intent_id, words_of(event)


def _calls(event: ConformanceEvent) -> bool:
    return event.change is Change.BEGAN or event.state is IntentState.CONTINGENT
