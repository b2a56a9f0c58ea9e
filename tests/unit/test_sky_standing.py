"""The live sky beside the line: what stands is told of before it is entered, to whom it is shown;
classes and turning points are those of the plan that is flown."""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from openline.airspace.separation import Separation
from openline.airspace.track.entry_alerts import EntryEvent
from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.volume import Volume4D
from openline.app.line.compose import Saying, compose
from openline.app.sky import standing
from openline.app.sky.agreed_minima import minima_of
from openline.app.sky.told import alerts_told_after
from openline.formats.instants import parse_instant
from openline.formats.sky_events import event_object
from openline.geo.corridor import Corridor
from openline.line.agreement import ClassMinima, Coarseness, FlightClass
from openline.line.message.bodies import Cancel
from openline.line.message.kind import NoticeKind
from tests.line_server import START
from tests.line_world import agreement, circle, notice, volume
from tests.unit.test_sky_conformance import GROUND_M, LAT, LNG, Scene, hover

_M_PER_DEGREE = 111_300.0


def beside(east_m: float, north_m: float = 0.0) -> tuple[float, float]:
    lat = LAT + north_m / _M_PER_DEGREE
    return lat, LNG + east_m / _M_PER_DEGREE / math.cos(math.radians(lat))


def place(east_m: float, radius_m: float, start_s: float = 0, end_s: float = 900) -> Volume4D:
    begin, end = START + timedelta(seconds=start_s), START + timedelta(seconds=end_s)
    return volume(circle(*beside(east_m), radius_m), begin, end, 0.0, GROUND_M + 500)


def told(scene: Scene, party: str) -> list[dict[str, Any]]:
    found, _ = scene.sky.events_after(0, party)
    return [event_object(one.event) for one in found if isinstance(one.event, EntryEvent)]


def fly(
    scene: Scene,
    seconds: range,
    party: str | None,
    name: str = "guest-1",
    balloon: tuple[float, float] | None = None,
    **more: Any,
) -> None:
    """From 10 km to the west at 100 m/s, 300 m up; the sky looks once a second."""
    for second in seconds:
        if balloon is not None:
            scene.sky.take([standing_still(balloon, scene.clock.now())], scene.clock.now())
        east_m = -10_000.0 + 100.0 * second
        scene.fly(1, hover(east_m, 300.0), name, party, speed_mps=100.0, track_deg=90.0, **more)
        scene.sky.tick(scene.clock.now())


def standing_still(where: tuple[float, float], now: datetime) -> PositionReport:
    return PositionReport(
        feed="sensor",
        identity=Identity.of(uid="balloon"),
        time=now,
        lat_deg=where[0],
        lng_deg=where[1],
        altitude_m=GROUND_M + 300.0,
        speed_mps=0.0,
        track_deg=0.0,
    )


def say(scene: Scene, body: Any, party: str = "north") -> str:
    said = compose(scene.line, party, Saying(body, "Ada"), scene.clock.now()).result()
    return said.message.thread


def test_a_volume_of_another_party_is_told_of_early_and_once() -> None:
    scene = Scene()
    thread = say(scene, notice(place(0.0, 1_000.0), notice=NoticeKind.VOLUME))
    fly(scene, range(20), None)
    for party in ("north", "south", "east"):
        (alert,) = told(scene, party)
        assert (alert["event"], alert["kind"], alert["level"]) == ("entry", "raised", "corrective")
        assert alert["into"] == {"id": thread, "kind": "notice", "party": "north"}
        assert alert["aircraft"]["id"] == "uid:guest-1"
        assert 70 < alert["enter_s"] < 90  # 9 km at 100 m/s
        assert "enters the notified volume" in alert["words"]
    assert told(scene, "stranger") == []
    fly(scene, range(20), "north", name="north-1")
    # Nobody is told of his own.
    assert {one["aircraft"]["id"] for one in told(scene, "north")} == {"uid:guest-1"}


def test_an_aircraft_of_nobody_that_takes_off_inside_of_a_plan_is_taken_for_its_own() -> None:
    scene = Scene()
    scene.plan(place(-10_000.0, 3_000.0))
    fly(scene, range(20), None)
    assert told(scene, "north") == told(scene, "south") == []


def test_an_aircraft_of_nobody_that_comes_into_a_plan_from_outside_stays_an_alert() -> None:
    scene = Scene()
    scene.plan(place(-8_000.0, 1_000.0))
    fly(scene, range(20), None)  # at its edge after 10 s: from then on it is the only one inside
    assert [one["kind"] for one in told(scene, "north")] == ["raised"]
    fly(scene, range(20, 50), None)
    assert [one["kind"] for one in told(scene, "north")] == ["raised", "over"]


def test_what_is_withdrawn_is_over() -> None:
    scene = Scene()
    thread = say(scene, notice(place(0.0, 1_000.0), notice=NoticeKind.VOLUME))
    fly(scene, range(10), None)
    compose(scene.line, "north", Saying(Cancel(), "Ada", thread=thread), scene.clock.now()).result()
    fly(scene, range(10, 20), None)
    assert [one["kind"] for one in told(scene, "south")] == ["raised", "over"]


def test_what_begins_later_is_told_of_when_it_matters() -> None:
    scene = Scene()
    say(scene, notice(place(0.0, 1_000.0, start_s=5_000, end_s=6_000), notice=NoticeKind.VOLUME))
    fly(scene, range(15), None)
    assert told(scene, "south") == []


def test_who_is_not_shown_the_place_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is shown conflicts alone could find the place out by flying there."""

    def shown(_state: Any, _thread: str, party: str) -> Coarseness:
        return Coarseness.FULL if party == "north" else Coarseness.CONFLICTS

    monkeypatch.setattr(standing, "shown_to", shown)
    scene = Scene()
    say(scene, notice(place(0.0, 1_000.0), notice=NoticeKind.VOLUME))
    fly(scene, range(15), None)
    assert len(told(scene, "north")) == 1
    assert told(scene, "south") == []


def test_the_turn_of_the_plan_that_is_flown_is_looked_along() -> None:
    """North flies 10 km east and then north; a balloon stands north of that corner."""
    scene = Scene()
    corner = beside(0.0)
    path = [beside(-10_000.0), corner, beside(0.0, 20_000.0)]
    begin, end = START, START + timedelta(seconds=900)
    volume_ = Volume4D.over_ellipsoid(Corridor.of(path, 400.0), 0.0, GROUND_M + 1_000.0, begin, end)
    thread = scene.plan(volume_)
    # 17 km north: 5 NM are reached 7.74 km north of the corner, 177 s from the start.
    balloon = beside(0.0, 17_000.0)
    fly(scene, range(8), "north", "north-1", balloon, operation_id=thread)
    found, _ = scene.sky.events_after(0, "north")
    events = [one.event for one in found if isinstance(one.event, PairEvent)]
    assert events
    assert events[0].loss.turning
    assert events[0].loss.enter_s == pytest.approx(177.4, abs=12.0)
    assert "if they turn as declared" in str(event_object(events[0])["words"])


def test_a_volume_behind_the_turn_of_the_plan_is_told_of_and_recorded() -> None:
    """North flies 10 km east and then north; south has a volume 12 km north of that corner, whose
    edge is reached after 10 + 11 km at 100 m/s, and nothing stands straight on."""
    scene = Scene()
    path = [beside(-10_000.0), beside(0.0), beside(0.0, 20_000.0)]
    begin, end = START, START + timedelta(seconds=900)
    way = Volume4D.over_ellipsoid(Corridor.of(path, 400.0), 0.0, GROUND_M + 1_000.0, begin, end)
    flown = scene.plan(way)
    there = volume(circle(*beside(0.0, 12_000.0), 1_000.0), begin, end, 0.0, GROUND_M + 500)
    thread = say(scene, notice(there, notice=NoticeKind.VOLUME), "south")
    fly(scene, range(8), "north", "north-1", operation_id=flown)
    (alert,) = told(scene, "south")
    assert alert["into"]["id"] == thread
    assert alert["turning"]
    assert "if it turns as declared" in alert["words"]
    due = alert["predicted_at"], alert["enter_s"]
    assert (parse_instant(due[0]) - START).total_seconds() + due[1] == pytest.approx(210, abs=12)
    (recorded,) = alerts_told_after(scene.line, "south", 0, 1_000)[0]
    assert isinstance(recorded.announced.event, EntryEvent)
    assert recorded.announced.event.entry.turning


def test_minima_are_those_of_the_agreement_by_class() -> None:
    drones = Separation(150.0, 30.0)
    agreed = agreement()
    agreed = replace(
        agreed,
        classes=(FlightClass("uncrewed", "Uncrewed"), FlightClass("heavy", "Heavy")),
        class_minima=(ClassMinima(("uncrewed", "uncrewed"), drones),),
    )
    found = minima_of(agreed)
    assert found.names == ("uncrewed", "heavy")
    assert found.widest == agreed.widest_separation()
    assert found.table.lateral_m[0, 0] == 150.0
    assert found.table.lateral_m[0, 1] == agreed.separation.lateral_m
    assert found.table.lateral_m[2, 2] == agreed.widest_separation().lateral_m
