"""NOTIFY, AMEND, CANCEL, CLARIFY: what is said about airspace, and what is still asked for."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from openline.errors import InvalidInput, VersionMismatch
from openline.line.coarse import volumes_of
from openline.line.duty import DutyKind, duty_name
from openline.line.event import ClarifyAsked, EndCause, Ended, Event
from openline.line.message.bodies import Amend, Clarify, Notify
from openline.line.message.envelope import Message
from openline.line.message.kind import Asks, Kind, Missing, NoticeKind
from openline.line.rules.authorities import look_at_plan
from openline.line.rules.rule import Rule
from openline.line.rules.threads import (
    done,
    owe,
    owe_receipts,
    require_everybody,
    require_kind,
    require_opener,
    require_person,
    require_standing,
    thread_of,
)
from openline.line.state import LineState, NoticeState
from openline.line.thread import Marks, MessageEntry, Thread

# A site that nobody confirmed for this long is marked STALE.
SITE_CONFIRMED_FOR: Final = timedelta(days=30)
ENDS: Final = "end"  # of the agenda, both with the thread
STALE: Final = "stale"
_CANCELLED: Final = (
    Kind.NOTIFY,
    Kind.CLOSURE,
    Kind.AUTHORITY,
    Kind.URGENT,
    Kind.QUERY,
    Kind.TALK,
)


def _check_notify(state: LineState, message: Message, notify: Notify, received: datetime) -> None:
    if notify.time_end <= received:
        raise InvalidInput("the notice is over already", field="time_end")
    if notify.coarse is not None:
        volumes_of(notify)  # refuses what cannot be compared
        return
    known = {one.id for one in state.agreed().classes}
    if notify.flight_class is not None and notify.flight_class not in known:
        raise InvalidInput(
            f"the agreement has no class of flight {notify.flight_class!r}",
            cure=f"it has {', '.join(sorted(known)) or 'none'}",
            field="flight_class",
        )
    contact = notify.contact
    if contact is not None and contact.tested_at is not None and contact.tested_at > received:
        raise InvalidInput("the contact was tested in the future", field="contact.tested_at")
    if notify.notice is NoticeKind.SITE:
        check_second(require_person(message, "a site"), notify.confirmed_by, "confirmed_by")


def check_second(officer: str, second: str | None, field: str) -> None:
    """Raises: InvalidInput if the second person is missing, or the first under another spelling."""
    if second is None or second.split() == [] or _plain(second) == _plain(officer):
        raise InvalidInput(
            "two different persons are needed", cure="let somebody else look at it too", field=field
        )


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def lead_marks(
    state: LineState, start: datetime, received: datetime, marks: Marks, *, late: bool = True
) -> Marks:
    """The marks with the lead time until `start`; LATE, where it can be, if less than agreed."""
    lead = start - received
    return replace(marks, lead_time=lead, late=late and lead < state.agreed().notice.lead_time)


def _check_new(state: LineState, message: Message, received: datetime) -> None:
    assert isinstance(message.body, Notify)
    _check_notify(state, message, message.body, received)


def _mark_new(state: LineState, message: Message, received: datetime, marks: Marks) -> Marks:
    assert isinstance(message.body, Notify)
    return _mark(state, message.body, received, marks)


def _mark(state: LineState, notify: Notify, received: datetime, marks: Marks) -> Marks:
    late = notify.notice is not NoticeKind.SITE  # a place is where it is: nobody is late with it
    return lead_marks(state, notify.time_start, received, marks, late=late)


def _apply_new(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Notify)
    notice = state.notices[message.thread] = NoticeState(
        message.thread,
        message.sender,
        message.recipients,
        message.body,
        1,
        entry.received,
        widen=entry.marks.widened,
    )
    state.place(notice)
    _stand(state, thread_of(state, message), entry, message.body)


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
    require_everybody(state, message)
    _require_newest(thread, message)
    _check_notify(state, message, message.body.notice, received)
    was = state.notices[thread.id].notify.notice
    now = message.body.notice.notice
    if was is not now and was is not NoticeKind.UNLOCATED:
        raise InvalidInput(f"a {was} cannot become a {now}", cure="cancel it", field="notice")


def _require_newest(thread: Thread, message: Message) -> None:
    """An amendment that was overtaken on its way must not undo the one that overtook it."""
    later = [
        one.message.sequence
        for one in thread.entries
        if one.message.kind is Kind.AMEND and one.message.sequence > message.sequence
    ]
    if later:
        raise VersionMismatch(
            f"number {max(later)} of {message.sender!r} amended it since",
            cure="the later amendment stands",
            field="sequence",
        )


def _mark_amend(state: LineState, message: Message, received: datetime, marks: Marks) -> Marks:
    assert isinstance(message.body, Amend)
    if message.body.notice == state.notices[message.thread].notify:
        return marks  # confirmed as it is: nothing new that could be late
    return _mark(state, message.body.notice, received, marks)


def _apply_amend(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Amend)
    thread, notify = thread_of(state, message), message.body.notice
    notice = state.notices[thread.id]
    notice.confirmed, notice.stale = entry.received, False
    done(state, thread, thread.opener, DutyKind.SITE_CONFIRMATION)
    if notify == notice.notify:
        _owe_confirmation(state, thread, entry, notify)
        return  # the same again: nobody has to read it again
    state.displace(notice)
    notice.notify, notice.version, notice.widen = notify, notice.version + 1, entry.marks.widened
    state.place(notice)
    for party in thread.sides:
        kinds = (DutyKind.DELIVERED, DutyKind.READ, DutyKind.DISSEMINATED, DutyKind.ANSWER)
        done(state, thread, party, *kinds)
    done(state, thread, thread.opener, DutyKind.CONTACT_TEST)
    if notify.located:
        done(state, thread, thread.opener, DutyKind.CLARIFICATION)
    parties = [party.id for party in state.agreed().parties]
    thread.renew(message.id, parties, entry.received)
    _stand(state, thread, entry, notify)


def _stand(state: LineState, thread: Thread, entry: MessageEntry, notify: Notify) -> None:
    """What a notice as it is now leads to: receipts, answers, its end, its confirmation."""
    terms, since, to = state.agreed().notice, entry.received, (thread.opener,)
    owe_receipts(state, thread, since)
    for party in thread.sides:
        if terms.disseminated_within is not None:
            due = since + terms.disseminated_within
            owe(state, thread.id, DutyKind.DISSEMINATED, party, to, since, due)
        if notify.asks is not Asks.NOTHING:
            due = max(notify.time_start, since + terms.read_within)
            owe(state, thread.id, DutyKind.ANSWER, party, to, since, due)
    sides, opener = tuple(thread.sides), thread.opener
    if not notify.located:
        due = since + terms.read_within
        owe(state, thread.id, DutyKind.CLARIFICATION, opener, sides, since, due)
    if notify.contact is not None and notify.contact.tested_at is None:
        due = max(notify.time_start, since + terms.read_within)
        owe(state, thread.id, DutyKind.CONTACT_TEST, opener, sides, since, due)
    notice = state.notices[thread.id]
    state.wake(notify.time_end + notice.widen, ENDS, thread.id)
    look_at_plan(state, notice, since)
    _owe_confirmation(state, thread, entry, notify)


def _owe_confirmation(
    state: LineState, thread: Thread, entry: MessageEntry, notify: Notify
) -> None:
    if notify.notice is NoticeKind.SITE:
        since, to = entry.received, tuple(thread.sides)
        due = since + SITE_CONFIRMED_FOR
        owe(state, thread.id, DutyKind.SITE_CONFIRMATION, thread.opener, to, since, due)
        state.wake(due, STALE, thread.id)


def _check_cancel(state: LineState, message: Message, _received: datetime) -> None:
    thread = thread_of(state, message)
    require_kind(thread, _CANCELLED, "CANCEL")
    require_opener(thread, message, "cancel")
    require_standing(thread)
    require_everybody(state, message)


def _follow_cancel(state: LineState, entry: MessageEntry) -> list[Event]:
    thread = thread_of(state, entry.message)
    return [Ended(thread.id, thread.parties, EndCause.CANCELLED)]


def _check_clarify(state: LineState, message: Message, _received: datetime) -> None:
    thread = thread_of(state, message)
    require_kind(thread, (Kind.NOTIFY, Kind.URGENT, Kind.CLOSURE), "CLARIFY")
    require_standing(thread)
    if thread.opener == message.sender:
        raise InvalidInput("it is the sender's own notice", cure="AMEND it", field="thread")
    if state.agreed().party(thread.opener) is None:
        raise InvalidInput(f"{thread.opener!r} is no party any more", field="thread")
    if thread.opener not in message.recipients:
        raise InvalidInput(
            f"it does not go to {thread.opener!r}, who is asked", cure="send it there", field="to"
        )


def _apply_clarify(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Clarify)
    thread, since = thread_of(state, message), entry.received
    kind, opener = DutyKind.CLARIFICATION, thread.opener
    found = state.duties.get(duty_name(thread.id, kind, opener))
    if found is None:
        due = since + state.agreed().notice.read_within
        owe(state, thread.id, kind, opener, (message.sender,), since, due)
    elif message.sender not in found.duty.owed_to:  # it is asked for already, by others
        found.duty = replace(found.duty, owed_to=(*found.duty.owed_to, message.sender))


RULES: Final = {
    Kind.NOTIFY: Rule(_check_new, _mark_new, _apply_new, _follow_new),
    Kind.AMEND: Rule(_check_amend, _mark_amend, _apply_amend),
    Kind.CANCEL: Rule(_check_cancel, follow=_follow_cancel),
    Kind.CLARIFY: Rule(_check_clarify, apply=_apply_clarify),
}
