"""From limits as given to a band over the ellipsoid: convert what is known, widen what is not.

W84    as it is
AMSL   plus the EGM96 undulation: the least over the footprint for a lower limit, the greatest for
       an upper one
FL     pressure altitude to AMSL by QNH and the standard atmosphere, widened by what is not known
AGL    plus the lowest ground for a lower limit, the highest for an upper one; refused without
       known ground, except that SFC as a lower limit reaches down to ALTITUDE_FLOOR_M
Reasons of each margin: docs/altitude.md.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from openline.errors import InvalidAltitude
from openline.geo.altitude import Altitude, AltitudeBand, AltitudeReference
from openline.geo.atmosphere import geopotential_slack_m, metres_per_kelvin, qnh_offset_m
from openline.geo.footprint import Footprint
from openline.geo.geoid import undulation_range_m
from openline.limits import ALTITUDE_CEILING_M, ALTITUDE_FLOOR_M

# The lowest dry land (shore of the Dead Sea, sinking) and the highest (Everest, 8,848.86 m).
LOWEST_GROUND_AMSL_M: Final = -440.0
HIGHEST_GROUND_AMSL_M: Final = 8_849.0

QNH_MIN_HPA: Final = 850.0  # the deepest cyclone on record had 870 hPa
QNH_MAX_HPA: Final = 1100.0  # the highest pressure on record was 1,085 hPa
# What an altimeter's subscale is made for. Beyond it crews cannot set QNH.
USUAL_QNH_HPA: Final = (950.0, 1050.0)
# Mean of the column below the level against the standard atmosphere: winter over a cold
# continent, summer over a desert.
COLDER_K: Final = 35.0
WARMER_K: Final = 25.0

_AMSL_SENTENCE_FROM_M: Final = 1.0

assert QNH_MIN_HPA < USUAL_QNH_HPA[0] < USUAL_QNH_HPA[1] < QNH_MAX_HPA
assert ALTITUDE_FLOOR_M < LOWEST_GROUND_AMSL_M - 107, "the floor is below all ground"


@dataclass(frozen=True, slots=True)
class AltitudePolicy:
    """What is known about the ground and the air where the volumes are.

    ground_amsl_m: lowest and highest ground elevation (AMSL) in the region, for AGL limits.
    qnh_hpa: pressure at sea level, for flight levels.
    flight_level_margin_m: how far above and below a flight level may really be, instead of the
        margin from extremes of temperature (and of pressure, where QNH is not given).
    widen_agl: with unknown ground, widen AGL limits over all the ground on Earth, not refuse.

    Raises: InvalidAltitude for values that are not finite or not of this Earth.
    """

    ground_amsl_m: tuple[float, float] | None = None
    qnh_hpa: float | None = None
    flight_level_margin_m: float | None = None
    widen_agl: bool = False

    def __post_init__(self) -> None:
        if self.ground_amsl_m is not None:
            low, high = self.ground_amsl_m
            if not LOWEST_GROUND_AMSL_M <= low <= high <= HIGHEST_GROUND_AMSL_M:
                raise InvalidAltitude(
                    f"ground {low:g}..{high:g} m AMSL is not a range of ground elevations",
                    cure="give the lowest and the highest ground in the region: 400m..520m",
                    field="ground",
                )
        if self.qnh_hpa is not None and not QNH_MIN_HPA <= self.qnh_hpa <= QNH_MAX_HPA:
            raise InvalidAltitude(
                f"QNH {self.qnh_hpa:g} hPa is outside {QNH_MIN_HPA:g}..{QNH_MAX_HPA:g} hPa",
                cure="give it in hPa",
                field="qnh",
            )
        margin = self.flight_level_margin_m
        if margin is not None and not 0.0 <= margin <= ALTITUDE_CEILING_M:
            raise InvalidAltitude(
                f"flight level margin {margin:g} m is outside 0..{ALTITUDE_CEILING_M:g} m",
                cure="give it in metres",
                field="flight level margin",
            )


def resolve_band(
    lower: Altitude, upper: Altitude, footprint: Footprint, policy: AltitudePolicy
) -> AltitudeBand:
    """The band over the footprint.

    Errs toward: wider, by the margins of docs/altitude.md; each in `widenings`, a geoid that varies
    by less than 1 m excepted.
    Raises: InvalidAltitude for an upper limit that is not above the lower one, for limits out of
    range, and for AGL limits where the ground is not known.
    Laws: (1) each height that a limit can stand for is inside; (2) known ground or a usual QNH
    never widens; (3) raising a limit never lowers its height: each held by
    tests/property/test_altitude_resolver.py.
    """
    w84 = AltitudeReference.W84
    if lower.reference is w84 and upper.reference is w84:
        return AltitudeBand(lower, upper, lower.metres(), upper.metres())
    _check_range(lower)
    _check_range(upper)
    low = _over_sea(lower, policy)[0]
    high = _over_sea(upper, policy)[1]
    widenings = _sentences(lower, upper, policy)
    below, above = undulation_range_m(footprint)
    if above - below >= _AMSL_SENTENCE_FROM_M:
        widenings += (
            f"mean sea level lies {below:.1f} to {above:.1f} m over the ellipsoid in this area: "
            f"the limits are {above - below:.1f} m further apart",
        )
    if lower.reference is not w84:
        low = _clamped(low + below)
    if upper.reference is not w84:
        high = _clamped(high + above)
    return AltitudeBand(lower, upper, low, high, widenings)


def height_range_m(limit: Altitude, footprint: Footprint) -> tuple[float, float]:
    """Least and greatest height over the ellipsoid that a limit can stand for over the footprint.

    Nothing is known but the limit: all the ground on Earth, every QNH from QNH_MIN to QNH_MAX.
    `resolve_band` by any policy stays within it, a stated margin around flight levels excepted.
    """
    low, high = _widest_over_sea(limit)
    if limit.reference is not AltitudeReference.W84:
        below, above = undulation_range_m(footprint)
        low, high = low + below, high + above
    return _clamped(low), _clamped(high)


def _widest_over_sea(limit: Altitude) -> tuple[float, float]:
    if limit.reference is AltitudeReference.FL:
        policies = (AltitudePolicy(qnh_hpa=QNH_MIN_HPA), AltitudePolicy(qnh_hpa=QNH_MAX_HPA))
        ranges = [_level_over_sea(limit.metres(), policy) for policy in policies]
        return min(low for low, _ in ranges), max(high for _, high in ranges)
    if limit.reference is AltitudeReference.AGL:
        value_m = limit.metres()
        # SFC counts from below all ground where nothing is known of it
        low_m = -math.inf if value_m == 0.0 else value_m + LOWEST_GROUND_AMSL_M
        return low_m, value_m + HIGHEST_GROUND_AMSL_M
    return limit.metres(), limit.metres()


def _check_range(limit: Altitude) -> None:
    if not ALTITUDE_FLOOR_M <= limit.metres() <= ALTITUDE_CEILING_M:
        raise InvalidAltitude(
            f"altitude {limit} is outside {ALTITUDE_FLOOR_M:g}..{ALTITUDE_CEILING_M:g} m",
            cure="check the unit",
        )


def _clamped(altitude_m: float) -> float:
    return min(max(altitude_m, ALTITUDE_FLOOR_M), ALTITUDE_CEILING_M)


def _over_sea(limit: Altitude, policy: AltitudePolicy) -> tuple[float, float]:
    """Least and greatest height the limit can stand for, metres AMSL; W84 unchanged."""
    value_m = limit.metres()
    if limit.reference is AltitudeReference.FL:
        return _level_over_sea(value_m, policy)
    if limit.reference is AltitudeReference.AGL:
        ground = _ground(policy)
        if ground is not None:
            return ground[0] + value_m, ground[1] + value_m
        return -math.inf, math.inf  # SFC, or refused by _sentences
    return value_m, value_m


def _ground(policy: AltitudePolicy) -> tuple[float, float] | None:
    if policy.ground_amsl_m is not None:
        return policy.ground_amsl_m
    return (LOWEST_GROUND_AMSL_M, HIGHEST_GROUND_AMSL_M) if policy.widen_agl else None


@lru_cache(maxsize=1024)
def _level_over_sea(pressure_altitude_m: float, policy: AltitudePolicy) -> tuple[float, float]:
    """Least and greatest height of a pressure level, metres AMSL."""
    margin_m = policy.flight_level_margin_m
    if margin_m is not None:
        offset_m = 0.0 if policy.qnh_hpa is None else qnh_offset_m(policy.qnh_hpa)
        height_m = pressure_altitude_m - offset_m
        return height_m - margin_m, height_m + margin_m
    pressures = USUAL_QNH_HPA if policy.qnh_hpa is None else (policy.qnh_hpa,)
    heights = []
    for qnh_hpa in pressures:
        height_m = pressure_altitude_m - qnh_offset_m(qnh_hpa)
        per_kelvin_m = metres_per_kelvin(pressure_altitude_m, qnh_hpa)
        slack_m = geopotential_slack_m(height_m)
        for warmer_k in (-COLDER_K, WARMER_K):
            shifted_m = height_m + warmer_k * per_kelvin_m
            heights += [shifted_m - slack_m, shifted_m + slack_m]
    return min(heights), max(heights)


def _sentences(lower: Altitude, upper: Altitude, policy: AltitudePolicy) -> tuple[str, ...]:
    """What was widened and why. Raises: InvalidAltitude for AGL without known ground."""
    levels = [limit for limit in (lower, upper) if limit.reference is AltitudeReference.FL]
    words = [_level_sentence(levels, policy)] if levels else []
    heights = [limit for limit in (lower, upper) if limit.reference is AltitudeReference.AGL]
    ground = _ground(policy)
    if heights and ground is not None:
        where = "in the region" if policy.ground_amsl_m is not None else "on Earth"
        words.append(f"{_covering(heights)} all the ground {where}: {_span(*ground)} AMSL")
    elif heights:
        if upper.reference is AltitudeReference.AGL or lower.metres() != 0.0:
            limit = upper if upper.reference is AltitudeReference.AGL else lower
            raise InvalidAltitude(
                f"{limit} is a height over ground, and the ground's elevation is not known",
                cure="give the lowest and highest ground in the region, for example "
                "--ground 400m..520m",
            )
        words.append("SFC counts from below all ground on Earth")
    return tuple(words)


def _level_sentence(levels: list[Altitude], policy: AltitudePolicy) -> str:
    low = _level_over_sea(levels[0].metres(), policy)[0]
    high = _level_over_sea(levels[-1].metres(), policy)[1]
    if policy.flight_level_margin_m is not None:
        why = f"within the stated margin of {policy.flight_level_margin_m:,.0f} m"
    else:
        air = f"air {COLDER_K:g} degrees colder to {WARMER_K:g} degrees warmer than standard"
        least, most = USUAL_QNH_HPA
        qnh = f"{least:g} to {most:g}" if policy.qnh_hpa is None else f"{policy.qnh_hpa:g}"
        why = f"at QNH {qnh} hPa in {air}"
    return f"{_covering(levels)} {_span(low, high)} AMSL {why}"


def _covering(limits: list[Altitude]) -> str:
    return " and ".join(map(str, limits)) + (" cover" if len(limits) > 1 else " covers")


def _span(low_m: float, high_m: float) -> str:
    return f"{low_m:,.0f} to {high_m:,.0f} m"
