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


def test_the_judge_looks_up_to_the_end_of_the_look_ahead() -> None:
    """A pair of the traffic of 100,000: along geodesics the loss begins at 299.9974 s, so between
    the last step before the end and the end. At 300 s the two are 0.74 m inside of 5 NM."""
    position = np.array(
        [
            (28.71438599260466, -2.9457167108890445, 4835.201543704144),
            (29.54839570024567, -2.6293457147185677, 8112.084443138431),
        ]
    )
    velocity = np.array(
        [
            (119.01016322615844, 82.44028330678505, 11.338292645737674),
            (19.062429637623254, -195.14203565226092, 0.0),
        ]
    )
    assert bench.is_loss(position, velocity, (0, 1))
    found = bench.pairs_of(bench.sides(position, velocity)["openline (numpy)"]())
    assert found == {(0, 1)}
    # The one in the north a metre further north: 0.25 m outside at 300 s.
    position[1, 0] += 1.0 / 110_850.0
    assert not bench.is_loss(position, velocity, (0, 1))


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
            "cases": [
                {"region": "r", **facts},
                {"region": bench.CONSTANT, **facts, "aircraft": 10_000},
                {"region": bench.CONSTANT, **facts, "aircraft": 100_000},
            ],
            "intervals": {"cylinder": {"numpy": 12.0, "compiled": 50.0}},
        }
    )
    assert "| 400 | r | floor |" in page
    assert "take 1.0 times as long" in page
    assert "| cylinder | 12 | 50 |" in page


def test_the_traffic_is_the_same_each_time() -> None:
    one, other = bench.traffic(1000, 100.0), bench.traffic(1000, 100.0)
    np.testing.assert_array_equal(one, other)
    wide, _ = bench.traffic(1000, 10_000.0)
    assert np.abs(wide[:, 0]).max() <= 90
    assert np.abs(wide[:, 1]).max() <= 180
