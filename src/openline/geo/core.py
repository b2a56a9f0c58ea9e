"""The core of one footprint in a ball and a box: what settles most pairs before any array is made.

The core of a footprint is what is left without its buffer, as in `footprint_table`: the rings of a
polygon with their inside, the centre of a circle, the path of a corridor. The straight line between
two points of the surface is never longer than the way along it, so cores whose balls are farther
apart than a distance are so too; and up to SIEVE_RANGE_M the way is longer by less than
SIEVE_ERROR of it, which settles two circles. Frame: earth-centred metres.
Errs toward: "unsure". Law, held by tests/property/test_core.py: what is sure is what
`proximity.measure` finds.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from openline.geo.circle import Circle
from openline.geo.ellipsoid import CURVATURE_RADIUS_MIN_M, Floats, surface_point
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import EDGE_BULGE_M
from openline.geo.polygon import Polygon
from openline.geo.sieve import SIEVE_ERROR, SIEVE_MARGIN_M, SIEVE_RANGE_M, core_edges
from openline.geo.sphere import Vector, vectors_of

Box = tuple[Vector, Vector]
_ROUNDING_M: Final = 1e-3  # of the centre of a ball, far from the margins


@dataclass(frozen=True, slots=True)
class Core:
    """The edges of a core, (e, 6) as `sieve.core_edges` gives them; whether it has an inside; the
    buffer around it in metres.

    low, high: a box that holds its edges and its inside. centre, ball_m: a ball that does; 0 for
    the centre of a circle.
    """

    edges: Floats
    polygon: bool
    buffer_m: float
    low: Vector
    high: Vector
    centre: Vector
    ball_m: float

    @classmethod
    def of(cls, footprint: Footprint) -> "Core":
        """The core of a footprint."""
        if isinstance(footprint, Circle):
            (normal,) = vectors_of((footprint.centre,))
            x, y, z = surface_point(normal)
            edges = np.array(((x, y, z, x, y, z),))
            low = (x - EDGE_BULGE_M, y - EDGE_BULGE_M, z - EDGE_BULGE_M)
            high = (x + EDGE_BULGE_M, y + EDGE_BULGE_M, z + EDGE_BULGE_M)
            return cls(edges, False, footprint.radius_m, low, high, (x, y, z), 0.0)
        polygon = isinstance(footprint, Polygon)
        buffer_m = 0.0 if isinstance(footprint, Polygon) else footprint.half_width_m
        edges = core_edges(footprint)
        points = edges.reshape(-1, 3)
        least, most = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        diagonal = math.dist(least, most)
        # An inside lies above the hull of its boundary by at most the sagitta of its diagonal.
        rise = EDGE_BULGE_M + diagonal * diagonal / CURVATURE_RADIUS_MIN_M
        a, b, c = ((one + other) / 2 for one, other in zip(least, most, strict=True))
        return cls(
            edges,
            polygon,
            buffer_m,
            (least[0] - rise, least[1] - rise, least[2] - rise),
            (most[0] + rise, most[1] + rise, most[2] + rise),
            (a, b, c),
            diagonal / 2 + rise + _ROUNDING_M,
        )

    def box(self, margin_m: float) -> Box:
        """A box that holds everything within `margin_m` of the core, along the surface or not."""
        (a, b, c), (d, e, f) = self.low, self.high
        return (
            (a - margin_m, b - margin_m, c - margin_m),
            (d + margin_m, e + margin_m, f + margin_m),
        )

    def verdict(self, other: "Core", reach_m: float) -> int:
        """As of `sieve`: 1 certainly closer than the reach, -1 certainly not, 0 unsure."""
        chord = math.dist(self.centre, other.centre)
        balls = self.ball_m + other.ball_m
        if chord - balls - SIEVE_MARGIN_M > reach_m:
            return -1
        if balls or chord > SIEVE_RANGE_M:
            return 0
        return 1 if chord * (1 + SIEVE_ERROR) + SIEVE_MARGIN_M < reach_m else 0
