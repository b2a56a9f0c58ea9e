"""Two real servers, a network that fails in every way, and a kill of either at any moment.

After each run: what was acknowledged to somebody is on both records, nothing is there twice, and
both records have the same messages, byte for byte.
"""

import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openline.app.line.entries import entry_of
from openline.client import Client
from openline.errors import OpenlineError
from openline.line.message.bodies import Notify, Urgent
from openline.line.message.envelope import Message
from openline.line.message.kind import NoticeKind, UrgentAction
from openline.wiring import open_store
from tests.e2e.server_process import serving, token
from tests.peer.proxy import Proxy, proxy_to
from tests.peer.servers import SCOPES, Site, until
from tests.peer.world import is_beat

MODES = ("cut", "hang", "one_way", "slow", "twice")


class Talker:
    """Says something for a party all the time, and remembers what was acknowledged."""

    def __init__(self, site: Site, to: str, bearer: str) -> None:
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
                now = datetime.now(UTC)
                start = now + timedelta(hours=2)
                body: Notify | Urgent = Notify(
                    NoticeKind.UNLOCATED, start, start + timedelta(hours=1)
                )
                if number % 5 == 0:
                    body = Urgent(UrgentAction.HOLD)
                try:
                    self.acknowledged.append(client.say(body, to=(self._to,)).id)
                except OpenlineError:
                    continue
                self._stop.wait(0.1)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


@contextmanager
def pair(folder: Path) -> Iterator[tuple[list[Site], list[Proxy]]]:
    """Two sites that see each other through proxies, one for each direction; none runs yet."""
    north, south = Site(folder, "north"), Site(folder, "south")
    with proxy_to(north.port) as to_north, proxy_to(south.port) as to_south:
        north.peers = [f"south={to_south.url}"]
        south.peers = [f"north={to_north.url}"]
        yield [north, south], [to_north, to_south]


def messages(site: Site) -> dict[str, bytes]:
    """The messages on the record of a server that has ended, by id, without machines' checks."""
    store = open_store(str(site.folder / "line.db"))
    try:
        records = store.read(lambda reader: reader.records(0, 1_000_000))
    finally:
        store.close()
    found: dict[str, bytes] = {}
    for record in records:
        entry = entry_of(record)
        if entry is not None and isinstance(entry.content, Message) and not is_beat(entry.content):
            assert entry.content.id not in found, "a message was taken twice"
            found[entry.content.id] = record.body
    return found


def settled(site: Site, bearer: str) -> bool:
    """Whether nothing waits for the other side."""
    with Client(site.url, bearer) as client:
        (peer,) = client.peers()
    return peer.behind == 0 and not peer.waiting


def run(folder: Path, seed: int, steps: int) -> None:
    """One run: faults and kills for a while, then quiet, then the comparison."""
    chance = random.Random(seed)
    with pair(folder) as (made, proxies), ExitStack() as stack:
        running = [stack.enter_context(serving(site.folder, *site.options())) for site in made]
        bearers = [
            token(server, f"officer-of-{site.party}", SCOPES, party=site.party)
            for server, site in zip(running, made, strict=True)
        ]
        talkers = [
            Talker(made[0], "south", bearers[0]),
            Talker(made[1], "north", bearers[1]),
        ]
        for number in range(steps):
            chance.choice(proxies).set(chance.choice(MODES))
            time.sleep(chance.uniform(0.2, 1.0))
            at = number % 2
            running[at].process.send_signal(signal.SIGKILL)
            running[at].ended()
            running[at] = stack.enter_context(serving(made[at].folder, *made[at].options()))
            for proxy in proxies:
                if chance.random() < 0.6:
                    proxy.set("open")
        for proxy in proxies:
            proxy.set("open")
        for talker in talkers:
            talker.stop()
        ends = list(zip(made, bearers, strict=True))
        until(lambda: all(settled(*end) for end in ends), f"seed {seed}: it was not settled")
        for server in running:
            assert server.stop(signal.SIGTERM) == 0, "".join(server.log[-20:])
        north, south = (messages(site) for site in made)
    said = [one for talker in talkers for one in talker.acknowledged]
    assert len(said) > 10, "nobody spoke"
    assert not [one for one in said if one not in north or one not in south], f"seed {seed}: lost"
    assert north == south, f"seed {seed}: the records differ"


def test_faults_and_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    run(tmp_path, seed=1, steps=2)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 102))
def test_many_faults_and_kills(tmp_path: Path, seed: int) -> None:
    run(tmp_path, seed, steps=4)
