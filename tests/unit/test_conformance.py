"""Conformance by hand: what is told when, and above all what is not."""

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
from openline.airspace.conformance.monitor import FLIGHTS_MAX, ConformanceMonitor
from openline.airspace.conformance.observed import Observation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.entity import IntentState
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
    state,
    told,
    watched,
)

JITTER = (0.0, 14.0, -12.0, 9.0, -15.0, 3.0, 15.0, -7.0, 11.0, -14.0)


def seconds_of(event: ConformanceEvent) -> float:
    return (event.time - at(0)).total_seconds()


# Take-off and landing: false alarms are what makes people switch it off.


def test_on_the_ground_before_the_start() -> None:
    waiting = line(-120, 20, lambda _: {"height_m": 0.0, "on_ground": True})
    assert told(watched(waiting)) == []


def test_on_the_ground_before_the_start_of_a_source_that_does_not_say_so() -> None:
    waiting = line(-120, 20, lambda _: {"height_m": 0.0})
    assert told(watched(waiting)) == []


def test_on_the_ground_beside_the_volume() -> None:
    waiting = line(0, 60, lambda _: {"east_m": 560.0, "height_m": 0.0, "on_ground": True})
    assert told(watched(waiting)) == []


@pytest.mark.parametrize("accuracy_m", [None, 5.0])
def test_gps_altitude_jitter_at_the_pad(accuracy_m: float | None) -> None:
    # The floor is 30 m over the ground: jitter goes below and never near it.
    jittering = [
        state(
            second,
            east_m=JITTER[(second * 3) % 10] / 3,
            height_m=JITTER[second % 10],
            vertical_accuracy_m=accuracy_m,
        )
        for second in range(-100, 60)
    ]
    high = operation(box(low_m=GROUND_M + 30))
    assert told(watched(jittering, high, policy=ConformancePolicy())) == []


def test_take_off_a_few_seconds_early_within_tolerance() -> None:
    def up(since_s: float) -> dict[str, Any]:
        return {"height_m": min(3.0 * since_s, 80.0), "on_ground": since_s == 0}

    assert told(watched(line(-9, 60, up))) == []
    early = watched(line(-40, 60, up))
    assert told(early) == ["began early", "Nonconforming", "over early", "Activated"]
    assert early[0].discrepancy is not None
    assert early[0].discrepancy.offset is not None
    assert early[0].discrepancy.offset.time_s == -37.0  # the third sample in the air


def test_climb_through_the_floor_of_the_first_volume() -> None:
    def up(since_s: float) -> dict[str, Any]:
        return {"height_m": min(2.0 * since_s, 80.0), "on_ground": since_s < 3}

    floor = operation(box(low_m=GROUND_M + 60))
    assert told(watched(line(0, 100, up), floor)) == []
    # Who stays below the floor is told, a minute after take-off.
    low = watched(line(0, 100, lambda _: {"height_m": 30.0, "on_ground": False}), floor)
    assert told(low) == ["began outside", "Nonconforming"]
    assert 60 < seconds_of(low[0]) <= 64


def test_climb_through_the_floor_is_for_the_first_volume_alone() -> None:
    first = box(0, 200, GROUND_M - 50, GROUND_M + 120, -500, 500)
    middle = box(0, 400, GROUND_M + 60, GROUND_M + 120, 500, 1500)
    last = box(0, 600, GROUND_M - 50, GROUND_M + 120, 1500, 2500)
    below = line(0, 60, lambda s: {"east_m": 400.0 + 20 * s, "height_m": 40.0, "on_ground": False})
    events = watched(below, operation(first, middle, last))
    assert told(events) == [
        "began outside",
        "Nonconforming",
        "over outside",
        "Activated",
    ]
    assert seconds_of(events[0]) == pytest.approx(8, abs=1)  # 500 m after 5 s, and three samples


def test_landing_through_the_floor_of_the_last_volume_and_standing_there() -> None:
    def down(since_s: float) -> dict[str, Any]:
        return {"height_m": max(100.0 - 2 * since_s, 0.0), "on_ground": since_s >= 50}

    floor = operation(box(to_s=120, low_m=GROUND_M + 60))
    assert told(watched(line(60, 400, down), floor)) == []


def test_standing_after_the_end_of_a_source_that_does_not_say_so() -> None:
    def up_and_down(since_s: float) -> dict[str, Any]:
        return {"height_m": max(0.0, min(3 * (since_s - 10), 80.0, 3 * (130 - since_s)))}

    assert told(watched(line(0, 400, up_and_down), operation(box(to_s=200)))) == []


# Outside, and back.


def test_a_flight_inside_says_nothing() -> None:
    around = line(
        0, 500, lambda s: {"east_m": 400 * math.sin(s / 30), "north_m": 400 * math.cos(s / 30)}
    )
    assert told(watched(around)) == []


def test_leaving_is_told_once_and_so_is_coming_back() -> None:
    def away(since_s: float) -> dict[str, Any]:
        return {"east_m": 450.0 + (10.0 * since_s if since_s < 30 else 600.0 - 10.0 * since_s)}

    events = watched(line(0, 90, away))
    assert told(events) == ["began outside", "Nonconforming", "over outside", "Activated"]
    # 500 m are passed after 5 s: samples 6, 7, 8 say so; back inside at 55 s, five seconds more.
    assert seconds_of(events[0]) == 8
    assert seconds_of(events[2]) == 60
    discrepancy = events[0].discrepancy
    assert discrepancy is not None
    assert discrepancy.offset is not None
    assert discrepancy.offset.lateral_m == pytest.approx(30.0, abs=0.5)
    assert discrepancy.track == "t1"
    assert sentence(events[0]) == (
        "operation op-1 of alpha (track t1) is outside its volumes: 30 m aside"
    )
    assert sentence(events[1]) == "operation op-1 of alpha is Nonconforming"
    assert sentence(events[2]) == "over: operation op-1 of alpha (track t1) is outside its volumes"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"height_m": 150.0}, "30 m above"),
        ({"height_m": -80.0}, "30 m below"),
        ({"height_m": 140.0, "east_m": 600.0}, "100 m aside, 20 m above"),
    ],
)
def test_above_below_and_aside(more: dict[str, Any], words: str) -> None:
    # First and last are elsewhere, so below the middle one is no way up or down.
    first, last = box(-60, west_m=3000, east_m=4000), box(to_s=700, west_m=5000, east_m=6000)
    low = line(0, 10, lambda _: {"on_ground": False, **more})
    events = watched(low, operation(box(), first, last))
    assert told(events)[:2] == ["began outside", "Nonconforming"]
    assert sentence(events[0]).endswith(words)


def test_the_boundary_belongs_to_the_volume() -> None:
    # A resolution of a centimetre: the corner itself, and the limits in height.
    corner = line(0, 20, lambda _: {"east_m": 500.0, "north_m": 500.0, "height_m": 120.0})
    assert told(watched(corner)) == []


def test_one_wrong_sample_says_nothing() -> None:
    wild = line(0, 60, lambda s: {"east_m": 900.0 if s % 10 in (3, 7) else 0.0})
    assert told(watched(wild)) == []


def test_flicker_at_the_edge_is_told_once() -> None:
    edge = line(0, 120, lambda s: {"east_m": 510.0 if s % 3 else 490.0, "on_ground": False})
    assert told(watched(edge)) == ["began outside", "Nonconforming", "Contingent"]


def test_what_may_be_inside_by_its_accuracy_is_no_alarm() -> None:
    def beside(accuracy_m: float) -> list[str]:
        beside = {"east_m": 530.0, "lateral_accuracy_m": accuracy_m, "on_ground": False}
        return told(watched(line(0, 20, lambda _: beside)))

    assert beside(31.0) == []
    assert beside(29.0) == ["began outside", "Nonconforming"]


def test_a_slow_source_is_heard_too() -> None:
    slow = [state(second, east_m=700.0) for second in range(0, 61, 12)]
    events = watched(slow)
    assert told(events) == ["began outside", "Nonconforming"]
    assert seconds_of(events[0]) == 12


def test_ahead_of_its_time_it_is_outside_of_the_volume_in_time() -> None:
    first, second = box(0, 300, east_m=500), box(300, 600, west_m=500, east_m=1500)
    events = watched(line(0, 40, lambda s: {"east_m": 700.0}), operation(first, second))
    assert told(events)[0] == "began outside"
    assert sentence(events[0]).endswith("200 m aside")


def test_a_gap_between_two_volumes_in_time_is_outside() -> None:
    events = watched(
        line(150, 200, lambda _: {"on_ground": False}), operation(box(0, 100), box(300, 600))
    )
    assert told(events) == ["began outside", "Nonconforming"]
    assert sentence(events[0]).endswith("52 s late")


def test_altitude_in_the_datum_of_the_volume() -> None:
    level = Altitude(100.0, AltitudeReference.FL, AltitudeUnit.M)
    base = box()
    band = replace(
        base.altitude,
        lower=Altitude(0.0, AltitudeReference.FL),
        upper=Altitude(120.0, AltitudeReference.FL, AltitudeUnit.M),
    )
    declared = operation(replace(base, altitude=band))
    assert told(watched(line(0, 10, lambda _: {"altitude": level}), declared)) == []
    above = Altitude(130.0, AltitudeReference.FL, AltitudeUnit.M)
    events = watched(line(0, 10, lambda _: {"altitude": above}), declared)
    assert sentence(events[0]).endswith("10 m above")


def test_an_altitude_in_another_datum_errs_toward_inside() -> None:
    # Mean sea level is about 48 m over the ellipsoid there: 402 m AMSL is 450 m, the ground.
    def over_sea(height_m: float) -> list[str]:
        altitude = Altitude(height_m, AltitudeReference.AMSL)
        return told(watched(line(0, 10, lambda _: {"altitude": altitude})))

    assert over_sea(GROUND_M - 48 + 60) == []
    assert over_sea(GROUND_M - 48 + 140) == ["began outside", "Nonconforming"]
    # Pressure without QNH may be hundreds of metres off: nothing can be said of 140 m.
    level = Altitude((GROUND_M + 140) / 0.3048, AltitudeReference.FL, AltitudeUnit.FT)
    assert told(watched(line(0, 10, lambda _: {"altitude": level}))) == []


def test_without_an_altitude_place_and_time_are_judged() -> None:
    assert told(watched(line(0, 10, lambda _: {"altitude": None}))) == []
    aside = line(0, 10, lambda _: {"altitude": None, "east_m": 900.0})
    assert told(watched(aside)) == ["began outside", "Nonconforming"]


# States and silence.


def test_nonconforming_for_too_long_is_contingent_and_stays() -> None:
    def away(since_s: float) -> dict[str, Any]:
        return {"east_m": 700.0 if since_s < 100 else 0.0}

    events = watched(line(0, 200, away))
    assert told(events) == ["began outside", "Nonconforming", "Contingent", "over outside"]
    assert seconds_of(events[2]) - seconds_of(events[0]) == pytest.approx(60, abs=1.2)


def test_an_accepted_operation_that_takes_off_is_activated() -> None:
    accepted = operation(state=IntentState.ACCEPTED)
    up = line(0, 30, lambda s: {"height_m": 3.0 * s, "on_ground": s < 5})
    events = watched(up, accepted)
    assert told(events) == ["Activated"]
    assert seconds_of(events[0]) == 5


def test_a_lost_position_and_one_that_comes_back() -> None:
    flight = line(0, 30, lambda _: {"on_ground": False})
    flight += line(80, 100, lambda _: {"on_ground": False})
    events = watched(flight)
    assert told(events) == [
        "began lost_position",
        "Nonconforming",
        "over lost_position",
        "Activated",
    ]
    assert 45 < seconds_of(events[0]) <= 48
    assert sentence(events[0]) == "operation op-1 of alpha has no known position"


def test_lost_on_the_ground_is_not_lost() -> None:
    flight = line(0, 30, lambda s: {"on_ground": s > 20, "height_m": 0.0})
    assert told(watched(flight, until_s=200)) == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"lateral_accuracy_m": 5000.0}, "too inaccurate"),
        ({"vertical_accuracy_m": 5000.0}, "too inaccurate"),
    ],
)
def test_a_position_that_says_nothing_is_no_position(more: dict[str, Any], reason: str) -> None:
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([operation()])
    events: list[ConformanceEvent] = []
    for one in line(0, 60, lambda s: {"on_ground": False, **(more if s > 20 else {})}):
        events += monitor.observe([one], one.time)
    assert told(events) == ["began lost_position", "Nonconforming"]
    assert monitor.unused == {reason: 40}


def test_old_future_repeated_and_reordered_positions_are_not_used() -> None:
    monitor = ConformanceMonitor(EXACT)
    monitor.declare([operation()])
    monitor.observe([state(10)], at(10))
    late = [state(-30, east_m=900.0), state(100, east_m=900.0), state(10), state(9, east_m=900.0)]
    for _ in range(5):
        assert monitor.observe(late, at(11)) == ()
    assert monitor.unused == {
        "too old": 5,
        "from the future": 5,
        "repeated or out of order": 10,
    }


def test_overrun_of_the_end_time() -> None:
    events = watched(line(80, 160, lambda _: {"on_ground": False}), operation(box(0, 100)))
    assert told(events) == ["began overrun", "Nonconforming"]
    assert seconds_of(events[0]) == 113  # ten seconds of tolerance, and three samples
    assert sentence(events[0]).endswith("flies after its last volume ended: 13 s late")


def test_declared_as_flying_and_not_seen() -> None:
    events = watched([], until_s=100)
    assert told(events) == ["began not_seen"]
    assert 60 <= seconds_of(events[0]) <= 63
    assert told(watched([], operation(state=IntentState.ACCEPTED), until_s=100)) == []
    # Not before its first volume begins, and over once it is seen.
    later = watched([], operation(box(50, 600)), until_s=100)
    assert told(later) == []
    seen = watched(line(80, 90, lambda _: {}), from_s=0)
    assert told(seen) == ["began not_seen", "over not_seen"]


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
