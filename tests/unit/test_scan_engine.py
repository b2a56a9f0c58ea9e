"""Who computes a scan, conflicts included, changes nothing: processes, a cluster, one killed."""

import io
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openline.airspace.encounter.recording import JoinRules
from openline.airspace.separation import Separation
from openline.app import scan_tracks as module
from openline.app.scan_engine import Engine, EngineName
from openline.app.scan_tracks import ScanOptions, scan_tracks
from openline.errors import InvalidInput, Unreachable
from openline.formats.losses import Scan, write_csv, write_geojson, write_json
from openline.formats.losses_parquet import write_losses_parquet
from openline.report.scan_page import render_scan
from tests.unit.command import invoke

RADAR = Separation(9260.0, 304.8)
HOURS = 6


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Forty aircraft that criss-cross for some hours, one position a minute."""
    dice = np.random.default_rng(4)
    lines = ["icao24,callsign,timestamp,latitude,longitude,altitude_ft"]
    for number in range(40):
        place, speed = dice.uniform(-1, 1, 2), dice.uniform(-0.02, 0.02, 2)
        feet = int(dice.integers(300, 303)) * 100
        for minute in range(HOURS * 60):
            place += speed
            speed = np.where(np.abs(place) > 1, -np.sign(place) * np.abs(speed), speed)
            lat, lng = (47.0 + place[0], 8.0 + place[1])
            name = f"<b>{number}" if number < 2 else str(number)
            lines.append(
                f"{number:06x},{name},{1_790_000_000 + 60 * minute},{lat!r},{lng!r},{feet}"
            )
    path = tmp_path_factory.mktemp("recording") / "tracks.csv"
    path.write_text("\n".join(line.replace("np.float64(", "").replace(")", "") for line in lines))
    return str(path)


def options(engine: Engine = Engine(processes=1)) -> ScanOptions:  # noqa: B008  # frozen
    return ScanOptions(RADAR, join=JoinRules(120.0, 700.0), engine=engine, lookahead_s=120.0)


def everything(scan: Scan) -> tuple[bytes, ...]:
    writers: Any = (write_json, write_csv, write_geojson, write_losses_parquet, render_scan)
    return tuple(write(scan) for write in writers)


@pytest.fixture(scope="module")
def alone(recording: str) -> tuple[bytes, ...]:
    scan = scan_tracks([recording], options())
    assert len(scan.losses) > 50
    assert len(scan.conflicts) > 50
    return everything(scan)


def test_two_processes_give_the_same_byte_for_byte(
    recording: str, alone: tuple[bytes, ...]
) -> None:
    seen: list[tuple[int, int]] = []
    scan = scan_tracks(
        [recording], options(Engine(processes=2)), progress=lambda *at: seen.append(at)
    )
    assert everything(scan) == alone
    assert [done for done, _ in seen] == list(range(len(seen)))


def test_a_killed_process_is_told_and_the_next_scan_goes_on(
    recording: str, alone: tuple[bytes, ...], tmp_path: Path
) -> None:
    work = str(tmp_path / "work")
    before = set(_children())

    def kill_one(done: int, _count: int) -> None:
        if done == 0:
            os.kill(min(set(_children()) - before - _helpers()), signal.SIGKILL)

    with pytest.raises(Unreachable, match="a process that was computing is gone") as caught:
        scan_tracks([recording], options(Engine(processes=2)), work, kill_one)
    assert "--work" in (caught.value.cure or "")
    kept = {path.name for path in (tmp_path / "work").glob("losses-*.json")}
    assert kept
    # Another number of processes is the same question.
    again: list[int] = []
    scan = scan_tracks([recording], options(), work, lambda done, _: again.append(done))
    assert everything(scan) == alone
    assert len(again) + len(kept) >= HOURS
    assert again[0] == len(kept)


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _helpers() -> set[int]:
    """Processes of multiprocessing itself, which compute nothing."""
    return {
        pid
        for pid in _children()
        if b"resource_tracker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    }


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_cluster_with_one_process_killed_during_the_run_gives_the_same(
    recording: str, alone: tuple[bytes, ...], tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    killed: list[int] = []
    with distributed.LocalCluster(
        n_workers=3,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
        local_directory=str(tmp_path / "dask"),
        silence_logs=50,
    ) as cluster:

        def kill_one(_done: int, _count: int) -> None:
            if not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        engine = Engine(EngineName.DASK, cluster=cluster.scheduler_address)
        scan = scan_tracks([recording], options(engine), str(tmp_path / "work"), kill_one)
    assert killed
    assert everything(scan) == alone


def test_a_cluster_that_does_not_answer_is_told() -> None:
    pytest.importorskip("distributed")
    engine = Engine(EngineName.DASK, cluster="nonsense://127.0.0.1:1")
    with pytest.raises(Unreachable, match="no dask scheduler answers"):
        list(engine.run(abs, [1], 1))


def test_a_folder_that_the_cluster_does_not_share_is_told(
    recording: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "scan_period", lambda folder, options, period: period)
    with pytest.raises(Unreachable, match="not in the folder"):
        scan_tracks([recording], options())


@pytest.mark.parametrize(
    "bad", [{"processes": 0}, {"processes": 1000}, {"cluster": "tcp://127.0.0.1:8786"}]
)
def test_an_engine_that_makes_no_sense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Engine(**bad)


def test_few_positions_are_done_by_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openline.app.scan_engine._cores", lambda: 8)
    assert list(Engine().run(abs, [3, 1, 2], 1000)) == [3, 1, 2]


def test_the_outputs_of_the_command(recording: str, tmp_path: Path) -> None:
    parquet, page = tmp_path / "out.parquet", tmp_path / "out.html"
    done = invoke(
        *("scan", recording, "--minima", "5nm/1000ft", "--processes", "1", "-q"),
        *("--parquet", str(parquet), "--html", str(page)),
    )
    assert done.exit_code == 1
    html = page.read_text(encoding="utf-8")
    assert "losses of separation</h1>" in html
    assert "&lt;b&gt;1" in html
    assert "<b>1" not in html
    assert "<script" not in html
    from pyarrow import parquet as reader

    table = reader.read_table(parquet)
    assert table.num_rows > 50
    assert str(table.schema.field("enter").type) == "timestamp[ms, tz=UTC]"
    assert b"vertical_tolerance_m" in table.schema.metadata[b"openline.scan"]
    csv_rows = invoke("scan", recording, "--minima", "5nm/1000ft", "--csv", "-q").stdout
    assert len(csv_rows.splitlines()) == table.num_rows + 1
    both = invoke("scan", recording, "--minima", "5nm/1000ft", "--html", "-", "--json")
    assert both.exit_code == 2


def test_a_page_without_losses_says_so(tmp_path: Path) -> None:
    rows = ["icao24,timestamp,latitude,longitude,altitude_ft"]
    rows += [
        f"{name},{1_790_000_000 + k * 60},{lat},8.0,30000"
        for name, lat in (("a", 47), ("b", 50))
        for k in range(9)
    ]
    path = tmp_path / "apart.csv"
    path.write_text("\n".join(rows))
    scan = scan_tracks([str(path)], options())
    assert b"No loss of separation</h1>" in render_scan(scan)
    from pyarrow import parquet as reader

    assert reader.read_table(io.BytesIO(write_losses_parquet(scan))).num_rows == 0


@pytest.mark.parametrize("work", [True, False])
def test_an_interrupted_scan_says_whether_it_can_go_on(
    recording: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: bool
) -> None:
    asked = ["scan", recording, "--minima", "5nm/1000ft"]
    asked += ["--work", str(tmp_path / "work")] if work else []

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "scan_period", interrupted)
        done = invoke(*asked)
    assert done.exit_code == 130
    assert ("the same command goes on from there" if work else "nothing is kept") in done.stderr
    assert invoke(*asked).exit_code == 1
