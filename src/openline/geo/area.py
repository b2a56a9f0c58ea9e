"""How large a footprint is, near enough for a limit."""

import math
from itertools import pairwise
from typing import Final

from openline.geo import s2
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.measured_ring import measured
from openline.geo.sphere import angle_rad

_AUTHALIC_RADIUS_KM: Final = 6_371.0072  # the sphere with the area of the WGS-84 ellipsoid


def area_km2(footprint: Footprint) -> float:
    """Square kilometres, holes included; within 1 % of the area on the ellipsoid.

    Errs toward: larger for a corridor that crosses or touches itself.
    """
    if isinstance(footprint, Corridor):
        length_rad = sum(angle_rad(*ends) for ends in pairwise(footprint.path))
        half_km = footprint.half_width_m / 1000
        return 2 * half_km * length_rad * _AUTHALIC_RADIUS_KM + math.pi * half_km**2
    if isinstance(footprint, Circle):
        angle = footprint.radius_m / 1000 / _AUTHALIC_RADIUS_KM
        return 4 * math.pi * (math.sin(angle / 2) * _AUTHALIC_RADIUS_KM) ** 2
    return s2.area_sr(measured(footprint.outer).loop) * _AUTHALIC_RADIUS_KM**2
