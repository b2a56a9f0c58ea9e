"""Whose a track is, what is undeclared, what ends and is forgotten, what is refused."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openline.airspace.conformance.discrepancy import (
    Change,
    ConformanceEvent,
    DiscrepancyKind,
    sentence,
)
from openline.airspace.conformance.from_track import observation_of
from openline.airspace.conformance.monitor import FLIGHTS_MAX, ConformanceMonitor
from openline.airspace.conformance.observed import Observation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.entity import IntentState
from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.track.tracker import Tracker
from openline.errors import InvalidInput, InvalidTimeRange
from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit
from openline.geo.position import Position
from tests.conformance_flights import (
    EXACT,
    GROUND_M,
    at,
    box,
    line,
    operation,
    place,
    seconds_of,
    state,
    told,
    watched,
)

# Who is who.


AREA_EAST_M = 3000.0


def area() -> Any:
    return box(west_m=-AREA_EAST_M, east_m=AREA_EAST_M, half_m=3000.0).footprint


def test_an_undeclared_track_in_the_agreed_area() -> None:
    stray = line(
        0, 60, lambda s: {"east_m": 3200.0 - 20 * s}, track="x", intent_id=None, party=None
    )
    events = watched(stray, operation(state=IntentState.ACCEPTED), area=area())
    assert told(events) == ["began undeclared"]
    assert seconds_of(events[0]) == 12  # inside from 10 s on
    assert events[0].state is None
    assert sentence(events[0]) == "track x is in the agreed area and not declared"
    outside = [replace(one, position=place(3500.0, 0.0)) for one in stray]
    assert told(watched(outside, operation(state=IntentState.ACCEPTED), area=area())) == []


def test_an_undeclared_one_on_the_ground_is_none() -> None:
    parked = line(0, 60, lambda _: {"on_ground": True}, track="x", intent_id=None, party=None)
    assert told(watched(parked, operation(state=IntentState.ACCEPTED), area=area())) == []


def test_a_late_declaration_ends_an_undeclared_track() -> None:
    monitor = ConformanceMonitor(EXACT, area())
    events: list[ConformanceEvent] = []
    for one in line(0, 20, lambda _: {}, intent_id=None):
        if one.time == at(10):
            monitor.declare([operation()])
        events += monitor.observe([one], one.time)
    assert told(events) == ["began undeclared", "over undeclared"]
    assert monitor.operation_of("t1") == "op-1"


def test_a_track_is_matched_by_party_and_place() -> None:
    monitor = ConformanceMonitor(EXACT, area())
    monitor.declare(
        [
            operation(box(), name="b-near"),
            operation(box(), name="a-other-party", party="bravo"),
            operation(box(west_m=1500, east_m=2500), name="a-far"),
            operation(box(3000, 4000), name="a-later"),
        ]
    )
    monitor.observe([state(1, intent_id=None), state(1, track="t2", intent_id="nobody's")], at(1))
    assert monitor.operation_of("t1") == "b-near"
    # An id that nobody declared is no id; two of one party may be of one operation.
    assert monitor.operation_of("t2") == "b-near"
    monitor.observe([state(2, track="t3", intent_id=None, party="charlie")], at(2))
    assert monitor.operation_of("t3") is None
    # Kept when it leaves, until it says otherwise.
    monitor.observe([state(3, east_m=2000.0, intent_id=None)], at(3))
    assert monitor.operation_of("t1") == "b-near"
    monitor.observe([state(4, east_m=2000.0, intent_id="a-far")], at(4))
    assert monitor.operation_of("t1") == "a-far"


def test_the_second_track_takes_the_operation_that_nobody_flies() -> None:
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([operation(name="a"), operation(name="b")])
    monitor.observe([state(1, intent_id=None)], at(1))
    monitor.observe([state(2, intent_id=None, track="t2")], at(2))
    assert monitor.operation_of("t1") == "a"
    assert monitor.operation_of("t2") == "b"


def test_other_than_declared() -> None:
    flown = line(0, 20, lambda _: {"party": "bravo", "flight_class": "helicopter"})
    events = watched(flown, operation(flight_class="drone"))
    assert sorted(told(events)) == ["began other_class", "began other_party"]
    words = {sentence(event) for event in events}
    assert words == {
        "operation op-1 of alpha (track t1) is flown by bravo, declared by alpha",
        "operation op-1 of alpha (track t1) is of class helicopter, declared as drone",
    }
    same = line(0, 20, lambda _: {"flight_class": "drone"})
    assert told(watched(same, operation(flight_class="drone"))) == []


# Withdrawing, forgetting, bounds.


def test_what_lasts_ends_with_the_operation() -> None:
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([operation()])
    for one in line(0, 10, lambda _: {"east_m": 900.0}):
        monitor.observe([one], one.time)
    assert [one.kind for one in monitor.active()] == [DiscrepancyKind.OUTSIDE]
    events = monitor.withdraw(["op-1", "never-there"], at(11))
    assert [(event.change, event.intent_id) for event in events] == [(Change.ENDED, "op-1")]
    assert monitor.active() == ()
    assert monitor.state_of("op-1") is None
    assert monitor.withdraw(["op-1"], at(12)) == ()


def test_a_new_version_is_followed() -> None:
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([operation()])
    events: list[ConformanceEvent] = []
    for one in line(0, 40, lambda _: {"east_m": 900.0}):
        if one.time == at(20):
            monitor.declare([operation(box(east_m=1500.0))])
        events += monitor.observe([one], one.time)
    assert told(events) == ["began outside", "Nonconforming", "over outside", "Activated"]


def test_operations_long_over_are_forgotten() -> None:
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([operation(box(0, 100))])
    for one in line(0, 50, lambda _: {"on_ground": False}):
        monitor.observe([one], one.time)
    changes = []
    for second in range(60, 1500, 10):
        changes += told(monitor.observe((), at(second)))
    assert changes == ["began lost_position", "Nonconforming", "Contingent", "ended lost_position"]
    assert monitor.state_of("op-1") is None
    assert monitor.operation_of("t1") is None


def test_an_operation_holds_few_tracks() -> None:
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([operation()])
    for second in range(100):
        monitor.observe([state(second, track=f"t{second}")], at(second))
    known = [second for second in range(100) if monitor.operation_of(f"t{second}")]
    assert known == list(range(100 - FLIGHTS_MAX, 100))


def test_a_clock_that_steps_back_makes_nothing_older() -> None:
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([operation(box(-4000, 4000))])
    for second in range(20):
        assert monitor.observe([state(second, on_ground=False)], at(second)) == ()
    for second in range(-3600, -3590):
        assert monitor.observe((), at(second)) == ()
    assert told(monitor.observe((), at(-3580))) == ["began lost_position", "Nonconforming"]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"track": ""}, InvalidInput),
        ({"lateral_accuracy_m": math.nan}, InvalidInput),
        ({"vertical_accuracy_m": -1.0}, InvalidInput),
        ({"speed_mps": math.inf}, InvalidInput),
        ({"position": Position(math.nan, 0.0)}, InvalidInput),
        ({"position": Position(91.0, 0.0)}, InvalidInput),
        ({"time": at(0).replace(tzinfo=None)}, InvalidTimeRange),
    ],
)
def test_bad_observations_are_refused(more: dict[str, Any], error: type[Exception]) -> None:
    good: dict[str, Any] = {"track": "t", "time": at(0), "position": place(0, 0)}
    Observation(**good)
    with pytest.raises(error):
        Observation(**(good | more))


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(InvalidTimeRange):
        ConformanceMonitor().observe((), at(0).replace(tzinfo=None))


@pytest.mark.parametrize(
    "bad",
    [
        {"needed": 0},
        {"needed": 6},
        {"window": 1000},
        {"early_s": -1.0},
        {"late_s": math.nan},
        {"lost_after_s": 0.0},
        {"lost_after_s": 700.0},
        {"lateral_accuracy_m": 300.0},
        {"vertical_accuracy_m": 300.0},
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        ConformancePolicy(**bad)


def test_other_zones_are_the_same_instants() -> None:
    from datetime import timezone

    east = timezone(timedelta(hours=5))
    moved = [
        replace(one, time=one.time.astimezone(east))
        for one in line(0, 20, lambda _: {"east_m": 900.0})
    ]
    assert told(watched(moved)) == ["began outside", "Nonconforming"]


def test_a_followed_track_is_compared() -> None:
    tracker = Tracker()
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([operation(flight_class="drone")])
    events: list[ConformanceEvent] = []
    for second in range(30):
        here = place(480.0 + 10.0 * second, 0.0)
        report = PositionReport(
            feed="test",
            identity=Identity.of(uid="drone-7", operation_id="op-1"),
            time=at(second),
            lat_deg=here.lat_deg,
            lng_deg=here.lng_deg,
            altitude_m=GROUND_M + 60,
            accuracy_m=0.0,
            aircraft=AircraftClass.ROTORCRAFT,
            party="alpha",
        )
        tracker.update([report], at(second))
        classes = {AircraftClass.ROTORCRAFT: "helicopter", AircraftClass.UNCREWED: "drone"}
        states = [observation_of(track, classes) for track in tracker]
        events += monitor.observe(states, at(second))
    assert sorted(told(events)) == ["Nonconforming", "began other_class", "began outside"]
    assert monitor.operation_of("uid:drone-7") == "op-1"


@pytest.mark.parametrize(
    ("more", "altitude"),
    [
        ({"altitude_m": 500.0, "pressure_altitude_ft": 900.0}, Altitude(500.0)),
        (
            {"pressure_altitude_ft": 900.0},
            Altitude(900.0, AltitudeReference.FL, AltitudeUnit.FT),
        ),
        ({}, None),
    ],
)
def test_altitudes_of_a_track_are_never_mixed(more: dict[str, float], altitude: Any) -> None:
    tracker = Tracker()
    identity = Identity.of(icao24="4b1234")
    report = PositionReport(
        feed="test", identity=identity, time=at(0), lat_deg=47.0, lng_deg=8.0, **more
    )
    tracker.update([report], at(0))
    (seen,) = [observation_of(track) for track in tracker]
    assert seen.altitude == altitude
    assert seen.on_ground is None
    assert seen.flight_class is None


def test_many_tracks_of_a_party_with_many_operations_are_all_matched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("openline.airspace.conformance.matching._PAIRS_MAX", 20)
    monitor = ConformanceMonitor(EXACT)
    count = 40
    monitor.declare(
        [
            operation(box(west_m=2000.0 * k, east_m=2000.0 * k + 1000), name=f"op-{k:02}")
            for k in range(count)
        ]
    )
    for second in range(5):
        monitor.observe(
            [
                state(second, 2000.0 * k + 500, track=f"t{k}", intent_id=None, on_ground=False)
                for k in range(count)
            ],
            at(second),
        )
    matched = [monitor.operation_of(f"t{k}") for k in range(count)]
    assert matched == [f"op-{k:02}" for k in range(count)]
