"""Altitude with its unit and its datum: nothing here guesses.

Datums (`AltitudeReference`): W84 height over the WGS-84 ellipsoid; AMSL height over mean sea level
(EGM96 geoid); AGL height over the ground; FL pressure altitude in the standard atmosphere.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openline.errors import InvalidAltitude
from openline.limits import ALTITUDE_CEILING_M, ALTITUDE_FLOOR_M
from openline.units import METRES_PER_FOOT


class AltitudeReference(StrEnum):
    """The zero that an altitude is counted from."""

    W84 = "W84"
    AMSL = "AMSL"
    AGL = "AGL"
    FL = "FL"


class AltitudeUnit(StrEnum):
    """Unit of an altitude's value. A flight level is hundreds of feet: store it as feet."""

    M = "M"
    FT = "FT"


@dataclass(frozen=True, slots=True)
class Altitude:
    """One altitude as its author gave it: a value, its unit and its datum."""

    value: float
    reference: AltitudeReference = AltitudeReference.W84
    unit: AltitudeUnit = AltitudeUnit.M

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise InvalidAltitude(
                f"altitude {self.value} is not a finite number",
                cure="give a number, or leave the limit out for unlimited",
            )

    def metres(self) -> float:
        """The value in metres over its own datum."""
        return self.value * METRES_PER_FOOT if self.unit is AltitudeUnit.FT else self.value

    def __str__(self) -> str:
        if self.reference is AltitudeReference.FL:
            return f"FL{self.metres() / METRES_PER_FOOT / 100:03.0f}"
        if self.reference is AltitudeReference.AGL and self.value == 0:
            return "SFC"
        unit = "ft" if self.unit is AltitudeUnit.FT else "m"
        return f"{self.value:,.0f} {unit} {self.reference.value}"


SURFACE: Final = Altitude(0.0, AltitudeReference.AGL)
UNLIMITED: Final = Altitude(ALTITUDE_CEILING_M, AltitudeReference.W84)


@dataclass(frozen=True, slots=True)
class AltitudeBand:
    """A lower and an upper limit, as given and as metres over the ellipsoid.

    `altitude_lower_m` is at or below every height the lower limit can stand for over the
    footprint, `altitude_upper_m` at or above every height of the upper one. Errs toward: wider;
    each widening is a sentence in `widenings`.
    """

    lower: Altitude
    upper: Altitude
    altitude_lower_m: float
    altitude_upper_m: float
    widenings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        low, high = self.altitude_lower_m, self.altitude_upper_m
        if not (math.isfinite(low) and math.isfinite(high)):
            raise InvalidAltitude("an altitude limit is not a finite number")
        same_datum = self.lower.reference is self.upper.reference
        if high <= low or (same_datum and self.upper.metres() <= self.lower.metres()):
            raise InvalidAltitude(
                f"upper altitude {self.upper} is not above lower altitude {self.lower}",
                cure="swap the limits or correct the unit or datum",
            )
        if low < ALTITUDE_FLOOR_M or high > ALTITUDE_CEILING_M:
            raise InvalidAltitude(
                f"altitudes {low:g}..{high:g} m are outside "
                f"{ALTITUDE_FLOOR_M:g}..{ALTITUDE_CEILING_M:g} m",
                cure="check the unit",
            )

    def gap_m(self, other: "AltitudeBand", *, same_ground: bool) -> float:
        """Metres between two bands, negative where they overlap.

        Limits that face each other in the same datum are compared in it, all others over the
        ellipsoid. Heights above ground count as the same datum only over the same ground.
        """
        return max(
            _limit_gap_m(self, other, same_ground=same_ground),
            _limit_gap_m(other, self, same_ground=same_ground),
        )

    def __str__(self) -> str:
        lower = "unlimited" if self.lower is UNLIMITED else str(self.lower)
        upper = "unlimited" if self.upper is UNLIMITED else str(self.upper)
        return f"{lower} to {upper}"


def _limit_gap_m(above: AltitudeBand, below: AltitudeBand, *, same_ground: bool) -> float:
    datum = above.lower.reference
    native = datum is below.upper.reference
    if native and (same_ground or datum is not AltitudeReference.AGL):
        return above.lower.metres() - below.upper.metres()
    return above.altitude_lower_m - below.altitude_upper_m


def ellipsoid_band(altitude_lower_m: float, altitude_upper_m: float) -> AltitudeBand:
    """A band whose limits are given over the WGS-84 ellipsoid already: nothing to widen."""
    return AltitudeBand(
        Altitude(altitude_lower_m), Altitude(altitude_upper_m), altitude_lower_m, altitude_upper_m
    )
