"""Two processes of one party on one PostgreSQL, behind a load balancer, killed by turns.

Messages flow both ways meanwhile, and an officer follows the stream: the same guarantees as of one
process, and the stream goes on at the other one without a gap.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.app.key_files import create_key
from openline.app.line.entries import entry_of
from openline.client import Client
from openline.errors import OpenlineError
from openline.line.message.envelope import Message
from openline.store.ports import Store
from openline.wiring import open_store
from tests.e2e.server_process import Server
from tests.peer.faults import something
from tests.peer.nursery import Nursery
from tests.peer.proxy import Balancer
from tests.peer.servers import SCOPES, free_port, until, write_site
from tests.peer.world import is_beat
from tests.postgres_server import PostgresServer

KILLS = 2


class Cluster:
    """North: two processes and a balancer on PostgreSQL; south: one process on a file."""

    def __init__(self, folder: Path, stack: ExitStack, dsn: str) -> None:
        self.stack = stack
        self.nursery = Nursery()
        stack.callback(self.nursery.close)
        pem = new_key()
        self._issuer = TokenIssuer(pem)
        key = load_pem_private_key(pem, None).public_key()
        self._trusted = folder / "trusted.pem"
        self._trusted.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        self.ports = {name: free_port() for name in ("a", "b", "south")}
        self.balancer = Balancer(self.ports["a"], self.ports["b"])
        stack.callback(self.balancer.close)
        self.urls = {
            "north": self.balancer.url,
            "south": f"http://127.0.0.1:{self.ports['south']}",
        }
        record_key = folder / "record.pem"
        create_key(str(record_key))
        sites = {party: write_site(folder / party, party) for party in ("north", "south")}
        shared = ("--db", dsn, "--record-key", str(record_key))
        self._options = {
            "a": (sites["north"], *self._of("north", "a", "south"), *shared),
            "b": (sites["north"], *self._of("north", "b", "south"), *shared),
            "south": (
                sites["south"],
                *self._of("south", "south", "north"),
                *("--db", str(sites["south"] / "line.db")),
            ),
        }
        self.servers: dict[str, Server] = {}
        for name in self._options:
            self.start(name)

    def _of(self, party: str, name: str, other: str) -> tuple[str, ...]:
        return (
            *("--dev", "--port", str(self.ports[name]), "--trusted-key", str(self._trusted)),
            *("--agreement", "agreement.toml", "--party-key", f"{party}.key"),
            *("--record-origin", f"{party}.example/line"),
            *("--peer", f"{other}={self.urls[other]}"),
        )

    def start(self, name: str) -> None:
        """Start a process."""
        folder, *options = self._options[name]
        assert isinstance(folder, Path)
        made = self.nursery.serving(folder, *(str(option) for option in options))
        self.servers[name] = self.stack.enter_context(made)

    def kill(self, name: str) -> None:
        """Kill a process."""
        self.servers[name].process.send_signal(signal.SIGKILL)
        self.servers[name].ended()

    def client(self, party: str) -> Client:
        """A duty officer, by way of the balancer."""
        scopes, now_s = SCOPES.split(), time.time()
        audience = "127.0.0.1"
        bearer = self._issuer.token(f"officer-of-{party}", scopes, audience, now_s, 3_600, party)
        return Client(self.urls[party], bearer)


class Voice:
    """Talks all the time; what is not acknowledged is said again under the same key."""

    def __init__(self, client: Client, to: str) -> None:
        self.acknowledged: list[str] = []
        self._client, self._to = client, to
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(0.05):
            number += 1
            body = something(number)
            try:
                self.acknowledged.append(self._client.say(body, to=(self._to,)).id)
            except OpenlineError:
                continue

    def stop(self) -> list[str]:
        """End; what was acknowledged."""
        self._stop.set()
        self._thread.join(120)
        assert not self._thread.is_alive()
        self._client.close()
        return self.acknowledged


class Watcher:
    """Follows the stream for ever; entries, in the order in which they came."""

    def __init__(self, client: Client) -> None:
        self.entries: list[int] = []
        self.names: set[str] = set()
        self._client = client
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        for event in self._client.follow(0):
            self.entries.append(event.entry)
            self.names.add(event.name)


def said(store: Store) -> dict[str, tuple[int, bytes]]:
    """The messages on a record without machines' checks: entry and bytes, by id."""
    found: dict[str, tuple[int, bytes]] = {}
    for record in store.read(lambda reader: reader.records(0, 1_000_000)):
        entry = entry_of(record)
        if entry is not None and isinstance(entry.content, Message) and not is_beat(entry.content):
            assert entry.content.id not in found, "a message was taken twice"
            found[entry.content.id] = (record.sequence, record.body)
    return found


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def test_processes_of_one_party_are_killed_by_turns(tmp_path: Path, stack: ExitStack) -> None:
    dsn = PostgresServer().dsn()
    cluster = Cluster(tmp_path, stack, dsn)
    watcher = Watcher(cluster.client("north"))
    voices = [Voice(cluster.client("north"), "south"), Voice(cluster.client("south"), "north")]
    for number in range(KILLS):
        before = [len(voice.acknowledged) for voice in voices]
        until(
            lambda before=before: all(  # type: ignore[misc]
                len(voice.acknowledged) > count + 3
                for voice, count in zip(voices, before, strict=True)
            ),
            "nobody is heard",
        )
        name = "ab"[number % 2]
        cluster.kill(name)
        count = len(voices[0].acknowledged)
        until(
            lambda count=count: len(voices[0].acknowledged) > count + 3,  # type: ignore[misc]
            "the other process does not go on",
        )
        cluster.start(name)
    acknowledged = [one for voice in voices for one in voice.stop()]
    north = open_store(dsn)
    stack.callback(north.close)

    def are_equal() -> bool:
        ours = said(north)
        return set(acknowledged) <= set(ours) and is_settled(cluster)

    until(are_equal, "what was acknowledged is not on the record, or not settled")
    ours = said(north)
    last = max(entry for entry, _ in ours.values())
    until(lambda: bool(watcher.entries) and watcher.entries[-1] >= last, "the stream stays behind")
    assert set(acknowledged) <= set(ours)
    assert "resync" not in watcher.names
    entries = watcher.entries
    assert entries == sorted(set(entries)), "the stream repeats or overtakes"
    missed = {entry for entry, _ in ours.values()} - set(entries)
    assert not missed, f"the stream left out {sorted(missed)[:5]}"
    until(lambda: is_cosigned(cluster), "the record was never cosigned")
    for name in cluster.servers:
        cluster.kill(name)
    south = open_store(str(tmp_path / "south" / "line.db"))
    stack.callback(south.close)
    theirs = {message: body for message, (_, body) in said(south).items()}
    assert theirs == {message: body for message, (_, body) in said(north).items()}


def is_settled(cluster: Cluster) -> bool:
    """Whether nobody waits for anything."""
    for party in ("north", "south"):
        with cluster.client(party) as client:
            (peer,) = client.peers()
        if peer.behind or peer.waiting:
            return False
    return True


def is_cosigned(cluster: Cluster) -> bool:
    """Whether south holds the record of north, and nothing against it."""
    with cluster.client("south") as client:
        (peer,) = client.peers()
    assert not peer.evidence, peer.evidence
    return bool(peer.seen)
