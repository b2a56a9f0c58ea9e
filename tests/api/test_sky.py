"""`/sky/v1`: who may send and see what, what is refused, and that the sky follows."""

import io
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.tracker import SetAside
from openline.api.endpoints import exception_handlers, routes
from openline.app.services import Services
from openline.app.sky.service import SkyService
from openline.app.sky.watch import SkyWatch
from openline.formats import positions_json
from openline.store.memory import MemoryStore
from tests.api.dss import CMSA, NOW, SC, Dss, SetClock, StubGate
from tests.unit.track_samples import flight

SEND, SEE = "/sky/v1/positions", "/sky/v1/tracks"
ARROW = "application/vnd.apache.arrow.stream"


class Sky(Dss):
    """A server that follows live traffic."""

    def __init__(self, *, replays: bool = False, without: bool = False) -> None:
        self.clock = SetClock()
        self.store = MemoryStore()
        self.sky = SkyService(SkyWatch(), replays=replays)
        self.services = Services(self.store, self.clock, sky=None if without else self.sky)
        self.app = Starlette(
            routes=routes(self.services),
            exception_handlers=exception_handlers(),
            middleware=[Middleware(StubGate)],
        )

    def send(self, *positions: dict[str, Any], sub: str = "north", **more: Any) -> httpx.Response:
        body = {"positions": positions} | more
        return self.call("POST", SEND, body, sub=sub, scopes=(CMSA,))

    def see(self, sub: str = "north", scopes: Sequence[str] = (CMSA,)) -> Any:
        return self.call("GET", SEE, sub=sub, scopes=scopes).json()


def position(name: str = "aaaaaa", **more: Any) -> dict[str, Any]:
    at = {"time": NOW.isoformat(), "lat": 47.0, "lng": 8.0, "pressure_altitude_ft": 10_000}
    return {"icao24": name} | at | more


def test_positions_come_in_and_tracks_go_out() -> None:
    sky = Sky()
    answer = sky.send(position(callsign="SWR1", speed_mps=200, track_deg=90))
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 1, "refused": 0, "reason": ""}
    (track,) = sky.see()["tracks"]
    assert (track["id"], track["name"], track["party"]) == ("icao24:aaaaaa", "SWR1", None)
    assert track["pressure_altitude_ft"] == 10_000
    assert track["altitude_m"] is None
    assert track["speed_mps"] == 200


def test_what_is_refused_is_counted_with_its_reason() -> None:
    sky = Sky()
    answer = sky.send(position(), position(lat=99), position("bbbbbb", altitude=3)).json()
    assert (answer["accepted"], answer["refused"]) == (1, 2)
    assert "positions[2]" in answer["reason"]
    sky.clock.time = NOW + timedelta(seconds=1)
    jump = position(time=sky.clock.time.isoformat(), lat=10.0)
    answer = sky.send(jump).json()
    assert (answer["accepted"], answer["refused"]) == (0, 1)
    assert "impossible jump" in answer["reason"]


def test_own_aircraft_are_shown_to_their_party_alone() -> None:
    sky = Sky()
    sky.send(position("aaaaaa"), position("bbbbbb", lat=48.0, own=True))
    sky.send(position("cccccc", lat=49.0, operation_id="o1"), sub="south")
    seen = {sub: {t["icao24"] for t in sky.see(sub)["tracks"]} for sub in ("north", "south", "x")}
    assert seen == {
        "north": {"aaaaaa", "bbbbbb"},
        "south": {"aaaaaa", "cccccc"},
        "x": {"aaaaaa"},
    }


def test_a_claim_hides_nobody_whom_others_see() -> None:
    sky = Sky()
    sky.send(position(own=True), sub="south")
    assert sky.see("x")["tracks"] == []
    # a place where it is not tells nothing
    sky.clock.time = NOW + timedelta(seconds=1)
    sky.send(position(time=sky.clock.time.isoformat(), lat=10.0))
    assert sky.see("x")["tracks"] == []
    sky.send(position(time=sky.clock.time.isoformat()))
    assert len(sky.see("x")["tracks"]) == 1
    # a minute after it was seen it is hidden again
    for second in range(2, 80, 10):
        sky.clock.time = NOW + timedelta(seconds=second)
        sky.send(position(time=sky.clock.time.isoformat(), own=True), sub="south")
    assert sky.see("x")["tracks"] == []


def test_nobody_speaks_for_another_party() -> None:
    assert "party" in Sky().send(position(party="south")).json()["reason"]


def meet(sky: Sky) -> list[Any]:
    """Two of two parties on their way to each other, ten seconds of it."""
    one = flight("aaaaaa", 47, 8, 0, 200, seconds=10, passes_s=100)
    other = flight("bbbbbb", 47, 8, 90, 200, seconds=10, passes_s=100)
    for second, pair in enumerate(zip(one, other, strict=True)):
        sky.clock.time = NOW + timedelta(seconds=second)
        for report, sub in zip(pair, ("north", "south"), strict=True):
            body = json.loads(positions_json.write([report]))["positions"][0]
            sky.send(body | {"own": True, "time": sky.clock.time.isoformat()}, sub=sub)
        sky.sky.tick(sky.clock.time)
    return [event for (event,) in ((e.event,) for e in sky.sky.events_after(0, "north")[0])]


def test_an_encounter_is_told_to_both_and_to_nobody_else() -> None:
    sky = Sky()
    told = [event for event in meet(sky) if isinstance(event, PairEvent)]
    assert [event.level.name for event in told] == ["CORRECTIVE", "WARNING"]
    for sub, count in (("north", 1), ("south", 1), ("x", 0)):
        events, _ = sky.sky.events_after(0, sub)
        assert sum(isinstance(e.event, PairEvent) for e in events) == 2 * count
        assert len(sky.see(sub)["encounters"]) == count
    assert {t["icao24"] for t in sky.see("north")["tracks"]} == {"aaaaaa"}


def test_a_doubt_is_told_to_the_sender_alone() -> None:
    sky = Sky()
    sky.send(position())
    sky.clock.time = NOW + timedelta(seconds=1)
    sky.send(position(time=sky.clock.time.isoformat(), lat=10.0), sub="south")
    for sub, count in (("north", 0), ("south", 1)):
        events, _ = sky.sky.events_after(0, sub)
        assert sum(isinstance(e.event, SetAside) for e in events) == count


def test_a_replay_brings_its_clock_only_where_that_is_allowed() -> None:
    old = {"time": "2020-01-01T00:00:00Z"}
    answer = Sky().send(position(**old), sky_time="2020-01-01T00:00:01Z")
    assert answer.status_code == 400
    assert "sky_time" in answer.json()["message"]
    sky = Sky(replays=True)
    assert sky.send(position(**old), sky_time="2020-01-01T00:00:01Z").json()["accepted"] == 1
    assert sky.see()["time"] == "2020-01-01T00:00:01Z"
    # the recording has ended: our own clock counts again
    sky.clock.time = NOW + timedelta(seconds=20)
    assert sky.see()["time"] == "2026-11-22T12:00:20Z"


def test_an_arrow_stream_says_the_same() -> None:
    arrow = pytest.importorskip("pyarrow")
    rows = [
        {"icao24": "aaaaaa", "time": NOW, "lat": 47.0, "lng": 8.0, "altitude_m": None},
        {"icao24": "bbbbbb", "time": NOW, "lat": 95.0, "lng": 8.0, "altitude_m": 3_000.0},
        {"icao24": "cccccc", "time": NOW, "lat": 48.0, "lng": 8.0, "altitude_m": 3_000.0},
    ]
    table = arrow.Table.from_pylist(rows)
    out = io.BytesIO()
    with arrow.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    sky = Sky()
    for content, status in ((out.getvalue(), 200), (out.getvalue()[:50], 400), (b"no", 400)):
        answer = _post(sky, content, ARROW)
        assert answer.status_code == status
    (first, second) = sorted(sky.see()["tracks"], key=lambda t: t["icao24"])
    assert (first["altitude_m"], second["altitude_m"]) == (None, 3_000.0)


def test_another_kind_of_body_is_refused() -> None:
    assert _post(Sky(), b"lat,lng", "text/csv").status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"positions": [1]', b"[" * 50_000])
def test_a_body_that_is_none_is_refused(body: bytes) -> None:
    answer = Sky().call("POST", SEND, body, scopes=(CMSA,))
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_scopes() -> None:
    sky = Sky()
    body = {"positions": [position()]}
    for scopes, status in (((), 403), ((SC,), 403), (("openline.watch",), 403)):
        assert sky.call("POST", SEND, body, scopes=scopes).status_code == status
    assert sky.call("POST", SEND, body, sub=None).status_code == 401
    assert sky.call("POST", SEND, body, scopes=("openline.file",)).status_code == 200
    assert sky.call("GET", SEE, scopes=("openline.watch",)).status_code == 200
    assert sky.call("GET", SEE, scopes=("openline.file",)).status_code == 403


def test_a_server_of_several_processes_has_no_sky() -> None:
    sky = Sky(without=True)
    assert sky.send(position()).status_code == 404
    assert sky.call("GET", SEE, scopes=(CMSA,)).status_code == 404


def _post(sky: Sky, content: bytes, kind: str) -> httpx.Response:
    import asyncio

    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(sky.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://sky") as client:
            headers = {"x-sub": "north", "x-scopes": CMSA, "content-type": kind}
            return await client.post(SEND, content=content, headers=headers)

    return asyncio.run(post())


def feeds(sky: Sky, sub: str = "north") -> Any:
    return sky.call("GET", "/sky/v1/feeds", sub=sub, scopes=(CMSA,)).json()["feeds"]


def test_feeds_say_whether_they_speak_and_how_old_their_positions_are() -> None:
    sky = Sky()
    assert feeds(sky) == []
    old = (NOW - timedelta(seconds=12)).isoformat()
    sky.send(position("aaaaaa"), position("bbbbbb", time=old), sub="south")
    sky.send(position("cccccc", time=old), sub="late")
    states = [(one["name"], one["state"], one["age_s"]) for one in feeds(sky)]
    assert states == [("late", "late", 12.0), ("south", "live", 0.0)]
    sky.clock.time = NOW + timedelta(seconds=9)
    assert [(one["state"], one["age_s"]) for one in feeds(sky)] == [("late", 21.0), ("live", 9.0)]
    # silent: nothing is known, and it stays in the list
    sky.clock.time = NOW + timedelta(seconds=16)
    assert [one["state"] for one in feeds(sky)] == ["UNKNOWN", "UNKNOWN"]
    # it speaks, and sees nothing
    sky.send(sub="south")
    assert [(one["state"], one["age_s"]) for one in feeds(sky)][1] == ("live", None)


def test_a_feed_says_to_others_nothing_of_own_aircraft_or_faults() -> None:
    sky = Sky()
    sky.send(*(position(f"aaaa{n:02x}", own=True) for n in range(30)), position("bbbbbb", lat=99))
    sky.send(position("bbbbbb"), sub="south")
    for sub, rate, own in (("north", 3.0, True), ("south", 0.0, False)):
        (north, south) = feeds(sky, sub)
        assert (north["name"], north["rate_per_s"], north["own"]) == ("north", rate, own)
        assert bool(north["reason"]) is own
        assert south["rate_per_s"] == 0.1
    assert "lat" in feeds(sky, "north")[0]["reason"]
    assert sky.call("GET", "/sky/v1/feeds", scopes=("openline.file",)).status_code == 403


def test_the_feed_that_is_silent_for_the_longest_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("openline.app.sky.feed_book.FEEDS_MAX", 2)
    sky = Sky()
    for second, sub in enumerate(("a", "b", "a", "c")):
        sky.clock.time = NOW + timedelta(seconds=second)
        sky.send(position(time=sky.clock.time.isoformat()), sub=sub)
    assert [one["name"] for one in feeds(sky)] == ["a", "c"]


def test_the_past_is_asked_by_its_instant() -> None:
    sky = Sky()
    assert sky.see()["begins"] is None
    for second in (0, 5):
        sky.clock.time = NOW + timedelta(seconds=second)
        sky.send(position(time=sky.clock.time.isoformat(), lat=47.0 + second / 1e3))
        sky.sky.tick(sky.clock.time)
    assert sky.see()["begins"] == "2026-11-22T12:00:00Z"

    def past(instant: str, status: int = 200) -> Any:
        answer = sky.call("GET", f"{SEE}?at={instant}", scopes=(CMSA,))
        assert answer.status_code == status
        return answer.json()

    then = past("2026-11-22T12:00:04Z")
    assert (then["time"], then["tracks"][0]["lat"]) == ("2026-11-22T12:00:00Z", 47.0)
    assert then["tracks"][0].keys() == sky.see()["tracks"][0].keys()
    assert past("2026-11-22T13:00:05%2B01:00")["tracks"][0]["lat"] == 47.005
    assert "to 2026-11-22T12:00:05Z" in past("2026-11-22T11:59:59Z", 400)["message"]
    for wrong in ("yesterday", "2026-11-22T12:00:00", "", "9" * 100):
        assert "at" in past(wrong, 400)["message"]
