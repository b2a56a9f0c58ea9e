"""INCIDENT, QUERY, BREACH, REPLY, DISPOSITION."""

from typing import Any

import pytest

from openline.errors import InvalidInput, NotFound
from openline.line.duty import DutyKind
from openline.line.message.bodies import (
    Body,
    Breach,
    Disposition,
    Evidence,
    Incident,
    Query,
    Reply,
)
from openline.line.message.kind import DispositionState
from openline.line.rules.claims import disposition_of
from openline.line.thread import MessageEntry, Step
from tests.line_world import HOUR, START, World, notice

OPEN, DISCUSSED = DispositionState.OPEN, DispositionState.UNDER_DISCUSSION
NO_ACTION, SETTLED = DispositionState.NO_ACTION_DECIDED, DispositionState.SETTLED


def claim(**fields: Any) -> Breach:
    given: dict[str, Any] = {"rule": "notice", "time": START, "text": "no notice was given"}
    return Breach(**(given | fields))


def dispose(world: World, of: MessageEntry, party: str, state: DispositionState) -> None:
    world.say(party, Disposition(state), thread=of.message.thread)


def test_a_breach_has_a_reply_evidence_and_a_disposition_of_both_sides() -> None:
    """2023: both sides counted the other's violations, by different rules."""
    world = World()
    first = world.say("north", notice(), recipients=("south",))
    breach = world.say("south", claim(evidence=(Evidence("late", entry=2),)), recipients=("north",))
    thread = breach.message.thread
    assert disposition_of(world.state, thread) is OPEN
    world.say("north", Reply("it was on time"), thread=thread)
    assert world.side(breach, "north").step is Step.ANSWERED
    assert world.duty(breach, DutyKind.READ, "north") is None
    dispose(world, breach, "north", NO_ACTION)
    assert disposition_of(world.state, thread) is NO_ACTION
    dispose(world, breach, "north", SETTLED)
    assert disposition_of(world.state, thread) is DISCUSSED, "one side is not both"
    dispose(world, breach, "south", SETTLED)
    assert disposition_of(world.state, thread) is SETTLED
    assert world.thread(breach).state is Step.CLOSED
    with pytest.raises(InvalidInput, match="closed already"):
        dispose(world, breach, "south", OPEN)
    assert first.message.id in world.state.notices


# By hand: settled only if all say so; else the furthest of what any side says.
@pytest.mark.parametrize(
    ("north", "south", "overall"),
    [
        (OPEN, OPEN, OPEN),
        (OPEN, DISCUSSED, DISCUSSED),
        (DISCUSSED, NO_ACTION, NO_ACTION),
        (NO_ACTION, SETTLED, NO_ACTION),
        (OPEN, SETTLED, DISCUSSED),
        (SETTLED, SETTLED, SETTLED),
    ],
)
def test_what_became_of_a_breach(
    north: DispositionState, south: DispositionState, overall: DispositionState
) -> None:
    world = World()
    breach = world.say("north", claim(), recipients=("south",))
    dispose(world, breach, "north", north)
    dispose(world, breach, "south", south)
    assert disposition_of(world.state, breach.message.thread) is overall


def test_a_breach_among_three_is_settled_when_all_three_say_so() -> None:
    world = World()
    breach = world.say("north", claim())
    for party in ("north", "south"):
        dispose(world, breach, party, SETTLED)
    assert world.thread(breach).standing
    dispose(world, breach, "east", SETTLED)
    assert not world.thread(breach).standing


@pytest.mark.parametrize(
    ("body", "error", "field"),
    [
        (claim(time=START + HOUR), InvalidInput, "time"),
        (claim(evidence=(Evidence("?", entry=99),)), InvalidInput, "evidence.entry"),
        (Incident(START + HOUR, "it fell"), InvalidInput, "time"),
        (Incident(START, "it fell", about="nothing"), NotFound, "about"),
        (Query("why?", about="nothing"), NotFound, "about"),
    ],
)
def test_a_claim_about_nothing_is_refused(body: Body, error: type[Exception], field: str) -> None:
    world = World()
    with pytest.raises(error) as caught:
        world.say("north", body)
    assert isinstance(caught.value, InvalidInput | NotFound)
    assert caught.value.facts["field"] == field


def test_nobody_speaks_about_a_thread_that_others_have() -> None:
    world = World()
    first = world.say("north", notice(), recipients=("south",))
    world.say("south", Query("why?", about=first.message.thread))
    for body in (
        Query("why?", about=first.message.thread),
        Incident(START, "it fell", about=first.message.thread),
    ):
        with pytest.raises(NotFound):
            world.say("east", body)


def test_evidence_may_be_a_file() -> None:
    world = World()
    world.say("north", claim(evidence=(Evidence("a photograph", sha256=bytes(32)),)))


def test_replies_and_dispositions_belong_to_their_threads() -> None:
    world = World()
    query = world.say("north", Query("why?"))
    incident = world.say("north", Incident(START, "it fell"))
    for of, body in (
        (query, Reply("so")),
        (query, Disposition(SETTLED)),
        (incident, Disposition(SETTLED)),
    ):
        with pytest.raises(InvalidInput) as caught:
            world.say("south", body, thread=of.message.thread)
        assert caught.value.facts["field"] == "thread"
    world.say("south", Reply("we saw it"), thread=incident.message.thread)


def test_all_sides_hear_a_reply_and_a_disposition() -> None:
    world = World()
    breach = world.say("north", claim())
    for body in (Reply("no"), Disposition(SETTLED)):
        with pytest.raises(InvalidInput, match="east"):
            world.say("south", body, thread=breach.message.thread, recipients=("north",))


@pytest.mark.parametrize("body", [Incident(START, "it fell"), Query("why?"), claim()])
def test_a_person_has_to_read_it(body: Body) -> None:
    world = World()
    first = world.say("north", body)
    for party in ("south", "east"):
        assert world.duty(first, DutyKind.DELIVERED, party) is not None
        assert world.duty(first, DutyKind.READ, party) is not None
