"""The one door to the S2 library: its objects are built, checked and freed here.

Hazards of the binding that this module keeps away from everybody else: constructors take what is
not valid in silence, `S2Polygon(None)` ends the process, `S2Polygon(loop)` takes ownership of the
loop, and `loop.vertex(i)` dangles once the loop is gone. S2 works on the unit sphere; a geodetic
latitude is used as if it were a spherical one.
"""

from collections.abc import Sequence
from typing import Any

import s2geometry as s2

from openline.geo.position import Position

Loop = Any  # the binding has no types


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
