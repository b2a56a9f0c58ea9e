"""A footprint and everything within a distance of it, as footprints that cover it together."""

from collections.abc import Iterator
from typing import Final

from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Ring
from openline.limits import RADIUS_MIN_M, VERTICES_MAX

_PIECE: Final = VERTICES_MAX - 1  # a closed ring of the most vertices is longer than a corridor


def within_reach(footprint: Footprint, distance_m: float) -> tuple[Footprint, ...]:
    """Footprints that together hold every point within a geodesic distance of this one, and no
    other, but for a distance below RADIUS_MIN_M, which counts as that.

    What is within reach of a polygon is within the polygon or within reach of one of its rings.
    Raises: InvalidGeometry beyond RADIUS_MAX_M.
    """
    if distance_m == 0:
        return (footprint,)
    if isinstance(footprint, Circle):
        return (Circle(footprint.centre, footprint.radius_m + distance_m),)
    if isinstance(footprint, Corridor):
        return (Corridor(footprint.path, footprint.half_width_m + distance_m),)
    width_m = max(distance_m, RADIUS_MIN_M)
    bands = (Corridor(piece, width_m) for ring in footprint.rings() for piece in _pieces(ring))
    return (footprint, *bands)


def _pieces(ring: Ring) -> Iterator[Ring]:
    """The closed ring as paths that a corridor takes; each begins where the one before ends."""
    closed = (*ring, ring[0])
    for start in range(0, len(ring), _PIECE):
        yield closed[start : start + _PIECE + 1]
