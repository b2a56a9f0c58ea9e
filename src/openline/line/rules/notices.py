"""NOTIFY, AMEND, CANCEL, CLARIFY: what is said about airspace, and what is still asked for."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from openline.errors import InvalidInput
from openline.line.duty import Duty, DutyKind
from openline.line.event import ClarifyAsked, EndCause, Ended, Event
from openline.line.message.bodies import Amend, Clarify, Notify
from openline.line.message.envelope import Message
from openline.line.message.kind import Asks, Kind, Missing, NoticeKind
from openline.line.rules.rule import Rule
from openline.line.rules.threads import (
    require_kind,
    require_opener,
    require_standing,
    thread_of,
)
from openline.line.state import LineState, NoticeState
from openline.line.thread import Marks, MessageEntry, Thread

# A site that nobody confirmed for this long is marked STALE.
SITE_CONFIRMED_FOR: Final = timedelta(days=30)
ENDS: Final = "end"  # items of the agenda: end/THREAD, stale/THREAD
STALE: Final = "stale"


def _check_notify(state: LineState, notify: Notify, received: datetime) -> None:
    if notify.time_end <= received:
        raise InvalidInput("the notice is over already", field="time_end")
    known = {one.id for one in state.agreed().classes}
    if notify.flight_class is not None and notify.flight_class not in known:
        raise InvalidInput(
            f"the agreement has no class of flight {notify.flight_class!r}",
            cure=f"it has {', '.join(sorted(known)) or 'none'}",
            field="flight_class",
        )


def _mark(notify: Notify, state: LineState, received: datetime, marks: Marks) -> Marks:
    lead = notify.time_start - received
    return replace(marks, lead_time=lead, late=lead < state.agreed().notice.lead_time)


def _check_new(state: LineState, message: Message, received: datetime) -> None:
    assert isinstance(message.body, Notify)
    _check_notify(state, message.body, received)


def _mark_new(state: LineState, message: Message, received: datetime, marks: Marks) -> Marks:
    assert isinstance(message.body, Notify)
    return _mark(message.body, state, received, marks)


def _apply_new(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Notify)
    state.notices[message.thread] = NoticeState(
        message.thread, message.sender, message.recipients, message.body, 1, entry.received
    )
    _owe_receipts(state, state.threads[message.thread], entry, message.body)


def _follow_new(_state: LineState, entry: MessageEntry) -> list[Event]:
    notify = entry.message.body
    assert isinstance(notify, Notify)
    if notify.located:
        return []
    message = entry.message
    parties = (message.sender, *message.recipients)
    return [ClarifyAsked(message.thread, parties, (Missing.PLACE, Missing.ALTITUDE))]


def _check_amend(state: LineState, message: Message, received: datetime) -> None:
    assert isinstance(message.body, Amend)
    thread = thread_of(state, message)
    require_kind(thread, (Kind.NOTIFY,), "AMEND")
    require_opener(thread, message, "amend")
    require_standing(thread)
    _check_notify(state, message.body.notice, received)
    was = state.notices[thread.id].notify.notice
    now = message.body.notice.notice
    if was is not now and was is not NoticeKind.UNLOCATED:
        raise InvalidInput(f"a {was} cannot become a {now}", cure="cancel it", field="notice")


def _mark_amend(state: LineState, message: Message, received: datetime, marks: Marks) -> Marks:
    assert isinstance(message.body, Amend)
    return _mark(message.body.notice, state, received, marks)


def _apply_amend(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Amend)
    thread = thread_of(state, message)
    notice = state.notices[thread.id]
    notice.notify = message.body.notice
    notice.version += 1
    notice.confirmed, notice.stale = entry.received, False
    for party in thread.sides:
        for kind in (DutyKind.DELIVERED, DutyKind.READ, DutyKind.DISSEMINATED, DutyKind.ANSWER):
            state.done(f"{thread.id}/{kind}/{party}")
    if message.body.notice.located:
        state.done(f"{thread.id}/{DutyKind.CLARIFICATION}/{thread.opener}")
    thread.renew(message.id)
    _owe_receipts(state, thread, entry, message.body.notice)


def _owe_receipts(state: LineState, thread: Thread, entry: MessageEntry, notify: Notify) -> None:
    terms = state.agreed().notice
    since = entry.received
    waits = [(DutyKind.DELIVERED, terms.receipt_within), (DutyKind.READ, terms.read_within)]
    if terms.disseminated_within is not None:
        waits.append((DutyKind.DISSEMINATED, terms.disseminated_within))
    if notify.asks is not Asks.NOTHING:
        waits.append((DutyKind.ANSWER, max(notify.time_start - since, terms.read_within)))
    for party in thread.sides:
        ladder = state.member(party).ladder
        for kind, within in waits:
            state.owe(Duty(thread.id, kind, party, (thread.opener,), since, since + within, ladder))
    if not notify.located:
        ladder = state.member(thread.opener).ladder
        due = since + terms.read_within
        state.owe(
            Duty(
                thread.id,
                DutyKind.CLARIFICATION,
                thread.opener,
                tuple(thread.sides),
                since,
                due,
                ladder,
            )
        )
    state.wake(notify.time_end, f"{ENDS}/{thread.id}")
    if notify.notice is NoticeKind.SITE:
        state.wake(entry.received + SITE_CONFIRMED_FOR, f"{STALE}/{thread.id}")


def _check_cancel(state: LineState, message: Message, _received: datetime) -> None:
    thread = thread_of(state, message)
    require_kind(thread, (Kind.NOTIFY, Kind.CLOSURE, Kind.AUTHORITY), "CANCEL")
    require_opener(thread, message, "cancel")
    require_standing(thread)


def _follow_cancel(state: LineState, entry: MessageEntry) -> list[Event]:
    thread = thread_of(state, entry.message)
    return [Ended(thread.id, thread.parties, EndCause.CANCELLED)]


def _check_clarify(state: LineState, message: Message, _received: datetime) -> None:
    thread = thread_of(state, message)
    require_kind(thread, (Kind.NOTIFY, Kind.URGENT, Kind.CLOSURE), "CLARIFY")
    require_standing(thread)
    if thread.opener == message.sender:
        raise InvalidInput("it is the sender's own notice", cure="AMEND it", field="thread")


def _apply_clarify(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Clarify)
    thread = thread_of(state, message)
    within = state.agreed().notice.read_within
    state.owe(
        Duty(
            thread.id,
            DutyKind.CLARIFICATION,
            thread.opener,
            (message.sender,),
            entry.received,
            entry.received + within,
            state.member(thread.opener).ladder,
        )
    )


RULES: Final = {
    Kind.NOTIFY: Rule(_check_new, _mark_new, _apply_new, _follow_new),
    Kind.AMEND: Rule(_check_amend, _mark_amend, _apply_amend),
    Kind.CANCEL: Rule(_check_cancel, follow=_follow_cancel),
    Kind.CLARIFY: Rule(_check_clarify, apply=_apply_clarify),
}
