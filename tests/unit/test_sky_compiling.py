"""The compiled search: used once it is there; nobody waits for it, nothing breaks without it."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from openline.airspace.encounter.compiled import in_loops
from openline.airspace.track.report import Identity, PositionReport
from openline.app.sky import compiling
from openline.app.sky.compiling import COMPILED_FROM, PREPARED_FROM, Compiled
from openline.app.sky.service import SkyService
from openline.app.sky.watch import SkyWatch

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def reports(count: int) -> list[PositionReport]:
    return [
        PositionReport(
            feed="f",
            identity=Identity.of(uid=str(k)),
            time=NOW,
            lat_deg=k // 40 * 0.5,
            lng_deg=k % 40 * 0.5,
            pressure_altitude_ft=30_000.0,
            speed_mps=100.0,
            track_deg=90.0,
        )
        for k in range(count)
    ]


def test_positions_come_in_and_go_out_while_the_compiler_works() -> None:
    release, began = threading.Event(), threading.Event()

    def prepare() -> Any:
        began.set()
        assert release.wait(60)
        return in_loops

    compiled = Compiled(prepare)
    sky = SkyService(SkyWatch(compiled=compiled))
    receipt = sky.take(reports(COMPILED_FROM + 100), NOW)
    assert receipt.accepted == COMPILED_FROM + 100
    sky.tick(NOW)  # would hang here if it waited
    assert began.wait(60)
    before = sky.view("x", NOW).encounters
    assert len(sky.view("x", NOW).tracks) == COMPILED_FROM + 100
    assert compiled.search(COMPILED_FROM) is None
    release.set()
    assert compiled.wait(60)
    assert compiled.search(COMPILED_FROM) is in_loops
    sky.tick(NOW + timedelta(microseconds=1))
    after = sky.view("x", NOW).encounters
    assert [(one.first, one.second) for one in after] == [(b.first, b.second) for b in before]


def test_few_aircraft_never_start_the_compiler() -> None:
    asked = threading.Event()
    compiled = Compiled(asked.set)
    for _ in range(3):
        assert compiled.search(PREPARED_FROM - 1) is None
    assert not asked.wait(0.2)
    assert compiled.search(PREPARED_FROM) is None
    assert asked.wait(60)


def test_a_compiler_that_breaks_leaves_the_other_search(caplog: pytest.LogCaptureFixture) -> None:
    def prepare() -> Any:
        raise OSError("disk full")

    compiled = Compiled(prepare)
    assert not compiled.wait(60)
    assert compiled.search(10_000) is None
    assert "numpy's is used" in caplog.text


def test_another_process_that_ends_badly_leaves_the_other_search(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []

    def ended(environment: dict[str, str]) -> int | str:
        asked.append(environment.get("NUMBA_CACHE_DIR", ""))
        return 3 if len(asked) == 1 else "killed"

    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    monkeypatch.setattr(compiling, "_compiled_elsewhere", ended)
    assert compiling._prepared() is None
    # Where nothing can be kept it is tried once more with a place of its own.
    assert asked[0] == ""
    assert "openline-compiled-" in asked[1]
    assert "killed" in caplog.text
