"""A demo in this process: the real application on a socket of its own, and the player."""

import base64
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import uvicorn

from openline import wiring
from openline.api.demo import DemoBoard, DemoShown
from openline.api.line.board_wire import Board, Inbox, ThreadSaid
from openline.api.run import listen
from openline.app.read_records import last_sequence, records_of, source_of
from openline.demo import region, setting
from openline.demo.act import Act
from openline.demo.clock import PacedClock
from openline.demo.player import Player
from openline.demo.review import write_review
from openline.demo.scene import Scene
from openline.errors import NotFound

SEEN_BY: Final = {"north": "ada", "south": "cora", "aid": "ines"}
PLAYED_S: Final = 240.0  # a deadline that a loaded machine keeps too


@dataclass
class Stage:
    """What is played, and what was told of it."""

    url: str
    folder: Path
    board: DemoBoard
    player: Player
    told: list[str] = field(default_factory=list)

    def play(self) -> None:
        """Play all acts. What ended it, if something did, is raised."""
        self.player.start(self.url)
        assert self.player.wait_played(PLAYED_S), "\n".join(self.told[-20:])
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


def played(folder: Path, acts: Sequence[Act], seed: int = 1) -> Played:
    """Play these acts, look, and end the server."""
    with stage(folder, acts, seed=seed) as made:
        made.play()
        scene = made.player.scene
        assert scene is not None
        found = Played(
            {party: scene.board_of(user) for party, user in SEEN_BY.items()},
            {party: scene.client(user).inbox() for party, user in SEEN_BY.items()},
            {name: _thread(scene, one.thread) for name, one in scene.kept.items()},
            {name: _thread(scene, one) for name, one in scene.conflicts.items()},
            httpx.get(f"{made.url}/console/demo").json(),
            httpx.get(f"{made.url}/console/demo/review").content,
            scene.missed,
            "\n".join(made.told),
            scene.discrepancies("ada"),
            [],
            [],
        )
        found.demo = msgspec.convert(found.demo, DemoShown)
    with source_of(str(folder / setting.DATABASE)) as source:
        for record in records_of(source, last_sequence(source)):
            at = {"at": record.time.isoformat(), "party": record.party, "entry": record.sequence}
            if record.kind == "line.event":
                found.events.append(at | msgspec.json.decode(record.body))
            elif record.kind == "line.message":
                found.messages.append(at | payload(record.body))
    return found


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
    folder: Path, acts: Sequence[Act], speed: float = 2_000.0, seed: int = 1
) -> Iterator[Stage]:
    """A server that plays these acts once `play` is called."""
    told = setting.prepare(folder, "127.0.0.1", 0, None)
    store = wiring.open_store(told.text("db"))
    setting.add_people(store)
    store.close()
    clock = PacedClock(region.START, speed)
    board = DemoBoard(clock, region.START, (), region.map_of_region(), speed)
    lines: list[str] = []
    review = partial(write_review, told.text("db"), folder)
    player = Player(board, clock, acts, seed, lines.append, lambda: None, review)
    with listen("127.0.0.1", 0) as listener:
        application = replace(wiring.plan(told), demo=board).application()
        config = uvicorn.Config(
            application, lifespan="on", ws="none", access_log=False, log_config=None
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.start()
        try:
            yield Stage(url, folder, board, player, lines)
        finally:
            player.stop()
            server.should_exit = True
            thread.join(30.0)
