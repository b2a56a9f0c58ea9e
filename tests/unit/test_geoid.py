"""The geoid: its seams, its interpolation, its range over a footprint, its cost."""

import time

import numpy as np
import pytest

from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.geoid import undulation_m, undulation_range_m
from openline.geo.polygon import Polygon


def test_interpolates_linearly_between_nodes() -> None:
    nodes = undulation_m([48.0, 48.0, 48.25, 48.25], [7.0, 7.25, 7.0, 7.25])
    assert float(undulation_m(48.125, 7.125)) == pytest.approx(nodes.mean(), abs=1e-9)
    assert float(undulation_m(48.0, 7.125)) == pytest.approx(nodes[:2].mean(), abs=1e-9)


def test_same_place_by_other_longitudes() -> None:
    lngs = np.array([-180.0, 180.0, 540.0])
    assert len(set(undulation_m(10.1, lngs).tolist())) == 1
    assert float(undulation_m(10.1, -0.001)) == pytest.approx(float(undulation_m(10.1, 359.999)))


def test_no_jump_across_the_seams() -> None:
    for seam in (0.0, 180.0):
        beside = undulation_m([12.3, 12.3], [seam - 1e-7, seam + 1e-7])
        assert abs(beside[0] - beside[1]) < 1e-5


def test_one_value_at_each_pole() -> None:
    for pole in (90.0, -90.0):
        values = undulation_m(pole, np.linspace(-180, 180, 37))
        assert np.ptp(values) == 0.0


def test_range_of_a_tiny_circle_is_its_value() -> None:
    low, high = undulation_range_m(Circle.of(47.1, 8.9, 1.0))
    assert low <= float(undulation_m(47.1, 8.9)) <= high
    assert high - low < 1e-3


def test_range_across_180_degrees() -> None:
    shape = Polygon.of([(-17, 179), (-17, -179), (-19, -179), (-19, 179)])
    low, high = undulation_range_m(shape)
    nodes = undulation_m([-17, -17, -18, -19], [179, -179, 180, -179])
    assert low <= nodes.min() <= nodes.max() <= high
    assert high - low < 20, "the rest of the parallel is not part of it"


def test_range_over_a_pole() -> None:
    low, high = undulation_range_m(Circle.of(89.9, 0.0, 100_000.0))
    values = undulation_m(89.5, np.arange(-180, 180, 5))
    assert low <= values.min()
    assert values.max() <= high


def test_range_of_a_huge_circle_finds_the_greatest_undulation() -> None:
    low, high = undulation_range_m(Circle.of(0.0, 110.0, 5_000_000.0))
    assert (low, high) == (-106.99, 85.39)


def test_range_of_a_long_corridor_reaches_over_its_bulge() -> None:
    path = Corridor.of([(50.0, -100.0), (50.0, -20.0)], 1000.0)
    low, high = undulation_range_m(path)
    bulge = float(undulation_m(57.3, -60.0))  # the great circle's northernmost point
    assert low <= bulge <= high


def test_a_small_shape_costs_little() -> None:
    shape = Circle.of(48.0, 7.0, 2000.0)
    undulation_range_m(shape)
    best_s = min(_seconds_of_100(shape) for _ in range(20))
    assert best_s / 100 < 200e-6, "it is asked for each volume of a file"


def _seconds_of_100(shape: Circle) -> float:
    start = time.perf_counter()
    for _ in range(100):
        undulation_range_m(shape)
    return time.perf_counter() - start
