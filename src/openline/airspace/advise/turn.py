"""Who of two moves: by rule, never by choice, and said in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from openline.airspace.advise.words import called
from openline.airspace.entity import Entity, EntityKind, IntentState, OperationalIntent

FiledOrder = Mapping[tuple[str, str], int]
"""Party and id of an intent to when it was filed: the smaller the earlier."""


class TurnRule(StrEnum):
    """Which rule says who moves: of the two the other one is what the name says."""

    NOBODY = "nobody"
    FIXED = "fixed"
    OFF_PLAN = "off_plan"
    PRIORITY = "priority"
    FLIES = "flies"
    FILED = "filed"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to move, and why. `mover` is None if neither of the two can."""

    mover: OperationalIntent | None
    reason: str
    rule: TurnRule = TurnRule.NOBODY


def who_moves(a: Entity, b: Entity, filed: FiledOrder) -> Turn:
    """The rule: what is no intent stays, and so does an intent out of its plan (Nonconforming,
    Contingent); lower priority moves; of the same priority what does not fly yet; then what was
    filed later; of what is not known to be filed, the later by party and id.

    Law: swapping a and b changes nothing.
    """
    sides = [one for one in (a, b) if may_move(one)]
    intents = [one for one in sides if isinstance(one, OperationalIntent)]
    if not intents:
        return Turn(None, "Neither of the two can be moved.", TurnRule.NOBODY)
    if len(intents) == 1:
        mover = intents[0]
        other = b if mover is a else a
        rule = TurnRule.OFF_PLAN if isinstance(other, OperationalIntent) else TurnRule.FIXED
        return Turn(mover, f"{_first(mover)} moves: {_why_fixed(other)}.", rule)
    first, second = sorted(intents, key=lambda one: precedence(one, filed))
    rule = _rule(first, second, filed)
    return Turn(second, f"{_first(second)} moves: {_why(first, second, rule)}.", rule)


def may_move(entity: Entity) -> bool:
    """Whether it is an intent that still flies by its plan."""
    return isinstance(entity, OperationalIntent) and entity.state in (
        IntentState.ACCEPTED,
        IntentState.ACTIVATED,
    )


def precedence(intent: OperationalIntent, filed: FiledOrder) -> tuple[int, int, int, str, str]:
    """The smaller stays, the greater moves."""
    order = filed.get((intent.party, intent.id), len(filed))
    flies = intent.state is IntentState.ACTIVATED
    return -intent.priority, not flies, order, intent.party, intent.id


def _why_fixed(other: Entity) -> str:
    if isinstance(other, OperationalIntent):
        return f"{called(other)} is {other.state}"
    word = "constraint" if other.kind is EntityKind.CONSTRAINT else "notice"
    return f"a {word} does not move"


def _rule(first: OperationalIntent, second: OperationalIntent, filed: FiledOrder) -> TurnRule:
    if first.priority != second.priority:
        return TurnRule.PRIORITY
    if first.state is not second.state:
        return TurnRule.FLIES
    same = precedence(first, filed)[2] == precedence(second, filed)[2]
    return TurnRule.NAME if same else TurnRule.FILED


def _why(first: OperationalIntent, second: OperationalIntent, rule: TurnRule) -> str:
    if rule is TurnRule.PRIORITY:
        return f"its priority {second.priority} is below {first.priority} of {called(first)}"
    if rule is TurnRule.FLIES:
        return f"at the same priority, {called(first)} is {first.state} already"
    if rule is TurnRule.FILED:
        return f"at the same priority, {called(first)} was filed first"
    return f"at the same priority and filed at once, {called(first)} comes first by name"


def _first(intent: OperationalIntent) -> str:
    name = called(intent)
    return name[0].upper() + name[1:]
