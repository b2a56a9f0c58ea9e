"""LINE_CHECK: machines beat, people call, and silence is UNKNOWN, never anything else."""

from datetime import timedelta
from typing import Any

import pytest

from openline.errors import InvalidInput
from openline.line.agreement import Agreement, LineCheckTerms
from openline.line.duty import DutyKind
from openline.line.event import Alarm, LinkChanged, LinkState, Overdue
from openline.line.message.bodies import LineCheck
from openline.line.message.kind import CheckMode, ReceiptKind
from openline.line.rules.checks import MACHINE_CHECKS_KEPT
from openline.line.thread import Step
from tests.line_world import HOUR, MINUTE, SECOND, START, World, agreement, notice

BEAT, CALL = LineCheck(CheckMode.MACHINE), LineCheck(CheckMode.HUMAN)
HUMAN = DutyKind.LINE_CHECK_HUMAN


def agreed(missed: int = 2, version: int = 1, **changes: Any) -> Agreement:
    terms = LineCheckTerms(MINUTE, 8 * HOUR, missed)
    return agreement(version, line_check=terms, **changes)


def links(world: World, party: str) -> list[tuple[float, LinkState]]:
    return [(at, one.state) for at, one in world.said(LinkChanged) if one.party == party]


def test_a_link_is_unknown_until_its_party_is_heard() -> None:
    world = World(agreed())
    world.sleep(MINUTE)
    assert {world.state.party(name).link for name in ("north", "south")} == {LinkState.UNKNOWN}
    assert world.events(LinkChanged) == []
    world.say("north", BEAT, officer=None)
    assert world.events(LinkChanged) == [
        LinkChanged("north", ("south", "east"), LinkState.LIVE, timedelta(0))
    ]


@pytest.mark.parametrize(("missed", "unknown_s"), [(1, 62.0), (2, 122.0), (4, 242.0)])
def test_missed_beats_make_a_link_late_then_unknown(missed: int, unknown_s: float) -> None:
    """Two missed heartbeats: the link shows UNKNOWN within 5 s of the second."""
    world = World(agreed(missed))
    world.say("north", BEAT, officer=None)
    world.sleep(HOUR)
    late = [(62.0, LinkState.LATE)] if missed > 1 else []
    assert links(world, "north") == [(0.0, LinkState.LIVE), *late, (unknown_s, LinkState.UNKNOWN)]
    assert world.events(LinkChanged)[-1].age == timedelta(seconds=unknown_s)
    assert 0 < unknown_s - missed * 60 <= 5


def test_a_beat_that_is_a_little_late_changes_nothing() -> None:
    world = World(agreed())
    for _ in range(10):
        world.say("north", BEAT, officer=None)
        world.sleep(MINUTE + SECOND)
    assert links(world, "north") == [(0.0, LinkState.LIVE)]


def test_a_party_that_is_heard_again_is_live_at_once() -> None:
    world = World(agreed())
    world.say("north", BEAT, officer=None)
    world.sleep(90 * SECOND)
    world.say("north", BEAT, officer=None)
    world.sleep(150 * SECOND)
    world.say("north", notice())
    assert links(world, "north") == [
        (0.0, LinkState.LIVE),
        (62.0, LinkState.LATE),
        (90.0, LinkState.LIVE),
        (152.0, LinkState.LATE),
        (212.0, LinkState.UNKNOWN),
        (240.0, LinkState.LIVE),
    ]


def test_after_a_pause_of_the_server_the_link_is_unknown_not_late() -> None:
    world = World(agreed())
    world.say("north", BEAT, officer=None)
    world.jump(HOUR)
    assert links(world, "north") == [(0.0, LinkState.LIVE), (3600.0, LinkState.UNKNOWN)]


def test_a_bundle_proves_no_link() -> None:
    world = World(agreed())
    world.say("north", notice(), carried=True)
    assert world.state.party("north").link is LinkState.UNKNOWN
    assert world.state.party("north").last_heard is None


def test_a_machine_answers_a_check_of_a_machine() -> None:
    world = World(agreed())
    asked = world.say("north", BEAT, officer=None)
    world.say("south", LineCheck(CheckMode.MACHINE, of=asked.message.id), officer=None)
    world.receipt("east", asked, ReceiptKind.DELIVERED)
    assert world.side(asked, "south").step is Step.ANSWERED
    assert world.side(asked, "east").step is Step.RECEIVED
    assert world.state.party("south").last_machine_check == START


def test_no_beat_is_owed_or_makes_an_alarm() -> None:
    world = World(agreed())
    for _ in range(10):
        world.say("north", BEAT, officer=None)
        world.sleep(MINUTE)
    assert world.events(Overdue) == []


@pytest.mark.parametrize("way", ["check", "receipt"])
def test_people_answer_a_check_by_people(way: str) -> None:
    """The same line in use: daily test calls."""
    world = World(agreed())
    asked = world.say("north", CALL)
    assert world.duty(asked, HUMAN, "south") is not None
    if way == "check":
        world.say("south", LineCheck(CheckMode.HUMAN, of=asked.message.id))
    else:
        world.receipt("south", asked)
    assert world.duty(asked, HUMAN, "south") is None
    world.sleep(5 * MINUTE)
    assert [(owes, what) for _, owes, what in world.overdue()] == [("east", "line_check_human")]


def test_a_machine_does_not_answer_for_people() -> None:
    world = World(agreed())
    asked = world.say("north", CALL)
    world.receipt("south", asked, ReceiptKind.DELIVERED)
    assert world.duty(asked, HUMAN, "south") is not None
    with pytest.raises(InvalidInput):
        world.say("south", LineCheck(CheckMode.HUMAN, of=asked.message.id), officer=None)
    with pytest.raises(InvalidInput) as caught:
        world.say("south", LineCheck(CheckMode.MACHINE, of=asked.message.id))
    assert caught.value.facts["field"] == "mode"


def test_a_check_by_people_is_owed_in_every_interval() -> None:
    world = World(agreed())
    world.sleep(7 * HOUR)
    asked = world.say("north", CALL)
    world.say("south", LineCheck(CheckMode.HUMAN, of=asked.message.id))
    world.receipt("east", asked)  # it was there, and owes a check of its own still
    world.sleep(HOUR)
    assert world.overdue() == [(8 * 3600.0, "east", "line_check_human")]
    (event,) = world.events(Overdue)
    assert (event.thread, set(event.parties)) == ("", {"north", "south", "east"})
    world.sleep(7 * HOUR)
    late = [(at / 3600, owes) for at, owes, _ in world.overdue()]
    assert late == [(8.0, "east"), (15.0, "north"), (15.0, "south")]
    assert {one.ladder_role for one in world.events(Alarm)} == {"duty officer"}
    world.say("east", CALL)
    assert "/line_check_human/east" in world.state.duties
    assert world.state.duties["/line_check_human/east"].duty.due == START + 23 * HOUR


@pytest.mark.parametrize(
    "problem", ["unknown", "an answer", "not got", "not to who asked", "no check"]
)
def test_an_answer_to_no_check_is_refused(problem: str) -> None:
    world = World(agreed())
    asked = world.say("north", BEAT, recipients=("south",))
    answered = world.say("south", LineCheck(CheckMode.MACHINE, of=asked.message.id))
    first = world.say("north", notice())
    of = {"unknown": "x", "an answer": answered.message.id, "no check": first.message.id}
    sender = "east" if problem == "not got" else "south"
    sender = "north" if problem == "an answer" else sender
    wrong = problem == "not to who asked"
    fields: dict[str, Any] = {"recipients": ("east",)} if wrong else {}
    body = LineCheck(CheckMode.MACHINE, of=of.get(problem, asked.message.id))
    with pytest.raises(InvalidInput) as caught:
        world.say(sender, body, **fields)
    assert caught.value.facts["field"] == ("to" if fields else "of")


def test_beats_do_not_fill_the_memory() -> None:
    world = World(agreed())
    first = world.say("north", BEAT, officer=None)
    for _ in range(MACHINE_CHECKS_KEPT):
        world.say("north", BEAT, officer=None)
    assert first.message.id not in world.state.messages
    assert len(world.state.messages) == len(world.state.threads) == MACHINE_CHECKS_KEPT
    with pytest.raises(InvalidInput):
        world.say("south", LineCheck(CheckMode.MACHINE, of=first.message.id), officer=None)
    assert world.replayed().state == world.state


def test_nothing_is_owed_to_a_line_whose_agreement_is_over() -> None:
    world = World(agreed(time_end=START + HOUR))
    world.say("north", BEAT, officer=None)
    world.sleep(24 * HOUR)
    assert world.overdue() == []
    assert world.state.party("north").link is LinkState.UNKNOWN


def test_another_interval_counts_from_the_last_check() -> None:
    world = World(agreed())
    world.say("north", CALL, recipients=("south",))
    world.sleep(2 * HOUR)
    terms = LineCheckTerms(MINUTE, HOUR, 2)
    world.agree(agreement(2, line_check=terms))
    late = [(at, owes) for at, owes, what in world.overdue() if what == "line_check_human"]
    assert (7200.0, "north") in late
    world.sleep(HOUR)
    late = [(at, owes) for at, owes, what in world.overdue() if what == "line_check_human"]
    assert (10800.0, "east") in late
