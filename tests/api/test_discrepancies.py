"""`GET /sky/v1/discrepancies`: who may ask, how the record is read on, what is refused."""

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from openline.api.endpoints import exception_handlers, routes
from openline.app.services import Services
from tests.api.dss import CMSA, SC, Dss, SetClock, StubGate
from tests.unit.test_sky_conformance import Scene, climb, way

PATH = "/sky/v1/discrepancies"


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
