"""The page in each language: its words, its direction, nothing left in English or out of place."""

import json
import re
from collections.abc import Callable

import pytest

from openline.formats.line_catalogue import Catalogue, catalogue, languages
from tests.console.desk import Desk
from tests.console.line import Line, circle, times_of

OTHERS = [one for one in languages() if one != "en"]
ENGLISH = catalogue("en")
ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069")
PARTIES = {"north", "south", "east"}  # so called in every language; a compass has other words
# All that is written on the page: what is within the elements of the page is seen only from there.
TEXT = """() => {
  const found = [];
  const read = (node) => {
    if (node.shadowRoot) read(node.shadowRoot);
    for (const one of node.childNodes) {
      if (one.nodeType === Node.TEXT_NODE) found.push(one.data);
      else if (one.nodeType === Node.ELEMENT_NODE && one.localName !== "style") {
        for (const name of ["aria-label", "placeholder"]) found.push(one.getAttribute(name) ?? "");
        read(one);
      }
    }
  };
  read(document.body);
  return found.map(one => one.replace(/[ \\n\\t]+/g, " ").trim()).filter(Boolean);
}"""
WIDER = """(names) => {
  const found = [];
  for (const name of names) {
    const one = document.querySelector("o-app").shadowRoot.querySelector(name);
    if (one.scrollWidth > one.clientWidth) found.push([name, one.scrollWidth, one.clientWidth]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def answered(line: Line) -> dict[str, str]:
    """A line with a conflict whose other side goes on as planned; the ids of what is on it."""
    said = {}
    for user, name, lat, to in (("ada", "survey", 54.2, "south"), ("bo", "patrol", 54.25, "north")):
        volume = circle(lat, 6.8, 6_000, 100, 160)
        body = {"notice": "volume", "name": name, "volumes": [volume], **times_of(volume)}
        said[user] = line.says(user, "NOTIFY", body, to)["thread"]
    line.says("ada", "QUERY", {"text": "who has the watch?"}, "south")
    line.says("bo", "URGENT", {"action": "hold", "text": "wait"}, "north")
    line.says(
        "bo", "NOTIFY", {"notice": "unlocated", **times_of(circle(54, 7, 1, 30, 60))}, "north"
    )
    board = line.board("ada")
    notice = next(one for one in board["threads"] if one["id"] == said["ada"])
    answer = {"code": "continuing_as_planned", "of": notice["current"]}
    line.says("bo", "ANSWER", answer, "north", thread=said["ada"])
    own = next(one for one in board["conflicts"] if not one["only_unlocated"])
    return {"thread": said["ada"], "conflict": own["id"], "reason": own["facts"]["reason"]}


def read_in(desk: Callable[..., Desk], language: str, address: str = "") -> Desk:
    """Ada's page at its least size, in that language by its settings."""
    ada = desk("ada", address, 1280, 720)
    ada.click("o-settings", "[data-act=settings]")
    ada.part("o-settings").locator("select[data-pref=language]").select_option(language)
    ada.page.wait_for_function("tag => document.documentElement.lang === tag", arg=language)
    box = ada.part("o-settings").locator(".menu").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    ada.part("o-settings").locator("select[data-pref=language]").press("Escape")
    ada.part("o-settings").locator(".menu").wait_for(state="detached")
    ada.part("o-line footer").get_by_text(catalogue(language).standing).wait_for()
    return ada


def texts(ada: Desk) -> list[str]:
    """Everything that the page says, without the marks of direction."""
    return [one.translate(ISOLATES) for one in ada.page.evaluate(TEXT)]


def said_whole(text: str) -> str:
    """The longest part of a template between its values."""
    return max(re.split(r"\{\w+\}", text), key=len).strip(" ,;:.()")


def nothing_is_left_or_wider(ada: Desk, words: Catalogue) -> None:
    """No key, no value that was forgotten, no words of the page in English; all of it has room."""
    found = texts(ada)
    assert not [one for one in found if re.search(r"\{\w+\}", one) or one in ENGLISH.console]
    own = set(words.console.values())
    english = {one for one in ENGLISH.console.values() if one not in own and "{" not in one}
    left = english & set(found) - PARTIES
    assert not left, left
    assert ENGLISH.standing not in found
    assert ada.page.evaluate(WIDER, ["o-line", "o-conflicts", "o-topbar", "o-bands"]) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_conflict_and_a_thread_are_read_in_the_language(
    line: Line, answered: dict[str, str], desk: Callable[..., Desk], language: str
) -> None:
    words = catalogue(language)
    ada = read_in(desk, language, f"#c={answered['conflict']}")
    side = "rtl" if language == "ar" else "ltr"
    assert ada.page.evaluate("document.documentElement.dir") == side
    the_conflict_is_read(ada, answered, words)
    urgent = words.console["band.urgent"].format(
        party=name_of(line, "south"), action=words.codes["UrgentAction"]["hold"]
    )
    assert any(urgent in one for one in texts(ada)), urgent
    nothing_is_left_or_wider(ada, words)
    ada.part("o-conflict").get_by_text("survey").last.click()
    the_thread_is_read(ada, name_of(line, "south"), words)
    nothing_is_left_or_wider(ada, words)
    if language in ("ar", "ru"):
        assert not (grave := ada.audit()), grave


def the_conflict_is_read(ada: Desk, answered: dict[str, str], words: Catalogue) -> None:
    """Its card and why it is one; the server's own sentence is behind it."""
    opened = ada.part("o-conflict")
    opened.get_by_text(words.console["conflict.why"]).first.wait_for()
    opened.get_by_text(said_whole(words.console["reason.overlap"])).first.wait_for()
    assert opened.locator("[title]").first.get_attribute("title") == answered["reason"]
    card = ada.part(f"o-conflicts [data-conflict='{answered['conflict']}']")
    card.get_by_text(words.console["conflict.overlap"]).wait_for()
    card.get_by_text(words.console["mark.conflict"]).wait_for()


def the_thread_is_read(ada: Desk, other: str, words: Catalogue) -> None:
    """Its fields, how far it got, what was answered."""
    thread = ada.part("o-thread")
    thread.get_by_text(words.console["line.receipts"]).wait_for()
    thread.get_by_text(words.codes["Step"]["answered"]).first.wait_for()
    thread.get_by_text(words.codes["AnswerCode"]["continuing_as_planned"]).first.wait_for()
    thread.locator("ol > li").nth(1).wait_for()
    answer = words.sentences["ANSWER.continuing_as_planned"].replace("{from}", other)
    found = texts(ada)
    assert any(answer in one for one in found), answer
    assert words.fields["volumes"] in found


def test_ways_out_and_the_check_are_said_in_the_language(
    answered: dict[str, str], desk: Callable[..., Desk]
) -> None:
    """What the server finds is said by the page: no English word of it is left in Russian."""
    ada = read_in(desk, "ru", f"#c={answered['conflict']}")
    ada.click("o-advice", "[data-act=advice]")
    ada.part("o-advice [data-way]").first.wait_for()
    latin_is_left_out(ada.part("o-advice").evaluate(WORDS))
    ada.press("f")
    ada.part("o-filing input[type=file]").set_input_files(
        {"name": "plan.geojson", "mimeType": "", "buffer": near_the_survey()}
    )
    ada.part("o-check li").first.wait_for()
    latin_is_left_out(ada.part("o-check").evaluate(WORDS))


# What is written within one element of the page.
WORDS = "one => [...one.shadowRoot.children].map(each => each.textContent).join(' ')"
# Names of what is on the line and of parties, units, datums, points of the compass.
PROPER = {"survey", "patrol", "north", "south", "plan", "nm", "ft", "min", "s", "h", "z", "m"}
PROPER |= {"n", "e", "w84"}


def latin_is_left_out(text: str) -> None:
    """No word in Latin letters but names and units, nor the ids of threads."""
    found = re.findall(r"(?<![\w-])[A-Za-z][A-Za-z0-9]*(?![\w-])", text.translate(ISOLATES))
    assert not {one.lower() for one in found if not re.fullmatch(r"[0-9a-f]{4,8}", one)} - PROPER


def near_the_survey() -> bytes:
    """A plan within what Ada's own side knows of the patrol: a file to drop."""
    volume = circle(54.25, 6.8, 6_000, 100, 160)
    times = times_of(volume)
    ring = [[6.7, 54.2], [6.9, 54.2], [6.9, 54.3], [6.7, 54.3], [6.7, 54.2]]
    properties = {"name": "plan", "altitude_lower": 0, "altitude_upper": 900, **times}
    polygon = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": properties, "geometry": polygon}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_numbers_keep_their_order_from_right_to_left(
    answered: dict[str, str], desk: Callable[..., Desk]
) -> None:
    """Every number with its unit stands in an isolate of its own; time runs to the right."""
    ada = read_in(desk, "ar", f"#c={answered['conflict']}")
    minima = ada.part("o-conflict dd").last
    assert minima.inner_text() == "\u20685.00 NM\u2069 / \u20681,000 ft\u2069 / \u20681 min\u2069"
    for element in ("o-slider", "o-profile"):
        assert ada.part(element).evaluate("one => getComputedStyle(one).direction") == "ltr"
    ada.page.reload()  # the choice is kept
    ada.page.wait_for_function("document.documentElement.dir === 'rtl'")
    ada.click("o-settings", "[data-act=settings]")
    ada.part("o-settings").locator("select[data-pref=language]").select_option("en")
    ada.page.wait_for_function("document.documentElement.dir === 'ltr'")
    ada.see("o-line", ENGLISH.standing)


def name_of(line: Line, party: str) -> str:
    """What a party is called on the page."""
    return next(str(one["name"]) for one in line.board("ada")["links"] if one["party"] == party)
