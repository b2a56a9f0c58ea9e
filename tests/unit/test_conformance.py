"""Outside, back, silent, late: what is told when, and what is not."""

import math
from dataclasses import replace
from typing import Any

import pytest

from openline.airspace.conformance.discrepancy import (
    ConformanceEvent,
    sentence,
)
from openline.airspace.conformance.monitor import ConformanceMonitor
from openline.airspace.entity import IntentState
from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit
from tests.conformance_flights import (
    EXACT,
    GROUND_M,
    at,
    box,
    line,
    operation,
    seconds_of,
    state,
    told,
    watched,
)

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
