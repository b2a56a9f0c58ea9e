"""The table: nothing is cut off, and every rounded number errs toward the closer."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from openline.airspace.conflict import Conflict
from openline.airspace.separation import INTERSECTION, RADAR, Separation
from openline.cli.output import printable
from openline.cli.table import minima_words, plain_table, print_table, sentences, summary
from openline.formats.traffic import Traffic
from tests.unit import findings_samples as samples

LONG = "Association of Mountain Rescue Services"


def _drawn(width: int, *conflicts: Conflict) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    print_table(samples.findings(*conflicts) if conflicts else samples.three(), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 139, 140, 200, 300])
def test_the_table_fits_and_is_whole(width: int) -> None:
    a = samples.intent("operational-intent-0123456789-abcdef", LONG)
    drawn = _drawn(width, samples.apart(a, samples.intent("S-1", "south", samples.CIRCLE)))
    assert max(len(line) for line in drawn.splitlines()) <= width
    letters = "".join(drawn.split())
    assert "…" not in drawn
    for word in ("10:00:00..10:00:40Z", "1,968..2,363ft", "4.6NM", "393ft", "40s"):
        assert word in letters, word
    assert all(word in drawn for word in ("Mountain", "Rescue", "Services", "S-1"))


def test_plain_lines_hold_one_conflict_each() -> None:
    lines = plain_table(samples.three()).splitlines()
    assert len(lines) == 4
    assert lines[1].split("  ")[0] == "1"
    assert "east: constraint C-1" in lines[1]
    assert "2026-11-22 10:00:00..10:20:01Z" in lines[1], "half a second outward"
    assert "300..601 m, 985..1,971 ft" in lines[1], "1 ft is 0.3048 m: 985.56 and 1,970.47"
    assert "8.6 km (4.6 NM)" in lines[2], "8,642 m are 4.67 NM: down"
    assert "120 m (393 ft)" in lines[2], "393.7 ft: down"
    assert lines[3].count("unknown") == 3


def test_columns_stay_in_line_with_wide_characters() -> None:
    a, b = samples.intent("N", "空軍"), samples.intent("S", "south")
    first, second = plain_table(samples.findings(samples.apart(a, b))).splitlines()
    assert first.index("and") == second.index("south") + 2, "two characters of double width"


def test_a_small_gap_is_never_nothing() -> None:
    conflict = samples.apart(samples.intent("N", "n"), samples.intent("S", "s"))
    tiny = replace(conflict, distance_m=0.04, vertical_gap_m=0.5, time_gap_s=0.001)
    line = plain_table(samples.findings(tiny)).splitlines()[1]
    assert line.count("<1 ") == 3


def test_a_whole_number_of_feet_stays_whole() -> None:
    conflict = samples.apart(samples.intent("N", "n"), samples.intent("S", "s"))
    # 7,000 ft are 2133.6 m, 1,300 ft are 396.24 m; in floating point a little less or more
    whole = replace(
        conflict, altitude_lower_m=2133.6, altitude_upper_m=2529.84, vertical_gap_m=396.24
    )
    line = plain_table(samples.findings(whole)).splitlines()[1]
    assert "7,000..8,300 ft" in line
    assert "(1,300 ft)" in line


def test_a_window_over_midnight_has_both_dates() -> None:
    conflict = samples.overlapping(samples.intent("N", "n"), samples.intent("S", "s"))
    night = replace(conflict, time_end=conflict.time_start + timedelta(hours=15))
    assert "2026-11-22 10:00Z.. 2026-11-23 01:00Z" in plain_table(samples.findings(night))


def test_sentences_of_many_are_those_of_the_worst() -> None:
    conflict = samples.overlapping(samples.intent("N", "n"), samples.intent("S", "s"))
    assert len(sentences(samples.findings(*[conflict] * 20))) == 20
    many = sentences(samples.findings(*[conflict] * 21))
    assert len(many) == 6
    assert "5 worst of 21" in many[-1]


def test_the_summary_counts() -> None:
    traffic = Traffic((samples.intent("N", "n"),), (samples.constraint("C", "e"),))
    assert summary(samples.findings(), traffic) == (
        "No conflict among 1 operational intent and 1 constraint of 2 parties (2 volumes)."
    )
    assert summary(samples.findings(), Traffic()).startswith("No conflict among nothing")


@pytest.mark.parametrize(
    ("separation", "words"),
    [
        (INTERSECTION, "Minima: none; volumes conflict when they overlap."),
        (RADAR, "Minima: lateral 5 NM (9,260 m), vertical 304.8 m (1,000 ft), time 0 s."),
        (
            Separation(500.0, 0.0, timedelta(minutes=5)),
            "Minima: lateral 500 m, vertical 0 m (0 ft), time 300 s.",
        ),
    ],
)
def test_minima_are_said_in_the_units_of_their_users(separation: Separation, words: str) -> None:
    assert minima_words(separation) == words


def test_nothing_printable_draws() -> None:
    assert printable("a\x1b[2Jb\u202ec\nd\udcff") == r"a\x1b[2Jb\u202ec\nd\udcff"
    assert printable("Süd 空軍") == "Süd 空軍"
