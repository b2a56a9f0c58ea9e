"""Entries of the record about alerts of live traffic: what a party reads of them, who is called."""

from typing import Final

from openline.airspace.encounter.alerting import AlertEventKind
from openline.airspace.track.pair_alerts import PairEvent
from openline.formats.alert_words import LEVEL_WORDS, entry_sentence, sentence
from openline.formats.announced_json import decode_announced
from openline.line.announced import AnnouncedTold, concerned, told_to
from openline.line.state import LineState
from openline.store.ports import Record

KIND: Final = "sky.alert"
TITLE: Final = "Live traffic"


def told(state: LineState, record: Record, party: str) -> AnnouncedTold | None:
    """The entry as that party may read it, None: nothing of it. Raises: InvalidInput for a body
    that is none."""
    return told_to(state, decode_announced(record.body), record.sequence, party)


def alert_words(state: LineState, record: Record, party: str) -> tuple[str | None, str] | None:
    """The thread and the words that call a party; None if the entry does not call it.

    A party is called when an alert of its own aircraft, plan or volume is raised or rises. What is
    over, and what is between aircraft of others, is on the record and on the streams.
    """
    announced = decode_announced(record.body)
    event = announced.event
    if event.kind is not AlertEventKind.RAISED or party not in concerned(state, announced):
        return None
    words = sentence(event) if isinstance(event, PairEvent) else entry_sentence(event)
    return announced.thread, f"{LEVEL_WORDS[event.level]}: {words}"
