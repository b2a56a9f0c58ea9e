"""Losses among declared courses, against walking along geodesics on the ellipsoid."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.encounter.courses import Course, losses_on_courses
from openline.airspace.encounter.cylinder import Cylinder
from openline.errors import InvalidInput

GEOD = pyproj.Geod(ellps="WGS84")
BUBBLE = Cylinder(5 * 1852.0, 300.0)
DRONES = Cylinder(150.0, 30.0)


def test_a_conflict_behind_the_turning_point_is_found() -> None:
    # Both fly north side by side, 40 km apart; after 200 s the western one turns east.
    other = Course.through([0, 600], [(47.0, 8.5, 3000.0), (47.51, 8.5, 3000.0)])
    north = beyond(47.0, 8.0, 0.0, 200 * 185.0)
    east = beyond(*north, 80.0, 400 * 200.0)
    turning = Course.through(
        [0, 200, 600], [(47.0, 8.0, 3000.0), (*north, 3000.0), (*east, 3000.0)]
    )
    (loss,) = losses_on_courses([turning, other], BUBBLE, 600.0)
    assert (loss.first, loss.second) == (0, 1)
    assert 200 < loss.enter_s < loss.closest_s < loss.exit_s < 600
    straight = Course.straight((47.0, 8.0, 3000.0), (0.0, 185.0, 0.0), 600.0)
    assert losses_on_courses([straight, other], BUBBLE, 600.0) == []
    # Nor is it told beyond the look-ahead.
    assert losses_on_courses([turning, other], BUBBLE, loss.enter_s - 1) == []


def test_who_is_elsewhere_goes_on_to_the_next_turning_point() -> None:
    course = Course.through([0, 100, 200], [(0, 0, 0), (0, 0.1, 0), (0, 0.2, 0)])
    rest = course.onward_from(150.0, (0.01, 0.14, 50.0))
    assert rest.time_s.tolist() == [150.0, 200.0]
    assert rest.place.tolist() == [[0.01, 0.14, 50.0], [0.0, 0.2, 0.0]]
    with pytest.raises(InvalidInput):
        course.onward_from(200.0, (0, 0.2, 0))


@pytest.mark.parametrize("lng", [0.0, 180.0])
def test_head_on_over_the_pole_and_the_antimeridian(lng: float) -> None:
    one = Course.straight((89.0, lng, 0.0), (0.0, 200.0, 0.0), 900.0)
    other = Course.straight((89.0, lng - 180.0, 0.0), (0.0, 200.0, 0.0), 900.0)
    (loss,) = losses_on_courses([one, other], BUBBLE, 900.0)
    pole_m = GEOD.inv(0, 89, 0, 90)[2]
    assert loss.closest_s == pytest.approx(pole_m / 200.0, abs=0.1)
    assert loss.enter_s == pytest.approx((2 * pole_m - 9260.0) / 400.0, abs=0.1)
    east = Course.straight((10.0, 179.8, 0.0), (200.0, 0.0, 0.0), 300.0)
    west = Course.straight((10.0, -179.8, 0.0), (-200.0, 0.0, 0.0), 300.0)
    (loss,) = losses_on_courses([east, west], BUBBLE, 300.0)
    across_m = GEOD.inv(179.8, 10, -179.8, 10)[2]
    assert loss.closest_s == pytest.approx(across_m / 400.0, abs=0.1)


def beyond(lat: float, lng: float, azimuth: float, distance_m: float) -> tuple[float, float]:
    there_lng, there_lat, _ = GEOD.fwd(lng, lat, azimuth, distance_m)
    return there_lat, there_lng


def walked(course: Course, instants: Any) -> Any:
    """Latitude, longitude, altitude at instants, along geodesics; NaN where nothing is said."""
    out = np.full((len(instants), 3), np.nan)
    for k in range(len(course.time_s) - 1):
        (lat, lng, up), (lat_2, lng_2, up_2) = course.place[k : k + 2]
        start, end = course.time_s[k : k + 2]
        rows = np.flatnonzero((instants >= start) & (instants <= end))
        share = (instants[rows] - start) / (end - start)
        azimuth, _, metres = GEOD.inv(lng, lat, lng_2, lat_2)
        count = len(rows)
        lngs, lats, _ = GEOD.fwd(
            np.full(count, lng), np.full(count, lat), np.full(count, azimuth), share * metres
        )
        out[rows] = np.column_stack((lats, lngs, up + share * (up_2 - up)))
    return out


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 10**6),
    st.sampled_from([(0.0, 0.0), (47.0, 8.0), (-30.0, 179.9), (88.5, 10.0)]),
    st.sampled_from([(BUBBLE, 230.0, 60_000.0), (DRONES, 15.0, 2_000.0)]),
)
def test_it_is_what_walking_along_geodesics_finds(
    seed: int, place: tuple[float, float], kind: tuple[Cylinder, float, float]
) -> None:
    minima, speed, spread_m = kind
    dice = np.random.default_rng(seed)
    courses = []
    for _ in range(6):
        time_s, rows = float(dice.uniform(-60, 60)), []
        here = beyond(*place, float(dice.uniform(0, 360)), float(dice.uniform(0, spread_m)))
        up = float(dice.uniform(0, minima.vertical_m * 3))
        for _ in range(int(dice.integers(2, 6))):
            rows.append((time_s, *here, up))
            lasts = float(dice.uniform(30, 300))
            here = beyond(
                *here, float(dice.uniform(0, 360)), lasts * speed * float(dice.uniform(0, 1))
            )
            time_s, up = time_s + lasts, max(0.0, up + float(dice.normal(0, minima.vertical_m / 2)))
        courses.append(Course.through([row[0] for row in rows], [row[1:] for row in rows]))
    losses = losses_on_courses(courses, minima, 600.0)
    instants = np.arange(0.0, 600.0, 0.5)
    places = [walked(course, instants) for course in courses]
    for i in range(6):
        for j in range(i + 1, 6):
            one, other = places[i], places[j]
            aside = GEOD.inv(one[:, 1], one[:, 0], other[:, 1], other[:, 0])[2]
            up = np.abs(one[:, 2] - other[:, 2])
            spans = [(x.enter_s, x.exit_s) for x in losses if (x.first, x.second) == (i, j)]
            within = np.zeros(len(instants), bool)
            for enter, leave in spans:
                within |= (instants >= enter - 1e-6) & (instants <= leave + 1e-6)
            # A metre is nobody's fault.
            near = (aside < minima.lateral_m - 1) & (up < minima.vertical_m - 0.01)
            far = ~((aside < minima.lateral_m + 1) & (up < minima.vertical_m + 0.01))
            assert within[near].all()
            # Losses up to a second apart are one.
            joined = [b[0] - a[1] for a, b in pairwise(spans)]
            assert all(gap > 1.0 for gap in joined)
            assert (within & far).sum() <= 2 * max(len(spans), 1)


@pytest.mark.parametrize(
    ("time_s", "place"),
    [
        ([0], [(0, 0, 0)]),
        ([0, 0], [(0, 0, 0), (0, 1, 0)]),
        ([0, math.nan], [(0, 0, 0), (0, 1, 0)]),
        ([0, 1], [(0, 0, 0), (91, 1, 0)]),
        ([0, 1], [(0, 0, 0), (0, math.nan, 0)]),
        ([0, 1, 2], [(0, 0, 0), (0, 1, 0)]),
    ],
)
def test_what_is_no_course_is_refused(time_s: Any, place: Any) -> None:
    with pytest.raises(InvalidInput):
        Course.through(time_s, place)


def test_nobody_meets_nobody() -> None:
    assert losses_on_courses([], BUBBLE, 300.0) == []
    one = Course.straight((0, 0, 0), (0, 0, 0), 300.0)
    assert losses_on_courses([one], BUBBLE, 300.0) == []
    (loss,) = losses_on_courses([one, one], BUBBLE, 300.0)
    assert (loss.enter_s, loss.exit_s) == (0.0, 300.0)
    later = Course.through([400, 500], [(0, 0, 0), (0, 0.1, 0)])
    assert losses_on_courses([one, later], BUBBLE, 300.0) == []
