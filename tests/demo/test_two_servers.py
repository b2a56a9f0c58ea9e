"""The same story over two servers that do not trust each other: the same words, on both sides."""

from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from openline.api.demo import ActShown
from openline.demo.acts import TWO_SERVERS
from openline.demo.region import START
from tests.demo.stage import Played, played
from tests.demo.test_seed import said_by_people

CUT: Final = START + timedelta(minutes=next(act.minute for act in TWO_SERVERS if act.name == "cut"))
SKY_END: Final = START + timedelta(minutes=72)  # then the clock of this test leaps over the sky
MENDED: Final = timedelta(seconds=200)  # so long was it cut once HOLD was called


@pytest.fixture(scope="module")
def over_two(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """All acts, with a server of its own for the south."""
    return played(tmp_path_factory.mktemp("two"), TWO_SERVERS, servers=2)


def the(found: list[dict[str, Any]], **values: str) -> dict[str, Any]:
    (one,) = (one for one in found if values.items() <= one.items())
    return one


def test_no_act_was_left_out(over_two: Played) -> None:
    assert over_two.missed == []
    assert [act.state for act in over_two.demo.acts] == ["done"] * len(TWO_SERVERS)


def test_the_same_words_and_ids_as_on_one_server(story: Played, over_two: Played) -> None:
    assert len(said_by_people(over_two)) > 70
    assert said_by_people(over_two) == said_by_people(story)


def test_each_conflict_has_one_id_and_one_end_on_both_records(over_two: Played) -> None:
    for name, count in (("conflict.opened", 4), ("conflict.closed", 3)):
        mine, theirs = (
            [(one["conflict"], one["at"]) for one in events if one["event"] == name]
            for events in (over_two.events, over_two.other_events)
        )
        assert len(mine) == count, "the last one is left to whoever looks on"
        assert mine == theirs, "at the same instant: the clock stands while it is carried"


def test_each_server_says_of_a_flight_what_it_can_know(over_two: Played) -> None:
    told = " ".join(over_two.told.split())
    assert "the server of the south: SLA40 is Nonconforming" in told
    assert "the server of the north, by its own radar: SLA40 flies where nobody declared it" in told
    seen = [one for one in over_two.observed if datetime.fromisoformat(one["time"]) < SKY_END]
    strayed = [one for one in seen if one.get("kind") == "undeclared"]
    assert [one["change"] for one in strayed] == ["began", "over"], "and nobody else"
    assert {one["track"] for one in strayed} == {_act(over_two, "strayed").track}
    thread = over_two.threads["sl40"].thread
    assert thread is not None
    assert all(one.get("intent_id") != thread.id for one in seen), "the north judges no plan of it"


def _act(over_two: Played, name: str) -> ActShown:
    return next(one for one in over_two.demo.acts if one.name == name)


def test_nothing_was_late_but_for_the_cut(over_two: Played) -> None:
    came = {one["id"]: one["at"] for one in over_two.other_messages}
    for one in over_two.messages:
        at = datetime.fromisoformat(one["at"])
        if "officer" in one and "south" in one["to"] and at < CUT:
            assert came[one["id"]] == one["at"], one["kind"]


def test_the_urgent_message_waited_for_the_link_and_then_came(over_two: Played) -> None:
    said, came = (
        the(messages, kind="URGENT", officer="dov")
        for messages in (over_two.other_messages, over_two.messages)
    )
    assert said["id"] == came["id"]
    waited = datetime.fromisoformat(came["at"]) - datetime.fromisoformat(said["at"])
    assert waited == MENDED
    answer = the(over_two.other_messages, kind="ANSWER", thread=said["id"])
    assert answer["body"]["code"] == "will_comply"
    assert answer["officer"] == "bram"


def test_both_sides_knew_that_they_knew_nothing_and_when_it_was_over(over_two: Played) -> None:
    sides = (("south", over_two.events), ("north", over_two.other_events))
    for party, events in sides:
        links = [one for one in events if one["event"] == "link.changed" and one["party"] == party]
        unknown = [number for number, one in enumerate(links) if one["state"] == "UNKNOWN"]
        assert len(unknown) == 1, "and only while it was cut"
        since, until = (
            datetime.fromisoformat(links[unknown[0] + later]["at"]) - CUT for later in (0, 1)
        )
        assert timedelta(seconds=60) < since < timedelta(seconds=200)
        assert until == timedelta(seconds=220)
        assert links[unknown[0] + 1]["state"] == "live"


def test_both_records_say_the_same_and_each_was_cosigned(over_two: Played) -> None:
    assert len(over_two.digests) == 1
    told = " ".join(over_two.told.split())
    assert "the same in both records" in told
    assert "north has cosigned the record of the south" in told
    for party, other in (("north", "south"), ("south", "north")):
        link = next(one for one in over_two.boards[party].links if one.party == other)
        assert link.peer is not None
        assert link.peer.cosigned
        assert link.peer.seen
        assert not link.peer.evidence
        assert not link.peer.refused


def test_each_page_knows_where_the_other_server_is_and_its_own_people(over_two: Played) -> None:
    parties = [one.parties for one in over_two.demo.servers]
    assert parties == [["north", "aid"], ["south"]]
    assert len({one.url for one in over_two.demo.servers}) == 2
    assert {one.party for one in over_two.demo.logins} == {"north", "aid"}


def test_every_link_is_told_with_both_addresses_where_both_have_it(over_two: Played) -> None:
    urls = [one.url for one in over_two.demo.servers]
    for act in over_two.demo.acts:
        if act.conflict:
            for url in urls:
                assert f"{url}/#c={act.conflict}" in over_two.told
