"""Agreements that change while threads are open: a party goes, a party comes, terms change."""

from dataclasses import replace
from typing import Any

import pytest

from openline.errors import InvalidInput, InvariantBroken
from openline.line.agreement import Agreement
from openline.line.duty import DutyKind
from openline.line.event import LinkChanged, Overdue
from openline.line.message.bodies import Amend, Breach, Cancel, Clarify, Disposition, Query
from openline.line.message.kind import AnswerCode, Asks, DispositionState, Missing
from openline.line.thread import Step
from tests.line_world import DAY, HOUR, MINUTE, START, World, agreement, circle, notice, volume


def without(name: str, version: int = 2, **changes: Any) -> Agreement:
    agreed = agreement(version)
    parties = tuple(one for one in agreed.parties if one.id != name)
    return replace(agreed, parties=parties, **changes)


def test_who_is_no_party_any_more_owes_nothing_and_says_nothing() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    world.receipt("south", first)
    world.agree(without("east"))
    assert world.side(first, "east").step is Step.CLOSED
    assert world.thread(first).state is Step.READ
    assert not [one for one in world.state.duties.values() if one.duty.owes == "east"]
    with pytest.raises(InvalidInput) as caught:
        world.receipt("east", first)
    assert caught.value.facts["field"] == "from"
    world.sleep(HOUR)
    assert {event.owes for event in world.events(Overdue)} <= {"south", "north"}


def test_a_notice_is_amended_and_cancelled_though_one_reader_is_gone() -> None:
    world = World()
    first = world.say("north", notice())
    world.agree(without("east"))
    world.say("north", Amend(notice(volume(circle(54.2)))), thread=first.message.thread)
    assert world.side(first, "east").step is Step.CLOSED
    assert world.side(first, "south").step is Step.SENT
    assert world.duty(first, DutyKind.READ, "east") is None
    world.say("north", Cancel(), thread=first.message.thread)
    assert first.message.id not in world.state.notices


def test_a_notice_whose_sender_is_gone_stands_until_its_end() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    world.agree(without("north"))
    assert first.message.id in world.state.notices
    assert not [one for one in world.state.duties if one.startswith(first.message.thread)]
    with pytest.raises(InvalidInput, match="no party any more"):
        world.say("south", Clarify((Missing.TIME,)), thread=first.message.thread)
    world.answer("south", first, AnswerCode.WILL_COMPLY)  # for east, who has it too
    world.sleep(3 * HOUR)
    assert first.message.id not in world.state.notices


def test_who_comes_back_is_a_party_again() -> None:
    world = World()
    first = world.say("north", notice())
    world.agree(without("east"))
    world.agree(agreement(3))
    world.say("east", Query("what did we miss?"))
    world.receipt("east", first)
    assert world.side(first, "east").step is Step.CLOSED
    assert world.state.party("east").sequences.last == 2


def test_a_breach_is_settled_by_those_who_are_left() -> None:
    world = World()
    breach = world.say("north", Breach("notice", START, "none was given"))
    world.agree(without("east"))
    for party in ("north", "south"):
        world.say(party, Disposition(DispositionState.SETTLED), thread=breach.message.thread)
    assert not world.thread(breach).standing


def test_deadlines_that_run_keep_their_terms_and_new_ones_have_the_new() -> None:
    world = World()
    old = world.say("north", notice())
    terms = replace(agreement().notice, read_within=HOUR)
    world.agree(agreement(2, notice=terms))
    new = world.say("north", notice())
    due = [world.duty(one, DutyKind.READ, "south") for one in (old, new)]
    assert [one and one.duty.due for one in due] == [START + 5 * MINUTE, START + HOUR]


def test_another_key_changes_no_thread() -> None:
    """Keys are checked before the line sees a message: to the line a party is its id."""
    world = World()
    first = world.say("north", notice())
    parties = tuple(
        replace(one, public_key=one.name.encode().ljust(32, b"+")) for one in agreement().parties
    )
    world.agree(agreement(2, parties=parties))
    world.receipt("south", first)
    assert world.side(first, "south").step is Step.READ


def test_a_gone_party_is_not_told_of_links_and_its_own_is_not_watched() -> None:
    world = World()
    world.say("east", Query("?"))
    world.agree(without("east"))
    world.say("north", Query("?"))
    world.sleep(DAY)
    later = [event for at, event in world.said(LinkChanged) if at > 0]
    assert {event.party for event in later} == {"north"}
    assert all("east" not in event.parties for event in later)


def test_a_version_is_taken_once() -> None:
    world = World()
    with pytest.raises(InvariantBroken):
        world.agree(agreement(1))
