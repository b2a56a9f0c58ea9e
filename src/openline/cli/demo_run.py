"""One run of the demo: the server in this thread, those who play in another."""

import os
import signal
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from openline import wiring
from openline.api.demo import DemoBoard, Login
from openline.cli.output import printable
from openline.demo import region, setting
from openline.demo.acts import ACTS
from openline.demo.clock import PacedClock
from openline.demo.player import Player
from openline.demo.review import write_review


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for. folder: for everything that is written."""

    folder: Path
    host: str
    port: int
    db: str | None
    speed: float
    seed: int
    browser: bool


def run_demo(wishes: Wishes, tell: Callable[[str], None]) -> Player:
    """Serve and play until a signal; returns when the server has ended.

    Raises: InvalidInput, Unreachable, StoreUnavailable, and what ended the play.
    """
    told = setting.prepare(wishes.folder, wishes.host, wishes.port, wishes.db)
    store = wiring.open_store(told.text("db"))
    try:
        setting.add_people(store)
    finally:
        store.close()
    clock = PacedClock(region.START, wishes.speed)
    logins = [
        Login(one.user, region.PASSWORD, one.party, one.role, one.name) for one in region.OFFICERS
    ]
    board = DemoBoard(clock, region.START, logins, region.map_of_region(), wishes.speed)
    player = Player(
        board,
        clock,
        ACTS,
        wishes.seed,
        lambda line: tell(printable_lines(line)),
        end_server,
        partial(write_review, told.text("db"), wishes.folder),
    )

    def begin(address: str) -> None:
        tell(_welcome(address, board))
        player.start(address)
        if wishes.browser:
            webbrowser.open(address)

    try:
        wiring.serve(told, begin, board)
    finally:
        player.stop()
    if player.fault is not None:
        raise player.fault
    return player


def end_server() -> None:
    """End the server of this process in order."""
    os.kill(os.getpid(), signal.SIGTERM)


def printable_lines(text: str) -> str:
    """Each line as a terminal may show it."""
    return "\n".join(printable(line) for line in text.split("\n"))


def _welcome(address: str, board: DemoBoard) -> str:
    rows = [
        f"{one.user:8} {board.logins[0].password}   {one.name}, {one.party} ({one.role})"
        for one in board.logins
    ]
    return "\n".join(
        [
            f"openline demo: {address}",
            f"{region.NAME}, an invented region; everything in it is made up. "
            f"{len(board.acts)} acts at {board.speed:g} times the speed of time. Stop: ctrl-C",
            "Log in as anybody (user, password):",
            *(f"  {row}" for row in rows),
        ]
    )
