"""Speed and course of recorded aircraft from their positions, beside geodesics."""

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from openline.airspace.track.motion import motion_of
from openline.airspace.track.played import AltitudeZero, Recording
from openline.app.sky.watch import SkyWatch


def flown(
    lat: float, lng: float, azimuth: float, mps: float, times: list[float]
) -> tuple[list[float], list[float], list[float]]:
    """Places at the times, and the course at each, on a geodesic."""
    ways = [Geodesic.WGS84.Direct(lat, lng, azimuth, mps * t) for t in times]
    return [w["lat2"] for w in ways], [w["lon2"] for w in ways], [w["azi2"] % 360 for w in ways]


def motion(whose: list[int], times: list[float], *columns: list[float]) -> list[list[float]]:
    arrays = (np.array(one, dtype=np.float64) for one in (times, *columns))
    return [one.tolist() for one in motion_of(np.array(whose, dtype=np.int64), *arrays)]


@pytest.mark.parametrize(
    ("lat", "lng", "azimuth"),
    [
        (47, 8, 0),
        (47, 8, 123),
        (-33, 179.99, 90),
        (0, -179.999, 270),
        (89.99, 10, 5),
        (-89.9, 0, 7),
    ],
)
def test_it_is_the_speed_and_course_of_the_geodesic(lat: float, lng: float, azimuth: float) -> None:
    times = [0.0, 1.0, 3.0, 5.0, 9.0, 20.0, 40.0]
    lats, lngs, courses = flown(lat, lng, azimuth, 200.0, times)
    speed, track, rate = motion([0] * 7, times, lats, lngs, [100.0 + 5 * t for t in times])
    assert speed == pytest.approx([200.0] * 7, abs=0.01)
    assert rate == pytest.approx([5.0] * 7)
    off = [(one - other + 180) % 360 - 180 for one, other in zip(track, courses, strict=True)]
    assert off == pytest.approx([0.0] * 7, abs=0.01)


def test_the_base_is_about_five_seconds_and_bounded() -> None:
    """Along the equator, its speed doubling at 10 s: what is said of 10 s is of before."""
    degree = 111_319.49079327358  # of longitude, along the equator of the ellipsoid
    times = [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]
    metres = [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0, 1400.0]
    lngs = [m / degree for m in metres]
    speed, track, _ = motion([0] * 7, times, [0.0] * 7, lngs, [0.0] * 7)
    # the first from what comes after it; 12 s from 6 s: 800 m
    assert speed == pytest.approx([100.0] * 6 + [800 / 6], abs=0.01)
    assert track == pytest.approx([90.0] * 7)


def test_what_is_far_apart_alone_or_impossible_is_not_known() -> None:
    times = [0.0, 21.0, 50.0, 51.0, 100.0, 105.0]
    lats = [47.0, 47.01, 47.0, 47.0, 47.0, 48.0]
    speed, track, rate = motion([0] * 6, times, lats, [8.0] * 6, [0, 0, 0, 0, 0, 2000.0])
    assert all(map(math.isnan, speed))
    assert all(map(math.isnan, track))
    assert all(map(math.isnan, rate[:4]))
    assert motion([], [], [], [], []) == [[], [], []]


def test_aircraft_are_not_mixed_and_the_order_of_rows_is_nothing() -> None:
    times = [0.0, 5.0, 10.0]
    north, east = flown(47, 8, 0, 100.0, times), flown(47, 8, 90, 50.0, times)
    whose = [0, 1] * 3
    mixed = [
        [column for pair in zip(north[k], east[k], strict=True) for column in pair] for k in (0, 1)
    ]
    rows = list(zip(whose, [t for t in times for _ in (0, 1)], *mixed, strict=True))[::-1]
    columns = [list(one) for one in zip(*rows, strict=True)]
    speed, track, _ = motion(columns[0], *columns[1:], [0.0] * 6)
    assert speed == pytest.approx([50.0, 100.0] * 3, abs=0.01)
    assert [round(one) % 360 for one in track] == [90, 0] * 3


def test_a_recording_says_its_speeds_from_the_first_position_on() -> None:
    times = [float(t) for t in range(12)]
    lats, lngs, _ = flown(47, 8, 90, 150.0, times)
    recording = Recording("day.csv", AltitudeZero.W84)
    recording.add(["4b1617"], [""], [0] * 12, [0] * 12, times, lats, lngs, [1000.0] * 12)
    reports = [one for _, second in recording.seconds() for one in second]
    assert [one.speed_mps for one in reports] == pytest.approx([150.0] * 12, abs=0.1)
    assert [one.vertical_rate_mps for one in reports] == [0.0] * 12
    watch = SkyWatch()
    watch.take(reports[:1], reports[0].time)
    (track,) = watch.tracker
    assert track.speed_mps() == pytest.approx(150.0, abs=0.1)
