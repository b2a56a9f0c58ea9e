"""AUTHORITY: a plan without a valid one is told to its own side first."""

from datetime import datetime
from typing import Any

import pytest

from openline.errors import InvalidInput
from openline.line.agreement import AuthorityTerms
from openline.line.event import AuthorityMissing, Ended
from openline.line.message.bodies import Amend, Authority, Cancel, Notify
from openline.line.message.kind import NoticeKind
from tests.line_world import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    START,
    World,
    agreement,
    notice,
    unlocated,
    volume,
)

FROM, UNTIL = START + 2 * HOUR, START + 3 * HOUR  # of the plan


def plan(start: datetime = FROM, end: datetime = UNTIL) -> Notify:
    return notice(volume(start=start, end=end), notice=NoticeKind.PLAN)


def authority(start: datetime, end: datetime, *operations: str) -> Authority:
    return Authority("chief of operations", "rescue service", start, end, operations)


def told(world: World) -> list[tuple[float, tuple[str, ...]]]:
    return [(at, one.parties) for at, one in world.said(AuthorityMissing)]


def shown(minutes: int) -> World:
    return World(agreement(authority=AuthorityTerms(minutes * MINUTE)))


def test_a_plan_without_authority_is_told_to_its_own_side_alone() -> None:
    world = World()
    world.say("north", plan())
    world.sleep(HOUR)
    assert told(world) == [(0.0, ("north",))]


def test_the_others_are_told_later_if_the_agreement_says_so() -> None:
    world = shown(30)
    world.say("north", plan(), recipients=("south",))
    world.sleep(HOUR)
    assert told(world) == [(0.0, ("north",)), (1800.0, ("south",))]


def test_at_once_means_own_side_first_still() -> None:
    world = shown(0)
    world.say("north", plan())
    assert told(world) == [(0.0, ("north",)), (0.0, ("south", "east"))]


def test_other_notices_need_none() -> None:
    world = shown(0)
    world.say("north", notice())
    world.say("north", unlocated())
    assert told(world) == []


@pytest.mark.parametrize(
    ("windows", "covered"),
    [
        ([(FROM, UNTIL)], True),
        ([(START, START + DAY)], True),
        ([(FROM + SECOND, UNTIL)], False),
        ([(FROM, UNTIL - SECOND)], False),
        ([(FROM, FROM + 30 * MINUTE), (FROM + 30 * MINUTE, UNTIL)], True),
        ([(FROM + 30 * MINUTE, UNTIL), (FROM, FROM + 30 * MINUTE)], True),
        ([(FROM, FROM + 30 * MINUTE), (FROM + 31 * MINUTE, UNTIL)], False),
        ([(FROM, FROM + 40 * MINUTE), (FROM, FROM + 10 * MINUTE), (FROM + MINUTE, UNTIL)], True),
    ],
)
def test_authorities_cover_the_whole_time_of_a_plan(
    windows: list[tuple[datetime, datetime]], covered: bool
) -> None:
    world = World()
    for start, end in windows:
        world.say("north", authority(start, end))
    world.say("north", plan())
    assert told(world) == ([] if covered else [(0.0, ("north",))])


def test_an_authority_that_comes_in_time_is_enough() -> None:
    world = shown(30)
    first = world.say("north", plan())
    world.sleep(10 * MINUTE)
    world.say("north", authority(FROM, UNTIL, first.message.thread))
    assert world.state.notices[first.message.thread].unauthorised_since is None
    world.sleep(DAY)
    assert told(world) == [(0.0, ("north",))]


def test_an_authority_for_one_plan_is_not_for_another_nor_for_another_party() -> None:
    world = World()
    first = world.say("north", plan())
    world.say("north", authority(FROM, UNTIL, first.message.thread))
    world.say("north", plan())
    world.say("south", plan())
    assert told(world) == [(0.0, ("north",)), (0.0, ("north",)), (0.0, ("south",))]


def test_an_authority_that_is_withdrawn_is_missed_again() -> None:
    world = shown(30)
    given = world.say("north", authority(FROM, UNTIL))
    world.say("north", plan())
    world.sleep(MINUTE)
    world.say("north", Cancel(), thread=given.message.thread)
    assert world.state.party("north").authorities == {}
    world.sleep(HOUR)
    assert told(world) == [(60.0, ("north",)), (1860.0, ("south", "east"))]


def test_an_authority_ends_and_what_it_covered_until_then_was_covered() -> None:
    world = World()
    half = FROM + 30 * MINUTE
    first = world.say("north", authority(FROM, half))
    world.say("north", authority(half, UNTIL))
    world.say("north", plan())
    world.sleep(3 * HOUR)
    assert told(world) == []
    assert world.events(Ended)[0].thread == first.message.thread
    assert world.state.party("north").authorities == {}


def test_a_plan_that_is_prolonged_beyond_its_authority_is_told() -> None:
    world = World()
    world.say("north", authority(FROM, UNTIL))
    first = world.say("north", plan())
    longer = plan(end=UNTIL + HOUR)
    world.say("north", Amend(longer), thread=first.message.thread)
    assert told(world) == [(0.0, ("north",))]
    world.say("north", Amend(plan()), thread=first.message.thread)
    assert world.state.notices[first.message.thread].unauthorised_since is None


def test_a_plan_that_is_over_is_not_told_of() -> None:
    world = shown(60 * 5)
    world.say("north", plan())
    world.sleep(DAY)
    assert told(world) == [(0.0, ("north",))]


def test_a_new_agreement_shows_what_the_old_one_did_not() -> None:
    world = World()
    world.say("north", plan())
    world.sleep(HOUR)
    world.agree(agreement(2, authority=AuthorityTerms(30 * MINUTE)))
    assert told(world) == [(0.0, ("north",)), (3600.0, ("south", "east"))]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"end": START}, "valid_until"),
        ({"operations": ("nothing",)}, "operations"),
        ({"operations": ("north-1",)}, "operations"),
        ({"operations": ("south-1",)}, "operations"),
    ],
)
def test_an_authority_for_nothing_is_refused(fields: dict[str, Any], field: str) -> None:
    world = World()
    world.say("north", notice())
    world.say("south", plan())
    body = authority(START - HOUR, fields.get("end", UNTIL), *fields.get("operations", ()))
    with pytest.raises(InvalidInput) as caught:
        world.say("north", body)
    assert caught.value.facts["field"] == field
