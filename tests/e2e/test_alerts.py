"""Alerts of a real server: one receiver is away, the server is killed, and nothing is left out."""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from openline.app.line.alerts import check_signature
from openline.client import Client
from openline.line.message.bodies import Urgent
from openline.line.message.kind import UrgentAction
from tests.e2e.server_process import Server, serving, token
from tests.e2e.test_line import folder  # noqa: F401  the agreement and two keys
from tests.line_server import signer
from tests.postgres_server import PostgresServer

SCOPES = "openline.watch openline.file openline.duty"


class Hook:
    """A receiver that can be told to fail; what it got, in order."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.fails = False
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                alert = json.loads(body)
                key = signer(alert["party"]).public_key
                check_signature(body, self.headers["Openline-Signature"], key)
                if not hook.fails:
                    hook.got.append(alert)
                self.send_response(503 if hook.fails else 204)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"

    def urgent(self) -> list[str]:
        return [one["thread"] for one in self.got if one["name"] == "URGENT"]

    def wait(self, count: int) -> None:
        for _ in range(400):
            if len(set(self.urgent())) >= count:
                return
            threading.Event().wait(0.05)
        raise AssertionError(f"{len(set(self.urgent()))} of {count} came: {self.got}")


@contextmanager
def hooks(count: int) -> Iterator[list[Hook]]:
    made = [Hook() for _ in range(count)]
    for one in made:
        threading.Thread(target=one.server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield made
    finally:
        for one in made:
            one.server.shutdown()
            one.server.server_close()


def call(server: Server) -> str:
    """North says URGENT to south; its thread."""
    bearer = token(server, "officer-of-north", SCOPES, party="north")
    with Client(server.url, bearer) as north:
        return north.say(Urgent(UrgentAction.STOP), to=("south",)).thread


def options(folder: Path, *receivers: Hook) -> list[str]:  # noqa: F811
    return [
        *("--dev", "--db", str(folder / "line.db")),
        *("--agreement", str(folder / "agreement.toml")),
        *("--party-key", str(folder / "north.key"), "--party-key", str(folder / "south.key")),
        *(word for one in receivers for word in ("--alert", one.address)),
    ]


def test_one_receiver_is_away_and_the_server_is_killed(folder: Path) -> None:  # noqa: F811
    with hooks(3) as (steady, away, late):
        away.fails = True
        with serving(folder, *options(folder, steady, away)) as server:
            threads = [call(server) for _ in range(3)]
            steady.wait(3)  # the one that is away holds nobody up
            assert not away.got
            figures = httpx.get(f"{server.url}/metrics").text
            assert "openline_alerts_sent " in figures
            server.process.send_signal(signal.SIGKILL)
            server.ended()
        away.fails = False
        with serving(folder, *options(folder, steady, away, late)) as server:
            away.wait(3)
            threads.append(call(server))
            for one, count in ((steady, 4), (away, 4), (late, 1)):
                one.wait(count)
            server.stop(signal.SIGTERM)
        assert list(dict.fromkeys(steady.urgent())) == threads
        assert list(dict.fromkeys(away.urgent())) == threads, "in order, and nothing left out"
        assert late.urgent() == threads[3:], "a new receiver begins with what comes"
        repeated = len(steady.urgent()) - len(threads)
        assert repeated <= 1, "only what was on its way when the server was killed comes twice"


def test_of_two_processes_on_one_store_one_sends(folder: Path) -> None:  # noqa: F811
    database = PostgresServer().dsn()
    with hooks(1) as (hook,):
        given = [database if one.endswith("line.db") else one for one in options(folder, hook)]
        with serving(folder, *given, "--workers", "2") as server:
            threads = [call(server) for _ in range(5)]
            hook.wait(5)
            threading.Event().wait(1)  # time for another one to send them too
            assert hook.urgent() == threads
            server.stop(signal.SIGTERM)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--alert", "pager"], "is no way to send alerts"),
        (["--alert", "mailto:x@y.example"], "server=smtp.example"),
    ],
)
def test_a_wrong_address_ends_the_start(folder: Path, more: list[str], words: str) -> None:  # noqa: F811
    server = Server(folder, *options(folder), *more)
    assert server.ended() == 2
    assert words in "".join(server.log)
    server.end_all()


def test_alerts_need_a_party_here(folder: Path) -> None:  # noqa: F811
    server = Server(folder, "--dev", "--db", ":memory:", "--alert", "https://hook.example")
    assert server.ended() == 2
    assert "--party-key" in "".join(server.log)
    server.end_all()
