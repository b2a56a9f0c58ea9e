"""The line as it was: boards and threads of an earlier instant, and the moments between."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from openline.app.line import history, replay
from openline.app.line.tick import tick
from openline.formats.instants import format_instant
from openline.line.agreement import Coarseness
from openline.line.message.bodies import Cancel, Query, Receipt
from openline.line.message.kind import NoticeKind, ReceiptKind
from tests.api.line_app import LineApp
from tests.line_world import START, notice, volume

BOARD, MOMENTS = "/line/v1/board", "/line/v1/moments"
PARTIES = ("north", "south", "east")


@pytest.fixture
def app() -> Iterator[LineApp]:
    made = LineApp()
    yield made
    made.close()


def boards(app: LineApp) -> dict[str, Any]:
    return {party: app.get(BOARD, party).json() for party in PARTIES}


def play(app: LineApp) -> list[tuple[datetime, int, dict[str, Any]]]:
    """A morning, and what each party saw live after each step."""
    seen = []

    def step() -> None:
        found = boards(app)
        seen.append((app.clock.now(), found["north"]["entry"], found))
        app.clock.sleep(seconds=30)
        due = tick(app.line, app.clock.now())
        if due is not None:
            due.result()

    first = app.say("north", notice(volume(), name="Survey"))
    step()
    app.say("south", notice(volume(), notice=NoticeKind.PLAN))
    step()
    app.say("south", Receipt(ReceiptKind.READ, first.message.id), first.message.thread)
    step()
    app.say("east", notice(volume(), show=Coarseness.CELLS))
    step()
    app.say("north", Cancel(), first.message.thread)
    step()
    app.say("south", Query("who flies?"))
    step()
    return seen


def test_a_board_of_then_is_what_was_seen_then(app: LineApp) -> None:
    seen = play(app)
    for at, entry, then in seen:
        for query in (f"at={format_instant(at)}", f"entry={entry}"):
            for party in PARTIES:
                found = app.get(f"{BOARD}?{query}", party).json()
                assert found.pop("live") is False
                live = dict(then[party])
                if query.startswith("entry"):  # at the time of that entry, not of the look
                    assert found.pop("now") <= live.pop("now")
                    ages = ("links", "counters", "clocks")
                    found, live = (
                        {k: v for k, v in one.items() if k not in ages} for one in (found, live)
                    )
                assert found == live


def test_backwards_forwards_and_at_random_it_is_the_same(
    app: LineApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "STEP_MIN", 3)
    monkeypatch.setattr(history, "KEPT_MAX", 3)
    seen = play(app)
    for at, _, then in (*reversed(seen), *seen, seen[2], seen[0], seen[4], seen[1]):
        found = app.get(f"{BOARD}?at={format_instant(at)}").json()
        assert found.pop("live") is False
        assert found == then["south"]
    assert 0 < len(app.line.history.kept) <= 3


def test_looking_at_the_past_changes_nothing_of_the_present(app: LineApp) -> None:
    play(app)
    before = boards(app)
    for entry in range(2, before["north"]["entry"]):
        assert app.get(f"{BOARD}?entry={entry}").status_code == 200
    assert boards(app) == before
    assert "live" not in before["north"]
    app.say("north", notice(volume()))
    assert len(app.get(BOARD, "north").json()["threads"]) == len(before["north"]["threads"]) + 1


def test_what_is_read_in_parts_goes_on_when_it_is_asked_again(
    app: LineApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = play(app)
    monkeypatch.setattr(history, "READ_MAX", 5)
    _, entry, _ = seen[-1]
    statuses = []
    for _ in range(entry):
        statuses.append(app.get(f"{BOARD}?entry={entry}").status_code)
        if statuses[-1] == 200:
            break
    assert statuses[0] == 429
    assert statuses[-1] == 200


def test_a_thread_of_then_has_what_was_said_by_then(app: LineApp) -> None:
    seen = play(app)
    thread = seen[0][2]["south"]["threads"][0]["id"]
    lengths = []
    for at, _, _ in seen:
        found = app.get(f"/line/v1/threads/{thread}?at={format_instant(at)}").json()
        assert found["live"] is False
        lengths.append(len(found["said"]))
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]
    before = format_instant(START - timedelta(seconds=1))
    assert app.get(f"/line/v1/threads/{thread}?at={before}").status_code == 404


def test_who_opens_a_thread_of_then_is_on_the_record_as_well(app: LineApp) -> None:
    seen = play(app)
    thread = seen[0][2]["south"]["threads"][0]["id"]
    app.get(f"/line/v1/threads/{thread}?at={format_instant(seen[0][0])}")
    records = app.line.store.read(lambda reader: reader.records(0, 10_000))
    assert [one.kind for one in records if one.kind == "thread.read"] == ["thread.read"]


@pytest.mark.parametrize(
    "query",
    [
        "at=noon",
        "at=2027-11-22T12:00:00Z",
        "entry=0",
        "entry=-1",
        "entry=99999",
        "entry=1&at=2026-11-22T12:00:00Z",
        "entry=" + "9" * 30,
    ],
)
def test_an_instant_that_is_none_is_refused(app: LineApp, query: str) -> None:
    assert app.get(f"{BOARD}?{query}").status_code == 400


def test_before_the_agreement_there_is_no_board(app: LineApp) -> None:
    before = format_instant(START - timedelta(days=1))
    assert app.get(f"{BOARD}?at={before}").status_code == 404


def moments(app: LineApp, party: str, query: str = "") -> dict[str, Any]:
    answer = app.get(f"{MOMENTS}{query}", party)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_moments_are_what_the_party_was_told_of(app: LineApp) -> None:
    seen = play(app)
    app.say("north", Query("only south?"))
    for party in PARTIES:
        found = moments(app, party)
        assert "next" not in found
        entries = [one["entry"] for one in found["moments"]]
        assert entries == sorted(set(entries))
        assert {one["name"] for one in found["moments"]} == {"message", "event", "agreement"}
    start, end = seen[1][0], seen[3][0]
    query = f"?from={format_instant(start)}&to={format_instant(end)}"
    inside = moments(app, "south", query)["moments"]
    every = moments(app, "south")["moments"]
    assert inside == [
        one for one in every if format_instant(start) <= one["time"] <= format_instant(end)
    ]
    assert 0 < len(inside) < len(every)


def test_many_moments_come_in_pages(app: LineApp, monkeypatch: pytest.MonkeyPatch) -> None:
    play(app)
    every = moments(app, "south")["moments"]
    monkeypatch.setattr(replay, "MOMENTS_MAX", 4)
    found: list[Any] = []
    query = ""
    while True:
        page = moments(app, "south", query)
        assert len(page["moments"]) <= 4
        found += page["moments"]
        if "next" not in page:
            break
        query = f"?after={page['next']}"
    assert found == every


@pytest.mark.parametrize("query", ["?from=x", "?to=x", "?after=x", "?after=-1"])
def test_a_bad_period_is_refused(app: LineApp, query: str) -> None:
    assert app.get(f"{MOMENTS}{query}").status_code == 400
    late, early = format_instant(START), format_instant(START - timedelta(days=1))
    assert app.get(f"{MOMENTS}?from={late}&to={early}").status_code == 400
