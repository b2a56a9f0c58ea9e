"""Real servers of different parties on one machine, each with its own record, and their clients."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from openline.client import Client
from tests.e2e.server_process import Server, serving, token
from tests.line_server import write_files

SCOPES = "openline.watch openline.file openline.duty openline.admin"
DEADLINE_S = 120.0


def write_site(folder: Path, party: str, every_s: int = 60) -> Path:
    """The agreement and the party's own key; nobody else's."""
    folder.mkdir(exist_ok=True)
    write_files(folder, every_s)
    key = Ed25519PrivateKey.from_private_bytes(party.encode().ljust(32, b"."))
    file = folder / f"{party}.key"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(0o600)
    return folder


def free_port() -> int:
    """A port that nobody has now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def options(folder: Path, party: str, port: int, *peers: str) -> list[str]:
    """The options of a party's server."""
    found = [
        *("--dev", "--db", str(folder / "line.db"), "--port", str(port)),
        *("--agreement", str(folder / "agreement.toml")),
        *("--party-key", str(folder / f"{party}.key")),
        *("--record-origin", f"{party}.example/line"),
    ]
    for peer in peers:
        found += ["--peer", peer]
    return found


class Site:
    """One party: its folder, its port and its server while it runs."""

    def __init__(self, folder: Path, party: str, every_s: int = 60) -> None:
        self.party = party
        self.folder = write_site(folder / party, party, every_s)
        self.port = free_port()
        self.peers: list[str] = []
        self.server: Server | None = None

    @property
    def url(self) -> str:
        """Where the server is, running or not."""
        return f"http://127.0.0.1:{self.port}"

    def options(self) -> list[str]:
        """What its server is started with."""
        return options(self.folder, self.party, self.port, *self.peers)

    @contextmanager
    def running(self) -> Iterator[Server]:
        """The server runs while this lasts."""
        with serving(self.folder, *self.options()) as server:
            self.server = server
            yield server

    def client(self) -> Client:
        """A duty officer of the party."""
        assert self.server is not None
        bearer = token(self.server, f"officer-of-{self.party}", SCOPES, party=self.party)
        return Client(self.url, bearer)


@contextmanager
def sites(folder: Path, *parties: str) -> Iterator[list[Site]]:
    """A server for each party, each with all others as peers."""
    made = [Site(folder, party) for party in parties]
    for site in made:
        site.peers = [f"{one.party}={one.url}" for one in made if one is not site]
    with ExitStack() as stack:
        for site in made:
            stack.enter_context(site.running())
        yield made


def until(holds: Callable[[], bool], what: str = "it did not come") -> None:
    """Wait for a condition, however slow the machine is."""
    ends = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < ends, what
        threading.Event().wait(0.05)
