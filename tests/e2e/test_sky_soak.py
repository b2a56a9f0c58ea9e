"""The live sky of a real server for two minutes, and nightly for half an hour: `tests.e2e.soak`.

It mostly waits, so it begins when the tests do (`conftest`) and is looked at at the end of them.
"""

import json
import shutil
import time
from pathlib import Path

import pytest

from bench.sky_cases import Size
from tests.e2e.conftest import soak_folder
from tests.e2e.soak import DEADLINE_S, check, soak

PATIENCE_S = 120.0 + DEADLINE_S + 300.0


def test_no_conflict_is_missed_and_none_is_announced_twice() -> None:
    result = soak_folder() / "soak.json"
    until = time.monotonic() + PATIENCE_S
    while not result.exists():
        assert time.monotonic() < until, "it did not end"
        time.sleep(0.2)
    found = json.loads(result.read_text("utf-8"))
    assert not found["wrong"], found["wrong"]
    assert found["turns"] > 50
    # Ticks, tracks and events of two minutes: what a leak adds in a second would show.
    sizes = found["sizes_mib"]
    assert max(sizes[-5:]) < 1.2 * max(sizes[5:10]) + 10, sizes
    shutil.rmtree(soak_folder(), ignore_errors=True)


@pytest.mark.nightly
def test_half_an_hour_of_it_and_memory_stays_where_it_is(tmp_path: Path) -> None:
    found = soak(tmp_path, Size(aircraft=500, pairs=100, seconds=1_800))
    check(found)
    # The last ten minutes beside those before: history and pictures of the past are full by then.
    sizes = found.sizes_mib
    third = len(sizes) // 3
    assert max(sizes[-third:]) < 1.1 * max(sizes[third:-third]) + 10
