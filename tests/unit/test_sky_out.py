"""What a server sees goes out as Cursor-on-Target, to real sockets: to whom, what, and when not."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from openline.app.configuration import configuration
from openline.app.line.compose import Saying, compose
from openline.app.sky.conformance import SkyConformance
from openline.app.sky.outgoing import Outgoing
from openline.app.sky.service import SkyService
from openline.app.sky.watch import SkyWatch
from openline.errors import InvalidInput, OpenlineError, Unreachable
from openline.feeds import sky_out
from openline.feeds.sky_out import SkyOut, check_places, sender_of
from openline.formats import cot
from openline.line.agreement import Coarseness
from openline.line.message.bodies import Cancel
from openline.line.message.kind import NoticeKind
from tests.line_server import START, HandClock, make_line
from tests.line_world import circle, notice, volume
from tests.unit.track_samples import at, flight, report

DEADLINE_S = 60.0


class Receiver:
    """A TAK server by TCP: everything that came, whoever connected; it can go and come back."""

    def __init__(self) -> None:
        self.data = b""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._reading = 0
        self.outs: list[SkyOut] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._read, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def go(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        async with asyncio.timeout(DEADLINE_S):
            while self._reading:
                await asyncio.sleep(0.001)

    async def end(self) -> None:
        for out in self.outs:
            await out._sender.close()
        await self.go()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self._reading += 1
        try:
            with suppress(ConnectionError):
                while data := await reader.read(1 << 16):
                    self.data += data
        finally:
            self._reading -= 1
            writer.close()

    def out(self, outgoing: Outgoing, now: Callable[[], datetime]) -> SkyOut:
        """What sends to it."""
        place = f"cot+tcp://127.0.0.1:{self.port}"
        self.outs.append(SkyOut(place, sender_of(place), outgoing, now))
        return self.outs[-1]

    def events(self, kind: str = "") -> list[ElementTree.Element]:
        found, _ = cot.split_events(self.data)
        events = [ElementTree.fromstring(one) for one in found]  # our own text
        return [one for one in events if one.get("type", "").startswith(kind)]

    async def until(self, count: int, kind: str = "") -> list[ElementTree.Element]:
        """Wait until so many events of that type have come."""
        async with asyncio.timeout(DEADLINE_S):
            while len(self.events(kind)) < count:
                await asyncio.sleep(0.01)
        return self.events(kind)


def run(test: Callable[[Receiver], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        receiver = Receiver()
        await receiver.start()
        try:
            await test(receiver)
        finally:
            await receiver.end()

    asyncio.run(whole())


def uids(events: list[ElementTree.Element]) -> list[str]:
    return [str(one.get("uid")) for one in events]


def test_tracks_go_out_once_for_each_new_position() -> None:
    async def test(receiver: Receiver) -> None:
        sky, second = SkyService(SkyWatch()), [0.0]
        out = receiver.out(Outgoing(sky), lambda: at(second[0]))
        for k, repeats in ((0, 1), (1, 3), (2, 1)):
            second[0] = k
            sky.take([report(k, altitude_m=3_000.0), report(k, "cccccc", party="north")], at(k))
            for _ in range(repeats):
                await out.send_once()
        events = await receiver.until(3)
        # what is north's own is not for anybody
        assert uids(events) == ["ICAO-4B1617"] * 3
        assert events[0].find("point").get("hae") == "3000.00"  # type: ignore[union-attr]
        assert [one.get("time") for one in events] == [f"2026-11-22T10:00:0{k}Z" for k in range(3)]

    run(test)


def test_an_alert_goes_out_with_its_end_and_shows_no_place_that_is_not_to_be_shown() -> None:
    async def test(receiver: Receiver) -> None:
        sky, second = SkyService(SkyWatch()), [0.0]
        out = receiver.out(Outgoing(sky, parties=["south"]), lambda: at(second[0]))
        one = list(flight("aaaaaa", 47, 8, 0, 200, seconds=30, passes_s=30, party="north"))
        other = list(flight("bbbbbb", 47, 8, 90, 200, seconds=30, passes_s=30, party="south"))
        for k in range(25):
            second[0] = k
            if k < 4:
                sky.take([one[k], other[k]], at(k))
            else:  # one turns back
                sky.take([report(k, "bbbbbb", party="south", lat_deg=47.0, lng_deg=7.9)], at(k))
                sky.take([one[3 - min(k - 4, 3)].__class__(**_moved(one[0], k))], at(k))
            sky.tick(at(k))
            await out.send_once()
        raised = await receiver.until(1, "b-a-o-c")
        (place,) = raised[0].findall("point")
        assert (float(place.get("lat", 0)), float(place.get("lon", 0))) == pytest.approx(
            (other[1].lat_deg, other[1].lng_deg), abs=0.01
        )
        ended = await receiver.until(1, "b-a-o-can")
        assert uids(ended) == uids(raised[:1])
        assert not [uid for uid in uids(receiver.events()) if uid == "ICAO-AAAAAA"]

    run(test)


def _moved(one: Any, second: int) -> dict[str, Any]:
    """The same aircraft on its way south, away from the other."""
    fields = {name: getattr(one, name) for name in one.__slots__}
    lat = one.lat_deg + 0.0054 - 0.0018 * (second - 3)
    return fields | {"time": at(second), "lat_deg": lat, "speed_mps": 200.0, "track_deg": 180.0}


def test_what_stands_goes_out_as_shapes_and_ends_when_it_is_withdrawn() -> None:
    async def test(receiver: Receiver) -> None:
        clock = HandClock()
        line, sky = make_line(clock=clock), SkyService(SkyWatch())
        out = receiver.out(Outgoing(sky, line, ["south"]), clock.now)
        body = volume(circle(radius_m=500.0), START, START + timedelta(hours=1), 0.0, 500.0)
        shown = notice(body, notice=NoticeKind.PLAN, show=Coarseness.FULL)
        kept = notice(body, notice=NoticeKind.PLAN, show=Coarseness.CELLS)
        threads = [
            compose(line, "north", Saying(one, "Ada"), clock.now()).result().message.thread
            for one in (shown, kept)
        ]
        await out.send_once()
        await out.send_once()
        (drawn,) = await receiver.until(1, "u-d-f")
        assert uids([drawn]) == [f"openline-{threads[0]}-0"]
        assert drawn.get("stale", "") >= "2026-11-22T13:00:00Z"
        assert len(drawn.findall("detail/link")) > 10
        cancel = Saying(Cancel(), "Ada", thread=threads[0])
        compose(line, "north", cancel, clock.now()).result()
        await out.send_once()
        _, ended = await receiver.until(2, "u-d-f")
        assert uids([ended]) == uids([drawn])
        assert ended.get("stale") == ended.get("time")

    run(test)


def test_an_address_that_comes_back_is_told_what_stands_and_where_all_are_now() -> None:
    async def test(receiver: Receiver) -> None:
        clock = HandClock()
        line, sky = make_line(clock=clock), SkyService(SkyWatch())
        out = receiver.out(Outgoing(sky, line, ["south"]), clock.now)
        body = volume(circle(radius_m=500.0), START, START + timedelta(hours=1), 0.0, 500.0)
        said = Saying(notice(body, notice=NoticeKind.PLAN, show=Coarseness.FULL), "Ada")
        compose(line, "north", said, clock.now()).result()
        waits: list[float] = []

        async def wait(seconds: float) -> None:
            waits.append(seconds)
            clock.sleep(seconds=1)
            sky.take([report(0, time=clock.now())], clock.now())
            await asyncio.sleep(0.005)

        running = asyncio.create_task(out.run(wait))
        await receiver.until(1, "u-d-f")
        await receiver.go()
        receiver.data = b""
        async with asyncio.timeout(DEADLINE_S):
            while max(waits) < 30.0:
                await asyncio.sleep(0.01)
        await receiver.start()
        await receiver.until(1, "u-d-f")
        await receiver.until(1, "a-n-A")
        async with asyncio.timeout(DEADLINE_S):
            while waits[-1] > 1.0:
                await asyncio.sleep(0.01)
        assert waits == sorted(waits[: waits.index(30.0)]) + waits[waits.index(30.0) :]
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    run(test)


def test_alerts_wait_for_an_address_that_is_away_within_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sky_out, "ALERTS_MAX", 3)

    async def test(receiver: Receiver) -> None:
        sky, second = SkyService(SkyWatch()), [0.0]
        await receiver.go()
        out = receiver.out(Outgoing(sky), lambda: at(second[0]))
        for k in range(4):
            second[0] = k
            for n in range(5):  # five pairs that meet, far from each other
                pair = (
                    flight(f"{n}{c}aaaa", 10 * n, 8, a, 200, seconds=4, passes_s=50)
                    for c, a in (("a", 0), ("b", 90))
                )
                sky.take([list(one)[k] for one in pair], at(k))
            sky.tick(at(k))
            with suppress(Unreachable):
                await out.send_once()
        await receiver.start()
        await out.send_once()
        raised = await receiver.until(3, "b-a-o-c")
        await receiver.until(10, "a-n-A")
        assert len(raised) == len(set(uids(raised))) == 3

    run(test)


def test_by_udp_each_event_is_a_datagram() -> None:
    async def test(_receiver: Receiver) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heard:
            heard.bind(("127.0.0.1", 0))
            heard.settimeout(DEADLINE_S)
            place = f"cot+udp://127.0.0.1:{heard.getsockname()[1]}"
            sky = SkyService(SkyWatch())
            sky.take([report(0), report(0, "cccccc", lat_deg=48.0)], at(0))
            out = SkyOut(place, sender_of(place), Outgoing(sky), lambda: at(0))
            await out.send_once()
            await out._sender.close()
            found = {cot.read(heard.recv(1 << 16), "x", at(0)) for _ in range(2)}
            assert {one.identity.uid or one.identity.icao24 for one in found if one} == {
                "4b1617",
                "cccccc",
            }

    run(test)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cot": ("https://tak.example",)}, "takes no Cursor-on-Target"),
        ({"cot": ("tak.example:8087",)}, "takes no Cursor-on-Target"),
        ({"cot": ("cot+tcp://:0",)}, "no host and port"),
        ({"cot": ("cot+tls://tak.example?key=nowhere.pem&x=1",)}, "none of ca, cert, key"),
        ({"cot": ("cot+tls://tak.example?cert=nowhere.pem",)}, "no such file"),
        ({"cot": ("cot+udp://127.0.0.1:1",), "workers": 2}, "several processes"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_at_the_start(
    settings: dict[str, Any], words: str
) -> None:
    told = configuration({name: (value, "test") for name, value in settings.items()})
    with pytest.raises(OpenlineError, match=words) as caught:
        check_places(told)
    assert caught.value.facts["field"] == "cot"


def test_off_unless_it_is_set() -> None:
    assert check_places(configuration({})) == ()
    with pytest.raises(InvalidInput):
        sender_of("sbs://127.0.0.1:30003")


def test_an_entry_goes_out_as_an_alert_where_the_aircraft_or_else_the_volume_is() -> None:
    """South's address is told of an aircraft of north in a volume of south, and not where it is."""

    async def test(receiver: Receiver) -> None:
        clock = HandClock()
        line, sky = make_line(clock=clock), SkyService(SkyWatch())
        conformance = SkyConformance(line, sky)
        outs = [
            receiver.out(Outgoing(sky, line, [party]), clock.now) for party in ("north", "south")
        ]
        body = volume(circle(radius_m=500.0), START, START + timedelta(hours=1), 0.0, 5_000.0)
        said = Saying(notice(body, notice=NoticeKind.VOLUME), "Ada")
        thread = compose(line, "south", said, clock.now()).result().message.thread
        for _ in range(4):
            inside = report(0, party="north", time=clock.now(), lat_deg=54.0, lng_deg=7.0)
            sky.take([inside], clock.now())
            conformance.look(clock.now())
            sky.tick(clock.now())
            clock.sleep(seconds=1)
        for out in outs:
            await out.send_once()
        raised = await receiver.until(2, "b-a-o-c")
        assert uids(raised) == [f"openline-alert-icao24:4b1617-{thread}"] * 2
        places = []
        for one in raised:
            (point,) = one.findall("point")
            places.append((float(point.get("lat", 0)), float(point.get("lon", 0))))
            assert "in the notified volume" in str(one.findtext("detail/remarks"))
        assert places[0] == pytest.approx((54.0, 7.0), abs=1e-6)
        assert places[1] != pytest.approx((54.0, 7.0), abs=1e-4)
        assert places[1] == pytest.approx((54.0, 7.0), abs=0.02)

    run(test)
