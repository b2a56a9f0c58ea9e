"""`/console/demo`: what the demo plays and who can log in, for the guided tour of the page.

Only a server that plays the demo has it. Passwords are in it: they open nothing else.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from openline.api.console import Console
from openline.api.map_tiles import MapTiles
from openline.api.operation import Call, Operation
from openline.app.peer.peering import Peering
from openline.clock import REAL_TIME, Clock, Pace
from openline.errors import NotFound

PATH: Final = "/console/demo"
REVIEW_PATH: Final = f"{PATH}/review"
_BEGIN_PATH: Final = f"{PATH}/begin"
STORY_PATHS: Final = (REVIEW_PATH, _BEGIN_PATH)  # those of story_routes
_LOOK_S: Final = 1.0
_BEAT_MIN_S: Final = 0.05
_NOT_YET: Final = "the review is written at the end of the demo"
# The review is one file with its own style and pictures, and no script.
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


class ActLine(Struct, omit_defaults=True):
    """Something that happened in an act: words, in English; for other languages its name in their
    catalogues and the values that go into it, with those of `worded` for that language."""

    at: datetime
    name: str
    values: dict[str, str]
    words: str
    worded: dict[str, dict[str, str]] = {}


class ActShown(Struct, omit_defaults=True):
    """An act: when it begins, one sentence about it, and what to look at.

    name: the same in every language; title and sentence are English.
    state: to_come, playing or done. thread, conflict, track and check (a private one, by its
    session) are there once they exist; said: what happened in it, line by line.
    """

    number: int
    name: str
    title: str
    sentence: str
    at: datetime
    state: str = "to_come"
    thread: str | None = None
    conflict: str | None = None
    track: str | None = None
    check: str | None = None
    said: tuple[ActLine, ...] = ()


class Login(Struct):
    """Somebody who can log in, for everybody to try."""

    user: str
    password: str
    party: str
    role: str
    name: str


class Server(Struct):
    """One of several servers of a demo: where it is, and the parties whose people log in there."""

    url: str
    parties: list[str]


class DemoShown(Struct):
    """Everything about the demo. now: the clock of the server, which runs `speed` times as fast as
    time; region: GeoJSON of an invented coast. review: where the review is, once it is written.
    servers: all of them, if there are several. waiting: the story begins once somebody came in."""

    speed: float
    now: datetime
    start: datetime
    playing: bool
    acts: list[ActShown]
    logins: list[Login]
    region: dict[str, Any]
    review: str | None = None
    servers: list[Server] = []
    waiting: bool = False


@dataclass(slots=True)
class DemoBoard:
    """What is known of the demo by now: the player writes, the server reads. For several threads.

    clock: the one that the server goes by, at that pace. looks: how often the sky was compared with
    the line; ticks: how often it was looked at what is due. peering: the exchange with another
    server, if there is one, once it serves; servers: all of them. waiting: the player lets the
    clock stand until somebody has come in.
    """

    clock: Clock
    start: datetime
    logins: Sequence[Login]
    region: dict[str, Any]
    speed: float
    acts: list[ActShown] = field(default_factory=list)
    review: bytes | None = None
    playing: bool = True
    waiting: bool = False
    looks: int = 0
    ticks: int = 0
    pace: Pace = REAL_TIME
    peering: Peering | None = None
    servers: Sequence[Server] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def change(self, number: int, **values: Any) -> None:
        """Something of an act, by its number from 1, is other now."""
        with self._lock:
            self.acts[number - 1] = msgspec.structs.replace(self.acts[number - 1], **values)

    def tick(self) -> None:
        """What was due is on the record."""
        self.ticks += 1

    def beat_s(self) -> float:
        """Real seconds to the next look of what looks once a second; asked after each."""
        self.looks += 1
        return min(max(_LOOK_S / self.speed, _BEAT_MIN_S), _LOOK_S)

    def shown(self) -> DemoShown:
        """All of it at this instant."""
        with self._lock:
            return DemoShown(
                self.speed,
                self.clock.now(),
                self.start,
                self.playing,
                list(self.acts),
                list(self.logins),
                self.region,
                None if self.review is None else REVIEW_PATH,
                list(self.servers),
                self.waiting,
            )

    def is_settled(self) -> bool:
        """Whether other servers have said what became of everything that is on the record now."""
        links = () if self.peering is None else self.peering.links
        return all(link.is_settled() for link in links)


def demo_operation(board: DemoBoard | None) -> Operation:
    """What the guided tour of the page asks for; it needs no token. Without a demo: NotFound."""

    def show(_call: Call) -> DemoShown:
        if board is None:
            raise NotFound("nothing is played here", cure="openline demo")
        return board.shown()

    return Operation(
        name="getDemo",
        method="GET",
        path=PATH,
        summary="What the demo plays, and who can log in",
        handler=show,
        scopes=None,
        response=DemoShown,
        errors=(404,),
    )


def story_routes(board: DemoBoard) -> list[Route]:
    """The page of the review, for whoever looks on, and what the page says once somebody has logged
    in on it. Neither needs a token."""

    async def review(_request: Request) -> Response:
        if board.review is None:
            return PlainTextResponse(_NOT_YET, status_code=404)
        return HTMLResponse(board.review, headers={"content-security-policy": _POLICY})

    async def begin(_request: Request) -> Response:
        board.waiting = False
        return Response(status_code=204)

    return [
        Route(REVIEW_PATH, review, methods=["GET"]),
        Route(_BEGIN_PATH, begin, methods=["POST"]),
    ]


def console_of(board: DemoBoard | None, tiles: MapTiles | None = None) -> Console:
    """The console of a server that plays this, or plays nothing."""
    if board is None:
        return Console(tiles=tiles)
    return Console(speed=lambda: board.speed, demo=True, tiles=tiles)
