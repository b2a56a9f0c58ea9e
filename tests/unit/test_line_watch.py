"""ALERT_STATE, SUSPEND, RESUME, HANDOVER."""

import pytest

from openline.errors import InvalidInput
from openline.line.duty import DutyKind
from openline.line.event import Alarm
from openline.line.message.bodies import AlertState, Body, Handover, Resume, Suspend
from openline.line.message.kind import AlertLevel, AnswerCode, Asks
from tests.line_world import DAY, HOUR, MINUTE, SECOND, START, World, notice


def test_a_state_of_alert_is_told_without_any_detail() -> None:
    """2020: alert state, open sky, no notice at all."""
    world = World()
    assert world.state.party("north").alert is None
    raised = world.say("north", AlertState(AlertLevel.RAISED))
    assert world.state.party("north").alert is AlertLevel.RAISED
    assert world.duty(raised, DutyKind.READ, "south") is not None
    normal = world.say("north", AlertState(AlertLevel.NORMAL))
    assert world.state.party("north").alert is AlertLevel.NORMAL
    assert world.duty(normal, DutyKind.READ, "south") is None
    assert AlertState.__slots__ == ("level",)


@pytest.mark.parametrize("second", ["Ada", "ada", " Ada ", "ADA"])
def test_two_different_persons_suspend_and_resume(second: str) -> None:
    world = World()
    for body in (Suspend(second), Resume(second)):
        with pytest.raises(InvalidInput) as caught:
            world.say("north", body)
        assert caught.value.facts["field"] == "second_officer"
    for other in (Suspend("Abe"), Resume("Abe"), Handover("Abe")):
        with pytest.raises(InvalidInput) as caught:
            world.say("north", other, officer=None)
        assert caught.value.facts["field"] == "officer"


def test_who_suspended_resumes_and_nobody_else() -> None:
    world = World()
    world.say("north", Suspend("Abe"))
    assert world.state.party("north").suspended_since == START
    with pytest.raises(InvalidInput, match="already"):
        world.say("north", Suspend("Abe"))
    with pytest.raises(InvalidInput, match="has not suspended"):
        world.say("south", Resume("Bea"))
    world.sleep(HOUR)
    world.say("north", Resume("Abe"))
    assert world.state.party("north").suspended_since is None
    world.say("north", notice())


@pytest.mark.parametrize("body", [Suspend("Abe"), Resume("Abe")])
def test_everybody_is_told_of_a_suspension(body: Body) -> None:
    world = World()
    if isinstance(body, Resume):
        world.say("north", Suspend("Abe"))
    with pytest.raises(InvalidInput, match="east"):
        world.say("north", body, recipients=("south",))


def test_the_clock_of_what_cannot_be_said_stands_still() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE), recipients=("south",))
    world.sleep(MINUTE)
    world.say("south", Suspend("Bea"))
    world.sleep(6 * HOUR)  # the answer was due at 14:00, an hour before the notice ended
    assert [what for _, owes, what in world.overdue() if owes == "south"].count("read") == 1
    assert "answer" not in [what for _, _, what in world.overdue()]
    assert world.alarms(DutyKind.ANSWER) == []
    assert first.message.thread not in world.state.notices


def test_after_a_resumption_there_is_as_much_time_as_before_it() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE), recipients=("south",))
    world.sleep(HOUR)
    world.say("south", Suspend("Bea"))
    world.sleep(90 * MINUTE)
    world.say("south", Resume("Bea"))
    duty = world.duty(first, DutyKind.ANSWER, "south")
    assert duty is not None
    assert duty.duty.due == START + 2 * HOUR + 90 * MINUTE
    read = world.duty(first, DutyKind.READ, "south")
    assert read is not None, "it could have been read: that clock went on"
    assert read.duty.due == START + 5 * MINUTE
    world.sleep(30 * MINUTE - SECOND)
    assert "answer" not in [what for _, _, what in world.overdue()]
    world.answer("south", first, AnswerCode.WILL_COMPLY)


def test_what_was_overdue_before_a_suspension_goes_on_after_it() -> None:
    world = World()
    world.say("north", notice(asks=Asks.STAY_OUTSIDE, time_end=START + DAY), recipients=("south",))
    world.sleep(3 * HOUR)
    before = [one.number for one in world.events(Alarm) if one.what is DutyKind.ANSWER]
    assert before == [1]
    world.say("south", Suspend("Bea"))
    world.sleep(3 * HOUR)
    world.say("south", Resume("Bea"))
    after = [one.number for one in world.events(Alarm) if one.what is DutyKind.ANSWER]
    assert after == [1, 2, 3]
    assert [what for _, _, what in world.overdue()].count("answer") == 1


def test_the_watch_goes_from_one_officer_to_the_next() -> None:
    world = World()
    with pytest.raises(InvalidInput):
        world.say("north", Handover("ada"))
    world.say("north", Handover("Abe"))
    assert world.state.party("north").officer == "Abe"
    assert world.state.party("south").officer is None
