"""The real server seals its record; a kill loses no seal for good; a changed record ends the start.

What is exported is verified by both verifiers, the second one in a process of its own.
"""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from openline.app.key_files import create_key
from tests.e2e.server_process import Server, client, intent, new_id, serving
from tests.house.tree import ROOT
from tests.postgres_server import PostgresServer
from tests.unit.command import invoke


def _write(server: Server, count: int, longitude: float = 10.0) -> None:
    with client(server, "uss1") as uss:
        for number in range(count):
            path = f"/operational_intent_references/{new_id()}"
            body = intent(10 + number, longitude)
            assert uss.put(path, json=body).status_code == 201


def _record(server: Server, question: str) -> Any:
    with client(server, "anybody", "") as anybody:
        answer = anybody.get(f"{server.url}/line/v1/record/{question}")
        assert answer.status_code == 200, answer.text
        return answer.json()


def _wait_sealed(server: Server, size: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = _record(server, "checkpoints")["checkpoints"]
        if found and found[-1]["size"] >= size:
            return
        time.sleep(0.05)
    raise AssertionError("it was not sealed in time")


def _verified_entries(db: str, out: Path) -> int:
    """Export, verify with both verifiers; how many entries there are."""
    done = invoke("record", "export", str(out), "--db", db, "--force")
    assert done.exit_code == 0, done.output
    verified = invoke("record", "verify", str(out))
    assert verified.exit_code == 0, verified.output
    tool = [sys.executable, str(ROOT / "tools" / "verify_record.py"), str(out)]
    assert subprocess.run(tool, capture_output=True, check=False).returncode == 0
    lines = out.read_bytes().splitlines()
    return sum(line.startswith(b'{"type":"entry"') for line in lines)


def test_a_record_is_sealed_through_a_kill_and_an_orderly_end(tmp_path: Path) -> None:
    db = tmp_path / "sky.db"
    out = tmp_path / "day.record"
    with serving(tmp_path, "--dev", "--db", str(db)) as server:
        _write(server, 3)
        server.stop(signal.SIGKILL)
    assert (tmp_path / "sky.db.record-key.pem").stat().st_mode & 0o777 == 0o600
    with serving(tmp_path, "--dev", "--db", str(db)) as server:
        sealed = _record(server, "checkpoint")["checkpoint"]["size"]
        assert sealed >= 3, "what the kill left was sealed before the first request"
        _write(server, 2, longitude=20.0)
        server.stop(signal.SIGTERM)
    total = _verified_entries(str(db), out)
    with sqlite3.connect(db) as connection:
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (total,)

    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE records SET party = 'uss2' WHERE sequence = 2")
    refused = Server(tmp_path, "--dev", "--db", str(db))
    assert refused.ended() == 2
    said = "".join(refused.log)
    refused.end_all()
    assert "sky.db, element entr" in said
    assert "these are not the entries that were signed" in said
    changed = invoke("record", "export", str(out), "--db", str(db), "--force")
    assert changed.exit_code == 0
    assert invoke("record", "verify", str(out)).exit_code == 1


def test_a_key_that_is_gone_is_told(tmp_path: Path) -> None:
    with serving(tmp_path, "--dev", "--db", "sky.db") as server:
        server.stop(signal.SIGTERM)
    (tmp_path / "sky.db.record-key.pem").unlink()
    refused = Server(tmp_path, "--dev", "--db", "sky.db")
    assert refused.ended() == 2
    assert "private key of the record is gone" in "".join(refused.log)
    refused.end_all()


def test_two_processes_on_postgresql_seal_one_record(tmp_path: Path) -> None:
    try:
        dsn = PostgresServer().dsn()
    except OSError as error:
        pytest.skip(f"POSTGRES NOT TESTED: its server does not start: {error}")
    create_key(str(tmp_path / "record.key"))
    options = ("--record-key", "record.key", "--record-origin", "north.example/line")
    with serving(tmp_path, "--dev", "--db", dsn, "--workers", "2", *options) as server:
        _write(server, 8)
        _wait_sealed(server, 8)
        roots = set()
        for _ in range(12):  # connections of their own: both processes are asked
            with httpx.Client() as one:
                answer = one.get(f"{server.url}/token", params={"sub": "a", "scope": ""})
                headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
                path = f"{server.url}/line/v1/record/proof/inclusion?sequence=8"
                proof = one.get(path, headers=headers)
                assert proof.status_code == 200, proof.text
                roots.add(proof.json()["leaf"])
        assert len(roots) == 1
        server.stop(signal.SIGTERM)
    assert _verified_entries(dsn, tmp_path / "day.record") >= 8
