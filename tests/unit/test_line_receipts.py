"""RECEIPT, READBACK, ANSWER: four receipts kept apart, what was understood, what is answered."""

from dataclasses import replace
from datetime import datetime

import pytest

from openline.errors import InvalidInput
from openline.geo.position import Position
from openline.line.agreement import Channel
from openline.line.duty import DutyKind
from openline.line.event import Alarm
from openline.line.message.bodies import (
    AlertState,
    Body,
    Cancel,
    Closure,
    PassedTo,
    Query,
    Readback,
    Receipt,
    Talk,
    Urgent,
)
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    Asks,
    Binding,
    ClosureReason,
    ReceiptKind,
    UnableReason,
    UrgentAction,
)
from openline.line.thread import MessageEntry, Step
from tests.line_world import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    START,
    World,
    agreement,
    circle,
    notice,
    unlocated,
    volume,
)

HERE = Position(54.0, 7.0)


def terms() -> World:
    return World(agreement(notice=replace(agreement().notice, disseminated_within=30 * MINUTE)))


def owed(world: World, of: MessageEntry, party: str) -> set[DutyKind]:
    return {kind for kind in DutyKind if world.duty(of, kind, party) is not None}


def test_four_receipts_are_kept_apart() -> None:
    """2024: the word did not reach the crew; not disseminated is visible to the sender."""
    world = terms()
    first = world.say("north", notice())
    side = world.side(first, "south")
    everything = {DutyKind.DELIVERED, DutyKind.READ, DutyKind.DISSEMINATED}
    assert (side.step, owed(world, first, "south")) == (Step.SENT, everything)
    world.receipt("south", first, ReceiptKind.DELIVERED)
    assert side.step is Step.RECEIVED
    assert owed(world, first, "south") == everything - {DutyKind.DELIVERED}
    world.sleep(MINUTE)
    world.receipt("south", first, ReceiptKind.READ)
    assert side.times == {Step.RECEIVED: START, Step.READ: START + MINUTE}
    assert owed(world, first, "south") == {DutyKind.DISSEMINATED}
    assert side.disseminated is None
    waiting = (PassedTo("crew 1", world.now), PassedTo("crew 2"))
    world.receipt("south", first, ReceiptKind.DISSEMINATED, passed_to=waiting)
    assert owed(world, first, "south") == {DutyKind.DISSEMINATED}, "one crew has not received it"
    world.sleep(30 * MINUTE)
    assert (1800.0, "south", "disseminated") in world.overdue()
    told = (PassedTo("crew 1", START), PassedTo("crew 2", world.now))
    world.receipt("south", first, ReceiptKind.DISSEMINATED, passed_to=told)
    assert owed(world, first, "south") == set()
    assert not side.overdue


def test_unable_is_seen_and_what_is_owed_stays_owed() -> None:
    world = terms()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    world.receipt("south", first, ReceiptKind.UNABLE)
    side = world.side(first, "south")
    assert side.unable is not None
    assert side.unable.reason is UnableReason.NO_CONTACT
    assert owed(world, first, "south") == {DutyKind.DISSEMINATED, DutyKind.ANSWER}
    world.receipt("south", first, ReceiptKind.DISSEMINATED)
    assert side.unable is None


def test_a_machine_does_not_read() -> None:
    world = terms()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    with pytest.raises(InvalidInput) as caught:
        world.receipt("south", first, ReceiptKind.READ, officer=None)
    assert caught.value.facts["field"] == "officer"
    world.receipt("south", first, ReceiptKind.DISSEMINATED, officer=None)
    world.answer("south", first, AnswerCode.WILL_COMPLY, officer=None)
    assert owed(world, first, "south") == {DutyKind.READ}
    assert Step.READ not in world.side(first, "south").times


def test_a_receipt_is_for_a_message_that_its_sender_got() -> None:
    world = World()
    first = world.say("north", notice())
    query = world.say("north", Query("why?"), recipients=("south",))
    refused = [
        ("south", "nothing", first.message.thread),
        ("south", query.message.id, first.message.thread),
        ("north", first.message.id, first.message.thread),
    ]
    for sender, of, thread in refused:
        with pytest.raises(InvalidInput) as caught:
            world.say(sender, Receipt(ReceiptKind.DELIVERED, of), thread=thread)
        assert caught.value.facts["field"] == "of"
    with pytest.raises(InvalidInput, match="north"):
        world.receipt("south", first, recipients=("east",))


def test_a_receipt_for_what_was_not_sent_to_its_sender_is_refused_as_unknown() -> None:
    world = World()
    first = world.say("north", notice())
    aside = world.receipt("south", first, recipients=("north",))
    with pytest.raises(InvalidInput, match="no such message"):
        world.receipt("east", aside)


def test_a_crew_does_not_receive_in_the_future() -> None:
    world = World()
    first = world.say("north", notice())
    with pytest.raises(InvalidInput, match="future"):
        world.receipt(
            "south", first, ReceiptKind.DISSEMINATED, passed_to=(PassedTo("crew", START + HOUR),)
        )


def test_receipts_come_in_any_order_and_after_the_end() -> None:
    world = World()
    first = world.say("north", notice())
    world.receipt("south", first, ReceiptKind.READ)
    world.receipt("south", first, ReceiptKind.DELIVERED)
    assert world.side(first, "south").step is Step.READ
    world.say("north", Cancel(), thread=first.message.thread)
    world.receipt("east", first)
    assert world.side(first, "east").step is Step.CLOSED
    assert world.thread(first).state is Step.CLOSED


def read_back(
    of: MessageEntry,
    place: Position = HERE,
    lower_m: float = 0.0,
    upper_m: float = 1_000.0,
    start: datetime = START + 2 * HOUR,
    end: datetime = START + 3 * HOUR,
) -> Readback:
    return Readback(of.message.id, place, lower_m, upper_m, start, end)


# 0.08 degrees of latitude are 8.9 km (111.3 km to a degree at 54 N by the WGS-84 meridian).
@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, ()),
        ({"place": Position(54.008, 7.0)}, ()),
        ({"place": Position(54.0098, 7.0)}, ("place",)),
        ({"place": Position(54.08, 7.0)}, ("place",)),
        ({"lower_m": 29.0, "upper_m": 971.0}, ()),
        ({"upper_m": 1_300.0}, ("altitude",)),
        ({"lower_m": -40.0}, ("altitude",)),
        ({"start": START + 2 * HOUR + MINUTE}, ()),
        ({"end": START + 4 * HOUR}, ("time",)),
        (
            {"place": Position(0.0, 0.0), "upper_m": 9.0, "start": START},
            ("place", "altitude", "time"),
        ),
    ],
)
@pytest.mark.parametrize("kind", ["notice", "closure", "urgent"])
def test_a_read_back_shows_what_was_understood(
    kind: str, changes: dict[str, object], wrong: tuple[str, ...]
) -> None:
    """2016: a place passed 9 km wrong."""
    world = World()
    where = volume()
    bodies: dict[str, Body] = {
        "notice": notice(where),
        "closure": Closure("field", (where,), ClosureReason.FIRE, Binding.AGREED, where.time_start),
        "urgent": Urgent(UrgentAction.STOP, (where,)),
    }
    first = world.say("north", bodies[kind])
    taken = world.say("south", read_back(first, **changes), thread=first.message.thread)  # type: ignore[arg-type]
    assert taken.marks.wrong == wrong
    assert world.side(first, "south").step is Step.READ


def test_the_distance_of_a_read_back_is_told() -> None:
    world = World()
    first = world.say("north", notice())
    taken = world.say("south", read_back(first, Position(54.08, 7.0)), thread=first.message.thread)
    assert taken.marks.distance_m == pytest.approx(8_904, abs=2)  # 0.08 deg of the meridian


def test_nothing_is_read_back_from_what_names_no_place() -> None:
    world = World()
    for body in (unlocated(), Query("why?"), Urgent(UrgentAction.HOLD)):
        first = world.say("north", body)
        with pytest.raises(InvalidInput, match="names no place"):
            world.say("south", read_back(first), thread=first.message.thread)


def test_the_place_of_an_urgent_call_is_read_back_by_itself() -> None:
    world = World()
    first = world.say("north", Urgent(UrgentAction.DISTRESS, position=Position(54.0, 7.0)))
    taken = world.say("south", read_back(first), thread=first.message.thread)
    assert taken.marks.wrong == ()
    assert taken.marks.distance_m == 0.0


# Answers


@pytest.mark.parametrize(
    "code",
    [AnswerCode.WILL_COMPLY, AnswerCode.WILL_ADJUST, AnswerCode.CONTINUING_AS_PLANNED],
)
def test_an_answer_is_kept_with_who_gave_it(code: AnswerCode) -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    world.answer("south", first, code, officer="Bo")
    side = world.side(first, "south")
    assert side.answer is not None
    assert (side.answer.code, side.answered_by, side.step) == (code, "Bo", Step.ANSWERED)
    assert owed(world, first, "south") == set()
    assert owed(world, first, "east") != set()


def test_another_answer_takes_the_place_of_the_first() -> None:
    world = World()
    first = world.say("north", notice())
    world.answer("south", first, AnswerCode.WILL_COMPLY)
    world.answer("south", first, AnswerCode.CONTINUING_AS_PLANNED)
    answer = world.side(first, "south").answer
    assert answer is not None
    assert answer.code is AnswerCode.CONTINUING_AS_PLANNED


def test_more_time_moves_the_deadline() -> None:
    world = World()
    first = world.say(
        "north", notice(volume(start=START, end=START + 3 * HOUR), asks=Asks.STAY_OUTSIDE)
    )
    world.sleep(6 * MINUTE)
    assert (300.0, "south", "answer") in world.overdue()
    world.answer("south", first, AnswerCode.NEED_MORE_TIME, until=world.now + HOUR)
    assert not world.side(first, "south").overdue
    world.sleep(HOUR - SECOND)
    assert [at for at, owes, what in world.overdue() if (owes, what) == ("south", "answer")] == [
        300
    ]
    world.sleep(SECOND)
    assert (3960.0, "south", "answer") in world.overdue()
    assert (3960.0, "south", "duty officer") in world.alarms(DutyKind.ANSWER)


@pytest.mark.parametrize(
    "until",
    [START, START - MINUTE, START + 3 * HOUR + SECOND],
    ids=["now", "past", "after the end"],
)
def test_time_that_is_of_no_use_is_not_asked_for(until: datetime) -> None:
    world = World()
    first = world.say("north", notice())
    with pytest.raises(InvalidInput) as caught:
        world.answer("south", first, AnswerCode.NEED_MORE_TIME, until=until)
    assert caught.value.facts["field"] == "until"


def test_who_asks_for_time_owes_an_answer_even_if_none_was_asked_for() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.NOTHING))
    assert DutyKind.ANSWER not in owed(world, first, "south")
    world.answer("south", first, AnswerCode.NEED_MORE_TIME, until=START + HOUR)
    assert DutyKind.ANSWER in owed(world, first, "south")


def test_what_is_referred_up_calls_the_next_step_at_once() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    world.sleep(MINUTE)
    world.answer("south", first, AnswerCode.REFER_UP)
    assert world.alarms(DutyKind.ANSWER) == [(60.0, "south", "cell chief")]
    world.sleep(MINUTE)
    world.answer("south", first, AnswerCode.REFER_UP, officer="Chief")
    world.answer("south", first, AnswerCode.REFER_UP, officer="Commander")
    assert world.alarms(DutyKind.ANSWER)[1:] == [(120.0, "south", "commander")]
    assert [one.number for one in world.events(Alarm) if one.what is DutyKind.ANSWER] == [2, 3]
    assert DutyKind.ANSWER in owed(world, first, "south")
    world.sleep(2 * HOUR)
    assert [at for at, owes, what in world.overdue() if (owes, what) == ("south", "answer")] == [
        7200
    ]
    assert len([one for one in world.alarms(DutyKind.ANSWER) if one[1] == "south"]) == 2


@pytest.mark.parametrize("code", [AnswerCode.WILL_COMPLY, AnswerCode.ANSWERED])
def test_a_question_is_answered_and_nothing_else_is(code: AnswerCode) -> None:
    world = World()
    query, first = world.say("north", Query("why?")), world.say("north", notice())
    wrong = first if code is AnswerCode.ANSWERED else query
    with pytest.raises(InvalidInput) as caught:
        world.answer("south", wrong, code, text="so")
    assert caught.value.facts["field"] == "code"


def test_what_asks_for_no_answer_gets_none() -> None:
    world = World()
    first = world.say("north", AlertState(AlertLevel.NORMAL))
    with pytest.raises(InvalidInput) as caught:
        world.answer("south", first, AnswerCode.WILL_COMPLY)
    assert caught.value.facts["field"] == "thread"
    second = world.say("north", notice(volume(circle(), START, START + MINUTE)))
    world.sleep(MINUTE)
    with pytest.raises(InvalidInput, match="ended already"):
        world.answer("south", second, AnswerCode.WILL_COMPLY)


def test_a_query_is_answered_within_days_and_sooner_if_it_is_urgent() -> None:
    """Border agreements: questions answered in 7 days, 2 if urgent."""
    world = World()
    for urgent, days in ((False, 7), (True, 2)):
        query = world.say("north", Query("why?", urgent=urgent))
        for reader in ("south", "east"):
            duty = world.duty(query, DutyKind.QUERY_ANSWER, reader)
            assert duty is not None
            assert duty.duty.due == START + days * DAY
        with pytest.raises(InvalidInput, match="of no use"):
            world.answer(
                "south", query, AnswerCode.NEED_MORE_TIME, until=START + days * DAY + MINUTE
            )
        world.answer("south", query, AnswerCode.ANSWERED, text="because")
        assert world.duty(query, DutyKind.QUERY_ANSWER, "south") is None
    world.sleep(8 * DAY)
    found = [(at / 86400, owes) for at, owes, what in world.overdue() if what == "query_answer"]
    assert found == [(2.0, "east"), (7.0, "east")]


def test_a_talk_is_answered_before_it_begins_and_over_after_it() -> None:
    world = World()
    talk = world.say("north", Talk(START + DAY, HOUR, Channel.VOICE))
    duty = world.duty(talk, DutyKind.ANSWER, "south")
    assert duty is not None
    assert duty.duty.due == START + DAY
    world.answer("south", talk, AnswerCode.WILL_COMPLY)
    world.sleep(DAY + HOUR)
    assert not world.thread(talk).standing
    with pytest.raises(InvalidInput, match="over already"):
        world.say("north", Talk(START, HOUR, Channel.VOICE))
