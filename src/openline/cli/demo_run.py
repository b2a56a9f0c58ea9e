"""One run of the demo: the server in this thread; a second one, and those who play, in others."""

import contextlib
import os
import signal
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from openline import wiring
from openline.api.demo import DemoBoard
from openline.api.run import Running, listen, running_beside
from openline.app.configuration import Configuration
from openline.cli.output import printable
from openline.demo import region, setting
from openline.demo.acts import ACTS, TWO_SERVERS
from openline.demo.cable import Cable
from openline.demo.clock import PacedClock
from openline.demo.player import Player
from openline.demo.telling import JsonTeller, Teller, TextTeller
from openline.formats.line_catalogue import catalogue

_AGAIN_S: Final = 3.0  # longer than the server takes to end


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for. folder: for everything that is written. ports: one for each server.
    minutes: of real time. language: of what is told. as_json: tell it in lines of JSON."""

    folder: Path
    host: str
    ports: Sequence[int]
    db: str | None
    speed: float
    seed: int
    minutes: float | None
    browser: bool
    language: str
    as_json: bool = False


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
    """Serve and play until a signal; returns when the servers have ended.

    Raises: InvalidInput, Unreachable, StoreUnavailable, and what ended the play.
    """
    with contextlib.ExitStack() as stack:
        ways = 2 if len(wishes.ports) > 1 else 0
        cables = [stack.enter_context(closing(Cable())) for _ in range(ways)]
        told = setting.prepare(wishes.folder, wishes.host, wishes.ports, wishes.db, cables)
        clock = PacedClock(region.START, wishes.speed)
        sites = setting.sites_of(wishes.folder, told, clock, cables)
        for configuration, site in zip(told, sites.all, strict=True):
            with closing(wiring.open_store(configuration.text("db"))) as store:
                setting.add_people(store, site)
        ending = _Ending()
        make = JsonTeller if wishes.as_json else TextTeller
        teller = make(lambda line: tell(printable_lines(line)), catalogue(wishes.language))
        player = Player(
            sites,
            clock,
            TWO_SERVERS if cables else ACTS,
            wishes.seed,
            teller,
            lambda: ending.after(0.0),
        )

        def begin(address: str) -> None:
            sites.main.url = address
            setting.tell_places(sites)
            teller.greet(sites)
            for site in sites.all:
                site.board.waiting = wishes.browser
            player.start()
            if wishes.minutes is not None:
                ending.after(wishes.minutes * 60.0)
            if wishes.browser:
                open_pages([site.url for site in sites.all], teller)

        for cable, port in zip(cables, wishes.ports, strict=bool(cables)):
            cable.lay(port)
        for configuration, site in zip(told[1:], sites.all[1:], strict=True):
            site.url = stack.enter_context(serve_beside(configuration, site.board))
        try:
            wiring.serve(told[0], begin, sites.main.board)
        finally:
            ending.over.set()
            player.stop()
    if player.fault is not None:
        raise player.fault
    return player


@contextlib.contextmanager
def serve_beside(told: Configuration, board: DemoBoard) -> Iterator[str]:
    """A server in a thread of this process; its address while it serves.

    Raises: InvalidInput, StoreUnavailable, Unreachable.
    """
    made = replace(wiring.plan(told), demo=board)
    with listen(told.text("host"), told.count("port")) as listener:
        application = made.application()
        with running_beside(Running(lambda: application, 1, told.number("drain_s")), listener):
            host, port = listener.getsockname()
            yield f"http://{host}:{port}"


def open_pages(urls: Sequence[str], teller: Teller) -> None:
    """Show them in the browser of this desktop, without waiting for it; say if there is none."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        browser = None
    # One that takes the terminal (lynx, w3m) does not show the page, and holds everything up.
    if browser is None or type(browser) is webbrowser.GenericBrowser:
        teller.aside("browser")
    else:
        work = partial(_open_all, browser, tuple(urls))
        threading.Thread(target=work, name="browser", daemon=True).start()
    teller.aside("begins")


def _open_all(browser: webbrowser.BaseBrowser, urls: Sequence[str]) -> None:
    for url in urls:
        with contextlib.suppress(webbrowser.Error, OSError):
            browser.open(url)


def printable_lines(text: str) -> str:
    """Each line as a terminal may show it."""
    return "\n".join(printable(line) for line in text.split("\n"))
