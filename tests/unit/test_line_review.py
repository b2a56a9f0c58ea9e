"""The review of a line: each number of it by hand, from a day that was played."""

from datetime import timedelta

import pytest

from openline.errors import OpenlineError
from openline.line.agreement import Agreement, NoticeTerms
from openline.line.duty import DutyKind
from openline.line.message.bodies import (
    Accept,
    Amend,
    Breach,
    Cancel,
    Disposition,
    LineCheck,
    PassedTo,
    Propose,
    Reply,
    Resume,
    Suspend,
    Urgent,
)
from openline.line.message.kind import (
    AnswerCode,
    Asks,
    CheckMode,
    DispositionState,
    NoticeKind,
    ReceiptKind,
    UrgentAction,
)
from openline.line.review import LineReviewer
from openline.line.reviewed import LineReview, PartyLine, Spread
from openline.line.thread import MessageEntry
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


def _review(world: World, period=None) -> LineReview:
    reviewer = LineReviewer(period)
    for one in world.entries:
        message = isinstance(one.what, MessageEntry)
        content = one.what.message if message else one.what
        reviewer.take(one.number, one.at, content, carried=message and one.what.carried)
    review = reviewer.result()
    assert review is not None
    return review


def _party(review: LineReview, name: str) -> PartyLine:
    return next(one for one in review.parties if one.party == name)


def _spread(*seconds: int) -> Spread:
    return Spread(*(timedelta(seconds=one) for one in seconds))


def test_there_is_no_review_without_an_agreement() -> None:
    assert LineReviewer().result() is None


def test_notices_are_counted_by_kind_and_lead_time() -> None:
    world = World()
    for minutes in (-10, 10, 59, 60, 300, 1_000, 2_000):
        start = START + minutes * MINUTE
        world.say("north", notice(volume(circle(), start, START + 3 * DAY)))
    world.say("north", notice(notice=NoticeKind.SITE, confirmed_by="Eve"))
    first = world.say("north", unlocated())
    world.say("north", Amend(notice()), thread=first.message.id)
    world.say("north", Cancel(), thread=first.message.id)
    north = _party(_review(world), "north")
    assert dict(north.notices) == {
        NoticeKind.VOLUME: 7,
        NoticeKind.SITE: 1,
        NoticeKind.UNLOCATED: 1,
    }
    assert [count for _, count in north.lead_times] == [1, 1, 1, 3, 1, 1]
    assert north.late == 3
    assert (north.amendments, north.cancelled) == (1, 1)


def test_receipts_have_their_times_and_what_was_not_given_is_counted() -> None:
    terms = NoticeTerms(HOUR, MINUTE, 5 * MINUTE, (10 * SECOND, MINUTE), 10 * MINUTE)
    world = World(agreement(notice=terms))
    said = [world.say("north", notice(), recipients=("south",)) for _ in range(3)]
    world.sleep(2 * SECOND)
    for one in said:
        world.receipt("south", one, ReceiptKind.DELIVERED)
    world.sleep(58 * SECOND)
    world.receipt("south", said[0])
    world.sleep(6 * MINUTE)
    world.receipt("south", said[1])
    half = (PassedTo("crew 1", world.now), PassedTo("crew 2"))
    world.receipt("south", said[0], ReceiptKind.DISSEMINATED, passed_to=half)
    world.receipt("south", said[1], ReceiptKind.DISSEMINATED)
    world.receipt("south", said[2], ReceiptKind.UNABLE)
    south = _party(_review(world), "south")
    assert (south.delivered.owed, south.delivered.given, south.delivered.in_time) == (3, 3, 3)
    assert south.delivered.times == _spread(2, 2, 2)
    # the third was read when south said that it could not pass it on
    assert (south.read.owed, south.read.given, south.read.in_time) == (3, 3, 1)
    assert south.read.times == _spread(60, 420, 420)
    assert (south.disseminated.owed, south.disseminated.given) == (3, 1)
    assert south.unable == 1
    assert dict(south.overdue) == {DutyKind.READ: 2}
    north = _party(_review(world), "north")
    assert (north.delivered.owed, north.delivered.times) == (0, None)


def test_answers_and_disagreements() -> None:
    world = World()
    one = world.say("north", notice(asks=Asks.STAY_OUTSIDE), recipients=("south",))
    other = world.say("north", unlocated(), recipients=("south",))
    world.sleep(MINUTE)
    world.answer("south", one, AnswerCode.WILL_ADJUST)
    world.answer("south", other, AnswerCode.CONTINUING_AS_PLANNED)
    review = _review(world)
    south = _party(review, "south")
    assert dict(south.answers) == {
        AnswerCode.WILL_ADJUST: 1,
        AnswerCode.CONTINUING_AS_PLANNED: 1,
    }
    assert (south.answered.owed, south.answered.given, south.answered.in_time) == (2, 2, 2)
    (found,) = review.disagreements
    assert (found.by, found.against, found.officer, found.stands) == ("south", "north", "Bo", True)
    assert found.time == START + MINUTE
    world.say("north", Amend(notice(asks=Asks.NOTHING)), thread=other.message.id)
    (found,) = _review(world).disagreements
    assert not found.stands


def test_urgent_calls_are_timed_until_a_person_has_them() -> None:
    world = World()
    call = world.say("north", Urgent(UrgentAction.STOP), recipients=("south",))
    world.receipt("south", call, ReceiptKind.DELIVERED)
    world.sleep(27 * MINUTE)
    world.receipt("south", call)
    review = _review(world)
    south = _party(review, "south")
    assert (south.called.owed, south.called.given, south.called.in_time) == (1, 1, 0)
    assert south.called.times == _spread(*[27 * 60] * 3)
    assert south.alarms >= 5
    assert _party(review, "north").urgent_calls == 1
    assert south.read.owed == 0, "calls are counted apart"


def test_conflicts_by_pair_and_cause() -> None:
    world = World()
    north = world.say("north", notice(volume(circle(54.0, 7.0))))
    world.say("south", notice(volume(circle(54.02, 7.0))))
    (conflict,) = world.state.conflicts.values()
    later = volume(circle(54.0, 7.0), START + 30 * HOUR)
    offer = world.say("south", Propose(conflict.id, north.message.id, (later,)), thread=conflict.id)
    world.say("north", Accept(offer.message.id), thread=conflict.id)
    world.say("north", Amend(notice(later)), thread=north.message.id)
    world.say("east", unlocated(START + 30 * HOUR))
    review = _review(world)
    found = {one.parties: one for one in review.conflicts}
    assert set(found) == {("north", "south"), ("east", "north")}
    pair = found["north", "south"]
    assert (pair.opened, pair.closed, pair.still_open) == (1, (("amended", 1),), 0)
    pair = found["east", "north"]
    assert (pair.opened, pair.unlocated, pair.closed, pair.still_open) == (1, 1, (), 1)
    assert review.proposals == (("done", 1),)


def test_breaches_with_replies_and_dispositions() -> None:
    world = World()
    claim = world.say("north", Breach("notice", START, "no notice"), recipients=("south",))
    thread = claim.message.id
    world.say("south", Reply("it was sent"), thread=thread)
    world.say("south", Disposition(DispositionState.SETTLED), thread=thread)
    (found,) = _review(world).breaches
    assert (found.by, found.against, found.rule) == ("north", ("south",), "notice")
    assert found.replies == (("south", "it was sent"),)
    assert found.state is DispositionState.UNDER_DISCUSSION, "north has not said so"
    world.say("north", Disposition(DispositionState.SETTLED), thread=thread)
    assert _review(world).breaches[0].state is DispositionState.SETTLED


def test_line_checks_and_outages() -> None:
    world = World()
    world.say("south", LineCheck(CheckMode.HUMAN))
    world.say("south", LineCheck(CheckMode.MACHINE))
    world.sleep(5 * HOUR)  # checked hourly: unknown after two
    world.say("south", LineCheck(CheckMode.MACHINE))
    world.sleep(DAY)
    review = _review(world)
    south = _party(review, "south")
    assert (south.checks, south.missed_checks, south.machine_checks) == (1, 1, 2)
    outages = [one for one in review.outages if one.party == "south"]
    assert [(one.last_heard, one.heard) for one in outages] == [
        (START, START + 5 * HOUR),
        (START + 5 * HOUR, None),
    ]
    assert START + 2 * HOUR <= outages[0].unknown <= START + 2 * HOUR + 5 * SECOND
    never = [(one.party, one.unknown, one.heard) for one in review.outages[:2]]
    assert never == [("north", START, None), ("east", START, None)]


def test_suspensions_have_a_beginning_and_an_end() -> None:
    world = World()
    world.say("south", Suspend("Eve"))
    world.sleep(HOUR)
    world.say("south", Resume("Eve"))
    world.say("north", Suspend("Eve"))
    found = [(one.party, one.since, one.until) for one in _review(world).suspensions]
    assert found == [("south", START, START + HOUR), ("north", START + HOUR, None)]


def test_what_began_in_the_period_is_counted_with_what_became_of_it() -> None:
    world = World()
    world.say("north", notice())
    world.sleep(HOUR)
    inside = world.say("north", notice())
    world.sleep(HOUR - SECOND)
    world.say("south", notice(volume(circle(54.02, 7.0), START + 4 * HOUR)))
    world.sleep(SECOND)
    world.receipt("south", inside)
    review = _review(world, (START + HOUR, START + HOUR + MINUTE))
    assert dict(_party(review, "north").notices) == {NoticeKind.VOLUME: 1}
    assert _party(review, "south").read.given == 1
    assert _party(review, "south").notices == ()


def test_an_entry_that_could_not_have_been_taken_is_refused_and_the_rest_is_counted() -> None:
    world = World()
    first = world.say("north", notice())
    reviewer = LineReviewer()
    agreed = world.entries[0].what
    assert isinstance(agreed, Agreement)
    reviewer.take(1, START, agreed)
    reviewer.take(2, START, first.message)
    with pytest.raises(OpenlineError):
        reviewer.take(3, START, first.message)
    review = reviewer.result()
    assert review is not None
    assert dict(_party(review, "north").notices) == {NoticeKind.VOLUME: 1}


def test_the_same_entries_give_the_same_review() -> None:
    world = World(machines=True)
    world.say("north", unlocated())
    world.sleep(10 * MINUTE)
    assert _review(world) == _review(world)
