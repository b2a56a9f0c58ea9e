"""From limits as given to a band over the ellipsoid: convert what is known, widen what is not."""

from dataclasses import dataclass

from openline.geo.altitude import Altitude, AltitudeBand
from openline.geo.footprint import Footprint


@dataclass(frozen=True, slots=True)
class AltitudePolicy:
    """What is known about the ground and the air where the volumes are.

    ground_amsl_m: lowest and highest ground elevation (AMSL) in the region, for AGL limits.
    qnh_hpa: pressure at sea level, for flight levels.
    """

    ground_amsl_m: tuple[float, float] | None = None
    qnh_hpa: float | None = None


def resolve_band(
    lower: Altitude, upper: Altitude, footprint: Footprint, policy: AltitudePolicy
) -> AltitudeBand:
    """The band over the footprint. Errs toward: wider."""
    raise NotImplementedError
