"""How many pairs a second `loss_intervals` takes: by numpy, as it begins, and compiled.

    uv run python -m bench.encounter_intervals

In a process of its own, for the loops are compiled once a process has asked for many pairs. It
prints million pairs a second of one core as JSON, by CPU time, the median of some calls.
"""

import json
import statistics
import subprocess
import sys
import time
from typing import Final

import numpy as np

from bench.measure import ROOT
from openline.encounter import Cylinder, Detector, WellClear, loss_intervals
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

PAIRS: Final = 400_000  # at once
SEED: Final = 20_260
LOOKAHEAD_S: Final = 300.0
# Few calls, which numpy does; some more, so that the loops are compiled; then those.
TURNS: Final = {"numpy": 2, "warm up": 4, "compiled": 7}

Rates = dict[str, dict[str, float]]


def rates() -> Rates:
    """Of each detector, measured in another process."""
    command = [sys.executable, "-m", "bench.encounter_intervals"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: Rates = json.loads(done.stdout.splitlines()[-1])
    return found


def measure() -> Rates:
    """Of each detector, in this process."""
    random = np.random.default_rng(SEED)
    place, speed = (4e4, 4e4, 2e3), (300.0, 300.0, 20.0)
    own_m, own_mps, other_m, other_mps = (
        random.uniform(-1, 1, (PAIRS, 3)) * size for size in (place, speed) * 2
    )
    minima = 5 * METRES_PER_NAUTICAL_MILE, 1000 * METRES_PER_FOOT
    detectors: dict[str, Detector] = {"cylinder, 5 NM / 1,000 ft": Cylinder(*minima)}
    for name in ("do365-phase1", "do365-phase2", "do365-noncooperative", "buffered"):
        detectors[name] = WellClear.named(name)
    found: Rates = {name: {} for name in detectors}
    for kind, turns in TURNS.items():
        for name, detector in detectors.items():
            seconds = []
            for _ in range(turns):
                begin = time.process_time()
                loss_intervals(own_m, own_mps, other_m, other_mps, detector, LOOKAHEAD_S)
                seconds.append(time.process_time() - begin)
            found[name][kind] = PAIRS / statistics.median(seconds) / 1e6
    return found


def markdown(found: Rates) -> list[str]:
    """A part of the page."""
    return [
        "## Intervals of pairs",
        "",
        f"`loss_intervals` of {PAIRS:,} random pairs at once, in million pairs a second of one core"
        ": by numpy, as it begins, and by the compiled loops that take over. NASA's DAIDALUS is not"
        " beside it: no package index has it.",
        "",
        "| detector | numpy | compiled |",
        "|---|---|---|",
        *(
            f"| {name} | {rate['numpy']:.3g} | {rate['compiled']:.3g} |"
            for name, rate in found.items()
        ),
    ]


if __name__ == "__main__":
    print(json.dumps(measure()))
