"""What is due by the clock: duties that become overdue, notices that end, sites that grow stale.

Each function is asked about one item at an instant; it says what happened since, or nothing. It
changes nothing: `Line` does, once the event is on the record.
"""

from datetime import datetime
from typing import Final

from openline.line.event import Alarm, EndCause, Ended, Event, Overdue, Stale
from openline.line.message.kind import NoticeKind
from openline.line.rules.notices import ENDS, SITE_CONFIRMED_FOR, STALE
from openline.line.rules.rule import Agenda
from openline.line.state import DutyState, LineState


def duty_due(state: LineState, duty_id: str, now: datetime) -> list[Event]:
    """An overdue mark at the due time, then every alarm whose time has come."""
    found = state.duties.get(duty_id)
    if found is None:
        return []
    duty = found.duty
    parties = (duty.owes, *duty.owed_to)
    events: list[Event] = []
    if not found.overdue and duty.due <= now:
        events.append(Overdue(duty.id, duty.thread, parties, duty.owes, duty.kind, duty.due))
    events += [_alarm(found, number, step) for number, step in _alarms_due(found, now)]
    return events


def _alarms_due(found: DutyState, now: datetime) -> list[tuple[int, int]]:
    times = found.duty.alarm_times()
    return [
        (number, step)
        for number, (at, step) in enumerate(times, start=1)
        if number > found.alarms and at <= now
    ]


def _alarm(found: DutyState, number: int, step: int) -> Alarm:
    duty = found.duty
    parties = (duty.owes, *duty.owed_to)
    role = duty.ladder[step]
    return Alarm(duty.id, duty.thread, parties, duty.owes, duty.kind, number, step, role)


def _ends(state: LineState, item: str, now: datetime) -> list[Event]:
    thread = state.threads.get(item.partition("/")[2])
    if thread is None or thread.ended is not None:
        return []
    notice, closure = state.notices.get(thread.id), state.closures.get(thread.id)
    end = notice.notify.time_end if notice else closure.closure.time_end if closure else None
    if end is None or end > now:
        return []
    return [Ended(thread.id, thread.parties, EndCause.ENDED)]


def _stale(state: LineState, item: str, now: datetime) -> list[Event]:
    notice = state.notices.get(item.partition("/")[2])
    if notice is None or notice.stale or notice.notify.notice is not NoticeKind.SITE:
        return []
    if notice.confirmed + SITE_CONFIRMED_FOR > now:
        return []
    return [Stale(notice.thread, (notice.party, *notice.recipients))]


AGENDA: Final[Agenda] = {ENDS: _ends, STALE: _stale}
