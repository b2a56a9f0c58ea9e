"""`GET /sky/v1/discrepancies` and `/alerts`: who may ask, how the record is read on, refusals."""

from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware

from openline.api.endpoints import exception_handlers, routes
from openline.api.sky import wire
from openline.app.services import Services
from openline.line.message.kind import NoticeKind
from tests.api.dss import CMSA, SC, Dss, SetClock, StubGate
from tests.line_world import notice
from tests.unit.test_announced import meet
from tests.unit.test_sky_conformance import Scene, climb, way
from tests.unit.test_sky_standing import fly, place, say

PATH = "/sky/v1/discrepancies"
ALERTS = "/sky/v1/alerts"


class Server(Dss):
    """A server whose line and sky are those of a scene."""

    def __init__(self, scene: Scene | None) -> None:
        self.clock = SetClock()
        known: dict[str, Any] = {}
        if scene is not None:
            known = {"line": scene.line, "sky": scene.sky, "conformance": scene.conformance}
        store = (scene or Scene()).line.store
        self.services = Services(store, self.clock, **known)
        self.app = Starlette(
            routes=routes(self.services),
            exception_handlers=exception_handlers(),
            middleware=[Middleware(StubGate)],
        )

    def ask(self, sub: str = "north", query: str = "", scope: str = CMSA) -> Any:
        return self.call("GET", PATH + query, sub=sub, scopes=(scope,))


def outside() -> Scene:
    scene = Scene()
    scene.plan()
    scene.fly(60, climb)
    scene.fly(50, way(0, 20))
    return scene


def test_each_party_reads_its_own_in_full_and_of_others_the_fact() -> None:
    scene = outside()
    server = Server(scene)
    own, other = (server.ask(sub).json() for sub in ("north-drones", "south"))
    assert own["discrepancies"] == scene.streamed("north")
    assert [one["full"] for one in other["discrepancies"]] == [False, False]
    assert own["entry"] == other["entry"]


def test_the_record_is_read_on_from_an_entry() -> None:
    server = Server(outside())
    first, second = server.ask().json()["discrepancies"]
    after = server.ask(query=f"?after={first['entry']}").json()
    assert after["discrepancies"] == [second]
    again = server.ask(query=f"?after={after['entry']}").json()
    assert again == {"discrepancies": [], "entry": after["entry"]}


def test_what_is_refused() -> None:
    server = Server(outside())
    for query in ("?after=x", "?after=-1", "?after=1e3", "?after=" + "9" * 30, "?after=٣"):
        assert server.ask(query=query).status_code == 400
    assert server.ask(scope=SC).status_code == 403
    assert server.ask("stranger").status_code == 403
    assert Server(None).ask().status_code == 404


def test_alerts_of_the_record_are_read_as_described() -> None:
    """As `wire.Alerts` says, of a pair and of an entry; read on from an entry; refused alike."""
    scene = Scene()
    say(scene, notice(place(0.0, 1_000.0), notice=NoticeKind.VOLUME), "south")
    fly(scene, range(12), "north", "north-1")
    meet(scene, range(10))
    server = Server(scene)
    answer = server.call("GET", ALERTS, sub="north-drones", scopes=(CMSA,))
    read = msgspec.json.decode(answer.content, type=wire.Alerts)
    assert [type(one).__name__ for one in read.alerts] == ["EntryEntry", "AlertEntry"]
    assert [one["event"] for one in answer.json()["alerts"]] == ["entry", "alert"]
    first = read.alerts[0].entry
    after = server.call("GET", f"{ALERTS}?after={first}", sub="north", scopes=(CMSA,)).json()
    assert [one["event"] for one in after["alerts"]] == ["alert"]
    assert server.call("GET", f"{ALERTS}?after=x", sub="north", scopes=(CMSA,)).status_code == 400
    assert server.call("GET", ALERTS, sub="stranger", scopes=(CMSA,)).status_code == 403
    assert server.call("GET", ALERTS, sub="north", scopes=(SC,)).status_code == 403
