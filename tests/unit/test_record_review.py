"""The review of a record: counted from entries alone, the same for everybody who holds it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from openline.app.export_record import sealed_export
from openline.app.review_record import review_file, review_values
from openline.line.record.entry import Entry
from openline.line.record.review import SILENCES_KEPT, Reviewer
from openline.report.review_page import render_review
from tests.unit.command import invoke
from tests.unit.record_samples import NORTH, ORIGIN, START, cosigned_export, header


def _reviewer(*seconds: float) -> Reviewer:
    reviewer = Reviewer()
    for number, second in enumerate(seconds, start=1):
        reviewer.take(number, START + timedelta(seconds=second), "north", "notify", 10)
    return reviewer


def test_entries_are_counted_by_party_kind_and_day() -> None:
    reviewer = Reviewer()
    day = timedelta(days=1)
    for number, (party, kind, time) in enumerate(
        [
            ("b", "x", START),
            ("a", "x", START),
            ("b", "y", START + day),
            ("b", "x", START + 3 * day),
        ],
        start=1,
    ):
        reviewer.take(number, time, party, kind, number)
    review = reviewer.result()
    assert review.entries == 4
    assert [one.party for one in review.parties] == ["a", "b"]
    b = review.parties[1]
    assert (b.entries, b.kinds, b.body_bytes) == (3, (("x", 2), ("y", 1)), 8)
    assert (b.first, b.last) == (START, START + 3 * day)
    assert review.days == (("2026-11-22", 2), ("2026-11-23", 1), ("2026-11-25", 1))


def test_the_longest_silences_come_first() -> None:
    review = _reviewer(0, 5, 65, 66, 96).result()
    lengths = [one.duration.total_seconds() for one in review.silences]
    assert lengths == [60, 30, 5, 1]
    assert [one.after_entry for one in review.silences] == [2, 4, 1, 3]
    many = _reviewer(*(number * (number + 1) / 2 for number in range(40))).result()
    kept = [one.duration.total_seconds() for one in many.silences]
    assert kept == list(range(39, 39 - SILENCES_KEPT, -1))


def test_a_clock_that_went_back_makes_no_silence() -> None:
    review = _reviewer(100, 0, 99, 103).result()
    assert [one.duration.total_seconds() for one in review.silences] == [3]


def test_only_the_period_is_counted_and_both_ends_count() -> None:
    reviewer = Reviewer((START, START + timedelta(seconds=10)))
    for number, second in enumerate((-1, 0, 10, 11), start=1):
        reviewer.take(number, START + timedelta(seconds=second), "north", "notify", 1)
    assert reviewer.result().entries == 2


@pytest.fixture
def export(tmp_path: Path) -> str:
    path = tmp_path / "day.record"
    path.write_bytes(b"".join(cosigned_export()))
    return str(path)


def test_the_command_reviews(export: str, tmp_path: Path) -> None:
    shown = invoke("record", "report", export)
    assert f"{ORIGIN}: 5 of 5 entries, verified" in shown.stdout
    values = json.loads(invoke("record", "report", export, "--json").stdout)
    assert [one["party"] for one in values["parties"]] == ["north", "süd"]
    assert values["cosigned"][0]["size"] == 5
    page = tmp_path / "review.html"
    assert invoke("record", "report", export, "--html", str(page)).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "Cosigned by south.example/line: 5 entries" in text
    assert "a receipt is not consent" in text
    part = ("--between", "2026-11-22T10:00:00Z/2026-11-22T10:00:02.5Z", "--json")
    assert json.loads(invoke("record", "report", export, *part).stdout)["entries"] == 2
    assert invoke("record", "report", export, "--html", export).exit_code == 2
    assert invoke("record", "report", export, "--html", "-", "--json").exit_code == 2


def test_a_record_that_is_refused_has_no_review(export: str) -> None:
    data = Path(export).read_bytes()
    Path(export).write_bytes(data[:-20])
    refused = invoke("record", "report", export)
    assert (refused.exit_code, "line 8" in refused.stderr) == (2, True)


def test_names_of_others_are_harmless_on_the_page(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\u202e"
    entry = Entry(1, START, evil, evil, b"")
    path = tmp_path / "x.record"
    path.write_bytes(b"".join(sealed_export(header(1), [entry], NORTH)))
    page = render_review(review_values(review_file(str(path))))
    assert "<script" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_same_record_gives_the_same_review(export: str, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.write_bytes(Path(export).read_bytes())
    pages = [render_review(review_values(review_file(name))) for name in (export, str(other))]
    assert pages[0] == pages[1]
