"""A real process under load is killed: every change it acknowledged is there."""

import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import pytest

from openline.store.sqlite.store import SqliteStore
from openline.store.sqlite.upkeep import integrity_problems
from tests.house.tree import ROOT
from tests.store.samples import asking, intent

KILLS = 20
NIGHTLY_KILLS = 200
_LINES_FIRST = 3  # acknowledged before the killing may begin


class _Output:
    """Whole lines of a process, read as they come."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.lines: list[int] = []
        self.is_running = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for line in self._stream:
            if line.endswith(b"\n"):
                self.lines.append(int(line))
            if len(self.lines) >= _LINES_FIRST:
                self.is_running.set()
        self.is_running.set()

    def all(self) -> list[int]:
        self._thread.join()
        return self.lines


def _killed(path: Path, first: int, rng: random.Random) -> list[int]:
    """What a process acknowledged before it was killed in the middle of its work."""
    command = [sys.executable, "-m", "tests.store.kill_child", str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stdout is not None
        output = _Output(child.stdout)
        try:
            assert output.is_running.wait(30), "the process does not write"
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(rng.uniform(0.0, 0.3))
        finally:
            child.kill()
        return output.all()


def _kill_and_look(path: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    acknowledged: list[int] = []
    for kill in range(kills):
        of_this = _killed(path, 100_000 * kill, rng)
        acknowledged += of_this
        _require(path, of_this, kill)
    assert len(acknowledged) >= kills * _LINES_FIRST
    _require(path, acknowledged, kills)
    assert integrity_problems(path) == []


def _require(path: Path, acknowledged: list[int], kill: int) -> None:
    store = SqliteStore(path)
    try:
        lost = [n for n in acknowledged if store.read(asking(intent(n).id)) != intent(n)]
    finally:
        store.close()
    assert not lost, f"kill {kill}: {len(lost)} of {len(acknowledged)} lost: {lost[:5]}"


def test_twenty_kills_lose_nothing(tmp_path: Path) -> None:
    _kill_and_look(tmp_path / "line.db", KILLS, seed=0)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(1, 1 + NIGHTLY_KILLS // KILLS))
def test_two_hundred_kills_lose_nothing(tmp_path: Path, seed: int) -> None:
    _kill_and_look(tmp_path / "line.db", KILLS, seed)
