"""A demo in this process: the real application on a socket of its own, and the player."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import uvicorn

from openline import wiring
from openline.api.demo import DemoBoard
from openline.api.run import listen
from openline.demo import region, setting
from openline.demo.act import Act
from openline.demo.clock import PacedClock
from openline.demo.player import Player
from openline.demo.review import write_review

PLAYED_S = 240.0  # a deadline that a loaded machine keeps too


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
