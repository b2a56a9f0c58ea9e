"""The middle of the page: the map, heights over time, the time line."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.console.desk import Desk
from tests.console.line import Line, circle, times_of

# The tests share one line: each has its own part of the sky, and looks for its own names.
_LAT = {"drawn": 53.2, "conflict": 53.6, "time": 54.0, "click": 54.8, "what if": 54.4}


def notify(line: Line, user: str, name: str, volume: dict[str, Any], *to: str) -> str:
    """A notice of one volume, shown in full; its thread."""
    body = {"notice": "volume", "name": name, "volumes": [volume], **times_of(volume)}
    return str(line.says(user, "NOTIFY", body, *to)["thread"])


def drawn(desk: Desk, expression: str) -> None:
    """Wait until the page's state is so."""
    desk.page.wait_for_function(expression)


def test_what_stands_and_what_comes_is_drawn(line: Line, desk: Callable[..., Desk]) -> None:
    notify(line, "ada", "stands", circle(_LAT["drawn"], 6.3, 2_000, -0.5, 60), "south")
    notify(line, "bo", "comes", circle(_LAT["drawn"], 7.7, 2_000, 90, 120), "north")
    ada = desk("ada")
    drawn(ada, "() => window.openline.map().volumes['notice stands'] >= 1")
    drawn(ada, "() => window.openline.map().volumes['notice comes'] >= 1")
    names = ada.state("window.openline.profile().boxes.map((one) => one.name)")
    assert "stands" in names, "with nothing selected, what stands in the view is over time too"


def test_map_and_profile_go_to_a_conflict(line: Line, desk: Callable[..., Desk]) -> None:
    lat = _LAT["conflict"]
    notify(line, "ada", "survey m", circle(lat, 6.5, 3_000, 90, 150, lower_m=300.0), "south")
    notify(line, "bo", "patrol m", circle(lat + 0.01, 6.5, 3_000, 100, 160), "north")
    ada = desk("ada")
    drawn(ada, "() => window.openline.map().conflicts >= 1")
    before = ada.state("window.openline.map().zoom")
    ada.click("o-conflicts", "[data-conflict]:has-text('patrol m')")
    drawn(ada, "() => window.openline.profile().boxes.length === 2")
    profile = ada.state("window.openline.profile()")
    assert {(one["side"], one["low"]) for one in profile["boxes"]} == {("own", 300), ("other", 0)}
    assert profile["windows"] == 1
    drawn(ada, f"() => window.openline.map().zoom > {before}")
    x, y = ada.state(f"window.openline.pixelOf()({lat}, 6.5)")
    box = ada.part("o-map").bounding_box()
    assert box is not None
    assert 0 < x < box["width"], "the conflict is in view"
    assert 0 < y < box["height"], "the conflict is in view"
    drawn(ada, "() => location.hash.includes('c=') && location.hash.includes('m=')")


def test_a_volume_is_selected_where_it_is_clicked(line: Line, desk: Callable[..., Desk]) -> None:
    lat = _LAT["click"]
    thread = notify(line, "ada", "to click", circle(lat, 7.5, 4_000, -0.5, 60), "south")
    ada = desk("ada", f"#m=7.5,{lat},10")
    drawn(ada, "() => window.openline.map().volumes['notice stands'] >= 1")
    x, y = ada.state(f"window.openline.pixelOf()({lat}, 7.5)")
    ada.part("o-map").click(position={"x": x, "y": y})
    drawn(ada, f"() => window.openline.map().selection?.id === '{thread}'")
    ada.see("o-thread", "to click")


def test_the_keys_go_through_time(line: Line, desk: Callable[..., Desk]) -> None:
    volume = circle(_LAT["time"], 7.7, 2_000, 200, 230)
    notify(line, "ada", "later", volume, "south")
    ada = desk("ada")
    drawn(ada, "() => window.openline.map().volumes['notice comes'] >= 1")
    ada.press("[", "[")
    drawn(ada, "() => window.openline.time().at < Date.now() - 60_000")
    ada.see("o-topbar", "NOT LIVE")
    ada.press("n")
    drawn(ada, "() => window.openline.time().at === null")
    ada.press("]", "Space")
    first = ada.state("window.openline.time().at")
    drawn(ada, f"() => window.openline.time().at > {first} + 1_000")
    ada.press("Space")
    drawn(ada, "() => window.openline.time().playing === false")
    instant = datetime.now(UTC).timestamp() * 1_000 + 210 * 60_000
    ada.page.evaluate(f"location.hash = '#at=' + new Date({instant}).toISOString()")
    thread = f"#at={datetime.fromtimestamp(instant / 1_000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    assert ada.state("location.hash").startswith(thread[:14])
    drawn(ada, "() => window.openline.map().volumes['notice stands'] >= 1")


def test_the_time_line_is_a_slider_for_the_keyboard(line: Line, desk: Callable[..., Desk]) -> None:
    ada = desk("ada")
    slider = ada.part("o-slider [role=slider]")
    slider.focus()
    before = int(slider.get_attribute("aria-valuenow") or 0)
    ada.press("PageUp")
    drawn(ada, "() => window.openline.time().at !== null")
    after = int(slider.get_attribute("aria-valuenow") or 0)
    assert 500 < after - before < 900, "ten steps of a minute"
    assert "+" in (slider.get_attribute("aria-valuetext") or "")
    ada.press("Home")
    drawn(ada, "() => window.openline.time().at < Date.now()")
