"""The box that tests of the line are played in does what it says."""

from openline.line.duty import DutyKind
from openline.line.event import Overdue
from openline.line.thread import Step
from tests.line_world import MINUTE, World, notice


def test_time_goes_by_in_steps_and_what_is_due_comes_at_its_own_time() -> None:
    world = World()
    first = world.say("north", notice())
    world.receipt("south", first)
    world.sleep(4 * MINUTE)
    assert world.side(first, "south").step is Step.READ
    assert world.overdue() == [(60.0, "east", DutyKind.DELIVERED)]
    assert [at for at, _ in world.said(Overdue)] == [60.0]


def test_machines_that_are_up_answer_and_those_that_are_down_do_not() -> None:
    world = World(machines=True)
    world.down.add("east")
    first = world.say("north", notice())
    assert world.side(first, "south").step is Step.RECEIVED
    assert world.side(first, "east").step is Step.SENT


def test_a_party_hears_what_it_was_sent_and_nothing_else() -> None:
    world = World()
    first = world.say("north", notice(), recipients=("south",))
    assert first not in world.heard("east")
    assert first in world.heard("south")
    assert first in world.heard("north")
