"""From pressure altitude to height over mean sea level: the ICAO standard atmosphere.

Source       ICAO Doc 7488 (standard atmosphere), equal to ISO 2533 below 32 km
Symbols      Hp pressure altitude, metres; Q QNH, hPa; T temperature, kelvin; H height over mean
             sea level, metres
Method       An altimeter set to Q shows Hp - Hp(Q). In air that is d kelvin warmer than standard at
             every height, each layer is thicker in the ratio (T + d) / T, so that
             H = Hp - Hp(Q) + d * integral of dHp / T(Hp) from Hp(Q) to Hp.
Left out     moisture (worth less than 4 kelvin), wind and waves over mountains
"""

import math
from typing import Final

STANDARD_PRESSURE_HPA: Final = 1013.25
_STANDARD_TEMPERATURE_K: Final = 288.15
_LAPSE_K_PER_M: Final = 0.0065
_TROPOPAUSE_M: Final = 11_000.0
_TROPOPAUSE_K: Final = 216.65
_EXPONENT: Final = 0.190263  # gas constant * lapse rate / gravity
_EARTH_RADIUS_M: Final = 6_356_766.0  # of the standard atmosphere's geopotential

# Gravity at sea level is 9.780 to 9.832 m/s2, and the standard's is 9.80665: 0.28 % either way.
_GRAVITY_SPREAD: Final = 0.0028

assert abs(_STANDARD_TEMPERATURE_K - _LAPSE_K_PER_M * _TROPOPAUSE_M - _TROPOPAUSE_K) < 1e-9


def qnh_offset_m(qnh_hpa: float) -> float:
    """Pressure altitude of sea level at that QNH: positive for low pressure. Below 11 km."""
    ratio = qnh_hpa / STANDARD_PRESSURE_HPA
    height: float = _STANDARD_TEMPERATURE_K / _LAPSE_K_PER_M * (1.0 - ratio**_EXPONENT)
    return height


def metres_per_kelvin(pressure_altitude_m: float, qnh_hpa: float) -> float:
    """How much higher a pressure level lies for each kelvin that the air is warmer than standard.

    Negative below sea level. Above 20 km errs toward: more, for the air there is warmer than the
    216.65 K that are used.
    """
    start = qnh_offset_m(qnh_hpa)
    return _inverse_temperature_integral(pressure_altitude_m) - _inverse_temperature_integral(start)


def _inverse_temperature_integral(pressure_altitude_m: float) -> float:
    """Integral of dHp / T(Hp) from 0, metres per kelvin."""
    below_m = min(pressure_altitude_m, _TROPOPAUSE_M)
    top_k = _STANDARD_TEMPERATURE_K - _LAPSE_K_PER_M * below_m
    integral = math.log(_STANDARD_TEMPERATURE_K / top_k) / _LAPSE_K_PER_M
    return integral + max(pressure_altitude_m - _TROPOPAUSE_M, 0.0) / _TROPOPAUSE_K


def geopotential_slack_m(height_m: float) -> float:
    """How far a geometric height can be from the same number of geopotential metres.

    Gravity varies with latitude and fades with height.
    """
    return _GRAVITY_SPREAD * abs(height_m) + height_m * height_m / (_EARTH_RADIUS_M - height_m)
