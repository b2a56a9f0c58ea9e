"""Real servers, a network that fails in every way, and kills of any of them at any moment.

A site is a party with its server; sites see each other through proxies, one for each direction.
They go on from run to run; only who is killed starts anew. After each run: what was acknowledged
to somebody is on the record of its sender and of each recipient, nothing is there twice, and any
two records have the same messages of the two, byte for byte.
"""

import random
import signal
import sqlite3
import threading
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations
from pathlib import Path

from openline.app.line.entries import LineEntry, entry_of
from openline.client import Client
from openline.errors import OpenlineError
from openline.line.event import LinkChanged, LinkState
from openline.line.message.bodies import Body, Notify, Query, Urgent
from openline.line.message.envelope import Message
from openline.line.message.kind import NoticeKind, UrgentAction
from openline.store.ports import Record
from tests.e2e.server_process import Server, token
from tests.peer.nursery import Nursery
from tests.peer.proxy import Proxy, proxy_to
from tests.peer.servers import SCOPES, Site, until
from tests.peer.world import is_beat

MODES = ("cut", "hang", "one_way", "slow", "reorder", "twice")
EVERY_S = 2  # a machine tries the line
MANY = 100  # messages of one talker in one run: a slow machine must not make the record long
MISSED = 2  # checks until nobody knows whether a party is there


class Copy:
    """What is on the record of a site, read from its file while the server runs or not."""

    def __init__(self, site: Site) -> None:
        self._file = site.folder / "line.db"
        self._last = 0
        self.messages: dict[str, tuple[Message, bytes]] = {}  # by id, without machines' checks
        self.said: list[LineEntry] = []  # the same
        self.entries: list[LineEntry] = []  # all others

    def read(self) -> "Copy":
        """Take what is new. Raises: AssertionError for a message that is there twice."""
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=30)) as found:
            rows = found.execute(
                "SELECT sequence, time, party, kind, body FROM records WHERE sequence > ? "
                "ORDER BY sequence",
                (self._last,),
            ).fetchall()
        for sequence, micros, party, kind, body in rows:
            assert sequence == self._last + 1, "an entry is missing"
            self._last = sequence
            at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
            entry = entry_of(Record(sequence, at, party, kind, bytes(body)))
            if entry is None:
                continue
            if isinstance(entry.content, Message) and not is_beat(entry.content):
                assert entry.content.id not in self.messages, "a message was taken twice"
                self.messages[entry.content.id] = (entry.content, bytes(body))
                self.said.append(entry)
            else:
                self.entries.append(entry)
        return self

    def everything(self) -> list[LineEntry]:
        """All entries of the line, in no order."""
        return [*self.entries, *self.said]

    def of(self, *two: str) -> dict[str, bytes]:
        """The messages that both parties have."""
        return {
            message.id: body
            for message, body in self.messages.values()
            if set(two) <= {message.sender, *message.recipients}
        }


def something(number: int) -> Body:
    """A question mostly: notices without a place meet each other, and there would be thousands."""
    if number % 5 == 0:
        return Urgent(UrgentAction.HOLD)
    if number % 20 == 1:
        start = datetime.now(UTC) + timedelta(hours=2)
        return Notify(NoticeKind.UNLOCATED, start, start + timedelta(hours=1))
    return Query("who flies on Monday?")


class Talker:
    """Says something for a party all the time, and remembers what was acknowledged."""

    def __init__(self, site: Site, to: tuple[str, ...], bearer: str) -> None:
        self.acknowledged: list[str] = []
        self._site, self._to, self._bearer = site, to, bearer
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with Client(self._site.url, self._bearer) as client:
            number = 0
            while not self._stop.is_set():
                number += 1
                body = something(number)
                try:
                    self.acknowledged.append(client.say(body, to=self._to).id)
                except OpenlineError:
                    self._stop.wait(0.02)
                    continue
                self._stop.wait(0.1 if len(self.acknowledged) < MANY else 2.0)

    def stop(self) -> None:
        """End; what is on its way is waited for."""
        self._stop.set()
        self._thread.join(120)
        assert not self._thread.is_alive()


class Rig:
    """Sites, and the network between them."""

    def __init__(self, folder: Path, nursery: Nursery, *parties: str) -> None:
        self._stack = ExitStack()
        self._nursery = nursery
        folder.mkdir()
        self.sites = {party: Site(folder, party, EVERY_S) for party in parties}
        self.proxies: dict[tuple[str, str], Proxy] = {}
        for one, other in permutations(parties, 2):
            proxy = self._stack.enter_context(proxy_to(self.sites[other].port))
            self.proxies[one, other] = proxy
            self.sites[one].peers.append(f"{other}={proxy.url}")
        self.servers: dict[str, Server] = {}
        for party in parties:
            self.start(party)
        self._bearers = {
            party: token(server, f"officer-of-{party}", SCOPES, party=party)
            for party, server in self.servers.items()
        }
        self.copies = {party: Copy(site) for party, site in self.sites.items()}

    def start(self, party: str) -> None:
        """Start the server of a party."""
        site = self.sites[party]
        made = self._nursery.serving(site.folder, *site.options())
        site.server = self.servers[party] = self._stack.enter_context(made)

    def kill(self, party: str) -> None:
        """Kill the server of a party, and start it."""
        self.servers[party].process.send_signal(signal.SIGKILL)
        self.servers[party].ended()
        self.start(party)

    def client(self, party: str) -> Client:
        """A duty officer."""
        return Client(self.sites[party].url, self._bearers[party])

    def talker(self, party: str, to: tuple[str, ...]) -> Talker:
        """Who talks all the time."""
        return Talker(self.sites[party], to, self._bearers[party])

    def heal(self) -> None:
        """The network is well again."""
        for proxy in self.proxies.values():
            proxy.set("open")

    def close(self) -> None:
        """End it all."""
        self._stack.close()


def run(rig: Rig, seed: int, steps: int, pause_s: tuple[float, float] = (0.1, 0.5)) -> int:
    """Faults and kills for a while, then quiet, then the comparison; how much was said."""
    chance = random.Random(seed)
    parties = tuple(rig.sites)
    talkers = []
    for party in parties:
        others = [one for one in parties if one != party]
        to = tuple(chance.sample(others, chance.randint(1, len(others))))
        talkers.append(rig.talker(party, to))
    killed = chance.randrange(steps)  # in one step for certain
    for number in range(steps):
        for proxy in rig.proxies.values():
            if chance.random() < 0.6:
                proxy.set(chance.choice(MODES))
        time.sleep(chance.uniform(*pause_s))
        if number == killed or chance.random() < 0.3:
            rig.kill(chance.choice(parties))
        for proxy in rig.proxies.values():
            if chance.random() < 0.6:
                proxy.set("open")
    rig.heal()
    until(lambda: all(len(talker.acknowledged) > 2 for talker in talkers), "nobody is heard")
    for talker in talkers:
        talker.stop()
    said = [one for talker in talkers for one in talker.acknowledged]
    until(lambda: is_whole(rig, said), f"seed {seed}: {what_differs(rig, said)}")
    return len(said)


def is_whole(rig: Rig, said: list[str]) -> bool:
    """Whether what was said is everywhere it belongs, and any two records are alike."""
    return not what_differs(rig, said)


def what_differs(rig: Rig, said: list[str]) -> str:
    """What is missing where; empty for nothing."""
    copies = {party: copy.read() for party, copy in rig.copies.items()}
    for one in said:
        where = [party for party, copy in copies.items() if one in copy.messages]
        if not where:
            return f"{one} was acknowledged and is lost"
        message = copies[where[0]].messages[one][0]
        missing = {message.sender, *message.recipients} - set(where)
        if missing:
            return f"{one} of {message.sender} is not at {', '.join(sorted(missing))}"
    for two in combinations(copies, 2):
        if copies[two[0]].of(*two) != copies[two[1]].of(*two):
            return f"the records of {' and '.join(two)} differ"
    return ""


def unknown_after_s(copy: Copy, own: str, of: str, since: datetime) -> float | None:
    """How long after the second missed check of a party its peer's server said UNKNOWN; less what
    that server was late with its own checks meanwhile, because a machine that is busy is late with
    everything. None if it did not say it after that instant.

    Raises: AssertionError if it was said too early.
    """
    heard = checked = copy.entries[0].time
    late_s = 0.0
    for entry in sorted(copy.everything(), key=lambda one: one.sequence):
        content = entry.content
        if isinstance(content, Message) and content.sender == of and not entry.carried:
            heard = entry.time
        if isinstance(content, Message) and content.sender == own and is_beat(content):
            late_s = max(0.0, (entry.time - checked).total_seconds() - EVERY_S)
            checked = entry.time
        if entry.time > since and is_unknown(content, of):
            after_s = (entry.time - heard).total_seconds() - MISSED * EVERY_S
            assert after_s >= 0, "it was called dead too early"
            return after_s - late_s - max(0.0, (entry.time - checked).total_seconds() - EVERY_S)
    return None


def is_unknown(content: object, party: str) -> bool:
    """Whether nobody knows any more whether a party is there."""
    if not isinstance(content, LinkChanged) or content.party != party:
        return False
    return content.state is LinkState.UNKNOWN
