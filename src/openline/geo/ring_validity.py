"""Whether rings make a polygon, and if not, why and where."""

import math
from collections.abc import Sequence

from openline.errors import AreaTooLarge, InvalidGeometry
from openline.geo import s2
from openline.geo.measured_ring import MeasuredRing, measured
from openline.geo.position import Position
from openline.geo.sphere import EARTH_RADIUS_M, first_crossing, unit_vectors
from openline.limits import POLYGON_EXTENT_MAX_M, RESOLUTION_M

_Ring = Sequence[Position]


def check(outer: _Ring, holes: Sequence[_Ring]) -> None:
    """Raises: InvalidGeometry or AreaTooLarge, naming the ring and the vertices."""
    outer_loop = _loop(outer, "the polygon")
    hole_loops: list[s2.Loop] = []
    for number, hole in enumerate(holes, start=1):
        word = f"hole {number}"
        hole_loop = _loop(hole, word)
        if not s2.contains(outer_loop, hole_loop):
            raise InvalidGeometry(f"{word} is not inside its polygon", cure="correct the hole")
        for other, earlier in enumerate(hole_loops, start=1):
            if s2.intersects(earlier, hole_loop):
                raise InvalidGeometry(f"holes {other} and {number} overlap", cure="merge them")
        hole_loops.append(hole_loop)


def _loop(ring: _Ring, word: str) -> s2.Loop:
    if len(ring) < 3:
        raise InvalidGeometry(f"{word} has fewer than 3 points", cure="give at least 3 points")
    for position in ring:
        Position.checked(*position)
    if len(set(ring)) != len(ring):
        raise InvalidGeometry(_duplicate(ring, word), cure="remove one of them")
    shape = measured(tuple(ring))
    if not s2.is_valid(shape.loop):
        raise InvalidGeometry(_defect(ring, word), cure="draw the ring without crossings")
    _check_size(shape, word)
    return shape.loop


def _check_size(shape: MeasuredRing, word: str) -> None:
    perimeter, area = shape.perimeter_rad, s2.area_sr(shape.loop)
    if area * EARTH_RADIUS_M < RESOLUTION_M * perimeter / 2:
        raise InvalidGeometry(
            f"{word} is thinner than {RESOLUTION_M * 100:g} cm: it has no area",
            cure="check that the points are not all on one line",
        )
    if perimeter * EARTH_RADIUS_M > 4 * POLYGON_EXTENT_MAX_M or area > math.pi:
        raise AreaTooLarge(
            f"{word} is as large as a hemisphere", cure="split it into smaller polygons"
        )


def _duplicate(ring: _Ring, word: str) -> str:
    seen: dict[Position, int] = {}
    for number, position in enumerate(ring, start=1):
        if position in seen:
            where = f"{position.lat_deg:g}, {position.lng_deg:g}"
            return f"{word} has the same vertex twice: {seen[position]} and {number} at {where}"
        seen[position] = number
    return f"{word} has a vertex twice"


def _defect(ring: _Ring, word: str) -> str:
    vectors = unit_vectors(ring)
    crossing = first_crossing(vectors)
    if crossing is None:
        return f"{word} touches or crosses itself"
    first, second = crossing
    count = len(ring)
    return (
        f"{word} crosses itself: edge {first + 1}-{(first + 1) % count + 1} and "
        f"edge {second + 1}-{(second + 1) % count + 1}, near "
        f"{ring[first].lat_deg:g}, {ring[first].lng_deg:g}"
    )
