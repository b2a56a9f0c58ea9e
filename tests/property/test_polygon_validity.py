"""Polygon validity against GEOS on small planar rings; shapes that hang on a hair are left out.

Over 2 km and up to 45 degrees of latitude a geodesic departs from a straight line of longitude
and latitude by less than 10 cm, so a verdict that does not hang on 20 cm is the same for both.
"""

import math
from collections import Counter

import numpy as np
import pytest
import shapely

from openline.errors import InvalidGeometry
from openline.geo.polygon import Polygon

Rng = np.random.Generator
Points = list[tuple[float, float]]

RINGS_PER_SEED = 1_500
METRES_PER_DEGREE = 111_195.0
HAIR_M = 0.2
THIN_M = 0.5


def _ring(rng: Rng, scale_m: float, middle: tuple[float, float] = (0.0, 0.0)) -> Points:
    """3 to 9 points in metres: at random, or round the middle with some swapped."""
    count = int(rng.integers(3, 10))
    if rng.random() < 0.35:
        points = rng.uniform(-scale_m, scale_m, (count, 2))
    else:
        angle = np.sort(rng.uniform(0, 2 * math.pi, count))
        radius = rng.uniform(0.3, 1.0, count) * scale_m
        points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        if rng.random() < 0.4 and count > 3:
            i, j = rng.choice(count, 2, replace=False)
            points[[i, j]] = points[[j, i]]
    return [(x + middle[0], y + middle[1]) for x, y in points.tolist()]


def _holes(rng: Rng, scale_m: float) -> list[Points]:
    """None, one or two, mostly within."""
    middles = rng.uniform(-0.7, 0.7, (int(rng.choice([0, 0, 1, 1, 2])), 2)) * scale_m
    sizes = scale_m * 10 ** rng.uniform(-1.3, -0.2, len(middles))
    return [
        _ring(rng, float(size), (float(x), float(y)))
        for (x, y), size in zip(middles, sizes, strict=True)
    ]


def _edges(ring: Points) -> list[shapely.LineString]:
    return [shapely.LineString(ends) for ends in zip(ring, [*ring[1:], ring[0]], strict=True)]


def _crosses_deeply(one: shapely.LineString, two: shapely.LineString) -> bool:
    """Whether the segments cross with all four ends farther than a hair from the other."""
    ends = [(shapely.Point(end), two) for end in one.coords]
    ends += [(shapely.Point(end), one) for end in two.coords]
    return bool(one.intersects(two)) and all(point.distance(line) > HAIR_M for point, line in ends)


def _firm_ring(ring: Points) -> bool | None:
    """True if simple by more than a hair, False if it crosses itself by more, else None."""
    edges = _edges(ring)
    count, near = len(edges), False
    for i in range(count):
        for j in range(i + 1, count):
            if j == i + 1 or (i == 0 and j == count - 1):
                shared = ring[j] if j == i + 1 else ring[0]
                near |= _spike(edges[i], edges[j], shared)
            elif _crosses_deeply(edges[i], edges[j]):
                return False
            else:
                near |= edges[i].distance(edges[j]) <= HAIR_M
    return None if near else True


def _spike(one: shapely.LineString, two: shapely.LineString, shared: tuple[float, float]) -> bool:
    """Whether two edges from one vertex nearly lie on each other, or one is hardly there."""
    far = [end for edge in (one, two) for end in edge.coords if end != shared]
    return bool(
        one.length <= HAIR_M
        or two.length <= HAIR_M
        or two.distance(shapely.Point(far[0])) <= HAIR_M
        or one.distance(shapely.Point(far[-1])) <= HAIR_M
    )


def _firm_verdict(rings: list[Points]) -> bool | None:
    """What GEOS says of the polygon; None if a hair's breadth would change it."""
    verdicts = [_firm_ring(ring) for ring in rings]
    if False in verdicts:
        return False
    if None in verdicts:
        return None
    areas = [shapely.Polygon(ring) for ring in rings]
    if any(area.area < THIN_M * area.length for area in areas):
        return None
    for i, one in enumerate(areas):
        for two in areas[i + 1 :]:
            if one.exterior.distance(two.exterior) <= HAIR_M and not any(
                _crosses_deeply(a, b) for a in _edges(rings[i]) for b in _edges_of(two)
            ):
                return None
    return bool(shapely.is_valid(shapely.Polygon(rings[0], rings[1:])))


def _edges_of(area: shapely.Polygon) -> list[shapely.LineString]:
    return _edges(list(area.exterior.coords)[:-1])


def _accepts(rings: list[Points], lat_deg: float, lng_deg: float) -> bool:
    """Whether the product takes the rings, placed around this point."""
    across = METRES_PER_DEGREE * math.cos(math.radians(lat_deg))
    placed = [
        [
            (lat_deg + y / METRES_PER_DEGREE, math.remainder(lng_deg + x / across, 360.0))
            for x, y in ring
        ]
        for ring in rings
    ]
    try:
        Polygon.of(placed[0], placed[1:])
    except InvalidGeometry:
        return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_polygons_are_accepted_as_geos_accepts_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts: Counter[bool | None] = Counter()
    for number in range(RINGS_PER_SEED):
        scale = float(10 ** rng.uniform(1, 2.8))
        rings = [_ring(rng, scale), *_holes(rng, scale)]
        expected = _firm_verdict(rings)
        counts[expected] += 1
        if expected is None:
            continue
        lat, lng = float(rng.uniform(-45, 45)), float(rng.choice([179.9999, -73.5, 0.0]))
        assert _accepts(rings, lat, lng) is expected, f"ring {number} of seed {seed}: {rings}"
    print(f"seed {seed}: {counts[True]} valid, {counts[False]} invalid, {counts[None]} left out")
    assert counts[True] > 0.2 * RINGS_PER_SEED
    assert counts[False] > 0.2 * RINGS_PER_SEED
