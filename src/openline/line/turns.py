"""Who of two things on the line moves, by the rule of `airspace.advise.turn`, and what can move.

On the line what was said first was filed first. A notice, a site and a closure do not move for a
plan; of two notices the rule says nothing, and either side may propose.
"""

from dataclasses import dataclass
from typing import Final

from openline.airspace.advise.turn import TurnRule, who_moves
from openline.airspace.entity import Entity, IntentState, OperationalIntent
from openline.line.message.kind import NoticeKind
from openline.line.seen import ASKED
from openline.line.sky import Standing
from openline.line.state import LineState

_LAST: Final = 1 << 62  # what is not said yet comes after everything
_NOBODY: Final = "No rule says who of the two moves."


@dataclass(frozen=True, slots=True)
class LineTurn:
    """The thread that moves by the rule, None if it says nothing; the reason names threads."""

    thread: str | None
    reason: str
    rule: TurnRule = TurnRule.NOBODY


def turn_of(state: LineState, one: Standing, other: Standing) -> LineTurn:
    """Whose turn it is to move. Law: swapping the two changes nothing."""
    order = {(each.party, each.thread): _said(state, each) for each in (one, other)}
    found = who_moves(_entity(state, one), _entity(state, other), order)
    if found.mover is None:
        return LineTurn(None, _NOBODY)
    return LineTurn(found.mover.id, found.reason, found.rule)


def can_propose(state: LineState, thread: str) -> bool:
    """Whether a proposal or an amendment can move what stands in that thread."""
    notice = state.notices.get(thread)
    if notice is None or notice.notify.notice is NoticeKind.SITE:
        return False
    return bool(notice.notify.volumes)


def _said(state: LineState, thing: Standing) -> int:
    if thing.thread == ASKED:
        return _LAST
    filed = state.filed.get(thing.thread)
    if filed is not None:
        return filed.entry
    return state.threads[thing.thread].entries[0].entry


def _entity(state: LineState, thing: Standing) -> Entity:
    """The thing with the state that its manager set, where one is known."""
    entity = thing.entity
    filed = state.filed.get(thing.thread)
    if filed is None or not isinstance(entity, OperationalIntent):
        return entity
    as_set = filed.state or IntentState.ACCEPTED
    return OperationalIntent(entity.id, entity.party, entity.volumes, as_set)
