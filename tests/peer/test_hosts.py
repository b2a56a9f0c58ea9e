"""One server of several parties: what is for any of them is carried there, and what they say."""

from openline.app.line.change import Taken
from openline.app.line.compose import Saying, compose
from openline.app.peer.peers import Peer, peer_of, put_peer
from openline.app.peer.status import with_peers
from openline.line.event import LinkState
from openline.line.message.bodies import Body, LineCheck
from openline.line.message.kind import CheckMode
from openline.line.thread import Step
from tests.line_server import START, make_line
from tests.line_world import HOUR, unlocated
from tests.peer.world import World

CALL = LineCheck(CheckMode.HUMAN)


def two_on_one() -> World:
    """North's server is that of the east too, and south knows it."""
    world = World("north", "south")
    north, south = world["north"], world["south"]
    north.line = make_line(north.store, north.clock, ["north", "east"], world.agreed, world.new_id)
    north.begin_sealing()
    peer = Peer("north", "https://north.example", hosts=("east",))
    put_peer(south.store, south.line.origin, peer, START).result()
    south.peering.refresh()
    return world


def say(world: World, site: str, party: str, body: Body, *to: str) -> Taken:
    line = world[site].line
    return compose(line, party, Saying(body, "Eve", to), line.clock.now()).result()


def has(world: World, site: str, taken: Taken) -> bool:
    return any(message.id == taken.message.id for _, message in world[site].said())


def test_an_address_may_name_all_whose_server_it_is() -> None:
    found = peer_of("north+east=https://north.example")
    assert found == Peer("north", "https://north.example", hosts=("east",))
    assert found.parties == {"north", "east"}


def test_what_is_for_one_of_them_alone_comes_to_their_server_and_its_receipt_back() -> None:
    world = two_on_one()
    to_east = say(world, "south", "south", unlocated(START + 2 * HOUR), "east")
    from_east = say(world, "north", "east", unlocated(START + 3 * HOUR), "south")
    world.rest()
    assert has(world, "north", to_east)
    assert has(world, "south", from_east)
    for site, taken, other in (("south", to_east, "east"), ("north", from_east, "south")):
        threads = world[site].line.look(lambda line, _at: line.state.threads)
        assert threads[taken.message.thread].sides[other].step is Step.RECEIVED


def test_what_they_say_to_each_other_stays_there_and_leaves_no_gap() -> None:
    world = two_on_one()
    for hour in range(2, 6):
        own = say(world, "north", "east", unlocated(START + hour * HOUR), "north")
    last = say(world, "north", "east", CALL, "south")
    world.rest()
    world.rest()
    assert not has(world, "south", own)
    assert has(world, "south", last)
    missing = world["south"].line.look(lambda line, _at: line.state.party("east").sequences.missing)
    assert not missing
    assert not world["south"].refusals()
    assert not world["north"].refusals()


def test_nothing_that_came_is_carried_back() -> None:
    world = two_on_one()
    say(world, "north", "east", unlocated(START + 2 * HOUR), "south", "north")
    world.rest()
    before = world["south"].link("north").status.messages_out
    world["south"].link("north").begin_again()
    assert not world["south"].link("north").outbox.has_more(world.now_s)
    assert world["south"].link("north").status.messages_out == before


def test_the_link_of_each_of_them_is_alive_and_shown_with_their_server() -> None:
    world = two_on_one()
    for _ in range(3):
        world.rest()
    south = world["south"]
    board = with_peers(south.board(), south.peering)
    links = {link.party: link for link in board.links}
    for party in ("north", "east"):
        assert links[party].state is LinkState.LIVE
        seen = links[party].peer
        assert seen is not None
        assert seen.server == "reached"
