"""The benchmark of encounters: its traffic, its judge, and that it counts both sides."""

import numpy as np

from bench import encounter_bench as bench


def test_the_judge_walks_along_geodesics() -> None:
    """Head-on along the equator: 20 km apart and closing at 200 m/s they are too close; at 90 km
    and with a slow closure they are not, nor 1,000 ft above each other."""
    position = np.array([(0, 0, 1000), (0, 0.18, 1000), (0, 0.8, 1000), (0, 0.18, 1305)], float)
    velocity = np.array([(100, 0, 0), (-100, 0, 0), (-100, 0, 0), (-100, 0, 0)], float)
    assert bench.is_loss(position, velocity, (0, 1))
    assert not bench.is_loss(position, velocity, (0, 2))
    assert not bench.is_loss(position, velocity, (0, 3))


def test_pairs_have_no_direction() -> None:
    assert bench.pairs_of([("3", "1"), ("1", "3"), (2, 5)]) == {(1, 3), (2, 5)}


def test_a_small_case_runs_and_our_own_sides_agree() -> None:
    facts = bench.case(400, 4.0, 1)
    own = [side for name, side in facts["sides"].items() if name.startswith("openline")]
    assert facts["pairs"] > 10
    assert all(side["pairs"] == facts["pairs"] and side["only_theirs"] == 0 for side in own)
    page = bench.markdown(
        {
            "commit": "x",
            "machine": {"cpu": "c", "cores": 2, "load_before": 0.0},
            "software": {"numpy": "2"},
            "repeats": 1,
            "cases": [{"region": "r", **facts}],
        }
    )
    assert "| 400 | r | floor |" in page


def test_the_traffic_is_the_same_each_time() -> None:
    one, other = bench.traffic(1000, 100.0), bench.traffic(1000, 100.0)
    np.testing.assert_array_equal(one, other)
    wide, _ = bench.traffic(1000, 10_000.0)
    assert np.abs(wide[:, 0]).max() <= 90
    assert np.abs(wide[:, 1]).max() <= 180
