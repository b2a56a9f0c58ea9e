"""What is due by the clock: duties that become overdue, threads that end, sites that grow stale,
plans without authority, links that fall silent.

Each function is asked about one item at an instant; it says what happened since, or nothing. It
changes nothing but when to look again: `Line` does, once the event is on the record.
"""

from datetime import datetime
from typing import Final

from openline.line.event import Alarm, EndCause, Ended, Event, Overdue, Stale
from openline.line.message.kind import NoticeKind
from openline.line.rules.authorities import AUTHORITY, authority_due
from openline.line.rules.checks import LINK, link_due
from openline.line.rules.ends import end_of
from openline.line.rules.notices import ENDS, SITE_CONFIRMED_FOR, STALE
from openline.line.rules.rule import Agenda, Timed
from openline.line.rules.watch import is_paused
from openline.line.state import DUTY, DutyState, LineState


def _duty(state: LineState, duty_id: str, now: datetime) -> list[Timed]:
    """An overdue mark at the due time, then every alarm whose time has come."""
    found = state.duties.get(duty_id)
    if found is None or is_paused(state, found):
        return []
    duty = found.duty
    if not duty.thread and not state.agreed().covers(now):
        return []  # owed to the line itself, under an agreement that is over
    parties = (duty.owes, *duty.owed_to)
    events: list[Timed] = []
    if not found.overdue and duty.due <= now:
        overdue = Overdue(duty.id, duty.thread, parties, duty.owes, duty.kind, duty.due)
        events.append((duty.due, overdue))
    return [*events, *_alarms(found, now)]


def _alarms(found: DutyState, now: datetime) -> list[Timed]:
    duty, events = found.duty, list[Timed]()
    number = found.alarms + 1
    while (following := duty.alarm(number)) is not None and following[0] <= now:
        at, step = following
        parties, role = (duty.owes, *duty.owed_to), duty.ladder[step]
        if number > duty.calls + 1 and events:
            events.pop()  # of the calls that insist the last one is enough
        alarm = Alarm(duty.id, duty.thread, parties, duty.owes, duty.kind, number, step, role)
        events.append((at, alarm))
        number += 1
    return events


def _ends(state: LineState, name: str, now: datetime) -> list[Timed]:
    thread = state.threads.get(name)
    if thread is None or not thread.standing:
        return []
    end = end_of(state, thread)
    if end is None or end > now:
        return []
    return [(end, Ended(thread.id, thread.parties, EndCause.ENDED))]


def _stale(state: LineState, name: str, now: datetime) -> list[Timed]:
    notice = state.notices.get(name)
    if notice is None or notice.stale or notice.notify.notice is not NoticeKind.SITE:
        return []
    at = notice.confirmed + SITE_CONFIRMED_FOR
    return [] if at > now else [(at, Stale(notice.thread, (notice.party, *notice.recipients)))]


def in_order(found: list[Timed]) -> list[Event]:
    """Events by the instant from which on they are so, each once. A thread that ends comes before
    what is due at the same instant; what would be due in it later is not."""
    ended = {event.thread: at for at, event in found if isinstance(event, Ended)}
    owed = [one for one in found if not _too_late(one, ended)]
    owed.sort(key=lambda one: (one[0], not isinstance(one[1], Ended)))
    return list(dict.fromkeys(event for _, event in owed))


def _too_late(one: Timed, ended: dict[str, datetime]) -> bool:
    at, event = one
    if not isinstance(event, Overdue | Alarm):
        return False
    return event.thread in ended and ended[event.thread] <= at


AGENDA: Final[Agenda] = {
    DUTY: _duty,
    ENDS: _ends,
    STALE: _stale,
    AUTHORITY: authority_due,
    LINK: link_due,
}
