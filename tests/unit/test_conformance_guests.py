"""An aircraft of nobody inside a declared operation is the one declared; it accuses nobody."""

import random
from typing import Any

import pytest

from openline.airspace.conformance.discrepancy import ConformanceEvent
from openline.airspace.conformance.guests import Guests
from openline.airspace.conformance.monitor import ConformanceMonitor
from openline.airspace.conformance.observed import Observation
from openline.airspace.entity import IntentState
from tests.conformance_flights import EXACT, at, box, line, operation, seconds_of, told, watched

AREA: Any = box(west_m=-3000.0, east_m=3000.0, half_m=3000.0).footprint
NOBODY: dict[str, Any] = {"track": "x", "intent_id": None, "party": None}


def hovering(start_s: int, end_s: int, east_m: float = 0.0, **more: Any) -> list[Observation]:
    return line(start_s, end_s, lambda _: {"east_m": east_m}, **(NOBODY | more))


def test_inside_it_is_not_undeclared_and_the_operation_is_seen() -> None:
    assert told(watched(hovering(0, 200), area=AREA)) == []
    # without it: an Activated operation that nobody saw
    assert told(watched([], area=AREA, from_s=0, until_s=200)) == ["began not_seen"]


def test_where_it_leaves_it_is_undeclared_and_the_operation_is_not_outside() -> None:
    """19 m/s to the east from the pad: 100 m beyond the box from 32 s on; three samples of five."""
    leaving = line(0, 60, lambda s: {"east_m": 19.0 * s}, **NOBODY)
    events = watched(leaving, area=AREA)
    assert told(events) == ["began undeclared"]
    assert seconds_of(events[0]) == 34
    assert events[0].intent_id is None


def test_at_the_edge_it_stays() -> None:
    edge = line(0, 100, lambda s: {"east_m": 450.0 + 120.0 * (s % 7 > 3)}, **NOBODY)
    assert told(watched(edge, area=AREA)) == []


@pytest.mark.parametrize(
    "more",
    [
        {"height_m": 400.0},  # above the box
        {"east_m": 550.0},  # beside it: who was never inside is no guest
    ],
)
def test_beside_or_above_it_is_undeclared(more: dict[str, float]) -> None:
    values = {"height_m": 60.0, "east_m": 0.0} | more
    assert told(watched(line(0, 30, lambda _: values, **NOBODY), area=AREA)) == ["began undeclared"]


def test_before_and_after_its_time_it_is_undeclared() -> None:
    plan = operation(box(from_s=100, to_s=200), state=IntentState.ACCEPTED)
    events = watched(hovering(0, 300), plan, area=AREA)
    assert told(events) == ["began undeclared", "over undeclared", "began undeclared"]
    assert [seconds_of(one) for one in events] == [2, pytest.approx(90, abs=2), 213]


def test_a_second_one_in_the_same_operation_is_undeclared() -> None:
    both = [*hovering(0, 60), *hovering(5, 60, 50.0, track="y")]
    (event,) = watched(both, area=AREA)
    assert (event.change.value, event.discrepancy and event.discrepancy.track) == ("began", "y")


def test_what_is_flown_by_its_party_has_no_guests() -> None:
    own = line(0, 100, lambda _: {}, track="own")
    stray = hovering(10, 100, 50.0)
    (event,) = watched([*own, *stray], area=AREA)
    assert (event.discrepancy and event.discrepancy.track) == "x"
    # but who was there before stays: at a take-off two sources may see the same aircraft
    late = line(20, 100, lambda _: {"east_m": 30.0}, track="own")
    assert told(watched([*hovering(0, 100), *late], area=AREA)) == []


def test_a_stranger_is_one_until_somebody_declares_it() -> None:
    monitor = ConformanceMonitor(EXACT, AREA)
    events: list[ConformanceEvent] = []
    for second in range(30):
        if second == 15:
            monitor.declare([operation(state=IntentState.ACCEPTED)])
        events += monitor.observe(hovering(second, second), at(second + 0.1))
    assert told(events) == ["began undeclared", "over undeclared"]
    assert seconds_of(events[1]) == pytest.approx(15, abs=1)
    # and again one when the plan is withdrawn
    monitor.withdraw(["op-1"], at(30))
    for second in range(31, 40):
        events += monitor.observe(hovering(second, second), at(second + 0.1))
    assert told(events)[2:] == ["began undeclared"]


def test_many_in_many_operations_as_one_by_one() -> None:
    """Found in blocks and by boxes, the same as each asked with each operation alone."""
    rng = random.Random(5)
    plans = {}
    monitor = ConformanceMonitor(EXACT)
    for number in range(40):
        west, south_m = rng.uniform(-20_000, 20_000), rng.uniform(100, 900)
        plans[f"op-{number}"] = operation(
            box(west_m=west, east_m=west + rng.uniform(200, 4_000), half_m=south_m),
            name=f"op-{number}",
            state=IntentState.ACCEPTED,
        )
    monitor.declare(plans.values())
    states = [
        one
        for number in range(600)
        for one in hovering(0, 0, rng.uniform(-22_000, 22_000), track=f"x{number}")
    ]
    found = monitor._guests.take(states, 0.0)
    for one in states:
        if one.track in found:
            plan = plans[found[one.track].declared.intent.id]
            assert _alone(plan).take([one], 0.0)  # the boxes of one operation
    # every operation that anybody is inside of has its guest, if one of them is free
    hosts = [operation.declared.intent.id for operation in found.values()]
    assert len(hosts) == len(set(hosts)) > 10
    free = [one for one in states if one.track not in found]
    for name in plans.keys() - set(hosts):
        assert _alone(plans[name]).take(free, 0.0) == {}


def _alone(plan: Any) -> Guests:
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([plan])
    return monitor._guests
