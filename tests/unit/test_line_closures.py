"""CLOSURE: one limit, a review and an end; what contradicts is refused, what differs is told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.geo.altitude import Altitude, AltitudeBand, AltitudeReference, AltitudeUnit
from openline.line.duty import DutyKind
from openline.line.event import ClosuresDiffer, EndCause, Ended
from openline.line.message.bodies import Cancel, Closure
from openline.line.message.kind import Binding, ClosureReason
from openline.line.thread import Step
from tests.line_world import DAY, HOUR, MINUTE, START, World, box, circle, volume

FL260_M, FL320_M = 7_924.8, 9_753.6
# Two boxes along 7 degrees east, with a gap of a hundredth of a degree of longitude for each 0.01
# (655 m at 54 N).
WEST = box(53.9, 6.8, 54.1, 7.0)


def east_of(gap_deg: float) -> Any:
    return box(53.9, 7.0 + gap_deg, 54.1, 7.2)


def closure(*volumes: Volume4D, **fields: Any) -> Closure:
    listed = volumes or (volume(),)
    given: dict[str, Any] = {
        "name": "field 7",
        "volumes": listed,
        "reason": ClosureReason.CONFLICT_ZONE,
        "binding": Binding.MANDATORY_FOR_SELF,
        "review_at": min(one.time_start for one in listed) + 30 * MINUTE,
    }
    return Closure(**(given | fields))


def test_two_upper_limits_in_one_closure_are_refused() -> None:
    """2014: one notice named two different upper limits."""
    world = World()
    both = closure(volume(upper_m=FL320_M), volume(upper_m=FL260_M))
    with pytest.raises(InvalidInput, match="volumes 1 and 2 name different limits") as caught:
        world.say("north", both)
    assert caught.value.facts["field"] == "volumes"
    assert "9,754 m" in str(caught.value)
    assert "7,925 m" in str(caught.value)


def test_two_upper_limits_in_two_closures_of_one_party_are_refused() -> None:
    """2014: the same in two notices."""
    world = World()
    first = world.say("north", closure(volume(upper_m=FL320_M)))
    second = closure(volume(circle(54.05), upper_m=FL260_M))
    with pytest.raises(InvalidInput, match="field 7"):
        world.say("north", second)
    world.say("north", Cancel(), thread=first.message.thread)
    world.say("north", second)


def test_a_closure_of_other_limits_supersedes_the_first_and_ends_it() -> None:
    world = World()
    first = world.say("north", closure(volume(upper_m=FL260_M)))
    thread = first.message.thread
    second = world.say("north", closure(volume(upper_m=FL320_M), revision=2, supersedes=thread))
    assert world.events(Ended) == [Ended(thread, ("north", "south", "east"), EndCause.SUPERSEDED)]
    assert list(world.state.closures) == [second.message.thread]
    assert world.thread(first).state is Step.CLOSED
    assert world.duty(first, DutyKind.CLOSURE_REVIEW, "north") is None


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (volume(upper_m=1_000.0), "the same limits"),
        (volume(circle(55.0), upper_m=500.0), "another place"),
        (volume(start=START + 3 * HOUR, upper_m=500.0), "after it"),
        (volume(start=START + 5 * HOUR, upper_m=500.0), "another time"),
        (volume(lower_m=1_000.0, upper_m=2_000.0), "a layer above that touches"),
        (volume(lower_m=3_000.0, upper_m=4_000.0), "a layer above"),
        (volume(upper_m=1_000.9), "less than a metre"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("together", [True, False])
def test_what_does_not_contradict_is_taken(other: Volume4D, why: str, together: bool) -> None:
    world = World()
    if together:
        world.say("north", closure(volume(), other, review_at=START + 3 * HOUR))
    else:
        world.say("north", closure(volume()))
        world.say("north", closure(other))


@pytest.mark.parametrize("lower_m", [0.0, 500.0, 999.0 - 2])
def test_layers_that_share_heights_contradict_each_other(lower_m: float) -> None:
    world = World()
    with pytest.raises(InvalidInput):
        world.say("north", closure(volume(), volume(lower_m=lower_m, upper_m=2_000.0)))


def test_the_same_limit_in_other_units_is_the_same() -> None:
    world = World()
    feet = AltitudeBand(
        Altitude(0, AltitudeReference.AMSL, AltitudeUnit.FT),
        Altitude(10_000, AltitudeReference.AMSL, AltitudeUnit.FT),
        40.0,
        3_100.0,
    )
    metres = AltitudeBand(
        Altitude(0, AltitudeReference.AMSL),
        Altitude(3_048, AltitudeReference.AMSL),
        41.5,
        3_090.0,
    )
    world.say("north", closure(replace(volume(), altitude=feet)))
    world.say("north", closure(replace(volume(), altitude=metres)))
    world.say("south", closure(replace(volume(), altitude=metres)))
    assert world.events(ClosuresDiffer) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"revision": 2, "supersedes": "nothing"}, "supersedes"),
        ({"revision": 3, "supersedes": "north-1"}, "revision"),
        ({"revision": 2, "supersedes": "south-1"}, "supersedes"),
        (
            {"review_at": START, "volumes": (volume(start=START - HOUR, end=START + HOUR),)},
            "review_at",
        ),
        (
            {"review_at": START - HOUR, "volumes": (volume(start=START - HOUR, end=START),)},
            "volumes",
        ),
    ],
)
def test_a_closure_that_cannot_be_is_refused(fields: dict[str, Any], field: str) -> None:
    world = World()
    world.say("north", closure())
    world.say("south", closure())
    with pytest.raises(InvalidInput) as caught:
        world.say("north", closure(**fields))
    assert caught.value.facts["field"] == field


def test_who_has_a_closure_gets_what_supersedes_it() -> None:
    world = World()
    first = world.say("north", closure())
    with pytest.raises(InvalidInput, match="east"):
        world.say(
            "north",
            closure(revision=2, supersedes=first.message.thread),
            recipients=("south",),
        )


@pytest.mark.parametrize(
    ("gap_deg", "told"), [(-0.05, True), (0.0, True), (0.01, True), (0.02, False)]
)
def test_limits_that_differ_along_a_shared_border_are_told_once(gap_deg: float, told: bool) -> None:
    """2014: neighbours restricted differently. 0.01 degrees are 655 m, 0.02 are 1.3 km."""
    world = World()
    first = world.say("north", closure(volume(WEST, upper_m=FL320_M)))
    second = world.say("south", closure(volume(east_of(gap_deg), upper_m=FL260_M)))
    world.sleep(HOUR)
    if not told:
        assert world.events(ClosuresDiffer) == []
        return
    (event,) = world.events(ClosuresDiffer)
    assert event.threads == (first.message.thread, second.message.thread)
    assert set(event.parties) == {"north", "south", "east"}
    assert event.text == "south: 0 m W84 to 7,925 m W84; north: 0 m W84 to 9,754 m W84"
    assert world.state.told == {event.threads}


@pytest.mark.parametrize(
    "other",
    [
        volume(east_of(0), upper_m=FL320_M),
        volume(east_of(0), start=START + 3 * HOUR, upper_m=FL260_M),
    ],
    ids=["the same limits", "another time"],
)
def test_what_agrees_or_never_meets_is_not_told(other: Volume4D) -> None:
    world = World()
    world.say("north", closure(volume(WEST, upper_m=FL320_M)))
    world.say("south", closure(other))
    assert world.events(ClosuresDiffer) == []


def test_only_those_who_have_both_are_told() -> None:
    world = World()
    one, other = volume(WEST, upper_m=FL320_M), volume(east_of(0), upper_m=FL260_M)
    world.say("north", closure(one), recipients=("east",))
    world.say("south", closure(other), recipients=("east",))
    assert [event.parties for event in world.events(ClosuresDiffer)] == [("east",)]
    apart = World()
    apart.say("north", closure(one), recipients=("south",))
    apart.say("east", closure(other), recipients=("north",))
    assert [event.parties for event in apart.events(ClosuresDiffer)] == [("north",)]


def test_a_review_is_owed_and_overdue_for_both_sides() -> None:
    """Bulletins: review and expiry on every closure; none is open-ended."""
    world = World()
    first = world.say("north", closure())
    duty = world.duty(first, DutyKind.CLOSURE_REVIEW, "north")
    assert duty is not None
    assert duty.duty.due == START + 2 * HOUR + 30 * MINUTE
    world.sleep(3 * HOUR)
    assert (9000.0, "north", "closure_review") in world.overdue()
    assert not world.thread(first).overdue, "its time is over"
    assert world.events(Ended)[-1].cause is EndCause.ENDED
    assert first.message.thread not in world.state.closures


def test_the_lead_time_of_a_closure_is_told() -> None:
    world = World()
    soon = volume(start=START + 10 * MINUTE, end=START + DAY)
    taken = world.say("north", closure(soon, review_at=START + HOUR))
    assert taken.marks.lead_time == timedelta(minutes=10)
    assert taken.marks.late


def test_a_closure_by_a_skewed_clock_stands_wider() -> None:
    world = World()
    world.clocks["north"] = timedelta(seconds=-20)
    taken = world.say("north", closure())
    assert world.state.closures[taken.message.thread].widen == timedelta(seconds=20)
