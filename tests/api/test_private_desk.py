"""Private checks that a duty officer asks for: two parties on one server, on two, and by files."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy
from openline.api.server import Front, create_app
from openline.app.line.agree import agree
from openline.app.line.roles import Role
from openline.app.line.services import LineServices
from openline.app.private.desk import PrivateDesk, Question, Seen
from openline.app.private.plans import named_volumes
from openline.app.private.service import PrivateService
from openline.app.services import Services
from openline.client.private import PrivatePeer
from openline.formats.line_volume import volume_value
from openline.line.private.session import Envelope
from openline.line.private.verdict import GUARANTEES, Doubt, Reason, VerdictKind
from openline.store.memory import MemoryStore
from tests.api.test_private import HERE, entry
from tests.app_transport import AppTransport
from tests.line_server import HandClock, signer
from tests.private_world import NOW, HereEngine, flight, needs_psi
from tests.unit.command import feature, write_geojson

pytestmark = needs_psi
CHECKS = "/line/v1/private/checks"
FILES = "/line/v1/private/files"
HOST = "line.example"


class Desk:
    """A server of some parties, and people at it."""

    def __init__(
        self,
        folder: Path,
        hosted: tuple[str, ...],
        clock: HandClock,
        send: Any = None,
        engine: Any = None,
    ) -> None:
        self.store, self.clock = MemoryStore(), clock
        self.line = LineServices(
            self.store, clock, "openline", {party: signer(party) for party in hosted}
        )
        agree(self.line, entry(), clock.now()).result()
        self.plans = folder / "plans"
        private = PrivateService(self.line, folder, engine or HereEngine())
        self.desk = PrivateDesk(private, send or _nobody)
        services = Services(
            self.store, clock, line=self.line, private=private, private_desk=self.desk
        )
        self._issuer = TokenIssuer(new_key())
        front = Front(
            KeyRing([self._issuer.trusted_key], []),
            TokenPolicy(frozenset({HOST})),
            token_clock=clock,
        )
        self.transport = AppTransport(create_app(services, front))
        self.client = httpx.Client(transport=self.transport, base_url=f"https://{HOST}")

    def call(
        self,
        method: str,
        path: str,
        party: str = "north",
        role: Role = Role.DUTY,
        **sent: Any,
    ) -> httpx.Response:
        token = self._issuer.token(
            f"{party}-officer",
            role.scopes,
            HOST,
            self.clock.now().timestamp(),
            3_000,
            party=party,
        )
        headers = {"Authorization": f"Bearer {token}"}
        return self.client.request(method, path, headers=headers, **sent)

    def ask(self, party: str = "north", **changes: Any) -> httpx.Response:
        body = {"peer": "south", "plans": [plan()]} | changes
        return self.call("POST", CHECKS, party, json=body)

    def settled(self, session: str, party: str = "north") -> dict[str, Any]:
        """The session once nothing more happens by itself."""
        until = time.monotonic() + 60
        while True:
            found = self.call("GET", f"{CHECKS}/{session}", party)
            assert found.status_code == 200, found.text
            values: dict[str, Any] = found.json()
            if values.get("stage") in (None, "carry"):
                return values
            assert time.monotonic() < until, values
            time.sleep(0.01)

    def settled_there(self) -> list[dict[str, Any]]:
        """The sessions of south, once it was given its verdicts."""
        until = time.monotonic() + 60
        while True:
            found: list[dict[str, Any]] = self.call("GET", CHECKS, "south").json()["sessions"]
            if all("reason" not in one for one in found) or time.monotonic() > until:
                return found
            time.sleep(0.01)

    def entries(self) -> list[tuple[str, str]]:
        found = self.store.read(lambda reader: reader.records(0, 100))
        return [(one.kind, one.party) for one in found if one.kind.startswith("private.")]


def _nobody(_url: str, _envelope: Envelope) -> bytes:
    raise Doubt(Reason.SILENT)


def plan(**changes: Any) -> dict[str, Any]:
    """A plan of one volume that nobody has been shown, near where `feature` puts one."""
    entity = flight(**({"lat": 48.75, "lng": 7.55, "low_m": 400.0} | changes))
    return {"name": "relief", "volumes": [volume_value(one) for one in entity.volumes]}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Desk]:
    """A server of both parties."""
    made = Desk(tmp_path, ("north", "south"), HandClock(NOW))
    with made.transport:
        yield made


@pytest.fixture(scope="module")
def unasked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server of both parties at which nothing is ever asked that can be."""
    made = Desk(tmp_path_factory.mktemp("unasked"), ("north", "south"), HandClock(NOW))
    with made.transport:
        yield made


def _south_has_a_plan(folder: Path) -> None:
    folder.mkdir(parents=True)
    write_geojson(folder / "survey.geojson", feature("S-1", 7.5, **HERE))


def test_an_officer_asks_and_sees_which_own_volume_overlaps(both: Desk) -> None:
    _south_has_a_plan(both.plans / "south")
    begun = both.ask()
    assert begun.status_code == 200, begun.text
    assert begun.json()["verdict"] == "unknown", "until it is known"
    found = both.settled(begun.json()["session"])
    assert (found["verdict"], found["counts_as_overlap"], found["by"]) == ("overlap", True, "net")
    (met,) = found["volumes"]
    assert (met["plan"], met["volume"]) == ("relief", 1)
    assert met["shared"]["cells"]
    assert found["guarantees"] == list(GUARANTEES)
    theirs = both.settled_there()
    assert [(one["first"], one["verdict"]) for one in theirs] == [(False, "overlap")]
    assert [met["plan"] for met in theirs[0]["volumes"]] == ["S-1"], "each sees its own alone"
    assert both.entries() == [
        ("private.check", "north"),
        ("private.check", "south"),
        ("private.verdict", "north"),
        ("private.verdict", "south"),
    ]


def test_plans_of_one_party_are_not_those_of_another_on_one_server(both: Desk) -> None:
    _south_has_a_plan(both.plans / "north")
    found = both.settled(both.ask().json()["session"])
    assert found["verdict"] == "no_overlap_found"
    assert found["expires"] == "2026-11-22T12:05:30Z"
    assert found["minima"] == {"lateral_m": 9260.0, "vertical_m": 304.8, "time_s": 60.0}


def test_questions_are_counted_and_run_out(both: Desk) -> None:
    for left in (2, 1, 0):
        found = both.settled(both.ask().json()["session"])
        assert found["verdict"] == "no_overlap_found", found
        (south, _east) = both.call("GET", CHECKS).json()["peers"]
        assert south["party"] == "south"
        assert south["net"] is True
        assert south["yours"]["agreed"] - south["yours"]["asked"] == left
    refused = both.ask()
    assert refused.status_code == 429
    assert "again" in refused.json()["message"]
    (south, _east) = both.call("GET", CHECKS).json()["peers"]
    assert south["yours"]["again"] == "2026-11-22T13:00:30Z"
    (north, _east) = both.call("GET", CHECKS, "south").json()["peers"]
    assert (north["theirs"]["asked"], north["yours"]["asked"]) == (3, 0)


def test_a_peer_whose_server_is_not_known_is_asked_by_files_alone(tmp_path: Path) -> None:
    alone = Desk(tmp_path, ("north",), HandClock(NOW))
    with alone.transport:
        refused = alone.ask()
        assert refused.status_code == 400
        assert "file" in refused.json()["message"]
        assert alone.call("GET", CHECKS).json()["peers"][0]["net"] is False


def test_two_files_between_two_servers(tmp_path: Path) -> None:
    """No network between them at all: each file is taken from one and given to the other."""
    clock = HandClock(NOW)
    north = Desk(tmp_path / "n", ("north",), clock)
    south = Desk(tmp_path / "s", ("south",), clock)
    _south_has_a_plan(south.plans)
    with north.transport, south.transport:
        begun = north.ask(by="file").json()
        name = begun["session"]
        assert north.settled(name)["stage"] == "carry"
        first = north.call("GET", f"{CHECKS}/{name}/file")
        assert first.headers["content-disposition"].endswith(f'{name[:8]}-1.private"')
        taken = south.call("POST", FILES, "south", content=first.content)
        assert taken.status_code == 200, taken.text
        assert south.settled(name, "south")["stage"] == "carry"
        second = south.call("GET", f"{CHECKS}/{name}/file", "south")
        north.call("POST", FILES, content=second.content)
        found = north.settled(name)
        assert (found["verdict"], found["plans"]) == ("overlap", ["relief"])
        third = north.call("GET", f"{CHECKS}/{name}/file")
        south.call("POST", FILES, "south", content=third.content)
        assert south.settled(name, "south")["verdict"] == "overlap"
        again = north.call("POST", FILES, content=second.content)
        assert again.status_code == 400
        assert "verdict already" in again.json()["message"]


def test_a_file_that_is_spoilt_leaves_the_session_open(tmp_path: Path) -> None:
    clock = HandClock(NOW)
    north = Desk(tmp_path / "n", ("north",), clock)
    south = Desk(tmp_path / "s", ("south",), clock)
    with north.transport, south.transport:
        name = north.ask(by="file").json()["session"]
        north.settled(name)
        first = north.call("GET", f"{CHECKS}/{name}/file").content
        for spoilt in (b"", b"{}", b"\xff", first[:-20], first):
            answer = north.call("POST", FILES, content=spoilt)
            assert answer.status_code == 400
            assert "UNKNOWN" in answer.json()["message"]
        south.call("POST", FILES, "south", content=first)
        south.settled(name, "south")
        second = south.call("GET", f"{CHECKS}/{name}/file", "south").content
        head = second.index(b'"signature":"') + 20
        other = b"B" if second[head : head + 1] == b"A" else b"A"
        cut = second[:head] + other + second[head + 1 :]
        north.call("POST", FILES, content=cut)
        found = north.settled(name)
        assert (found["verdict"], found["stage"]) == ("unknown", "carry")
        assert found["reason"] == "signature"
        north.call("POST", FILES, content=second)
        assert north.settled(name)["verdict"] == "no_overlap_found"


def _asked_over_the_net(north: Desk) -> Seen:
    """What came of a question to a server at an address."""
    near = named_volumes([flight(lat=48.75, lng=7.55, low_m=400.0)])
    question = Question("south", near, by_file=False, url="http://south")
    session = north.desk.ask("north", question, NOW).session.hex()
    north.settled(session)
    return north.desk.seen("north", session)


def test_two_servers_over_the_net(tmp_path: Path) -> None:
    clock = HandClock(NOW)
    south = Desk(tmp_path / "s", ("south",), clock)
    _south_has_a_plan(south.plans)
    peer = PrivatePeer("http://south", south.transport)
    north = Desk(tmp_path / "n", ("north",), clock, lambda _url, sent: peer.send(sent))
    with north.transport, south.transport:
        assert _asked_over_the_net(north).verdict.kind is VerdictKind.OVERLAP
        (theirs,) = south.settled_there()
        assert theirs["verdict"] == "overlap"


def test_why_nothing_is_known_is_kept(tmp_path: Path) -> None:
    """The reason is there after a start: what a server had in memory alone is gone by then."""
    north = Desk(tmp_path, ("north",), HandClock(NOW))
    with north.transport:
        assert _asked_over_the_net(north).verdict.reason is Reason.SILENT
        assert north.entries() == [("private.check", "north"), ("private.verdict", "north")]
    later = Desk(tmp_path, ("north",), HandClock(NOW))
    with later.transport:
        (found,) = later.call("GET", CHECKS).json()["sessions"]
    assert (found["verdict"], found["reason"]) == ("unknown", "silent")


def test_who_may_ask_and_what_of(both: Desk) -> None:
    body = {"peer": "south", "plans": [plan()]}
    watch = both.call("POST", CHECKS, role=Role.WATCH, json=body)
    assert watch.status_code == 403
    assert both.call("GET", CHECKS, role=Role.WATCH).status_code == 200
    assert both.call("GET", CHECKS, "east").status_code == 403, "not the server of east"
    session = both.settled(both.ask().json()["session"])["session"]
    assert both.call("GET", f"{CHECKS}/{session}", "north").status_code == 200
    for name in ("00" * 16, "zz", session[:8]):
        assert both.call("GET", f"{CHECKS}/{name}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"plans": []}, 400),
        ({"peer": "north"}, 404),
        ({"peer": "nobody"}, 404),
        ({"threads": ["nothing"]}, 404),
        ({"bucket": 7}, 400),
        ({"bucket": -1}, 400),
        ({"sector": 30}, 400),
        ({"plans": [plan(start_min=-600)]}, 400),
        ({"plans": [plan(start_min=6000)]}, 400),
        ({"by": "pigeon"}, 400),
        ({"purpose": "x"}, 400),
        ({"plans": [plan(minutes=700)] * 60}, 400),
    ],
)
def test_what_cannot_be_asked_says_why(unasked: Desk, changes: Any, status: int) -> None:
    answer = unasked.ask(**changes)
    assert answer.status_code == status, answer.text
    assert answer.json()["message"]
    assert unasked.entries() == [], "and is no question"
