"""The page under load for half an hour: its memory stays as it is once ways of aircraft are full.

Ways are kept for ten minutes, so its heap grows until then. CONSOLE_MEMORY_MINUTES takes another
length than thirty.
"""

import argparse
import os
from statistics import mean

import pytest

from bench.console_bench import measure

MINUTES = float(os.environ.get("CONSOLE_MEMORY_MINUTES", "30"))
WARM_MINUTES = 12.0
GROWTH_MAX_MIB = 1.5  # between the first and the second half of what follows: noise of its heap


@pytest.mark.nightly
def test_the_heap_is_flat() -> None:
    assert MINUTES >= WARM_MINUTES + 4, "too short to tell"
    options = argparse.Namespace(
        minutes=MINUTES, aircraft=2_000, volumes=500, inputs=10, settle=15.0, seed=1, profile=False
    )
    facts = measure(options)
    warm = [(at, mib) for at, mib in facts["heap_mib"] if at > 60 * WARM_MINUTES]
    half = (warm[0][0] + warm[-1][0]) / 2
    first = mean(mib for at, mib in warm if at <= half)
    second = mean(mib for at, mib in warm if at > half)
    print(
        f"heap {first:.2f} MiB, then {second:.2f} MiB; {facts['updates_per_s']:.2f} maps a second"
    )
    assert second - first < GROWTH_MAX_MIB, [f"{at:.0f} s: {mib:.1f}" for at, mib in warm]
    assert facts["tracks"] == 2_000
