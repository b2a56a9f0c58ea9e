"""The observed sky beside the line: scripted flights, what the record says of them, and to whom."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.volume import Volume4D
from openline.app.line.alerts import alerts_after, text_of, title_of
from openline.app.line.compose import Saying, compose
from openline.app.line.follow import entries_after
from openline.app.line.observed import KIND
from openline.app.line.services import LineServices
from openline.app.line.tick import tick
from openline.app.sky.conformance import GRACE, SkyConformance
from openline.app.sky.service import SkyService
from openline.app.sky.told import told_after
from openline.app.sky.watch import SkyWatch
from openline.errors import StoreUnavailable
from openline.formats.observed_json import decode_observed, encode_observed, observed_object
from openline.formats.sky_events import event_object
from openline.geo.covering import covering
from openline.line.agreement import Coarseness
from openline.line.message.bodies import Cancel
from openline.line.message.kind import NoticeKind
from openline.line.observed import ObservedTold
from tests.line_server import PARTIES, START, HandClock, make_line
from tests.line_world import circle, notice, volume

LAT, LNG, GROUND_M = 54.0, 7.0, 40.0
SECOND = timedelta(seconds=1)
_M_PER_DEGREE = 111_300.0  # of latitude at 54 degrees, and longitude over its cosine


def box(start_s: float = 0, end_s: float = 600) -> Volume4D:
    """A circle of 500 m, from the ground to 120 m over it."""
    start, end = START + start_s * SECOND, START + end_s * SECOND
    return volume(circle(LAT, LNG, 500.0), start, end, GROUND_M - 40, GROUND_M + 120)


@dataclass
class Scene:
    """A line, a sky, and a clock that goes on second by second."""

    clock: HandClock = field(default_factory=HandClock)
    line: LineServices = field(init=False)
    sky: SkyService = field(init=False)
    conformance: SkyConformance = field(init=False)

    def __post_init__(self) -> None:
        self.line = make_line(clock=self.clock)
        self.start()

    def start(self) -> None:
        """Start the server, anew if it ran: only the record is left."""
        self.sky = SkyService(SkyWatch())
        self.conformance = SkyConformance(self.line, self.sky)
        self.conformance.look(self.clock.now())

    def plan(self, *volumes: Volume4D, **more: Any) -> str:
        """North tells of a planned flight; its thread."""
        body = notice(*(volumes or (box(),)), notice=NoticeKind.PLAN, **more)
        said = compose(self.line, "north", Saying(body, "Ada"), self.clock.now()).result()
        return said.message.thread

    def fly(
        self,
        seconds: int,
        where: Callable[[int], tuple[float, float]],
        name: str = "north-1",
        party: str | None = "north",
        operation_id: str | None = None,
        **more: Any,
    ) -> None:
        """A position each second: metres east of the pad, and over the ground."""
        for second in range(seconds):
            east_m, height_m = where(second)
            report = PositionReport(
                feed=party or "sensor",
                identity=Identity.of(uid=name, operation_id=operation_id),
                time=self.clock.now(),
                lat_deg=LAT,
                lng_deg=LNG + east_m / _M_PER_DEGREE / math.cos(math.radians(LAT)),
                altitude_m=GROUND_M + height_m,
                accuracy_m=5.0,
                party=party,
                **more,
            )
            self.sky.take([report], self.clock.now())
            self.wait(1)

    def wait(self, seconds: int) -> None:
        """Let time pass; the server looks once a second."""
        for _ in range(seconds):
            self.clock.sleep(seconds=1)
            tick(self.line, self.clock.now())
            self.conformance.look(self.clock.now())

    def record(self) -> list[str]:
        """What is on the record: `began outside`, `Nonconforming`."""
        records = self.line.store.read(lambda reader: reader.records(0, 10_000))
        events = [decode_observed(one.body).event for one in records if one.kind == KIND]
        return [
            str(e.state) if e.discrepancy is None else f"{e.change} {e.discrepancy.kind}"
            for e in events
        ]

    def streamed(self, party: str) -> list[dict[str, Any]]:
        """What that party heard of it on the stream of the sky."""
        found, _ = self.sky.events_after(0, party)
        return [event_object(one.event) for one in found if isinstance(one.event, ObservedTold)]


def climb(second: int) -> tuple[float, float]:
    """From the pad to 80 m, at 2 m/s."""
    return 0.0, min(2.0 * second, 80.0)


def hover(east_m: float, height_m: float = 80.0) -> Callable[[int], tuple[float, float]]:
    return lambda _second: (east_m, height_m)


def way(from_m: float, mps: float) -> Callable[[int], tuple[float, float]]:
    return lambda second: (from_m + mps * second, 80.0)


def test_out_and_back_in_is_told_once_each_way() -> None:
    scene = Scene()
    thread = scene.plan()
    scene.fly(60, climb)
    assert scene.record() == []
    scene.fly(50, way(0, 20))  # 980 m east: outside from 500 m on
    assert scene.record() == ["began outside", "Nonconforming"]
    scene.fly(50, way(980, -20))
    assert scene.record() == ["began outside", "Nonconforming", "over outside", "Activated"]
    (began, *_) = scene.streamed("north")
    assert (began["change"], began["kind"], began["intent_id"]) == ("began", "outside", thread)
    assert began["track"] == "uid:north-1"
    assert 0 < began["offset"]["lateral_m"] < 100
    assert began["lat"] == pytest.approx(LAT, abs=1e-6)
    assert "aside" in began["words"]
    assert [one["entry"] for one in scene.streamed("north")] == sorted(
        one["entry"] for one in scene.streamed("north")
    )


def test_at_the_pad_with_jitter_nothing_is_said() -> None:
    scene = Scene()
    scene.plan()
    jitter = (0, 9, -7, 12, -11, 3)
    scene.fly(120, lambda s: (jitter[s % 6] / 2, float(jitter[(s + 2) % 6])))
    assert scene.record() == []


def test_lost_becomes_contingent_and_overrun_is_told() -> None:
    scene = Scene()
    scene.plan(box(end_s=400))
    scene.fly(60, climb)
    scene.wait(20)
    assert scene.record() == ["began lost_position", "Nonconforming"]
    scene.wait(60)
    assert scene.record()[2:] == ["Contingent"]
    scene.fly(400 - 140 - 20, hover(0))
    assert scene.record()[3:] == ["over lost_position"]
    scene.fly(60, hover(0))  # past 400 s: the line has ended the plan, the flight has not
    assert scene.record()[4:] == ["began overrun"]
    scene.fly(10, hover(0, 0), on_ground=True)
    assert scene.record()[5:] == ["over overrun"]


def test_an_undeclared_aircraft_in_the_area_is_told_to_everybody() -> None:
    scene = Scene()
    scene.fly(20, hover(0), name="4b1617", party=None)
    assert scene.record() == ["began undeclared"]
    for party in PARTIES:
        (told,) = scene.streamed(party)
        assert (told["track"], told["full"], "party" in told) == ("uid:4b1617", True, False)
    assert scene.streamed("stranger") == []


def test_a_withdrawn_plan_leaves_a_stranger() -> None:
    scene = Scene()
    thread = scene.plan()
    scene.fly(60, climb)
    compose(scene.line, "north", Saying(Cancel(), "Ada", thread=thread), scene.clock.now()).result()
    scene.fly(20, hover(0))
    assert scene.record() == ["began undeclared"]


def test_a_plan_that_should_have_flown_was_not_seen() -> None:
    """Only where its party lets its aircraft be seen here: of others nothing is expected."""
    scene = Scene()
    scene.plan(box(0, 100), box(100, 400))
    scene.wait(200)
    assert scene.record() == []
    scene.fly(100, hover(0, 0), on_ground=True, name="another", party=None)
    assert scene.record() == []


def test_not_seen_with_an_aircraft_of_the_party_elsewhere() -> None:
    scene = Scene()
    scene.plan(box(0, 100), box(100, 400))
    scene.fly(200, hover(50_000, 0), on_ground=True, name="another")
    assert scene.record() == ["began not_seen"]


@pytest.mark.parametrize("shows", [None, Coarseness.CELLS, Coarseness.FULL])
def test_others_read_what_they_are_shown_of_the_plan(shows: Coarseness | None) -> None:
    scene = Scene()
    thread = scene.plan(show=shows)
    scene.fly(60, climb)
    scene.fly(50, way(0, 20))
    full = shows is Coarseness.FULL
    for told in scene.streamed("south"):
        assert told["full"] is full
        assert (told["party"], told["intent_id"]) == ("north", thread)
        assert told["time"]
        assert {"lat", "lng", "track", "offset"} & told.keys() == (
            {"lat", "lng", "track", "offset"} if full and "kind" in told else set()
        )
    assert len(scene.streamed("south")) == 2
    # a member reads what its party does, and the record says the same as the stream
    assert scene.streamed("south-drones") == scene.streamed("south")
    listed, _ = told_after(scene.line, "south", 0, 10_000)
    assert [observed_object(one) for one in listed] == scene.streamed("south")


def test_who_is_not_told_of_a_plan_reads_only_the_fact() -> None:
    scene = Scene()
    body = notice(box(), notice=NoticeKind.PLAN, show=Coarseness.FULL)
    compose(scene.line, "north", Saying(body, "Ada", ("south",)), scene.clock.now()).result()
    scene.fly(60, climb)
    scene.fly(50, way(0, 20))
    for told in scene.streamed("east"):
        assert not {"intent_id", "track", "lat", "offset"} & told.keys()
        assert told["party"] == "north"
        assert "north" in str(told["words"])
    assert len(scene.streamed("east")) == 2
    assert all(told["full"] for told in scene.streamed("south"))


def test_flown_by_another_party_is_told_to_both() -> None:
    scene = Scene()
    thread = scene.plan()
    report = PositionReport(
        feed="south",
        identity=Identity.of(uid="s1", operation_id=thread),
        time=scene.clock.now(),
        lat_deg=LAT,
        lng_deg=LNG,
        altitude_m=GROUND_M + 50,
        party="south-drones",
    )
    for _ in range(6):
        scene.sky.take([replace(report, time=scene.clock.now())], scene.clock.now())
        scene.wait(1)
    # it is no aircraft of its own operation, and it is not compared with that of north
    assert scene.record() == ["began other_party", "began undeclared"]
    for party in ("north", "south"):
        told = scene.streamed(party)[0]
        assert (told["declared"], told["observed"], told["full"]) == ("north", "south", True)
    told = scene.streamed("east")[0]
    assert not {"declared", "observed", "track"} & told.keys()


def test_nobody_finds_a_plan_by_claiming_to_fly_it() -> None:
    """South says of its aircraft that it flies the plan of north, inside of it and outside."""
    scene = Scene()
    thread = scene.plan()
    told = []
    for east_m in (0.0, 3_000.0):
        scene.fly(15, hover(east_m), name=f"s{east_m}", party="south", operation_id=thread)
        told.append([one.get("kind") for one in scene.streamed("south")])
    assert told == [["other_party", "undeclared"], ["other_party", "undeclared"] * 2]
    assert "Nonconforming" not in scene.record()


def test_an_intent_filed_with_the_discovery_service_is_watched_by_its_cells() -> None:
    scene = Scene()
    cells = covering(circle(LAT, LNG, 500.0), 13)
    filed_id = "11111111-1111-4111-8111-111111111111"
    body = {
        "id": filed_id,
        "state": "Activated",
        "extents": [
            {
                "cells": [f"{cell:016x}" for cell in cells],
                "altitude_lower_m": 0.0,
                "altitude_upper_m": 200.0,
                "time_start": "2026-11-22T12:00:00Z",
                "time_end": "2026-11-22T12:10:00Z",
            }
        ],
    }
    scene.line.store.submit(
        (),
        lambda tx: tx.append_record(
            START, "north-drones", "operational_intent.put", json.dumps(body).encode()
        ),
    ).result()
    scene.wait(70)
    assert scene.record() == ["began not_seen"]
    scene.fly(10, hover(0), party="north-drones", operation_id=filed_id)
    assert scene.record()[1:] == ["over not_seen"]
    scene.fly(50, way(0, 100), party="north-drones", operation_id=filed_id)
    assert scene.record()[2:] == ["began outside", "Nonconforming"]
    (_, _, told, _) = scene.streamed("south")
    assert (told["full"], told["intent_id"]) == (False, filed_id)
    scene.line.store.submit(
        (),
        lambda tx: tx.append_record(
            START, "north-drones", "operational_intent.deleted", json.dumps(body).encode()
        ),
    ).result()
    scene.wait(1)
    assert scene.record()[4:] == ["ended outside"]


def test_a_restart_tells_nothing_twice() -> None:
    scene = Scene()
    scene.plan()
    scene.fly(60, climb)
    scene.fly(50, way(0, 20))
    told = scene.record()
    scene.start()
    scene.fly(130, hover(980))
    # Nonconforming for over a minute since: that is new, and all that is
    assert scene.record() == [*told, "Contingent"]
    assert [one.get("state") for one in scene.streamed("north")] == ["Contingent"]


def test_what_was_over_during_a_restart_ends_after_a_while() -> None:
    scene = Scene()
    scene.plan()
    scene.fly(60, climb)
    scene.fly(50, way(0, 20))
    told = scene.record()
    scene.start()
    scene.fly(int(GRACE.total_seconds()) - 5, way(-300, 5))
    assert scene.record() == told
    scene.fly(10, way(275, 5))
    assert scene.record() == [*told, "ended outside", "Activated"]


def test_what_the_store_could_not_take_is_told_later_and_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene()
    scene.plan()
    scene.fly(60, climb)
    submit = scene.line.store.submit

    def away(*_words: Any) -> Any:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(scene.line.store, "submit", away)
    with pytest.raises(StoreUnavailable):
        scene.fly(50, way(0, 20))
    assert scene.record() == []
    assert scene.streamed("north") == []
    monkeypatch.setattr(scene.line.store, "submit", submit)
    scene.wait(1)
    assert scene.record() == ["began outside", "Nonconforming"]
    assert len(scene.streamed("north")) == 2


def test_the_line_tells_it_and_its_party_is_called() -> None:
    scene = Scene()
    thread = scene.plan()
    scene.fly(60, climb)
    scene.fly(50, way(0, 20))
    shown = [
        [(one.kind, one.thread) for one in entries_after(scene.line, party, 0, 10_000)[0]]
        for party in ("north", "south")
    ]
    for one in shown:
        assert [kind for kind, _ in one].count(KIND) == 2
        assert (KIND, thread) in one
    alerts = [a for a in alerts_after(scene.line, "here", 0, 10_000)[0] if a.name == KIND]
    (alert,) = alerts
    assert (alert.party, alert.thread) == ("north", thread)
    assert "outside" in alert.words
    assert "north" in title_of(alert)
    assert "outside" in text_of(alert)


def test_an_entry_reads_back() -> None:
    scene = Scene()
    scene.plan()
    scene.fly(60, climb)
    scene.fly(50, way(0, 20))
    records = scene.line.store.read(lambda reader: reader.records(0, 10_000))
    bodies = [one.body for one in records if one.kind == KIND]
    assert len(bodies) == 2
    assert [encode_observed(decode_observed(body)) for body in bodies] == bodies
