"""The review of a line from an exported record: as JSON, as a page, and in a few words."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from openline.app.export_record import sealed_export
from openline.app.line.entries import AGREEMENT, EVENT, MESSAGE
from openline.app.line.jws import sign
from openline.app.review_record import review_file, review_values
from openline.formats.line_event import encode_event
from openline.formats.line_message import encode
from openline.line.agreement import Agreement
from openline.line.message.bodies import Breach
from openline.line.message.kind import AnswerCode, Asks
from openline.line.record.entry import Entry
from openline.line.thread import MessageEntry
from openline.report.review_page import render_review
from tests.line_server import agreement_entry, signer
from tests.line_world import MINUTE, SECOND, START, World, circle, notice, unlocated, volume
from tests.unit.command import invoke
from tests.unit.record_samples import NORTH, header


def _played() -> World:
    """An unlocated notice, an answer, a conflict, a claim with a name that means harm."""
    world = World(agreement_entry().read())

    def say(sender: str, body, **fields) -> MessageEntry:
        number = UUID(int=len(world.entries), version=4)
        return world.say(sender, body, id=str(number), **fields)

    nowhere = say("north", unlocated())
    say("south", notice(volume(circle(54.0, 7.0)), asks=Asks.KEEP_MINIMA))
    world.sleep(40 * SECOND)
    number = str(UUID(int=900, version=4))
    world.answer("south", nowhere, AnswerCode.CONTINUING_AS_PLANNED, id=number, officer="<b>Bo</b>")
    world.sleep(6 * MINUTE)
    say("north", Breach("notice <script>", START, "no place at all"))
    return world


def _entries(world: World) -> list[Entry]:
    found = []
    for one in world.entries:
        match one.what:
            case MessageEntry(message=message):
                body = sign(encode(message), message.sender, signer(message.sender))
                found.append(Entry(one.number, one.at, message.sender, MESSAGE, body))
            case Agreement():
                body = agreement_entry().encode()
                found.append(Entry(one.number, one.at, "openline", AGREEMENT, body))
            case event:
                body = encode_event(event)
                found.append(Entry(one.number, one.at, "openline", EVENT, body))
    return found


def _write(path: Path, entries: list[Entry]) -> str:
    path.write_bytes(b"".join(sealed_export(header(len(entries)), entries, NORTH)))
    return str(path)


@pytest.fixture(name="export", scope="module")
def _export(tmp_path_factory: pytest.TempPathFactory) -> str:
    return _write(tmp_path_factory.mktemp("record") / "day.record", _entries(_played()))


def test_the_review_as_json(export: str) -> None:
    line = json.loads(invoke("record", "report", export, "--json").stdout)["line"]
    assert line["versions"] == [[1, "2026-11-22T12:00:00Z"]]
    south = next(one for one in line["parties"] if one["party"] == "south")
    assert south["notices"] == {"volume": 1}
    assert south["answers"] == {"continuing_as_planned": 1}
    times = {"least_s": 40.0, "median_s": 40.0, "most_s": 40.0}
    assert south["read"] == {"owed": 1, "given": 1, "in_time": 1, "times": times}
    assert line["conflicts"] == [
        {
            "parties": ["north", "south"],
            "opened": 1,
            "unlocated": 1,
            "closed": {},
            "still_open": 1,
        }
    ]
    (found,) = line["disagreements"]
    assert (found["by"], found["against"], found["stands"]) == ("south", "north", True)
    assert line["breaches"][0]["dispositions"] == {"east": "open", "north": "open", "south": "open"}


def test_the_review_as_a_page(export: str) -> None:
    page = render_review(review_values(review_file(export)))
    assert "half within 40 s, the last after 40 s" in page
    assert "&lt;b&gt;Bo&lt;/b&gt;" in page
    assert "<script" not in page
    assert "notice &lt;script&gt;: no place at all" in page
    assert "Unknown is never shown as clear." in page
    assert page == render_review(review_values(review_file(export)))


def test_the_review_in_a_few_words(export: str) -> None:
    shown = invoke("record", "report", export).stdout
    assert "line northern-sky-2026, version 1" in shown
    assert "south: 1 notices, 0 LATE; read 1 of 1 in person, 1 in time" in shown
    assert "1 conflicts, 1 still open; 1 disagreements; 1 breaches claimed" in shown


def test_a_period_leaves_out_what_began_elsewhere(export: str) -> None:
    part = ("--between", "2026-11-22T12:00:30Z/2026-11-22T12:01:00Z", "--json")
    line = json.loads(invoke("record", "report", export, *part).stdout)["line"]
    assert [one["notices"] for one in line["parties"]] == [{}, {}, {}]
    assert len(line["disagreements"]) == 1


def test_entries_that_no_line_could_have_are_named_and_left_out(tmp_path: Path) -> None:
    entries = _entries(_played())
    again = replace(entries[1], sequence=len(entries) + 1, time=entries[-1].time)
    torn = Entry(len(entries) + 2, again.time, "openline", EVENT, b'{"event":"unknown"}')
    name = _write(tmp_path / "bad.record", [*entries, again, torn])
    values = review_values(review_file(name))
    assert [remark.split(" is ")[0] for remark in values["remarks"]] == [
        f"entry {again.sequence}",
        f"entry {torn.sequence}",
    ]
    assert sum(sum(one["notices"].values()) for one in values["line"]["parties"]) == 2
