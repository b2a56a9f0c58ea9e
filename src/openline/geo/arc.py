"""Arcs of circles in an outline, as polygon vertices on the outer side of the area.

Frame: radii are geodesic distances from the centre, bearings degrees from true north, clockwise.
Method: an arc is cut into equal steps of bearing. Where the area lies inside the circle, the
vertices are where the tangents at neighbouring step ends meet, so that every edge touches the arc
from outside. Where the area lies outside the circle, the vertices are on the arc, so that every
edge cuts inside the circle. Both ends are kept as they were given.
Errs toward: larger. The area of the true arc is inside the polygon; the polygon is nowhere more
than `ARC_TOLERANCE_M` (10 m), and for small radii RADIUS / 2000 + 0.1 m, outside it.
Ends that are not equally far from the centre: the radius changes evenly from one to the other.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from geographiclib.geodesic import Geodesic

from openline.errors import InvalidGeometry
from openline.geo.ellipsoid import EQUATORIAL_RADIUS_M
from openline.geo.position import Position
from openline.geo.sphere import unit_vectors
from openline.limits import RADIUS_MAX_M

ARC_TOLERANCE_M: Final = 10.0
_ARC_TOLERANCE_SHARE: Final = 1 / 2_000
# Pays for the rounding of the geodesics and for the ellipsoid's change of curvature.
_MARGIN_M: Final = 0.05
_STEPS_MAX: Final = 2_000
ARC_RADIUS_MAX_M: Final = 2_500_000.0  # a quarter of the way to the antipode, with room
_FULL_TURN_DEG: Final = 360.0

assert ARC_RADIUS_MAX_M <= RADIUS_MAX_M


@dataclass(frozen=True, slots=True)
class Arc:
    """Part of an outline: bearings and radii at both ends, and the way from one to the other.

    `sweep_deg` is positive clockwise, in -360..360 and never 0. `start` and `end` are the points
    as the file gives them.
    """

    centre: Position
    start: Position
    end: Position
    radius_start_m: float
    radius_end_m: float
    bearing_start_deg: float
    sweep_deg: float

    def point(self, share: float) -> Position:
        """The point of the arc at a share of its sweep, 0..1."""
        bearing = self.bearing_start_deg + share * self.sweep_deg
        return _reach(self.centre, bearing, self._radius_m(share))

    def _radius_m(self, share: float) -> float:
        return self.radius_start_m + share * (self.radius_end_m - self.radius_start_m)

    def is_circle(self) -> bool:
        """Whether the arc is a full turn at one radius."""
        return abs(self.sweep_deg) == _FULL_TURN_DEG and self.radius_start_m == self.radius_end_m

    def vertex_count(self) -> int:
        """How many vertices `outline` gives at most."""
        return self._steps() + 2

    def outline(self, *, area_inside: bool) -> list[Position]:
        """The arc as vertices from `start` to `end`; `area_inside` if the circle holds the area."""
        steps = self._steps()
        half_step = math.radians(abs(self.sweep_deg) / steps) / 2
        points = [self.start]
        if area_inside:
            for step in range(steps):
                radius = max(self._radius_m(step / steps), self._radius_m((step + 1) / steps))
                bearing = self.bearing_start_deg + (step + 0.5) / steps * self.sweep_deg
                points.append(_reach(self.centre, bearing, _tangent_m(radius, half_step)))
        else:
            for step in range(1, steps):
                share = step / steps
                bearing = self.bearing_start_deg + share * self.sweep_deg
                radius = max(self._radius_m(share) - _MARGIN_M, 0.0)
                points.append(_reach(self.centre, bearing, radius))
        points.append(self.end)
        return points

    def _steps(self) -> int:
        radius = max(self.radius_start_m, self.radius_end_m)
        tolerance = min(ARC_TOLERANCE_M - 2 * _MARGIN_M, radius * _ARC_TOLERANCE_SHARE)
        step = 2 * math.acos(1 / (1 + tolerance / radius))
        return min(_STEPS_MAX, max(2, math.ceil(math.radians(abs(self.sweep_deg)) / step)))


def _tangent_m(radius_m: float, half_step: float) -> float:
    # Napier's rule for the right spherical triangle of centre, touching point and vertex.
    angle = math.atan(math.tan(radius_m / EQUATORIAL_RADIUS_M) / math.cos(half_step))
    return angle * EQUATORIAL_RADIUS_M + _MARGIN_M


def _reach(centre: Position, bearing_deg: float, distance_m: float) -> Position:
    mask = Geodesic.LATITUDE | Geodesic.LONGITUDE
    at = Geodesic.WGS84.Direct(*centre, bearing_deg, distance_m, mask)
    return Position(at["lat2"], at["lon2"])


def _check_radius(radius_m: float) -> None:
    if not 1.0 <= radius_m <= ARC_RADIUS_MAX_M:
        raise InvalidGeometry(
            f"an arc with a radius of {radius_m:g} m; 1..{ARC_RADIUS_MAX_M:,.0f} m are accepted",
            cure="check the centre and the unit (nautical miles)",
        )


def arc_between(centre: Position, start: Position, end: Position, *, clockwise: bool) -> Arc:
    """The arc from one point to another. Equal ends are a full turn. Raises: InvalidGeometry."""
    first = Geodesic.WGS84.Inverse(*centre, *start, Geodesic.DISTANCE | Geodesic.AZIMUTH)
    last = Geodesic.WGS84.Inverse(*centre, *end, Geodesic.DISTANCE | Geodesic.AZIMUTH)
    _check_radius(first["s12"])
    _check_radius(last["s12"])
    sweep = _sweep(first["azi1"], last["azi1"], clockwise)
    return Arc(centre, start, end, first["s12"], last["s12"], first["azi1"], sweep)


def arc_of_bearings(
    centre: Position, radius_m: float, start_deg: float, end_deg: float, *, clockwise: bool
) -> Arc:
    """The arc from one bearing to another. Equal ones are a full turn. Raises: InvalidGeometry."""
    _check_radius(radius_m)
    sweep = _sweep(start_deg, end_deg, clockwise)
    start, end = _reach(centre, start_deg, radius_m), _reach(centre, end_deg, radius_m)
    return Arc(centre, start, end, radius_m, radius_m, start_deg, sweep)


def _sweep(start_deg: float, end_deg: float, clockwise: bool) -> float:
    turn = math.fmod(end_deg - start_deg, _FULL_TURN_DEG)
    if clockwise:
        return turn if turn > 0 else turn + _FULL_TURN_DEG
    return turn if turn < 0 else turn - _FULL_TURN_DEG


def turns_clockwise(ring: list[Position]) -> bool:
    """Whether a ring, seen from above its own middle, runs clockwise around the smaller side."""
    vectors = unit_vectors(ring)
    middle = vectors.mean(axis=0)
    doubled = np.cross(vectors, np.roll(vectors, -1, axis=0)).sum(axis=0)
    return bool(doubled @ middle < 0)
