"""What is shown coarsely, across servers: carried, compared, and no more told than was chosen."""

import json
import math
from dataclasses import replace
from datetime import timedelta

import pytest

from openline.airspace.volume import Volume4D
from openline.app.line.jws import payload_of
from openline.app.line.shown import hides
from openline.app.peer.common import common_review
from openline.formats.line_message import decode
from openline.geo.circle import Circle
from openline.line.agreement import Coarseness
from openline.line.board import ConflictView
from openline.line.message.bodies import Amend, Cancel, Finding, Notify
from openline.line.message.envelope import Message
from openline.line.message.kind import FindingState, NoticeKind
from openline.store.ports import Record
from tests.line_server import START
from tests.peer.world import World

HOUR = timedelta(hours=1)
FULL, CELLS, CONFLICTS = Coarseness.FULL, Coarseness.CELLS, Coarseness.CONFLICTS
NAME = "kestrel seven"
LAT, LNG = 54.012345, 7.067891


def place(north_m: float = 0.0, low_m: float = 103.0, high_m: float = 507.0) -> Volume4D:
    """A small circle so far north of a point, for an hour."""
    lat = LAT + math.degrees(north_m / 6_378_137)
    times = (START + 2 * HOUR, START + 3 * HOUR)
    return Volume4D.over_ellipsoid(Circle.of(lat, LNG, 800.0), low_m, high_m, *times)


def notice(volume: Volume4D, show: Coarseness = FULL, kind: NoticeKind = NoticeKind.PLAN) -> Notify:
    times = (volume.time_start, volume.time_end)
    return Notify(kind, *times, (volume,), show=show, name=NAME, text="by the lake")


def open_conflicts(world: World, party: str) -> list[ConflictView]:
    return [one for one in world[party].board().conflicts if one.closed is None]


def same(world: World) -> int:
    """How many conflicts stand; both boards say the same of them."""
    north, south = (
        {(one.id, replace(one.facts, reason="")) for one in open_conflicts(world, party)}
        for party in world.parties
    )
    assert north == south
    return len(north)


def found(world: World, party: str) -> list[Finding]:
    """What machines told of what is hidden, as it is on a record."""
    return [one.body for _, one in world[party].said() if isinstance(one.body, Finding)]


def bodies(world: World, party: str, kind: str) -> list[Record]:
    return [one for one in world[party].records() if one.kind == kind]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(CELLS, FULL), (CELLS, CELLS), (CONFLICTS, FULL), (CONFLICTS, CELLS)],
)
def test_both_boards_say_the_same_through_every_change(
    ours: Coarseness, theirs: Coarseness
) -> None:
    world = World("north", "south")
    mine = world.say("north", notice(place(), ours)).message.thread
    world.rest()
    assert same(world) == 0
    other = world.say("south", notice(place(200.0), theirs)).message.thread
    world.rest()
    assert same(world) == 1
    (first,) = {one.id for one in open_conflicts(world, "north")}
    far = notice(place(900_000.0), theirs)
    world.say("south", Amend(far), thread=other)
    world.rest()
    assert same(world) == 0
    world.say("north", Amend(notice(place(900_300.0), ours)), thread=mine)
    world.rest()
    assert [one.id for one in open_conflicts(world, "south")] == [first]
    assert same(world) == 1
    world.say("north", Amend(notice(place(900_300.0, 30_000.0, 31_000.0), ours)), thread=mine)
    world.rest()
    assert same(world) == 0
    world.say("north", Amend(notice(place(900_300.0), ours)), thread=mine)
    world.rest()
    assert same(world) == 1
    world.say("south", Cancel(), thread=other)
    world.rest()
    assert same(world) == 0
    assert not world["north"].refusals() + world["south"].refusals()


def test_cells_are_compared_outward_and_the_conflict_says_so() -> None:
    """Two circles 15 km apart, with minima of 5 NM: the cells between them are nearer."""
    world = World("north", "south")
    world.say("north", notice(place(), CELLS))
    world.say("south", notice(place(13_500.0), FULL))
    world.rest()
    assert same(world) == 1
    for party in world.parties:
        (one,) = open_conflicts(world, party)
        assert "only as cells" in one.facts.reason


def test_of_what_is_shown_as_conflicts_the_conflict_has_no_number_but_of_the_other() -> None:
    world = World("north", "south")
    world.say("north", notice(place(), CONFLICTS))
    world.say("south", notice(place(300.0)))
    world.rest()
    for party in world.parties:
        (one,) = open_conflicts(world, party)
        facts = one.facts
        assert (facts.where, facts.distance_m, facts.vertical_gap_m) == (None, None, None)
        assert (facts.altitude_lower_m, facts.altitude_upper_m) == (None, None)
        assert (facts.time_start, facts.time_end) == (START + 2 * HOUR, START + 3 * HOUR)
    assert [one.state for one in found(world, "south")] == [FindingState.OPEN]


@pytest.mark.parametrize(
    ("shown", "theirs"), [(CELLS, FULL), (CONFLICTS, FULL), (CONFLICTS, CELLS)]
)
def test_no_more_than_was_chosen_reaches_the_other_server(
    shown: Coarseness, theirs: Coarseness
) -> None:
    """Two worlds that differ only in what is hidden: what comes there is the same but for ids."""
    said: list[list[Message]] = []
    for number, volume in enumerate((place(), place(150.0, 240.0, 410.0))):
        world = World("north", "south")
        body = notice(volume, shown)
        if shown is CONFLICTS:  # its time is hidden as well
            body = replace(body, time_end=body.time_end + HOUR * number)
        world.say("north", body)
        world.say("south", notice(place(400.0), theirs))
        world.rest()
        taken = [(one, message) for one, message in world["south"].said() if is_norths(message)]
        payloads = b"".join(payload_of(one.body) for one, _ in taken).lower()
        for word in (NAME, "by the lake", "volumes", "54.01", "7.06"):
            assert word.encode() not in payloads
        said.append([message for _, message in taken])
    assert said[0] == said[1]  # but for the digest of what is hidden, which does not count


def is_norths(message: Message) -> bool:
    return message.sender == "north"


def test_what_is_hidden_can_be_shown_to_be_that_and_nothing_else() -> None:
    world = World("north", "south")
    first = world.say("north", notice(place(), CELLS))
    second = world.say("north", notice(place(50.0), CELLS))
    world.rest()
    here, there = world["north"].messages(), world["south"].messages()
    form = decode(payload_of(there[first.message.id])).body
    assert isinstance(form, Notify)
    assert form.coarse is not None
    assert hides(form.coarse, here[first.message.id])
    assert not hides(form.coarse, here[second.message.id])


def test_the_sender_keeps_what_was_shown_and_sends_the_same_again() -> None:
    world = World("north", "south")
    said = world.say("north", notice(place(), CELLS))
    world.exchange("north", "south", "lost")
    world["north"].begin()
    world.rest()
    (kept,) = bodies(world, "north", "line.shown")
    token = json.loads(kept.body)["token"]
    assert world["south"].messages()[said.message.id] == token.encode()
    assert len([one for _, one in world["south"].said() if one.id == said.message.id]) == 1


def test_a_notice_without_a_time_ends_when_its_own_server_says_so() -> None:
    world = World("north", "south")
    said = world.say("north", notice(place(), CONFLICTS))
    world.say("south", notice(place(300.0)))
    world.rest()
    assert same(world) == 1
    world.sleep(3.1 * HOUR.total_seconds())
    world.rest()
    assert FindingState.ENDED in [one.state for one in found(world, "south")]
    thread = world["south"].line.look(lambda line, _at: line.state.threads[said.message.thread])
    assert not thread.standing
    assert same(world) == 0


def test_two_that_show_conflicts_alone_are_not_compared() -> None:
    world = World("north", "south")
    world.say("north", notice(place(), CONFLICTS))
    world.say("south", notice(place(300.0), CONFLICTS))
    world.rest()
    assert same(world) == 0


def test_the_review_is_the_same_on_both_sides() -> None:
    world = World("north", "south")
    world.say("north", notice(place(), CELLS))
    hidden = world.say("north", notice(place(), CONFLICTS))
    world.say("south", notice(place(300.0)))
    world.rest()
    world.say("north", Cancel(), thread=hidden.message.thread)
    world.rest()
    north, south = (
        common_review(world[party].records(), ("north", "south")) for party in world.parties
    )
    assert north == south
    assert north["messages"] >= 5


def test_an_amendment_that_changes_nothing_that_is_shown_has_to_be_read_all_the_same() -> None:
    """Both sides count the same versions, or one would wait for what the other does not owe."""
    world = World("north", "south")
    thread = world.say("north", notice(place(), CELLS)).message.thread
    world.rest()
    world.say("north", Amend(notice(place(10.0), CELLS)), thread=thread)
    world.rest()
    versions = [
        world[party].line.look(lambda line, _at: line.state.notices[thread].version)
        for party in world.parties
    ]
    assert versions == [2, 2]


def test_a_third_party_that_may_see_all_gets_the_notice_itself() -> None:
    world = World("north", "south", "east")
    said = world.say("north", notice(place(), CELLS), "south")
    shown = world.say("north", notice(place()), "south", "east")
    world.rest()
    assert said.message.id not in world["east"].messages()
    for party in ("south", "east"):
        assert (
            world[party].messages()[shown.message.id] == world["north"].messages()[shown.message.id]
        )
