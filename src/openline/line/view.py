"""The board of one party at an instant, made from the state of the line and nothing else.

Laws (tests/property/test_view.py): 1 whoever is not in a thread sees nothing of it; 2 of what a
sender does not show, no number is in the board of another, but those of a conflict with it; 3 the
same state, party and instant give the same board.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from openline.errors import NotFound
from openline.line.board import (
    MISSING_SHOWN,
    Board,
    BreachView,
    ClockView,
    ConflictView,
    Counters,
    LinkView,
    ProposalView,
    ThreadView,
)
from openline.line.duty import DutyKind
from openline.line.masking import CellsOf, cells_of
from openline.line.message.bodies import Breach, LineCheck
from openline.line.message.kind import CheckMode, DispositionState, Kind
from openline.line.rules.checks import link_of
from openline.line.rules.claims import disposition_of
from openline.line.rules.general import SKEW_WARN
from openline.line.state import ConflictState, DutyState, LineState
from openline.line.thread import Step, Thread
from openline.line.view_threads import (
    clock_view,
    duties_of,
    is_unauthorised_for,
    name_for,
    next_clock,
    thread_view,
)

# How long what ended stays on the board: the watch before this one.
ENDED_SHOWN_FOR: Final = timedelta(hours=12)
ID_SHOWN: Final = 8  # characters of a thread's id in a sentence
# Threads about something that stands until it ends; the others are about what was said.
_STANDS: Final = (Kind.NOTIFY, Kind.CLOSURE, Kind.AUTHORITY, Kind.TALK, Kind.BREACH)
_TO_READ: Final = (DutyKind.READ, DutyKind.URGENT_ACKNOWLEDGEMENT)
_TO_ANSWER: Final = (DutyKind.ANSWER, DutyKind.QUERY_ANSWER, DutyKind.CLARIFICATION)


def board(state: LineState, party: str, now: datetime, cells: CellsOf = cells_of) -> Board:
    """What the party may see now. cells: the coarse cells of a place.

    Raises: NotFound for whoever is no party of the agreement.
    """
    agreed = state.agreement
    if agreed is None or agreed.party(party) is None:
        raise NotFound(f"{party!r} is no party of an agreement of this line")
    duties = duties_of(state, party)
    conflicts = _conflicts(state, party)
    shown = _shown_threads(state, party, now, duties)
    threads = _thread_views(state, shown, party, duties, conflicts, cells)
    disagreeing = {view.id: view.disagrees for view in threads}
    views = tuple(_conflict_view(state, one, party, now, disagreeing, duties) for one in conflicts)
    clocks = _clocks(state, (one for some in duties.values() for one in some), party)
    return Board(
        party=party,
        now=now,
        entry=state.last_entry,
        agreement=agreed.id,
        version=agreed.version,
        in_force=agreed.covers(now),
        valid_until=agreed.time_end,
        separation=agreed.separation,
        class_minima=agreed.class_minima,
        links=tuple(link_view(state, one.id, party, now) for one in agreed.parties),
        conflicts=tuple(sorted(views, key=lambda one: (one.over, one.facts.time_start, one.id))),
        unlocated=tuple(view.id for view in threads if view.unlocated),
        closures=tuple(view.id for view in threads if view.id in state.closures),
        differing=_differing(state, {view.id for view in threads}),
        unauthorised=_unauthorised(state, party),
        breaches=_breaches(state, party),
        clocks=clocks,
        threads=threads,
        counters=_counters(party, threads, views, duties),
    )


def one_thread(
    state: LineState, party: str, thread_id: str, now: datetime, cells: CellsOf = cells_of
) -> tuple[ThreadView | None, ConflictView | None]:
    """A thread as it is on the board, however long ago it ended; or the conflict that it is.

    Raises: NotFound for a thread that the party is not in.
    """
    thread = state.threads.get(thread_id)
    if thread is None or party not in thread.parties:
        raise NotFound("there is no such thread for this party", field="thread")
    duties = duties_of(state, party)
    conflict = state.conflicts.get(thread_id)
    if conflict is None:
        conflicts = [one for one in _conflicts(state, party) if thread_id in one.threads]
        views = _thread_views(state, [thread], party, duties, conflicts, cells)
        return next(iter(views), None), None
    two = [state.threads[name] for name in conflict.threads]
    views = _thread_views(state, two, party, duties, [], cells)
    disagreeing = {one.id: one.disagrees for one in views}
    return None, _conflict_view(state, conflict, party, now, disagreeing, duties)


def link_view(state: LineState, name: str, party: str, now: datetime) -> LinkView:
    """A party as it is heard at that instant, by the clock and not by the last event."""
    agreed = state.agreed()
    found, member = state.party(name), state.member(name)
    link, _, _ = link_of(found.last_heard, agreed.line_check, now)
    return LinkView(
        party=name,
        name=member.name,
        own=name == party,
        state=link,
        age=None if found.last_heard is None else max(now - found.last_heard, timedelta(0)),
        skew=found.skew,
        skewed=found.skew is not None and abs(found.skew) > SKEW_WARN,
        suspended_since=found.suspended_since,
        alert=found.alert,
        officer=found.officer,
        last_human_check=found.last_human_check,
        missing=found.sequences.missing[-MISSING_SHOWN:],
    )


def _conflicts(state: LineState, party: str) -> list[ConflictState]:
    return [one for one in state.conflicts.values() if one.closed is None and party in one.parties]


def _thread_views(
    state: LineState,
    threads: Iterable[Thread],
    party: str,
    duties: dict[str, list[DutyState]],
    conflicts: list[ConflictState],
    cells: CellsOf,
) -> tuple[ThreadView, ...]:
    of = _by_thread(conflicts)
    views = (thread_view(state, thread, party, duties, of, cells) for thread in threads)
    return tuple(view for view in views if view is not None)


def _by_thread(conflicts: Iterable[ConflictState]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in conflicts:
        for thread in one.threads:
            found[thread] = (*found.get(thread, ()), one.id)
    return found


def _shown_threads(
    state: LineState, party: str, now: datetime, duties: dict[str, list[DutyState]]
) -> list[Thread]:
    """Those that go on, those in which something is owed, and what was said a short while ago."""
    since = now - ENDED_SHOWN_FOR
    shown = [
        thread
        for thread in state.threads.values()
        if thread.entries
        and (thread.id in duties or _goes_on(thread, since))
        and party in thread.parties
        and not _is_machine_check(thread)
    ]
    return sorted(shown, key=_first)


def _goes_on(thread: Thread, since: datetime) -> bool:
    """Whether what it is about stands; of what is only said, whether that was after `since`."""
    if thread.ended_at is not None:
        return thread.ended_at >= since
    return thread.kind in _STANDS or thread.entries[-1].received >= since


def _first(thread: Thread) -> tuple[bool, bool, int]:
    """What goes on before what ended, a call that waits before all else, then the latest."""
    calls = thread.kind is Kind.URGENT and thread.state.rank < Step.ANSWERED.rank
    return not thread.standing, not calls, -thread.entries[-1].entry


def _is_machine_check(thread: Thread) -> bool:
    body = thread.entries[0].message.body
    return isinstance(body, LineCheck) and body.mode is CheckMode.MACHINE


def _conflict_view(
    state: LineState,
    conflict: ConflictState,
    party: str,
    now: datetime,
    disagreeing: dict[str, tuple[str, ...]],
    duties: dict[str, list[DutyState]],
) -> ConflictView:
    own, other = conflict.threads
    if state.threads[own].opener != party:
        own, other = other, own
    said = dict.fromkeys(
        name for thread in conflict.threads for name in disagreeing.get(thread, ())
    )
    return ConflictView(
        id=conflict.id,
        other=state.threads[other].opener,
        own_thread=own,
        own_name=name_for(state, own, party),
        other_thread=other,
        other_name=name_for(state, other, party),
        facts=replace(conflict.facts, reason=_reason(state, conflict, party)),
        opened=conflict.opened,
        entry=conflict.opened_entry,
        over=conflict.facts.time_end <= now,
        only_unlocated=conflict.facts.unlocated is not None,
        disagrees=tuple(said),
        proposals=tuple(
            ProposalView(one, one.meets.get(party, ())) for one in conflict.proposals.values()
        ),
        clock=next_clock(state, duties.get(conflict.id, ())),
        closed=conflict.closed,
    )


def _reason(state: LineState, conflict: ConflictState, party: str) -> str:
    """The sentence to read out: with names where they are shown, and ids cut short."""
    reason = conflict.facts.reason
    for thread in conflict.threads:
        name, short = name_for(state, thread, party), thread[:ID_SHOWN]
        reason = reason.replace(thread, short if name is None else f"{name} ({short})")
    return reason


def _clocks(state: LineState, duties: Iterable[DutyState], party: str) -> tuple[ClockView, ...]:
    """What is overdue or alarms; this party's own first, then by the time it was due."""
    loud = [one for one in duties if one.overdue or one.alarms]
    loud.sort(key=lambda one: (one.duty.owes != party, one.duty.due, one.duty.id))
    return tuple(clock_view(state, one) for one in loud)


def _unauthorised(state: LineState, party: str) -> tuple[str, ...]:
    return tuple(one.thread for one in state.notices.values() if is_unauthorised_for(one, party))


def _differing(state: LineState, shown: set[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of closures that stand, share a border and have other limits."""
    standing = shown & set(state.closures)
    return tuple(sorted(pair for pair in state.told if standing.issuperset(pair)))


def _breaches(state: LineState, party: str) -> tuple[BreachView, ...]:
    """Claims that are not settled come first, the latest of them first."""
    found = []
    for thread in state.threads.values():
        if thread.kind is not Kind.BREACH or party not in thread.parties:
            continue
        first = thread.entries[0].message
        assert isinstance(first.body, Breach)
        said = state.dispositions.get(thread.id, {})
        found.append(
            BreachView(
                thread=thread.id,
                by=thread.opener,
                against=tuple(thread.sides),
                rule=first.body.rule,
                time=first.body.time,
                text=first.body.text,
                replies=sum(one.message.kind is Kind.REPLY for one in thread.entries),
                dispositions=tuple(sorted(said.items())),
                state=disposition_of(state, thread.id),
            )
        )
    found.sort(key=lambda one: one.time, reverse=True)
    return tuple(sorted(found, key=lambda one: one.state is DispositionState.SETTLED))


def _counters(
    party: str,
    threads: tuple[ThreadView, ...],
    conflicts: tuple[ConflictView, ...],
    duties: dict[str, list[DutyState]],
) -> Counters:
    standing = [one for one in threads if one.ended_at is None]
    every = [one for some in duties.values() for one in some]
    mine = [one for one in every if one.duty.owes == party]
    return Counters(
        threads=len(standing),
        unread=sum(one.duty.kind in _TO_READ for one in mine),
        unanswered=sum(one.duty.kind in _TO_ANSWER for one in mine),
        overdue=sum(one.overdue for one in mine),
        overdue_others=sum(one.overdue for one in every) - sum(one.overdue for one in mine),
        alarms=sum(one.alarms > 0 for one in mine),
        conflicts=sum(not one.over for one in conflicts),
        unlocated=sum(one.unlocated for one in standing),
        disagreements=sum(bool(one.disagrees) for one in standing),
    )
