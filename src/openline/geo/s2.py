"""The one door to the S2 library: its objects are built, checked and freed here.

Hazards of the binding that this module keeps away from everybody else: constructors take what is
not valid in silence, `S2Polygon(None)` ends the process, `S2Polygon(loop)` takes ownership of the
loop, and `loop.vertex(i)` dangles once the loop is gone. S2 works on the unit sphere; a geodetic
latitude is used as if it were a spherical one.
"""

from collections.abc import Sequence
from typing import Any

import s2geometry as s2

from openline.errors import InvariantBroken
from openline.geo.position import Position

Loop = Any  # the binding has no types
Ring = tuple[Position, ...]


def loop(ring: Sequence[Position]) -> Loop:
    """The ring as a normalised loop: inside is the smaller side. It may be invalid."""
    points = [s2.S2LatLng.FromDegrees(lat, lng).ToPoint() for lat, lng in ring]
    result = s2.S2Loop()
    result.Init(points)
    result.Normalize()
    return result


def is_valid(ring_loop: Loop) -> bool:
    """Whether the loop has no crossing edges and no repeated vertex."""
    return bool(ring_loop.IsValid())


def area_sr(ring_loop: Loop) -> float:
    """Area of the loop's inside in steradians."""
    return float(ring_loop.GetArea())


def contains(outer: Loop, inner: Loop) -> bool:
    """Whether the inner loop lies within the outer one."""
    return bool(outer.Contains(inner))


def intersects(one: Loop, other: Loop) -> bool:
    """Whether the insides of two loops have a point in common; touching does not count."""
    return bool(one.Intersects(other))


def intersection(a: Sequence[Ring], b: Sequence[Ring]) -> list[Ring]:
    """Outer ring and holes of each polygon in, the rings of what they share out.

    Holes of the result come as rings of their own. Touching polygons share nothing.
    """
    one, other = _polygon(a), _polygon(b)
    if not one.Intersects(other):  # exact, and much cheaper than the operation
        return []
    return _rings(_combine(s2.S2BooleanOperation.OpType_INTERSECTION, one, other))


def union(polygons: Sequence[Sequence[Ring]]) -> list[Ring]:
    """The rings of what several polygons cover together."""
    total = _polygon(polygons[0])
    for rings in polygons[1:]:
        total = _combine(s2.S2BooleanOperation.OpType_UNION, total, _polygon(rings))
    return _rings(total)


def _polygon(rings: Sequence[Ring]) -> Loop:
    result = _simple(rings[0])
    for hole in rings[1:]:
        result = _combine(s2.S2BooleanOperation.OpType_DIFFERENCE, result, _simple(hole))
    return result


def _simple(ring: Ring) -> Loop:
    owned = loop(ring)
    owned.thisown = 0  # the polygon frees it
    return s2.S2Polygon(owned)


def _combine(operation: int, one: Loop, other: Loop) -> Loop:
    """`one` and `other` must outlive the indices, which only refer to them."""
    first, second = s2.MutableS2ShapeIndex(), s2.MutableS2ShapeIndex()
    first.Add(one)
    second.Add(other)
    result = s2.S2Polygon()
    if not s2.S2BooleanOperation(operation, s2.S2PolygonLayer(result)).Build(first, second):
        raise InvariantBroken("S2 could not combine two valid polygons")
    return result


def _rings(polygon: Loop) -> list[Ring]:
    rings = []
    for number in range(polygon.num_loops()):
        part = polygon.loop(number)
        points = [s2.S2LatLng(part.vertex(k)) for k in range(part.num_vertices())]
        rings.append(tuple(Position(p.lat().degrees(), p.lng().degrees()) for p in points))
    return rings
