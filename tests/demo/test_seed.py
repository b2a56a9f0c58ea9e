"""A seed decides what is said, when and under which id; what machines add may differ."""

from pathlib import Path
from typing import Any, Final

from openline.demo.acts import ACTS
from tests.demo.stage import Played, played

# A private check says nothing on the line, and takes seconds.
ON_THE_GROUND: Final = tuple(
    act for act in ACTS if not act.sky and act.minute < 57 and act.name != "private_check"
)
# A number of the record counts what machines say too, and so does a number of a sender.
COUNTED: Final = frozenset({"sequence", "entry", "at", "party"})


def said_by_people(story: Played, before: str = "2027-05-11T06:57") -> list[dict[str, Any]]:
    return [
        {name: value for name, value in one.items() if name not in COUNTED}
        for one in story.messages
        if "officer" in one and one["sent"] < before
    ]


def test_the_same_seed_is_the_same_story_to_the_letter(story: Played, tmp_path: Path) -> None:
    again = played(tmp_path, ON_THE_GROUND)
    assert again.missed == []
    first, second = said_by_people(story), said_by_people(again)
    assert len(first) > 60
    assert second == first


def test_another_seed_has_other_ids_and_the_same_words(story: Played, tmp_path: Path) -> None:
    other = played(tmp_path, ON_THE_GROUND[:2], seed=2)
    mine, theirs = said_by_people(story), said_by_people(other)
    assert not {one["id"] for one in mine} & {one["id"] for one in theirs}
    count = len(theirs)
    assert [(one["kind"], one["sent"], one["officer"]) for one in theirs] == [
        (one["kind"], one["sent"], one["officer"]) for one in mine[:count]
    ]
