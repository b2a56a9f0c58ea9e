"""Polygons around corridors, for formats that have none.

Errs toward: outward. Everything within the half width of a leg is inside its polygon, by less than
3 % of the half width at the round ends and less than 1 % along the sides.
"""

import math
from itertools import pairwise
from typing import Final

from geographiclib.geodesic import Geodesic

from openline.errors import InvalidGeometry
from openline.geo.corridor import Corridor
from openline.geo.ellipsoid import between_on_geodesic
from openline.geo.polygon import Polygon
from openline.geo.position import Position

_STEPS: Final = 8  # tangents round each end
_STEP_DEG: Final = 180.0 / _STEPS
# Tangents are drawn as in the plane; on the curved Earth they would cut in by less than this share.
_CURVATURE_SHARE: Final = 1e-3
_HALF_WIDTH_MAX_M: Final = 200_000.0
_LEG_MAX_M: Final = 500_000.0  # the sides of a longer leg bulge outward by more than 0.1 %


def polygons_around(corridor: Corridor) -> list[Polygon]:
    """Polygons that together contain the corridor, one for each leg of at most 500 km.

    Raises: InvalidGeometry for a half width beyond 200 km.
    """
    if corridor.half_width_m > _HALF_WIDTH_MAX_M:
        raise InvalidGeometry(
            f"a corridor of half width {corridor.half_width_m:,.0f} m has no polygon around it; "
            f"at most {_HALF_WIDTH_MAX_M:,.0f} m can be drawn",
            cure="use a format that has corridors, such as geojson",
        )
    radius_m = corridor.half_width_m * (1 + _CURVATURE_SHARE)
    radius_m /= math.cos(math.radians(_STEP_DEG / 2))
    polygons = []
    for start, end in pairwise(corridor.path):
        stops = (start, *between_on_geodesic(start, end, _LEG_MAX_M), end)
        polygons += [_around_leg(*leg, radius_m) for leg in pairwise(stops)]
    return polygons


def _around_leg(start: Position, end: Position, radius_m: float) -> Polygon:
    leg = Geodesic.WGS84.Inverse(*start, *end, Geodesic.AZIMUTH)
    return Polygon(
        (
            *_half_round(start, leg["azi1"] + 90.0, radius_m),
            *_half_round(end, leg["azi2"] - 90.0, radius_m),
        )
    )


def _half_round(centre: Position, from_deg: float, radius_m: float) -> list[Position]:
    """Corners of the tangents round half a circle, clockwise from a direction."""
    corners = []
    for step in range(_STEPS):
        bearing_deg = from_deg + (step + 0.5) * _STEP_DEG
        corner = Geodesic.WGS84.Direct(
            *centre, bearing_deg, radius_m, Geodesic.LATITUDE | Geodesic.LONGITUDE
        )
        corners.append(Position.checked(corner["lat2"], corner["lon2"]))
    return corners
