"""Aircraft on their way into volumes: which, when, by which altitude; told once; to whom."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.encounter.alerting import AlertEventKind, AlertLevel
from openline.airspace.entity import Constraint, Entity, OperationalIntent
from openline.airspace.track.entry_alerts import EntryEvent
from openline.airspace.track.live_minima import Flown
from openline.airspace.track.losses import Zero
from openline.airspace.track.obstacles import Obstacle, Obstacles, predicted_entries
from openline.airspace.track.report import Identity
from openline.airspace.track.states import States
from openline.airspace.track.tracker import Tracker
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.app.sky.service import SkyService
from openline.app.sky.watch import SkyWatch
from openline.geo.circle import Circle
from openline.line.sight import Sight
from tests.unit.track_samples import at, report

EARTH = Geodesic.WGS84
PLACE = (47.0, 8.0)


def circle(
    azimuth: float = 90.0,
    away_m: float = 20_000.0,
    radius_m: float = 2_000.0,
    heights: tuple[float, float] = (0.0, 3_000.0),
    times: tuple[float, float] = (-60.0, 3_600.0),
) -> Volume4D:
    there = EARTH.Direct(*PLACE, azimuth, away_m)
    low, high = heights
    begin, end = (at(0) + timedelta(seconds=one) for one in times)
    place = Circle.of(there["lat2"], there["lon2"], radius_m)
    return Volume4D.over_ellipsoid(place, low, high, begin, end)


def closure(*volumes: Volume4D, name: str = "c1", party: str = "north") -> tuple[Obstacle, Entity]:
    entity = Constraint(name, party, volumes or (circle(),))
    return Obstacle(name, entity.kind, party, frozenset((party,))), entity


def operation(name: str, party: str) -> tuple[Obstacle, Entity]:
    entity = OperationalIntent(name, party, (circle(),))
    return Obstacle(name, entity.kind, party, frozenset((party, f"{party}-member"))), entity


def flying(second: float = 0.0, speed: float = 200.0, **more: Any) -> Any:
    """On its way from PLACE to the east, since second 0."""
    there = EARTH.Direct(*PLACE, 90.0, speed * second)
    values = {"lat_deg": there["lat2"], "lng_deg": there["lon2"], "speed_mps": speed}
    values |= {"track_deg": there["azi2"] % 360.0, "altitude_m": 1_000.0}
    return report(second, "aaaaaa", **(values | more))


def states_of(*reports: Any) -> States:
    tracker = Tracker()
    tracker.update(reports, at(0))
    return tracker.states(at(0))


def test_the_entry_is_where_the_course_meets_the_volume() -> None:
    """20 km less the radius of 2 km, at 200 m/s: 90 s."""
    found = predicted_entries(states_of(flying()), Obstacles([closure()]), 300.0)
    assert found.enter_s.tolist() == pytest.approx([90.0], abs=0.2)
    assert found.zero.tolist() == [Zero.ELLIPSOID]


@pytest.mark.parametrize(
    ("volume", "enter_s"),
    [
        (circle(heights=(1_001.0, 2_000.0)), None),  # above it
        (circle(times=(-60.0, 80.0)), None),  # over before
        (circle(times=(99.0, 900.0)), 99.0),  # begins while it is there
        (circle(azimuth=270.0), None),  # behind it
        (circle(away_m=70_000.0), None),  # beyond the look-ahead
        (circle(away_m=1_000.0), 0.0),  # in it
    ],
)
def test_height_time_and_place_count(volume: Volume4D, enter_s: float | None) -> None:
    found = predicted_entries(states_of(flying()), Obstacles([closure(volume)]), 300.0)
    assert found.enter_s.tolist() == pytest.approx([] if enter_s is None else [enter_s], abs=0.2)


@pytest.mark.parametrize(
    ("altitudes", "zero"),
    [
        ({"altitude_m": 1_001.0, "pressure_altitude_ft": 0.0}, None),  # the height is known
        ({"altitude_m": None, "pressure_altitude_ft": 1_001.0 / 0.3048}, Zero.MIXED),
        ({"altitude_m": None, "pressure_altitude_ft": 8_000.0}, None),  # beyond its margin
        ({"altitude_m": None, "pressure_altitude_ft": None}, Zero.NONE),
    ],
)
def test_an_altitude_that_is_not_known_errs_toward_an_entry(
    altitudes: dict[str, Any], zero: Zero | None
) -> None:
    volume = circle(heights=(0.0, 1_000.0))
    found = predicted_entries(states_of(flying(**altitudes)), Obstacles([closure(volume)]), 300.0)
    assert found.zero.tolist() == ([] if zero is None else [zero])


@pytest.mark.parametrize(
    ("more", "flown", "own"),
    [
        ({}, None, False),
        ({"party": "north"}, None, True),
        ({"party": "north-member"}, None, True),
        ({"party": "south"}, None, False),
        ({"identity": Identity.of(icao24="aaaaaa", operation_id="op1")}, None, True),
        ({"party": "south"}, Flown("op1", "south"), True),
        ({"party": "carrier"}, Flown("op2", "north"), True),
        ({"party": "north"}, Flown("op2", "south"), False),
    ],
)
def test_nobody_is_told_of_his_own_volume(
    more: dict[str, Any], flown: Flown | None, own: bool
) -> None:
    flights = {} if flown is None else {"icao24:aaaaaa": flown}
    obstacles = Obstacles([operation("op1", "north")])
    found = predicted_entries(states_of(flying(**more)), obstacles, 300.0, flights)
    assert (len(found.row) == 0) is own


def test_aircraft_on_the_ground_enter_nothing() -> None:
    volume = circle(away_m=1_000.0)
    found = predicted_entries(
        states_of(flying(on_ground=True)), Obstacles([closure(volume)]), 300.0
    )
    assert not len(found.row)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1 << 30))
def test_whatever_stepping_finds_is_found(seed: int) -> None:
    dice = np.random.default_rng(seed)
    volumes = [
        circle(
            float(dice.uniform(0, 360)),
            float(dice.uniform(0, 60_000)),
            float(dice.uniform(200, 8_000)),
            (low, low + float(dice.uniform(50, 2_000))),
            (begin, begin + float(dice.uniform(10, 400))),
        )
        for low, begin in zip(
            dice.uniform(0, 3_000, 12).tolist(), dice.uniform(-200, 290, 12).tolist(), strict=True
        )
    ]
    things = [closure(one, name=f"c{k}") for k, one in enumerate(volumes)]
    speed, azimuth = float(dice.uniform(20, 250)), float(dice.uniform(0, 360))
    rate = float(dice.choice([0.0, 5.0, -4.0]))
    moving = {"track_deg": azimuth, "altitude_m": 1_500.0, "vertical_rate_mps": rate}
    states = states_of(flying(speed=speed, **moving))
    found = predicted_entries(states, Obstacles(things), 300.0)
    told = dict(zip(found.thing.tolist(), found.enter_s.tolist(), strict=True))
    for number, volume in enumerate(volumes):
        centre = volume.footprint
        assert isinstance(centre, Circle)
        for time_s in np.arange(0.0, 300.0, 2.0).tolist():
            here = EARTH.Direct(*PLACE, azimuth, speed * time_s)
            gap = EARTH.Inverse(here["lat2"], here["lon2"], *centre.centre)["s12"]
            height = 1_500.0 + rate * time_s
            inside = gap < centre.radius_m - 20.0
            inside &= volume.altitude_lower_m < height < volume.altitude_upper_m
            inside &= volume.time_start <= at(time_s) <= volume.time_end
            if inside:
                assert told[number] <= time_s + 1e-6
                break


def events_of(
    watch: SkyWatch, seconds: range, obstacles: Obstacles, **more: Any
) -> list[EntryEvent]:
    watch.declare({}, obstacles)
    events = []
    for second in seconds:
        watch.take([flying(second, **more)], at(second))
        events += [one for one in watch.tick(at(second)) if isinstance(one, EntryEvent)]
    return events


def test_an_entry_is_announced_once_rises_and_ends_once() -> None:
    """20 km to the middle at 200 m/s: in it after 90 s, out of it after 110 s."""
    watch = SkyWatch()
    events = events_of(watch, range(130), Obstacles([closure()]))
    raised = [one.level for one in events if one.kind is AlertEventKind.RAISED]
    # 90 s away is within two fifths of the look-ahead at once, 60 s within one fifth.
    assert raised == [AlertLevel.CORRECTIVE, AlertLevel.WARNING]
    assert [one.kind for one in events[2:]] == [AlertEventKind.OVER]
    assert events[0].entry.enter_s == pytest.approx(89.0, abs=0.5)  # 2 of 4 samples
    assert events[-1].time >= at(110)
    assert watch.entries == []


def test_a_closure_that_is_withdrawn_is_over_and_an_aircraft_that_is_gone_is_lost() -> None:
    watch = SkyWatch()
    assert len(events_of(watch, range(5), Obstacles([closure()]))) == 1
    later = events_of(watch, range(5, 20), Obstacles())
    assert [one.kind for one in later] == [AlertEventKind.OVER]
    other = SkyWatch()
    assert len(events_of(other, range(5), Obstacles([closure()]))) == 1
    gone = [
        one
        for second in range(5, 200)
        for one in other.tick(at(second))
        if isinstance(one, EntryEvent) and one.kind is AlertEventKind.LOST
    ]
    assert len(gone) == 1


def test_looking_more_often_makes_no_alert_come_sooner() -> None:
    watch = SkyWatch()
    watch.declare({}, Obstacles([closure()]))
    watch.take([flying(0)], at(0))
    events = [one for tenth in range(8) for one in watch.tick(at(tenth / 10))]
    assert not [one for one in events if isinstance(one, EntryEvent)]


def told(sky: SkyService, party: str) -> list[str]:
    found, _ = sky.events_after(0, party)
    return [one.event.level.name for one in found if isinstance(one.event, EntryEvent)]


def test_who_is_shown_the_volume_and_sees_the_aircraft_is_told_and_its_party() -> None:
    shown = frozenset(("north", "south"))
    entity = operation("op1", "north")[1]
    thing = Obstacle("op1", entity.kind, "north", frozenset(("north",)), shown)
    # East's own aircraft is shown to south alone.
    sight = Sight({"east": frozenset(("south", "west"))})
    sky = SkyService(SkyWatch(), sight_of=lambda _now: sight)
    sky.declare({}, Obstacles([(thing, entity)]))
    for second in range(4):
        sky.take([flying(second, party="east")], at(second))
        sky.tick(at(second))
    assert told(sky, "south") == ["CORRECTIVE"]  # sees both
    assert told(sky, "north") == ["CORRECTIVE"]  # its volume: told, without the place
    assert told(sky, "east") == []  # is not shown where the volume is
    assert told(sky, "west") == []  # sees the aircraft alone
    assert told(sky, "stranger") == []
    assert {party: len(sky.view(party, at(3)).entries) for party in ("north", "east")} == {
        "north": 1,
        "east": 0,
    }
    assert not sky.view("north", at(3)).tracks


def test_the_margin_of_a_pressure_altitude_is_that_of_the_aircraft_itself() -> None:
    """8,000 ft is 2,438 m: within 820 m and 15 % it is no lower than 1,252 m, whoever else flies
    how high."""
    low = flying(altitude_m=None, pressure_altitude_ft=8_000.0)
    high = report(0.0, "bbbbbb", lat_deg=30.0, pressure_altitude_ft=45_000.0)
    for top_m, count in ((1_250.0, 0), (1_255.0, 1)):
        obstacles = Obstacles([closure(circle(heights=(0.0, top_m)))])
        assert len(predicted_entries(states_of(low, high), obstacles, 300.0).row) == count


def test_volumes_in_tables_are_found_as_others_are() -> None:
    things = [closure(), closure(circle(azimuth=91.0), circle(azimuth=270.0), name="c2")]
    tables = [(one, VolumeTable.of(entity.volumes)) for one, entity in things]
    found = [
        predicted_entries(states_of(flying()), obstacles, 300.0)
        for obstacles in (Obstacles(things), Obstacles.of_tables(tables))
    ]
    assert [one.thing.tolist() for one in found] == [[0, 1], [0, 1]]
    assert found[0].enter_s.tolist() == found[1].enter_s.tolist()
    assert not len(Obstacles.of_tables([]))
