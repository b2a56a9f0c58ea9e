"""What one party says twice and arrives in the other order: the last word counts on both sides."""

from typing import Any

import pytest

from openline.errors import InvalidInput
from openline.line.board import ThreadView
from openline.line.message.bodies import (
    AlertState,
    Answer,
    Body,
    Handover,
    PassedTo,
    Receipt,
    Resume,
    Suspend,
)
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    Asks,
    ReceiptKind,
    UnableReason,
)
from openline.line.view import board
from tests.line_world import MINUTE, START, World, notice

COMPLY, GOING_ON = AnswerCode.WILL_COMPLY, AnswerCode.CONTINUING_AS_PLANNED
MORE_TIME = AnswerCode.NEED_MORE_TIME


def both_ways(*said: Body, thread: bool = True) -> tuple[World, World]:
    """North has asked something; south says these, which come in their order, and the other way."""
    worlds = World(), World()
    for world, order in zip(worlds, (1, -1), strict=True):
        first = world.say("north", notice(asks=Asks.STAY_OUTSIDE), recipients=("south",))
        place: dict[str, Any] = {"thread": first.message.thread} if thread else {}
        messages = [
            world.message("south", body, sequence=number, **place)
            for number, body in enumerate(said, 1)
        ]
        for message in messages[::order]:
            world.hear(message)
    return worlds


def thread_view(world: World, party: str) -> ThreadView:
    """The notice as a party sees it."""
    (found,) = board(world.state, party, world.now).threads
    return found


def answer(code: AnswerCode) -> Answer:
    until = START + 10 * MINUTE if code is MORE_TIME else None
    return Answer(code, "north-1", until)


@pytest.mark.parametrize(
    "codes",
    [(GOING_ON, COMPLY), (COMPLY, GOING_ON), (MORE_TIME, COMPLY), (AnswerCode.REFER_UP, GOING_ON)],
)
def test_the_last_answer_counts(codes: tuple[AnswerCode, AnswerCode]) -> None:
    for world in both_ways(*map(answer, codes)):
        (side,) = thread_view(world, "north").sides
        assert side.answer is codes[1]
        assert world.state.threads["north-1"].sides["south"].answer == answer(codes[1])
        owed = [name for name in world.state.duties if name.startswith("north-1/answer/")]
        assert owed == []


def test_more_time_that_was_asked_for_last_is_owed_until_then() -> None:
    for world in both_ways(answer(COMPLY), answer(MORE_TIME)):
        duty = world.state.duties["north-1/answer/south"].duty
        assert duty.due == START + 10 * MINUTE


def test_the_last_word_about_crews_counts() -> None:
    passed = Receipt(ReceiptKind.DISSEMINATED, "north-1", (PassedTo("crew", START),))
    unable = Receipt(ReceiptKind.UNABLE, "north-1", reason=UnableReason.NO_CONTACT)
    for world in both_ways(unable, passed):
        side = world.state.threads["north-1"].sides["south"]
        assert (side.disseminated, side.unable) == (passed, None)
    for world in both_ways(passed, unable):
        assert world.state.threads["north-1"].sides["south"].unable == unable


def test_the_last_word_of_a_party_about_itself_counts() -> None:
    raised, normal = AlertState(AlertLevel.RAISED), AlertState(AlertLevel.NORMAL)
    for world in both_ways(raised, normal, thread=False):
        assert world.state.party("south").alert is AlertLevel.NORMAL
    for world in both_ways(Handover("Eve"), Handover("Finn"), thread=False):
        assert world.state.party("south").officer == "Finn"


def test_a_line_that_goes_on_again_is_not_suspended_by_what_comes_after() -> None:
    for world in both_ways(Suspend("Eve"), Resume("Eve"), thread=False):
        assert world.state.party("south").suspended_since is None
    for world in both_ways(Suspend("Eve"), Resume("Eve"), Suspend("Eve"), thread=False):
        assert world.state.party("south").suspended_since is not None


def test_who_says_it_out_of_turn_is_told_so() -> None:
    world = World()
    with pytest.raises(InvalidInput, match="not suspended"):
        world.say("south", Resume("Eve"))
