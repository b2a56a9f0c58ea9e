"""Ways by which outlines meet in a plane: distances by hand, meetings by plain geometry."""

import math
import random
from typing import Final

import numpy as np
import pytest

from openline.geo.convolution import Convolution, Outlines, on_grid
from openline.geo.footprint_table import FootprintTable

SQUARE: Final = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
NOTCHED: Final = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (6.0, 9.0), (6.0, 3.0), (3.0, 3.0),
                  (3.0, 9.0), (0.0, 9.0)]  # fmt: skip
Points = list[tuple[float, float]]


def _outlines(*shapes: Points, ring: bool = True) -> Outlines:
    """Outlines of rings, or of paths; a path of one point is a point."""
    start, edge_from, edge_to, offset = 0, [], [], [0]
    for shape in shapes:
        numbers = list(range(start, start + len(shape)))
        edge_from += numbers
        edge_to += [*numbers[1:], numbers[0] if ring else numbers[-1]]
        start += len(shape)
        offset.append(start)
    points = np.array([point for shape in shapes for point in shape])
    space = np.column_stack((points, np.zeros(len(points))))
    count, none = len(shapes), np.zeros((len(shapes), 3))
    ends = np.array(offset)
    table = FootprintTable(
        space,
        np.array(edge_from),
        np.array(edge_to),
        ends,
        np.arange(count + 1),
        ends,
        none,
        none,
        none,
        none,
        np.zeros(count),
        np.full(count, ring),
    )
    return Outlines.of(table, points)


def _around(a: Outlines, b: Outlines, *ways: tuple[float, float]) -> list[tuple[float, bool]]:
    one = np.zeros(1, np.int64)
    convolution = Convolution.of(a, one, b, one)
    distance_m, inside = convolution.around(np.zeros(len(ways), np.int64), np.array(ways))
    return list(zip(distance_m.tolist(), inside.tolist(), strict=True))


def test_a_square_carried_to_a_square() -> None:
    """It meets the other by ways within a square of twice the side."""
    square = _outlines(SQUARE)
    assert _around(square, square, (0, 0), (9, 9), (12, 0), (13, 14), (-7, 3), (0, -11)) == [
        (10.0, True),
        (1.0, True),
        (2.0, False),
        (5.0, False),
        (3.0, True),
        (1.0, False),
    ]


def test_a_point_carried_to_a_point_and_along_a_path() -> None:
    point = _outlines([(1.0, 1.0)], ring=False)
    assert _around(point, point, (3, 4)) == [(5.0, False)]
    path = _outlines([(1.0, 1.0), (11.0, 1.0), (11.0, 21.0)], ring=False)
    assert _around(point, path, (5, 2), (8, 9), (-3, -4)) == [
        (2.0, False),
        (2.0, False),
        (5.0, False),
    ]


def test_a_small_square_in_a_notch_meets_nothing() -> None:
    """The notch is 3 wide and 6 deep, the square has sides of 2; it fits in with 0.5 on a side."""
    small = _outlines([(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)])
    notched = _outlines(NOTCHED)
    assert _around(small, notched, (3.5, 4.0), (3.5, 2.5), (2.5, 6.0)) == [
        (0.5, False),
        (0.5, True),
        (0.5, True),
    ]


def test_paths_that_cross_meet() -> None:
    """A path has no inside: two meet where one crosses the other, but not beside it."""
    cross = _outlines([(-5.0, 0.0), (5.0, 0.0)], ring=False)
    other = _outlines([(0.0, -5.0), (0.0, 5.0)], ring=False)
    assert _around(cross, other, (0, 0), (4, 3), (6, 0)) == [
        (5.0, True),
        (1.0, True),
        (1.0, False),
    ]


def _star(chance: random.Random, corners: int) -> Points:
    angles = [(n + chance.uniform(0, 0.8)) * math.tau / corners for n in range(corners)]
    return [
        (r * math.cos(angle), r * math.sin(angle))
        for angle in angles
        if (r := chance.choice((10.0, 4.0, chance.uniform(1, 10))))
    ]


def _inside(point: tuple[float, float], ring: Points) -> bool:
    """By the edges to the east of it."""
    x, y = point
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    hits = [x < a + (y - b) * (c - a) / (d - b) for (a, b), (c, d) in pairs if (b > y) != (d > y)]
    return sum(hits) % 2 == 1


def _meet(one: Points, other: Points) -> bool:
    """Whether two rings have anything in common: by corners inside and by edges that cross."""

    def side(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> bool:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0

    edges = [list(zip(r, r[1:] + r[:1], strict=True)) for r in (one, other)]
    crossing = any(
        side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b)
        for a, b in edges[0]
        for c, d in edges[1]
    )
    return crossing or _inside(one[0], other) or _inside(other[0], one)


@pytest.mark.parametrize("seed", range(6))
def test_rings_with_notches_meet_where_plain_geometry_says(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(10):
        one, other = _star(chance, chance.randrange(3, 12)), _star(chance, chance.randrange(3, 12))
        a, b = _outlines(one), _outlines(other)
        assert a.usable.all()
        assert b.usable.all()
        ways = [(chance.uniform(-20, 20), chance.uniform(-20, 20)) for _ in range(40)]
        found = _around(a, b, *ways)
        for (east, north), (distance_m, inside) in zip(ways, found, strict=True):
            carried = [(x + east, y + north) for x, y in one]
            assert inside == _meet(carried, other) or distance_m < 1e-4, (east, north)


def test_an_outline_that_is_nearly_none_is_not_asked_about() -> None:
    assert not _outlines([(0.0, 0.0), (5.0, 0.0), (5.0, 1e-5), (0.0, 4.0)]).usable[0]
    assert not _outlines([(0.0, 0.0), (5.0, 0.0), (5.0, 1e-5)], ring=False).usable[0]
    backwards = _outlines(SQUARE[::-1])
    assert not backwards.usable[0], "the inside is on the right"


def test_points_on_the_grid_are_added_without_rounding() -> None:
    points = on_grid(np.array([[123_456.789, -0.1], [1e-9, 499_999.9]]))
    assert (points[0] + points[1] - points[1] == points[0]).all()
