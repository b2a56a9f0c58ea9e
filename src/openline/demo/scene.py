"""What an act is written with: people who say things, time that passes, words for the audience."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from openline.api.demo import ActShown
from openline.api.line import board_wire
from openline.api.line.wire import Session, Taken
from openline.api.sky.discrepancies import Discrepancies
from openline.api.sky.positions import POSITIONS_PATH, PositionsReceipt, SkyPicture
from openline.client import Client
from openline.client.transport import Transport
from openline.demo.clock import PacedClock
from openline.demo.region import OFFICERS, PASSWORD, START
from openline.demo.site import Site, Sites
from openline.demo.sky import Actor, Sky
from openline.demo.telling import Teller, line_of
from openline.errors import NotFound, OpenlineError, PermissionDenied
from openline.line.message.bodies import Answer, Body, PassedTo, Receipt
from openline.line.message.kind import AnswerCode, ReceiptKind

T = TypeVar("T")
_NAMES: Final = {one.user: one.name for one in OFFICERS}
LOG_IN_AGAIN_S: Final = 1_800.0  # real time
_ASK_S: Final = 10.0
JSON: Final = {"Content-Type": "application/json"}
_PATIENCE_S: Final = 30.0  # real time
_BETWEEN_S: Final = 0.03
_PARTIES: Final = {one.user: one.party for one in OFFICERS}


class Stopped(Exception):
    """The demo is ended."""


class ActCut(Exception):
    """An act cannot go on: something is not as the story needs it."""


class Scene:
    """The stage of all acts. `kept` is what acts leave for later ones, `climbs_m` how much higher
    they moved a plan.

    advance: lets time pass until an instant; rest: real seconds, while the clock stands; settle:
    holds the clock until what was said is where it is to be. teller: hears what is shown.
    """

    def __init__(
        self,
        sites: Sites,
        clock: PacedClock,
        seed: int,
        advance: Callable[[datetime], None],
        teller: Teller,
        sky: Sky,
        rest: Callable[[float], None],
        settle: Callable[[], None],
    ) -> None:
        self._rest = rest
        self._settle = settle
        self._senses: dict[str, Transport] = {}
        self.sites = sites
        self.sky = sky
        self.seed = seed
        self.kept: dict[str, Taken] = {}
        self.conflicts: dict[str, str] = {}
        self.climbs_m: dict[str, float] = {}
        self.missed: list[str] = []
        self._clock = clock
        self._advance = advance
        self._teller = teller
        self._clients: dict[str, Client] = {}
        self._said = 0
        self._act = 0
        self._name = ""
        self._tokens: dict[str, str] = {}
        self._logged_in_s: dict[str, float] = {}

    # Time

    @property
    def now(self) -> datetime:
        """The instant by the clock of the demo."""
        return self._clock.now()

    def at(self, minutes: float) -> datetime:
        """The instant so many minutes after the beginning."""
        return START + timedelta(minutes=minutes)

    def until(self, minutes: float) -> None:
        """Let time pass until so many minutes after the beginning."""
        self._advance(self.at(minutes))

    @property
    def passed_s(self) -> float:
        """Seconds since the beginning."""
        return (self.now - START).total_seconds()

    def wait(self, seconds: float) -> None:
        """Let so much time pass."""
        self._advance(self.now + timedelta(seconds=seconds))

    # The link between servers

    def cut(self) -> None:
        """The servers reach each other no more."""
        for cable in self.sites.cables:
            cable.cut()

    def mend(self) -> None:
        """They do again, and what waited is where it is to be."""
        for cable in self.sites.cables:
            cable.mend()
        self._settle()

    # People

    def site_of(self, user: str) -> Site:
        """The server at which that person is logged in."""
        return self.sites.of(_PARTIES[user])

    def client(self, user: str) -> Client:
        """The console of that person, logged in. Raises: OpenlineError."""
        if user not in self._clients:
            self._clients[user] = Client(self.site_of(user).url)
        self._token(user, self._clients[user].log_in)
        return self._clients[user]

    def say(self, user: str, body: Body, to: tuple[str, ...] = (), thread: str = "") -> Taken:
        """Somebody says something. Raises: OpenlineError if it is refused."""
        self._said += 1
        key = f"demo/{self.seed}/{self._name}/{self._said}"
        client = self.client(user)
        taken = client.say(body, to=to, thread=thread or None, idempotency_key=key)
        self._settle()
        return taken

    def read(self, user: str, what: Taken) -> None:
        """Somebody says that they have read it."""
        self.say(user, Receipt(ReceiptKind.READ, what.id), thread=what.thread)

    def pass_on(self, user: str, what: Taken, *crews: str, waiting: tuple[str, ...] = ()) -> None:
        """Somebody says which crews have it, and which were told and have not answered."""
        told = (*(PassedTo(crew, self.now) for crew in crews), *map(PassedTo, waiting))
        self.say(user, Receipt(ReceiptKind.DISSEMINATED, what.id, told), thread=what.thread)

    def take_note(self, user: str, what: Taken, *crews: str) -> None:
        """Somebody reads it, will comply, and passes it on to crews."""
        self.read(user, what)
        self.answer(user, what, AnswerCode.WILL_COMPLY)
        self.pass_on(user, what, *crews)

    def answer(self, user: str, what: Taken, code: AnswerCode, text: str | None = None) -> None:
        """Somebody says what they will do."""
        self.say(user, Answer(code, what.id, text=text), thread=what.thread)

    def board_of(self, user: str) -> board_wire.Board:
        """What that person sees."""
        return self.client(user).board()

    def seen(self, user: str, found: Callable[[board_wire.Board], bool], what: str) -> None:
        """Hold the clock until that person sees it. Raises: ActCut if that takes too long."""
        self.held(lambda: found(self.board_of(user)) or None, f"{_NAMES[user]} does not see {what}")

    def held(
        self, ask: Callable[[], T | None], otherwise: str, patience_s: float = _PATIENCE_S
    ) -> T:
        """Hold the clock until there is an answer. Raises: ActCut if that takes too long."""
        until_s = time.monotonic() + patience_s
        while (found := ask()) is None:
            if time.monotonic() > until_s:
                raise ActCut(otherwise)
            self._rest(_BETWEEN_S)
        return found

    def conflict(self, user: str, thread: str, name: str) -> board_wire.Conflict:
        """The conflict of a thread as that person sees it; kept under the name."""
        found = [
            one
            for one in self.board_of(user).conflicts
            if thread in (one.own_thread, one.other_thread) and one.closed is None
        ]
        if not found:
            raise ActCut(f"{_NAMES[user]} sees no conflict")
        self.conflicts[name] = found[0].id
        return found[0]

    def known(self, name: str) -> str:
        """The id of the conflict that an earlier act found. Raises: ActCut."""
        if name not in self.conflicts:
            raise ActCut(f"the conflict {name} was not found")
        return self.conflicts[name]

    def actor(self, name: str) -> Actor:
        """An aircraft of the story. Raises: ActCut."""
        if name not in self.sky.actors:
            raise ActCut(f"{name} does not fly")
        return self.sky.actors[name]

    def taken(self, name: str) -> Taken:
        """What an earlier act left under that name. Raises: ActCut."""
        if name not in self.kept:
            raise ActCut(f"{name} was not said")
        return self.kept[name]

    def tracks(self, user: str) -> list[dict[str, Any]]:
        """The aircraft that this person sees."""
        return self._sense(user, "tracks", SkyPicture).tracks

    def track(self, user: str, callsign: str) -> str | None:
        """The id of the aircraft with that callsign, if that person sees it."""
        tracks = (one for one in self.tracks(user) if one["callsign"] == callsign)
        return next((str(one["id"]) for one in tracks), None)

    def encounters(self, user: str) -> list[dict[str, Any]]:
        """The predicted losses that this person sees."""
        return self._sense(user, "tracks", SkyPicture).encounters

    def discrepancies(self, user: str) -> list[dict[str, Any]]:
        """What was not as declared, as far as this person may read it."""
        return self._sense(user, "discrepancies", Discrepancies).discrepancies

    def send_positions(self, user: str, body: bytes) -> None:
        """Send positions to the sky of the server. Raises: OpenlineError."""
        self.transport(user).ask("POST", POSITIONS_PATH, PositionsReceipt, body=body, headers=JSON)

    # Audience

    def begin(self, number: int, name: str) -> None:
        """The act with that number and name begins: tell it."""
        self._act, self._name, self._said = number, name, 0
        self._change(state="playing")
        self._teller.act(self.now, self._played())

    def end(self) -> None:
        """The act is over."""
        self._change(state="done")

    def show(self, **what: str) -> None:
        """Where to look: `thread` or `conflict`, with its id."""
        self._change(**what)
        ((kind, name),) = what.items()
        urls = [site.url for site in self.sites.all if self._has(site, name)]
        self._look(kind, name, urls)

    def show_track(self, callsign: str) -> None:
        """The aircraft to look at. Raises: ActCut if a server does not see it."""
        for site in self.sites.all:
            seen = partial(self.track, site.on_duty(), callsign)
            found = self.held(seen, f"{callsign} is not seen")
            site.board.change(self._act, track=found)
            self._look("track", found, [site.url])

    def show_check(self, session: str) -> None:
        """A private check to look at, among those of either side."""
        self._change(check=session)
        self._look("check", session, [site.url for site in self.sites.all])

    def link(self, path: str) -> None:
        """A page of every server to look at."""
        self._look("page", path, [site.url for site in self.sites.all])

    def note(self, what: str, /, **values: object) -> None:
        """Something that happened, in a line: its name in the catalogues, and what goes into it."""
        line = line_of(self.now, what, values)
        self._change(said=(*self._played().said, line))
        self._teller.said(self._played(), line)

    def miss(self, error: OpenlineError | ActCut) -> None:
        """The act could not go on: the story does, without the rest of it."""
        self.missed.append(f"{self._played().title}: {error}")
        self._teller.left_out(self.now, self._played(), str(error))

    def close(self) -> None:
        """Log everybody out."""
        for client in self._clients.values():
            client.close()
        for sense in self._senses.values():
            sense.close()

    def _look(self, kind: str, name: str, urls: list[str]) -> None:
        self._teller.look(self.now, self._played(), kind, name, urls)

    def _played(self) -> ActShown:
        return self.sites.main.board.acts[self._act - 1]

    def _change(self, **values: Any) -> None:
        for site in self.sites.all:
            site.board.change(self._act, **values)

    def _has(self, site: Site, thread: str) -> bool:
        """Whether a server has the thread; the only one has all."""
        if not self.sites.are_several:
            return True
        for user in _one_each(site):
            with suppress(NotFound, PermissionDenied):
                self.client(user).thread(thread)
                return True
        return False

    def _sense(self, user: str, name: str, kind: type[T]) -> T:
        """What the server answers of its sky to that person."""
        return self.transport(user).ask("GET", f"/sky/v1/{name}", kind)

    def transport(self, user: str) -> Transport:
        """For what the client has no words for."""
        self.client(user)
        if user not in self._senses:
            self._senses[user] = Transport(self.site_of(user).url, None, _ASK_S)
        self._senses[user].token = self._tokens[user]
        return self._senses[user]

    def _token(self, user: str, log_in: Callable[[str, str], Session]) -> None:
        """Log in, and again long before the session ends."""
        now_s = time.monotonic()
        if now_s - self._logged_in_s.get(user, -LOG_IN_AGAIN_S) >= LOG_IN_AGAIN_S:
            self._tokens[user] = log_in(user, PASSWORD).access_token
            self._logged_in_s[user] = now_s


def name_of(user: str) -> str:
    """The name of somebody, with the party."""
    return f"{_NAMES[user]} ({_PARTIES[user]})"


def _one_each(site: Site) -> Iterator[str]:
    """Somebody on duty of each party of a server."""
    for party in site.parties:
        yield next(one.user for one in site.officers if (one.party, one.role) == (party, "duty"))


def party_of(user: str) -> str:
    """The party of somebody."""
    return _PARTIES[user]
