"""Who of two things on the line moves."""

from datetime import timedelta

import pytest

from openline.airspace.entity import EntityKind, IntentState
from openline.airspace.extent import Extent
from openline.line.filed import Filed
from openline.line.message.airspace import Closure
from openline.line.message.kind import Binding, ClosureReason, NoticeKind
from openline.line.seen import ASKED, asked_of
from openline.line.sky import Standing, standing
from openline.line.turns import can_propose, turn_of
from tests.line_world import HOUR, START, World, notice, unlocated, volume

PLAN = NoticeKind.PLAN


def stands(world: World, thread: str) -> Standing:
    found = standing(world.state, thread)
    assert found is not None
    return found


@pytest.fixture
def world() -> World:
    return World()


def test_what_was_said_first_stays(world: World) -> None:
    first = stands(world, world.say("north", notice(volume(), notice=PLAN)).message.thread)
    second = stands(world, world.say("south", notice(volume(), notice=PLAN)).message.thread)
    for one, other in ((first, second), (second, first)):
        turn = turn_of(world.state, one, other)
        assert turn.thread == second.thread
        assert "filed first" in turn.reason


def test_what_is_not_said_yet_moves(world: World) -> None:
    first = stands(world, world.say("north", notice(volume(), notice=PLAN)).message.thread)
    asked = asked_of("east", (volume(),))
    assert turn_of(world.state, asked, first).thread == ASKED
    assert turn_of(world.state, first, asked).thread == ASKED


def test_a_plan_moves_for_a_notice_and_a_closure(world: World) -> None:
    plan = stands(world, world.say("north", notice(volume(), notice=PLAN)).message.thread)
    told = stands(world, world.say("south", notice(volume())).message.thread)
    ends = volume()
    closure = Closure(
        "Closed",
        (ends,),
        ClosureReason.HAZARD,
        Binding.ADVICE,
        ends.time_start + timedelta(minutes=30),
    )
    closed = stands(world, world.say("east", closure).message.thread)
    for other in (told, closed):
        turn = turn_of(world.state, other, plan)
        assert turn.thread == plan.thread
        assert "does not move" in turn.reason


def test_of_two_notices_the_rule_says_nothing(world: World) -> None:
    one = stands(world, world.say("north", notice(volume())).message.thread)
    other = stands(world, world.say("south", notice(volume())).message.thread)
    assert turn_of(world.state, one, other).thread is None


def test_what_flies_already_stays_where_it_was_filed(world: World) -> None:
    """A filed intent counts by the entry that filed it and by its state."""
    plan = stands(world, world.say("north", notice(volume(), notice=PLAN)).message.thread)
    extent = Extent((0x47B8440000000000,), 0.0, 500.0, START + 2 * HOUR, START + 3 * HOUR)
    for state, moves in (
        (IntentState.ACCEPTED, "filed-1"),
        (IntentState.ACTIVATED, plan.thread),
        (IntentState.NONCONFORMING, plan.thread),
    ):
        filed = Filed("filed-1", "south", EntityKind.INTENT, 99, (extent,), state)
        world.line.take_filed(filed, world.now)
        assert turn_of(world.state, plan, stands(world, "filed-1")).thread == moves


def test_only_what_has_a_place_and_no_site_can_be_proposed(world: World) -> None:
    plan = world.say("north", notice(volume(), notice=PLAN)).message.thread
    nowhere = world.say("north", unlocated()).message.thread
    assert can_propose(world.state, plan)
    assert not can_propose(world.state, nowhere)
    assert not can_propose(world.state, "none")
