"""The benchmark of sealing runs and says what it measured."""

import json
from pathlib import Path

import pytest

from bench.seal_bench import main


def test_it_runs_on_few_entries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "facts.json"
    main(["--entries", "2500", "--rate", "50", "--seconds", "0.5", "--out", str(out)])
    facts = json.loads(out.read_text())
    assert facts == json.loads(capsys.readouterr().out)
    assert facts["entries"] == 2500
    assert facts["start_cpu_s"] > 0
    assert 0 < facts["cpu_share"] < 1
