"""Predicted losses among tracks: which altitudes are compared, where on Earth; alerts."""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from openline.airspace.encounter.alerting import AlertEventKind, AlertLevel
from openline.airspace.separation import RADAR, Separation
from openline.airspace.track.losses import (
    ZERO_MARGIN_M,
    ZERO_MARGIN_PER_M,
    Losses,
    Zero,
    predicted_losses,
)
from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.report import PositionReport
from openline.airspace.track.rules import TrackRules
from openline.airspace.track.states import States
from openline.airspace.track.tracker import Tracker
from openline.app.sky.watch import SkyWatch
from openline.errors import InvalidInput
from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.position import Position
from tests.unit.track_samples import at, flight, report

FEET = 0.3048
_SKY = AltitudePolicy()


def states_at(second: float, reports: Iterable[PositionReport]) -> States:
    tracker = Tracker()
    tracker.update(reports, at(0))
    return tracker.states(at(second))


def towards(name: str, azimuth: float, lat: float = 47.0, lng: float = 8.0, **more: Any) -> Any:
    """An aircraft 20 km from a place, on its way there at 200 m/s."""
    way = Geodesic.WGS84.Direct(lat, lng, azimuth + 180.0, 20_000.0)
    values = {"lat_deg": way["lat2"], "lng_deg": way["lon2"], "speed_mps": 200.0}
    course = Geodesic.WGS84.Inverse(way["lat2"], way["lon2"], lat, lng)["azi1"] % 360.0
    return report(0, name, **(values | {"track_deg": course} | more))


def losses(*reports: PositionReport, minima: Separation = RADAR) -> Losses:
    return predicted_losses(states_at(0, reports), minima, 300.0)


@pytest.mark.parametrize(
    ("lat", "lng"), [(47.0, 8.0), (0.0, 180.0), (-33.0, -179.95), (89.9, 10.0), (-90.0, 0.0)]
)
def test_head_on_anywhere_on_earth(lat: float, lng: float) -> None:
    """40 km apart at 400 m/s together: 9,260 m after 76.85 s, at one place after 100 s."""
    found = losses(
        towards("aaaaaa", 90.0, lat, lng, pressure_altitude_ft=35_000.0),
        towards("bbbbbb", -90.0, lat, lng, pressure_altitude_ft=35_000.0),
    )
    assert found.enter_s == pytest.approx([(40_000 - 9_260) / 400], abs=0.3)
    assert found.closest_s == pytest.approx([100.0], abs=0.3)
    assert found.lateral_m == pytest.approx([0.0], abs=60.0)
    assert found.vertical_m == pytest.approx([0.0])


@pytest.mark.parametrize(
    ("first", "second", "zero"),
    [
        # a thousand feet apart by both; by one zero only; by the other
        ({"pressure_altitude_ft": 34_000.0}, {"pressure_altitude_ft": 35_000.0}, None),
        ({"pressure_altitude_ft": 34_001.5}, {"pressure_altitude_ft": 35_000.0}, Zero.PRESSURE),
        ({"pressure_altitude_ft": 34_000.5}, {"pressure_altitude_ft": 35_000.0}, None),
        ({"altitude_m": 10_000.0}, {"altitude_m": 10_400.0}, None),
        ({"altitude_m": 10_000.0}, {"altitude_m": 10_100.0}, Zero.ELLIPSOID),
        # pressure decides if both have it, whatever the heights say
        (
            {"pressure_altitude_ft": 34_000.0, "altitude_m": 10_000.0},
            {"pressure_altitude_ft": 35_000.0, "altitude_m": 10_000.0},
            None,
        ),
        (
            {"pressure_altitude_ft": 34_500.0, "altitude_m": 10_000.0},
            {"pressure_altitude_ft": 35_000.0, "altitude_m": 11_000.0},
            Zero.PRESSURE,
        ),
        # one of each: only far apart is separated
        ({"pressure_altitude_ft": 10_000.0}, {"altitude_m": 4_000.0}, Zero.MIXED),
        ({"pressure_altitude_ft": 10_000.0}, {"altitude_m": 9_000.0}, None),
        ({}, {"altitude_m": 9_000.0}, Zero.NONE),
        ({}, {}, Zero.NONE),
        ({"on_ground": True}, {"altitude_m": 9_000.0}, None),
    ],
)
def test_which_altitudes_are_compared(
    first: dict[str, Any], second: dict[str, Any], zero: Zero | None
) -> None:
    none: dict[str, Any] = {"pressure_altitude_ft": None}
    found = losses(
        towards("aaaaaa", 90.0, **(none | first)), towards("bbbbbb", -90.0, **(none | second))
    )
    assert [Zero(z) for z in found.zero.tolist()] == ([] if zero is None else [zero])
    if zero in (Zero.MIXED, Zero.NONE):
        assert np.isnan(found.vertical_m).all()


@pytest.mark.parametrize("level", [0, 50, 100, 200, 300, 400, 600])
def test_the_margin_between_the_zeros_covers_weather_and_geoid(level: int) -> None:
    """Where a flight level can be over the ellipsoid: our own widening, at the geoid's extremes."""
    flight_level = Altitude(level * 100.0, AltitudeReference.FL, AltitudeUnit.FT)
    pressure_m = level * 100 * FEET
    margin_m = ZERO_MARGIN_M + ZERO_MARGIN_PER_M * pressure_m
    for lat, lng in ((5.0, 78.0), (-6.0, 145.0)):  # the lowest and the highest geoid
        there = Circle(Position(lat, lng), 1000.0)
        band = resolve_band(
            flight_level, replace(flight_level, value=level * 100.0 + 1), there, _SKY
        )
        assert band.altitude_upper_m - pressure_m <= margin_m + FEET
        assert pressure_m - band.altitude_lower_m <= margin_m


def test_minima_need_both_distances() -> None:
    with pytest.raises(InvalidInput):
        losses(minima=Separation(9260.0, 0.0))


def test_alone_or_nobody() -> None:
    assert len(losses().first) == 0
    assert len(losses(report(0)).first) == 0


@pytest.mark.parametrize(
    ("lat", "lng", "azimuth"),
    [(47.0, 8.0, 60.0), (0.0, 179.99, 90.0), (89.9, 0.0, 10.0), (-70.0, -179.9, 280.0)],
)
def test_a_state_is_carried_on_along_its_course(lat: float, lng: float, azimuth: float) -> None:
    """25 s at 250 m/s: 6,250 m on the geodesic, right to 0.1 m; course and speed are kept."""
    start = report(
        0, lat_deg=lat, lng_deg=lng, speed_mps=250.0, track_deg=azimuth, vertical_rate_mps=10.0
    )
    states = states_at(25, [start])
    way = Geodesic.WGS84.Direct(lat, lng, azimuth, 6_250.0)
    off = Geodesic.WGS84.Inverse(
        way["lat2"], way["lon2"], float(states.lat_deg[0]), float(states.lng_deg[0])
    )
    assert off["s12"] < 0.1
    east, north, up = states.velocity_mps[0].tolist()
    assert math.hypot(east, north) == pytest.approx(250.0)
    turned = (math.degrees(math.atan2(east, north)) - way["azi2"] + 180) % 360 - 180
    assert abs(turned) < 0.1
    assert up == 10.0
    assert states.age_s[0] == 25
    assert states.pressure_altitude_m[0] == pytest.approx(10_000 * FEET + 250)
    assert np.isnan(states.altitude_m[0])


def test_what_is_lost_is_no_state() -> None:
    tracker = Tracker(TrackRules(lost_s=10))
    tracker.update([report(0)], at(0))
    tracker.update([], at(11))
    assert len(tracker.states(at(11))) == 0


# Alerts


def play(watch: SkyWatch, *flights: Iterable[PositionReport]) -> list[PairEvent]:
    """All flights second by second; what was announced of pairs."""
    by_second: dict[int, list[PositionReport]] = {}
    for one in flights:
        for r in one:
            by_second.setdefault(round((r.time - at(0)).total_seconds()), []).append(r)
    events = []
    for second in range(max(by_second) + 60):
        events += watch.take(by_second.get(second, []), at(second))
        events += watch.tick(at(second))
    return [event for event in events if isinstance(event, PairEvent)]


def crossing(feet: float = 10_000.0, **more: Any) -> Iterable[PositionReport]:
    return flight(
        "aaaaaa", 47, 8, 0, 200, seconds=400, passes_s=300, pressure_altitude_ft=feet, **more
    )


def other(feet: float = 10_000.0, seconds: int = 400) -> Iterable[PositionReport]:
    return flight(
        "bbbbbb", 47, 8, 90, 200, seconds=seconds, passes_s=300, pressure_altitude_ft=feet
    )


def test_an_alert_rises_once_per_level_and_ends_once() -> None:
    """They meet at 300 s: 9,260 m apart at 300 - 9260 / (200 sqrt 2) = 267.3 s."""
    events = play(SkyWatch(), crossing(), other())
    told = [(event.kind.value, event.level) for event in events]
    assert told == [
        ("raised", AlertLevel.PREVENTIVE),
        ("raised", AlertLevel.CORRECTIVE),
        ("raised", AlertLevel.WARNING),
        ("over", AlertLevel.WARNING),
    ]
    loss_s = 300 - 9260 / (200 * math.sqrt(2))
    raised = [(event.time - at(0)).total_seconds() for event in events]
    assert raised[0] <= 3
    assert raised[1] == pytest.approx(loss_s - 120, abs=2)
    assert raised[2] == pytest.approx(loss_s - 60, abs=2)
    begins = events[2].time + timedelta(seconds=events[2].loss.enter_s)
    assert (begins - at(0)).total_seconds() == pytest.approx(loss_s, abs=1.0)


def test_a_thousand_feet_apart_is_never_announced() -> None:
    assert play(SkyWatch(), crossing(10_000.0), other(11_000.0)) == []


def test_one_that_vanishes_ends_its_alert_as_lost() -> None:
    events = play(SkyWatch(), crossing(), other(seconds=250))
    assert [event.kind for event in events][-1] is AlertEventKind.LOST
    assert (events[-1].time - at(0)).total_seconds() == pytest.approx(281, abs=1)


def test_a_forged_position_raises_no_alert() -> None:
    """Far from its way and beside another aircraft, once: nobody is told of an encounter."""
    there = flight("aaaaaa", 47, 8, 0, 200, seconds=60)
    away = list(flight("bbbbbb", 50, 8, 0, 200, seconds=60))
    away[30] = report(30, "bbbbbb", lat_deg=47.05, lng_deg=8.0, feed="forger")
    watch = SkyWatch()
    assert play(watch, there, away) == []
    assert watch.feeds["forger"].doubts == 1


def test_our_clock_goes_back_and_alerts_are_lost_not_over() -> None:
    watch = SkyWatch()
    first, second = list(crossing()), list(other())
    for k in range(10):
        watch.take([first[k], second[k]], at(k))
        watch.tick(at(k))
    events = watch.tick(at(-3_600))
    assert [e.kind for e in events if isinstance(e, PairEvent)] == [AlertEventKind.LOST]
