"""The board as each party finds it: links, threads, clocks, conflicts, claims."""

from datetime import timedelta

import pytest

from openline.errors import NotFound
from openline.geo.position import Position
from openline.line.agreement import AuthorityTerms
from openline.line.board import Board, ThreadView
from openline.line.duty import DutyKind
from openline.line.event import EndCause, LinkState
from openline.line.message.bodies import (
    AlertState,
    Amend,
    Breach,
    Cancel,
    Closure,
    Disposition,
    Handover,
    LineCheck,
    PassedTo,
    Propose,
    Readback,
    Reply,
    Suspend,
    Urgent,
)
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    Asks,
    Binding,
    CheckMode,
    ClosureReason,
    DispositionState,
    NoticeKind,
    ReceiptKind,
    UnableReason,
    UrgentAction,
)
from openline.line.thread import Step
from openline.line.view import board, one_thread
from tests.line_world import (
    HOUR,
    MINUTE,
    SECOND,
    START,
    World,
    agreement,
    box,
    circle,
    notice,
    unlocated,
    volume,
)


def _board(world: World, party: str) -> Board:
    return board(world.state, party, world.now)


def _thread(world: World, party: str, thread_id: str) -> ThreadView:
    (found,) = [one for one in _board(world, party).threads if one.id == thread_id]
    return found


def test_the_standing_sentence_is_on_every_board() -> None:
    assert _board(World(), "north").sentence == (
        "A notice is information, not permission and not protection; a receipt is not consent; "
        "unknown is never shown as clear."
    )


def test_who_is_no_party_has_no_board() -> None:
    with pytest.raises(NotFound, match="'west' is no party"):
        _board(World(), "west")


def test_links_show_who_is_heard_and_how() -> None:
    world = World()
    world.clocks["south"] = 3 * SECOND
    world.say("south", LineCheck(CheckMode.MACHINE))
    world.say("south", Handover("Eve"))
    world.say("south", AlertState(AlertLevel.RAISED), sequence=5)
    links = {one.party: one for one in _board(world, "north").links}
    south = links["south"]
    assert (south.state, south.age, south.skew) == (LinkState.LIVE, timedelta(0), 3 * SECOND)
    assert south.skewed
    assert (south.officer, south.alert, south.missing) == ("Eve", AlertLevel.RAISED, (3, 4))
    assert links["north"].own
    assert (links["east"].state, links["east"].age) == (LinkState.UNKNOWN, None)


def test_a_link_is_unknown_by_the_clock_before_anybody_said_so() -> None:
    world = World()
    world.say("south", LineCheck(CheckMode.MACHINE))
    at = {
        minutes: board(world.state, "north", START + minutes * MINUTE) for minutes in (59, 61, 121)
    }
    found = {minutes: one.links[1].state for minutes, one in at.items()}
    assert found == {59: LinkState.LIVE, 61: LinkState.LATE, 121: LinkState.UNKNOWN}


def test_a_thread_has_one_state_and_one_clock() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE), recipients=("south", "east"))
    thread_id = first.message.id
    view = _thread(world, "north", thread_id)
    assert (view.state, view.own, view.lead_time, view.late) == (Step.SENT, True, 2 * HOUR, False)
    assert view.clock is not None
    assert (view.clock.what, view.clock.due) == (DutyKind.DELIVERED, START + MINUTE)

    world.receipt("south", first, ReceiptKind.DELIVERED)
    world.receipt("east", first, ReceiptKind.DELIVERED)
    world.sleep(2 * MINUTE)
    world.receipt("south", first)
    view = _thread(world, "north", thread_id)
    assert view.state is Step.RECEIVED, "east did not read it"
    south = next(one for one in view.sides if one.party == "south")
    assert dict(south.times) == {Step.RECEIVED: START, Step.READ: START + 2 * MINUTE}
    assert view.clock is not None
    assert (view.clock.what, view.clock.owes) == (DutyKind.READ, "east")

    world.sleep(4 * MINUTE)
    view = _thread(world, "north", thread_id)
    assert view.overdue
    assert view.clock is not None
    assert (view.clock.overdue, view.clock.alarms, view.clock.role) == (True, 1, "duty officer")
    assert _thread(world, "east", thread_id).overdue, "both sides see it"
    assert not _thread(world, "south", thread_id).overdue, "it is not owed to south"
    mine, theirs = _board(world, "east").counters, _board(world, "north").counters
    assert (mine.overdue, mine.overdue_others, mine.unread) == (1, 0, 1)
    assert (theirs.overdue, theirs.overdue_others, theirs.unread) == (0, 1, 0)
    assert _board(world, "east").clocks[0].owes == "east"


def test_an_answer_stays_on_the_board_and_so_does_a_disagreement() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    world.answer("south", first, AnswerCode.CONTINUING_AS_PLANNED, text="as filed")
    world.answer("east", first, AnswerCode.NEED_MORE_TIME, until=START + HOUR)
    view = _thread(world, "north", first.message.id)
    assert view.disagrees == ("south",)
    sides = {one.party: one for one in view.sides}
    assert (sides["south"].answer, sides["south"].answered_by, sides["south"].text) == (
        AnswerCode.CONTINUING_AS_PLANNED,
        "Bo",
        "as filed",
    )
    assert sides["east"].until == START + HOUR
    assert _board(world, "north").counters.disagreements == 1
    world.say("north", Amend(notice(asks=Asks.NOTHING)), thread=first.message.id)
    assert _thread(world, "north", first.message.id).disagrees == (), "of what was amended"


def test_a_third_party_sees_how_far_it_came_but_no_words_that_were_not_for_it() -> None:
    world = World()
    first = world.say("north", notice(asks=Asks.STAY_OUTSIDE))
    world.answer("south", first, AnswerCode.WILL_ADJUST, text="via the west", recipients=("north",))
    south = _thread(world, "east", first.message.id).sides[0]
    assert (south.step, south.answer, south.text) == (Step.ANSWERED, None, None)
    assert "via the west" not in repr(_board(world, "east"))


def test_what_was_passed_on_is_shown_and_what_was_not() -> None:
    world = World()
    first = world.say("north", notice())
    crews = (PassedTo("crew 1", START), PassedTo("crew 2"))
    world.receipt("south", first, ReceiptKind.DISSEMINATED, passed_to=crews)
    world.receipt("east", first, ReceiptKind.UNABLE)
    south, east = _thread(world, "north", first.message.id).sides
    assert [one.received_at for one in south.passed_on] == [START, None]
    assert east.unable is UnableReason.NO_CONTACT


def test_a_read_back_from_the_wrong_place_is_shown_with_its_distance() -> None:
    world = World()
    first = world.say("north", notice(volume(circle(54.0, 7.0))))
    north_of_it = Position(54.0809, 7.0)  # 9.0 km
    body = Readback(first.message.id, north_of_it, 0.0, 1_000.0, START + 2 * HOUR, START + 3 * HOUR)
    world.say("south", body, thread=first.message.id)
    side = _thread(world, "north", first.message.id).sides[0]
    assert side.distance_m == pytest.approx(9_000, abs=20)
    assert side.wrong == ("place",)


def test_unlocated_notices_have_their_band_until_they_are_located() -> None:
    world = World()
    nowhere = world.say("north", unlocated())
    assert _board(world, "south").unlocated == (nowhere.message.id,)
    world.say("north", Amend(notice()), thread=nowhere.message.id)
    assert _board(world, "south").unlocated == ()


def test_conflicts_say_who_with_what_and_when_they_are_over() -> None:
    world = World()
    early = volume(circle(54.0, 7.0), START + HOUR)
    both = notice(early, volume(circle(54.0, 7.0), START + 5 * HOUR), name="Two parts")
    world.say("north", both)
    south = world.say("south", notice(volume(circle(54.02, 7.0), START + HOUR, START + 4 * HOUR)))
    east = world.say("east", notice(volume(circle(54.02, 7.0), START + 5 * HOUR)))
    world.answer("north", south, AnswerCode.CONTINUING_AS_PLANNED)
    first, second = _board(world, "north").conflicts
    assert (first.other, first.other_thread, first.own_name) == (
        "south",
        south.message.id,
        "Two parts",
    )
    assert (second.other, second.other_thread) == ("east", east.message.id)
    assert first.disagrees == ("north",)
    assert first.facts.reason.startswith(
        "Notice Two parts (north-1) of north and notice south-1 of"
    )
    assert [one.other for one in _board(world, "south").conflicts] == ["north"]
    world.until(START + 3 * HOUR)
    late, over = _board(world, "north").conflicts
    assert (late.other, over.other) == ("east", "south"), "what is past comes last"
    assert over.over
    assert _board(world, "north").counters.conflicts == 1


def test_a_proposal_is_on_the_conflict_with_its_clock() -> None:
    world = World()
    north = world.say("north", notice(volume(circle(54.0, 7.0))))
    world.say("south", notice(volume(circle(54.02, 7.0))))
    (conflict,) = world.state.conflicts.values()
    body = Propose(conflict.id, north.message.id, (volume(start=START + 9 * HOUR),))
    offer = world.say("south", body, thread=conflict.id)
    (view,) = _board(world, "north").conflicts
    assert [one.proposal.message for one in view.proposals] == [offer.message.id]
    assert view.clock is not None
    assert (view.clock.what, view.clock.owes) == (DutyKind.ANSWER, "north")


def test_breaches_come_with_replies_and_what_became_of_them() -> None:
    world = World()
    claim = world.say("north", Breach("notice", START, "no notice at all"), recipients=("south",))
    world.say("south", Reply("it was sent"), thread=claim.message.id)
    world.say("south", Disposition(DispositionState.UNDER_DISCUSSION), thread=claim.message.id)
    (view,) = _board(world, "south").breaches
    assert (view.by, view.against, view.replies) == ("north", ("south",), 1)
    assert view.state is DispositionState.UNDER_DISCUSSION
    assert _board(world, "east").breaches == ()


def test_a_plan_without_authority_is_told_to_its_own_side_first() -> None:
    world = World(agreement(authority=AuthorityTerms(shown_after=10 * MINUTE)))
    plan = world.say("north", notice(notice=NoticeKind.PLAN))
    assert _board(world, "north").unauthorised == (plan.message.id,)
    assert _board(world, "south").unauthorised == ()
    world.sleep(10 * MINUTE)
    assert _board(world, "south").unauthorised == (plan.message.id,)


def test_what_ended_stays_for_a_watch_and_comes_last() -> None:
    world = World()
    first = world.say("north", notice())
    second = world.say("north", notice(volume(start=START + 40 * HOUR)))
    world.say("north", Cancel(), thread=first.message.id)
    views = _board(world, "south").threads
    assert [one.id for one in views] == [second.message.id, first.message.id]
    assert (views[1].state, views[1].ended) == (Step.CLOSED, EndCause.CANCELLED)
    world.sleep(12 * HOUR + SECOND)
    assert first.message.id not in {one.id for one in _board(world, "south").threads}


def test_what_was_only_said_leaves_the_board_after_a_watch_unless_it_is_owed() -> None:
    world = World(machines=True)
    said = world.say("north", Handover("Eve"))
    call = world.say("north", Urgent(UrgentAction.HOLD), recipients=("south", "east"))
    stands = world.say("north", notice(volume(start=START + 40 * HOUR)))
    world.receipt("south", call)
    world.sleep(13 * HOUR)
    shown = {one.id for one in _board(world, "east").threads}
    assert shown >= {call.message.id, stands.message.id}, "east has not acknowledged the call"
    assert said.message.id not in shown
    assert call.message.id not in {one.id for one in _board(world, "south").threads}


def test_closures_that_differ_along_a_border_are_on_the_board() -> None:
    world = World()

    def close(sender: str, west: float, upper_m: float) -> str:
        place = volume(box(54.0, west, 54.2, west + 0.5), upper_m=upper_m)
        body = Closure("C", (place,), ClosureReason.FIRE, Binding.ADVICE, place.time_end)
        return world.say(
            sender, body, recipients=("east",) if sender == "north" else ("north", "east")
        ).message.id

    pair = (close("north", 6.5, 3_000.0), close("south", 7.0, 5_000.0))
    assert [set(one) for one in _board(world, "east").differing] == [set(pair)]
    assert _board(world, "south").differing == (), "it has not got north's"
    world.say("south", Cancel(), thread=pair[1])
    assert _board(world, "east").differing == ()


def test_an_urgent_call_comes_first_until_it_is_answered() -> None:
    world = World()
    call = world.say("north", Urgent(UrgentAction.STOP))
    world.say("north", notice())
    assert _board(world, "south").threads[0].id == call.message.id
    world.answer("south", call, AnswerCode.WILL_COMPLY)
    world.answer("east", call, AnswerCode.WILL_COMPLY)
    later = world.say("north", notice())
    assert _board(world, "south").threads[0].id == later.message.id


def test_a_suspended_line_shows_since_when_and_what_waits() -> None:
    world = World()
    world.say("north", unlocated())
    world.say("south", Suspend("Eve"))
    (south,) = [one for one in _board(world, "north").links if one.party == "south"]
    assert south.suspended_since == START
    world.sleep(10 * MINUTE)
    clock = _thread(world, "south", "north-1").clock
    assert clock is not None


def test_machines_checks_are_links_and_no_threads() -> None:
    world = World()
    world.say("north", LineCheck(CheckMode.MACHINE))
    asked = world.say("north", LineCheck(CheckMode.HUMAN))
    assert [one.id for one in _board(world, "south").threads] == [asked.message.id]


def test_a_thread_can_be_looked_at_however_long_ago_it_ended() -> None:
    world = World()
    first = world.say("north", notice(), recipients=("south",))
    world.say("north", Cancel(), thread=first.message.id)
    world.sleep(20 * HOUR)
    thread, conflict = one_thread(world.state, "south", first.message.id, world.now)
    assert thread is not None
    assert (thread.ended, conflict) == (EndCause.CANCELLED, None)
    with pytest.raises(NotFound):
        one_thread(world.state, "east", first.message.id, world.now)


def test_a_conflict_can_be_looked_at_when_it_is_closed() -> None:
    world = World()
    north = world.say("north", notice(volume(circle(54.0, 7.0)), asks=Asks.STAY_OUTSIDE))
    world.say("south", notice(volume(circle(54.02, 7.0))))
    world.answer("south", north, AnswerCode.CONTINUING_AS_PLANNED)
    (name,) = world.state.conflicts
    _, stands = one_thread(world.state, "south", name, world.now)
    assert stands == _board(world, "south").conflicts[0]
    assert stands.disagrees == ("south",)
    world.sleep(MINUTE)
    world.say("north", Cancel(), thread=north.message.id)
    _, closed = one_thread(world.state, "south", name, world.now)
    assert closed is not None
    assert closed.closed == START + MINUTE
    with pytest.raises(NotFound):
        one_thread(world.state, "east", name, world.now)
