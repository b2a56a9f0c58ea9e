"""The benchmark of the record runs and says what it measured."""

import json
from pathlib import Path

import pytest

from bench.record_bench import entries, main


def test_it_runs_on_few_entries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "facts.json"
    arguments = ["--entries", "300", "--repeats", "1", "--second", "--out", str(out)]
    main(arguments)
    facts = json.loads(out.read_text())
    assert facts == json.loads(capsys.readouterr().out)
    assert facts["entries"] == 300
    assert facts["verify"]["repeats"] == 1
    assert facts["bytes"] > 300 * 300


def test_a_seed_gives_the_same_entries() -> None:
    assert list(entries(5, 1)) == list(entries(5, 1))
    assert list(entries(5, 1)) != list(entries(5, 2))
