"""A private check at the page: asked of a plan that nobody was shown, by the net and by files."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_private import entry
from tests.console.desk import Desk
from tests.console.line import Line, circle, in_minutes, serving_line, times_of
from tests.private_world import needs_psi

pytestmark = needs_psi


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line whose server makes private checks; south has a plan that is on no line."""
    folder = tmp_path_factory.mktemp("private")
    plans = folder / "private" / "plans" / "south"
    plans.mkdir(parents=True)
    (plans / "survey.geojson").write_bytes(plan_file("their survey", 54.2, 6.8))
    with serving_line(folder, "--private", str(folder / "private"), entry=entry()) as started:
        yield started


def plan_file(name: str, lat: float, lng: float) -> bytes:
    """A plan as a file: a square of 0.1 degrees, for twenty minutes in half an hour."""
    corners = [(0, 0), (0.1, 0), (0.1, 0.1), (0, 0.1), (0, 0)]
    ring = [[lng + east, lat + north] for east, north in corners]
    properties = {
        "name": name,
        "altitude_lower": 300,
        "altitude_upper": 600,
        "time_start": f"{in_minutes(30):%Y-%m-%dT%H:%M:%SZ}",
        "time_end": f"{in_minutes(50):%Y-%m-%dT%H:%M:%SZ}",
    }
    polygon = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": properties, "geometry": polygon}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def choose(at: Desk, field: str, name: str, data: bytes) -> None:
    """Give a file to the panel."""
    file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    at.part("o-private").locator(f"input[{field}]").set_input_files(file)


def command(at: Desk, words: str) -> None:
    """Do something by its name."""
    at.press("Control+k")
    at.part("o-palette").locator("input").fill(words)
    at.press("Enter")


def test_a_plan_that_is_not_sent_is_asked_about_and_its_overlap_is_drawn(
    line: Line, desk: Callable[..., Desk]
) -> None:
    ada = desk("ada")
    command(ada, "private check")
    panel = ada.part("o-private")
    panel.locator("[data-budget]", has_text="3 of 3").wait_for()
    panel.locator("[data-guarantees] summary").click()
    panel.get_by_text("Not: the sky is empty").wait_for()
    panel.locator("select[name=peer]").select_option("south")
    choose(ada, "data-plan", "relief.geojson", plan_file("relief", 54.22, 6.82))
    panel.locator("input[name=plan]").wait_for()
    panel.locator("[data-act=ask]").click()
    panel.locator("[data-verdict=overlap]").wait_for()
    found = panel.locator("o-private-session section").inner_text()
    assert "relief, volume 1" in found
    assert "survey" not in found, "what the other side has is not shown"
    panel.locator("[data-act=map]").click()
    ada.page.wait_for_function("openline.private().cells > 0")
    ada.page.wait_for_function("openline.map().volumes['shared stands'] > 0")
    assert not (grave := ada.audit()), grave
    ada.press("Escape")
    panel.locator(".panel").wait_for(state="detached")
    assert ada.state("openline.private().cells") == 0
    bo = desk("bo")
    command(bo, "private check")
    bo.part("o-private").locator("[data-session]", has_text="asked us").first.wait_for()


def test_a_notice_of_ones_own_is_asked_about_from_its_thread(
    line: Line, desk: Callable[..., Desk]
) -> None:
    volume = circle(53.2, 7.8, 2_000, 30, 60)
    body = {"notice": "plan", "name": "far away", "volumes": [volume], **times_of(volume)}
    thread = line.says("ada", "NOTIFY", body, "south")["thread"]
    ada = desk("ada", f"#t={thread}")
    ada.click("o-thread", "[data-action=private]")
    panel = ada.part("o-private")
    assert panel.locator(f"input[value='{thread}']").is_checked()
    panel.locator("[data-act=ask]").click()
    panel.locator("[data-verdict=no_overlap_found]").wait_for()
    panel.get_by_text("minima:").wait_for()
    panel.get_by_text("it says nothing after").wait_for()


def test_two_files_take_the_place_of_the_network(
    line: Line, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """South asks, north answers; each saves a file that the other one takes."""
    bo, ada = desk("bo"), desk("ada")
    for one in (bo, ada):
        command(one, "private check")
        one.part("o-private").locator("[data-incoming]").wait_for()
    theirs, ours = bo.part("o-private"), ada.part("o-private")
    choose(bo, "data-plan", "patrol.geojson", plan_file("patrol", 53.5, 6.2))
    theirs.locator("input[name=plan]").wait_for()
    theirs.locator("input[name=by][value=file]").check()
    theirs.locator("[data-act=ask]").click()
    choose(ada, "data-incoming", "1.private", saved(bo))
    choose(bo, "data-incoming", "2.private", saved(ada))
    theirs.locator("[data-verdict=no_overlap_found]").wait_for()
    choose(ada, "data-incoming", "3.private", saved(bo))
    ours.locator("[data-verdict=no_overlap_found]").wait_for()


def saved(at: Desk) -> bytes:
    """The file that the page saves for the other side."""
    button = at.part("o-private").locator("[data-act=save]")
    with at.page.expect_download() as waiting:
        button.click()
    return waiting.value.path().read_bytes()
