"""The README's Python is five lines, runs from a fresh checkout and prints what the page shows."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_five_lines_run_and_print_what_the_page_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    block = re.search(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    shown = re.findall(r"^> (Intent .*)$", PAGE, re.MULTILINE)
    assert block is not None
    assert len(block[1].splitlines()) == 5
    monkeypatch.chdir(ROOT)
    exec(compile(block[1], "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    # The example's own page says why this pair and no other: 130 m are left of 152.4 m.
    assert [re.findall(r"intent (\S+)", line, re.IGNORECASE) for line in printed] == [
        ["parcel-5", "rescue-5"]
    ]
    assert printed == shown


def test_the_command_of_the_page_exists() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    named = set(re.findall(r"`?make ([a-z]+)", PAGE))
    assert named
    assert named <= set(targets)
