"""Duties: when alarms are raised and for whom, what is overdue, in which order, for both sides."""

from dataclasses import replace
from datetime import timedelta

import pytest

from openline.line.agreement import Party
from openline.line.duty import Duty, DutyKind
from openline.line.event import Alarm, Event, LinkChanged, Overdue
from openline.line.message.bodies import Cancel
from openline.line.message.kind import Asks
from tests.line_world import DAY, HOUR, MINUTE, SECOND, START, World, agreement, notice, volume


def duty(due: timedelta, ladder: int = 3, *alarms_s: int, insists: bool = False) -> Duty:
    steps = ("officer", "chief", "commander")[:ladder]
    alarms = tuple(value * SECOND for value in alarms_s)
    return Duty("t", DutyKind.READ, "a", ("b",), START, START + due, steps, alarms, insists)


def calls(one: Duty, most: int = 9) -> list[tuple[float, int]]:
    found = [one.alarm(number) for number in range(1, most + 1)]
    return [((at - START).total_seconds(), step) for at, step in filter(None, found)]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (duty(5 * MINUTE), [(300, 0), (600, 1), (900, 2)]),
        (duty(5 * MINUTE, 1), [(300, 0)]),
        (duty(5 * MINUTE, 0), []),
        (duty(SECOND), [(1, 0), (11, 1), (21, 2)]),
        (duty(3 * DAY), [(3 * 86400, 0), (4 * 86400, 1), (5 * 86400, 2)]),
        (duty(MINUTE, 3, 10, 30, 60), [(10, 0), (30, 0), (60, 0), (90, 1), (120, 2)]),
        (duty(MINUTE, 2, 20), [(20, 0), (40, 1)]),
    ],
)
def test_the_ladder_is_climbed_at_its_pace(one: Duty, expected: list[tuple[float, int]]) -> None:
    assert calls(one) == expected
    assert one.calls == len(expected)


def test_what_insists_calls_the_last_step_again_ever_more_slowly_up_to_an_hour() -> None:
    one = duty(MINUTE, 2, 10, 30, 60, insists=True)
    found = calls(one, 14)
    assert found[:4] == [(10, 0), (30, 0), (60, 0), (90, 1)]
    waits = [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    assert found[4:] == [(90 + sum(waits[: n + 1]), 1) for n in range(10)]
    assert calls(duty(MINUTE, 0, 10, insists=True)) == []


@pytest.mark.parametrize(
    ("raised", "following"), [(0, (2, 1)), (1, (2, 1)), (2, (3, 2)), (3, None), (9, None)]
)
def test_the_next_step_is_the_one_above_the_last_that_was_called(
    raised: int, following: tuple[int, int] | None
) -> None:
    assert duty(5 * MINUTE).next_step(raised) == following


def test_overdue_is_an_event_for_both_sides_at_its_time() -> None:
    world = World()
    first = world.say("north", notice(), recipients=("south",))
    world.sleep(HOUR)
    (delivered, read) = world.said(Overdue)
    assert (delivered[0], delivered[1].what) == (60.0, DutyKind.DELIVERED)
    assert (read[0], read[1].what) == (300.0, DutyKind.READ)
    assert set(read[1].parties) == {"north", "south"}
    assert world.thread(first).overdue
    assert world.side(first, "south").overdue == {delivered[1].duty, read[1].duty}
    world.receipt("south", first)
    assert not world.thread(first).overdue


def test_after_a_pause_all_that_was_due_is_said_in_the_order_in_which_it_was() -> None:
    asked = World()
    asked.say("north", notice(asks=Asks.STAY_OUTSIDE))
    away = World()
    away.say("north", notice(asks=Asks.STAY_OUTSIDE))
    asked.sleep(150 * MINUTE)
    away.jump(150 * MINUTE)
    assert away.events(Overdue, Alarm) == asked.events(Overdue, Alarm)
    assert len(away.events(Overdue)) == 6


def test_what_is_due_is_said_until_it_is_on_the_record_and_not_after() -> None:
    world = World()
    world.say("north", notice(), recipients=("south",))
    later = START + MINUTE
    first, again = world.line.due(later), world.line.due(later)
    assert first == again
    assert len(first) == 2
    world.line.take_events(9, later, first)
    assert world.line.due(later) == []


@pytest.mark.parametrize("most", [1, 3])
def test_much_that_is_due_is_said_some_at_a_time_as_it_would_be_all_at_once(most: int) -> None:
    world, later = World(), START + 5 * HOUR
    for hours in range(1, 4):
        world.say("north", notice(volume(start=START + hours * HOUR)), recipients=("south",))
    expected = world.line.due(later)
    found, rounds = list[Event](), 0
    while some := world.line.due(later, most):
        world.line.take_events(9, later, some)
        found, rounds = found + some, rounds + 1
    of_threads = [one for one in found if not isinstance(one, LinkChanged)]
    assert of_threads == [one for one in expected if not isinstance(one, LinkChanged)]
    assert rounds > len(expected) // (3 * most)
    assert world.line.due(later) == []


def test_each_event_is_compared_with_few_others(monkeypatch: pytest.MonkeyPatch) -> None:
    world, asked = World(), [0]
    for _ in range(300):
        world.say("north", notice(), recipients=("south",))
    same = Overdue.__eq__

    def counted(one: Overdue, other: object) -> bool:
        asked[0] += 1
        return same(one, other)

    monkeypatch.setattr(Overdue, "__eq__", counted)
    assert len(world.line.due(START + MINUTE)) >= 300
    assert asked[0] < 300


def test_an_event_of_a_thread_that_ended_meanwhile_changes_nothing() -> None:
    world = World()
    first = world.say("north", notice(), recipients=("south",))
    late = world.line.due(START + MINUTE)
    ends = world.line.due(START + 4 * HOUR)
    world.say("north", Cancel(), thread=first.message.thread)
    before = world.replayed().state
    of_thread = [one for one in (*late, *ends) if not isinstance(one, LinkChanged)]
    assert len(of_thread) > 4
    world.line.take_events(99, world.now, of_thread)
    world.state.last_entry = before.last_entry
    assert world.state == before


def test_a_clock_that_goes_back_says_nothing_twice() -> None:
    world = World()
    world.say("north", notice(), recipients=("south",))
    world.sleep(MINUTE)
    said = len(world.events())
    world.jump(-30 * SECOND)
    world.jump(30 * SECOND)
    assert len(world.events()) == said


def test_a_party_without_further_steps_has_one_alarm() -> None:
    parties = tuple(replace(one, ladder=("duty officer",)) for one in agreement().parties)
    assert all(isinstance(one, Party) for one in parties)
    world = World(agreement(parties=parties))
    world.say("north", notice(volume(start=START)), recipients=("south",))
    world.sleep(30 * MINUTE)
    assert [(at, role) for at, _, role in world.alarms()] == [
        (60.0, "duty officer"),
        (300.0, "duty officer"),
    ]
