"""Exchanges of servers in one process: what arrives, how often, in which order, what does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from openline.app.line.confirm import confirm
from openline.app.peer.peering import Peering
from openline.app.peer.peers import pause_peer
from openline.formats.peer_exchange import EXCHANGE_PATH
from openline.line.agreement import Coarseness
from openline.line.event import LinkState
from openline.line.message.bodies import (
    Amend,
    Answer,
    Notify,
    Receipt,
    Resume,
    Suspend,
    Urgent,
)
from openline.line.message.kind import AnswerCode, Kind, NoticeKind, ReceiptKind, UrgentAction
from openline.line.thread import Step
from tests.line_server import make_line
from tests.line_world import HOUR, START, notice, unlocated, volume
from tests.peer.world import OFFICERS, World, instant


def step(world: World, at: str, thread: str, of: str) -> Step:
    return world[at].line.look(lambda line, _at: line.state.threads[thread].sides[of].step)


def link_state(world: World, at: str, of: str) -> LinkState:
    return next(one.state for one in world[at].board().links if one.party == of)


def test_one_exchange_brings_a_message_and_its_receipt() -> None:
    world = World("north", "south")
    said = world.say("north", unlocated(START + 2 * HOUR))
    assert step(world, "north", said.message.thread, "south") is Step.SENT
    world.exchange("north", "south")
    assert step(world, "north", said.message.thread, "south") is Step.RECEIVED
    assert world["north"].messages() == world["south"].messages()
    before = len(world["south"].records())
    world.exchange("north", "south")
    world.exchange("south", "north")
    assert len(world["south"].records()) == before, "nothing new was said"


@pytest.mark.parametrize("fault", ["cut", "lost", "twice", "garbled"])
def test_a_fault_loses_nothing_and_doubles_nothing(fault: str) -> None:
    world = World("north", "south")
    for number in range(5):
        world.say("north", unlocated(START + (2 + number) * HOUR))
    world.exchange("north", "south", fault)
    world.exchange("south", "north", fault)
    world.sleep(5)
    world.exchange("north", "south")
    world.exchange("north", "south")
    assert len(world["north"].messages()) == 10, "five notices and five receipts"
    assert world["north"].messages() == world["south"].messages()


def test_a_server_that_was_killed_goes_on_where_it_was() -> None:
    world = World("north", "south")
    first = world.say("north", unlocated(START + 2 * HOUR))
    world.exchange("north", "south", "lost")
    world["north"].begin()
    world["south"].begin()
    second = world.say("north", unlocated(START + 3 * HOUR))
    world.exchange("north", "south")
    for said in (first, second):
        assert step(world, "north", said.message.thread, "south") is Step.RECEIVED
    assert world["north"].messages() == world["south"].messages()


def test_urgent_goes_before_everything_that_waits() -> None:
    world = World("north", "south")
    for number in range(250):
        world.say("north", unlocated(START + (2 + number) * HOUR))
    stop = world.say("north", Urgent(UrgentAction.STOP))
    assert world.exchange("north", "south", urgent=True)
    assert next(iter(world["south"].messages())) == stop.message.id
    assert step(world, "north", stop.message.thread, "south") is Step.SENT, "the receipt comes next"
    world.rest()
    assert step(world, "north", stop.message.thread, "south") is Step.RECEIVED
    assert world["north"].messages() == world["south"].messages()


def test_urgent_leaps_over_thousands_that_wait() -> None:
    world = World("north", "south")
    site = world["north"]
    for _ in range(1_200):
        world.sleep(60)
        site.tick()
    stop = world.say("north", Urgent(UrgentAction.STOP))
    assert stop.message.sequence > 1_200
    world.exchange("north", "south", urgent=True)
    assert stop.message.id in world["south"].messages()


def test_machines_checks_that_are_old_stay_at_home_and_new_ones_prove_the_link() -> None:
    world = World("north", "south")
    for _ in range(1_500):  # a day without a link
        world.sleep(60)
        for site in world.sites.values():
            site.tick()
    assert link_state(world, "south", "north") is LinkState.UNKNOWN
    assert not world["south"].messages()
    world.rest()
    world.sleep(60)
    for site in world.sites.values():
        site.tick()
    world.exchange("north", "south")
    world.exchange("south", "north")
    assert link_state(world, "south", "north") is LinkState.LIVE
    assert link_state(world, "north", "south") is LinkState.LIVE
    assert len(list(world["south"].said())) < 1_500 + 30
    assert not [one.missing for one in world["south"].board().links if one.missing]


def test_a_message_that_waited_for_the_link_blames_no_clock() -> None:
    world = World("north", "south")
    said = world.say("north", unlocated(START + 5 * HOUR))
    world.sleep(3_600)
    world.exchange("north", "south")
    taken = world["south"].line.look(lambda line, _at: line.state.messages[said.message.id])
    assert taken.carried
    assert taken.marks.skew is None
    assert taken.marks.latency == timedelta(hours=1)
    assert link_state(world, "south", "north") is LinkState.UNKNOWN, "it proves no link"


def test_each_message_goes_to_its_recipients_alone() -> None:
    world = World("north", "south", "east")
    to_south = world.say("north", unlocated(START + 2 * HOUR), "south")
    to_east = world.say("north", unlocated(START + 3 * HOUR), "east")
    to_both = world.say("north", unlocated(START + 4 * HOUR))
    world.rest()
    ids = {party: set(world[party].messages()) for party in world.parties}
    assert to_south.message.id in ids["south"] - ids["east"]
    assert to_east.message.id in ids["east"] - ids["south"]
    assert to_both.message.id in ids["south"] & ids["east"]
    for site in world.sites.values():
        assert not [one.missing for one in site.board().links if one.missing], site.party


def test_a_reply_that_overtakes_what_it_replies_to_is_taken_later() -> None:
    world = World("north", "south", "east")
    said = world.say("north", unlocated(START + 2 * HOUR))
    thread = said.message.thread
    world.exchange("north", "east")
    reply = world.say("east", Answer(AnswerCode.WILL_COMPLY, said.message.id), thread=thread)
    world.exchange("east", "south")
    assert reply.message.id not in world["south"].messages()
    waiting = world["east"].link("south").outbox.waiting()
    assert [(one.id, one.final) for one in waiting if one.kind == Kind.ANSWER] == [
        (reply.message.id, False)
    ]
    assert "no such thread" in waiting[-1].reason
    later = world.say("east", unlocated(START + 5 * HOUR))
    world.exchange("east", "south")
    assert later.message.id in world["south"].messages(), "it held nothing up"
    world.exchange("north", "south")
    world.rest()
    assert reply.message.id in world["south"].messages()
    assert not world["east"].link("south").outbox.waiting()


def test_what_is_refused_for_good_is_on_both_records_and_holds_nothing_up() -> None:
    """An answer crosses the amendment of what it answers."""
    world = World("north", "south")
    said = world.say("north", unlocated(START + 2 * HOUR))
    world.exchange("north", "south")
    world.say("north", Amend(unlocated(START + 3 * HOUR)), thread=said.message.thread)
    answer = world.say(
        "south", Answer(AnswerCode.WILL_COMPLY, said.message.id), thread=said.message.thread
    )
    after = world.say("south", unlocated(START + 6 * HOUR))
    world.exchange("south", "north")
    assert answer.message.id not in world["north"].messages()
    assert after.message.id in world["north"].messages()
    for party in world.parties:
        (told, *_) = world[party].refusals()
        assert b"amended" in told.body


def test_what_is_refused_for_good_after_it_was_refused_for_now_is_on_both_records() -> None:
    """An answer overtakes what it answers, and that is amended when it comes."""
    world = World("north", "south", "east")
    said = world.say("north", unlocated(START + 2 * HOUR))
    thread = said.message.thread
    world.exchange("north", "east")
    answer = world.say("east", Answer(AnswerCode.WILL_COMPLY, said.message.id), thread=thread)
    world.exchange("east", "south")
    assert not world["south"].refusals(), "it is tried again"
    world.say("north", Amend(unlocated(START + 3 * HOUR)), thread=thread)
    world.rest()
    for party, other in (("south", "east"), ("east", "south")):
        assert answer.message.id not in world["south"].messages()
        (told,) = [one for one in world[party].refusals() if b'"by":"south"' in one.body]
        assert b"amended" in told.body, f"{party} does not say so to {other}"


def test_what_speaks_of_a_message_that_was_refused_for_good_does_not_wait_for_it() -> None:
    """East's machine has a receipt for an answer that north does not take: it says so at once."""
    world = World("north", "south", "east")
    said = world.say("north", unlocated(START + 2 * HOUR))
    world.exchange("north", "south")
    world.exchange("north", "east")
    thread = said.message.thread
    world.say("south", Answer(AnswerCode.WILL_COMPLY, said.message.id), thread=thread)
    world.exchange("south", "east")
    world.say("north", Amend(unlocated(START + 3 * HOUR)), thread=thread)
    world["north"].begin()
    world.rest()
    world.sleep(10)
    world.rest()
    for party in ("south", "east"):
        assert not world[party].link("north").outbox.waiting(), party
    assert not [one.missing for one in world["north"].board().links if one.missing]


def test_another_process_offers_no_more_what_the_one_that_carries_has_settled() -> None:
    world = World("north", "south")
    site = world["north"]
    line = make_line(site.store, site.clock, ["north"], world.agreed, world.new_id)
    link = Peering(line, site.sealer, lambda: world.now_s).link("south")
    assert link is not None
    for number in range(3):
        world.say("north", unlocated(START + (2 + number) * HOUR))
    world.exchange("north", "south")
    assert len(link.outbox.offer(100, 1_000_000, world.now_s)) >= 3, "it knows no better"
    link.keep_up()
    assert not link.outbox.offer(100, 1_000_000, world.now_s)
    later = world.say("north", unlocated(START + 9 * HOUR))
    link.keep_up()
    assert len(link.outbox.offer(100, 1_000_000, world.now_s)) == 1, later.message.id


def test_what_crosses_a_suspension_comes_after_it() -> None:
    world = World("north", "south")
    for party in world.parties:
        site = world[party]
        at = site.clock.now()
        confirm(site.store, party, "Second", OFFICERS[party], Kind.SUSPEND, None, at).result()
        confirm(site.store, party, "Second", OFFICERS[party], Kind.RESUME, None, at).result()
    world.say("north", Suspend("Second"), "south", "east")
    said = world.say("south", unlocated(START + 2 * HOUR))
    world.exchange("south", "north")
    assert said.message.id not in world["north"].messages()
    world.say("north", Resume("Second"), "south", "east")
    world.rest()
    assert said.message.id in world["north"].messages()


def test_what_is_shown_coarsely_is_sent_in_its_coarse_form() -> None:
    world = World("north", "south")
    hidden = world.say("north", notice(notice=NoticeKind.PLAN))
    cells = world.say("north", notice(show=Coarseness.CELLS))
    shown = world.say("north", notice(volume(start=START + 9 * HOUR)))
    world.rest()
    here, there = world["north"].messages(), world["south"].messages()
    assert there[shown.message.id] == here[shown.message.id]
    for said in (hidden, cells):
        assert there[said.message.id] != here[said.message.id]
    assert not [one.missing for one in world["south"].board().links if one.missing]


def test_both_boards_have_the_same_conflict() -> None:
    world = World("north", "south")
    world.say("north", notice())
    plan = world.say("south", notice())
    world.rest()
    boards = [world[party].board() for party in world.parties]
    (conflict,) = {one.id for board in boards for one in board.conflicts if not one.over}
    facts = [next(one.facts for one in board.conflicts if one.id == conflict) for board in boards]
    assert facts[0] == facts[1]
    later = replace(volume(), time_start=START + 5 * HOUR, time_end=START + 6 * HOUR)
    world.say("south", Amend(notice(later)), thread=plan.message.thread)
    world.rest()
    for party in world.parties:
        assert all(one.over for one in world[party].board().conflicts), party


def test_a_peer_that_is_paused_gets_nothing() -> None:
    world = World("north", "south")
    world.say("north", unlocated(START + 2 * HOUR))
    site = world["south"]
    pause_peer(site.store, "x", "north", site.clock.now(), paused=True).result()
    site.peering.refresh()
    world.exchange("north", "south")
    assert "paused" in (world["north"].link("south").status.fault or "")
    assert not site.messages()
    pause_peer(site.store, "x", "north", site.clock.now(), paused=False).result()
    site.peering.refresh()
    world.exchange("north", "south")
    assert len(site.messages()) == 2


def test_a_clock_that_is_far_off_stops_all_but_urgent_until_it_is_set() -> None:
    world = World("north", "south")
    world.skew("north", 3_600)
    said = world.say("north", unlocated(instant(9_000)))
    stop = world.say("north", Urgent(UrgentAction.STOP))
    world.exchange("north", "south")  # learns how far off it is
    world.exchange("north", "south")
    there = world["south"].messages()
    assert stop.message.id in there
    assert said.message.id not in there
    (waiting,) = [
        one for one in world["north"].link("south").outbox.waiting() if one.id == said.message.id
    ]
    assert "clock" in waiting.reason
    skew = world["north"].link("south").status.skew
    assert skew is not None
    assert abs(skew + timedelta(hours=1)) < timedelta(seconds=1)
    world.skew("north", 0)
    world.sleep(3_700)
    world.rest()
    assert said.message.id in world["south"].messages()


def test_a_read_receipt_travels_back() -> None:
    world = World("north", "south")
    said = world.say("north", unlocated(START + 2 * HOUR))
    world.exchange("north", "south")
    world.say("south", Receipt(ReceiptKind.READ, said.message.id), thread=said.message.thread)
    world.exchange("north", "south")
    assert step(world, "north", said.message.thread, "south") is Step.READ


class Heard:
    """A request as it went over the network."""

    def __init__(self, world: World, party: str, peer: str) -> None:
        self.world, self.peer = world, peer
        self.path = self.header = ""
        self.body = b""

        def send(path: str, header: str, body: bytes) -> object:
            self.path, self.header, self.body = path, header, body
            return world.deliver(peer, path, header, body)

        world[party].link(peer).exchange(send, world.now_s)  # type: ignore[arg-type]

    def again(self, **changes: str | bytes) -> int:
        """The status of the same request, changed."""
        path = str(changes.get("path", self.path))
        header = str(changes.get("header", self.header))
        body = changes.get("body", self.body)
        assert isinstance(body, bytes)
        return self.world.deliver(self.peer, path, header, body).status


def test_a_request_counts_once_and_only_as_it_was_signed() -> None:
    world = World("north", "south", "east")
    world.say("north", unlocated(START + 2 * HOUR))
    heard = Heard(world, "north", "south")
    assert heard.path == EXCHANGE_PATH
    assert heard.again() == 409, "it was taken before"
    sender, recipient, time, nonce, signature = heard.header.split(" ")
    other = "f" * 32
    for header in (
        "",
        f"east {recipient} {time} {nonce} {signature}",
        f"{sender} north {time} {nonce} {signature}",
        f"{sender} {recipient} {time} {other} {signature}",
        f"{sender} {recipient} {time.replace('2026', '2027')} {nonce} {signature}",
        f"nobody {recipient} {time} {nonce} {signature}",
        heard.header + " ",
    ):
        assert heard.again(header=header) == 401, header
    assert heard.again(body=heard.body.replace(b'"v":1', b'"v": 1')) == 401
    assert heard.again(path="/peer/v1/urgent") == 401
    world.sleep(3_600)
    assert heard.again() == 401, "an hour later it is of another time"


def test_a_party_that_is_no_peer_is_refused() -> None:
    world = World("north", "south")
    world["south"].store.submit((), lambda tx: tx.delete_document("peer", "north")).result()
    world["south"].peering.refresh()
    world.say("north", unlocated(START + 2 * HOUR))
    world.exchange("north", "south")
    assert "no peer" in (world["north"].link("south").status.fault or "")


def test_an_expired_message_is_not_sent() -> None:
    world = World("north", "south")
    said = world.say(
        "north",
        Notify(NoticeKind.UNLOCATED, START + HOUR, START + 2 * HOUR),
        lifetime=timedelta(minutes=5),
    )
    world.sleep(400)
    world.rest()
    assert said.message.id not in world["south"].messages()
    assert not [one.missing for one in world["south"].board().links if one.missing]
