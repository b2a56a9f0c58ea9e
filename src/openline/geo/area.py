"""How large a footprint is, near enough for a limit."""

import math
from typing import Final

from openline.geo import s2
from openline.geo.circle import Circle
from openline.geo.measured_ring import measured
from openline.geo.polygon import Polygon

_AUTHALIC_RADIUS_KM: Final = 6_371.0072  # the sphere with the area of the WGS-84 ellipsoid


def area_km2(footprint: Circle | Polygon) -> float:
    """Square kilometres, holes included; within 1 % of the area on the ellipsoid."""
    if isinstance(footprint, Circle):
        angle = footprint.radius_m / 1000 / _AUTHALIC_RADIUS_KM
        return 4 * math.pi * (math.sin(angle / 2) * _AUTHALIC_RADIUS_KM) ** 2
    return s2.area_sr(measured(footprint.outer).loop) * _AUTHALIC_RADIUS_KM**2
