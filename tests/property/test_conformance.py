"""Laws of conformance: geometry against geodesics and a brute-force judge, the events as such."""

import itertools
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.conformance.discrepancy import Change, ConformanceEvent
from openline.airspace.conformance.fit import Question, Shelf, fits
from openline.airspace.conformance.monitor import ConformanceMonitor
from openline.airspace.conformance.observed import Observation
from openline.airspace.entity import IntentState
from openline.airspace.volume import Volume4D
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
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

GEOD = pyproj.Geod(ellps="WGS84")
metres = st.floats(-900.0, 900.0)


def fit_of(observation: Observation, *volumes: Volume4D) -> Any:
    shelf = Shelf()
    shelf.hold("op-1", [volume.footprint for volume in volumes])
    return fits(shelf, [Question(observation, "op-1", volumes)], EXACT, AltitudePolicy())[0]


@settings(deadline=None, max_examples=150)
@given(
    st.floats(-89.9, 89.9),
    st.floats(-180.0, 180.0),
    st.floats(0.0, 360.0),
    st.floats(1.0, 100_000.0),
    st.floats(0.0, 3.0),
)
def test_the_distance_from_a_circle_is_the_geodesic_less_its_radius(
    lat: float, lng: float, azimuth: float, radius_m: float, share: float
) -> None:
    there_lng, there_lat, _ = GEOD.fwd(lng, lat, azimuth, radius_m * share)
    volume = Volume4D.over_ellipsoid(Circle.of(lat, lng, radius_m), 0, 1000, at(0), at(600))
    seen = Observation("t", at(1), Position.checked(there_lat, there_lng))
    expected = max(0.0, radius_m * (share - 1.0))
    assert fit_of(seen, volume).best.lateral_m == pytest.approx(expected, abs=0.02)


@settings(deadline=None, max_examples=100)
@given(metres, metres, st.floats(0.0, 1.0), st.floats(-180.0, 180.0))
def test_the_distance_from_a_corridor_is_that_from_its_nearest_point(
    east_m: float, north_m: float, share: float, lng: float
) -> None:
    # Along the equator, a geodesic: the nearest point is straight north or south, or an end.
    end = ((lng + 0.01 + 180.0) % 360.0) - 180.0
    corridor = Corridor.of([(0.0, lng), (0.0, end)], 100.0)
    volume = Volume4D.over_ellipsoid(corridor, 0, 1000, at(0), at(600))
    lat = north_m / 110_574.0
    there = ((lng + 0.01 * share + 180.0) % 360.0) - 180.0
    _, _, away = GEOD.inv(there, 0.0, there, lat)
    seen = Observation("t", at(1), Position.checked(lat, there))
    expected = max(0.0, away - 100.0)
    assert fit_of(seen, volume).best.lateral_m == pytest.approx(expected, abs=0.02)


@settings(deadline=None, max_examples=200)
@given(metres, metres, st.floats(-200, 300), st.integers(-50, 700), st.integers(0, 3))
def test_inside_is_inside_of_one_volume_in_all_three_at_once(
    east_m: float, north_m: float, height_m: float, second: int, several: int
) -> None:
    # A brute-force judge on the plane, for boxes; within a metre of a face nobody is asked.
    boxes = [
        (0.0, 600.0, -50.0, 120.0, -500.0, 500.0),
        (100.0, 300.0, 0.0, 60.0, 300.0, 800.0),
        (250.0, 260.0, 100.0, 200.0, -900.0, -400.0),
        (500.0, 650.0, -50.0, 20.0, 0.0, 700.0),
    ][: several + 1]
    volumes = [
        box(start, end, GROUND_M + low, GROUND_M + high, west, east)
        for start, end, low, high, west, east in boxes
    ]

    def inside(grow: float) -> bool:
        return any(
            start - 10 <= second <= end + 10
            and low - grow <= height_m <= high + grow
            and west - grow <= east_m <= east + grow
            and abs(north_m) <= 500 + grow
            for start, end, low, high, west, east in boxes
        )

    answer = fit_of(state(second, east_m, north_m, height_m), *volumes).best.is_inside
    if inside(1.0) == inside(-1.0):
        assert answer is inside(0.0)


def wander(seed: int, count: int) -> list[Observation]:
    """A flight that leaves and returns, falls silent, lands and takes off, by chance."""
    dice = random.Random(seed)
    east_m, speed, second, states = 0.0, 0.0, 0.0, []
    for _ in range(count):
        second += dice.choice((1.0, 1.0, 1.0, 2.0, 5.0, 40.0 if dice.random() < 0.2 else 1.0))
        speed = dice.uniform(-30, 30) if dice.random() < 0.1 else speed
        east_m = max(-900.0, min(900.0, east_m + speed))
        height_m = dice.choice((60.0, 60.0, 60.0, 180.0))
        ground = dice.choice((True, False, None)) if dice.random() < 0.1 else False
        party = "bravo" if dice.random() < 0.1 else "alpha"
        states.append(state(second, east_m, 0.0, height_m, on_ground=ground, party=party))
    return states


def steps(states: list[Observation]) -> list[ConformanceEvent]:
    declared = operation(state=IntentState.ACCEPTED)
    return watched(states, declared, area=box(west_m=-2e3, east_m=2e3).footprint, until_s=500)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6))
def test_every_discrepancy_begins_and_ends_in_turn(seed: int) -> None:
    lasting: Counter[tuple[Any, ...]] = Counter()
    off = 0
    last = IntentState.ACCEPTED
    for event in steps(wander(seed, 80)):
        if event.discrepancy is None:
            assert event.state is not last
            # Off nominal while, and only while, something off nominal lasts; Contingent stays.
            if event.state is IntentState.ACTIVATED:
                assert off == 0
            else:
                assert off > 0
                assert last is not IntentState.CONTINGENT
            last = event.state or last
            continue
        value = event.discrepancy
        key = (value.kind, value.intent_id, value.track)
        assert lasting[key] == (0 if event.change is Change.BEGAN else 1)
        lasting[key] = 1 if event.change is Change.BEGAN else 0
        off += value.kind.is_off_nominal() * (1 if event.change is Change.BEGAN else -1)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_repeated_and_reordered_states_change_nothing(seed: int, dice: random.Random) -> None:
    states = wander(seed, 60)
    twice = [*states, *dice.sample(states, 30)]
    dice.shuffle(twice)
    assert steps(twice) == steps(states)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6))
def test_other_aircraft_change_nothing_for_this_one(seed: int) -> None:
    def of_the_first(events: list[ConformanceEvent]) -> list[ConformanceEvent]:
        return [event for event in events if event.intent_id == "op-1"]

    states = wander(seed, 40)
    others = [
        replace(one, track="t2", intent_id="op-2", party="bravo") for one in wander(seed + 1, 40)
    ]
    alone = watched(states, operation(), until_s=500)
    both = watched(
        [*states, *others], operation(), operation(name="op-2", party="bravo"), until_s=500
    )
    assert of_the_first(both) == of_the_first(alone)


@settings(deadline=None, max_examples=12)
@given(metres, metres, st.floats(-49.0, 119.0), st.integers(1, 15))
def test_who_stays_inside_hears_nothing_and_who_stays_outside_once(
    east_m: float, north_m: float, height_m: float, every_s: int
) -> None:
    states = [
        state(second, east_m, north_m, height_m, on_ground=False)
        for second in range(0, 50, every_s)
    ]
    inside = abs(east_m) < 499 and abs(north_m) < 499
    outside = abs(east_m) > 501 or abs(north_m) > 501
    if inside:
        assert told(watched(states)) == []
    elif outside:
        assert told(watched(states)) == ["began outside", "Nonconforming"]


def test_memory_is_bounded_by_what_is_declared_and_seen_lately() -> None:
    import tracemalloc

    monitor = ConformanceMonitor(EXACT, box(west_m=-5e3, east_m=5e3).footprint)
    flights = itertools.count()

    def hour(begin_s: int) -> None:
        for second in range(begin_s, begin_s + 3600, 30):
            track = f"t{next(flights) // 3}"
            seen = state(second, track=track, intent_id=None, party="nobody")
            if second % 300 == 0:
                name = f"op-{second}"
                monitor.declare([operation(box(second, second + 300), name=name)])
            flown = state(second, intent_id=f"op-{second // 300 * 300}", track=f"f{second // 300}")
            monitor.observe([seen, flown], at(second))

    hour(0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    hour(3600)
    hour(7200)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 200_000


def test_thousands_of_aircraft_in_one_call() -> None:
    monitor = ConformanceMonitor(EXACT)
    count = 500
    monitor.declare(
        [
            operation(box(west_m=2000.0 * k, east_m=2000.0 * k + 1000), name=f"op-{k}")
            for k in range(count)
        ]
    )
    off = {3, 77, 400}
    events: list[ConformanceEvent] = []
    for second in range(6):
        states = [
            state(
                second,
                2000.0 * k + (1500.0 if k in off else 500.0),
                track=f"t{k}",
                intent_id=f"op-{k}",
                on_ground=False,
            )
            for k in range(count)
        ]
        events += monitor.observe(states, at(second))
    begun = {event.intent_id for event in events if event.change is Change.BEGAN}
    assert begun == {f"op-{k}" for k in off}


def test_the_far_side_of_the_earth_is_far() -> None:
    seen = replace(line(0, 0, lambda _: {})[0], position=Position(-47.0, -172.0))
    assert fit_of(seen, box()).best.lateral_m == 500_000.0
    assert place(0.0, 0.0) == Position(47.0, 8.0)
