"""The whole story, played against the real server: what each side has of it afterwards."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openline.demo.acts import ACTS
from openline.demo.region import START
from tests.demo.stage import Played

SKY_END = START + timedelta(minutes=72)


def events(story: Played, name: str, **values: Any) -> list[dict[str, Any]]:
    return [
        one
        for one in story.events
        if one["event"] == name and all(one.get(key) == value for key, value in values.items())
    ]


def said(story: Played, kind: str, sender: str, thread: str | None = None) -> list[dict[str, Any]]:
    return [
        one
        for one in story.messages
        if one["kind"] == kind
        and one["from"] == sender
        and (thread is None or one.get("thread", one["id"]) == thread)
    ]


def thread_of(story: Played, name: str) -> str:
    found = story.threads[name].thread
    assert found is not None
    return found.id


def minute(one: dict[str, Any]) -> float:
    return (datetime.fromisoformat(one["at"]) - START) / timedelta(minutes=1)


def test_no_act_was_left_out(story: Played) -> None:
    assert story.missed == []
    assert [act.state for act in story.demo.acts] == ["done"] * len(ACTS)
    assert "left out" not in story.told


def test_every_act_is_told_with_its_time_its_sentence_and_where_to_look(story: Played) -> None:
    for act in story.demo.acts:
        assert f"{act.number}. {act.title}" in story.told
        assert act.at >= START
        there = any((act.thread, act.conflict, act.track, act.check))
        assert there or "review" in act.title, act.title
        assert act.said, act.title
    links = re.findall(r"http://127\.0\.0\.1:\d+/#([tca])=(\S+)", story.told)
    assert len(links) >= len(ACTS) - 2, "all but the review and the private check"
    assert {kind for kind, _ in links} == {"t", "c", "a"}


def test_a_newcomer_has_seen_a_conflict_its_reason_and_its_answer_after_a_minute(
    story: Played,
) -> None:
    """At the default speed a real minute is twenty of the story."""
    opened = events(story, "conflict.opened")[0]
    closed = next(
        e for e in events(story, "conflict.closed") if e["conflict"] == opened["conflict"]
    )
    accepted = said(story, "ACCEPT", "north")[0]
    assert minute(opened) < minute(accepted) < minute(closed) < 20
    assert "overlap" in opened["facts"]["reason"]
    assert ACTS[-1].minute < 110, "and all of it takes about five"


def test_1_the_line_is_tried_by_everybody_and_everybody_answers(story: Played) -> None:
    for party in ("north", "south", "aid"):
        checks = [m for m in said(story, "LINE_CHECK", party) if m["body"]["mode"] == "human"]
        assert len([m for m in checks if "of" not in m["body"]]) == 1
        assert len([m for m in checks if "of" in m["body"]]) == 2
    assert not events(story, "duty.overdue", what="line_check_human")


def test_2_both_sides_see_one_conflict_and_its_reason(story: Played) -> None:
    thread = story.conflicts["crossing"]
    assert thread.conflict is not None
    opened = events(story, "conflict.opened", conflict=thread.conflict.id)[0]
    assert opened["parties"] == ["north", "south"] or set(opened["parties"]) == {"north", "south"}
    assert {thread_of(story, "nr12"), thread_of(story, "sl40")} == set(opened["threads"])


def test_3_the_proposal_was_checked_accepted_and_done(story: Played) -> None:
    conflict = story.conflicts["crossing"].conflict
    assert conflict is not None
    assert conflict.closed is not None
    (proposal,) = conflict.proposals
    assert (proposal.proposal.by, proposal.proposal.answered_by) == ("south", "north")
    assert proposal.proposal.step == "done"
    assert proposal.meets == [], "nothing else is met there"


def test_4_the_notice_without_a_place_stood_for_the_whole_area(story: Played) -> None:
    opened = events(story, "conflict.opened", conflict=story.conflicts["unlocated"].conflict.id)  # type: ignore[union-attr]
    assert "stands for the whole agreed area" in opened[0]["facts"]["reason"]
    assert opened[0]["facts"]["unlocated"] == thread_of(story, "unlocated")
    asked = events(story, "clarify.asked", thread=thread_of(story, "unlocated"))
    assert "place" in asked[0]["missing"], "the server asks at once"


def test_5_continuing_as_planned_is_an_answer(story: Played) -> None:
    answers = said(story, "ANSWER", "south", thread_of(story, "unlocated"))
    assert answers[0]["body"]["code"] == "continuing_as_planned"


def test_6_the_place_was_overdue_and_then_given(story: Played) -> None:
    thread = thread_of(story, "unlocated")
    overdue = events(story, "duty.overdue", thread=thread, what="clarification", owes="north")
    assert overdue
    assert events(story, "duty.alarm", thread=thread, owes="north")
    (amended,) = said(story, "AMEND", "north", thread)
    assert amended["body"]["notice"]["volumes"]
    conflict = story.conflicts["unlocated"].conflict
    assert conflict is not None
    assert conflict.closed is not None


def test_7_the_near_miss_did_not_overlap_and_is_over(story: Played) -> None:
    conflict = story.conflicts["beside"].conflict
    assert conflict is not None
    assert conflict.closed is not None
    opened = events(story, "conflict.opened", conflict=conflict.id)[0]
    # 3.8 NM of a sphere between two boxes, from 26.2 to 30.0 NM north: 7.04 km
    assert opened["facts"]["distance_m"] == pytest.approx(3.8 * 1852, rel=0.01)
    codes = [m["body"]["code"] for m in said(story, "ANSWER", "north", thread_of(story, "sd3"))]
    assert codes == ["will_adjust"]


def test_the_private_check_found_an_overlap_and_told_nobody_what_is_not_theirs(
    story: Played,
) -> None:
    checks, verdicts = (
        [one for one in story.private if one["kind"] == kind]
        for kind in ("private.check", "private.verdict")
    )
    assert len({one["session"] for one in checks}) == 2
    first, later = ([v for v in verdicts if v["session"] == s] for s in _sessions(checks))
    assert {(one["party"], one["verdict"]) for one in first} == {
        ("north", "overlap"),
        ("south", "overlap"),
    }
    assert {(one["party"], one["verdict"]) for one in later} == {
        ("north", "no_overlap_found"),
        ("south", "no_overlap_found"),
    }
    assert "relief drop, volume 1" in " ".join(story.told.split())
    assert "harbour watch" not in story.told, "the plan of the south is named nowhere"
    assert all("harbour watch" not in str(one) for one in story.messages)


def _sessions(checks: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(one["session"] for one in checks))


def test_8_the_wrong_place_was_caught(story: Played) -> None:
    readbacks = [one for one in story.threads["site"].said if one.kind == "READBACK"]
    assert [one.wrong for one in readbacks] == [["place"], []]
    # 5.1 NM to the north
    assert readbacks[0].distance_m == pytest.approx(5.1 * 1852, rel=0.01)
    assert readbacks[1].distance_m == pytest.approx(0.0, abs=1.0)


def test_9_not_passed_on_was_overdue_seen_by_the_aid_cell_and_then_done(story: Played) -> None:
    thread = thread_of(story, "aid1")
    (overdue,) = events(story, "duty.overdue", thread=thread)
    assert (overdue["what"], overdue["owes"]) == ("disseminated", "south")
    assert "aid" in overdue["parties"]
    found = story.threads["aid1"].thread
    assert found is not None
    sides = {side.party: side for side in found.sides}
    assert {one.name for one in sides["north"].passed_on} == {"crew 11", "crew 12"}
    assert all(one.received_at for one in sides["south"].passed_on), "in the end all have it"
    receipts = [
        m["body"] for m in said(story, "RECEIPT", "south", thread) if "passed_to" in m["body"]
    ]
    assert [sum("received_at" in one for one in r["passed_to"]) for r in receipts] == [1, 2]


def test_10_the_sky_is_full_and_declared_flights_conform(story: Played) -> None:
    found = re.search(r"(\d+) aircraft are followed", story.told)
    assert found is not None
    assert int(found[1]) >= 200
    # From minute 72 on the clock of this test leaps, and nobody is seen any more.
    early = [one for one in story.observed if datetime.fromisoformat(one["time"]) < SKY_END]
    threads = {thread_of(story, "sl40")}
    assert {one.get("intent_id") for one in early} == threads, "and nobody else strays"
    assert not [one for one in story.observed if one.get("kind") == "undeclared"]


def test_11_the_flight_was_nonconforming_contingent_and_back(story: Played) -> None:
    mine = [one for one in story.observed if one.get("intent_id") == thread_of(story, "sl40")]
    states = [one["state"] for one in mine if one["change"] == "state"]
    assert states == ["Nonconforming", "Contingent"], "Contingent is for good"
    changes = [one["change"] for one in mine if one.get("kind") == "outside"]
    assert changes == ["began", "over"]
    began = next(one for one in mine if one.get("kind") == "outside" and one["change"] == "began")
    assert 0 < began["offset"]["lateral_m"] < 2_000


def test_12_and_13_the_alert_the_stop_and_the_end_of_both(story: Played) -> None:
    assert "NR71 and AID2 lose separation in" in story.told
    assert "no loss of separation is predicted any more" in story.told
    thread = thread_of(story, "stop")
    assert events(story, "duty.alarm", thread=thread, owes="north")
    call = story.threads["stop"].thread
    assert call is not None
    (side,) = call.sides
    assert (side.party, side.answer) == ("north", "will_comply")
    (read,) = [m for m in said(story, "RECEIPT", "north", thread) if m["body"]["receipt"] == "read"]
    assert read["officer"] == "bram", "any officer: not the one who flew or filed"


def test_14_two_limits_were_refused_and_one_was_taken(story: Played) -> None:
    assert "name different limits for one place" in " ".join(story.told.split())
    (taken,) = said(story, "CLOSURE", "south")
    assert len(taken["body"]["volumes"]) == 1


def test_15_the_claim_has_a_reply_and_is_settled(story: Played) -> None:
    for party in ("aid", "south"):
        (breach,) = story.boards[party].breaches
        assert (breach.by, breach.replies, breach.state) == ("aid", 1, "settled")
    (claim,) = said(story, "BREACH", "aid")
    entry = claim["body"]["evidence"][0]["entry"]
    assert next(m for m in story.messages if m["entry"] == entry)["id"] == thread_of(story, "aid1")


def test_16_the_review_is_a_page_without_scripts(story: Played) -> None:
    page = story.review.decode()
    assert page.lower().startswith("<!doctype html>")
    assert "<script" not in page
    for party in ("north", "south", "aid"):
        assert party in page
    assert story.demo.review == "/console/demo/review"


def test_17_one_conflict_is_left_to_whoever_looks_on(story: Played) -> None:
    open_one = story.conflicts["open"].conflict
    assert open_one is not None
    for party in ("north", "south"):
        standing = [one for one in story.boards[party].conflicts if not one.over]
        assert [one.id for one in standing] == [open_one.id]
        assert story.boards[party].counters.unread == 1


def test_nothing_else_is_overdue_or_without_authority(story: Played) -> None:
    for party, board in story.boards.items():
        assert (board.counters.overdue, board.counters.alarms) == (0, 0), party
        assert board.unauthorised == []
        assert board.unlocated == []
    wrong = {(e["what"], e["owes"]) for e in events(story, "duty.overdue")}
    assert wrong == {("clarification", "north"), ("disseminated", "south"), *_urgent(wrong)}


def _urgent(wrong: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return wrong & {("urgent_acknowledgement", "north")}


def test_what_is_said_is_said_at_its_instant(story: Played) -> None:
    """The clock stands while somebody speaks: whole seconds, however slow the machine is."""
    people = [one for one in story.messages if "officer" in one]
    assert len(people) > 80
    for one in people:
        assert datetime.fromisoformat(one["sent"]).microsecond == 0, one["kind"]


def test_the_page_lists_the_acts_as_they_are_played() -> None:
    page = (Path(__file__).parents[2] / "docs" / "demo.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (\d\d:\d\d) \|", page, re.MULTILINE)
    assert rows == [(act.title, f"{START + timedelta(minutes=act.minute):%H:%M}") for act in ACTS]
