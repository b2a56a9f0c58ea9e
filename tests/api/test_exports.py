"""Threads and days as files: what is in them, what is not, and that other programs read them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from defusedxml.ElementTree import fromstring

from openline.formats.registry import read
from openline.formats.traffic import ReadOptions
from openline.line.agreement import Coarseness
from openline.line.message.bodies import Query, Receipt
from openline.line.message.kind import NoticeKind, ReceiptKind
from tests.api.line_app import LineApp
from tests.line_world import START, circle, notice, volume

DAY = "/line/v1/export/day"
SECRET = "no-one-but-east"


@pytest.fixture
def app() -> Iterator[LineApp]:
    made = LineApp()
    yield made
    made.close()


class Said:
    """A morning with a conflict, hidden things, and names that look like something else."""

    def __init__(self, app: LineApp) -> None:
        survey = notice(volume(), name="=cmd|' /C calc'!A0", text="<script>alert(1)</script>")
        self.first = app.say("north", survey).message.thread
        app.say("south", Receipt(ReceiptKind.READ, self.first), self.first)
        self.own = app.say("south", notice(volume(), name="Box")).message.thread
        hidden = notice(volume(circle(54.5)), name=SECRET, notice=NoticeKind.PLAN)
        self.hidden = app.say("east", hidden).message.thread
        coarse = replace(hidden, show=Coarseness.CELLS)
        self.coarse = app.say("east", coarse).message.thread
        app.say("north", Query("who flies on Monday?"))
        board = app.get("/line/v1/board").json()
        self.conflict = next(
            one["id"] for one in board["conflicts"] if one["own_thread"] == self.own
        )


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_day_as_csv_has_a_row_for_all_that_the_party_was_told(app: LineApp) -> None:
    said = Said(app)
    answer = app.get(f"{DAY}?form=csv&date=2026-11-22")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = rows_of(answer.text)
    told = app.get("/line/v1/moments").json()["moments"]
    assert [int(row["entry"]) for row in rows] == [one["entry"] for one in told]
    by_thread = [row for row in rows if row["thread"] == said.first]
    assert {row["by"] for row in by_thread} >= {"north", "south"}
    assert all(not row["name"].startswith("=") for row in rows), "no formula in a spreadsheet"
    assert any("who flies on Monday?" in row["words"] for row in rows)


def test_what_the_party_is_not_shown_is_in_no_file(app: LineApp) -> None:
    said = Said(app)
    paths = [f"{DAY}?form={form}" for form in ("html", "csv", "kml")]
    for thread in (said.hidden, said.coarse):
        paths += [
            f"/line/v1/export/threads/{thread}?form={form}" for form in ("html", "csv", "kml")
        ]
    for path in paths:
        text = app.get(path).text
        assert SECRET not in text, path
        assert "54.5" not in text or "kml" in path, path
    assert SECRET in app.get(f"/line/v1/export/threads/{said.hidden}?form=csv", "east").text
    kml = app.get(f"/line/v1/export/threads/{said.coarse}?form=kml").text
    assert "<Polygon>" in kml, "the cells are drawn"
    assert "Polygon" not in app.get(f"/line/v1/export/threads/{said.hidden}?form=kml").text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_whole_escaped_and_asks_nobody(app: LineApp) -> None:
    said = Said(app)
    for path in (DAY, f"/line/v1/export/threads/{said.conflict}"):
        answer = app.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        page = _Tags()
        page.feed(answer.text)
        assert page.open == []
        assert "script" not in page.seen
        assert "http" not in answer.text.replace("http-equiv", "")
        assert "@media print" in answer.text
        assert "a receipt is not consent" in page.text
    day = app.get(DAY).text
    assert "&lt;script&gt;" in day
    assert "come too close" in day or "overlap" in day
    assert said.first not in day.split("<main>")[1].split("all of it")[0], "ids are cut short"


def test_what_has_a_place_can_be_read_again_from_kml(app: LineApp) -> None:
    said = Said(app)
    answer = app.get(f"{DAY}?form=kml")
    data = answer.content
    fromstring(data)
    traffic = read(data, "day.kml", ReadOptions(skip_invalid=True), "kml")
    volumes = {one.id: one.volumes for one in traffic.entities()}
    assert volumes[said.first] == (volume(),)
    assert volumes[said.own] == (volume(),)
    assert said.hidden not in volumes
    assert len(traffic.skipped) == data.count(b"<Point>") == 1, "the conflict is no airspace"


def test_a_thread_has_what_was_said_in_it_alone(app: LineApp) -> None:
    said = Said(app)
    rows = rows_of(app.get(f"/line/v1/export/threads/{said.first}?form=csv").text)
    shown = app.get(f"/line/v1/threads/{said.first}").json()["said"]
    assert [int(row["entry"]) for row in rows] == [one["entry"] for one in shown]
    assert {row["thread"] for row in rows} == {said.first}


def test_a_conflict_has_what_was_said_in_the_two_threads_as_well(app: LineApp) -> None:
    said = Said(app)
    rows = rows_of(app.get(f"/line/v1/export/threads/{said.conflict}?form=csv").text)
    assert {row["thread"] for row in rows} == {said.first, said.own}
    entries = [int(row["entry"]) for row in rows]
    assert entries == sorted(entries)


def test_opening_it_is_on_the_record(app: LineApp) -> None:
    said = Said(app)
    app.get(f"/line/v1/export/threads/{said.first}?form=kml")
    records = app.line.store.read(lambda reader: reader.records(0, 10_000))
    (noted,) = [json.loads(one.body) for one in records if one.kind == "thread.read"]
    assert (noted["party"], noted["thread"]) == ("south", said.first)


def test_another_day_is_empty_and_says_that_this_means_little(app: LineApp) -> None:
    Said(app)
    text = app.get(f"{DAY}?date=2026-11-20").text
    assert "does not mean that nothing happened" in text
    assert rows_of(app.get(f"{DAY}?date=2026-11-20&form=csv").text) == []
    app.clock.sleep(days=1)
    assert rows_of(app.get(f"{DAY}?form=csv").text) == []
    assert len(rows_of(app.get(f"{DAY}?form=csv&date={START.date()}").text)) > 5


def test_machines_trying_the_line_are_counted_and_left_out(app: LineApp) -> None:
    from openline.app.line.tick import tick

    Said(app)
    before = len(rows_of(app.get(f"{DAY}?form=csv").text))
    for _ in range(5):
        app.clock.sleep(minutes=1)
        due = tick(app.line, app.clock.now())
        if due is not None:
            due.result()
    kinds = {row["kind"] for row in rows_of(app.get(f"{DAY}?form=csv").text)}
    assert "Line check" not in kinds
    assert before > 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("form=pdf", 400),
        ("date=today", 400),
        ("date=2026-13-01", 400),
        ("date=20261122", 400),
        ("date=2027-01-01", 404),
    ],
)
def test_what_cannot_be_written_is_refused(app: LineApp, query: str, status: int) -> None:
    assert app.get(f"{DAY}?{query}").status_code == status


def test_nobody_else_gets_a_file(app: LineApp) -> None:
    said = Said(app)
    assert app.get(f"/line/v1/export/threads/{said.conflict}", "east").status_code == 404
    assert app.get("/line/v1/export/threads/none").status_code == 404
    assert app.get(DAY, "west").status_code == 403
    assert app.get(DAY, None).status_code == 401
