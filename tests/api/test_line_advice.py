"""Ways out of conflicts over HTTP: proved free, and as they are a proposal or an amendment."""

import math
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from openline.app.line.advise_line import Effort
from openline.formats.line_volume import volume_value
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.line.agreement import Coarseness
from openline.line.message.kind import NoticeKind
from tests.api.line_app import LineApp
from tests.line_world import HOUR, MINUTE, START, circle, notice, unlocated, volume

ADVICE, WINDOWS = "/line/v1/advice", "/line/v1/advice/windows"
PLAN = NoticeKind.PLAN


@pytest.fixture
def app() -> Iterator[LineApp]:
    made = LineApp()
    yield made
    made.close()


def advice(app: LineApp, party: str = "south", **body: Any) -> dict[str, Any]:
    answer = app.post(ADVICE, party, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def only_conflict(app: LineApp, party: str = "south") -> dict[str, Any]:
    (found,) = app.get("/line/v1/board", party).json()["conflicts"]
    return dict(found)


def say(app: LineApp, party: str, kind: str, thread: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = app.post("/line/v1/say", party, json={"kind": kind, "body": body, "thread": thread})
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_every_way_out_of_a_plan_is_free_when_it_is_checked(app: LineApp) -> None:
    app.say("north", notice(volume(), name="Survey"))
    before = app.get("/line/v1/board").json()
    found = advice(app, volumes=[volume_value(volume())], count=10)
    assert app.get("/line/v1/board").json() == before, "nothing is written"
    assert found["alternatives"]
    assert found["own"] is True
    assert "thread" not in found
    assert [one["name"] for one in found["conflicts"]] == ["Survey"]
    assert "your plan" in found["rule"][0].lower()
    costs = [one["cost_s"] for one in found["alternatives"]]
    assert costs == sorted(costs)
    for one in found["alternatives"]:
        answer = app.post("/line/v1/check", json={"volumes": one["volumes"]})
        assert answer.json()["conflicts"] == [], one["words"]
        assert one["words"]
        assert "asked" not in one["sentence"]


def test_a_plan_in_nobodys_way_gets_no_advice_and_no_promise(app: LineApp) -> None:
    app.say("north", notice(volume(circle(54.3)), show=Coarseness.CONFLICTS))
    found = advice(app, volumes=[volume_value(volume())])
    assert found["alternatives"] == found["conflicts"] == []
    assert found["not_compared"] == 1
    assert "clear" not in found["sentence"]
    assert "conflicts alone" in found["sentence"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_way_out_is_a_proposal_that_is_accepted_and_ends_the_conflict(
    app: LineApp, number: int
) -> None:
    low = volume(circle(radius_m=300.0), lower_m=300.0, upper_m=500.0)
    first = app.say("north", notice(low, notice=PLAN)).message.thread  # shown as conflicts
    second = app.say("south", notice(low, notice=PLAN)).message.thread
    conflict = only_conflict(app)
    found = advice(app, conflict=conflict["id"], limits={"sideways_m": 15_000})
    assert (found["moves"], found["thread"]) == (second, second), "what was said later moves"
    assert first[:8] in found["rule"][0]
    assert first not in found["rule"][0]
    assert "filed first" in found["rule"][0]
    way = found["alternatives"][number]
    body = {"conflict": found["conflict"], "moves": found["thread"], "volumes": way["volumes"]}
    said = say(app, "south", "PROPOSE", found["conflict"], body)
    (seen,) = only_conflict(app)["proposals"]
    assert seen["meets"] == [], "the line agrees that it is free"
    say(app, "north", "ACCEPT", found["conflict"], {"proposal": said["id"]})
    amended = {
        "notice": "plan",
        "time_start": way["time_start"],
        "time_end": way["time_end"],
        "volumes": way["volumes"],
    }
    say(app, "south", "AMEND", second, {"notice": amended})
    assert app.get("/line/v1/board").json()["conflicts"] == []


def test_a_way_out_for_the_other_side_counts_what_is_the_askers_own(app: LineApp) -> None:
    mine = app.say("south", notice(volume(), notice=PLAN)).message.thread
    theirs = app.say("north", notice(volume(), notice=PLAN, show=Coarseness.FULL)).message.thread
    app.say("south", notice(volume(start=START + 3 * HOUR + MINUTE), notice=PLAN))
    conflicts = app.get("/line/v1/board").json()["conflicts"]
    conflict = next(one for one in conflicts if one["own_thread"] == mine)
    found = advice(app, conflict=conflict["id"], limits={"sideways_m": 0, "climb_m": 0})
    assert (found["moves"], found["thread"], found["own"]) == (theirs, theirs, False)
    for one in found["alternatives"]:
        body = {"conflict": conflict["id"], "moves": theirs, "volumes": one["volumes"]}
        say(app, "south", "PROPOSE", conflict["id"], body)
    shown = app.get("/line/v1/board").json()["conflicts"]
    proposals = next(one for one in shown if one["id"] == conflict["id"])["proposals"]
    assert proposals
    assert all(one["meets"] == [] for one in proposals)


def test_whose_place_is_not_shown_is_not_moved_for_it(app: LineApp) -> None:
    mine = app.say("south", notice(volume(), notice=PLAN)).message.thread
    theirs = app.say("north", notice(volume(), notice=PLAN)).message.thread
    conflict = only_conflict(app)
    found = advice(app, conflict=conflict["id"])
    assert found["moves"] == theirs, "the rule is said all the same"
    assert found["thread"] == mine
    assert found["alternatives"]
    body = {"conflict": conflict["id"], "moves": theirs}
    assert app.post(ADVICE, json=body).status_code == 400


def test_of_two_notices_no_rule_says_who_moves(app: LineApp) -> None:
    app.say("north", notice(volume()))
    mine = app.say("south", notice(volume())).message.thread
    found = advice(app, conflict=only_conflict(app)["id"])
    assert "moves" not in found
    assert found["thread"] == mine
    assert "No rule" in found["rule"][0]


def test_no_way_out_says_what_blocks(app: LineApp) -> None:
    wall = volume(circle(54.0, 7.0, 50_000.0), START, START + 20 * HOUR, -500.0, 90_000.0)
    blocker = app.say("north", notice(wall, name="Storm")).message.thread
    found = advice(app, volumes=[volume_value(volume())])
    assert found["alternatives"] == []
    assert found["blockers"] == [{"thread": blocker, "party": "north", "name": "Storm"}]
    assert "no way out within the limits" in found["sentence"]
    assert "Storm" in found["sentence"]


def test_limits_and_costs_are_those_that_are_given(app: LineApp) -> None:
    app.say("north", notice(volume()))
    asked: dict[str, Any] = {"volumes": [volume_value(volume())]}
    later = advice(app, **asked, limits={"climb_m": 0, "sideways_m": 0, "earlier_s": 0})
    (way,) = later["alternatives"]
    # An hour and the time minimum of a minute, in whole minutes.
    assert way["changes"] == [
        {
            "volumes": [0],
            "delay_s": 3_660.0,
            "climb_m": 0.0,
            "sideways_m": 0.0,
            "narrower_m": 0.0,
            "lost_s": 0.0,
        }
    ]
    assert way["cost_s"] == 3_660.0
    dear = advice(
        app,
        **asked,
        limits={"climb_m": 0, "sideways_m": 0, "earlier_s": 0},
        costs={"later": 2.5},
    )
    assert dear["alternatives"][0]["cost_s"] == 2.5 * 3_660
    none = advice(
        app, **asked, limits={"later_s": 600, "earlier_s": 0, "climb_m": 0, "sideways_m": 0}
    )
    assert none["alternatives"] == []


def test_nothing_is_moved_into_the_past(app: LineApp) -> None:
    soon = volume(start=START + 10 * MINUTE)
    app.say("north", notice(soon))
    found = advice(app, volumes=[volume_value(soon)], limits={"earlier_s": 36_000})
    assert all(one["time_start"] >= START.isoformat()[:19] for one in found["alternatives"])


def test_advice_minds_the_unlocated_and_what_was_filed_as_cells(app: LineApp) -> None:
    app.say("north", unlocated())
    app.say("east", notice(volume(start=START + 4 * HOUR), show=Coarseness.CELLS))
    found = advice(app, volumes=[volume_value(volume())])
    assert found["alternatives"]
    for one in found["alternatives"]:
        answer = app.post("/line/v1/check", json={"volumes": one["volumes"]})
        assert answer.json()["conflicts"] == []


def test_a_closed_or_unknown_conflict_is_refused(app: LineApp) -> None:
    app.say("north", notice(volume(), notice=PLAN))
    mine = app.say("south", notice(volume(), notice=PLAN)).message.thread
    conflict = only_conflict(app)["id"]
    assert app.post(ADVICE, "east", json={"conflict": conflict}).status_code == 404
    say(app, "south", "CANCEL", mine, {})
    assert app.post(ADVICE, json={"conflict": conflict}).status_code == 400
    assert app.post(ADVICE, json={"thread": mine}).status_code == 400
    assert app.post(ADVICE, json={"thread": "none"}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"thread": "a", "conflict": "b"},
        {"volumes": [volume_value(volume())], "moves": "x"},
        {"thread": "x", "class": "aid"},
        {"volumes": [volume_value(volume())], "limits": {"later_s": -1}},
        {"volumes": [volume_value(volume())], "limits": {"floor_m": 10, "ceiling_m": 5}},
        {"volumes": [volume_value(volume())], "limits": {"earliest": "noon"}},
        {"volumes": [volume_value(volume())], "limits": {"area": {}}},
        {"volumes": [volume_value(volume())], "costs": {"later": 0}},
        {"volumes": [volume_value(volume())], "count": 0},
    ],
)
def test_a_bad_question_is_refused(app: LineApp, body: dict[str, Any]) -> None:
    answer = app.post(ADVICE, json=body)
    assert answer.status_code == 400, answer.text


def ring(lat: float, lng: float, corners: int) -> Polygon:
    """A regular polygon of about 500 m."""
    turns = [2 * math.pi * n / corners for n in range(corners)]
    return Polygon(
        tuple(Position(lat + 0.004 * math.cos(t), lng + 0.007 * math.sin(t)) for t in turns)
    )


def test_too_much_for_one_answer_is_refused_with_words(app: LineApp) -> None:
    app.say("north", notice(volume(ring(54.0, 7.0, 1_500))))
    asked = {"volumes": [volume_value(volume(ring(54.0, 7.0, 1_500)))]}
    answer = app.post(ADVICE, json=asked)
    assert answer.status_code == 413
    assert "narrower limits" in answer.text


def test_what_would_take_too_long_is_left_out_and_said(
    app: LineApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = count()

    def is_spent(self: Effort) -> bool:
        self.spent = next(asked) > 0  # what is needed in any case is done
        return self.spent

    monkeypatch.setattr(Effort, "is_spent", is_spent)
    app.say("north", notice(volume(ring(54.0, 7.0, 30))))
    found = advice(app, volumes=[volume_value(volume(ring(54.0, 7.0, 30)))])
    assert found["alternatives"]
    changes = [change for one in found["alternatives"] for change in one["changes"]]
    assert all(not change["sideways_m"] for change in changes)
    assert "Sideways was not looked at to the end" in found["sentence"]


def test_free_windows_are_free_and_what_is_taken_is_not(app: LineApp) -> None:
    first = app.say("north", notice(volume(), name="Survey")).message.thread
    asked = {
        "volumes": [volume_value(volume())],
        "from": "2026-11-22T12:00:00Z",
        "to": "2026-11-22T18:00:00Z",
    }
    answer = app.post(WINDOWS, json=asked)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["volumes"]
    # 14:00 to 15:00 with a minute on both sides.
    assert found["free"] == [
        {"time_start": "2026-11-22T12:00:00Z", "time_end": "2026-11-22T13:59:00Z"},
        {"time_start": "2026-11-22T15:01:00Z", "time_end": "2026-11-22T18:00:00Z"},
    ]
    (taken,) = found["taken"]
    assert (taken["thread"], taken["party"]) == (first, "north")
    assert "Survey" in taken["name"]
    end = START + timedelta(hours=3, minutes=1)
    for start, many in ((end, 0), (end - timedelta(minutes=1), 1)):
        body = {"volumes": [volume_value(volume(start=start, end=start + HOUR))]}
        assert len(app.post("/line/v1/check", json=body).json()["conflicts"]) == many


@pytest.mark.parametrize(
    "change",
    [
        {"to": "2026-11-22T12:00:00Z"},
        {"to": "2026-12-22T12:00:00Z"},
        {"from": "noon"},
        {"class": "none"},
        {"volumes": []},
        {"volumes": [volume_value(volume())] * 21},
    ],
)
def test_bad_periods_are_refused(app: LineApp, change: dict[str, Any]) -> None:
    asked = {
        "volumes": [volume_value(volume())],
        "from": "2026-11-22T12:00:00Z",
        "to": "2026-11-22T18:00:00Z",
    } | change
    assert app.post(WINDOWS, json=asked).status_code in (400, 413)
