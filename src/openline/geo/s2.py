"""The one door to the S2 library: its objects are built, checked and freed here.

Hazards of the binding that this module keeps away from everybody else: constructors take what is
not valid in silence, `S2Polygon(None)` ends the process, `S2Polygon(loop)` takes ownership of the
loop and `AddPolygon` of the polygon, and `loop.vertex(i)` dangles once the loop is gone. S2 works
on the unit sphere; a geodetic latitude is used as if it were a spherical one.
"""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
import s2geometry as s2

from openline.errors import InvalidGeometry, InvariantBroken
from openline.geo.position import Position
from openline.geo.sphere import Vector, angle_rad, positions_of, unit_vectors, vectors_of

Loop = Any  # the binding has no types
Region = Any
Ring = tuple[Position, ...]

# Share of a reach by which growing may miss it, either way: of millimetres, of a half width.
_COARSE: Final = 0.5
_FINE: Final = 0.02
_SLIVER_RAD: Final = 1e-9
# A cell of level n is nowhere narrower than this over 2**n.
_WIDTH_MIN_RAD: Final = 2 * math.sqrt(2) / 3
_ID_OF: Final = s2.S2CellId.id


def loop(ring: Sequence[Position]) -> Loop:
    """The ring as a normalised loop: inside is the smaller side. It may be invalid."""
    return loop_of(vectors_of(ring))


def loop_of(vectors: Iterable[Vector]) -> Loop:
    """As `loop`, of unit vectors."""
    result = s2.S2Loop()
    result.Init([s2.S2Point_FromRaw(x, y, z) for x, y, z in vectors])
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


def cap(centre: Position, reach_rad: float) -> Region:
    """All points within an angle of a centre."""
    point = s2.S2LatLng.FromDegrees(*centre).ToPoint()
    return s2.S2Cap(point, s2.S1Angle.Radians(reach_rad))


def grown_polygon(rings: Sequence[Ring], reach_rad: float) -> Region:
    """All points within reach of a polygon (outer ring, then holes), and some up to 3 x as far."""
    operation, grown = _buffer(reach_rad, _COARSE)
    operation.AddPolygon(_polygon(rings))
    return _built(operation, grown)


def grown_path(path: Ring, reach_rad: float) -> Region:
    """At least all points within reach of the arcs from point to point, at most 4 % farther.

    Each arc becomes a triangle 6 mm wide, for the library buffers polygons and points alone.
    """
    operation, grown = _buffer(reach_rad + _SLIVER_RAD, _FINE)
    for start, end in pairwise(path):
        if angle_rad(start, end) > _SLIVER_RAD:
            operation.AddPolygon(_simple((start, end, _beside(start, end))))
        else:
            operation.AddPoint(s2.S2LatLng.FromDegrees(*start).ToPoint())
    return _built(operation, grown)


def cap_around(ring_loop: Loop, reach_rad: float) -> Region:
    """A cap that holds a loop of less than a hemisphere and all within reach of it."""
    return ring_loop.GetCapBound().Expanded(s2.S1Angle.Radians(reach_rad))


def cells_around(cap_region: Region, finest_level: int) -> tuple[int, ...]:
    """All cells of one level that meet a cap: four at most, or faces. Ascending, normalised.

    The level is the finest, up to `finest_level`, whose cells are all wider than the cap.
    """
    radius_rad = 2 * math.asin(math.sqrt(min(1.0, cap_region.height() / 2)))
    fitting = math.floor(math.log2(_WIDTH_MIN_RAD / (2.02 * radius_rad))) - 1
    return cells_of(cap_region, 4, max(0, min(fitting, finest_level)))


def cells_of(region: Region, cells_max: int, finest_level: int = 30) -> tuple[int, ...]:
    """Ids of at most so many cells (6 or more) that contain a region: ascending, normalised."""
    return tuple(map(_ID_OF, _coverer(cells_max, finest_level).GetCovering(region)))


def cells_down_to(cells: Iterable[int], level: int, cells_max: int) -> tuple[int, ...] | None:
    """The cells of one level that make up these, none of which is finer; None for too many."""
    one = 1 << (2 * (30 - level))  # lowest bit of an id of that level
    spans = [(cell - (cell & -cell) + one, cell + (cell & -cell)) for cell in cells]
    if sum((end - start) // (2 * one) + 1 for start, end in spans) > cells_max:
        return None
    return tuple(id for start, end in spans for id in range(start, end, 2 * one))


@lru_cache(maxsize=64)
def _coverer(cells_max: int, finest_level: int) -> Any:
    """A coverer with these limits; it is not changed by what it covers."""
    coverer = s2.S2RegionCoverer()
    coverer.set_max_cells(cells_max)
    coverer.set_max_level(finest_level)
    return coverer


def _beside(start: Position, end: Position) -> Position:
    """A point _SLIVER_RAD beside the middle of an arc."""
    one, other = unit_vectors((start, end))
    across = np.cross(one, other - one)
    middle = one + other
    beside = middle / np.linalg.norm(middle) + _SLIVER_RAD * across / np.linalg.norm(across)
    return positions_of(beside[None, :])[0]


def _buffer(reach_rad: float, error_share: float) -> tuple[Any, Region]:
    """An operation that grows what is added by `reach_rad` or a little more, and its result."""
    options = s2.S2BufferOperationOptions()
    options.set_buffer_radius(s2.S1Angle.Radians(reach_rad / (1 - error_share)))
    options.set_error_fraction(error_share)
    grown = s2.S2Polygon()
    return s2.S2BufferOperation(s2.S2PolygonLayer(grown), options), grown


def _built(operation: Any, grown: Region) -> Region:
    if not operation.Build():
        raise InvariantBroken("S2 could not grow a valid footprint")
    return grown


def cell_corners(cell: int) -> tuple[Position, ...]:
    """The four corners of a cell, counter-clockwise. Raises: InvalidGeometry for no cell's id."""
    cell_id = s2.S2CellId(cell)
    if not cell_id.is_valid():
        raise InvalidGeometry(f"{cell:#x} is the id of no cell")
    whole = s2.S2Cell(cell_id)
    corners = (whole.GetS2LatLngVertex(at) for at in range(4))
    return tuple(Position(one.lat().degrees(), one.lng().degrees()) for one in corners)
