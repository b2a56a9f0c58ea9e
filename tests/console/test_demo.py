"""The demo as a newcomer sees it: each act on the page, its reason and its answer.

Pictures of its states go to out/console/; `make pictures` puts them into the documents.
"""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, TimeoutError

from tests.console.desk import Desk
from tests.console.test_reconnect import free_port
from tests.e2e.server_process import COMMAND

SPEED = 60
LAST_S = 600.0
PICTURES = Path(__file__).parents[2] / "out" / "console"
# What the page must show of each act, where: whenever it is opened afterwards.
SEEN = {
    1: ("o-thread", "answered"),
    2: ("o-conflict", "overlap from"),
    3: ("o-conflict", "Proposal of"),
    4: ("o-thread", "WITHOUT A PLACE"),
    5: ("o-conflict", "Why:"),
    6: ("o-thread", "asks for the place"),
    7: ("o-conflict", "come too close"),
    9: ("o-thread", "READ BACK OTHERWISE"),
    10: ("o-thread", "passed it on to its crews"),
    14: ("o-thread", "STOP"),
    16: ("o-thread", "claims a breach"),
    18: ("o-conflict", "overlap from"),
}
# The states that the documents show, by the act whose moment it is.
PICTURED = {
    2: "console",
    3: "console-way-out",
    4: "console-unlocated",
    5: "console-height",
    9: "console-readback",
    10: "console-passed-on",
    14: "console-stop",
    16: "console-breach",
    18: "console-review",
}
WHOLE = {"width": 1440, "height": 860}
SMALL = {"width": 1280, "height": 720}


class Demo:
    """The demo in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        port = self.url.rpartition(":")[2]
        words = ["demo", "--no-browser", "--port", port, "--speed", str(SPEED), "--seed", "7"]
        self.log = (folder / "demo.txt").open("w")
        self.process = subprocess.Popen(
            [*COMMAND, *words], cwd=folder, stdout=self.log, stderr=self.log
        )
        self.until(lambda: bool(self.told()))

    def told(self) -> dict[str, Any]:
        """What the demo says of itself; nothing before it serves."""
        try:
            return dict(httpx.get(f"{self.url}/console/demo", timeout=10, verify=False).json())
        except httpx.HTTPError:
            return {}

    def until(self, is_so: Any) -> None:
        """Wait until something is so, for as long as the demo runs."""
        end = time.monotonic() + LAST_S
        while not is_so():
            assert self.process.poll() is None, "the demo ended"
            assert time.monotonic() < end, "it never was so"
            time.sleep(0.3)

    def act(self, number: int) -> dict[str, Any]:
        """An act, once it was played."""
        found: dict[str, Any] = {}

        def played() -> bool:
            acts = self.told().get("acts", [])
            found.update(acts[number - 1] if acts else {})
            return found.get("state") == "done"

        self.until(played)
        return found

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        self.log.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    started = Demo(tmp_path_factory.mktemp("demo"))
    yield started
    started.end()


def desk_of(browser: Browser, demo: Demo, user: str) -> Desk:
    """The page of a person of the demo, entered by one click."""
    made = Desk(browser, demo.url, 1440, 860)
    made.page.goto(demo.url)
    made.page.click(f"[data-login={user}]")
    made.page.wait_for_selector("o-topbar .live")
    return made


def test_each_act_is_seen_on_the_page(browser: Browser, demo: Demo) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    desks = [desk_of(browser, demo, user) for user in ("ada", "cora", "ines")]
    missing: list[str] = []
    for number, (part, text) in SEEN.items():
        act = demo.act(number)
        name = act.get("conflict") or act["thread"]
        desk = next(one for one in desks if sees(one, name))
        key = "c" if act.get("conflict") else "t"
        desk.page.evaluate(f"location.hash = '{key}={name}'")
        try:
            desk.see(part, text)
        except TimeoutError:
            missing.append(f"act {number}: no {text!r} in {desk.part(part).all_inner_texts()}")
        desk.page.screenshot(path=PICTURES / f"act-{number:02}.png")
        if number in PICTURED:
            picture(desk, PICTURED[number])
    assert not missing, missing
    desks[0].press("i")
    picture(desks[0], "console-signs")
    desks[0].press("i", "Escape", *("[" * 8))
    picture(desks[0], "console-replay")
    desks[0].press("n")
    for desk in desks:
        desk.see("o-tour", "Act 18 of 18")
        desk.leave()


def picture(desk: Desk, name: str) -> None:
    """A picture of the page without its tour, once the map has arrived."""
    tour = "document.querySelector('o-app').shadowRoot.querySelector('o-tour')"
    desk.page.evaluate(f"{tour}.hidden = true")
    desk.page.set_viewport_size(WHOLE if name == "console" else SMALL)
    desk.page.wait_for_timeout(1_500)
    desk.page.screenshot(path=PICTURES / f"{name}.png")
    desk.page.set_viewport_size(WHOLE)
    desk.page.evaluate(f"{tour}.hidden = false")


def sees(desk: Desk, thread: str) -> bool:
    """Whether a thread is this person's to read."""
    return bool(
        desk.page.evaluate(
            """async (name) => {
              const token = JSON.parse(sessionStorage.getItem("openline.session")).token;
              const headers = {Authorization: `Bearer ${token}`};
              return (await fetch(`/line/v1/threads/${name}`, {headers})).ok;
            }""",
            thread,
        )
    )
