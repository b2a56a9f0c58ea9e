"""A circle on the Earth: all points within a geodesic radius of a centre."""

import math
from dataclasses import dataclass

from openline.errors import InvalidGeometry
from openline.geo.position import Position
from openline.limits import RADIUS_MAX_M, RADIUS_MIN_M


def check_radius(radius_m: float, word: str) -> None:
    """Raises: InvalidGeometry if the radius is no number within the limits."""
    if not math.isfinite(radius_m) or not RADIUS_MIN_M <= radius_m <= RADIUS_MAX_M:
        raise InvalidGeometry(
            f"{word} {radius_m:g} m is outside {RADIUS_MIN_M:g}..{RADIUS_MAX_M:,.0f} m",
            cure=f"give the {word} in metres",
        )


@dataclass(frozen=True, slots=True)
class Circle:
    """Centre and geodesic radius in metres on WGS-84. The boundary belongs to it.

    Raises: InvalidGeometry for a radius that is not finite, zero or beyond RADIUS_MAX_M.
    """

    centre: Position
    radius_m: float

    def __post_init__(self) -> None:
        Position.checked(*self.centre)
        check_radius(self.radius_m, "radius")

    @classmethod
    def of(cls, lat_deg: float, lng_deg: float, radius_m: float) -> "Circle":
        """A circle from plain numbers: degrees, degrees, metres."""
        return cls(Position.checked(lat_deg, lng_deg), float(radius_m))
