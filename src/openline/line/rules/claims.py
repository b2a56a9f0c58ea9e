"""INCIDENT, QUERY, BREACH, REPLY, DISPOSITION: what happened, what is asked, what is held against
whom, and what became of it.
"""

from datetime import datetime
from typing import Final

from openline.errors import InvalidInput
from openline.line.duty import DutyKind
from openline.line.message.bodies import Breach, Disposition, Evidence, Incident, Query, Reply
from openline.line.message.envelope import Message
from openline.line.message.kind import DispositionState, Kind
from openline.line.rules.general import SKEW_MAX
from openline.line.rules.rule import Rule
from openline.line.rules.threads import (
    is_overtaken,
    note_seen,
    owe,
    owe_receipts,
    require_everybody,
    require_kind,
    require_known,
    require_standing,
    thread_of,
)
from openline.line.state import LineState
from openline.line.thread import MessageEntry, Step


def disposition_of(state: LineState, thread_id: str) -> DispositionState:
    """What became of a breach: settled once every side says so; until then what any side says
    that goes furthest, `no_action_decided` before `under_discussion` before `open`."""
    said = set(state.dispositions.get(thread_id, {}).values())
    if said == {DispositionState.SETTLED}:
        return DispositionState.SETTLED
    if DispositionState.NO_ACTION_DECIDED in said:
        return DispositionState.NO_ACTION_DECIDED
    if said - {DispositionState.OPEN}:
        return DispositionState.UNDER_DISCUSSION
    return DispositionState.OPEN


def _check_past(time: datetime, received: datetime) -> None:
    if time > received + SKEW_MAX:
        raise InvalidInput("that is in the future", cure="say when it happened", field="time")


def _check_evidence(state: LineState, evidence: tuple[Evidence, ...]) -> None:
    for one in evidence:
        if one.entry is not None and one.entry > state.last_entry:
            raise InvalidInput(
                f"the record has no entry {one.entry:,} yet; the last is {state.last_entry:,}",
                field="evidence.entry",
            )


def _check_incident(state: LineState, message: Message, received: datetime) -> None:
    assert isinstance(message.body, Incident)
    _check_past(message.body.time, received)
    require_known(state, message, message.body.about)


def _apply_incident(state: LineState, entry: MessageEntry) -> None:
    owe_receipts(state, thread_of(state, entry.message), entry.received)


def _check_query(state: LineState, message: Message, _received: datetime) -> None:
    assert isinstance(message.body, Query)
    require_known(state, message, message.body.about)


def _apply_query(state: LineState, entry: MessageEntry) -> None:
    message, terms = entry.message, state.agreed().query
    assert isinstance(message.body, Query)
    thread, since = thread_of(state, message), entry.received
    owe_receipts(state, thread, since)
    due = since + (terms.urgent_within if message.body.urgent else terms.answer_within)
    for party in thread.sides:
        owe(state, thread.id, DutyKind.QUERY_ANSWER, party, (thread.opener,), since, due)


def _check_breach(state: LineState, message: Message, received: datetime) -> None:
    assert isinstance(message.body, Breach)
    _check_past(message.body.time, received)
    _check_evidence(state, message.body.evidence)


def _apply_breach(state: LineState, entry: MessageEntry) -> None:
    thread = thread_of(state, entry.message)
    owe_receipts(state, thread, entry.received)
    state.dispositions[thread.id] = dict.fromkeys(thread.parties, DispositionState.OPEN)


def _check_reply(state: LineState, message: Message, _received: datetime) -> None:
    assert isinstance(message.body, Reply)
    thread = thread_of(state, message)
    require_kind(thread, (Kind.BREACH, Kind.INCIDENT), "REPLY")
    require_everybody(state, message)
    _check_evidence(state, message.body.evidence)


def _apply_reply(state: LineState, entry: MessageEntry) -> None:
    side = note_seen(state, thread_of(state, entry.message), entry)
    if side is not None:
        side.reach(Step.ANSWERED, entry.received)


def _check_disposition(state: LineState, message: Message, _received: datetime) -> None:
    thread = thread_of(state, message)
    require_kind(thread, (Kind.BREACH,), "DISPOSITION")
    require_everybody(state, message)
    require_standing(thread)


def _apply_disposition(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Disposition)
    thread = thread_of(state, message)
    note_seen(state, thread, entry)
    if not is_overtaken(thread, message):
        state.dispositions[thread.id][message.sender] = message.body.state
    if disposition_of(state, thread.id) is DispositionState.SETTLED:
        state.end_duties(thread)
        thread.close(entry.received)


RULES: Final = {
    Kind.INCIDENT: Rule(_check_incident, apply=_apply_incident),
    Kind.QUERY: Rule(_check_query, apply=_apply_query),
    Kind.BREACH: Rule(_check_breach, apply=_apply_breach),
    Kind.REPLY: Rule(_check_reply, apply=_apply_reply),
    Kind.DISPOSITION: Rule(_check_disposition, apply=_apply_disposition),
}
