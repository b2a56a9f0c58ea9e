"""Proposals on a conflict, from the offer to the amendment, as both sides see them."""

import pytest

from openline.errors import InvalidInput, NotFound, PermissionDenied
from openline.line.duty import DutyKind
from openline.line.event import ConflictClosed, ConflictOpened, Overdue, ProposalChecked
from openline.line.message.bodies import Accept, Amend, Closure, Decline, Propose
from openline.line.message.envelope import Message
from openline.line.message.kind import Binding, ClosureReason, NoticeKind
from openline.line.proposal import ProposalStep
from openline.line.state import ConflictState
from openline.line.thread import MessageEntry
from tests.line_world import (
    HOUR,
    MINUTE,
    START,
    World,
    box,
    circle,
    notice,
    volume,
)

_NORTH = volume(circle(54.0, 7.0))
_SOUTH = volume(circle(54.02, 7.0))
_LATER = volume(circle(54.0, 7.0), START + 6 * HOUR)


class Desk:
    """North and south in each other's way, and nobody else."""

    def __init__(self) -> None:
        self.world = World()
        self.north = self.world.say("north", notice(_NORTH), recipients=("south",))
        self.south = self.world.say("south", notice(_SOUTH), recipients=("north",))
        (self.conflict,) = self.world.state.conflicts.values()

    def propose(self, sender: str = "south", moves: str | None = None, *volumes) -> MessageEntry:
        moves = moves or self.north.message.id
        body = Propose(self.conflict.id, moves, volumes or (_LATER,))
        return self.world.say(sender, body, thread=self.conflict.id)

    def reply(self, sender: str, body: Accept | Decline) -> MessageEntry:
        return self.world.say(sender, body, thread=self.conflict.id)

    def step(self, of: MessageEntry) -> ProposalStep:
        return self.conflict.proposals[of.message.id].step

    def owed(self, kind: DutyKind, party: str) -> bool:
        return f"{self.conflict.id}/{kind}/{party}" in self.world.state.duties


def test_a_proposal_that_is_accepted_and_done() -> None:
    desk = Desk()
    offer = desk.propose()
    assert desk.owed(DutyKind.ANSWER, "north")
    desk.reply("north", Accept(offer.message.id))
    assert desk.step(offer) is ProposalStep.ACCEPTED
    assert not desk.owed(DutyKind.ANSWER, "north")
    assert desk.owed(DutyKind.AMENDMENT, "north")
    assert desk.conflict.closed is None, "a word moves nothing"

    desk.world.say("north", Amend(notice(_LATER)), thread=desk.north.message.id)
    assert desk.step(offer) is ProposalStep.DONE
    assert not desk.owed(DutyKind.AMENDMENT, "north")
    (closed,) = desk.world.events(ConflictClosed)
    assert isinstance(closed, ConflictClosed)
    assert closed.cause == "amended"


def test_an_amendment_that_is_not_made_is_overdue_for_both() -> None:
    desk = Desk()
    offer = desk.propose()
    desk.reply("north", Accept(offer.message.id))
    desk.world.sleep(6 * MINUTE)
    late = [one for one in desk.world.events(Overdue) if one.what is DutyKind.AMENDMENT]
    assert [(one.owes, set(one.parties)) for one in late] == [("north", {"north", "south"})]


def test_another_amendment_does_not_fulfil_it_but_ends_it_with_the_conflict() -> None:
    desk = Desk()
    offer = desk.propose()
    desk.reply("north", Accept(offer.message.id))
    nearly = volume(circle(54.0, 7.0), _NORTH.time_start + MINUTE)
    desk.world.say("north", Amend(notice(nearly)), thread=desk.north.message.id)
    assert desk.step(offer) is ProposalStep.ACCEPTED
    assert desk.owed(DutyKind.AMENDMENT, "north")
    away = volume(circle(55.0, 7.0))
    desk.world.say("north", Amend(notice(away)), thread=desk.north.message.id)
    assert desk.step(offer) is ProposalStep.LAPSED
    assert not desk.owed(DutyKind.AMENDMENT, "north")


def test_one_may_offer_to_move_oneself() -> None:
    desk = Desk()
    offer = desk.propose("north")
    desk.reply("south", Accept(offer.message.id))
    assert desk.owed(DutyKind.AMENDMENT, "north")


def test_a_proposal_that_is_declined_stays_declined() -> None:
    desk = Desk()
    offer = desk.propose()
    desk.reply("north", Decline(offer.message.id))
    assert desk.step(offer) is ProposalStep.DECLINED
    assert not desk.owed(DutyKind.ANSWER, "north")
    with pytest.raises(InvalidInput, match="declined already"):
        desk.reply("north", Accept(offer.message.id))


def test_an_answer_is_owed_until_the_last_proposal_has_one() -> None:
    desk = Desk()
    one, other = desk.propose(), desk.propose()
    desk.reply("north", Decline(one.message.id))
    assert desk.owed(DutyKind.ANSWER, "north")
    desk.reply("north", Decline(other.message.id))
    assert not desk.owed(DutyKind.ANSWER, "north")


def test_another_proposal_that_is_accepted_takes_the_place_of_the_first() -> None:
    desk = Desk()
    one = desk.propose()
    other = desk.propose("north", desk.south.message.id)
    desk.reply("north", Accept(one.message.id))
    desk.reply("south", Accept(other.message.id))
    assert (desk.step(one), desk.step(other)) == (ProposalStep.LAPSED, ProposalStep.ACCEPTED)
    assert not desk.owed(DutyKind.AMENDMENT, "north")
    assert desk.owed(DutyKind.AMENDMENT, "south")


def test_what_is_still_in_the_way_is_said_as_far_as_each_may_know() -> None:
    world = World()
    north = world.say("north", notice(_NORTH))
    south = world.say("south", notice(_SOUTH), recipients=("north",))
    east = world.say("east", notice(volume(circle(54.5, 7.0))), recipients=("north",))
    (conflict,) = world.state.conflicts.values()
    moved = (volume(circle(54.5, 7.0)), volume(circle(54.0, 7.0)))
    offer = world.say("south", Propose(conflict.id, north.message.id, moved), thread=conflict.id)
    said = {one.parties: one.meets for one in world.events(ProposalChecked)}
    assert said == {
        ("north",): tuple(sorted((south.message.id, east.message.id))),
        ("south",): (south.message.id,),
    }
    meets = conflict.proposals[offer.message.id].meets
    assert meets["south"] == (south.message.id,)
    assert world.replayed().state == world.state


def test_a_way_that_leaves_nothing_says_so() -> None:
    desk = Desk()
    desk.propose()
    assert all(one.meets == () for one in desk.world.events(ProposalChecked))
    assert desk.conflict.closed is None, "the check changes nothing"


def test_a_conflict_that_opens_again_keeps_its_thread_and_what_was_proposed() -> None:
    desk = Desk()
    offer = desk.propose()
    thread = desk.world.state.threads[desk.conflict.id]
    desk.world.say("north", Amend(notice(_LATER)), thread=desk.north.message.id)
    assert desk.conflict.closed is not None
    desk.world.say("north", Amend(notice(_NORTH)), thread=desk.north.message.id)
    assert desk.world.state.threads[desk.conflict.id] is thread
    assert [one.message.id for one in thread.entries] == [offer.message.id]
    assert desk.conflict.closed is None
    assert thread.standing
    assert desk.step(offer) is ProposalStep.LAPSED
    assert len(desk.world.events(ConflictOpened)) == 2
    desk.propose()


def _own(desk: Desk) -> Message:
    offer = desk.propose()
    return desk.world.message("south", Accept(offer.message.id), thread=desk.conflict.id)


def _unknown(desk: Desk) -> Message:
    return desk.world.message("north", Accept("south-99"), thread=desk.conflict.id)


def _third(desk: Desk) -> Message:
    offer = desk.propose()
    return desk.world.message(
        "east", Accept(offer.message.id), thread=desk.conflict.id, recipients=("north",)
    )


def _elsewhere(desk: Desk) -> Message:
    body = Propose(desk.conflict.id, desk.north.message.id, (_LATER,))
    return desk.world.message("south", body, thread=desk.north.message.id)


def _another_notice(desk: Desk) -> Message:
    other = desk.world.say("north", notice(volume(circle(55.0, 9.0))))
    return _offer(desk, Propose(desk.conflict.id, other.message.id, (_LATER,)))


def _another_conflict(desk: Desk) -> Message:
    return _offer(desk, Propose("0123456789ab", desk.north.message.id, (_LATER,)))


def _over(desk: Desk) -> Message:
    past = volume(circle(), START - 2 * HOUR)
    return _offer(desk, Propose(desk.conflict.id, desk.north.message.id, (_LATER, past)))


def _closed(desk: Desk) -> Message:
    desk.world.say("north", Amend(notice(_LATER)), thread=desk.north.message.id)
    return _offer(desk, Propose(desk.conflict.id, desk.north.message.id, (_LATER,)))


def _too_many(desk: Desk) -> Message:
    for _ in range(10):
        desk.propose()
    return _offer(desk, Propose(desk.conflict.id, desk.north.message.id, (_LATER,)))


def _offer(desk: Desk, body: Propose) -> Message:
    return desk.world.message("south", body, thread=desk.conflict.id)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (_own, PermissionDenied, "own proposal"),
        (_unknown, NotFound, "no such proposal"),
        (_third, NotFound, "no such thread"),
        (_elsewhere, InvalidInput, "thread of a conflict"),
        (_another_notice, InvalidInput, "one of the two notices"),
        (_another_conflict, InvalidInput, "not the conflict"),
        (_over, InvalidInput, "over already"),
        (_closed, InvalidInput, "closed already"),
        (_too_many, InvalidInput, "wait for an answer"),
    ],
)
def test_what_is_refused(make, error: type[Exception], words: str) -> None:
    desk = Desk()
    with pytest.raises(error, match=words):
        desk.world.hear(make(desk))


def test_a_site_and_a_closure_are_not_moved() -> None:
    world = World()
    site = world.say("north", notice(notice=NoticeKind.SITE, confirmed_by="Eve"))
    closed = volume(box(53.9, 6.9, 54.1, 7.1))
    closure = world.say(
        "east", Closure("C", (closed,), ClosureReason.FIRE, Binding.ADVICE, closed.time_end)
    )
    world.say("south", notice(_SOUTH))
    conflicts: list[ConflictState] = list(world.state.conflicts.values())
    assert len(conflicts) == 2
    for conflict in conflicts:
        moves = next(
            one for one in conflict.threads if one in (site.message.id, closure.message.id)
        )
        with pytest.raises(InvalidInput, match=r"stays|one of the two"):
            world.say("south", Propose(conflict.id, moves, (_LATER,)), thread=conflict.id)
