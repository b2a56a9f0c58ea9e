"""ANSWER: what the receiver of a notice, a call, a question or a closure does. It binds nobody."""

from datetime import datetime
from typing import Final

from openline.errors import InvalidInput
from openline.line.duty import DutyKind, duty_name
from openline.line.event import Alarm, Event
from openline.line.message.bodies import Answer, Query
from openline.line.message.envelope import Message
from openline.line.message.kind import AnswerCode, Kind
from openline.line.rules.ends import end_of
from openline.line.rules.rule import Rule
from openline.line.rules.threads import (
    done,
    is_overtaken,
    note_seen,
    owe,
    require_kind,
    require_standing,
    spoken_of,
    thread_of,
)
from openline.line.state import LineState
from openline.line.thread import MessageEntry, Step, Thread

_ANSWERABLE: Final = (Kind.NOTIFY, Kind.URGENT, Kind.QUERY, Kind.CLOSURE, Kind.TALK)


def _check(state: LineState, message: Message, received: datetime) -> None:
    body = message.body
    assert isinstance(body, Answer)
    thread = thread_of(state, message)
    require_kind(thread, _ANSWERABLE, "ANSWER")
    require_standing(thread)
    spoken_of(state, message, body.of)
    if body.of != thread.current:
        raise InvalidInput("that message was amended since", cure="answer the last one", field="of")
    if body.code.ends_duty and (body.code is AnswerCode.ANSWERED) != (thread.kind is Kind.QUERY):
        raise InvalidInput("answered is for a query, and a query takes no other", field="code")
    if body.until is not None:
        _check_until(state, thread, body.until, received)


def _check_until(state: LineState, thread: Thread, until: datetime, received: datetime) -> None:
    if until <= received:
        raise InvalidInput("that time is over already", cure="ask for more", field="until")
    latest = _latest(state, thread, received)
    if until > latest:
        raise InvalidInput(
            f"an answer after {latest:%Y-%m-%dT%H:%M:%SZ} is of no use to who asked",
            cure="ask for less, or answer continuing_as_planned",
            field="until",
        )


def _latest(state: LineState, thread: Thread, received: datetime) -> datetime:
    """Until when more time can be asked for: the end of what it is about, or the agreed time."""
    terms = state.agreed()
    body = state.messages[thread.current].message.body
    if isinstance(body, Query):
        return received + (terms.query.urgent_within if body.urgent else terms.query.answer_within)
    end = end_of(state, thread)
    return received + terms.notice.read_within if end is None else end


def _apply(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    body = message.body
    assert isinstance(body, Answer)
    thread = thread_of(state, message)
    side = note_seen(state, thread, entry)
    if side is None:
        return
    if is_overtaken(thread, message):  # what is owed is as the later one left it
        if body.code.ends_duty:
            side.reach(Step.ANSWERED, entry.received)
        return
    side.answer, side.answered_by = body, message.officer
    if body.code.ends_duty:
        side.reach(Step.ANSWERED, entry.received)
        done(state, thread, message.sender, DutyKind.ANSWER, DutyKind.QUERY_ANSWER)
    else:
        _owe_later(state, thread, entry, body)


def _owe_later(state: LineState, thread: Thread, entry: MessageEntry, body: Answer) -> None:
    """An answer is still owed: by the time that was asked for, or as before; whoever was asked
    for nothing and says so owes one from now on. What is urgent stays so."""
    kind, party, since = _kind(thread), entry.message.sender, entry.received
    if body.until is not None:
        done(state, thread, party, kind)  # due then, and not overdue before
    terms, to = state.agreed().notice, (thread.opener,)
    if thread.kind is Kind.URGENT and body.until is None:
        alarms = terms.urgent_alarms
        owe(state, thread.id, kind, party, to, since, since + alarms[-1], alarms, insists=True)
    else:
        owe(state, thread.id, kind, party, to, since, body.until or since + terms.read_within)


def _follow(state: LineState, entry: MessageEntry) -> list[Event]:
    """Whoever refers it up has the next step of the ladder called at once."""
    message = entry.message
    assert isinstance(message.body, Answer)
    thread = thread_of(state, message)
    if message.body.code is not AnswerCode.REFER_UP or is_overtaken(thread, message):
        return []
    found = state.duties.get(duty_name(thread.id, _kind(thread), message.sender))
    following = None if found is None else found.duty.next_step(found.alarms)
    if found is None or following is None:
        return []
    number, step = following
    duty = found.duty
    parties = (duty.owes, *duty.owed_to)
    role = duty.ladder[step]
    return [Alarm(duty.id, thread.id, parties, duty.owes, duty.kind, number, step, role)]


def _kind(thread: Thread) -> DutyKind:
    return DutyKind.QUERY_ANSWER if thread.kind is Kind.QUERY else DutyKind.ANSWER


RULES: Final = {Kind.ANSWER: Rule(_check, apply=_apply, follow=_follow)}
