"""Two altitude bands for a pair: overlapping, around the vertical minimum, or beyond it."""

import numpy as np

from openline.geo.altitude import (
    Altitude,
    AltitudeBand,
    AltitudeReference,
    AltitudeUnit,
    ellipsoid_band,
)

_FOOT_M = 0.3048
# metres beyond the vertical minimum; 0 is exactly at it, 9 mm short of it counts as at it
_STEPS_M = (-5.0, -0.5, -0.02, -0.011, -0.009, 0.0, 0.0, 0.005, 0.5, 40.0)


def bands(rng: np.random.Generator, minimum_m: float) -> tuple[AltitudeBand, AltitudeBand]:
    """A pair of bands, three in four of them overlapping."""
    low = float(rng.uniform(-50, 4000))
    high = low + float(10 ** rng.uniform(0.7, 3.3))
    thickness = float(10 ** rng.uniform(0.7, 3.3))
    if rng.random() < 0.78:
        other = low - thickness + (high - low + thickness) * float(rng.uniform(0.02, 0.98))
    else:
        gap = minimum_m + float(rng.choice(_STEPS_M))
        other = high + gap if rng.random() < 0.5 else low - gap - thickness
    first, second = (low, high), (max(other, -900.0), max(other, -900.0) + thickness)
    style = rng.random()
    if style < 0.7:
        return ellipsoid_band(*first), ellipsoid_band(*second)
    if style < 0.8:
        return _native(rng, first, AltitudeReference.AMSL), _native(
            rng, second, AltitudeReference.AMSL
        )
    if style < 0.9:
        return _native(rng, first, AltitudeReference.FL), _native(rng, second, AltitudeReference.FL)
    if style < 0.95:
        return _native(rng, first, AltitudeReference.AMSL), ellipsoid_band(*second)
    return _over_ground(rng, first), _native(rng, second, AltitudeReference.AGL)


def _native(
    rng: np.random.Generator, band: tuple[float, float], reference: AltitudeReference
) -> AltitudeBand:
    """Limits in feet over a datum; the band over the ellipsoid is wider by up to 20 m each way."""
    unit = AltitudeUnit.FT if rng.random() < 0.7 else AltitudeUnit.M
    scale = _FOOT_M if unit is AltitudeUnit.FT else 1.0
    return AltitudeBand(
        Altitude(band[0] / scale, reference, unit),
        Altitude(band[1] / scale, reference, unit),
        band[0] - float(rng.uniform(0, 20)),
        band[1] + float(rng.uniform(0, 20)),
        ("widened by the generator",),
    )


def _over_ground(rng: np.random.Generator, band: tuple[float, float]) -> AltitudeBand:
    """From over the ground to over the sea."""
    ground = float(rng.uniform(0, 20))
    return AltitudeBand(
        Altitude(band[0] - ground, AltitudeReference.AGL),
        Altitude(band[1], AltitudeReference.AMSL),
        band[0] - float(rng.uniform(0, 20)),
        band[1] + float(rng.uniform(0, 20)),
    )
