"""The benchmark of the page: its aircraft stay where they are seen, its figures are right."""

import math
import random

from bench import console_bench as bench
from bench.console_traffic import EAST, NORTH, SOUTH, WEST, Aircraft

_PAGE = {
    "chromium": "1",
    "seconds": 60.0,
    "updates_per_s": 3.9,
    "pictures_per_s": 3.1,
    "tracks": 2_000,
    "volumes": {},
    "draw_ms": 9.0,
    "page_cpu_share": 0.3,
    "script_share": 0.2,
    "layout_share": 0.05,
    "server_cpu_share": 0.5,
    "heap_mib": [(0.0, 20.0), (30.0, 26.0), (60.0, 27.0)],
    "waits_ms": [*([20.0] * 90), *([200.0] * 10)],
    "of": [*(["j"] * 90), *(["]"] * 10)],
    "hands_ms": {"wheel": [30.0, 40.0, 50.0], "writing": []},
    "first_view_s": 1.5,
    "page_gz": 266_000,
    "page_sent": 270_000,
    "map_gz": 38_000,
    "page_gz_of": {"js": 266_000},
}


def test_aircraft_fly_as_fast_as_they_say_and_stay_in_view() -> None:
    rng = random.Random(1)
    for number in range(20):
        one = Aircraft(rng, number)
        before = one.lat, one.lng
        said = one.step(0.25, "2026-06-15T09:30:00Z")
        north = (one.lat - before[0]) * 111_195.0
        east = (one.lng - before[1]) * 111_195.0 * math.cos(math.radians(one.lat))
        assert math.isclose(math.hypot(north, east), 0.25 * said["speed_mps"], rel_tol=0.01)
        for _ in range(2_000):
            one.step(10.0, "")
            assert SOUTH - 0.1 < one.lat < NORTH + 0.1
            assert WEST - 0.1 < one.lng < EAST + 0.1


def test_a_missed_goal_is_said() -> None:
    found = bench.summed(dict(_PAGE))
    assert found["input_p95_ms"] == 200.0
    assert found["input_p50_ms"] == 20.0
    assert found["by_kind_ms"] == {
        "j": (90, 20.0, 20.0),
        "]": (10, 200.0, 200.0),
        "wheel": (3, 40.0, 50.0),
    }
    assert math.isclose(found["heap_mib_per_minute"], 2.0), (
        "after the first third: 26 to 27 in 30 s"
    )
    machine = {"cpu": "c", "cores": 2, "load_before": 0.1}
    facts = {"commit": "x", "machine": machine, "volumes": 500, "aircraft": 2_000, "page": found}
    rows = [row for row in bench.markdown(facts).split("\n") if row.startswith("| ")]
    assert [row.endswith("**missed** |") for row in rows[1:5]] == [False, True, False, False]
