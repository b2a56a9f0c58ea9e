"""The long run of the live sky goes on beside the other tests: it mostly waits."""

import os
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_NAME = "test_no_conflict_is_missed_and_none_is_announced_twice"
_LASTS_S = 30
_begun: list["subprocess.Popen[bytes]"] = []
_SIZE = ("120", "40", "15")  # seconds, aircraft, pairs


@cache
def soak_folder() -> Path:
    """Where it writes, the same for all processes of one run of the tests."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"openline-soak-{run}"
    folder.mkdir(exist_ok=True)
    return folder


def _is_soak(item: pytest.Item) -> bool:
    return item.name == _NAME


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Look at it last."""
    items.sort(key=_is_soak)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin it, in one process, if it is asked for."""
    asked = any(_is_soak(item) for item in session.items)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    if not asked or worker != "gw0" or session.config.option.collectonly:
        return
    owner = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    with (soak_folder() / "log").open("wb") as log:
        begun = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.soak", str(soak_folder()), *_SIZE, str(owner)],
            cwd=_ROOT,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    _begun.append(begun)


def pytest_sessionfinish() -> None:
    """It has been looked at, or the run ended early."""
    for begun in _begun:
        begun.send_signal(signal.SIGINT)  # it ends its server
        try:
            begun.wait(_LASTS_S)
        except subprocess.TimeoutExpired:
            begun.kill()
            begun.wait()
    _begun.clear()
