"""The line on a real server: the stream goes on through kills, and nothing acknowledged is lost."""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from openline.client import Client, StreamEvent
from openline.errors import OpenlineError
from openline.line.message.bodies import LineCheck, Notify, Urgent
from openline.line.message.kind import CheckMode, NoticeKind, UrgentAction
from tests.e2e.server_process import Server, serving, token
from tests.line_server import signer, write_files

SCOPES = "openline.watch openline.file openline.duty"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Agreement and keys of two parties whose machine the server is."""
    write_files(tmp_path)
    for party in ("north", "south"):
        seed = party.encode().ljust(32, b".")
        key = Ed25519PrivateKey.from_private_bytes(seed)
        file = tmp_path / f"{party}.key"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.chmod(0o600)
    return tmp_path


@pytest.fixture
def options(folder: Path) -> list[str]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return [
        *("--dev", "--db", str(folder / "line.db"), "--port", str(port)),
        *("--agreement", str(folder / "agreement.toml")),
        *("--party-key", str(folder / "north.key"), "--party-key", str(folder / "south.key")),
    ]


def client(server: Server, party: str) -> Client:
    return Client(server.url, officer_token(server, party))


def officer_token(server: Server, party: str) -> str:
    """The token of a duty officer."""
    return token(server, f"officer-of-{party}", SCOPES, party=party)


def until(events: Iterator[StreamEvent], kind: str, count: int) -> list[StreamEvent]:
    """Take events until that many of a kind were among them."""
    found: list[StreamEvent] = []
    while sum(one.data.get("kind") == kind for one in found) < count:
        found.append(next(events))
    return found


def test_the_stream_tells_at_once_and_from_where_it_was_left(
    folder: Path, options: list[str]
) -> None:
    with serving(folder, *options) as server, client(server, "north") as north:
        with client(server, "south") as south:
            events = south.follow(0)
            first = north.say(LineCheck(CheckMode.HUMAN), to=("south",))
            seen = until(events, "LINE_CHECK", 1)
            second = north.say(Urgent(UrgentAction.STOP), to=("south",))
            seen += until(events, "URGENT", 1)
            assert [one.entry for one in seen] == sorted({one.entry for one in seen})
            again = until(south.follow(first.entry), "URGENT", 1)
            assert again[-1].entry == second.entry
            assert first.entry not in [one.entry for one in again]
        with client(server, "east") as east:  # neither was said to east
            told = east.follow(0)
            north.say(Urgent(UrgentAction.HOLD))
            kinds = [one.data.get("kind") for one in until(told, "URGENT", 1)]
            assert kinds.count("URGENT") == 1
            assert "LINE_CHECK" not in kinds or kinds.count("RECEIPT") == 0


def test_a_server_with_open_streams_ends_in_order(folder: Path, options: list[str]) -> None:
    with serving(folder, *options) as server, client(server, "south") as south:
        events = south.follow(0)
        next(events)
        started = datetime.now(UTC)
        assert server.stop(signal.SIGTERM) == 0
        assert datetime.now(UTC) - started < timedelta(seconds=8), "it waited for the stream"


def _ends(listener: threading.Thread, url: str, bearer: str) -> None:
    """Say what makes it look whether it has all, until it has."""
    with Client(url, bearer) as north:
        for _ in range(60):
            north.say(Urgent(UrgentAction.HOLD), to=("south",))
            listener.join(1)
            if not listener.is_alive():
                return
    raise AssertionError("it still waits")


def test_no_acknowledged_message_is_lost_when_the_server_is_killed(
    folder: Path, options: list[str]
) -> None:
    kills = 3
    acknowledged: list[tuple[int, str]] = []
    seen: dict[int, str] = {}
    stop = threading.Event()
    with serving(folder, *options) as server:
        bearer, other = officer_token(server, "north"), officer_token(server, "south")
        url = server.url

    def talk() -> None:
        with Client(url, bearer) as north:
            while not stop.is_set():
                now = datetime.now(UTC)
                body = Notify(
                    NoticeKind.UNLOCATED, now + timedelta(hours=1), now + timedelta(hours=2)
                )
                try:
                    taken = north.say(body, to=("south",))
                except OpenlineError:
                    continue
                acknowledged.append((taken.entry, taken.id))

    def listen() -> None:
        with Client(url, other) as south:
            for event in south.follow(0):
                if event.data.get("kind") == "NOTIFY":
                    seen[event.entry] = str(event.data["thread"])
                if said.is_set() and event.entry >= acknowledged[-1][0]:
                    return

    said = threading.Event()  # nothing more is acknowledged
    talker, listener = (threading.Thread(target=one, daemon=True) for one in (talk, listen))
    talker.start()
    listener.start()
    for _ in range(kills):
        with serving(folder, *options) as server:
            before = len(acknowledged)
            for _ in range(1_200):  # a minute: the machine may be busy
                if len(acknowledged) >= before + 10:
                    break
                threading.Event().wait(0.05)
            assert len(acknowledged) >= before + 10, "".join(server.log[-20:])
            server.process.send_signal(signal.SIGKILL)
            server.ended()
    with serving(folder, *options) as server:
        threading.Event().wait(0.5)
        stop.set()
        talker.join(60)
        assert not talker.is_alive()
        said.set()
        _ends(listener, url, bearer)
        lost = [one for one in acknowledged if seen.get(one[0]) != one[1]]
        assert not lost
        assert len(set(seen.values())) == len(seen), "a message was taken twice"
        with client(server, "north") as north:
            board = north.board()
        assert len(board.unlocated) == len(seen)
        for link in board.links:
            assert not link.missing


def test_a_party_that_keeps_its_key_signs_for_itself(folder: Path, options: list[str]) -> None:
    with serving(folder, *options) as server:
        bearer = token(server, "east", SCOPES)
        with Client(server.url, bearer, signer=signer("east"), officer="Cai") as east:
            taken = east.say(LineCheck(CheckMode.HUMAN))
            assert taken.sequence == 1
            said = east.thread(taken.thread).said
        assert (said[0].sender, said[0].officer) == ("east", "Cai")
