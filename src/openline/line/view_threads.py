"""One thread as one party may see it: its state, its clock, its sides, and what was said in it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from openline.line.agreement import Coarseness
from openline.line.board import ClockView, Said, SideView, ThreadView
from openline.line.duty import DutyKind
from openline.line.masking import (
    CellsOf,
    CoarseNotice,
    cells_of,
    shown_to,
    visible_body,
    visible_marks,
    visible_message,
)
from openline.line.message.bodies import Amend, Answer, Body, PassedTo, Readback, Receipt
from openline.line.message.kind import AnswerCode, ReceiptKind, UnableReason
from openline.line.rules.watch import is_paused
from openline.line.state import DutyState, LineState, NoticeState
from openline.line.thread import Marks, MessageEntry, Side, Step, Thread

_STEPS: Final = tuple(Step)  # a tuple is walked much faster than the class
Duties = Mapping[str, list[DutyState]]


def duties_of(state: LineState, party: str) -> dict[str, list[DutyState]]:
    """What the party owes or is owed, by thread."""
    found: dict[str, list[DutyState]] = {}
    for one in state.duties.values():
        if party == one.duty.owes or party in one.duty.owed_to:
            found.setdefault(one.duty.thread, []).append(one)
    return found


def clock_view(state: LineState, found: DutyState) -> ClockView:
    """A duty as it is shown."""
    duty = found.duty
    last = duty.alarm(found.alarms) if found.alarms else None
    role = None if last is None else duty.ladder[last[1]]
    paused = is_paused(state, found)
    return ClockView(
        duty.kind, duty.owes, duty.due, found.overdue, found.alarms, role, paused, duty.thread
    )


def next_clock(state: LineState, duties: Iterable[DutyState]) -> ClockView | None:
    """The one clock of several duties: what is due first."""
    first = min(duties, key=lambda one: (one.duty.due, one.duty.id), default=None)
    return None if first is None else clock_view(state, first)


def thread_view(
    state: LineState,
    thread: Thread,
    party: str,
    duties: Duties,
    conflicts: Mapping[str, tuple[str, ...]],
    cells: CellsOf = cells_of,
) -> ThreadView | None:
    """The thread for that party; None if it is not in it or nobody said anything.

    duties: of the party, by thread. conflicts: ids of those it sees, by thread.
    """
    shown = shown_to(state, thread.id, party)
    current = state.messages.get(thread.current)
    if shown is None or thread.kind is None or current is None:
        return None
    marks = visible_marks(state, current, party) or Marks(timedelta(0))
    notice = state.notices.get(thread.id)
    own = duties.get(thread.id, [])
    sides = tuple(
        _side_view(state, thread, name, side, party) for name, side in thread.sides.items()
    )
    return ThreadView(
        id=thread.id,
        kind=thread.kind,
        opener=thread.opener,
        own=thread.opener == party,
        state=thread.state,
        opened=thread.opened,
        entry=thread.entries[-1].entry,
        shown=shown,
        says=_notice_of(visible_body(state, current, party, cells)),
        current=thread.current,
        version=1 if notice is None else notice.version,
        sides=sides,
        clock=next_clock(state, own),
        overdue=any(one.overdue for one in own),
        lead_time=marks.lead_time,
        late=marks.late,
        widened=marks.widened,
        stale=notice is not None and notice.stale,
        unlocated=notice is not None and not notice.notify.located,
        unauthorised=notice is not None and is_unauthorised_for(notice, party),
        disagrees=tuple(one.party for one in sides if _disagrees(one)) if thread.standing else (),
        conflicts=conflicts.get(thread.id, ()),
        ended=thread.ended,
        ended_at=thread.ended_at,
    )


def said_in(
    state: LineState, thread: Thread, party: str, cells: CellsOf = cells_of
) -> tuple[Said, ...]:
    """What was said in a thread, in the order of the record, as far as the party may know of it."""
    return tuple(
        said(state, entry, party, shown, cells)
        for entry in thread.entries
        if (shown := visible_message(state, entry, party)) is not None
    )


def said(
    state: LineState,
    entry: MessageEntry,
    party: str,
    shown: Coarseness,
    cells: CellsOf = cells_of,
) -> Said:
    """One message as that party may see it."""
    message = entry.message
    marks = visible_marks(state, entry, party) or Marks(timedelta(0))
    return Said(
        entry=entry.entry,
        id=message.id,
        kind=message.kind,
        sender=message.sender,
        recipients=message.recipients,
        officer=message.officer,
        time_sent=message.time_sent,
        received=entry.received,
        carried=entry.carried,
        shown=shown,
        body=visible_body(state, entry, party, cells),
        latency=marks.latency,
        lead_time=marks.lead_time,
        late=marks.late,
        distance_m=marks.distance_m,
        wrong=marks.wrong,
    )


def is_unauthorised_for(notice: NoticeState, party: str) -> bool:
    """Whether the party was told that a plan has no valid authority."""
    if notice.unauthorised_since is None:
        return False
    return notice.party == party or (notice.unauthorised_shown and party in notice.recipients)


def name_for(state: LineState, thread_id: str, party: str) -> str | None:
    """The name of what stands in a thread, if the party sees all of it."""
    if shown_to(state, thread_id, party) is not Coarseness.FULL:
        return None
    notice, closure = state.notices.get(thread_id), state.closures.get(thread_id)
    if closure is not None:
        return closure.closure.name
    return None if notice is None else notice.notify.name


def _notice_of(body: Body | CoarseNotice | None) -> Body | CoarseNotice | None:
    """The notice in an amendment; anything else as it is."""
    return body.notice if isinstance(body, Amend) else body


def _disagrees(side: SideView) -> bool:
    return side.answer is AnswerCode.CONTINUING_AS_PLANNED


def _side_view(state: LineState, thread: Thread, name: str, side: Side, party: str) -> SideView:
    answer: Answer | None = None
    officer: str | None = None
    passed: tuple[PassedTo, ...] = ()
    unable: UnableReason | None = None
    read: Marks | None = None
    own = [entry for entry in thread.entries if entry.message.sender == name]
    for entry in sorted(own, key=lambda one: one.message.sequence):  # the last word counts
        body = entry.message.body
        if getattr(body, "of", None) != thread.current:
            continue
        if visible_message(state, entry, party) is not Coarseness.FULL:
            continue
        match body:
            case Answer():
                answer, officer = body, entry.message.officer
            case Receipt(receipt=ReceiptKind.DISSEMINATED):
                passed, unable = body.passed_to, None
            case Receipt(receipt=ReceiptKind.UNABLE):
                unable = body.reason
            case Readback():
                read = visible_marks(state, entry, party)
    return SideView(
        party=name,
        step=side.step,
        times=tuple((step, side.times[step]) for step in _STEPS if step in side.times),
        answer=None if answer is None else answer.code,
        until=None if answer is None else answer.until,
        answered_by=officer,
        text=None if answer is None else answer.text,
        passed_on=passed,
        unable=unable,
        distance_m=None if read is None else read.distance_m,
        wrong=() if read is None else read.wrong,
        overdue=_overdue(state, side, party),
        shown=shown_to(state, thread.id, name) if party == thread.opener else None,
    )


def _overdue(state: LineState, side: Side, party: str) -> tuple[DutyKind, ...]:
    duties = [state.duties[name].duty for name in sorted(side.overdue) if name in state.duties]
    return tuple(one.kind for one in duties if party == one.owes or party in one.owed_to)
