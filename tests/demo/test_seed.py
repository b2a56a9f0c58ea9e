"""A seed decides what is said, when and under which id; what machines add may differ.

That the same seed is the same story to the letter is shown by the play over two servers, which has
it from a run of its own: test_two_servers.
"""

from pathlib import Path
from typing import Any, Final

from openline.demo.acts import ACTS
from tests.demo.stage import Played, played

CLAIMED: Final = "2027-05-11T07:19"  # with an entry as evidence: each record has its own number
# A number of the record counts what machines say too, and so does a number of a sender.
COUNTED: Final = frozenset({"sequence", "entry", "at", "party"})


def said_by_people(story: Played) -> list[dict[str, Any]]:
    """What people said until one of them names an entry of the record."""
    return [
        {name: value for name, value in one.items() if name not in COUNTED}
        for one in story.messages
        if "officer" in one and one["sent"] < CLAIMED
    ]


def test_another_seed_has_other_ids_and_the_same_words(story: Played, tmp_path: Path) -> None:
    other = played(tmp_path, ACTS[:2], seed=2)
    mine, theirs = said_by_people(story), said_by_people(other)
    assert not {one["id"] for one in mine} & {one["id"] for one in theirs}
    count = len(theirs)
    assert [(one["kind"], one["sent"], one["officer"]) for one in theirs] == [
        (one["kind"], one["sent"], one["officer"]) for one in mine[:count]
    ]
