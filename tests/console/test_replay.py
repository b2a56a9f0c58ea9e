"""Looking back: the page shows what was, says so loudly, and goes back to now."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests.console.desk import Desk
from tests.console.line import Line


def test_what_was_is_shown_as_it_was_and_marked(line: Line, desk: Callable[..., Desk]) -> None:
    line.says("bo", "QUERY", {"text": "said first"}, "north")
    time.sleep(1.1)
    between = datetime.now(UTC)
    time.sleep(1.1)
    line.says("bo", "QUERY", {"text": "said second"}, "north")
    ada = desk("ada")
    ada.click("o-line", "[data-act=all]")
    ada.see("o-line", "Question: said second")
    ada.page.evaluate(f"location.hash = 'at={between:%Y-%m-%dT%H:%M:%SZ}'")
    ada.part("o-line").get_by_text("said second").first.wait_for(state="detached")
    ada.see("o-line", "Question: said first")
    ada.see("o-topbar", "NOT LIVE")
    ada.part(".page.replay").wait_for()
    assert ada.part("o-line [data-act=urgent]").count() == 0, "nothing is said into the past"
    ada.press("n")
    ada.see("o-line", "Question: said second")
    ada.part("o-topbar .notlive").wait_for(state="detached")
    ada.press("[")
    ada.see("o-topbar", "NOT LIVE")
    ada.click("o-slider", "button[title=Space]")
    ada.part("o-slider").locator("[aria-pressed=true]").wait_for()
    before = ada.part("o-topbar .clock").inner_text()
    end = time.monotonic() + 60
    while ada.part("o-topbar .clock").inner_text() == before:
        assert time.monotonic() < end, "it does not play"
        ada.page.wait_for_timeout(200)
    ada.press("n")
    ada.part("o-topbar .notlive").wait_for(state="detached")
