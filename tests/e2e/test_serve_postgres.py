"""The real server on a real PostgreSQL: several processes, one sky; a database that goes away."""

import json
import os
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.server_process import client, intent, new_id, serving, wait_ready
from tests.postgres_server import PostgresServer


@pytest.fixture(scope="module")
def postgres() -> PostgresServer:
    return PostgresServer()


def test_two_processes_are_one_server(tmp_path: Path, postgres: PostgresServer) -> None:
    """Of identical intents that are put at once, one is taken; the metrics are those of both."""
    options = ("--dev", "--db", postgres.dsn(), "--workers", "2")
    with serving(tmp_path, *options) as server:
        _wait_started(server.log, 2)

        def put_at_once(number: int) -> int:
            with client(server, f"uss{number}") as uss:  # a connection of its own
                body = intent(10, 10)
                return uss.put(f"/operational_intent_references/{new_id()}", json=body).status_code

        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(put_at_once, range(16)))
        assert sorted(statuses) == [201] + [409] * 15
        text = httpx.get(f"{server.url}/metrics").text
        counted = re.findall(r'openline_requests_total{method="PUT".*status="\d+"} (\d+)', text)
        assert sum(map(int, counted)) == 16
        assert len(set(_started(server.log))) == 2
        assert server.stop(signal.SIGTERM) == 0
    lines = [json.loads(line) for line in server.log if line.startswith("{")]
    assert sum(e["event"] == "stopped" for e in lines) == 2


def test_a_process_that_dies_is_replaced(tmp_path: Path, postgres: PostgresServer) -> None:
    with serving(tmp_path, "--dev", "--db", postgres.dsn(), "--workers", "2") as server:
        with client(server, "uss1") as uss:
            path = f"/operational_intent_references/{new_id()}"
            assert uss.put(path, json=intent(30, 30)).status_code == 201
        first = set(_wait_started(server.log, 2))
        os.kill(min(first), signal.SIGKILL)
        _wait_started(server.log, 3)
        with client(server, "uss1") as uss:
            assert uss.get(path).status_code == 200
        assert server.stop(signal.SIGTERM) == 0


def test_processes_end_in_order_when_the_one_that_started_them_is_killed(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    """Nobody could stop or replace them, and they would hold the port and the database."""
    taken: list[str] = []
    options = ("--dev", "--db", postgres.dsn(), "--workers", "2")
    with serving(tmp_path, *options) as server:
        _wait_started(server.log, 2)

        def write(number: int) -> None:
            with client(server, f"uss{number}") as uss, suppress(httpx.TransportError):
                for step in range(10_000):
                    one = new_id()
                    body = intent(-60 + number, step * 0.02)
                    if uss.put(f"/operational_intent_references/{one}", json=body).is_success:
                        taken.append(one)

        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write, number) for number in range(4)]
            until = time.monotonic() + 30
            while len(taken) < 20 and time.monotonic() < until:
                time.sleep(0.01)
            assert server.stop(signal.SIGKILL) == -signal.SIGKILL
            for writer in writers:
                writer.result(30)
        server.wait_silent(20)
        address = urlsplit(server.url)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((str(address.hostname), int(address.port or 0)), 5)
    lines = [json.loads(line) for line in server.log if line.startswith("{")]
    assert sum(line["event"] == "stopped" for line in lines) == 2
    puts = [e["status"] for e in lines if e["event"] == "request" and e["method"] == "PUT"]
    assert set(puts) == {201}
    assert len(puts) - len(taken) in range(5), "an answer was lost with its connection at most"


def _wait_started(log: list[str], count: int) -> list[int]:
    """The processes that said they started, once there are so many: they do not start at once."""
    until = time.monotonic() + 30
    while len(_started(log)) < count and time.monotonic() < until:
        time.sleep(0.05)
    found = _started(log)
    assert len(found) == count, "".join(log)
    return found


def _started(log: list[str]) -> list[int]:
    lines = [json.loads(line) for line in list(log) if line.startswith("{")]
    return [line["process"] for line in lines if line["event"] == "started"]


def test_a_database_that_goes_away_is_503_and_the_server_comes_back(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    path = f"/operational_intent_references/{new_id()}"
    with serving(tmp_path, "--dev", "--db", postgres.dsn()) as server:
        with client(server, "uss1") as uss:
            assert uss.put(path, json=intent(20, 20)).status_code == 201
            with postgres.stopped():
                for _ in range(3):
                    answer = uss.get(path)
                    assert (answer.status_code, set(answer.json())) == (503, {"message"})
                    assert int(answer.headers["Retry-After"]) >= 1
                assert httpx.get(f"{server.url}/readyz").status_code == 503
                assert httpx.get(f"{server.url}/healthy").status_code == 200
                assert httpx.get(f"{server.url}/metrics").status_code == 200
            wait_ready(server)
            assert uss.get(path).status_code == 200
        assert server.stop(signal.SIGTERM) == 0


def test_a_database_that_is_not_there_is_said(tmp_path: Path, postgres: PostgresServer) -> None:
    from tests.e2e.server_process import Server

    dsn = re.sub(r"/openline_\d+", "/nowhere", postgres.dsn())
    for workers in ("1", "2"):
        began = time.monotonic()
        server = Server(tmp_path, "--dev", "--db", dsn, "--workers", workers)
        assert server.ended(60) == 3
        assert "Traceback" not in "".join(server.log)
        assert "nowhere" in "".join(server.log)
        assert time.monotonic() - began < 30
        assert server.process.stderr is not None
        server.process.stderr.close()
