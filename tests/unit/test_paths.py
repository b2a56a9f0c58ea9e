"""Lines in space and time."""

import pytest

from openline.formats.paths import between, distance_m
from openline.geo.position import Position


@pytest.mark.parametrize(
    ("one", "other", "geodesic_m"),
    [
        # geographiclib 2.1, Geodesic.WGS84.Inverse
        ((0.0, 0.0), (0.0, 1.0), 111_319.491),
        ((0.0, 0.0), (1.0, 0.0), 110_574.389),
        ((89.0, 0.0), (90.0, 0.0), 111_693.865),
        ((46.0, 179.5), (46.0, -179.5), 77_462.790),
    ],
)
def test_lengths_are_within_the_stated_share_of_the_geodesic(
    one: tuple[float, float], other: tuple[float, float], geodesic_m: float
) -> None:
    assert distance_m(Position(*one), Position(*other)) == pytest.approx(geodesic_m, rel=0.006)


def test_points_between_lie_on_the_way_and_keep_the_ends() -> None:
    one, other = Position(46.0, 179.5), Position(46.2, -179.5)
    assert between(one, other, 0.0) == one
    assert between(one, other, 1.0) == other
    middle = between(one, other, 0.5)
    assert distance_m(one, middle) == pytest.approx(distance_m(middle, other), rel=1e-9)
    assert distance_m(one, middle) * 2 == pytest.approx(distance_m(one, other), rel=1e-9)
