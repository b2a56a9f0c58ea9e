"""A demo in this process: the real application on a socket of its own, and the player."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from openline import wiring
from openline.api.demo import DemoShown
from openline.api.line.board_wire import Board, Inbox, ThreadSaid
from openline.app.line.entries import CARRIED, MESSAGE
from openline.app.private.service import CHECK, VERDICT
from openline.app.read_records import last_sequence, records_of, source_of
from openline.cli.demo_run import serve_beside
from openline.demo import region, setting
from openline.demo.act import Act
from openline.demo.cable import Cable
from openline.demo.clock import PacedClock
from openline.demo.player import Player
from openline.demo.review import common_digest
from openline.demo.scene import Scene
from openline.demo.site import Sites
from openline.demo.telling import TextTeller
from openline.errors import NotFound

SEEN_BY: Final = {"north": "ada", "south": "cora", "aid": "ines"}
PLAYED_S: Final = 600.0  # a deadline that a loaded machine keeps too


@dataclass
class Stage:
    """What is played, and what was told of it."""

    sites: Sites
    folder: Path
    player: Player
    told: list[str] = field(default_factory=list)

    def play(self, wait_s: float = PLAYED_S) -> None:
        """Play all acts. What ended it, if something did, is raised."""
        self.player.start()
        assert self.player.wait_played(wait_s), "\n".join(self.told[-20:])
        if self.player.fault is not None:
            raise self.player.fault


@dataclass
class Played:
    """What was to be seen at the end, by party, and everything on the record."""

    boards: dict[str, Board]
    inboxes: dict[str, Inbox]
    threads: dict[str, ThreadSaid]  # of what acts left, by its name, as the one who said it sees it
    conflicts: dict[str, ThreadSaid]
    demo: DemoShown
    review: bytes
    missed: list[str]
    told: str
    observed: list[dict[str, Any]]
    events: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    private: list[dict[str, Any]] = field(default_factory=list)  # of private checks, of the first
    # Of what north and south said, by each record; and what is on that of the second server.
    digests: set[str] = field(default_factory=set)
    other_events: list[dict[str, Any]] = field(default_factory=list)
    other_messages: list[dict[str, Any]] = field(default_factory=list)


def played(folder: Path, acts: Sequence[Act], seed: int = 1, servers: int = 1) -> Played:
    """Play these acts, look, and end the servers. events and messages: of the first record."""
    with stage(folder, acts, seed=seed, servers=servers) as made:
        made.play()
        scene = made.player.scene
        assert scene is not None
        found = Played(
            {party: scene.board_of(user) for party, user in SEEN_BY.items()},
            {party: scene.client(user).inbox() for party, user in SEEN_BY.items()},
            {name: _thread(scene, one.thread) for name, one in scene.kept.items()},
            {name: _thread(scene, one) for name, one in scene.conflicts.items()},
            httpx.get(f"{made.sites.main.url}/console/demo").json(),
            httpx.get(f"{made.sites.main.url}/console/demo/review").content,
            scene.missed,
            "\n".join(made.told),
            scene.discrepancies("ada"),
            [],
            [],
        )
        found.demo = msgspec.convert(found.demo, DemoShown)
    if servers > 1:
        found.digests = {common_digest(site.db, ("north", "south")) for site in made.sites.all}
        _read(str(made.sites.all[1].db), found.other_events, found.other_messages)
    _read(str(folder / setting.DATABASE), found.events, found.messages, found.private)
    return found


def _read(
    db: str,
    events: list[dict[str, Any]],
    messages: list[dict[str, Any]],
    private: list[dict[str, Any]] | None = None,
) -> None:
    """What is on a record."""
    with source_of(db) as source:
        for record in records_of(source, last_sequence(source)):
            at = {"at": record.time.isoformat(), "party": record.party, "entry": record.sequence}
            if record.kind == "line.event":
                events.append(at | msgspec.json.decode(record.body))
            elif record.kind in (MESSAGE, CARRIED):
                messages.append(at | payload(record.body))
            elif private is not None and record.kind in (CHECK, VERDICT):
                private.append(at | msgspec.json.decode(record.body) | {"kind": record.kind})


def payload(token: bytes) -> dict[str, Any]:
    """What a signed message says."""
    middle = token.split(b".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + b"=" * (-len(middle) % 4)))
    return said


def _thread(scene: Scene, thread: str) -> ThreadSaid:
    """A thread as the first who may see it does."""
    for user in SEEN_BY.values():
        with suppress(NotFound):
            return scene.client(user).thread(thread)
    raise AssertionError(thread)


@contextmanager
def stage(
    folder: Path,
    acts: Sequence[Act],
    speed: float = 2_000.0,
    seed: int = 1,
    servers: int = 1,
    tell: Callable[[str], None] = lambda _line: None,
) -> Iterator[Stage]:
    """Servers that play these acts once `play` is called. tell: hears what is told, at once."""
    with ExitStack() as stack:
        cables = [stack.enter_context(closing(Cable())) for _ in range(servers) if servers > 1]
        told = setting.prepare(folder, "127.0.0.1", [0] * servers, None, cables)
        clock = PacedClock(region.START, speed)
        sites = setting.sites_of(folder, told, clock, cables)
        for one, site in zip(told, sites.all, strict=True):
            with closing(wiring.open_store(one.text("db"))) as store:
                setting.add_people(store, site)
            site.url = stack.enter_context(serve_beside(one, site.board))
        for cable, site in zip(cables, sites.all, strict=bool(cables)):
            cable.lay(int(site.url.rpartition(":")[2]))
        lines: list[str] = []

        def hear(line: str) -> None:
            lines.append(line)
            tell(line)

        player = Player(sites, clock, acts, seed, TextTeller(hear), lambda: None)
        setting.tell_places(sites)
        try:
            yield Stage(sites, folder, player, lines)
        finally:
            player.stop()
