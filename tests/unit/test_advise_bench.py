"""The benchmark of advice runs, and what it reports was free."""

import json
from pathlib import Path

from bench.advise_bench import main


def test_it_runs_small(tmp_path: Path) -> None:
    small = ["--active", "800", "--asked", "4", "--tangle", "6", "--seconds", "1"]
    assert main([*small, "--out", str(tmp_path)]) == 0
    facts = json.loads((tmp_path / "advise.json").read_text())
    assert all(row["in_conflict"] == 0 and row["asked"] >= 1 for row in facts["one_plan"])
    assert facts["tangle"]["without_solver"]["still_in_conflict"] == 0
    assert "| overlap | 800 |" in (tmp_path / "advise.md").read_text()
