"""AUTHORITY: who authorised operations, at whose request, until when; and plans without one.

A plan that no valid authority covers over its whole time is told to its own side at once, and to
the others if the agreement says so and the time it gives has passed.
"""

from datetime import datetime
from typing import Final

from openline.errors import InvalidInput
from openline.line.event import AuthorityMissing
from openline.line.message.bodies import Authority
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind, NoticeKind
from openline.line.rules.rule import Rule, Timed
from openline.line.rules.threads import owe_receipts, thread_of
from openline.line.state import LineState, NoticeState
from openline.line.thread import MessageEntry

AUTHORITY: Final = "authority"  # of the agenda, with the thread, of a plan
_ENDS: Final = "end"


def _check(state: LineState, message: Message, received: datetime) -> None:
    body = message.body
    assert isinstance(body, Authority)
    if body.valid_until <= received:
        raise InvalidInput("the authority is over already", field="valid_until")
    for operation in body.operations:
        notice = state.notices.get(operation)
        if (
            notice is None
            or notice.party != message.sender
            or notice.notify.notice is not NoticeKind.PLAN
        ):
            raise InvalidInput(
                f"{operation[:64]!r} is no plan of {message.sender!r} that stands",
                cure="name the threads of its plans, or none for all of them",
                field="operations",
            )


def _apply(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Authority)
    thread = thread_of(state, message)
    state.party(message.sender).authorities[thread.id] = message.body
    owe_receipts(state, thread, entry.received, read=False)
    state.wake(message.body.valid_until, _ENDS, thread.id)
    look_at_plans(state, message.sender, entry.received)


def look_at_plans(state: LineState, party: str, at: datetime) -> None:
    """The authorities of a party changed."""
    for notice in state.notices.values():
        if notice.party == party:
            look_at_plan(state, notice, at)


def look_at_plan(state: LineState, notice: NoticeState, at: datetime) -> None:
    """A plan or its authorities changed: it is no longer marked, or looked at again."""
    if notice.notify.notice is not NoticeKind.PLAN or notice.notify.hidden:
        return  # of a time that is not known nobody can say what covers it
    if is_authorised(state, notice, at):
        notice.unauthorised_since, notice.unauthorised_shown = None, False
    else:
        state.wake(at, AUTHORITY, notice.thread)


def is_authorised(state: LineState, notice: NoticeState, at: datetime) -> bool:
    """Whether valid authorities cover what is left of a plan's time, one after the other without
    a gap."""
    windows = sorted(
        (one.valid_from, one.valid_until)
        for one in state.party(notice.party).authorities.values()
        if not one.operations or notice.thread in one.operations
    )
    reached = max(notice.notify.time_start, at)
    for start, end in windows:
        if start <= reached:
            reached = max(reached, end)
    return reached >= notice.notify.time_end


def authority_due(state: LineState, thread: str, now: datetime) -> list[Timed]:
    """A plan without a valid authority, first for its own side, later for the others."""
    notice = state.notices.get(thread)
    if notice is None or is_authorised(state, notice, now):
        return []
    if notice.unauthorised_since is None:
        return [(notice.confirmed, AuthorityMissing(notice.thread, (notice.party,)))]
    after = state.agreed().authority.shown_after
    if after is None or notice.unauthorised_shown:
        return []
    at = notice.unauthorised_since + after
    if at > now:
        state.wake(at, AUTHORITY, thread)
        return []
    return [(at, AuthorityMissing(notice.thread, notice.recipients))]


def take_missing(state: LineState, at: datetime, event: AuthorityMissing) -> None:
    """Take that it was told."""
    notice = state.notices.get(event.thread)
    if notice is None:
        return
    if event.parties == (notice.party,):
        notice.unauthorised_since = at
        state.wake(at, AUTHORITY, notice.thread)
    else:
        notice.unauthorised_shown = True


RULES: Final = {Kind.AUTHORITY: Rule(_check, apply=_apply)}
