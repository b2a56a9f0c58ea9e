"""The daily work on the page: a conflict, its reason and its answer, receipts, an urgent stop."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Browser

from tests.console.desk import WAIT_MS, Desk
from tests.console.line import Line, circle, times_of


def notify(line: Line, user: str, name: str, lat: float, to: str, lng: float = 7.0) -> dict:
    """A notice of a circle of 8 km, from an hour and a half from now on for an hour."""
    volume = circle(lat, lng, 8_000, 90, 150)
    body = {"notice": "volume", "name": name, "volumes": [volume], **times_of(volume)}
    return line.says(user, "NOTIFY", body, to)


def test_a_conflict_is_seen_with_its_reason_and_answered(
    line: Line, desk: Callable[..., Desk]
) -> None:
    notify(line, "ada", "survey one", 54.0, "south")
    theirs = notify(line, "bo", "patrol one", 54.05, "north")
    ada = desk("ada")
    ada.see("o-conflicts", "survey one and patrol one")
    ada.click("o-conflicts", "[data-conflict]:has-text('patrol one')")
    ada.see("o-conflict", "overlap from")
    ada.see("o-conflict", "5.00 NM / 1,000 ft / 1 min")
    ada.click("o-conflict", "button:has-text('patrol one')")
    ada.click("o-thread", "[data-action=read]")
    ada.see("o-thread", "On the record as entry")
    ada.click("o-thread", "[data-action='answer.continuing_as_planned']")
    ada.see("o-thread", "continuing as planned: a standing disagreement")
    found = next(one for one in line.board("bo")["threads"] if one["id"] == theirs["thread"])
    assert found["disagrees"] == ["north"]
    assert found["sides"][0]["step"] == "answered"


SPIES = """
  Object.assign(window, {tones: [], notices: [], asked: 0, sight: "visible"});
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    tones.push({state: this.context.state, hertz: this.frequency.value});
    return start.call(this, at);
  };
  window.Notification = class {
    static permission = "default";
    static async requestPermission() { asked++; return (this.permission = "granted"); }
    constructor(title, options) { notices.push({title, ...options}); this.close = () => {}; }
  };
  Object.defineProperty(document, "hidden", {get: () => sight === "hidden"});
"""


def until(desk: Desk, expression: str) -> None:
    """Wait for it without a script of the page's own making: its policy allows none."""
    by = time.monotonic() + WAIT_MS / 1_000
    while not desk.state(expression):
        assert time.monotonic() < by, expression
        desk.page.wait_for_timeout(50)


def test_an_urgent_message_is_heard_and_shown_beside_the_page_until_somebody_has_it(
    line: Line, desk: Callable[..., Desk]
) -> None:
    """Nothing sounds, and no permission is asked, before a person began the watch."""
    ada = desk("ada")
    ada.page.add_init_script(SPIES)
    ada.page.reload()
    ada.page.wait_for_selector("o-topbar .live")
    first = line.says("bo", "URGENT", {"action": "hold", "text": "one"}, "north")
    ada.part(f"o-bands [data-urgent='{first['thread']}']").wait_for()
    assert ada.state("[tones.length, asked]") == [0, 0]
    ada.click("o-conflicts", "button:has-text('Start the watch')")
    until(ada, "tones.length >= 4")  # what is urgent already
    until(ada, "asked === 1 && Notification.permission === 'granted'")
    ada.press("a")
    ada.part(f"o-bands [data-urgent='{first['thread']}']").wait_for(state="detached")
    found = next(one for one in line.board("bo")["threads"] if one["id"] == first["thread"])
    assert found["sides"][0]["step"] == "read"
    ada.page.evaluate("sight = 'hidden'; tones.length = 0")
    second = line.says("bo", "URGENT", {"action": "stop", "text": "two"}, "north")
    until(ada, "notices.length >= 1 && tones.length >= 4")
    (notice,) = ada.state("notices.slice(0, 1)")
    assert "URGENT" in notice["body"]
    assert "STOP" in notice["body"]
    assert notice["requireInteraction"], "it stays until somebody looks"
    # The agreement has an alarm for as long as nobody has it: each is heard again.
    until(ada, "tones.length >= 8")
    assert {one["state"] for one in ada.state("tones")} == {"running"}, "a sound that is heard"
    ada.page.evaluate("sight = 'visible'")
    ada.page.reload()
    ada.part(f"o-bands [data-urgent='{second['thread']}']").wait_for()
    assert ada.state("tones.length") == 0, "no browser lets a page sound before a click or a key"
    ada.press("a")  # the watch goes on by itself
    ada.see("o-conflicts", "Mute")
    assert ada.state("asked") <= 1


def test_a_notice_without_a_place_has_a_band_until_it_is_located(
    line: Line, desk: Callable[..., Desk]
) -> None:
    ada = desk("ada")
    volume = circle(54.6, 7.6, 2_000, 20, 80)
    times = times_of(volume)
    said = line.says("bo", "NOTIFY", {"notice": "unlocated", **times}, "north")
    band = ada.part("o-bands").locator(f"[data-unlocated='{said['thread']}']")
    band.wait_for()
    band.locator("button").click()
    ada.click("o-thread", "[data-action=clarify]")
    ada.click("o-form", "button.main")
    ada.see("o-thread", "north asks for the place")
    located = {"notice": "volume", **times, "volumes": [volume]}
    line.says("bo", "AMEND", {"notice": located}, thread=said["thread"])
    band.wait_for(state="detached")


def test_two_people_at_two_desks_talk(line: Line, desk: Callable[..., Desk]) -> None:
    ada, bo = desk("ada"), desk("bo")
    ada.press("q")
    ada.part("o-form").locator("textarea[name=text]").fill("who flies on Monday?")
    ada.part("o-form").locator("input[value=east]").uncheck()
    ada.click("o-form", "button.main")
    bo.part("o-line").locator("[data-thread]:has-text('who flies on Monday?')").click()
    bo.click("o-thread", "[data-action=read]")
    bo.click("o-thread", "[data-action=answered]")
    bo.part("o-form").locator("textarea[name=text]").fill("nobody")
    bo.click("o-form", "button.main")
    ada.see("o-thread", "south answers: nobody")


def test_a_way_out_is_shown_proposed_and_taken(line: Line, desk: Callable[..., Desk]) -> None:
    notify(line, "ada", "survey nine", 53.3, "south", 6.4)
    notify(line, "bo", "patrol nine", 53.32, "north", 6.4)
    ada, bo = desk("ada"), desk("bo")
    ada.click("o-conflicts", "[data-conflict]:has-text('patrol nine')")
    ada.click("o-advice", "[data-act=advice]")
    ada.click("o-advice", "button:has-text('patrol nine')")
    way = ada.part("o-advice [data-way]").first
    way.wait_for()
    way.locator("button").first.click()
    ada.part("o-advice [data-way] button[aria-pressed=true]").first.wait_for()
    way.locator("[data-act=propose]").click()
    ada.click("o-form", "button.main")
    bo.click("o-conflicts", "[data-conflict]:has-text('survey nine')")
    bo.see("o-conflict", "would meet nothing else")
    bo.click("o-conflict", "button:has-text('Take it')")
    bo.click("o-conflict", "button:has-text('Change the notice as proposed')")
    still = bo.part("o-conflicts").locator("[data-conflict]:not(.over):has-text('survey nine')")
    still.wait_for(state="detached")
    left = [one["own_name"] for one in line.board("bo")["conflicts"] if not one["over"]]
    assert "patrol nine" not in left


def test_a_line_check_is_answered(line: Line, desk: Callable[..., Desk]) -> None:
    said = line.says("bo", "LINE_CHECK", {"mode": "human"}, "north")
    ada = desk("ada", f"#t={said['thread']}")
    ada.click("o-thread", "[data-action=check]")
    ada.see("o-thread", "On the record as entry")
    ada.part("o-thread [data-action=check]").wait_for(state="detached")
    found = next(one for one in line.board("bo")["threads"] if one["id"] == said["thread"])
    assert found["sides"][0]["step"] == "answered"


def test_two_persons_suspend_the_line(line: Line, desk: Callable[..., Desk]) -> None:
    ada, ben, bo = desk("ada"), desk("ben"), desk("bo")
    ben.part("o-line [data-act=begin]").select_option("CONFIRM")
    ben.part("o-form input[name=officer]").fill("ada")
    ben.part("o-form select[name=kind]").select_option("SUSPEND")
    ben.click("o-form", "button:not([type=button])")
    ben.see("o-help", "Your colleague may say it")
    for kind, seen in (("SUSPEND", True), ("RESUME", False)):
        if kind == "RESUME":
            line.client("ben").post(
                "/line/v1/confirmations", json={"officer": "ada", "kind": kind}
            ).raise_for_status()
        ada.press("Escape")
        ada.part("o-line [data-act=begin]").select_option(kind)
        ada.part("o-form input[name=second_officer]").fill("ben")
        ada.click("o-form", "button:not([type=button])")
        band = bo.part("o-bands").get_by_text("north suspended the line").first
        band.wait_for(state="visible" if seen else "detached")


def test_ten_minutes_offline_are_caught_up_without_a_reload(line: Line, browser: Browser) -> None:
    """The clock of the page goes on by ten minutes while its network is away."""
    ada = Desk(browser, line.url, 1440, 860)
    ada.page.clock.install()
    ada.enter(line.session("ada"))
    ada.page.evaluate("window.sameDocument = true")
    ada.context.set_offline(True)
    ada.page.clock.fast_forward(600_000)
    band = ada.part("o-bands [role=alert]").filter(has_text="UNKNOWN")
    band.wait_for()
    assert re.search(r"not been heard for (9|1\d) min", band.inner_text())
    line.says("bo", "QUERY", {"text": "said meanwhile"}, "north")
    ada.context.set_offline(False)
    ada.page.clock.fast_forward(20_000)
    ada.see("o-line", "Question: said meanwhile")
    band.wait_for(state="detached")
    assert ada.page.evaluate("window.sameDocument === true")
    ada.leave()
