"""Days on which a line failed, played again: what each side sees now, and when.

The accounts are public ones; the places are not those of the events.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openline.errors import InvalidInput, PermissionDenied
from openline.line.board import Board
from openline.line.message.bodies import (
    Amend,
    Closure,
    FieldContact,
    LineCheck,
    Readback,
    Resume,
    Suspend,
    Urgent,
)
from openline.line.message.kind import (
    AnswerCode,
    Asks,
    Binding,
    CheckMode,
    ClosureReason,
    NoticeKind,
    ReceiptKind,
    UrgentAction,
)
from openline.line.thread import Step
from openline.line.view import board
from tests.line_world import (
    DAY,
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
from tests.scenario.told import lines, told

TWO = tuple(one for one in agreement().parties if one.id != "east")


def line_of_two(**terms: Any) -> World:
    """North and south, with machines that answer at once."""
    return World(agreement(parties=TWO, **terms), machines=True)


def seen(world: World, party: str) -> Board:
    return board(world.state, party, world.now)


def test_2015_the_notice_without_a_place_and_continuing_as_planned() -> None:
    """A notice asked the others to stay out and named no place; they went on as before."""
    world = line_of_two()
    plan = replace(notice(volume()), notice=NoticeKind.PLAN)
    world.receipt("north", world.say("south", plan))
    first = world.say("north", unlocated(START + HOUR))
    world.sleep(2 * MINUTE)
    world.answer("south", first, AnswerCode.CONTINUING_AS_PLANNED)
    for party in ("north", "south"):
        (conflict,) = seen(world, party).conflicts
        assert conflict.only_unlocated
        assert conflict.disagrees == ("south",)
        assert seen(world, party).unlocated == (first.message.thread,)
        assert "stands for the whole agreed area" in conflict.facts.reason
    ids = {seen(world, party).conflicts[0].id for party in ("north", "south")}
    assert len(ids) == 1, "both sides see one conflict"
    world.sleep(4 * MINUTE)
    far = notice(volume(circle(54.9, 7.9, 2_000.0)), asks=Asks.STAY_OUTSIDE)
    world.say("north", Amend(far), thread=first.message.thread)
    for party in ("north", "south"):
        assert not seen(world, party).conflicts
        assert not seen(world, party).unlocated
    assert lines(world, "south") == [
        "south: NOTIFY",
        "no authority",
        "north: read",
        "north: NOTIFY",
        "clarification asked",
        "conflict opened (no place)",
        "south: continuing_as_planned",
        "overdue: clarification by north",
        "alarm at north: duty officer",
        "north: AMEND",
        "conflict closed: amended",
    ]


def test_2016_the_stop_call_that_waited_27_minutes() -> None:
    """The call came through, and waited for a named officer. Now any officer may take it, and the
    alarm goes up the ladder until one does."""
    world = line_of_two()
    call = world.say("south", Urgent(UrgentAction.STOP, (volume(start=START),)))
    world.sleep(3 * MINUTE)
    alarms = [(at, role) for at, owes, role in world.alarms() if owes == "north"]
    assert alarms[:4] == [
        (10.0, "duty officer"),
        (30.0, "duty officer"),
        (60.0, "duty officer"),
        (90.0, "cell chief"),
    ]
    assert {at for at, line in told(world, "south") if line.startswith("alarm")} >= {10.0, 90.0}
    clock = next(one for one in seen(world, "south").clocks if one.owes == "north")
    assert clock.overdue
    before = len(world.alarms())
    world.receipt("north", call, ReceiptKind.READ, officer="whoever is there")
    world.sleep(27 * MINUTE)
    assert len(world.alarms()) == before, "a person has it: the alarm is over"
    assert world.side(call, "north").step is Step.READ
    assert not [one for one in seen(world, "north").clocks if one.owes == "north"]


def test_2016_a_machines_receipt_does_not_stop_the_alarm() -> None:
    world = line_of_two()
    call = world.say("south", Urgent(UrgentAction.STOP))
    assert world.side(call, "north").step is Step.RECEIVED, "its machine has it"
    with pytest.raises(InvalidInput, match="not by a machine"):
        world.receipt("north", call, ReceiptKind.READ, officer=None)
    world.sleep(MINUTE)
    assert [at for at, owes, _ in world.alarms() if owes == "north"] == [10.0, 30.0, 60.0]


def test_2016_the_place_passed_on_nine_kilometres_wrong() -> None:
    """The read-back says how far it is from the named place, before anybody flies."""
    world = line_of_two()
    first = world.say("north", notice(volume(circle(54.0, 7.0, 1_000.0))))
    wrong = Readback(
        first.message.id,
        circle(54.0809, 7.0).centre,
        0.0,
        1_000.0,
        START + 2 * HOUR,
        START + 3 * HOUR,
    )
    taken = world.say("south", wrong, thread=first.message.thread)
    assert taken.marks.distance_m == pytest.approx(9_000, abs=10)
    assert taken.marks.wrong == ("place",)
    for party in ("north", "south"):
        assert "south: READBACK WRONG place" in lines(world, party)
        (thread,) = seen(world, party).threads
        assert thread.sides[0].wrong == ("place",)
    right = replace(wrong, place=circle(54.0, 7.0).centre)
    assert world.say("south", right, thread=first.message.thread).marks.wrong == ()
    (thread,) = seen(world, "north").threads
    assert thread.sides[0].wrong == ()


def test_2015_the_list_that_nobody_compared() -> None:
    """A site was on the list, and nobody compared the list with the coordinates. The comparison
    is made by itself, both ways: the site first or the plan first."""
    site = notice(
        volume(circle(54.0, 7.0, 500.0), START, START + 90 * DAY),
        notice=NoticeKind.SITE,
        confirmed_by="Zoe",
    )
    plan = replace(notice(volume(circle(54.01, 7.0, 1_500.0))), notice=NoticeKind.PLAN)
    for order in ((("south", site), ("north", plan)), (("north", plan), ("south", site))):
        world = line_of_two()
        for party, body in order:
            world.say(party, body)
        for party in ("north", "south"):
            assert lines(world, party)[-1] == "conflict opened"
            (conflict,) = seen(world, party).conflicts
            assert conflict.facts.distance_m == 0.0


def test_sites_grow_stale_and_are_marked() -> None:
    """27 of 182 listed sites were hit in one year: lists went stale, and not to everyone."""
    world = line_of_two()
    site = notice(
        volume(start=START, end=START + 90 * DAY), notice=NoticeKind.SITE, confirmed_by="Zoe"
    )
    first = world.say("south", site)
    world.jump(31 * DAY)
    for party in ("north", "south"):
        assert "stale" in lines(world, party)
        assert seen(world, party).threads[0].stale
    world.say("south", Amend(site), thread=first.message.thread)
    assert not seen(world, "north").threads[0].stale


def test_2024_the_word_that_did_not_reach_the_crew() -> None:
    """The notice was right and it was read; it did not reach those who flew. Reading is not
    passing on, and the sender sees which it is."""
    world = line_of_two(notice=replace(agreement().notice, disseminated_within=30 * MINUTE))
    convoy = notice(
        volume(circle(54.0, 7.0, 1_000.0)),
        notice=NoticeKind.MOVEMENT,
        contact=FieldContact("convoy leader", phone="+00 000 0000", tested_at=START),
    )
    first = world.say("north", convoy)
    world.sleep(2 * MINUTE)
    world.receipt("south", first, ReceiptKind.READ)
    world.sleep(30 * MINUTE)
    side = seen(world, "north").threads[0].sides[0]
    assert side.step is Step.READ
    assert side.passed_on == ()
    assert (1800.0, "overdue: disseminated by south") in told(world, "north")
    world.receipt("south", first, ReceiptKind.UNABLE)
    assert seen(world, "north").threads[0].sides[0].unable is not None
    assert seen(world, "north").threads[0].overdue, "unable is not done"
    world.receipt("south", first, ReceiptKind.DISSEMINATED)
    side = seen(world, "north").threads[0].sides[0]
    assert [one.name for one in side.passed_on] == ["crew"]
    assert side.overdue == ()


def test_2014_two_altitude_limits() -> None:
    """One notice named two upper limits; neighbours restricted differently."""
    world = line_of_two()
    low, high = (volume(box(54.0, 7.0, 54.5, 7.5), upper_m=top) for top in (8_000.0, 9_750.0))

    def closure(*volumes: object, name: str = "box") -> Closure:
        return Closure(
            name,
            tuple(volumes),  # type: ignore[arg-type]
            ClosureReason.CONFLICT_ZONE,
            Binding.MANDATORY_FOR_SELF,
            START + 2 * HOUR + 30 * MINUTE,
        )

    with pytest.raises(InvalidInput, match="limit"):
        world.say("north", closure(low, high))
    assert lines(world, "south") == []
    world.say("north", closure(low))
    neighbour = volume(box(54.0, 7.5, 54.5, 8.0), upper_m=9_750.0)
    world.say("south", closure(neighbour, name="next to it"))
    for party in ("north", "south"):
        assert lines(world, party)[-1] == "closures differ"


def test_2018_the_late_warning() -> None:
    """Less than a minute of warning, says one; much more, says the other. Both read one number."""
    world = line_of_two()
    first = world.say("north", notice(volume(start=START + 50 * SECOND, end=START + HOUR)))
    assert first.marks.lead_time == timedelta(seconds=50)
    for party in ("north", "south"):
        assert lines(world, party)[0] == "north: NOTIFY LATE"
        (thread,) = seen(world, party).threads
        assert (thread.late, thread.lead_time) == (True, timedelta(seconds=50))
    assert first.message.thread in world.state.notices, "late is taken, never dropped"


def test_2017_the_line_that_was_suspended_and_used_all_the_same() -> None:
    world = line_of_two()
    world.say("south", Suspend("Cai", "until further notice"))
    for party in ("north", "south"):
        links = {one.party: one.suspended_since for one in seen(world, party).links}
        assert links["south"] == START
    with pytest.raises(PermissionDenied, match="suspended"):
        world.say("north", notice())
    call = world.say("north", Urgent(UrgentAction.STOP))
    check = world.say("south", LineCheck(CheckMode.HUMAN))
    world.sleep(30 * SECOND)
    assert [at for at, owes, _ in world.alarms() if owes == "south"] == [10.0, 30.0]
    world.receipt("south", call, ReceiptKind.READ)
    world.receipt("north", check, ReceiptKind.READ)
    world.say("south", Resume("Cai"))
    world.say("north", notice())
    said = [line for line in lines(world, "south") if not line.startswith("alarm")]
    assert said == [
        "south: SUSPEND",
        "north: URGENT",
        "south: LINE_CHECK",
        "south: read",
        "north: read",
        "south: RESUME",
        "north: NOTIFY",
    ]


def test_a_silent_side_is_unknown_never_anything_else() -> None:
    """2020: an open sky over an alert, and no word. Silence is shown as what it is."""
    terms = replace(agreement().line_check, machine_every=MINUTE)
    world = line_of_two(line_check=terms)
    world.beat()
    world.sleep(MINUTE)
    assert [str(one.state) for one in seen(world, "north").links if not one.own] == ["live"]
    world.down.add("south")
    silent_from = world.now
    world.sleep(5 * MINUTE)
    (unknown,) = (at for at, line in told(world, "north") if line == "link of south: UNKNOWN")
    second_miss = (silent_from - START).total_seconds() + 2 * 60.0
    assert second_miss <= unknown <= second_miss + 5.0
    assert [str(one.state) for one in seen(world, "north").links if not one.own] == ["UNKNOWN"]
