"""Whether an aircraft can have come from one place to another in the time between.

Errs toward: believing it. A position is set aside only if its distance is beyond what the fastest
of its class flies, and beyond what both accuracies explain.
"""

import math
from datetime import datetime
from typing import Final, NamedTuple

from openline.airspace.track.aircraft import (
    SPEED_BOUND_MPS,
    VERTICAL_BOUND_MPS,
    AircraftClass,
)
from openline.airspace.track.report import PositionReport
from openline.geo.ellipsoid import EQUATORIAL_RADIUS_M
from openline.units import METRES_PER_FOOT

LATERAL_SLACK_M: Final = 100.0  # rounding of positions and of times
VERTICAL_SLACK_M: Final = 100.0  # altitudes come in steps of 100 ft, and a step late
_METRES_PER_RADIAN: Final = 6_371_008.8
# The mean sphere is off by at most 0.56 % from any distance on the ellipsoid.
_SHAPE: Final = 1.006

assert EQUATORIAL_RADIUS_M < _SHAPE * _METRES_PER_RADIAN


class Fix(NamedTuple):
    """A position that was believed: where, when, how high by each zero, how sure."""

    time: datetime
    lat_deg: float
    lng_deg: float
    pressure_altitude_ft: float | None
    altitude_m: float | None
    spread_m: float

    @classmethod
    def of(cls, report: PositionReport, time: datetime | None = None) -> "Fix":
        """The fix of a report, at its own time or another."""
        return cls(
            report.time if time is None else time,
            report.lat_deg,
            report.lng_deg,
            report.pressure_altitude_ft,
            report.altitude_m,
            report.spread_m,
        )


def distance_m(one: Fix, other: Fix) -> float:
    """Over ground, on the mean sphere: right to 0.6 %."""
    lat_1, lat_2 = math.radians(one.lat_deg), math.radians(other.lat_deg)
    sin_lat = math.sin((lat_2 - lat_1) / 2)
    sin_lng = math.sin(math.radians(other.lng_deg - one.lng_deg) / 2)
    h = sin_lat * sin_lat + math.cos(lat_1) * math.cos(lat_2) * sin_lng * sin_lng
    return 2 * _METRES_PER_RADIAN * math.asin(min(1.0, math.sqrt(h)))


def offset_m(start: Fix, end: Fix) -> tuple[float, float]:
    """East and north from start to end, for short ways: right to 1 % up to 20 km, poles aside."""
    north = math.radians(end.lat_deg - start.lat_deg) * _METRES_PER_RADIAN
    turn = (end.lng_deg - start.lng_deg + 180.0) % 360.0 - 180.0
    width = math.cos(math.radians((start.lat_deg + end.lat_deg) / 2)) * _METRES_PER_RADIAN
    return math.radians(turn) * width, north


def why_not(earlier: Fix, later: Fix, aircraft: AircraftClass) -> str | None:
    """Why an aircraft of that class cannot have gone from one to the other; None if it can.

    The order of the two in time is taken as it is: either may be the newer.
    """
    elapsed_s = abs((later.time - earlier.time).total_seconds())
    bound = SPEED_BOUND_MPS[aircraft]
    way = distance_m(earlier, later) / _SHAPE
    slack = LATERAL_SLACK_M + earlier.spread_m + later.spread_m
    if way > slack + bound * elapsed_s:
        # One second at least: a speed over a tenth of one says more about clocks than flight.
        implied = way / max(elapsed_s, 1.0)
        return f"implies {implied:,.0f} m/s, at most {bound:,.0f} m/s for {_shown(aircraft)}"
    climb = _climb_m(earlier, later)
    if climb is not None and abs(climb) > VERTICAL_SLACK_M + VERTICAL_BOUND_MPS * elapsed_s:
        rate = climb / max(elapsed_s, 1.0)
        return f"implies {rate:,.0f} m/s vertically, at most {VERTICAL_BOUND_MPS:,.0f} m/s"
    return None


def too_fast(report: PositionReport) -> str | None:
    """Why the stated speed is none of its class; None if it may be."""
    bound = SPEED_BOUND_MPS[report.aircraft]
    if report.speed_mps is not None and report.speed_mps > bound:
        who = _shown(report.aircraft)
        return f"says {report.speed_mps:,.0f} m/s, at most {bound:,.0f} m/s for {who}"
    return None


def _climb_m(earlier: Fix, later: Fix) -> float | None:
    """By a zero that both know; None if there is none."""
    if earlier.pressure_altitude_ft is not None and later.pressure_altitude_ft is not None:
        return (later.pressure_altitude_ft - earlier.pressure_altitude_ft) * METRES_PER_FOOT
    if earlier.altitude_m is not None and later.altitude_m is not None:
        return later.altitude_m - earlier.altitude_m
    return None


def _shown(aircraft: AircraftClass) -> str:
    if aircraft is AircraftClass.UNKNOWN:
        return "an unknown class"
    return f"the class {aircraft.value}"
