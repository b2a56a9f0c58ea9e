"""ALERT_STATE, SUSPEND, RESUME, HANDOVER, TALK: who is on watch, and how the line itself stands."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from openline.errors import InvalidInput
from openline.line.duty import DutyKind
from openline.line.message.bodies import AlertState, Handover, Resume, Suspend, Talk
from openline.line.message.envelope import Message
from openline.line.message.kind import AlertLevel, Kind
from openline.line.rules.notices import ENDS, check_second
from openline.line.rules.rule import Rule
from openline.line.rules.threads import (
    owe,
    owe_receipts,
    require_everybody,
    require_person,
    thread_of,
)
from openline.line.state import DutyState, LineState
from openline.line.thread import MessageEntry

# What cannot be done while the line is suspended: the clock of these stands still.
_PAUSED: Final = frozenset(
    {
        DutyKind.ANSWER,
        DutyKind.CLARIFICATION,
        DutyKind.AMENDMENT,
        DutyKind.QUERY_ANSWER,
        DutyKind.CLOSURE_REVIEW,
        DutyKind.SITE_CONFIRMATION,
        DutyKind.CONTACT_TEST,
    }
)


# What a party says of itself as a whole: the last word of it counts.
ALERT: Final = "alert"
SUSPENDED: Final = "suspended"
OFFICER: Final = "officer"


def is_paused(state: LineState, found: DutyState) -> bool:
    """Whether a duty cannot be done now because a party that it is between is suspended."""
    duty = found.duty
    thread = state.threads.get(duty.thread)
    if duty.kind not in _PAUSED or (thread is not None and thread.kind is Kind.URGENT):
        return False
    parties = (duty.owes, *duty.owed_to)
    return any(state.party(party).suspended_since is not None for party in parties)


def _apply_alert(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, AlertState)
    level, party = message.body.level, state.party(message.sender)
    if party.is_newest(ALERT, message.sequence):
        party.alert = level
    read = level is AlertLevel.RAISED
    owe_receipts(state, thread_of(state, message), entry.received, read=read)


def _check_suspend(state: LineState, message: Message, _received: datetime) -> None:
    assert isinstance(message.body, Suspend)
    officer = require_person(message, "SUSPEND")
    check_second(officer, message.body.second_officer, "second_officer")
    require_everybody(state, message)
    if state.party(message.sender).suspended_since is not None and _is_in_order(state, message):
        raise InvalidInput("the sender suspended the line already", cure="RESUME ends it")


def _apply_suspend(state: LineState, entry: MessageEntry) -> None:
    party = state.party(entry.message.sender)
    if party.is_newest(SUSPENDED, entry.message.sequence):
        party.suspended_since = entry.received
    owe_receipts(state, thread_of(state, entry.message), entry.received)


def _check_resume(state: LineState, message: Message, _received: datetime) -> None:
    assert isinstance(message.body, Resume)
    officer = require_person(message, "RESUME")
    check_second(officer, message.body.second_officer, "second_officer")
    require_everybody(state, message)
    if state.party(message.sender).suspended_since is None and _is_in_order(state, message):
        raise InvalidInput("the sender has not suspended the line")


def _apply_resume(state: LineState, entry: MessageEntry) -> None:
    """What stood still is due later by as long as it stood, and is looked at again.

    Where two parties suspended the line at once, both times count. Errs toward: more time.
    """
    sender = entry.message.sender
    owe_receipts(state, thread_of(state, entry.message), entry.received)
    if not state.party(sender).is_newest(SUSPENDED, entry.message.sequence):
        return
    since = state.party(sender).suspended_since or entry.received
    paused = [
        found
        for found in state.duties.values()
        if sender in (found.duty.owes, *found.duty.owed_to) and is_paused(state, found)
    ]
    state.party(sender).suspended_since = None
    for found in paused:
        duty = found.duty
        if not found.overdue:
            stood = max(entry.received - max(since, duty.since), timedelta(0))
            found.duty = replace(duty, since=duty.since + stood, due=duty.due + stood)
        state.look_again(duty.id)


def _is_in_order(state: LineState, message: Message) -> bool:
    """Whether it comes right after all that its sender said before: else one that is still on its
    way may be what makes sense of it, and of the two the later one counts."""
    sequences = state.party(message.sender).sequences
    return message.sequence == sequences.last + 1 and not sequences.gaps


def _check_handover(_state: LineState, message: Message, _received: datetime) -> None:
    assert isinstance(message.body, Handover)
    officer = require_person(message, "HANDOVER")
    check_second(officer, message.body.to_officer, "to_officer")


def _apply_handover(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Handover)
    party = state.party(message.sender)
    if party.is_newest(OFFICER, message.sequence):
        party.officer = message.body.to_officer
    owe_receipts(state, thread_of(state, message), entry.received, read=False)


def _check_talk(_state: LineState, message: Message, received: datetime) -> None:
    assert isinstance(message.body, Talk)
    if message.body.time <= received:
        raise InvalidInput("that time is over already", field="time")


def _apply_talk(state: LineState, entry: MessageEntry) -> None:
    message, since = entry.message, entry.received
    assert isinstance(message.body, Talk)
    thread, talk = thread_of(state, message), message.body
    owe_receipts(state, thread, since)
    due = max(talk.time, since + state.agreed().notice.read_within)
    for party in thread.sides:
        owe(state, thread.id, DutyKind.ANSWER, party, (thread.opener,), since, due)
    state.wake(talk.time + talk.duration, ENDS, thread.id)


RULES: Final = {
    Kind.ALERT_STATE: Rule(apply=_apply_alert),
    Kind.SUSPEND: Rule(_check_suspend, apply=_apply_suspend),
    Kind.RESUME: Rule(_check_resume, apply=_apply_resume),
    Kind.HANDOVER: Rule(_check_handover, apply=_apply_handover),
    Kind.TALK: Rule(_check_talk, apply=_apply_talk),
}
