"""The page for whoever reads it: keys alone, screen readers, addresses, units, day and night."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.console.desk import Desk
from tests.console.line import Line, circle, times_of


@pytest.fixture(scope="module")
def busy(line: Line) -> Line:
    """A line with a conflict, a question, an urgent message, a notice without a place."""
    for user, name, lat, to in (
        ("ada", "survey two", 54.2, "south"),
        ("bo", "patrol two", 54.25, "north"),
    ):
        volume = circle(lat, 6.8, 6_000, 100, 160)
        body = {"notice": "volume", "name": name, "volumes": [volume], **times_of(volume)}
        line.says(user, "NOTIFY", body, to)
    line.says("bo", "QUERY", {"text": "who has the watch?"}, "north")
    line.says("bo", "URGENT", {"action": "hold", "text": "wait"}, "north")
    line.says(
        "bo", "NOTIFY", {"notice": "unlocated", **times_of(circle(54, 7, 1, 30, 60))}, "north"
    )
    return line


@pytest.mark.parametrize("theme", ["night", "day"])
def test_no_serious_finding_for_screen_readers_and_contrast(
    busy: Line, desk: Callable[..., Desk], theme: str
) -> None:
    """In the list, a thread, a conflict, every panel, looking back, on a wall, right to left."""
    found: dict[str, list[Any]] = {}
    ada = desk("ada")
    if theme == "day":
        ada.press("t")
    for place, enter in PLACES.items():
        enter(ada, busy)
        found[place] = ada.audit()
        ada.press("Escape", "n")
    ada.page.set_viewport_size({"width": 2560, "height": 1440})
    found["wall"] = ada.audit()
    ada.page.set_viewport_size({"width": 1280, "height": 720})
    # Kept as the settings keep it.
    ada.page.evaluate("""() => localStorage.setItem("openline.prefs", JSON.stringify(
        {...JSON.parse(localStorage.getItem("openline.prefs") ?? "{}"), language: "ar"}))""")
    ada.page.reload()
    ada.page.locator("html[dir=rtl]").wait_for()
    for place in ("conflict", "thread", "settings", "filing"):
        PLACES[place](ada, busy)
        found[f"{place}, right to left"] = ada.audit()
        ada.press("Escape")
    ada.page.evaluate("sessionStorage.clear()")
    assert not any(found.values()), {place: one for place, one in found.items() if one}


def _at(name: str) -> Callable[[Desk, Line], None]:
    """Go to the question or the conflict by the address."""

    def go(ada: Desk, line: Line) -> None:
        board = line.board("ada")
        question = next(one for one in board["threads"] if one["kind"] == "QUERY")
        there = {"thread": f"t={question['id']}", "conflict": f"c={board['conflicts'][0]['id']}"}
        ada.page.evaluate(f"location.hash = '{there[name]}'")
        ada.part(f"o-{name}").first.wait_for()

    return go


def _by(*keys: str) -> Callable[[Desk, Line], None]:
    return lambda ada, _line: ada.press(*keys)


def _settings(ada: Desk, _line: Line) -> None:
    ada.click("o-settings", "[data-act=settings]")


def _filing(ada: Desk, _line: Line) -> None:
    ada.press("f")
    ada.part("o-filing .panel").wait_for()


def _drawing(ada: Desk, line: Line) -> None:
    _filing(ada, line)
    ada.click("o-filing", "[data-draw=polygon]")


PLACES: dict[str, Callable[[Desk, Line], None]] = {
    "list": lambda _ada, _line: None,
    "help": _by("?"),
    "palette": _by("Control+k"),
    "signs": _by("i"),
    "settings": _settings,
    "filing": _filing,
    "drawing": _drawing,
    "thread": _at("thread"),
    "form": _by("q"),
    "conflict": _at("conflict"),
    "replay": _by("["),
}


def test_a_wrong_password_is_refused_in_words(line: Line, browser: Browser) -> None:
    page = Desk(browser, line.url, 1280, 720)
    page.page.goto(line.url)
    page.page.wait_for_selector("input[name=user]")
    assert not page.audit()
    page.page.fill("input[name=user]", "ada")
    page.page.fill("input[name=password]", "not this one")
    page.page.keyboard.press("Enter")
    page.see("o-login", "the name or the password is wrong")
    page.log_in("ada", line.password)
    page.errors.clear()  # the browser notes the 401 itself
    page.leave()


def test_the_daily_work_with_keys_alone(busy: Line, desk: Callable[..., Desk]) -> None:
    ada = desk("ada")
    ada.see("o-bands", "URGENT south: HOLD")
    ada.press("a")  # the most urgent first
    ada.part("o-bands [data-urgent]").first.wait_for(state="detached")
    ada.see("o-thread", "wait")
    ada.press("Escape", "j")
    ada.see("o-conflict", "overlap from")
    ada.page.wait_for_url("**/#*c=*")
    ada.press("/")
    ada.page.keyboard.type("who has the watch")
    ada.page.keyboard.press("Escape")
    ada.press("Control+k")
    ada.page.keyboard.type("who has the")
    ada.page.keyboard.press("Enter")
    ada.see("o-thread", "Question: who has the watch?")
    ada.press("a")
    ada.part("o-thread [data-action=read]").wait_for(state="detached")
    ada.press("q")
    ada.part("o-form textarea:focus").wait_for()
    ada.page.keyboard.type("is the range open?")
    for _ in range(2):
        ada.press("Tab")
    ada.press("Enter")
    ada.see("o-thread", "Question: is the range open?")
    ada.press("Escape", "?")
    ada.see("o-help", "Next conflict")
    ada.press("Escape")
    ada.part("o-help .dialog").wait_for(state="detached")


def test_the_address_is_the_view(busy: Line, desk: Callable[..., Desk]) -> None:
    conflict = busy.board("ada")["conflicts"][0]["id"]
    ada = desk("ada", f"#c={conflict}")
    ada.see("o-conflict", "overlap from")
    ada.page.wait_for_url("**/#*c=*m=*")
    other = desk("ada", "#" + ada.page.url.partition("#")[2])
    other.see("o-conflict", "from")


def test_units_datum_and_positions_are_chosen_apart(busy: Line, desk: Callable[..., Desk]) -> None:
    conflict = busy.board("ada")["conflicts"][0]
    ada = desk("ada", f"#c={conflict['id']}")
    ada.see("o-conflict", "ft W84")
    ada.click("o-settings", "[data-act=settings]")
    settings = ada.part("o-settings")
    settings.locator("[data-pref=height]").select_option("m")
    settings.locator("[data-pref=distance]").select_option("km")
    settings.locator("[data-pref=position]").select_option("decimal")
    ada.see("o-conflict", "m W84")
    ada.see("o-conflict", "9.26 km / 305 m")
    place = conflict["facts"]["where"]
    ada.see("o-conflict", f"{place['lat']:.5f}, {place['lng']:.5f}")
    ada.page.reload()
    ada.see("o-conflict", "9.26 km / 305 m")


def test_a_watcher_sees_everything_and_has_nothing_to_say(
    busy: Line, desk: Callable[..., Desk]
) -> None:
    busy.says("ada", "QUERY", {"text": "to all of you"}, "south", "east")
    eve = desk("eve")
    eve.click("o-line", "[data-act=all]")
    eve.part("o-line").locator("[data-thread]:has-text('to all of you')").click()
    eve.see("o-thread", "Question: to all of you")
    assert eve.part("o-thread [data-action]").count() == 0
    assert eve.part("o-line [data-act=urgent]").count() == 0
    eve.press("q")
    assert eve.part("o-form").count() == 0


def test_what_each_side_is_shown_stands_on_a_notice_of_ones_own(
    busy: Line, desk: Callable[..., Desk]
) -> None:
    """In full, as cells, as conflicts alone; the other side sees a coarse form without a height."""
    threads = {}
    for show in ("full", "cells", "conflicts"):
        volume = circle(53.1, 6.5, 2_000, 200, 230)
        body = {"notice": "volume", "name": f"as {show}", "volumes": [volume], **times_of(volume)}
        said = busy.says("ada", "NOTIFY", body | {"show": show}, "south")
        threads[show] = said["thread"]
    ada, bo = desk("ada"), desk("bo")
    for show, words in (
        ("full", "Shown to: in full"),
        ("cells", "Shown to: as coarse cells"),
        ("conflicts", "Shown to: only “conflict here”"),
    ):
        ada.page.evaluate(f"location.hash = 't={threads[show]}'")
        line = ada.part(f"o-thread [data-shown='{show}']")
        line.wait_for()
        assert line.inner_text() == words
    ada.click("o-settings", "[data-act=settings]")
    totals = ada.part("o-settings [data-peer=south] [data-shown]").inner_text()
    counts = [int(one) for one in re.findall(r"\d+", totals)]
    assert len(counts) == 4
    assert min(counts[:3]) >= 1
    bo.page.evaluate(f"location.hash = 't={threads['cells']}'")
    bo.see("o-thread", "shown as coarse cells")
    seen = bo.part("o-thread").inner_text()
    assert "as cells" not in seen, "not even its name"
    assert not re.search(r"\d (ft|m) W84", seen), "no height"


def test_a_refusal_is_said_in_the_readers_language(busy: Line, desk: Callable[..., Desk]) -> None:
    """What kind it is and of which field; the server's own words stand beside it."""
    ada = desk("ada")
    ada.page.evaluate("localStorage.setItem('openline.prefs', JSON.stringify({language: 'fr'}))")
    ada.page.reload()
    ada.page.wait_for_function("document.documentElement.lang === 'fr'")
    ada.part("o-line [data-act=begin]").select_option("BREACH")
    form = ada.part("o-form")
    form.locator("input[name=rule]").fill("1.1")
    form.locator("input[name=time]").fill("2099-01-01T00:00")
    form.locator("textarea").fill("?")
    form.locator("button:not([type=button])").click()
    problem = form.locator(".problem")
    problem.wait_for()
    assert "Cela n’est pas accepté tel quel." in problem.inner_text()
    assert "that is in the future" in problem.inner_text()
    ada.errors.clear()  # the browser notes the refusal itself
