"""Cells that are guaranteed to contain a footprint, few and fitting.

Cells are those of S2, laid over the sphere of geodetic normals (see `sphere`). Their size adapts to
the shape: a covering has cells of several levels.
Errs toward: larger. Besides the cells themselves, a footprint is grown by
- 5 mm on every side, so that footprints that touch within RESOLUTION_M share a cell;
- for a distance d from a centre or path: an angle of d over the least radius of curvature in the
  latitudes it can reach, which is never less than the angle between the normals, and at most
  0.7 % more;
- for geodesic edges: their stray from the great circle, 3 mm on 5 km, 1 m on 100 km.
Laws (tests/property/test_covering.py): 1 every point of the footprint on the ellipsoid lies in a
cell; 2 footprints that meet have cells that touch.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from openline.errors import InvariantBroken
from openline.geo import s2
from openline.geo.bounding_region import EDGE_MAX_DEG, STRAY_PER_SQUARE_DEGREE
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.ellipsoid import CURVATURE_RADIUS_MIN_M, ECCENTRICITY_SQUARED
from openline.geo.footprint import Footprint
from openline.geo.measured_ring import grown, measured
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.geo.sphere import EARTH_RADIUS_M, angle_rad
from openline.limits import COVERING_CELLS_MAX, QUERY_CELLS_MAX, RESOLUTION_M

Cells = tuple[int, ...]

# Small shapes get fewer cells. Where these would be coarser than level 13 (1.3 km2, the level of
# the reference server), the shape gets as many as are allowed. So do larger ones at once: above
# this area the fewer cells would nearly always be too coarse.
COVERING_CELLS: Final = 32
_SMALL_SR: Final = 10e6 / EARTH_RADIUS_M**2  # 10 km2
_COARSE_BELOW: Final = 1 << (2 * (30 - 13))  # lowest bit of the id of a level-13 cell
WHOLE_EARTH: Final[Cells] = tuple((2 * face + 1) << 60 for face in range(6))
_GROWN_MAX: Final = 4.0  # reaches by which a polygon is grown at most, and one for rounding
_WIDER: Final = 1.001
_MARGIN_RAD: Final = RESOLUTION_M / 2 / CURVATURE_RADIUS_MIN_M

assert 8 <= COVERING_CELLS <= COVERING_CELLS_MAX, "fewer than 8 cells fit badly"


def covering(footprint: Footprint, finest_level: int = 30) -> Cells:
    """The cells that are kept of a footprint: ids ascending, none inside another.

    There are COVERING_CELLS_MAX at most, none beyond the finest S2 level. A footprint with an edge
    beyond a quarter of the way round the Earth gets the whole Earth.
    """
    region = _region(footprint)
    if region is None:
        return WHOLE_EARTH
    if _area_sr(footprint, region) < _SMALL_SR:
        cells = s2.cells_of(region, COVERING_CELLS, finest_level)
        if not any(cell & -cell > _COARSE_BELOW for cell in cells):
            return cells
    return s2.cells_of(region, COVERING_CELLS_MAX, finest_level)


def surrounding(footprint: Footprint, finest_level: int = 30) -> Cells:
    """A few cells that hold all those of `covering` with the same finest level, sooner found.

    Four for a circle or polygon, each two to four times as wide as its cap; a corridor gets its
    covering. Proof: cells of one level that are wider than a cap around the region are four at
    most where they meet it. The library divides the largest cell first, so while one is larger
    than those there are no more than four, and 8 are allowed: it is divided. So no cell of the
    covering is larger, but for four that were joined; and each meets the region, so the cap.
    """
    if isinstance(footprint, Circle):
        cap = s2.cap(footprint.centre, _WIDER * _circle_reach_rad(footprint))
    elif isinstance(footprint, Corridor):
        return covering(footprint, finest_level)
    else:
        stray = _polygon_stray_rad(footprint)
        if stray is None:
            return WHOLE_EARTH
        cap = s2.cap_around(measured(footprint.outer).loop, _GROWN_MAX * (stray + _MARGIN_RAD))
    return s2.cells_around(cap, finest_level)


def covering_within(footprint: Footprint, cells_max: int) -> Cells:
    """A covering of at most `cells_max` cells, 8 .. QUERY_CELLS_MAX: more fit closer."""
    if not 8 <= cells_max <= QUERY_CELLS_MAX:
        raise InvariantBroken("a covering of too few or too many cells", cells_max=cells_max)
    region = _region(footprint)
    return WHOLE_EARTH if region is None else s2.cells_of(region, cells_max)


def cells_of_level(footprint: Footprint, level: int, cells_max: int) -> Cells | None:
    """Every cell of one level that may meet a footprint, ids ascending; None for more than
    `cells_max`, or for a footprint of which only the whole Earth is a covering. Errs as above."""
    region = _region(footprint)
    if region is None:
        return None
    return s2.cells_down_to(s2.cells_of(region, QUERY_CELLS_MAX, level), level, cells_max)


def _area_sr(footprint: Footprint, region: s2.Region) -> float:
    """About the area of a region of this footprint, steradians."""
    if isinstance(footprint, Circle):
        return math.pi * (footprint.radius_m / EARTH_RADIUS_M) ** 2
    return s2.area_sr(region)


def _region(footprint: Footprint) -> s2.Region | None:
    """A region of the sphere that contains the footprint; None if only the whole one will do."""
    if isinstance(footprint, Circle):
        return s2.cap(footprint.centre, _circle_reach_rad(footprint))
    if isinstance(footprint, Corridor):
        stray = _stray_rad(max(angle_rad(*ends) for ends in pairwise(footprint.path)))
        if stray is None:
            return None
        reach = _reach_rad(footprint.half_width_m, footprint.path, stray)
        return s2.grown_path(footprint.path, reach)
    stray = _polygon_stray_rad(footprint)
    if stray is None:
        return None
    outer = measured(footprint.outer)
    simply = None if footprint.holes else grown(outer, stray + _MARGIN_RAD)
    return simply or s2.grown_polygon(footprint.rings(), stray + _MARGIN_RAD)


def _circle_reach_rad(circle: Circle) -> float:
    return _reach_rad(circle.radius_m, (circle.centre,), 0.0)


def _polygon_stray_rad(polygon: Polygon) -> float | None:
    # Holes lie within the outer ring, but their edges may be as long as its own.
    return _stray_rad(max(max(measured(ring).edges_rad) for ring in polygon.rings()))


def _stray_rad(longest_edge_rad: float) -> float | None:
    """How far geodesics up to a length stray from great circles at most; None if nobody knows."""
    longest = math.degrees(longest_edge_rad)
    if longest > EDGE_MAX_DEG:
        return None
    return math.radians(STRAY_PER_SQUARE_DEGREE * longest * longest)


def _reach_rad(distance_m: float, path: Sequence[Position], stray_rad: float) -> float:
    """An angle that no point within the distance of the path exceeds."""
    lowest = min(abs(position.lat_deg) for position in path)
    if len({position.lat_deg > 0 for position in path}) > 1:
        lowest = 0.0  # the path crosses the equator
    lowest = math.radians(lowest) - distance_m / CURVATURE_RADIUS_MIN_M - stray_rad
    sine = math.sin(max(lowest, 0.0))
    radius_m = CURVATURE_RADIUS_MIN_M / math.pow(1 - ECCENTRICITY_SQUARED * sine * sine, 1.5)
    return distance_m / radius_m + stray_rad + _MARGIN_RAD


def cell_polygon(cell: int) -> Polygon:
    """A cell as a polygon. Its edges are arcs of the sphere of normals, those of a polygon
    geodesics: up to 20 km they are within 5 cm. Raises: InvalidGeometry for no cell's id."""
    return Polygon(s2.cell_corners(cell))
