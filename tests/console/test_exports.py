"""What is taken away from the page: a thread and a day as files, the board on paper."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.console.desk import Desk
from tests.console.line import Line, circle, times_of


def notify(line: Line, name: str) -> str:
    """A notice of north to south; its thread."""
    volume = circle(53.5, 7.0, 2_000, 90, 150)
    body = {"notice": "volume", "name": name, "volumes": [volume], **times_of(volume)}
    return str(line.says("ada", "NOTIFY", body, "south")["thread"])


def taken(desk: Desk, act: Callable[[], Any]) -> tuple[str, bytes]:
    """The file that the page kept, by its name."""
    with desk.page.expect_download() as found:
        act()
    return found.value.suggested_filename, Path(found.value.path()).read_bytes()


def test_a_thread_is_taken_away_in_each_form(line: Line, desk: Callable[..., Desk]) -> None:
    thread = notify(line, "to be exported")
    ada = desk("ada", f"#t={thread}")
    ada.see("o-thread", "to be exported")
    menu = ada.part("o-thread [data-act=export]")
    found = {}
    for form in ("html", "csv", "kml"):
        name, found[form] = taken(ada, lambda form=form: menu.select_option(form))
        assert name == f"openline-thread-{thread[:8]}.{form}"
    assert b"<html" in found["html"]
    assert b"to be exported" in found["html"]
    rows = list(csv.reader(found["csv"].decode("utf-8-sig").splitlines()))
    assert len(rows) > 1, "a head and what was said"
    assert b"http://www.opengis.net/kml/2.2" in found["kml"]


def test_the_day_is_taken_away_by_its_command(line: Line, desk: Callable[..., Desk]) -> None:
    notify(line, "of this day")
    ada = desk("ada")
    ada.press("Control+k")

    def chosen() -> None:
        ada.page.keyboard.type("day table")
        ada.part("o-palette [role=option]").first.wait_for()
        ada.press("Enter")

    name, body = taken(ada, chosen)
    assert name.startswith("openline-day-")
    assert name.endswith(".csv")
    assert b"of this day" in body


def test_on_paper_the_lists_are_whole_and_the_map_is_away(
    line: Line, desk: Callable[..., Desk]
) -> None:
    for number in range(25):
        notify(line, f"on paper {number}")
    ada = desk("ada", width=1000, height=500)
    ada.click("o-line", "[data-act=all]")
    ada.see("o-line", "on paper 0")
    ada.page.emulate_media(media="print")
    assert not ada.part("o-map").is_visible()
    assert not ada.part("o-line [data-act=urgent]").is_visible()
    row = ada.part("o-line .row").last
    assert row.is_visible()
    heights = ada.state(
        "[document.querySelector('o-app').shadowRoot.querySelector('o-line').scrollHeight,"
        " document.querySelector('o-app').shadowRoot.querySelector('o-line').clientHeight]"
    )
    assert heights[1] > 500, "the list goes on over the foot of the screen"
    assert heights[0] <= heights[1], "nothing is cut"
    ground = ada.state("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
