"""Outlines of footprints as rings of geodesic edges, for drawing and for files.

Decisions never use them: a circle is drawn as an inscribed polygon. With OUTLINE_POINTS points to
a full turn it is drawn 0.12 % of the radius too small at most.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from geographiclib.geodesic import Geodesic

from openline.geo import s2
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon, Ring
from openline.geo.position import Position

OUTLINE_POINTS: Final = 64


def outline(footprint: Footprint) -> tuple[Ring, ...]:
    """The rings of a footprint: the outer ring, then holes, each without a closing vertex."""
    if isinstance(footprint, Polygon):
        return footprint.rings()
    if isinstance(footprint, Circle):
        return (_arc(footprint.centre, footprint.radius_m, 0.0, 360.0)[:-1],)
    return _corridor(footprint)


def overlap(a: Footprint, b: Footprint) -> tuple[Ring, ...]:
    """The rings of what two outlines share; empty where they only touch or are apart."""
    return tuple(s2.intersection(outline(a), outline(b)))


def _corridor(corridor: Corridor) -> tuple[Ring, ...]:
    parts: list[Sequence[Ring]] = [
        (capsule(start, end, corridor.half_width_m),) for start, end in pairwise(corridor.path)
    ]
    while len(parts) > 1:  # neighbours first, so that each union stays small
        paired = [s2.union(parts[k : k + 2]) for k in range(0, len(parts), 2)]
        parts = list(paired)
    return tuple(parts[0])


def capsule(start: Position, end: Position, reach_m: float) -> Ring:
    """All points within reach of one leg, as a ring without a closing vertex."""
    line = Geodesic.WGS84.Inverse(*start, *end, Geodesic.AZIMUTH)
    ahead, there = line["azi1"], line["azi2"]
    return (
        *_arc(end, reach_m, there - 90.0, there + 90.0),
        *_arc(start, reach_m, ahead + 90.0, ahead + 270.0),
    )


def _arc(centre: Position, radius_m: float, start_deg: float, end_deg: float) -> Ring:
    """Points on a circle from one azimuth to a greater one, both included."""
    steps = max(2, round(OUTLINE_POINTS * (end_deg - start_deg) / 360.0))
    points = []
    for step in range(steps + 1):
        azimuth = start_deg + (end_deg - start_deg) * step / steps
        at = Geodesic.WGS84.Direct(*centre, azimuth, radius_m)
        points.append(Position(at["lat2"], at["lon2"]))
    return tuple(points)
