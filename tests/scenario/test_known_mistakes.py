"""What detectors in the field got wrong, each as a test of ours, by the name of the mistake."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openline.airspace.encounter.alerting import (
    AlertEvent,
    AlertLevel,
    PairAlert,
    advance,
    levels,
    rules_named,
)
from openline.airspace.encounter.arrays import relative
from openline.airspace.encounter.by_class import find_encounters_by_class
from openline.airspace.encounter.compiled import in_loops
from openline.airspace.encounter.courses import Course, losses_on_courses
from openline.airspace.encounter.pruning import find_encounters
from openline.airspace.encounter.snapshot import Snapshot
from openline.airspace.separation import Separation
from openline.app.scan_tracks import ScanOptions, scan_tracks
from openline.encounter import Cylinder, loss_intervals
from openline.formats.losses import Scan
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

FEET = METRES_PER_FOOT
RADAR = Cylinder(5 * METRES_PER_NAUTICAL_MILE, 1000 * FEET)
BEGIN_S = 1_790_000_000
SEARCHES = pytest.mark.parametrize("search", [None, in_loops], ids=["numpy", "compiled"])


def scanned(folder: Path, rows: list[tuple[str, float, float, float, float]]) -> Scan:
    """A scan of rows: name, second, latitude, longitude, feet."""
    lines = ["icao24,timestamp,latitude,longitude,altitude_ft"]
    lines += [f"{name},{BEGIN_S + t},{lat},{lng},{feet}" for name, t, lat, lng, feet in rows]
    path = folder / "tracks.csv"
    path.write_text("\n".join(lines))
    return scan_tracks([str(path)], ScanOptions(Separation(RADAR.lateral_m, RADAR.vertical_m)))


@pytest.mark.parametrize("levels_ft", [(31_000, 32_000), (35_000, 34_000), (9_000, 10_000)])
def test_a_legal_thousand_feet_is_no_alert_from_either_side(
    levels_ft: tuple[int, int], tmp_path: Path
) -> None:
    low, high = levels_ft
    # As recorded in feet, as rounded metres, and with the rounding of half a foot.
    for off in (0.0, 0.4, -0.4):
        rows = [("a", t, 47.0, 8 + t / 1e4, low) for t in range(0, 600, 10)]
        rows += [("b", t, 47.0, 8.05 - t / 1e4, high + off) for t in range(0, 600, 10)]
        assert scanned(tmp_path, rows).losses == ()
    tolerant = Cylinder(RADAR.lateral_m, RADAR.vertical_m - FEET)
    for one, other in ((low, high), (high, low)):
        own, intruder = ((0, 0, round(feet * FEET, 1)) for feet in (one, other))
        enter, _ = loss_intervals(own, (100, 0, 0), intruder, (-100, 0, 0), tolerant, 300)
        assert np.isnan(enter).all()


@SEARCHES
@pytest.mark.parametrize("velocity", [(0.0, 0.0, 0.0), (200.0, 30.0, -5.0)])
def test_equal_velocities_in_loss_do_not_vanish(search: Any, velocity: Any) -> None:
    enter, leave = loss_intervals((3000, 0, 0), velocity, (0, 0, 100), velocity, RADAR, 300)
    assert (enter[0], leave[0]) == (0.0, 300.0)
    sky = Snapshot.on_earth([(47, 8, 9000), (47, 8.03, 9100)], [velocity, velocity])
    assert find_encounters(sky, RADAR, 300.0, search).enter_s.tolist() == [0.0]


@SEARCHES
def test_across_the_antimeridian_and_head_on_over_a_pole(search: Any) -> None:
    across = [(60.0, 179.8, 9000.0), (60.0, -179.8, 9000.0)], [(200, 0, 0), (-200, 0, 0)]
    over = [(89.8, 20.0, 9000.0), (89.8, -160.0, 9000.0)], [(0, 200, 0), (0, 200, 0)]
    south = [(-89.8, 90.0, 9000.0), (-89.8, -90.0, 9000.0)], [(0, -200, 0), (0, -200, 0)]
    for position, velocity in (across, over, south):
        found = find_encounters(Snapshot.on_earth(position, velocity), RADAR, 300.0, search)
        assert list(zip(found.first, found.second, strict=True)) == [(0, 1)]
        assert 20 < found.enter_s[0] < 120


def test_an_isolated_sample_beside_a_gap_is_tested(tmp_path: Path) -> None:
    rows = [("a", t, 47.0, 8.0, 30_000) for t in range(0, 1000, 10)]
    rows += [("b", t, 47.01, 8.0, 30_200) for t in (0, 500, 990)]  # gaps of more than 120 s
    losses = scanned(tmp_path, rows).losses
    assert [(loss.enter.timestamp() - BEGIN_S, loss.duration_s) for loss in losses] == [
        (0.0, 0.0),
        (500.0, 0.0),
        (990.0, 0.0),
    ]


def test_a_broken_position_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    rows = [("a", t, 47.0, 8 + t / 2e3, 30_000) for t in range(0, 100, 10)]
    rows += [("b", t, 48.0, 8 + t / 2e3, 30_000) for t in range(0, 100, 10)]
    rows[5] = ("a", 50, 48.0, 8.025, 30_000)  # 111 km in ten seconds, into the other one
    found = scanned(tmp_path, rows)
    assert found.losses == ()
    assert found.set_aside == {"jump": 1}


def test_a_conflict_behind_the_next_turning_point_is_seen_twenty_minutes_ahead() -> None:
    # Side by side, 60 km apart, for 15 minutes; then one turns into the other's way.
    turning = Course.through([0, 900, 1500], [(46, 8.0, 9000), (47, 8.0, 9000), (47.3, 8.9, 9000)])
    steady = Course.through([0, 1500], [(46, 8.8, 9000), (47.32, 8.8, 9000)])
    (loss,) = losses_on_courses([turning, steady], RADAR, 1800.0)
    assert loss.enter_s > 900
    now = [course.place[0] for course in (turning, steady)]
    speeds = [_velocity(course) for course in (turning, steady)]
    straight = [Course.straight(p, v, 1500.0) for p, v in zip(now, speeds, strict=True)]
    assert losses_on_courses(straight, RADAR, 1800.0) == []


def _velocity(course: Course) -> tuple[float, float, float]:
    (lat, lng, _), (lat_2, lng_2, _) = course.place[:2]
    seconds = float(course.time_s[1] - course.time_s[0])
    east = (lng_2 - lng) * 111_320 * math.cos(math.radians(lat)) / seconds
    return east, (lat_2 - lat) * 111_180 / seconds, 0.0


def alerts(own: Any, intruder: Any) -> list[AlertEvent]:
    """What is announced of a pair by Phase I, a sample a second, each (position, velocity)."""
    state, events = PairAlert(), []
    for second, (one, other) in enumerate(zip(own, intruder, strict=True)):
        pair = relative(*one, *other)
        level = AlertLevel(int(levels(pair, rules_named("do365-phase1"))[0]))
        state, told = advance(state, level, float(second))
        events += told
    return events


def course(start: Any, velocity: Any, seconds: int = 240) -> list[Any]:
    return [
        (tuple(p + v * t for p, v in zip(start, velocity, strict=True)), velocity)
        for t in range(seconds)
    ]


def test_what_is_no_danger_does_not_nag() -> None:
    # A crossing a thousand feet apart, a pair that diverges, a parallel approach at 1.5 km.
    level = course((-15_000, 0, 0), (120, 0, 0)), course((0, -15_000, 1000 * FEET), (0, 120, 0))
    diverging = course((3000, 0, 0), (100, 50, 0)), course((0, 0, 0), (-100, 0, 0))
    parallel = course((0, 1500, 500), (70, 0, -3.5)), course((-200, 0, 500), (71, 0, -3.5))
    for own, intruder in (level, diverging, parallel):
        assert alerts(own, intruder) == []


def test_an_alert_only_rises_and_ends_once() -> None:
    events = alerts(course((-12_000, 200, 0), (100, 0, 0)), course((12_000, 0, 50), (-100, 0, 0)))
    kinds = [event.kind.value for event in events]
    assert kinds[-1] == "over"
    assert set(kinds[:-1]) == {"raised"}
    raised = [event.level for event in events[:-1]]
    assert all(one < other for one, other in pairwise(raised))
    assert raised[-1] is AlertLevel.WARNING


@SEARCHES
def test_each_pair_has_the_minima_of_its_classes(search: Any) -> None:
    # Two drones 1 km apart are well separated; a drone 1 km from an airliner is not.
    sky = Snapshot.on_earth(
        [(47, 8, 500), (47.009, 8, 500), (47.018, 8, 500)], [(0, 0, 0), (0, 0, 0), (0, 0, 0)]
    )
    detectors = {("drone", "drone"): Cylinder(150.0, 30.0)}
    kinds = ["drone", "drone", "airliner"]
    found = find_encounters_by_class(sky, kinds, detectors, RADAR, 60.0, search)
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(0, 2), (1, 2)]
