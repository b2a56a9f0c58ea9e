"""What refuses a message whatever it says: each refusal with its error and its field."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from openline.errors import InvalidInput, NotFound, OpenlineError, PermissionDenied, VersionMismatch
from openline.line.message.bodies import (
    Amend,
    Body,
    Cancel,
    LineCheck,
    Query,
    Receipt,
    Suspend,
    Urgent,
)
from openline.line.message.kind import AnswerCode, CheckMode, ReceiptKind, UrgentAction
from openline.line.thread import Step
from tests.line_world import DAY, HOUR, MINUTE, SECOND, START, World, agreement, notice

STOP = Urgent(UrgentAction.STOP)


@dataclass(frozen=True)
class Refusal:
    """A message that is refused: what is other about it, and the error that comes."""

    name: str
    error: type[OpenlineError]
    at: str | None
    fields: dict[str, Any] = field(default_factory=dict)
    body: Body = field(default_factory=notice)
    sender: str = "north"
    carried: bool = False


# North said `north-1` to south alone, and suspended nothing; south suspended the line with `east`
# only in the tests of suspension.
REFUSALS = [
    Refusal("another line", InvalidInput, "agreement", {"agreement_id": "southern-sky"}),
    Refusal("an older version", VersionMismatch, "version", {"agreement_version": 1}),
    Refusal("a version to come", VersionMismatch, "version", {"agreement_version": 3}),
    Refusal("an unknown sender", InvalidInput, "from", sender="west"),
    Refusal("an unknown recipient", InvalidInput, "to", {"recipients": ("south", "west")}),
    Refusal(
        "expired",
        InvalidInput,
        "expires",
        {"time_sent": START - 2 * SECOND, "time_expires": START},
    ),
    Refusal(
        "expired in a bundle",
        InvalidInput,
        "expires",
        {"time_sent": START - DAY, "time_expires": START - HOUR},
        carried=True,
    ),
    Refusal("a clock ahead", InvalidInput, "sent", {"time_sent": START + 31 * SECOND}),
    Refusal("a clock behind", InvalidInput, "sent", {"time_sent": START - 31 * SECOND}),
    Refusal(
        "dated in the future in a bundle",
        InvalidInput,
        "sent",
        {"time_sent": START + 31 * SECOND},
        carried=True,
    ),
    Refusal(
        "an expired URGENT in a bundle",
        InvalidInput,
        "expires",
        {"time_sent": START - DAY, "time_expires": START - HOUR},
        STOP,
        carried=True,
    ),
    Refusal("a replay", VersionMismatch, "id", {"id": "north-1"}),
    Refusal("a replay under a new number", VersionMismatch, "id", {"id": "north-1", "sequence": 9}),
    Refusal("a number used before", VersionMismatch, "sequence", {"sequence": 1, "id": "new"}),
    Refusal("a number far ahead", VersionMismatch, "sequence", {"sequence": 1_003}),
    Refusal("the id of a conflict to come", VersionMismatch, "id", {"id": "0123456789ab"}),
    Refusal("a thread that is not there", NotFound, "thread", {"thread": "gone"}, Amend(notice())),
    Refusal(
        "a thread of others",
        NotFound,
        "thread",
        {"thread": "north-1", "recipients": ("north",)},
        Receipt(ReceiptKind.DELIVERED, "north-1"),
        sender="east",
    ),
    Refusal(
        "somebody who is not in the thread",
        InvalidInput,
        "to",
        {"thread": "north-1", "recipients": ("south", "east")},
        Cancel(),
    ),
]


@pytest.fixture
def world() -> World:
    made = World()
    made.agree(agreement(2))
    made.say("north", notice(), recipients=("south",))
    return made


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.name)
def test_it_is_refused_and_nothing_changes(world: World, refusal: Refusal) -> None:
    message = world.message(refusal.sender, refusal.body, **refusal.fields)
    before = deepcopy(world.state)
    with pytest.raises(refusal.error) as caught:
        world.hear(message, carried=refusal.carried)
    assert type(caught.value) is refusal.error
    assert caught.value.facts.get("field") == refusal.at
    assert caught.value.problem
    before.party(refusal.sender)  # a party that was looked at is there
    world.state.party(refusal.sender)
    assert world.state == before


def test_the_same_messages_without_their_fault_are_taken(world: World) -> None:
    for number in (2, 3, 1_003):  # after 3 as many as may be missing
        world.say("north", notice(), sequence=number)
    world.say("north", notice(), time_sent=START + 30 * SECOND)
    world.say("north", notice(), time_sent=START - 30 * SECOND)
    world.say("north", notice(), time_sent=START - DAY, time_expires=START + SECOND, carried=True)


def test_without_an_agreement_in_force_nothing_is_taken_but_urgent() -> None:
    world = World()
    world.jump(world.state.agreed().time_end - START)
    with pytest.raises(InvalidInput, match="no agreement is in force"):
        world.say("north", notice())
    called = world.say("north", STOP)
    world.receipt("south", called)
    assert world.side(called, "south").step is Step.READ


def test_urgent_is_taken_whatever_the_clock_of_its_sender_says(world: World) -> None:
    for off in (31 * SECOND, -31 * SECOND, DAY, -DAY):
        taken = world.say("north", STOP, time_sent=START + off)
        assert taken.marks.skew == off
        assert taken.marks.skewed


def test_urgent_is_taken_under_a_version_that_was_in_force(world: World) -> None:
    world.say("north", STOP, agreement_version=1)
    with pytest.raises(VersionMismatch):
        world.say("north", STOP, agreement_version=3)
    with pytest.raises(InvalidInput):
        world.say("north", STOP, agreement_id="southern-sky")


def test_a_suspended_line_takes_what_it_must_and_nothing_else() -> None:
    """The same line in use: suspended twice in words, used all the same."""
    world = World()
    first = world.say("north", notice())
    asked = world.say("north", Query("why?"))
    world.say("south", Suspend("Bea"))
    with pytest.raises(PermissionDenied, match="suspended by 'south'"):
        world.say("north", notice())
    with pytest.raises(PermissionDenied):
        world.say("south", notice(), recipients=("east",))
    with pytest.raises(PermissionDenied):
        world.answer("south", asked, AnswerCode.ANSWERED, text="because")
    world.say("north", notice(), recipients=("east",))  # neither of them suspended it
    world.receipt("south", first)
    world.say("north", LineCheck(CheckMode.MACHINE))
    called = world.say("north", STOP)
    world.answer("south", called, AnswerCode.WILL_COMPLY)
    assert world.side(called, "south").step is Step.ANSWERED
    world.say("north", Cancel(), thread=called.message.thread)


def test_a_message_that_expires_in_the_queue_is_refused_when_it_comes() -> None:
    world = World()
    message = world.message("north", notice(), time_expires=START + 10 * SECOND)
    world.jump(10 * SECOND)
    with pytest.raises(InvalidInput, match="expired"):
        world.hear(message)


def test_numbers_that_are_missing_are_known_and_may_come_later() -> None:
    world = World()
    held = world.message("north", Query("first"))
    world.say("north", Query("third"), sequence=3)
    assert world.state.party("north").sequences.missing == (1, 2)
    assert world.state.party("north").sequences.last == 3
    world.hear(held)
    missing = world.state.party("north").sequences.missing
    assert list(missing) == [2]
    with pytest.raises(VersionMismatch) as caught:
        world.hear(replace(held, id="other", thread="other"))
    assert caught.value.facts["expected"] == 4


def test_a_message_leaps_over_a_thousand_numbers_at_most() -> None:
    world = World()
    world.say("north", Query("?"), sequence=1_001)
    with pytest.raises(VersionMismatch, match="more than 1,000"):
        world.say("north", Query("?"), sequence=2_003)
    world.say("north", Query("?"), sequence=2_002)
    assert len(world.state.party("north").sequences.missing) == 2_000


def test_one_in_a_bundle_leaps_over_the_beats_of_weeks() -> None:
    world = World()
    world.say("north", Query("?"), sequence=50_001, carried=True)
    with pytest.raises(VersionMismatch, match="more than 100,000"):
        world.say("north", Query("?"), sequence=100_003, carried=True)
    world.say("north", Query("?"), sequence=100_002, carried=True)
    with pytest.raises(VersionMismatch):
        world.say("north", Query("?"), sequence=100_004)
    world.say("north", Query("?"), sequence=100_003)
    assert len(world.state.party("north").sequences.missing) == 100_000


@pytest.mark.parametrize(
    ("off_s", "skewed", "widened_s"),
    [(0, False, 0), (1, False, 0), (1.5, True, 0), (5, True, 0), (6, True, 6), (-30, True, 30)],
)
def test_the_skew_of_a_clock_is_marked_and_widens_what_it_dates(
    off_s: float, skewed: bool, widened_s: float
) -> None:
    world = World()
    world.clocks["north"] = off_s * SECOND
    taken = world.say("north", notice())
    assert taken.marks.skew == off_s * SECOND
    assert taken.marks.skewed is skewed
    assert world.state.notices[taken.message.id].widen == widened_s * SECOND
    assert world.state.party("north").skew == off_s * SECOND


def test_a_bundle_says_nothing_of_the_clock_and_takes_the_last_that_is_known() -> None:
    world = World()
    world.say("north", Query("?"), time_sent=START - 10 * SECOND)
    world.jump(MINUTE)
    taken = world.say(
        "north", notice(), time_sent=START - HOUR, carried=True, time_expires=START + DAY
    )
    assert taken.marks.skew is None
    assert taken.marks.widened == 10 * SECOND
    assert taken.marks.latency == HOUR + MINUTE
    assert world.state.party("north").last_heard == START
