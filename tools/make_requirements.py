"""Write docs/requirements.md: what past arrangements ask of the line, and the tests that show it.

    python -m tools.make_requirements

tests/unit/test_requirements.py holds the page to this list, and every test named here to be there.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[1] / "docs" / "requirements.md"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One event, what it asks, and `file::test` for each test that shows it."""

    event: str
    asks: str
    tests: tuple[str, ...]


def _in(file: str, *tests: str) -> tuple[str, ...]:
    return tuple(f"{file}::{test}" for test in tests)


_HISTORY: Final = "tests/scenario/test_history.py"
REQUIREMENTS: Final = (
    Requirement(
        "September and October 2015: a notice without a place, flights continued as normal, then a "
        "memorandum",
        "An unlocated notice stands for the whole agreed area until it is clarified; the place is "
        "asked for",
        _in(_HISTORY, "test_2015_the_notice_without_a_place_and_continuing_as_planned")
        + _in(
            "tests/unit/test_line_notices.py",
            "test_a_notice_without_a_place_asks_for_it_and_may_be_answered_continuing_as_planned",
            "test_an_amendment_without_a_place_leaves_the_question_open",
        ),
    ),
    Requirement(
        "the same",
        "“Continuing as planned” is an answer, and stays on the board",
        _in(
            "tests/unit/test_line_receipts.py",
            "test_an_answer_is_kept_with_who_gave_it",
        )
        + _in("tests/unit/test_cli_line.py", "test_the_first_day_of_the_line"),
    ),
    Requirement(
        "the same",
        "Frequencies, contacts and minima are a versioned agreement that every party signs",
        _in("tests/contract/test_line.py", "test_an_agreement_follows_another_only_upwards")
        + _in(
            "tests/unit/test_signatures.py", "test_it_is_in_force_only_when_every_party_has_signed"
        ),
    ),
    Requirement(
        "the line in use: one party answered for others; test calls; insecure backup channels; "
        "suspended in words, used all the same",
        "Members are data; line checks run on a schedule, with their results",
        _in(
            "tests/unit/test_line_checks.py",
            "test_a_check_by_people_is_owed_in_every_interval",
            "test_missed_beats_make_a_link_late_then_unknown",
        ),
    ),
    Requirement(
        "the same",
        "Messages are signed, so that no channel has to be trusted",
        _in(
            "tests/unit/test_line_jws.py",
            "test_no_flipped_bit_is_taken",
            "test_a_signature_by_another_key",
        )
        + _in("tests/contract/test_line.py", "test_what_is_not_signed_by_its_sender_is_refused"),
    ),
    Requirement(
        "the same",
        "SUSPENDED is a signed state by two persons, in which URGENT and line checks still work",
        _in(_HISTORY, "test_2017_the_line_that_was_suspended_and_used_all_the_same")
        + _in("tests/unit/test_line_watch.py", "test_two_different_persons_suspend_and_resume")
        + _in("tests/unit/test_cli_line.py", "test_a_suspension_takes_two_persons"),
    ),
    Requirement(
        "17 September 2016: a place passed on 9 km wrong",
        "One machine value for a place; a read-back with the distance to the named place",
        _in(_HISTORY, "test_2016_the_place_passed_on_nine_kilometres_wrong")
        + _in("tests/unit/test_line_receipts.py", "test_the_distance_of_a_read_back_is_told")
        + _in("tests/unit/test_cli_line.py", "test_a_readback_says_how_far_it_is"),
    ),
    Requirement(
        "the same: the stop call waited 27 minutes for a named officer",
        "Any duty officer may act; the alarm does not stop until a person acknowledges",
        _in(
            _HISTORY,
            "test_2016_the_stop_call_that_waited_27_minutes",
            "test_2016_a_machines_receipt_does_not_stop_the_alarm",
        )
        + _in(
            "tests/unit/test_line_urgent.py",
            "test_the_stop_call_does_not_wait_for_a_named_officer",
            "test_a_machine_does_not_stop_it",
        ),
    ),
    Requirement(
        "17 September 2018: “less than a minute” of warning against “a much longer one”",
        "Signed times of sending and receiving; lead time computed and shown to both; a late "
        "notice is taken and marked LATE",
        _in(_HISTORY, "test_2018_the_late_warning")
        + _in(
            "tests/unit/test_line_notices.py",
            "test_the_lead_time_is_told_and_a_late_notice_is_taken",
        ),
    ),
    Requirement(
        "3 October 2015: the hospital was on the list; nobody compared the list with the "
        "coordinates",
        "The comparison is automatic, both ways, on every change of either list",
        _in(_HISTORY, "test_2015_the_list_that_nobody_compared")
        + _in(
            "tests/property/test_compare.py",
            "CompareMachine",
        ),
    ),
    Requirement(
        "2016 to 2019: listed sites hit, some coordinates wrong, lists gone stale",
        "Two persons enter a site and find it on the map; STALE after 30 days without "
        "confirmation; the record says who got which version; the submitter chooses recipients",
        _in(_HISTORY, "test_sites_grow_stale_and_are_marked")
        + _in(
            "tests/unit/test_line_notices.py",
            "test_a_site_is_confirmed_by_two_persons",
            "test_a_site_that_nobody_confirms_grows_stale_and_stands",
        )
        + _in("tests/unit/test_cli_line.py", "test_a_site_is_found_on_the_map_by_two_persons"),
    ),
    Requirement(
        "1 April 2024: notified rightly; the word did not reach the crew; calls failed",
        "Four receipts, kept apart; “not disseminated” is visible to the sender; a field contact "
        "is tested before the start",
        _in(_HISTORY, "test_2024_the_word_that_did_not_reach_the_crew")
        + _in(
            "tests/unit/test_line_receipts.py",
            "test_four_receipts_are_kept_apart",
            "test_unable_is_seen_and_what_is_owed_stays_owed",
        )
        + _in(
            "tests/unit/test_line_notices.py",
            "test_a_contact_on_the_spot_is_tested_before_the_start",
            "test_an_untested_contact_is_overdue_at_the_start_for_both_sides",
        ),
    ),
    Requirement(
        "17 July 2014: one notice named two upper limits; neighbours restricted differently",
        "One machine-readable limit; contradicting limits are refused; limits that differ across "
        "a border raise an alert",
        _in(_HISTORY, "test_2014_two_altitude_limits")
        + _in(
            "tests/unit/test_line_closures.py",
            "test_two_upper_limits_in_one_closure_are_refused",
            "test_limits_that_differ_along_a_shared_border_are_told_once",
        ),
    ),
    Requirement(
        "8 January 2020: a state of alert, an open sky, no notice",
        "ALERT_STATE without any detail, so that the civil side can close first",
        _in(
            "tests/unit/test_line_watch.py",
            "test_a_state_of_alert_is_told_without_any_detail",
        ),
    ),
    Requirement(
        "conflict-zone bulletins: numbered, with revisions and validity; advice or binding",
        "Revision, supersedes, binding level, reason code, review and end on every closure",
        _in(
            "tests/unit/test_line_closures.py",
            "test_a_closure_of_other_limits_supersedes_the_first_and_ends_it",
            "test_a_review_is_owed_and_overdue_for_both_sides",
        ),
    ),
    Requirement(
        "1972 and border agreements: questions answered in 7 days, 2 if urgent; a yearly review",
        "QUERY and its answer with deadlines, overdue shown to both; a review report from the "
        "record, identical on both sides",
        _in(
            "tests/unit/test_line_receipts.py",
            "test_a_query_is_answered_within_days_and_sooner_if_it_is_urgent",
        )
        + _in("tests/unit/test_line_review.py", "test_the_same_entries_give_the_same_review"),
    ),
    Requirement(
        "2023: both sides counted the other's violations, by different rules",
        "A breach claim is an entry with evidence, a reply and a disposition; the same counters "
        "for both",
        _in(
            "tests/unit/test_line_claims.py",
            "test_a_breach_has_a_reply_evidence_and_a_disposition_of_both_sides",
        )
        + _in(
            "tests/unit/test_line_review.py",
            "test_breaches_with_replies_and_dispositions",
        ),
    ),
    Requirement(
        "every one of them",
        "Silence is UNKNOWN, never anything else; there is no field for aiming",
        _in(_HISTORY, "test_a_silent_side_is_unknown_never_anything_else")
        + _in("tests/unit/test_line_message.py", "test_no_schema_has_a_field_for_aiming"),
    ),
    Requirement(
        "every one of them",
        "What was acknowledged is never lost: the server is killed while both sides talk",
        _in(
            "tests/e2e/test_line.py",
            "test_no_acknowledged_message_is_lost_when_the_server_is_killed",
        ),
    ),
)


def page() -> str:
    """The page."""
    lines = [
        "# What past arrangements ask, and the tests that show it",
        "",
        "Drawn from public accounts of lines between parties that did not trust each other, and of "
        "how they failed. `tools/make_requirements.py` writes this page; a test holds it to the "
        "tests it names.",
        "",
        "| what happened | the line must | shown by |",
        "|---|---|---|",
    ]
    for one in REQUIREMENTS:
        tests = "<br>".join(f"`{name.partition('::')[2]}`" for name in one.tests)
        lines.append(f"| {one.event} | {one.asks} | {tests} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
