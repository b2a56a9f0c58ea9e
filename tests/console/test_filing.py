"""Filing on the page: a file or a drawing, checked before it is sent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.console.desk import Desk
from tests.console.line import Line, circle, in_minutes, times_of

EXAMPLES = Path(__file__).parents[2] / "examples" / "shared-sky"
# One of each format that the page names, and what it says or lacks.
FORMATS = (
    "dollart-dyke.plan",
    "borkum-parcel.kml",
    "juist-media.gpx",
    "seal-count.geojson",
    "ems-airspace.txt",
    "ems-med.json",
    "ems-ports-zones.json",
    "norddeich.notam",
    "riff-wind.csv",
)


def plan(folder: Path, name: str, lat: float, **more: Any) -> Path:
    """A GeoJSON file with one area of 10 km, from an hour and a half from now on for an hour."""
    west, east = 6.95, 7.1
    ring = [[west, lat], [east, lat], [east, lat + 0.1], [west, lat + 0.1], [west, lat]]
    properties = {
        "name": name,
        "altitude_lower": "500 ft AMSL",
        "altitude_upper": "1500 ft AMSL",
        "time_start": f"{in_minutes(90):%Y-%m-%dT%H:%M:%SZ}",
        "time_end": f"{in_minutes(150):%Y-%m-%dT%H:%M:%SZ}",
        **more,
    }
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    file = folder / f"{name}.geojson"
    file.write_text(json.dumps(feature))
    return file


def drop(desk: Desk, file: Path) -> None:
    """Drop a file on the page, as a person does."""
    words = json.dumps(file.read_text())
    desk.page.evaluate(
        f"""() => {{
          const data = new DataTransfer();
          data.items.add(new File([{words}], {json.dumps(file.name)}));
          window.dispatchEvent(new DragEvent('drop', {{ dataTransfer: data }}));
        }}"""
    )


def shown(line: Line, user: str, name: str) -> list[dict[str, Any]]:
    """The threads of that name on somebody's board."""
    threads = line.board(user)["threads"]
    return [one for one in threads if (one.get("says") or {}).get("name") == name]


def test_a_dropped_file_is_checked_and_sent(
    line: Line, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    theirs = circle(53.25, 7.0, 6_000, 60, 180)
    body = {"notice": "volume", "name": "in the way", "volumes": [theirs], **times_of(theirs)}
    met = line.says("bo", "NOTIFY", body, "north")["thread"]
    ada = desk("ada")
    drop(ada, plan(tmp_path, "dropped", 53.2))
    ada.see("o-check", "in the way (south)")
    ada.see("o-check", "they overlap")
    assert met in ada.state("window.openline.filing().checked")
    assert ada.state("window.openline.map().volumes['unsent comes']") == 1
    sides = ada.state("window.openline.profile().boxes.map((one) => one.side)")
    assert "unsent" in sides
    assert not shown(line, "bo", "dropped"), "nothing is sent yet"
    ada.click("o-check", "[data-act=send]")
    ada.page.wait_for_function("() => !window.openline.filing().open")
    (thread,) = shown(line, "ada", "dropped")
    ada.page.wait_for_function(f"() => window.openline.map().selection?.id === '{thread['id']}'")
    upper = thread["says"]["volumes"][0]["volume"]["altitude_upper_given"]
    assert upper == {"value": 1500.0, "reference": "AMSL", "units": "FT"}


def test_a_way_out_is_tried_and_taken_before_it_is_sent(
    line: Line, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    theirs = circle(54.25, 7.0, 6_000, 60, 100)
    body = {"notice": "volume", "name": "first come", "volumes": [theirs], **times_of(theirs)}
    line.says("bo", "NOTIFY", body, "north")
    ada = desk("ada")
    drop(ada, plan(tmp_path, "moved", 54.2))
    ada.see("o-check", "first come (south)")
    ada.click("o-check", "[data-act=advice]")
    way = ada.part("o-check li.way").first
    way.locator("button").first.click()
    ada.page.wait_for_function("() => window.openline.map().volumes['preview comes'] === 1")
    way.locator("button").last.click()
    ada.page.wait_for_function("() => window.openline.filing().checked?.length === 0")
    ada.page.wait_for_function("() => !window.openline.map().volumes['preview comes']")


def test_what_a_file_does_not_say_is_asked_for(
    line: Line, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    ada = desk("ada")
    drop(ada, plan(tmp_path, "low", 54.7, altitude_lower="SFC", altitude_upper="120 m AGL"))
    ground = ada.part("o-filing input[name=ground]")
    ground.fill("0m..30m")
    ground.press("Enter")
    ada.page.wait_for_function("() => window.openline.filing().drafts.length === 1")
    ada.press("Escape")
    ada.page.wait_for_function("() => !window.openline.filing().open")
    assert ada.state("window.openline.map().volumes['unsent comes'] ?? 0") == 0


def test_what_is_no_plan_says_why(line: Line, desk: Callable[..., Desk], tmp_path: Path) -> None:
    file = tmp_path / "letter.kml"
    file.write_text("<kml")
    ada = desk("ada")
    drop(ada, file)
    ada.page.wait_for_function("() => window.openline.filing().problems > 0")
    assert ada.state("window.openline.filing().drafts") == []


def test_a_corridor_is_drawn_with_the_pointer(line: Line, desk: Callable[..., Desk]) -> None:
    ada = desk("ada", "#m=7.4,54.6,9")
    ada.press("f")
    ada.click("o-filing", "[data-draw=corridor]")
    box = ada.part("o-map").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    ada.page.mouse.click(*middle)
    ada.page.mouse.move(middle[0] + 60, middle[1] + 40, steps=4)
    ada.page.mouse.dblclick(middle[0] + 60, middle[1] + 40)
    points = ada.part("o-drawing textarea")
    ada.see("o-drawing", "Pull its corners")
    assert len(points.input_value().splitlines()) == 2
    ada.part("o-drawing input[maxlength]").fill("drawn one")
    ada.click("o-drawing", "button.main")
    ada.page.wait_for_function("() => window.openline.filing().checked !== null")
    ada.click("o-check", "[data-act=send]")
    ada.page.wait_for_function("() => !window.openline.filing().open")
    (thread,) = shown(line, "ada", "drawn one")
    assert len(thread["says"]["volumes"][0]["volume"]["outline_corridor"]["path"]) == 2


@pytest.mark.parametrize("bad", ["54.0", "north pole"])
def test_a_circle_is_filed_with_the_keyboard_alone(
    line: Line, desk: Callable[..., Desk], bad: str
) -> None:
    ada = desk("ada")
    ada.press("f")
    button = ada.part("o-filing [data-draw=circle]")
    button.focus()
    ada.press("Enter")
    points = ada.part("o-drawing textarea")
    points.fill(bad)
    points.press("Tab")
    ada.see("o-drawing", "Line 1 is no position")
    points.fill("54°50.000′N 006°15.000′E")
    points.press("Tab")
    ada.press("Enter")
    ada.page.wait_for_function("() => window.openline.filing().checked !== null")
    (draft,) = ada.state("window.openline.filing().drafts")
    assert draft["volumes"] == 1


def test_a_notice_is_changed_whole(line: Line, desk: Callable[..., Desk], tmp_path: Path) -> None:
    volume = circle(53.9, 6.2, 2_000, 60, 120)
    body = {"notice": "volume", "name": "to change", "volumes": [volume], **times_of(volume)}
    thread = line.says("ada", "NOTIFY", {**body, "text": "kept"}, "south")["thread"]
    ada = desk("ada", f"#t={thread}")
    ada.click("o-thread", "button:has-text('Change')")
    file = plan(tmp_path, "another name", 53.9)
    ada.part("o-filing input[type=file]").set_input_files(file)
    ada.page.wait_for_function("() => window.openline.filing().checked !== null")
    ada.click("o-check", "[data-act=send]")
    ada.page.wait_for_function("() => !window.openline.filing().open")
    (found,) = (one for one in line.board("ada")["threads"] if one["id"] == thread)
    assert found["version"] == 2
    assert (found["says"]["name"], found["says"]["text"]) == ("to change", "kept")
    assert "outline_polygon" in found["says"]["volumes"][0]["volume"]


def test_airspace_is_closed_by_a_file_and_the_closure_is_changed(
    line: Line, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """Chosen as a closure when it was read; its second revision takes the place of the first."""
    ada = desk("ada")
    drop(ada, plan(tmp_path, "fire at the pier", 53.0))
    ada.part("o-draft [data-field=notice]").select_option("closure")
    review = ada.part("o-draft [data-field=review_at]")
    review.fill("2020-01-01 00:00")
    review.press("Tab")
    ada.see("o-draft", "Still needed: Review")
    review.fill(f"{in_minutes(120):%Y-%m-%d %H:%M}")
    review.press("Tab")
    ada.click("o-check", "[data-act=send]")
    ada.page.wait_for_function("() => !window.openline.filing().open")
    (first,) = shown(line, "bo", "fire at the pier")
    assert (first["kind"], first["says"]["reason"]) == ("CLOSURE", "hazard")
    ada.see("o-thread", "fire at the pier")
    ada.click("o-thread", "[data-action=amend]")
    ada.see("o-filing", "fire at the pier")
    ada.part("o-filing input[type=file]").set_input_files(plan(tmp_path, "wider", 53.0))
    ada.click("o-check", "[data-act=send]")
    ada.page.wait_for_function("() => !window.openline.filing().open")
    (second,) = (one for one in shown(line, "bo", "fire at the pier") if not one.get("ended"))
    assert (second["says"]["revision"], second["says"]["supersedes"]) == (2, first["id"])


def test_airspace_is_closed_by_a_drawing_from_the_commands(
    line: Line, desk: Callable[..., Desk]
) -> None:
    ada = desk("ada")
    ada.press("Control+k")
    ada.page.keyboard.type("close airspace")
    ada.part("o-palette [role=option]").first.wait_for()
    ada.press("Enter")
    ada.click("o-filing", "[data-draw=circle]")
    points = ada.part("o-drawing textarea")
    points.fill("54.9, 6.4")
    points.press("Tab")
    ada.part("o-drawing input[maxlength]").fill("range 7")
    ada.click("o-drawing", "button.main")
    ada.click("o-check", "[data-act=send]")
    ada.page.wait_for_function("() => !window.openline.filing().open")
    (found,) = shown(line, "bo", "range 7")
    assert found["kind"] == "CLOSURE"


def test_each_format_is_read_when_it_is_dropped(line: Line, desk: Callable[..., Desk]) -> None:
    """It becomes a plan, or the page asks for what it lacks: never nothing."""
    ada = desk("ada")
    for name in FORMATS:
        drop(ada, EXAMPLES / name)
        ada.page.wait_for_function(
            "() => { const one = window.openline.filing();"
            " return one.busy === '' && one.drafts.length + one.problems > 0; }"
        )
        found = ada.state("window.openline.filing()")
        asked = ada.part("o-filing form.row input").count()
        assert found["drafts"] or asked, (name, ada.part("o-filing").inner_text())
