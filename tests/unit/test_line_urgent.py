"""URGENT: the alarm goes up the ladder until a person has it."""

from itertools import pairwise

import pytest

from openline.line.duty import DutyKind
from openline.line.event import Alarm, Overdue
from openline.line.message.bodies import Cancel, Clarify, Suspend, Urgent
from openline.line.message.kind import AnswerCode, Missing, ReceiptKind, UrgentAction
from openline.line.thread import MessageEntry
from tests.line_world import DAY, HOUR, MINUTE, SECOND, START, World

STOP = Urgent(UrgentAction.STOP)
ACKNOWLEDGEMENT = DutyKind.URGENT_ACKNOWLEDGEMENT


def called(world: World) -> MessageEntry:
    return world.say("north", STOP, recipients=("south",))


def test_the_stop_call_does_not_wait_for_a_named_officer() -> None:
    """2016: the stop call waited 27 minutes for a named officer."""
    world = World()
    call = called(world)
    world.receipt("south", call, ReceiptKind.DELIVERED)
    world.sleep(27 * MINUTE)
    alarms = [(at, role) for at, _, role in world.alarms(ACKNOWLEDGEMENT)]
    assert alarms[:5] == [
        (10.0, "duty officer"),
        (30.0, "duty officer"),
        (60.0, "duty officer"),
        (90.0, "cell chief"),
        (120.0, "commander"),
    ]
    # Then the last step again and again, each time after twice as long: 60, 120, 240, 480 s.
    assert alarms[5:] == [(at, "commander") for at in (180.0, 300.0, 540.0, 1020.0)]
    (overdue,) = [one for one in world.events(Overdue) if one.what is ACKNOWLEDGEMENT]
    assert overdue.due == START + MINUTE
    assert set(overdue.parties) == {"north", "south"}
    world.receipt("south", call, ReceiptKind.READ, officer="anybody on watch")
    said = len(world.alarms())
    world.sleep(DAY)
    assert len(world.alarms(ACKNOWLEDGEMENT)) == len(alarms)
    assert len(world.alarms()) >= said


def test_it_insists_at_least_every_hour() -> None:
    world = World()
    called(world)
    world.sleep(12 * HOUR)
    times = [at for at, _, _ in world.alarms(ACKNOWLEDGEMENT)]
    assert max(b - a for a, b in pairwise(times)) == 3600.0
    assert times[-1] > 11 * 3600


def test_a_server_that_was_down_calls_every_step_and_once_more() -> None:
    world = World()
    called(world)
    world.jump(12 * HOUR)
    alarms = [one for one in world.events(Alarm) if one.what is ACKNOWLEDGEMENT]
    assert [one.ladder_role for one in alarms] == [
        *["duty officer"] * 3,
        "cell chief",
        "commander",
        "commander",
    ]
    assert alarms[-1].number > 6
    world.sleep(HOUR)
    assert len([one for one in world.events(Alarm) if one.what is ACKNOWLEDGEMENT]) == 7


@pytest.mark.parametrize("way", ["receipt", "unable", "answer", "need more time"])
def test_a_person_stops_it(way: str) -> None:
    world = World()
    call = called(world)
    world.sleep(20 * SECOND)
    match way:
        case "receipt":
            world.receipt("south", call)
        case "unable":
            world.receipt("south", call, ReceiptKind.UNABLE)
        case "answer":
            world.answer("south", call, AnswerCode.WILL_COMPLY)
        case _:
            world.answer("south", call, AnswerCode.NEED_MORE_TIME, until=START + MINUTE)
    world.sleep(HOUR)
    assert world.alarms(ACKNOWLEDGEMENT) == [(10.0, "south", "duty officer")]


def test_a_machine_does_not_stop_it() -> None:
    world = World()
    call = called(world)
    world.receipt("south", call, ReceiptKind.DELIVERED)
    world.receipt("south", call, ReceiptKind.DISSEMINATED, officer=None)
    world.answer("south", call, AnswerCode.WILL_COMPLY, officer=None)
    world.sleep(MINUTE)
    assert len(world.alarms(ACKNOWLEDGEMENT)) == 3


def test_each_recipient_has_an_alarm_of_its_own() -> None:
    world = World()
    call = world.say("north", STOP)
    world.sleep(20 * SECOND)
    world.receipt("south", call)
    world.sleep(15 * SECOND)
    assert [(at, owes) for at, owes, _ in world.alarms(ACKNOWLEDGEMENT)] == [
        (10.0, "east"),
        (10.0, "south"),
        (30.0, "east"),
    ]


def test_an_officer_who_refers_it_up_has_the_next_step_called_at_once() -> None:
    world = World()
    call = called(world)
    world.sleep(5 * SECOND)
    world.answer("south", call, AnswerCode.REFER_UP)
    assert world.alarms() == [(5.0, "south", "cell chief")]
    world.sleep(2 * MINUTE)
    assert world.duty(call, ACKNOWLEDGEMENT, "south") is None
    answer = DutyKind.ANSWER
    assert (65.0, "south", "answer") in world.overdue()
    assert world.alarms(answer)[1:] == [(125.0, "south", "commander")]
    world.answer("south", call, AnswerCode.WILL_COMPLY, officer="Chief")
    assert world.duty(call, answer, "south") is None


def test_it_works_while_the_line_is_suspended() -> None:
    world = World()
    world.say("south", Suspend("Bea"))
    world.say("north", Suspend("Abe"))
    call = called(world)
    world.sleep(20 * SECOND)
    assert len(world.alarms(ACKNOWLEDGEMENT)) == 1
    world.say("south", Clarify((Missing.PLACE,)), thread=call.message.thread)
    world.answer("south", call, AnswerCode.REFER_UP)
    world.sleep(10 * MINUTE)
    assert (320.0, "north", "clarification") in world.overdue()
    assert [what for _, owes, what in world.overdue() if what == "answer"] == ["answer"]


def test_a_call_that_is_withdrawn_is_silent() -> None:
    world = World()
    call = called(world)
    world.sleep(20 * SECOND)
    world.say("north", Cancel(), thread=call.message.thread)
    world.sleep(HOUR)
    assert len(world.alarms(ACKNOWLEDGEMENT)) == 1


def test_what_was_asked_of_a_call_is_answered_by_a_better_one() -> None:
    world = World()
    call = called(world)
    world.say("south", Clarify((Missing.PLACE,)), thread=call.message.thread)
    assert world.duty(call, DutyKind.CLARIFICATION, "north") is not None
    world.say("south", Urgent(UrgentAction.STOP, about=call.message.thread))
    assert world.duty(call, DutyKind.CLARIFICATION, "north") is not None
    world.say("north", Urgent(UrgentAction.STOP, about=call.message.thread))
    assert world.duty(call, DutyKind.CLARIFICATION, "north") is None


def test_what_it_is_about_never_refuses_it() -> None:
    world = World()
    world.say("north", Urgent(UrgentAction.HOLD, about="nothing that is known"))
