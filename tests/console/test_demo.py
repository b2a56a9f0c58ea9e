"""The demo as a newcomer sees it: each act on the page, its reason and its answer.

The demo stops at each moment that is looked at, so that what is seen is that moment. Pictures of
its states go to out/console/; `make pictures` puts them into the documents.
"""

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from playwright.sync_api import Browser, TimeoutError, ViewportSize

from openline.demo.acts import ACTS
from tests.console.desk import Desk
from tests.demo.stepped import stepped

# Slower the sky is full on the ground too: for pictures.
SPEED = float(os.environ.get("DEMO_SPEED", "2000"))
PICTURES = Path(__file__).parents[2] / "out" / "console"
WHOLE = ViewportSize(width=1440, height=860)
SMALL = ViewportSize(width=1280, height=720)
END = r"That was the story"
LOOKS = {"conflict": "c", "thread": "t", "track": "a"}


def after(number: int) -> str:
    """The moment when an act is over: the next one begins."""
    return END if number == len(ACTS) else rf"^\S+Z {number + 1}\. "


class Moment(NamedTuple):
    """Of an act: the words at which the demo stops, which part of the page of whom shows what, and
    the name of the picture."""

    act: int
    at: str
    user: str
    part: str
    text: str
    picture: str = ""


MOMENTS = (
    Moment(1, after(1), "ada", "o-thread", "answered"),
    Moment(2, after(2), "ada", "o-conflict", "overlap from", "console"),
    Moment(
        3, "proposes it for", "ada", "o-conflict", "volume 1: 1,673 ft higher", "console-way-out"
    ),
    Moment(4, after(4), "cora", "o-thread", "WITHOUT A PLACE", "console-unlocated"),
    Moment(5, after(5), "ada", "o-conflict", "Why:"),
    Moment(6, "the place is overdue", "ada", "o-thread", "asks for the place"),
    Moment(7, r"\) will adjust", "ada", "o-conflict", "come too close", "console-height"),
    Moment(8, after(8), "ada", "o-private", "OVERLAP"),
    Moment(9, "the place is wrong", "ada", "o-thread", "READ BACK OTHERWISE", "console-readback"),
    Moment(10, "not passed on by", "ada", "o-thread", "passed it on", "console-passed-on"),
    Moment(11, after(11), "cora", "o-conflicts", "SLA40"),
    Moment(12, "SLA40 is Nonc", "cora", "o-conflicts", "Nonconforming", "console-off-plan"),
    Moment(13, after(13), "ada", "o-conflicts", "NR71", "console-alert"),
    Moment(14, "the alarm is raised", "ada", "o-thread", "STOP", "console-stop"),
    Moment(15, after(15), "ada", "o-thread", "closure"),
    Moment(16, after(16), "cora", "o-thread", "claims a breach", "console-breach"),
    Moment(17, after(17), "ada", "o-tour", "Open the review"),
    Moment(18, after(18), "ada", "o-conflict", "overlap from", "console-review"),
)


def desk_of(browser: Browser, url: str, user: str) -> Desk:
    """The page of a person of the demo, entered by one click."""
    made = Desk(browser, url, **SMALL)
    made.page.goto(url)
    made.page.wait_for_selector(f"[data-login={user}]")
    assert user != "ada" or not made.audit(), "of the page on which one chooses who one is"
    made.page.click(f"[data-login={user}]")
    made.page.wait_for_selector("o-topbar .live")
    return made


def test_each_act_is_seen_on_the_page(browser: Browser, tmp_path: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    missing: list[str] = []
    seen: set[int] = set()
    with stepped(tmp_path, SPEED, *(moment.at for moment in MOMENTS)) as demo:
        desks: dict[str, Desk] = {}
        for told in demo.stops():
            desks = desks or {user: desk_of(browser, demo.url, user) for user in ("ada", "cora")}
            for moment in MOMENTS:
                if moment.act not in seen and re.search(moment.at, told):
                    seen.add(moment.act)
                    missing += look(desks[moment.user], demo.url, moment)
            if re.search(END, told):
                ending(desks["ada"])
                break
        assert seen == set(range(1, len(ACTS) + 1))
        assert not missing, missing
        for desk in desks.values():
            desk.see("o-tour", "Act 18 of 18")
            desk.leave()


def look(desk: Desk, url: str, moment: Moment) -> list[str]:
    """Go where the act is; what the page does not show."""
    act: dict[str, Any] = httpx.get(f"{url}/console/demo").json()["acts"][moment.act - 1]
    where = next((f"{key}={act[kind]}" for kind, key in LOOKS.items() if kind in act), "")
    if where:
        desk.page.evaluate(f"location.hash = '{where}'")
    elif "check" in act:  # by keys: the act before, and to what it is about
        desk.see("o-tour", f"Act {moment.act + 1} of")
        desk.press("<", "y")
    try:
        desk.see(moment.part, moment.text)
    except TimeoutError:
        texts = desk.part(moment.part).all_inner_texts()
        return [f"act {moment.act}: no {moment.text!r} in {texts}"]
    if moment.picture:
        picture(desk, moment.picture)
    if "check" in act and not where:
        desk.press("Escape", ">")
    return []


def ending(desk: Desk) -> None:
    """The tour as axe sees it; pictures of what is no act: the signs of the map, and the past."""
    assert not desk.audit()
    desk.press("i")
    picture(desk, "console-signs")
    desk.press("i", "Escape", *("[" * 8))
    picture(desk, "console-replay")
    desk.press("n")


def picture(desk: Desk, name: str) -> None:
    """A picture of the page without its tour, once the map has arrived."""
    tour = "document.querySelector('o-app').shadowRoot.querySelector('o-tour')"
    desk.page.evaluate(f"{tour}.hidden = true")
    for part in desk.part("[data-proposal]").all():
        part.scroll_into_view_if_needed()
    if name == "console":
        desk.page.set_viewport_size(WHOLE)
    desk.page.wait_for_timeout(800)
    desk.page.screenshot(path=PICTURES / f"{name}.png")
    desk.page.set_viewport_size(SMALL)
    desk.page.evaluate(f"{tour}.hidden = false")
