"""Aircraft on their declared way, against walking along geodesics; losses behind turns."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.separation import Separation
from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.live_minima import Flown, LiveMinima
from openline.airspace.track.losses import predicted_losses
from openline.airspace.track.states import States, carried
from openline.airspace.track.tracker import Tracker
from openline.airspace.track.way import Ahead, Way, pieces_ahead
from openline.airspace.volume import Volume4D
from openline.geo.corridor import Corridor
from tests.unit.track_samples import at, report

EARTH = Geodesic.WGS84
HORIZON_S = 300.0
MINIMA = Separation(5_000.0, 300.0)
Place = tuple[float, float]


def ahead(place: Place, azimuth: float, way_m: float) -> Place:
    there = EARTH.Direct(*place, azimuth, way_m)
    return there["lat2"], there["lon2"]


def corridors(path: list[Place], half_width_m: float = 1_000.0) -> list[Volume4D]:
    """One corridor for each leg, in slices of time."""
    return [
        Volume4D.over_ellipsoid(
            Corridor.of([a, b], half_width_m),
            0.0,
            10_000.0,
            at(0) + timedelta(minutes=k),
            at(0) + timedelta(minutes=k + 1),
        )
        for k, (a, b) in enumerate(pairwise(path))
    ]


def way_of(path: list[Place], half_width_m: float = 1_000.0) -> Way:
    found = Way.of(corridors(path, half_width_m))
    assert found is not None
    return found


def states_of(*reports: Any) -> States:
    tracker = Tracker()
    tracker.update(reports, at(0))
    return tracker.states(at(0))


def flying(name: str, place: Place, azimuth: float, speed: float, **more: Any) -> Any:
    values = {"lat_deg": place[0], "lng_deg": place[1], "speed_mps": speed, "altitude_m": 3_000.0}
    return report(0, name, **(values | {"track_deg": azimuth % 360.0} | more))


def place_in(ahead: Ahead, time_s: float) -> Place | None:
    for k in range(len(ahead.row)):
        if ahead.from_s[k] <= time_s <= ahead.to_s[k]:
            one = (column[k : k + 1] for column in ahead[1:5])
            lat, lng, _, _ = carried(*one, np.array([time_s]))  # type: ignore[call-arg]
            return float(lat[0]), float(lng[0])
    return None


def walked(path: list[Place], way_m: float) -> Place | None:
    """So far along geodesics from the first place; None beyond the last."""
    for a, b in pairwise(path):
        leg = EARTH.Inverse(*a, *b)
        if way_m <= leg["s12"]:
            return ahead(a, leg["azi1"], way_m)
        way_m -= leg["s12"]
    return None


@st.composite
def paths(draw: Any) -> list[Place]:
    lat, lng = draw(st.floats(-80, 80)), draw(st.floats(-180, 179.99))
    azimuth = draw(st.floats(0, 360))
    path = [(lat, lng)]
    for _ in range(draw(st.integers(1, 6))):
        path.append(ahead(path[-1], azimuth, draw(st.floats(3_000, 60_000))))
        azimuth += draw(st.sampled_from([-1, 1])) * draw(st.floats(10, 120))
    return path


@settings(deadline=None, max_examples=30)
@given(paths(), st.floats(0.01, 0.99), st.floats(30, 250))
def test_the_pieces_are_where_walking_leads(path: list[Place], share: float, speed: float) -> None:
    first = EARTH.Inverse(*path[0], *path[1])
    start = ahead(path[0], first["azi1"], share * first["s12"])
    heading = EARTH.Inverse(*start, *path[1])["azi1"]
    states = states_of(flying("aaaaaa", start, heading, speed))
    found = pieces_ahead(states, np.array([0]), [way_of(path)], HORIZON_S)
    rest = [start, *path[1:]]
    for time_s in np.linspace(0.0, HORIZON_S, 13).tolist():
        expected, shown = walked(rest, speed * time_s), place_in(found, time_s)
        if expected is None or shown is None:
            # Both end at the last turning point, to a metre.
            end = walked(rest, max(speed * time_s - 25.0, 0.0)), walked(rest, speed * time_s + 25.0)
            assert (expected is None and shown is None) or None in end
            continue
        # A path may lie above itself: simplifying it moves it by 50 m at most.
        assert EARTH.Inverse(*expected, *shown)["s12"] < 75.0


@settings(deadline=None, max_examples=15)
@given(paths(), paths(), st.floats(60, 250), st.floats(60, 250), st.floats(-20_000, 20_000))
def test_losses_are_those_of_walking(
    path: list[Place], other: list[Place], speed: float, other_speed: float, off_m: float
) -> None:
    # The second way is laid so that it passes near the first.
    legs = [EARTH.Inverse(*a, *b) for a, b in pairwise(other)]
    moved = [ahead(path[-1], legs[0]["azi1"] + 180.0, 25_000.0 + off_m)]
    for leg in legs:
        moved.append(ahead(moved[-1], leg["azi1"], leg["s12"]))
    one, two = path, moved
    azimuths = [EARTH.Inverse(*p[0], *p[1])["azi1"] for p in (one, two)]
    states = states_of(
        flying("aaaaaa", one[0], azimuths[0], speed),
        flying("bbbbbb", two[0], azimuths[1], other_speed),
    )
    ways = {"icao24:aaaaaa": Flown(way=way_of(one)), "icao24:bbbbbb": Flown(way=way_of(two))}
    found = predicted_losses(states, MINIMA, HORIZON_S, None, ways)
    straight = predicted_losses(states, MINIMA, HORIZON_S)
    least, when = np.inf, None
    for time_s in np.arange(0.0, HORIZON_S, 1.0).tolist():
        places = walked(one, speed * time_s), walked(two, other_speed * time_s)
        if None in places:
            continue
        gap = EARTH.Inverse(*places[0], *places[1])["s12"]  # type: ignore[misc]
        least = min(least, gap)
        if gap < MINIMA.lateral_m - 200.0 and when is None:
            when = time_s
    if when is not None:  # never missed, and not late
        assert len(found.first) == 1
        assert found.enter_s[0] <= when + 1.0
    if not len(straight.first) and least > MINIMA.lateral_m + 500.0:
        # Neither straight on nor on their ways, but one second is one step.
        assert not len(found.first)
    if len(straight.first):  # what flies straight on is found all the same
        assert found.enter_s[0] <= straight.enter_s[0]


def test_a_conflict_behind_the_next_turning_point_is_found_and_said_to_be() -> None:
    """A flies 20 km east and turns north there, at 200 m/s; B hovers 10 km north of that corner.

    5 km from B is 5 km behind the corner: after 25 km, 125 s. Straight on A stays 10 km away.
    """
    start = (47.0, 8.0)
    corner = ahead(start, 90.0, 20_000.0)
    path = [start, corner, ahead(corner, 0.0, 30_000.0)]
    bay = ahead(corner, 0.0, 10_000.0)
    states = states_of(
        flying("aaaaaa", start, 90.0, 200.0),
        flying("bbbbbb", bay, 0.0, 0.0),
    )
    assert not len(predicted_losses(states, MINIMA, HORIZON_S).first)
    flights = {"icao24:aaaaaa": Flown(way=way_of(path))}
    found = predicted_losses(states, MINIMA, HORIZON_S, None, flights)
    assert found.turning.tolist() == [True]
    assert found.enter_s.tolist() == pytest.approx([125.0], abs=0.5)
    assert found.closest_s.tolist() == pytest.approx([150.0], abs=0.5)
    assert found.lateral_m.tolist() == pytest.approx([0.0], abs=30.0)


@pytest.mark.parametrize(
    ("azimuth", "aside_m", "follows"),
    [(90.0, 0.0, True), (90.0, 900.0, True), (90.0, 4_000.0, False), (200.0, 0.0, False)],
)
def test_who_flies_otherwise_has_no_way(azimuth: float, aside_m: float, follows: bool) -> None:
    path = [(47.0, 8.0), ahead((47.0, 8.0), 90.0, 40_000.0)]
    place = ahead(ahead(path[0], 90.0, 10_000.0), 0.0, aside_m)
    states = states_of(flying("aaaaaa", place, azimuth, 100.0, accuracy_m=10.0))
    found = pieces_ahead(states, np.array([0]), [way_of(path)], HORIZON_S)
    assert bool(len(found.row)) is follows


def test_minima_are_those_of_the_two_classes_and_the_widest_where_one_is_not_known() -> None:
    drones, general = Separation(150.0, 30.0), Separation(2_000.0, 150.0)

    def say(one: str | None, other: str | None) -> Separation:
        return drones if one == other == "uncrewed" else general

    minima = LiveMinima.between(("uncrewed", "rotorcraft"), say)
    place = (47.0, 8.0)
    for classes, flights, expected in (
        (("uncrewed", "uncrewed"), {}, 0),
        (("uncrewed", "rotorcraft"), {}, 1),
        (("uncrewed", "unknown"), {}, 1),
        (("uncrewed", "unknown"), {"icao24:bbbbbb": Flown(flight_class="uncrewed")}, 0),
        (("uncrewed", "uncrewed"), {"icao24:bbbbbb": Flown(flight_class="rotorcraft")}, 1),
    ):
        states = states_of(
            flying("aaaaaa", place, 0.0, 0.0, aircraft=AircraftClass(classes[0])),
            flying(
                "bbbbbb", ahead(place, 90.0, 1_000.0), 0.0, 0.0, aircraft=AircraftClass(classes[1])
            ),
        )
        found = predicted_losses(states, minima, HORIZON_S, None, flights)
        assert len(found.first) == expected, (classes, flights)


def test_volumes_without_a_path_say_nothing_of_turns() -> None:
    assert Way.of([]) is None


def test_a_path_of_many_points_becomes_few_legs() -> None:
    start = (47.0, 8.0)
    dense = [ahead(start, 90.0, 100.0 * k) for k in range(200)]
    corner = dense[-1]
    dense += [ahead(corner, 0.0, 100.0 * k) for k in range(1, 200)]
    volume = Volume4D.over_ellipsoid(
        Corridor.of(dense, 500.0), 0.0, 1_000.0, at(0), at(0) + timedelta(hours=1)
    )
    found = Way.of([volume])
    assert found is not None
    assert len(found.goes_on) <= 3
    assert found.goes_on.tolist()[-1] is False
