"""Servers of different parties in one process: the real code, and a clock and a network by hand.

world = World("north", "south")
said = world.say("north", unlocated(START + 2 * HOUR))
world.exchange("north", "south")     # north connects to south, once
world.rest()                         # exchanges until nothing is left to say
"""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple, TypeVar
from uuid import UUID

from openline.airspace.extent import Extent
from openline.app.ed25519 import signer_of_seed
from openline.app.line.change import Taken
from openline.app.line.compose import Saying, compose
from openline.app.line.entries import entry_of
from openline.app.line.services import LineServices
from openline.app.line.tick import tick
from openline.app.line.views import board_of
from openline.app.peer.link import SETTLE_EVERY_S, Answered, Link
from openline.app.peer.peering import Peering, Pending
from openline.app.peer.peers import Peer, put_peer
from openline.app.peer.refusals import REFUSED
from openline.app.seal_record import Sealer
from openline.errors import OpenlineError, StoreUnavailable, Unreachable
from openline.line.board import Board
from openline.line.message.bodies import Body, LineCheck
from openline.line.message.envelope import Message
from openline.line.message.kind import CheckMode
from openline.store.memory import MemoryStore
from openline.store.ports import Record, Transaction
from tests.line_server import PARTIES, START, HandClock, agreement_entry, make_line

T = TypeVar("T")
OFFICERS = {"north": "Ada", "south": "Bo", "east": "Cai", "west": "Dee"}
HELD_MAX = 5  # requests that a network holds back


class UnsteadyStore(MemoryStore):
    """A store whose disk fails: `fails` says in how many of the next changes. Every other of them
    is refused before anything was done, and every other is taken back when it was to be kept."""

    def __init__(self) -> None:
        super().__init__()
        self.fails = 0

    def submit(
        self,
        touching: Sequence[Extent],
        change: Callable[[Transaction], T],
        exclusive: str | None = None,
    ) -> "Future[T]":
        if self.fails <= 0:
            return super().submit(touching, change, exclusive)
        self.fails -= 1
        is_refused = self.fails % 2

        def failing(tx: Transaction) -> T:
            if not is_refused:
                change(tx)
            raise StoreUnavailable("the disk fails")

        return super().submit(touching, failing, exclusive)


class Held(NamedTuple):
    """A request that a network holds back."""

    to: str
    path: str
    header: str
    body: bytes


class Site:
    """One party's server: what is in its store outlives a crash."""

    def __init__(self, world: "World", party: str) -> None:
        self.world = world
        self.party = party
        self.store: MemoryStore = UnsteadyStore()
        self.clock = HandClock()
        self.record_key = signer_of_seed(f"{party}/record".encode().ljust(32, b"."))
        self.line: LineServices
        self.sealer: Sealer
        self.peering: Peering
        self.begin()

    def begin(self) -> None:
        """Start the server, again if it ran before."""
        self.fail(0)
        agreed, new_id = self.world.agreed, self.world.new_id
        self.line = make_line(self.store, self.clock, [self.party], agreed, new_id)
        for party in self.world.parties:
            if party != self.party:
                peer = Peer(party, f"https://{party}.example")
                put_peer(self.store, self.line.origin, peer, self.clock.now()).result()
        self.begin_sealing()

    def begin_sealing(self) -> None:
        """Seal and speak for what is in the store, whatever it is."""
        numbers = self.world.nonces
        self.sealer = Sealer(self.store, self.record_key, f"{self.party}.example/line")
        self.peering = Peering(
            self.line if self.line.store is self.store else replace(self.line, store=self.store),
            self.sealer,
            lambda: self.world.now_s,
            lambda: f"{next(numbers):032x}",
        )

    def link(self, party: str) -> Link:
        """The link to another party."""
        found = self.peering.link(party)
        assert found is not None
        return found

    def has_to_say(self, party: str) -> bool:
        """Whether there is something to say to another party now."""
        link = self.link(party)
        return link.owes or link.outbox.has_more(self.world.now_s) or link.has_news()

    def fail(self, changes: int) -> None:
        """Let the disk fail at the next changes."""
        if isinstance(self.store, UnsteadyStore):
            self.store.fails = changes

    def tick(self) -> None:
        """What the clock leads to."""
        due = tick(self.line, self.clock.now())
        if due is not None:
            due.result()

    def records(self) -> list[Record]:
        """Everything on its record."""
        return self.store.read(lambda reader: reader.records(0, 1_000_000))

    def messages(self) -> dict[str, bytes]:
        """The messages on its record but those of machines that try the line, by id."""
        found: dict[str, bytes] = {}
        for record, message in self.said():
            if not is_beat(message):
                assert message.id not in found, "a message was taken twice"
                found[message.id] = record.body
        return found

    def said(self) -> Iterator[tuple[Record, Message]]:
        """Every message with its record."""
        for record in self.records():
            entry = entry_of(record)
            if entry is not None and isinstance(entry.content, Message):
                yield record, entry.content

    def refusals(self) -> list[Record]:
        """What is on its record of messages that were refused."""
        return [one for one in self.records() if one.kind == REFUSED]

    def board(self) -> Board:
        """What the party sees."""
        return board_of(self.line, self.party, self.clock.now())


class World:
    """All sites. now_s: seconds that only grow; the clocks of sites go with them."""

    def __init__(self, *parties: str) -> None:
        self.parties = parties
        self.agreed = agreement_entry(parties=tuple(dict.fromkeys((*PARTIES, *parties))))
        self.now_s = 0.0
        self.nonces = count(1)
        self.held: list[Held] = []
        self._ids = count(1)
        self.sites = {party: Site(self, party) for party in parties}

    def __getitem__(self, party: str) -> Site:
        return self.sites[party]

    def new_id(self) -> UUID:
        """Ids that count."""
        return UUID(int=next(self._ids), version=4)

    def sleep(self, seconds: float) -> None:
        """Let time pass everywhere."""
        self.now_s += seconds
        for site in self.sites.values():
            site.clock.instant += timedelta(seconds=seconds)

    def skew(self, party: str, seconds: float) -> None:
        """Put the clock of a site right but for that."""
        self[party].clock.instant = START + timedelta(seconds=self.now_s + seconds)

    def say(
        self,
        party: str,
        body: Body,
        *to: str,
        thread: str | None = None,
        lifetime: timedelta = timedelta(days=30),
    ) -> Taken:
        """An officer says something; it is durable on the party's own server."""
        site = self[party]
        others = to or tuple(one for one in self.parties if one != party)
        saying = Saying(body, OFFICERS[party], others, thread, lifetime)
        return compose(site.line, party, saying, site.clock.now()).result()

    def exchange(
        self,
        party: str,
        peer: str,
        fault: str | None = None,
        *,
        urgent: bool = False,
        wait_s: float = 0.0,
    ) -> bool:
        """One exchange that a site begins; whether anything was sent or came.

        fault: `cut` before the request arrives, `lost` on the way back, `twice` for a request that
        a network repeats, `held` for one that comes later (`let_through`), `garbled` for an answer
        that was changed, `crossed` for two that are on their way at once; `dies` and `falls`: the
        asked, or who asks, crashes before the answer is there. False for one that failed.
        """
        link = self[party].link(peer)

        def send(path: str, header: str, body: bytes) -> Answered:
            if fault == "held":
                self.held = [*self.held, Held(peer, path, header, body)][-HELD_MAX:]
            if fault in ("cut", "held"):
                raise Unreachable("the line is cut")
            if fault == "crossed":
                self.exchange(peer, party, urgent=urgent)
            answered = self.deliver(peer, path, header, body)
            if fault == "twice":
                self.deliver(peer, path, header, body)
            if fault in ("dies", "falls"):
                self[peer if fault == "dies" else party].begin()
            if fault in ("lost", "dies", "falls"):
                raise Unreachable("the answer is lost")
            if fault == "garbled":
                return Answered(answered.status, answered.header, garbled(answered.body))
            return answered

        try:
            return link.exchange(send, self.now_s, urgent=urgent, wait_s=wait_s)
        except OpenlineError as error:
            if not isinstance(error, Unreachable | StoreUnavailable):
                raise
            return False

    def let_through(self) -> None:
        """What a network held back arrives, the last first; nobody waits for the answers."""
        held, self.held = self.held, []
        for one in reversed(held):
            self.deliver(one.to, one.path, one.header, one.body)

    def deliver(self, peer: str, path: str, header: str | None, body: bytes) -> Answered:
        """A request as it arrives at a site, and its answer."""
        peering = self[peer].peering
        taken = peering.take(path, header, body)
        if isinstance(taken, Pending):
            answered = peering.answer(taken.now())
            assert answered is not None
            return answered
        return taken

    def rest(self, *, ticking: bool = True) -> None:
        """Exchange in all directions until nobody has anything to say now; what was refused for now
        may wait for later."""
        for _ in range(300):
            self.sleep(SETTLE_EVERY_S + 0.1)
            said = False
            for site in self.sites.values():
                if ticking:
                    site.tick()
            for one in self.parties:
                for other in self.parties:
                    if one != other and self[one].has_to_say(other):
                        said |= self.exchange(one, other)
            boxes = [link.outbox for site in self.sites.values() for link in site.peering.links]
            if not said and all(box.is_empty for box in boxes):
                return
        raise AssertionError("it does not come to rest")


def garbled(body: bytes) -> bytes:
    """An answer that somebody on the way changed: nothing was refused, and all is settled."""
    more = re.sub(rb'"settled":(\d+)', lambda found: b'"settled":9' + found[1], body)
    return more.replace(b'"refused"', b'"known"') + b" "


def is_beat(message: Message) -> bool:
    """A machine's check of the line."""
    return isinstance(message.body, LineCheck) and message.body.mode is CheckMode.MACHINE


def instant(seconds: float) -> datetime:
    """So long after the beginning."""
    return START + timedelta(seconds=seconds)
