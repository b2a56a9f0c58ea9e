"""What people see of a peer: on the board, over HTTP and with `openline peer list`."""

import msgspec

from openline.api.line import board_wire
from openline.api.line.peers import peer_values
from openline.app.peer.status import statuses, with_peers
from openline.cli.line_watcher import Seen
from openline.cli.peer import _rows
from openline.formats.line_board import values_of
from openline.line.message.bodies import Amend, Answer
from openline.line.message.kind import AnswerCode
from tests.line_world import HOUR, START, unlocated
from tests.peer.test_heads import back_date, heads, rewrite, talk
from tests.peer.world import World
from tests.unit.test_cli_line_watch import shown as board_text


def board(world: World, party: str, peer: str) -> board_wire.Peer:
    """The peer on a party's board as it travels."""
    site = world[party]
    text = msgspec.json.encode(values_of(with_peers(site.board(), site.peering)))
    read = msgspec.json.decode(text, type=board_wire.Board)
    assert msgspec.json.decode(msgspec.json.encode(read)) == msgspec.json.decode(text)
    assert next(one for one in read.links if one.party == party).peer is None, "it is no peer"
    found = next(one for one in read.links if one.party == peer).peer
    assert found is not None
    return found


def test_the_board_tells_of_a_peer_from_the_first_word_to_silence() -> None:
    world = World("north", "south")
    assert board(world, "north", "south").server == "never heard"
    said = world.say("north", unlocated(START + 2 * HOUR))
    world.exchange("north", "south", "cut")
    found = board(world, "north", "south")
    assert (found.server, found.behind) == ("never heard", 1)
    assert found.fault == "the line is cut"
    world.exchange("north", "south")
    world.exchange("south", "north")
    found = board(world, "north", "south")
    assert (found.server, found.behind, found.fault) == ("reached", 0, None)
    heads(world, "north", "south")
    world.sleep(1)
    world.exchange("north", "south", "cut")
    world.say("north", unlocated(START + 3 * HOUR))
    world.exchange("north", "south", "cut")
    found = board(world, "north", "south")
    assert (found.server, found.behind) == ("silent", 1), "it was asked, and did not answer"
    world.exchange("north", "south")
    assert board(world, "north", "south").server == "reached"
    heads(world, "north", "south")
    world.sleep(41)
    found = board(world, "north", "south")
    assert found.server == "silent"
    assert found.cosigned == found.seen == world["south"].sealer.size
    assert found.cosigned_age_s == 41
    assert said.message.id in world["south"].messages()


def test_the_board_tells_of_refusals_and_of_evidence() -> None:
    world = World("north", "south")
    talk(world)
    heads(world, "north", "south")
    said = world.say("north", unlocated(START + 9 * HOUR))
    world.exchange("north", "south")
    world.say("north", Amend(unlocated(START + 8 * HOUR)), thread=said.message.thread)
    answer = Answer(AnswerCode.WILL_COMPLY, said.message.id)
    world.say("south", answer, thread=said.message.thread)
    world.exchange("south", "north")
    assert board(world, "south", "north").refused == 1
    (told,) = statuses(world["south"].peering, START)
    (refused,) = peer_values(told).refused
    assert "amended" in refused.reason
    rewrite(world["north"], back_date)
    world["north"].begin_sealing()
    heads(world, "north", "south")
    (what,) = board(world, "south", "north").evidence
    assert "does not continue" in what
    assert "does not continue" in (board(world, "north", "south").refuses or "")
    (told,) = statuses(world["south"].peering, START)
    listed = "\n".join(_rows(peer_values(told)))
    assert "EVIDENCE of 2026-11-22T12:00:" in listed
    assert "north signed two records that contradict each other. Call its duty officer" in listed
    (told,) = statuses(world["north"].peering, START)
    assert "REFUSES to cosign" in (rows := "\n".join(_rows(peer_values(told))))
    assert "openline db check" in rows
    site = world["south"]
    text = msgspec.json.encode(values_of(with_peers(site.board(), site.peering)))
    read = msgspec.json.decode(text, type=board_wire.Board)
    shown = " ".join(board_text(Seen(read, 0.0, None, ()), 40, 200).split())
    assert "THE RECORD OF north CONTRADICTS ITSELF" in shown
