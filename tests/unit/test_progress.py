"""The progress bar: only where somebody watches, and only if it takes long."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from openline.cli.progress import ProgressBar
from tests.unit.command import north, south


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _drawn(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, patience_s: float) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("openline.cli.progress._PATIENCE_S", patience_s)
    monkeypatch.setenv("TERM", "xterm")
    with ProgressBar(wanted=True) as bar:
        bar.update(1, 10)
        bar.update(10, 10)
    return stream.getvalue()


def test_it_is_drawn_on_a_terminal_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "comparing" in _drawn(monkeypatch, _Terminal(), 0.0)


def test_it_is_not_drawn_for_a_short_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _drawn(monkeypatch, _Terminal(), 60.0) == ""


def test_it_is_not_drawn_into_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _drawn(monkeypatch, io.StringIO(), 0.0) == ""


@pytest.mark.parametrize("columns", [80, 200])
def test_on_a_terminal_the_table_fits_its_width(tmp_path: Path, columns: int) -> None:
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    code = "from openline.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", north(tmp_path), south(tmp_path)],
        stdout=follower,
        stderr=subprocess.PIPE,
        env=environment,
        check=False,
        timeout=60,
    )
    os.close(follower)
    text = os.read(leader, 65536).decode()
    os.close(leader)
    assert done.returncode == 1
    assert ("who and who" in text) == (columns == 80)
    plain = [line for line in text.splitlines() if "\x1b" not in line]
    assert max(map(len, plain)) <= columns
