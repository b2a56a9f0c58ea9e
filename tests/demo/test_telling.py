"""The story as text in each language and as lines of JSON."""

import json
import re
from datetime import UTC, datetime

import pytest

from openline.api.demo import ActShown
from openline.api.line.advice_wire import AdviceChange, AdviceWay
from openline.api.line.board_wire import Conflict, ConflictFacts, Place
from openline.demo.telling import JsonTeller, TextTeller, line_of, line_words
from openline.demo.worded import Change, Reason
from openline.formats.line_catalogue import catalogue, languages

NOW = datetime(2027, 5, 11, 6, 2, 30, tzinfo=UTC)
OTHERS = [one for one in languages() if one != "en"]
ENGLISH_WORDS = re.compile(r"\b(and|of|the|overlap|close|from|near|higher|later|volume|apart)\b")
ACT = ActShown(2, "automatic", "A conflict", "Two plans.", NOW)
ACT_CHANGE = AdviceChange([0], 0.0, 510.0, 0.0, 0.0, 0.0)


def conflict(**facts: object) -> Conflict:
    numbers = ConflictFacts(
        "2027-05-11T06:50:00Z",
        "2027-05-11T07:50:00Z",
        lateral_m=9_260.0,
        vertical_m=304.8,
        time_s=60.0,
        reason="Intent A of north and intent B of south overlap.",
        time_gap_s=0.0,
        altitude_lower_m=500.0,
        altitude_upper_m=700.0,
        where=Place(47.2355, -30.3315),
    )
    for name, value in facts.items():
        setattr(numbers, name, value)
    return Conflict("c", "south", "t1", "t2", numbers, "", 1, False, False, [], [], "NR12", "SL40")


def way(*changes: AdviceChange, volumes: int = 3) -> AdviceWay:
    return AdviceWay(0.0, "volume 1: 510 m higher", "", list(changes), [None] * volumes, NOW, NOW)  # type: ignore[list-item]


def test_why_it_is_a_conflict_is_the_servers_sentence_in_english() -> None:
    assert Reason(conflict()).in_words(catalogue("en")) == conflict().facts.reason


def test_why_it_is_a_conflict_is_said_by_its_numbers_in_other_languages() -> None:
    near = conflict(distance_m=7_037.6, vertical_gap_m=0.0, time_gap_s=90.0)
    for language in OTHERS:
        words = catalogue(language)
        told = Reason(conflict()).in_words(words)
        assert told.startswith(
            words.console["reason.overlap"].format(
                own="NR12", other="SL40 (south)", start="2027-05-11 06:50Z", end="2027-05-11 07:50Z"
            )
        )
        assert "500 m (1,640 ft) W84" in told
        assert "47.2355N 30.3315W" in told
        told = Reason(near).in_words(words)
        assert "3.8 NM" in told  # 7,037.6 m of 1,852 m
        assert "1 min 30 s" in told
        assert not ENGLISH_WORDS.search(told)


def test_a_conflict_without_a_place_says_so_in_other_languages() -> None:
    found = conflict(where=None, altitude_lower_m=None, altitude_upper_m=None)
    found.only_unlocated = True
    for language in OTHERS:
        words = catalogue(language)
        assert Reason(found).in_words(words).endswith(words.console["conflict.unlocated"])


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "volume 1\u00a0: 510 m (1,673 ft) plus haut"),
        ("es", "volumen 1: 510 m (1,673 ft) más alto"),
        ("ru", "объём 1: на 510 m (1,673 ft) выше"),
        ("ar", "الحجم 1: أعلى بمقدار 510 m (1,673 ft)"),
        ("en", "volume 1: 510 m higher"),
    ],
)
def test_a_way_out_is_said_in_each_language(language: str, expected: str) -> None:
    change = AdviceChange([0], 0.0, 510.0, 0.0, 0.0, 0.0)
    assert Change(way(change)).in_words(catalogue(language)) == expected


def test_every_part_of_a_way_out_is_said() -> None:
    change = AdviceChange([0], 720.0, -60.0, 3_704.0, 150.0, 30.0, 45.0)
    told = Change(way(change, volumes=1)).in_words(catalogue("ru"))
    assert told == (
        "на 12 min позже и на 60 m (197 ft) ниже и на 2.0 NM в сторону 045° (северо-восток) и "
        "уже на 150 m (492 ft) с каждой стороны и без занятых 30 s"
    )


def test_a_line_keeps_the_words_of_every_language() -> None:
    line = line_of(NOW, "advised", {"who": "Cora", "change": Change(way(ACT_CHANGE))})
    assert line.values == {"who": "Cora", "change": "volume 1: 510 m higher"}
    assert sorted(line.worded) == OTHERS
    for language in OTHERS:
        assert "higher" not in line_words(catalogue(language), line)
    assert line_of(NOW, "accepts", {"who": "Bram"}).worded == {}


def test_as_json_each_thing_is_a_line_that_says_what_it_is() -> None:
    lines: list[str] = []
    teller = JsonTeller(lines.append, catalogue("fr"))
    line = line_of(NOW, "accepts", {"who": "Bram"})
    teller.aside("begins")
    teller.act(NOW, ACT)
    teller.said(ACT, line)
    teller.look(NOW, ACT, "conflict", "c1", ["http://a", "http://b"])
    teller.look(NOW, ACT, "page", "/console/demo/review", ["http://a"])
    teller.left_out(NOW, ACT, "why")
    teller.over(NOW)
    assert all("\n" not in one for one in lines)
    found = [json.loads(one) for one in lines]
    events = ["note", "act", "said", "look", "look", "left_out", "over"]
    assert [one["event"] for one in found] == events
    assert {one["time"] for one in found[1:]} == {"2027-05-11T06:02:30Z"}
    assert {one["act"] for one in found[1:6]} == {2}
    assert found[1]["title"] == catalogue("fr").console["demo.automatic.title"]
    assert found[2]["words"] == "Bram accepte"
    assert (found[3]["conflict"], found[3]["urls"]) == ("c1", ["http://a/#c=c1", "http://b/#c=c1"])
    assert found[4]["urls"] == ["http://a/console/demo/review"]


def test_as_text_an_address_follows_each_thing_to_look_at() -> None:
    lines: list[str] = []
    teller = TextTeller(lines.append)
    teller.look(NOW, ACT, "track", "icao24:f0e001", ["http://a", "http://b"])
    assert lines == ["    → http://a/#a=icao24:f0e001\n    → http://b/#a=icao24:f0e001"]
