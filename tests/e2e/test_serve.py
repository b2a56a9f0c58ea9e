"""The real server over the network: a token, a write, a query, and an end in order."""

import json
import os
import signal
import stat
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.tokens_samples import claims, ec_key, jwk, jwks, public_pem, rsa_key, signed
from tests.e2e.server_process import (
    COMMAND,
    Server,
    client,
    intent,
    new_id,
    serving,
    token,
    volume,
)

NEVER_USED_PORT = 9  # "discard"
# How often the server is killed under load: 20 times unless set; nightly ten times 20. (Variables
# that begin with OPENLINE are settings of the server.)
KILLS = int(os.environ.get("SERVER_KILLS", "20"))


def run(*args: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *args], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("db", [":memory:", "sky.db"])
def test_a_stranger_writes_and_asks_and_the_server_ends_in_order(tmp_path: Path, db: str) -> None:
    with serving(tmp_path, "--dev", "--db", db) as server:
        printed = run(
            *("token", "--sub", "uss1", "--scope", "utm.strategic_coordination"),
            *("--url", server.url),
            folder=tmp_path,
        )
        assert printed.returncode == 0, printed.stderr
        headers = {"Authorization": f"Bearer {printed.stdout.strip()}"}
        place = f"{server.url}/dss/v1/operational_intent_references"
        one = new_id()
        put = httpx.put(f"{place}/{one}", json=intent(48.1, 7.1), headers=headers)
        assert put.status_code == 201, put.text
        assert put.json()["operational_intent_reference"]["manager"] == "uss1"
        found = httpx.post(
            f"{place}/query", json={"area_of_interest": volume(48.1, 7.1)}, headers=headers
        )
        assert [r["id"] for r in found.json()["operational_intent_references"]] == [one]
        other = httpx.put(f"{place}/{new_id()}", json=intent(48.1, 7.1), headers=headers)
        assert other.status_code == 409
        assert [r["id"] for r in other.json()["missing_operational_intents"]] == [one]
        assert server.stop(signal.SIGTERM) == 0
    assert "FOR DEVELOPMENT ONLY" in "".join(server.log)
    lines = [json.loads(line) for line in server.log if line.startswith("{")]
    assert [line["event"] for line in lines][-1] == "stopped"
    assert {(e["method"], e["status"]) for e in lines if e["event"] == "request"} >= {
        ("PUT", 201),
        ("POST", 200),
        ("PUT", 409),
    }


def test_what_was_written_is_there_after_a_restart_and_so_is_the_key(tmp_path: Path) -> None:
    one = new_id()
    with serving(tmp_path, "--dev", "--db", "sky.db") as server:
        first = token(server, "uss1")
        with client(server, "uss1") as uss1:
            assert uss1.put(f"/operational_intent_references/{one}", json=intent(1, 1)).is_success
        assert server.stop(signal.SIGTERM) == 0
    mode = stat.S_IMODE((tmp_path / "sky.db.dev-key.pem").stat().st_mode)
    assert mode == 0o600
    with serving(tmp_path, "--dev", "--db", "sky.db") as server:
        headers = {"Authorization": f"Bearer {first}"}
        found = httpx.get(
            f"{server.url}/dss/v1/operational_intent_references/{one}", headers=headers
        )
        assert found.status_code == 200


def test_sigterm_lets_requests_in_work_end(tmp_path: Path) -> None:
    """Every request that was taken is answered, or its connection was never accepted."""
    statuses: list[int] = []
    refused: list[str] = []
    with serving(tmp_path, "--dev", "--db", "sky.db") as server:
        stop = threading.Event()

        def write(number: int) -> None:
            with client(server, f"uss{number}") as uss:
                ready.wait()
                while not stop.is_set():
                    try:
                        path = f"/operational_intent_references/{new_id()}"
                        lat = -60 + number + len(statuses) * 0.02 % 1
                        statuses.append(uss.put(path, json=intent(lat, number)).status_code)
                    except httpx.TransportError as error:
                        refused.append(type(error).__name__)
                        return

        ready = threading.Barrier(4)
        writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
        for writer in writers:
            writer.start()
        time.sleep(0.7)
        code = server.stop(signal.SIGTERM)
        stop.set()
        for writer in writers:
            writer.join()
    assert code == 0
    assert statuses
    assert set(statuses) <= {201, 409}
    lines = [json.loads(line) for line in server.log if line.startswith("{")]
    answered = [e["status"] for e in lines if e["event"] == "request" and e["method"] == "PUT"]
    assert len(answered) - len(statuses) in range(len(refused) + 1)
    assert set(answered) <= {201, 409}


def test_ctrl_c_ends_in_order_too(tmp_path: Path) -> None:
    with serving(tmp_path, "--dev", "--db", ":memory:") as server:
        assert server.stop(signal.SIGINT) == 0


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ((), 2, "--trusted-key"),
        (("--dev", "--workers", "2"), 2, "need PostgreSQL"),
        (("--dev", "--db", "mysql://u:secret@h/d"), 2, "no store is known"),
        (("--trusted-key", "none.pem", "--audience", "a"), 3, "none.pem: no such file"),
        (("--jwks", "http://issuer.example/k", "--audience", "a"), 2, "https"),
        (("--dev", "--host", "192.0.2.1"), 3, "cannot listen"),
        (("--dev", "--db", "missing/folder/sky.db"), 3, "missing/folder: there is no such folder"),
        (("--dev", "--db", "a-file/sky.db"), 3, "a-file: the folder of the database is a file"),
        (("--dev", "--port", "70000"), 2, "--port"),
        (("--dev", "--config", "none.toml"), 3, "none.toml"),
    ],
)
def test_what_cannot_be_started_says_why(
    tmp_path: Path, options: tuple[str, ...], code: int, words: str
) -> None:
    (tmp_path / "a-file").touch()
    done = run("serve", "--port", "0", *options, folder=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert words in done.stderr
    assert "secret" not in done.stderr


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with serving(tmp_path, "--dev", "--db", ":memory:") as server:
        port = server.url.rpartition(":")[2]
        done = run("serve", "--dev", "--db", ":memory:", "--port", port, folder=tmp_path)
        assert done.returncode == 3
        assert "in use" in done.stderr


def test_a_token_from_nobody_is_refused_in_words(tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{NEVER_USED_PORT}"
    done = run("token", "--sub", "a", "--url", nobody, folder=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "openline serve --dev" in done.stderr
    done = run("token", "--sub", "a", "--url", "nonsense", folder=tmp_path)
    assert done.returncode == 2


def test_a_folder_that_is_missing_is_said_with_and_without_a_key_of_our_own(tmp_path: Path) -> None:
    (tmp_path / "issuer.pem").write_bytes(public_pem(ec_key()))
    for options in (("--dev",), ("--trusted-key", "issuer.pem", "--audience", "a")):
        done = run("serve", "--port", "0", *options, "--db", "none/sky.db", folder=tmp_path)
        words = "none: there is no such folder (make it, or name another database with --db)"
        assert (done.returncode, done.stderr) == (3, f"Error: {words}\n")


def test_outside_issuers_are_trusted_by_their_keys(tmp_path: Path) -> None:
    (tmp_path / "issuer.pem").write_bytes(public_pem(ec_key()))
    (tmp_path / "keys.json").write_bytes(jwks(jwk(rsa_key(), "first")))
    (tmp_path / "openline.toml").write_text(
        'db = ":memory:"\ntrusted_keys = ["issuer.pem"]\naudiences = ["dss.example"]\n'
        'issuers = ["issuer.example"]\njwks = ["keys.json"]\n'
    )
    with serving(tmp_path) as server:
        now = time.time()

        def ask(key: Any = None, kid: str | None = None, **changed: Any) -> int:
            header = {"kid": kid} if kid else {}
            made = signed(claims(iat=now, exp=now + 600, **changed), key or ec_key(), header)
            headers = {"Authorization": f"Bearer {made.decode()}"}
            path = f"{server.url}/dss/v1/uss_availability/uss1"
            return httpx.get(path, headers=headers).status_code

        assert ask() == 200
        assert ask(rsa_key(), "first") == 200
        assert ask(rsa_key(), "second") == 401
        assert ask(iss="elsewhere") == 401
        assert ask(aud="elsewhere") == 401
        assert ask(scope="nothing") == 403
        assert httpx.get(f"{server.url}/token?sub=a").status_code in (401, 404)
        assert httpx.get(f"{server.url}/metrics").text.count("openline_requests_total") > 2
        assert httpx.get(f"{server.url}/healthy").text == "ok"
        assert server.stop(signal.SIGTERM) == 0
    assert "DEVELOPMENT" not in "".join(server.log)


def _kill_under_load(folder: Path, number: int) -> tuple[set[str], int]:
    """Write until the server is killed; the ids that were acknowledged, and the exit code."""
    acknowledged: set[str] = set()
    with serving(folder, "--dev", "--db", "sky.db", "--no-access-log") as server:

        def write(writer: int, uss: httpx.Client) -> None:
            with uss:
                for step in range(10_000):
                    one = new_id()
                    body = intent(-85 + number * 0.8 + writer * 0.2, -170 + step * 0.02)
                    try:
                        answer = uss.put(f"/operational_intent_references/{one}", json=body)
                    except httpx.TransportError:
                        return
                    if answer.status_code == 201:
                        acknowledged.add(one)

        clients = [client(server, f"uss{n}") for n in range(4)]  # each has its token
        writers = [threading.Thread(target=write, args=pair) for pair in enumerate(clients)]
        for thread in writers:
            thread.start()
        until = time.monotonic() + 20
        while len(acknowledged) < 10 + 7 * (number % 20) and time.monotonic() < until:
            time.sleep(0.005)
        code = server.stop(signal.SIGKILL)
        for thread in writers:
            thread.join()
    return acknowledged, code


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(KILLS, marks=pytest.mark.timeout(0)),
        *(
            pytest.param(20, id=f"nightly-{turn}", marks=[pytest.mark.nightly])
            for turn in range(10)
        ),
    ],
)
def test_a_killed_server_has_lost_nothing_that_it_acknowledged(tmp_path: Path, kills: int) -> None:
    acknowledged: set[str] = set()
    for number in range(kills):
        found, code = _kill_under_load(tmp_path, number)
        assert code == -signal.SIGKILL
        assert found
        acknowledged |= found
    with serving(tmp_path, "--dev", "--db", "sky.db") as server, client(server, "reader") as uss:
        lost = [
            one
            for one in acknowledged
            if uss.get(f"/operational_intent_references/{one}").status_code != 200
        ]
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged writes are gone"


def test_a_server_that_cannot_keep_its_store_says_so_and_comes_back(tmp_path: Path) -> None:
    """Only one server writes a file: the second one does not start, and harms nothing."""
    with serving(tmp_path, "--dev", "--db", "sky.db") as first:
        second = Server(tmp_path, "--dev", "--db", "sky.db")
        assert second.ended() == 3
        assert "Traceback" not in "".join(second.log)
        assert second.process.stderr is not None
        second.process.stderr.close()
        assert httpx.get(f"{first.url}/readyz").status_code == 200
