"""The review that both sides get letter by letter alike."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from openline.app.peer.common import common_review
from openline.errors import NotFound
from openline.line.message.bodies import Amend, Answer, Query, Receipt
from openline.line.message.kind import AnswerCode, ReceiptKind
from openline.store.ports import Transaction
from openline.store.sqlite.store import SqliteStore
from tests.line_world import HOUR, START, notice, unlocated, volume
from tests.peer.world import World, instant
from tests.unit.command import invoke

TWO = ("north", "south")


def review(world: World, party: str, two: tuple[str, str] = TWO) -> str:
    """As a side writes it."""
    return json.dumps(common_review(world[party].records(), two), indent=1)


def busy(*parties: str) -> World:
    """A line on which much was said, with a link that was slow and away."""
    world = World(*parties)
    first = world.say("north", notice())
    world.say("south", notice())
    world.sleep(20)
    world.rest()
    world.say("south", Receipt(ReceiptKind.READ, first.message.id), thread=first.message.thread)
    world.sleep(900)
    world.rest()
    answer = Answer(AnswerCode.CONTINUING_AS_PLANNED, first.message.id)
    world.say("south", answer, thread=first.message.thread)
    world.say("north", Query("who flies on Monday?"), "south")
    world.sleep(4_000)
    world.rest()
    world.say("north", Amend(notice(volume(start=START + 9 * HOUR))), thread=first.message.thread)
    world.rest()
    return world


def test_both_sides_get_the_same_bytes() -> None:
    world = busy("north", "south")
    assert review(world, "north") == review(world, "south")
    found = json.loads(review(world, "north"))
    assert found["parties"] == ["north", "south"]
    assert found["not_counted"] == []
    by_party = {one["party"]: one for one in found["line"]["parties"]}
    assert by_party["north"]["notices"] == {"volume": 1}
    assert by_party["north"]["amendments"] == 1
    assert by_party["south"]["answers"] == {"continuing_as_planned": 1}
    assert by_party["south"]["delivered"]["given"] == 2
    assert found["line"]["conflicts"][0]["opened"] >= 1


def test_what_a_third_party_said_is_in_none_of_it() -> None:
    world = busy("north", "south", "east")
    before = review(world, "north")
    world.say("east", unlocated(START + 9 * HOUR))
    world.rest()
    assert review(world, "north") == review(world, "south") == before
    both = review(world, "east", ("east", "south"))
    assert both == review(world, "south", ("south", "east"))


def test_what_was_refused_or_never_came_is_in_none_of_it() -> None:
    world = busy("north", "south")
    said = world.say("north", unlocated(START + 9 * HOUR))
    world.rest()
    world.say("north", Amend(unlocated(START + 8 * HOUR)), thread=said.message.thread)
    crossing = Answer(AnswerCode.WILL_COMPLY, said.message.id)
    world.say("south", crossing, thread=said.message.thread)
    world.rest()
    assert world["south"].refusals()
    late = world.say("north", unlocated(START + 12 * HOUR))
    assert review(world, "north") == review(world, "south"), "it is not there yet"
    world.exchange("north", "south")
    world.rest()
    assert review(world, "north") == review(world, "south")
    assert late.message.id in world["south"].messages()


def test_another_message_is_another_digest() -> None:
    world = busy("north", "south")
    before = json.loads(review(world, "north"))
    world.say("south", unlocated(START + 9 * HOUR))
    world.rest()
    after = json.loads(review(world, "north"))
    assert after["digest"] != before["digest"]
    assert after["messages"] > before["messages"]


def test_it_ends_where_it_is_asked_to() -> None:
    world = busy("north", "south")
    until = instant(0.5)
    reviews = [common_review(world[party].records(), TWO, until) for party in TWO]
    assert reviews[0] == reviews[1]
    assert reviews[0]["messages"] == 2
    assert reviews[0]["until"] == "2026-11-22T12:00:00.5Z"


def test_a_party_that_is_not_on_the_line_has_no_review() -> None:
    with pytest.raises(NotFound):
        common_review(busy("north", "south")["north"].records(), ("north", "nobody"))


def test_the_command_reviews_a_database(tmp_path: Path) -> None:
    db = str(tmp_path / "line.db")
    world = busy("north", "south")

    def put(tx: Transaction) -> None:
        for one in world["north"].records():
            tx.append_record(one.time, one.party, one.kind, one.body)

    with closing(SqliteStore(Path(db))) as store:
        store.submit((), put).result()
    found = invoke("peer", "review", "north", "south", "--db", db)
    assert json.loads(found.output) == json.loads(review(world, "south"))
    until = invoke("peer", "review", "north", "south", "--db", db, "--until", "2026-11-22T12:00Z")
    assert json.loads(until.output)["messages"] == 0
    assert invoke("peer", "review", "north", "nobody", "--db", db).exit_code == 2
