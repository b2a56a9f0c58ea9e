"""`openline advise` as it is typed: words, JSON, files written, exit codes."""

import json
from pathlib import Path

import pytest

from tests.unit.command import far, feature, invoke, north, south, write_geojson


def _free_of_conflict(*files: str) -> bool:
    return invoke("check", *files, "--quiet").exit_code == 0


def test_the_later_file_moves_and_why_is_said(tmp_path: Path) -> None:
    result = invoke("advise", north(tmp_path), south(tmp_path))
    assert result.exit_code == 1
    assert "intent S-1 of south: in conflict with intent N-1 of north" in result.stdout
    assert "at the same priority, intent N-1 of north was filed first" in result.stdout
    assert "1 h later; 2026-11-22 11:00Z to 12:00Z" in result.stdout
    assert "300 m (984 ft) higher" in result.stdout
    result = invoke("advise", south(tmp_path), north(tmp_path))
    assert "intent N-1 of north: in conflict" in result.stdout


def test_nothing_to_do_is_0(tmp_path: Path) -> None:
    result = invoke("advise", north(tmp_path), far(tmp_path))
    assert result.exit_code == 0
    assert result.stdout == "Nothing to do: nothing is in conflict.\n"


def test_json_holds_every_way(tmp_path: Path) -> None:
    result = invoke("advise", "--json", north(tmp_path), south(tmp_path), "--most", "9")
    document = json.loads(result.stdout)
    (advice,) = document["advice"]
    assert advice["plan"] == {"kind": "intent", "party": "south", "id": "S-1"}
    costs = [way["cost_s"] for way in advice["alternatives"]]
    assert costs == sorted(costs)
    later = next(w for w in advice["alternatives"] if w["changes"][0]["delay_s"] == 3600)
    assert later["cost_s"] == 3600
    assert later["volumes"][0]["time_start"] == "2026-11-22T11:00:00Z"


@pytest.mark.parametrize("mode", ["plan", "all"])
def test_what_is_written_is_in_nobodys_way(tmp_path: Path, mode: str) -> None:
    mine, others, out = north(tmp_path), south(tmp_path), str(tmp_path / "out.geojson")
    if mode == "plan":
        result = invoke("advise", "--plan", mine, others, "--out", out)
        assert not _free_of_conflict(mine, others)
        assert _free_of_conflict(out, others)
    else:
        result = invoke("advise", "--all", mine, others, "--out", out, "--seconds", "2")
        assert _free_of_conflict(out)
        assert "gap 0%" in result.stdout
    assert result.exit_code == 1


def test_all_without_the_solver(tmp_path: Path) -> None:
    result = invoke("advise", "--all", "--no-solver", "--json", north(tmp_path), south(tmp_path))
    document = json.loads(result.stdout)
    assert (document["solver"], document["unplaced"], len(document["moved"])) == (False, [], 1)


def test_none_within_the_limits_names_what_blocks(tmp_path: Path) -> None:
    limits = ("--later", "5min", "--earlier", "0", "--climb", "0", "--sideways", "0")
    result = invoke("advise", north(tmp_path), south(tmp_path), *limits)
    assert result.exit_code == 1
    assert "no way out within the limits: blocked by intent N-1 of north." in result.stdout


def test_free_windows_of_a_day(tmp_path: Path) -> None:
    args = ("advise", south(tmp_path), "--free", north(tmp_path), "--day", "2026-11-22")
    result = invoke(*args)
    assert result.exit_code == 0
    assert "  2026-11-22 00:00Z to 2026-11-22 10:00Z" in result.stdout
    assert "  2026-11-22 11:00Z to 2026-11-23 00:00Z" in result.stdout
    (one,) = json.loads(invoke(*args, "--json").stdout)["volumes"]
    assert [taken["id"] for taken in one["taken"]] == ["S-1"]


@pytest.mark.parametrize(
    "args",
    [
        ("--plan", "x", "--all"),
        ("--free", "x"),
        ("--day", "2026-11-22"),
        ("--out", "x.geojson"),
        ("--cost-up", "0"),
        ("--floor", "9km", "--ceiling", "1km"),
        ("--later", "400h", "--earliest", "2026-11-22"),
    ],
)
def test_bad_usage_is_2(tmp_path: Path, args: tuple[str, ...]) -> None:
    result = invoke("advise", north(tmp_path), south(tmp_path), *args)
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_an_input_is_never_replaced(tmp_path: Path) -> None:
    mine = north(tmp_path)
    result = invoke("advise", "--all", mine, south(tmp_path), "--out", mine)
    assert result.exit_code == 2
    assert "replace" in result.stderr


def test_the_same_thing_twice_is_refused(tmp_path: Path) -> None:
    twice = write_geojson(tmp_path / "twice.geojson", feature("T", 7.5), feature("T", 9.0))
    result = invoke("advise", twice, south(tmp_path))
    assert result.exit_code in (1, 2)  # one intent of two volumes, or refused: never in silence
    assert result.stdout or result.stderr
