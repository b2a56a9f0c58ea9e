"""NOTIFY, AMEND, CANCEL, CLARIFY: what is owed, what is asked, what ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from openline.errors import InvalidInput, PermissionDenied
from openline.line.duty import DutyKind
from openline.line.event import ClarifyAsked, EndCause, Ended, Overdue, Stale
from openline.line.message.bodies import Amend, Cancel, Clarify, FieldContact, Notify, Query
from openline.line.message.kind import AnswerCode, Asks, Missing, NoticeKind, ReceiptKind
from openline.line.thread import Step
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

SITE = notice(volume(start=START, end=START + 90 * DAY), notice=NoticeKind.SITE, confirmed_by="Zoe")


def test_a_notice_without_a_place_asks_for_it_and_may_be_answered_continuing_as_planned() -> None:
    """2015: the first notice gave no place, and the other side went on as planned."""
    world = World()
    first = world.say("north", unlocated())
    (asked,) = world.events(ClarifyAsked)
    assert asked.thread == first.message.id
    assert asked.missing == (Missing.PLACE, Missing.ALTITUDE)
    assert set(asked.parties) == {"north", "south", "east"}
    assert world.duty(first, DutyKind.CLARIFICATION, "north") is not None
    world.answer("south", first, AnswerCode.CONTINUING_AS_PLANNED)
    answer = world.side(first, "south").answer
    assert answer is not None
    assert answer.code is AnswerCode.CONTINUING_AS_PLANNED
    world.sleep(5 * MINUTE)
    assert (300.0, "north", "clarification") in world.overdue()
    assert world.thread(first).overdue
    world.say("north", Amend(notice(asks=Asks.STAY_OUTSIDE)), thread=first.message.thread)
    assert world.duty(first, DutyKind.CLARIFICATION, "north") is None
    assert not world.thread(first).overdue
    assert world.side(first, "south").answer is None, "another notice, another answer"


def test_an_amendment_without_a_place_leaves_the_question_open() -> None:
    world = World()
    first = world.say("north", unlocated())
    world.sleep(MINUTE)
    later = unlocated(START + 3 * HOUR)
    world.say("north", Amend(later), thread=first.message.thread)
    duty = world.duty(first, DutyKind.CLARIFICATION, "north")
    assert duty is not None
    assert duty.duty.since == START, "asked for since the first notice"


@pytest.mark.parametrize(
    ("lead", "late"), [(HOUR, False), (HOUR - SECOND, True), (MINUTE, True), (-MINUTE, True)]
)
def test_the_lead_time_is_told_and_a_late_notice_is_taken(lead: timedelta, late: bool) -> None:
    """2018: less than a minute of warning, against a much longer one."""
    world = World()
    first = world.say("north", notice(volume(start=START + lead, end=START + 2 * HOUR)))
    assert first.marks.lead_time == lead
    assert first.marks.late is late
    assert first.message.id in world.state.notices


def test_a_place_that_stands_is_not_late() -> None:
    world = World()
    assert not world.say("north", SITE).marks.late


def test_what_a_notice_owes() -> None:
    world = World(agreement(notice=replace(agreement().notice, disseminated_within=30 * MINUTE)))
    first = world.say("north", notice(asks=Asks.KEEP_MINIMA))
    for party in ("south", "east"):
        due = {
            kind: found.duty.due - START
            for kind in DutyKind
            if (found := world.duty(first, kind, party)) is not None
        }
        assert due == {
            DutyKind.DELIVERED: MINUTE,
            DutyKind.READ: 5 * MINUTE,
            DutyKind.DISSEMINATED: 30 * MINUTE,
            DutyKind.ANSWER: 2 * HOUR,
        }


def test_an_answer_to_a_notice_that_begins_at_once_is_owed_when_it_has_to_be_read() -> None:
    world = World()
    first = world.say("north", notice(volume(start=START), asks=Asks.STAY_OUTSIDE))
    duty = world.duty(first, DutyKind.ANSWER, "south")
    assert duty is not None
    assert duty.duty.due == START + 5 * MINUTE


def test_an_amendment_renews_what_is_owed() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    world.answer("south", first, AnswerCode.WILL_COMPLY)
    world.sleep(10 * MINUTE)
    amended = world.say(
        "north",
        Amend(notice(volume(circle(54.2)), asks=Asks.STAY_OUTSIDE)),
        thread=first.message.thread,
    )
    assert world.thread(first).current == amended.message.id
    assert world.thread(first).state is Step.SENT
    assert not world.thread(first).overdue
    for party in ("south", "east"):
        duty = world.duty(first, DutyKind.READ, party)
        assert duty is not None
        assert duty.duty.due == START + 15 * MINUTE
        assert world.duty(first, DutyKind.ANSWER, party) is not None
    world.receipt("south", first)  # of what is no more the notice
    assert world.side(first, "south").step is Step.SENT
    world.receipt("south", amended)
    assert world.side(first, "south").step is Step.READ
    with pytest.raises(InvalidInput, match="amended since"):
        world.answer("south", first, AnswerCode.WILL_COMPLY)


def test_an_amendment_goes_to_all_who_have_the_notice() -> None:
    world = World()
    first = world.say("north", notice())
    for body in (Amend(notice(volume(circle(54.2)))), Cancel()):
        with pytest.raises(InvalidInput, match="east"):
            world.say("north", body, thread=first.message.thread, recipients=("south",))


def test_only_its_sender_amends_or_cancels_a_notice_and_only_while_it_stands() -> None:
    world = World()
    first = world.say("north", notice())
    for body in (Amend(notice(volume(circle(54.2)))), Cancel()):
        with pytest.raises(PermissionDenied, match="north"):
            world.say("south", body, thread=first.message.thread)
    world.say("north", Cancel(), thread=first.message.thread)
    for body in (Amend(notice()), Cancel()):
        with pytest.raises(InvalidInput, match="cancelled already"):
            world.say("north", body, thread=first.message.thread)


def test_a_volume_does_not_become_a_site() -> None:
    world = World()
    first = world.say("north", notice())
    with pytest.raises(InvalidInput) as caught:
        world.say("north", Amend(SITE), thread=first.message.thread)
    assert caught.value.facts["field"] == "notice"


def test_a_notice_that_is_cancelled_ends_for_all_and_nothing_is_owed() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    world.sleep(5 * MINUTE)
    assert world.thread(first).overdue
    world.say("north", Cancel(), thread=first.message.thread)
    assert world.events(Ended) == [
        Ended(first.message.id, ("north", "south", "east"), EndCause.CANCELLED)
    ]
    assert world.thread(first).state is Step.CLOSED
    assert not world.thread(first).overdue
    assert first.message.id not in world.state.notices
    assert not [one for one in world.state.duties if one.startswith(first.message.id)]
    said = len(world.events())
    world.sleep(20 * MINUTE)
    assert len(world.events()) == said


def test_a_notice_ends_at_its_end_and_one_that_was_prolonged_later() -> None:
    world = World()
    first = world.say("north", notice())
    second = world.say("north", notice())
    longer = notice(volume(end=START + 4 * HOUR))
    world.say("north", Amend(longer), thread=second.message.thread)
    world.sleep(5 * HOUR)
    ended = [(at, one.thread) for at, one in world.said(Ended)]
    assert ended == [(3 * 3600.0, first.message.id), (4 * 3600.0, second.message.id)]


def test_what_ended_while_nobody_looked_was_not_overdue_after_its_end() -> None:
    world = World()
    first = world.say("north", notice(volume(start=START, end=START + 2 * MINUTE)))
    world.jump(DAY)
    found = [(owes, what) for _, owes, what in world.overdue() if what != "line_check_human"]
    assert found == [("east", "delivered"), ("south", "delivered")], "READ was due after the end"
    assert first.message.id not in world.state.notices


def test_what_is_due_in_the_instant_of_the_end_is_not_overdue() -> None:
    world = World()
    world.say("north", notice(volume(start=START, end=START + MINUTE)))
    world.sleep(HOUR)
    assert world.overdue() == []
    assert [at for at, _ in world.said(Ended)] == [60.0]


def test_a_site_is_confirmed_by_two_persons() -> None:
    """2016-19: lists with wrong places."""
    world = World()
    for officer, second in (("Ada", "Ada"), ("Ada", " ada "), (None, "Zoe")):
        with pytest.raises(InvalidInput) as caught:
            world.say("north", replace(SITE, confirmed_by=second), officer=officer)
        assert caught.value.facts["field"] in ("confirmed_by", "officer")
    world.say("north", SITE)


def test_a_site_that_nobody_confirms_grows_stale_and_stands() -> None:
    """2016-19: lists went stale."""
    world = World()
    first = world.say("north", SITE)
    for reader in ("south", "east"):
        world.receipt(reader, first)
    world.sleep(20 * DAY)
    amended = world.say("north", Amend(SITE), thread=first.message.thread)
    assert world.side(first, "south").step is Step.READ, "the same again is not to be read again"
    assert world.thread(first).current == first.message.id
    assert world.state.notices[first.message.id].version == 1
    assert amended.marks.lead_time is None
    world.sleep(20 * DAY)
    assert world.events(Stale) == []
    world.sleep(11 * DAY)
    assert [at for at, _ in world.said(Stale)] == [50 * 86400.0]
    assert [one.what for one in world.events(Overdue)][-1] is DutyKind.SITE_CONFIRMATION
    assert world.state.notices[first.message.id].stale
    world.say("north", Amend(SITE), thread=first.message.thread)
    assert not world.state.notices[first.message.id].stale
    assert not world.thread(first).overdue


def test_a_contact_on_the_spot_is_tested_before_the_start() -> None:
    """2024: calls to the vehicles failed."""
    world = World()
    contact = FieldContact("driver", "+1")
    convoy = notice(notice=NoticeKind.MOVEMENT, contact=contact)
    first = world.say("north", convoy)
    duty = world.duty(first, DutyKind.CONTACT_TEST, "north")
    assert duty is not None
    assert duty.duty.due == START + 2 * HOUR
    tested = replace(convoy, contact=replace(contact, tested_at=START))
    world.say("north", Amend(tested), thread=first.message.thread)
    assert world.duty(first, DutyKind.CONTACT_TEST, "north") is None
    later = replace(convoy, contact=replace(contact, tested_at=START + DAY))
    with pytest.raises(InvalidInput, match="future"):
        world.say("north", later)


def test_an_untested_contact_is_overdue_at_the_start_for_both_sides() -> None:
    world = World()
    world.say("north", notice(notice=NoticeKind.MOVEMENT, contact=FieldContact("driver", "+1")))
    world.sleep(2 * HOUR)
    (found,) = [one for one in world.events(Overdue) if one.what is DutyKind.CONTACT_TEST]
    assert set(found.parties) == {"north", "south", "east"}


def test_a_question_for_what_is_open_is_owed_to_each_who_asks() -> None:
    world = World()
    first = world.say("north", notice())
    world.say("south", Clarify((Missing.ALTITUDE,)), thread=first.message.thread)
    world.sleep(MINUTE)
    world.say("east", Clarify((Missing.TIME,)), thread=first.message.thread)
    duty = world.duty(first, DutyKind.CLARIFICATION, "north")
    assert duty is not None
    assert duty.duty.owed_to == ("south", "east")
    assert duty.duty.due == START + 5 * MINUTE
    world.sleep(5 * MINUTE)
    (found,) = [one for one in world.events(Overdue) if one.what is DutyKind.CLARIFICATION]
    assert found.parties == ("north", "south", "east")


@pytest.mark.parametrize(
    ("sender", "to"),
    [("north", ("south",)), ("south", ("east",))],
    ids=["own", "not to its opener"],
)
def test_a_question_that_asks_nobody_is_refused(sender: str, to: tuple[str, ...]) -> None:
    world = World()
    first = world.say("north", notice())
    with pytest.raises(InvalidInput):
        world.say(sender, Clarify((Missing.TIME,)), thread=first.message.thread, recipients=to)


def test_there_is_nothing_to_clarify_or_cancel_in_other_threads() -> None:
    world = World()
    asked = world.say("north", Query("why?"))
    with pytest.raises(InvalidInput):
        world.say("south", Clarify((Missing.TIME,)), thread=asked.message.thread)
    with pytest.raises(InvalidInput):
        world.say("north", Amend(notice()), thread=asked.message.thread)
    world.say("north", Cancel(), thread=asked.message.thread)
    assert world.duty(asked, DutyKind.QUERY_ANSWER, "south") is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (notice(volume(start=START - 2 * HOUR, end=START)), "time_end"),
        (notice(flight_class="glider"), "flight_class"),
    ],
)
def test_a_notice_that_says_nothing_of_use_is_refused(body: Notify, field: str) -> None:
    world = World()
    with pytest.raises(InvalidInput) as caught:
        world.say("north", body)
    assert caught.value.facts["field"] == field


def test_receipts_of_one_recipient_say_nothing_of_another() -> None:
    """2016-19: a record of who got which version."""
    world = World()
    first = world.say("north", notice())
    world.receipt("south", first, ReceiptKind.DELIVERED)
    assert world.thread(first).state is Step.SENT
    world.receipt("east", first)
    assert world.thread(first).state is Step.RECEIVED
    world.receipt("south", first)
    assert world.thread(first).state is Step.READ
