"""Alerts of live traffic on the record: which, once each; who reads them; who is called."""

import math
from datetime import timedelta
from typing import Any

import pytest

from openline.airspace.track.report import Identity, PositionReport
from openline.app.line import announced as entries
from openline.app.line.alerts import alerts_after, text_of, title_of
from openline.app.line.follow import entries_after
from openline.app.sky.conformance import GRACE
from openline.app.sky.told import alerts_told_after
from openline.errors import InvalidInput, StoreUnavailable
from openline.formats.announced_json import (
    announced_object,
    decode_announced,
    encode_announced,
)
from openline.line.message.kind import NoticeKind
from tests.line_world import notice
from tests.unit.test_sky_conformance import GROUND_M, LAT, LNG, Scene
from tests.unit.test_sky_standing import fly as fly_in
from tests.unit.test_sky_standing import place, say

_M_PER_DEGREE = 111_300.0
_M_PER_DEGREE_EAST = _M_PER_DEGREE * math.cos(math.radians(LAT))


def meet(
    scene: Scene,
    seconds: range,
    one: str | None = "north",
    other: str | None = None,
    lat: float = LAT,
    **more: Any,
) -> None:
    """Two at 200 m/s towards each other along a parallel, 40 km apart at the start."""
    for second in seconds:
        for name, party, east_m, mps in (
            ("one", one, -20_000.0 + 200.0 * second, 200.0),
            ("other", other, 20_000.0 - 200.0 * second, -200.0),
        ):
            report = PositionReport(
                feed=party or "sensor",
                identity=Identity.of(uid=name),
                time=scene.clock.now(),
                lat_deg=lat,
                lng_deg=LNG + east_m / _M_PER_DEGREE_EAST,
                altitude_m=GROUND_M + 3_000.0,
                speed_mps=200.0,
                track_deg=90.0 if mps > 0 else 270.0,
                accuracy_m=5.0,
                party=party,
                **more,
            )
            scene.sky.take([report], scene.clock.now())
        scene.sky.tick(scene.clock.now())
        scene.wait(1)


def recorded(scene: Scene) -> list[str]:
    """What the record has of alerts: `raised corrective`."""
    records = scene.line.store.read(lambda reader: reader.records(0, 10_000))
    found = [decode_announced(one.body) for one in records if one.kind == entries.KIND]
    return [f"{one.event.kind.value} {one.event.level.name.lower()}" for one in found]


def read(scene: Scene, party: str) -> list[dict[str, Any]]:
    found, _ = alerts_told_after(scene.line, party, 0, 10_000)
    return [announced_object(one) for one in found]


def test_each_step_of_an_encounter_is_on_the_record_once() -> None:
    """The minima are 5 NM: 9.26 km apart after (40 - 9.26) / 0.4 = 76.9 s; 60 s before, 16.9 s."""
    scene = Scene()
    meet(scene, range(40))
    assert recorded(scene) == ["raised corrective", "raised warning"]
    first, second = read(scene, "north")
    assert (first["event"], first["kind"], first["level"]) == ("alert", "raised", "corrective")
    assert first["enter_s"] == pytest.approx(75.9, abs=1.5)
    assert second["time"] > first["time"]
    assert first["first"] == {"id": "uid:one", "name": "one", "party": "north"}
    assert "loss of separation in" in first["words"]
    scene.wait(40)  # both fall silent
    scene.sky.tick(scene.clock.now())
    scene.wait(1)
    assert recorded(scene)[2:] == ["lost warning"]


def test_the_bytes_of_an_entry_are_one_form_and_read_back() -> None:
    scene = Scene()
    say(scene, notice(place(0.0, 1_000.0), notice=NoticeKind.VOLUME))
    fly_in(scene, range(10), None)
    meet(scene, range(10))
    records = scene.line.store.read(lambda reader: reader.records(0, 10_000))
    bodies = [one.body for one in records if one.kind == entries.KIND]
    assert {b'"into"' in one for one in bodies} == {True, False}
    for body in bodies:
        assert encode_announced(decode_announced(body)) == body
        assert body == body.strip()
        assert b": " not in body
    for bad in (b"{}", b"[]", b"\xff", bodies[0][:-1] + b',"target":1}', b'{"aircraft":{}}'):
        with pytest.raises(InvalidInput):
            decode_announced(bad)


def test_whose_aircraft_are_not_shown_is_not_told() -> None:
    """Of two of north nobody else hears; of one of north and one of nobody everybody does, but not
    that it is north's."""
    scene = Scene()
    meet(scene, range(10), "north", "north-drones")
    assert len(read(scene, "north")) == 1
    assert read(scene, "south") == read(scene, "east") == []
    other = Scene()
    meet(other, range(10), "north", None)
    assert [one["first"]["party"] for one in read(other, "north")] == ["north"]
    assert [one["first"]["party"] for one in read(other, "south")] == [None]
    kinds = [one.kind for one in entries_after(other.line, "south", 0, 1_000)[0]]
    assert kinds.count(entries.KIND) == 1
    kinds = [one.kind for one in entries_after(scene.line, "south", 0, 1_000)[0]]
    assert entries.KIND not in kinds


def test_aircraft_of_nobody_count_in_the_agreed_area_alone() -> None:
    """The area is 6 to 8 degrees east, 53 to 55 degrees north."""
    inside, outside = Scene(), Scene()
    meet(inside, range(10), None, None)
    meet(outside, range(10), None, None, lat=50.0)
    assert recorded(inside) == ["raised corrective"]
    assert recorded(outside) == []
    assert len(read(inside, "east")) == 1


def test_whoever_is_in_it_is_called_and_nobody_else() -> None:
    scene = Scene()
    thread = say(scene, notice(place(0.0, 1_000.0), notice=NoticeKind.VOLUME), "south")
    fly_in(scene, range(12), "north", "north-1")
    found, _ = alerts_after(scene.line, "line", 0, 1_000)
    called = [one for one in found if one.name == entries.KIND]
    assert sorted(one.party for one in called) == ["north", "south"]
    for alert in called:
        assert alert.thread == thread
        assert "enters the notified volume" in alert.words
        assert title_of(alert) == f"Openline, {alert.party}: Live traffic"
        assert alert.words in text_of(alert)
    assert len({alert.id for alert in called}) == 2


def test_what_is_over_calls_nobody() -> None:
    scene = Scene()
    meet(scene, range(40))
    scene.wait(40)
    scene.sky.tick(scene.clock.now())
    scene.wait(1)
    assert len(recorded(scene)) == 3
    found, _ = alerts_after(scene.line, "line", 0, 1_000)
    assert [one.words.partition(":")[0] for one in found if one.name == entries.KIND] == [
        "corrective",
        "warning",
    ]


def test_after_a_restart_nothing_is_recorded_twice_and_what_is_gone_is_lost() -> None:
    scene = Scene()
    meet(scene, range(10))
    assert recorded(scene) == ["raised corrective"]
    scene.start()
    meet(scene, range(10, 15))
    assert recorded(scene) == ["raised corrective"]  # seen again, at the same level
    scene.start()
    scene.wait(int(GRACE.total_seconds()) + 5)
    assert recorded(scene) == ["raised corrective", "lost corrective"]
    scene.wait(int(GRACE.total_seconds()))
    assert len(recorded(scene)) == 2


def test_while_the_store_is_away_alerts_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    meet(scene, range(1))

    def away(_conformance: Any, *_more: Any) -> None:
        raise StoreUnavailable("away")

    look = scene.conformance.look
    with monkeypatch.context() as patched:
        patched.setattr(type(scene.conformance), "_append", away)

        def tried(now: Any) -> Any:
            try:
                return look(now)
            except StoreUnavailable:
                return ()

        patched.setattr(scene.conformance, "look", tried)
        meet(scene, range(1, 10))
        assert recorded(scene) == []
    scene.conformance.look(scene.clock.now() + timedelta(seconds=1))
    assert recorded(scene) == ["raised corrective"]
