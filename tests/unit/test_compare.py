"""What opens, changes and closes a conflict, in what words, and who is told of it."""

import time
from dataclasses import replace

import pytest

from openline.airspace.separation import Separation
from openline.line.agreement import ClassMinima, FlightClass
from openline.line.event import ConflictChanged, ConflictClosed, ConflictOpened
from openline.line.line import Line
from openline.line.message.bodies import Amend, Cancel, Closure
from openline.line.message.envelope import Message
from openline.line.message.kind import Binding, ClosureReason, NoticeKind
from openline.line.thread import Step
from tests.line_world import (
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

_HERE = notice(volume(circle(54.0, 7.0)))
_NEAR = notice(volume(circle(54.02, 7.0)))
_FAR = notice(volume(circle(55.2, 9.0)))
_NARROW = Separation(100.0, 50.0)


def _open(world: World) -> list[str]:
    return [one.id for one in world.state.conflicts.values() if one.closed is None]


def _facts(world: World, kind: type = ConflictOpened):
    return [one.facts for one in world.events(kind)]


def _cause(world: World) -> str:
    (closed,) = world.events(ConflictClosed)
    assert isinstance(closed, ConflictClosed)
    return closed.cause


def test_both_parties_have_the_same_conflict_with_its_numbers() -> None:
    world = World()
    north, south = world.say("north", _HERE), world.say("south", _NEAR)
    (opened,) = world.events(ConflictOpened)
    assert set(opened.threads) == {north.message.id, south.message.id}
    assert set(opened.parties) == {"north", "south"}
    facts = opened.facts
    # two circles of 5 km, 2.2 km from centre to centre: they overlap all the time, at all heights
    assert (facts.distance_m, facts.vertical_gap_m, facts.time_gap_s) == (0.0, 0.0, 0.0)
    assert (facts.altitude_lower_m, facts.altitude_upper_m) == (0.0, 1_000.0)
    assert (facts.time_start, facts.time_end) == (START + 2 * HOUR, START + 3 * HOUR)
    assert (facts.lateral_m, facts.vertical_m, facts.time_s) == (9_260.0, 304.8, 60.0)
    assert facts.unlocated is None
    assert north.message.id in facts.reason
    assert "overlap from 14:00Z to 15:00Z" in facts.reason
    assert [world.heard(party).count(opened) for party in ("north", "south", "east")] == [1, 1, 0]
    thread = world.state.threads[opened.conflict]
    assert thread.state is Step.RECEIVED


def test_an_amendment_changes_numbers_or_closes() -> None:
    world = World()
    north = world.say("north", _HERE)
    world.say("south", _NEAR)
    world.say("north", Amend(replace(_HERE, text="the same place")), thread=north.message.id)
    assert world.events(ConflictChanged) == [], "no number is another"
    later = notice(volume(circle(54.0, 7.0), START + 2 * HOUR + 30 * MINUTE))
    world.say("north", Amend(later), thread=north.message.id)
    (facts,) = _facts(world, ConflictChanged)
    assert facts.time_start == START + 2 * HOUR + 30 * MINUTE
    world.say("north", Amend(_FAR), thread=north.message.id)
    assert _cause(world) == "amended"
    assert _open(world) == []


def test_it_closes_when_one_side_is_cancelled_or_over() -> None:
    world = World()
    north = world.say("north", _HERE)
    world.say("south", _NEAR)
    world.say("north", Cancel(), thread=north.message.id)
    assert _cause(world) == "cancelled"

    world = World()
    world.say("north", _HERE)
    world.say("south", _NEAR)
    world.until(START + 3 * HOUR - SECOND)
    assert len(_open(world)) == 1
    world.until(START + 3 * HOUR)
    assert _cause(world) == "ended"


def test_a_closure_that_is_superseded_takes_its_conflict_with_it() -> None:
    world = World()
    world.say("north", _HERE)
    close = Closure(
        "C", _NEAR.volumes, ClosureReason.FIRE, Binding.ADVICE, _NEAR.time_start + MINUTE
    )
    first = world.say("south", close)
    assert len(_open(world)) == 1
    away = replace(close, volumes=_FAR.volumes, revision=2, supersedes=first.message.id)
    world.say("south", away)
    assert _cause(world) == "superseded"


def test_another_agreement_compares_everything_anew() -> None:
    world = World()
    apart = notice(volume(circle(54.0, 7.2)))  # 13 km from centre to centre: 3 km between them
    world.say("north", _HERE)
    world.say("south", apart)
    (opened,) = _facts(world)
    assert opened.distance_m == pytest.approx(3_100, abs=100)
    world.agree(agreement(2, separation=Separation(2_000.0, 304.8, MINUTE)))
    assert _cause(world) == "agreement"
    world.agree(agreement(3))
    assert len(_open(world)) == 1


def test_each_pair_is_compared_with_the_minima_of_its_classes() -> None:
    classes = (FlightClass("uav", "UAV"), FlightClass("heli", "Helicopters"))
    special = (ClassMinima(("uav", "uav"), _NARROW),)
    world = World(agreement(classes=classes, class_minima=special))
    beside = notice(volume(circle(54.0, 7.2)), flight_class="uav")
    world.say("north", replace(_HERE, flight_class="uav"))
    world.say("south", beside)
    assert _open(world) == []
    world.say("east", replace(_HERE, flight_class="heli"))
    assert len(_open(world)) == 2


def test_a_missing_place_stands_for_the_whole_area_and_says_so() -> None:
    world = World()
    world.say("south", _HERE)
    world.say("south", notice(volume(circle(60.0, 7.0))))  # outside the agreed area
    world.say("south", notice(volume(circle(), START + 9 * HOUR)))  # at another time
    nowhere = world.say("north", unlocated())
    (facts,) = _facts(world)
    assert facts.unlocated == nowhere.message.id
    assert "names no place" in facts.reason
    assert (facts.distance_m, facts.altitude_lower_m, facts.where) == (None, None, None)
    world.say("north", Amend(_FAR), thread=nowhere.message.id)
    assert _cause(world) == "amended"


def test_what_comes_later_meets_the_missing_place_too() -> None:
    world = World()
    nowhere = world.say("north", unlocated())
    world.say("south", _HERE)
    world.say("east", unlocated())
    assert len(_open(world)) == 3
    assert _facts(world)[0].unlocated == nowhere.message.id
    assert all(one.unlocated for one in _facts(world))


def test_places_do_not_meet_each_other() -> None:
    world = World()
    site = notice(notice=NoticeKind.SITE, confirmed_by="Eve")
    close = Closure(
        "C", _NEAR.volumes, ClosureReason.FIRE, Binding.ADVICE, _NEAR.time_start + MINUTE
    )
    world.say("north", site)
    world.say("south", site)
    world.say("east", close)
    assert _open(world) == []
    world.say("south", _NEAR)
    assert len(_open(world)) == 2


def test_who_was_not_told_of_a_notice_is_not_told_of_its_conflict() -> None:
    world = World()
    world.say("north", _HERE, recipients=("east",))
    world.say("south", _NEAR)
    (opened,) = world.events(ConflictOpened)
    assert opened.parties == ("north",), "north has south's notice; south has not north's"

    world = World()
    world.say("north", _HERE, recipients=("east",))
    world.say("south", _NEAR, recipients=("east",))
    assert world.events(ConflictOpened) == []


def test_a_clock_that_is_off_widens_what_is_compared() -> None:
    world = World()
    world.clocks["north"] = 20 * SECOND
    world.say("north", _HERE)
    after = START + 3 * HOUR + 70 * SECOND  # 10 s more than the minimum
    world.say("south", notice(volume(circle(), after)))
    (facts,) = _facts(world)
    assert facts.time_gap_s == 50.0


def test_what_was_said_by_a_clock_that_is_off_stands_as_much_longer() -> None:
    world = World()
    world.clocks["north"] = -20 * SECOND
    world.say("north", _HERE)
    close = Closure("C", _FAR.volumes, ClosureReason.FIRE, Binding.ADVICE, _FAR.time_start + MINUTE)
    world.say("north", close)
    world.say("south", _NEAR)
    world.until(START + 3 * HOUR + 19 * SECOND)
    assert [one.party for one in world.state.notices.values()] == ["north"]
    assert len(world.state.closures) == 1
    world.until(START + 3 * HOUR + 20 * SECOND)
    assert (world.state.notices, world.state.closures) == ({}, {})


def test_the_record_read_again_says_nothing_new() -> None:
    world = World()
    world.say("north", _HERE)
    world.say("south", _NEAR)
    line = world.replayed()
    assert line.state == world.state
    assert line.compare(world.now) == []


def test_many_changes_at_once_are_compared_as_one_by_one() -> None:
    spots = [(54 + 0.03 * (n % 20), 7 + 0.05 * (n // 20)) for n in range(240)]
    agreed = agreement(separation=Separation(3_000.0, 100.0, MINUTE))
    one_by_one, at_once = World(agreed), Line()
    at_once.take_agreement(agreed, START)
    for number, spot in enumerate(spots):
        body = notice(volume(circle(*spot, 300.0), lower_m=100.0 * (number % 9)))
        taken = one_by_one.say(("north", "south", "east")[number % 3], body)
        at_once.take_message(taken.entry, START, taken.message)
    expected = {one.id: one.facts for one in one_by_one.state.conflicts.values()}
    found = {one.conflict: one.facts for one in at_once.compare(START)}
    assert len(expected) > 100
    assert found == expected


@pytest.mark.parametrize("standing", [2_000])
def test_one_more_notice_costs_little_however_many_stand(standing: int) -> None:
    """Compared with reading the whole sky, in the same process."""
    line = Line()
    line.take_agreement(agreement(), START)

    def say(number: int, sender: str) -> None:
        spot = circle(53 + (number * 0.618) % 2, 5 + (number * 0.733) % 4, 500.0)
        start = START + 2 * HOUR + (number % 97) * 10 * MINUTE
        name = f"{sender}-{number}"
        others = tuple(one for one in ("north", "south", "east") if one != sender)
        body = notice(volume(spot, start, lower_m=90.0 * (number % 10)))
        message = Message(
            *(name, "northern-sky-2026", 1, sender, others, number, START, START + HOUR, name),
            *(body, "Ada"),
        )
        line.take_message(number, START, message)

    def compare() -> float:
        begin = time.process_time()
        events = line.compare(START)
        spent = time.process_time() - begin
        line.take_events(1, START, events)
        return spent

    for number in range(1, standing):
        say(number, ("north", "south", "east")[number % 3])
    whole = compare()
    each = []
    for number in range(standing, standing + 30):
        say(number, ("north", "south", "east")[number % 3])
        each.append(compare())
    assert sorted(each)[15] < whole / 20
