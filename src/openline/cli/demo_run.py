"""One run of the demo: the server in this thread, those who play in another."""

import os
import signal
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from openline import wiring
from openline.api.demo import DemoBoard, Login
from openline.cli.output import printable
from openline.demo import region, setting
from openline.demo.acts import ACTS
from openline.demo.clock import PacedClock
from openline.demo.player import Player
from openline.demo.review import write_review

_AGAIN_S: Final = 3.0  # longer than the server takes to end


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for. folder: for everything that is written. minutes: of real time."""

    folder: Path
    host: str
    port: int
    db: str | None
    speed: float
    seed: int
    minutes: float | None
    browser: bool


class _Ending:
    """Ends the server of this process in order, by the signal that it ends by."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def after(self, seconds: float) -> None:
        """End it after so many seconds, unless it has ended."""
        threading.Thread(target=self._insist, args=(seconds,), name="ending", daemon=True).start()

    def _insist(self, seconds: float) -> None:
        wait_s = seconds
        while not self.over.wait(wait_s):  # a signal that comes while the server begins is lost
            os.kill(os.getpid(), signal.SIGTERM)
            wait_s = _AGAIN_S


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
    ending = _Ending()
    player = Player(
        board,
        clock,
        ACTS,
        wishes.seed,
        lambda line: tell(printable_lines(line)),
        lambda: ending.after(0.0),
        partial(write_review, told.text("db"), wishes.folder),
    )

    def begin(address: str) -> None:
        tell(_welcome(address, board))
        player.start(address)
        if wishes.minutes is not None:
            ending.after(wishes.minutes * 60.0)
        if wishes.browser:
            webbrowser.open(address)

    try:
        wiring.serve(told, begin, board)
    finally:
        ending.over.set()
        player.stop()
    if player.fault is not None:
        raise player.fault
    return player


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
