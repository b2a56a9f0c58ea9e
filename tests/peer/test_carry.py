"""Who carries to peers: the way over HTTP, and one process of several."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from openline.app.peer.carry import Carriers, Road
from openline.app.peer.peering import Peering
from openline.app.peer.peers import Peer, put_peer
from openline.errors import Unreachable
from openline.formats.peer_exchange import BODY_BYTES_MAX, HEADER
from openline.store.memory import MemoryStore
from tests.line_server import START, HandClock, make_line
from tests.peer.servers import free_port, until


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A listener that gives each connection its answers in turn and then ends it; what it got."""
    got: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    got.append(connection.recv(65_536))
                    connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", got
    finally:
        listener.close()


def response(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_a_request_goes_out_with_its_header_and_the_answer_comes_back_with_its_own() -> None:
    with answering(response(b"{}", f"{HEADER}: there")) as (url, got):
        road = Road(f"{url}/behind/a/proxy")
        assert tuple(road.send("/peer/v1/exchange", "here", b"body")) == (200, "there", b"{}")
        assert b"POST /behind/a/proxy/peer/v1/exchange HTTP/1.1" in got[0]
        assert f"{HEADER}: here".encode() in got[0]
        road.close()


def test_a_kept_connection_that_ended_is_made_anew() -> None:
    with answering(response(b"1"), response(b"2")) as (url, got):
        road = Road(url)
        assert road.send("/a", "h", b"").body == b"1"
        assert road.send("/a", "h", b"").body == b"2"
        assert len(got) == 2
        road.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"what is this\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (BODY_BYTES_MAX + 100_000),
    ],
)
def test_an_answer_that_is_none_is_no_answer(answer: bytes) -> None:
    with answering(answer) as (url, _), pytest.raises(Unreachable):
        Road(url).send("/a", "h", b"")


def test_nobody_there() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        Road(f"http://127.0.0.1:{free_port()}").send("/a", "h", b"")


def test_of_two_processes_on_one_store_one_carries_and_the_other_goes_on() -> None:
    store = MemoryStore()
    url = f"http://127.0.0.1:{free_port()}"
    processes = []
    for _ in range(2):
        line = make_line(store, HandClock(), ["north"])
        put_peer(store, "x", Peer("south", url), START).result()
        processes.append(Carriers(Peering(line), alone=False))
    first, second = processes
    try:
        first.start()
        second.start()
        assert carries(first)
        assert not carries(second)
        first.stop()
        second.refresh()
        until(lambda: carries(second), "nobody went on")
    finally:
        second.stop()


def carries(one: Carriers) -> bool:
    return bool(one.carried())
