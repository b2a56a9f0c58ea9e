"""`openline demo` as a process of its own: where it listens, what it tells, how it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.demo.stage import payload
from tests.e2e.server_process import COMMAND

WAIT_S = 90.0


class Demo:
    """The process, and every line that it has printed."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*COMMAND, "demo", "--no-browser", "--speed", "60", *options],
            cwd=folder,
            env={**os.environ, "TMPDIR": str(folder), "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def wait_for(self, pattern: str) -> re.Match[str]:
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            found = re.search(pattern, self.text)
            if found is not None:
                return found
            assert self.process.poll() is None, self.text
            time.sleep(0.05)
        raise AssertionError(f"{pattern}: {self.text}")

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_S
        while not is_so():
            assert time.monotonic() < until
            assert self.process.poll() is None, self.text
            time.sleep(0.01)

    def ended(self) -> int:
        code = self.process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        return code


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Demo]:
    demo = Demo(folder, *options)
    try:
        yield demo
    finally:
        with suppress(ProcessLookupError):
            os.killpg(demo.process.pid, signal.SIGKILL)
        demo.ended()
        assert demo.process.stdout is not None
        demo.process.stdout.close()


def test_it_tells_where_who_and_what_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.socket() as other:
        with suppress(OSError):  # whoever has it: it is taken
            other.bind(("127.0.0.1", 8080))
            other.listen()
        with running(tmp_path) as demo:
            url = demo.wait_for(r"openline demo: (http://127\.0\.0\.1:\d+)")[1]
            assert url != "http://127.0.0.1:8080"
            assert "Port 8080 is taken" in demo.text
            demo.wait_for(r"1\. The line is tried")
            shown = httpx.get(f"{url}/console/demo", timeout=WAIT_S).json()
            assert shown["speed"] == 60.0
            assert len(shown["acts"]) >= 15
            login = shown["logins"][0]
            assert re.search(rf"{login['user']} +{login['password']}", demo.text)
            told = httpx.post(
                f"{url}/line/v1/login",
                json={"user": login["user"], "password": login["password"]},
                timeout=WAIT_S,
            )
            assert told.json()["expires_in"] == 3600
            claims = payload(told.json()["access_token"].encode())
            _require_fresh_feeds(demo, url, told.json()["access_token"])
            assert 3_000 < claims["exp"] - time.time() < 3_700, "it is an hour of real time"
            demo.process.send_signal(signal.SIGINT)
            assert demo.ended() == 0, demo.text
            assert "Traceback" not in demo.text
            assert list(tmp_path.iterdir()) == [], "the temporary folder is gone"


def _require_fresh_feeds(demo: Demo, url: str, token: str) -> None:
    """However fast the clock goes, a feed of the story is not late by it."""
    demo.wait_for(r"06:01:30Z  2\.")
    for _ in range(5):
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.get(f"{url}/sky/v1/feeds", headers=headers, timeout=WAIT_S)
        (feed,) = answer.json()["feeds"]
        assert (feed["name"], feed["state"]) == ("north", "live")
        assert feed["age_s"] <= 10.0
        time.sleep(0.1)


def test_it_ends_after_the_minutes_and_keeps_what_is_to_be_kept(tmp_path: Path) -> None:
    options = ("--port", "0", "--minutes", "0.02", "--keep", "kept", "--json")
    with running(tmp_path, *options) as demo:
        assert demo.ended() == 0, demo.text
    told = [json.loads(line) for line in demo.lines]
    assert told[0]["event"] == "demo"
    assert len(told[0]["logins"]) == 7
    assert {one["event"] for one in told} <= {"demo", "act", "look", "said"}
    names = {one.name for one in (tmp_path / "kept").iterdir()}
    assert {"agreement.toml", "agreement.toml.v1.sig", "north.key", "demo.db"} <= names


@pytest.mark.parametrize("signals", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM,)])
def test_whoever_ends_it_before_it_serves_leaves_nothing_behind(
    tmp_path: Path, signals: tuple[signal.Signals, ...]
) -> None:
    with running(tmp_path, "--port", "0") as demo:
        demo.wait_until(lambda: list(tmp_path.glob("openline-demo-*/*.key")) != [])
        for one in signals:
            demo.process.send_signal(one)
            time.sleep(0.1)
        assert demo.ended() in (0, 130, -signal.SIGINT), demo.text
        assert "Traceback" not in demo.text
        assert list(tmp_path.iterdir()) == []


def test_a_port_that_was_asked_for_is_not_changed(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        with running(tmp_path, "--port", port) as demo:
            assert demo.ended() == 3
            assert f"port {port}" in demo.text


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    for option in ("--keep", "--db"):
        (tmp_path / "here").mkdir(exist_ok=True)
        with running(tmp_path, "--port", "0", option, "here") as demo:
            assert demo.ended() == 2, demo.text
            assert "exists" in demo.text
    assert list((tmp_path / "here").iterdir()) == []
