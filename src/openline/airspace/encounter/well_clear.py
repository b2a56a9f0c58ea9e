"""Well clear as in RTCA DO-365: distance, height, modified tau, time to co-altitude.

Two aircraft are *not* well clear when both hold:

    horizontally  r <= DTHR, or they converge, will pass within DTHR, and
                  0 <= modified tau <= TTHR,  modified tau = (DTHR^2 - r^2) / (s.v)
    vertically    |dz| <= ZTHR, or they converge vertically and -dz / vz <= TCOA

symbol  unit here  Phase I        Phase II   non-cooperative  buffered
DTHR    m          0.66 NM        1,500 ft   2,200 ft         1 NM
ZTHR    m          450 ft         450 ft     450 ft           450 ft
TTHR    s          35             0          0                35
TCOA    s          0              0          0                20

Closed: exactly at a threshold is not well clear; a touch of a single instant has no interval.
Same semantics as the modified-tau detector of NASA DAIDALUS, which is the authority for the
comparison; nothing of it is in this code. Alert levels and their times: `alerting`.

Left out: other time variables (tau, time to CPA, time to entry point), uncertainty of sensors.
Source: RTCA DO-365B; C. Munoz et al., "DAIDALUS: Detect and Avoid Alerting Logic for Unmanned
Systems", DASC 2015; AIAA 2014-2412.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from openline.airspace.encounter.arrays import (
    LENGTH_MAX_M,
    TIME_MAX_S,
    FloatArray,
    Relative,
    positive,
)
from openline.airspace.encounter.interval import Interval, Thresholds, spans
from openline.errors import InvalidInput
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE


@dataclass(frozen=True, slots=True)
class WellClear:
    """Thresholds of well clear: DTHR, ZTHR in metres, TTHR, TCOA in seconds.

    Raises: InvalidInput for a distance or height not above 0, a negative time, NaN, infinity.
    """

    dthr_m: float
    zthr_m: float
    tthr_s: float = 0.0
    tcoa_s: float = 0.0

    def __post_init__(self) -> None:
        for name in ("dthr_m", "zthr_m"):
            object.__setattr__(self, name, positive(getattr(self, name), name, LENGTH_MAX_M))
        for name in ("tthr_s", "tcoa_s"):
            value = positive(getattr(self, name), name, TIME_MAX_S, zero=True)
            object.__setattr__(self, name, value)

    @classmethod
    def named(cls, name: str) -> "WellClear":
        """The thresholds of a configuration of DO-365. Raises: InvalidInput, naming those known."""
        try:
            return NAMED[name]
        except (KeyError, TypeError):
            raise InvalidInput(
                f"there are no thresholds {name!r}", cure=f"use {', '.join(NAMED)}"
            ) from None

    def contains(self, other: "WellClear") -> bool:
        """Whether every loss by the other thresholds is one by these."""
        return (
            self.dthr_m >= other.dthr_m
            and self.zthr_m >= other.zthr_m
            and self.tthr_s >= other.tthr_s
            and self.tcoa_s >= other.tcoa_s
        )

    def thresholds(self) -> Thresholds:
        """The same as numbers."""
        return Thresholds(self.dthr_m, self.zthr_m, self.tthr_s, self.tcoa_s, closed=True)

    def spans(self, pairs: Relative, lookahead_s: float | FloatArray) -> Interval:
        """[enter, exit] of each pair in [0, look-ahead]; NaN where it stays well clear."""
        return spans(pairs, self.thresholds(), lookahead_s)

    def lateral_reach_m(self, speed_mps: FloatArray) -> FloatArray:
        """How far apart, at most, two aircraft not well clear are. `speed_mps`: sum of speeds.

        From r^2 - TTHR r |v| <= DTHR^2: r <= DTHR + TTHR |v|.
        """
        return self.dthr_m + self.tthr_s * speed_mps

    def vertical_reach_m(self, rate_mps: FloatArray) -> FloatArray:
        """The same vertically. `rate_mps`: sum of both absolute vertical rates."""
        return np.maximum(self.zthr_m, self.tcoa_s * rate_mps)


_FOOT: Final = METRES_PER_FOOT
_MILE: Final = METRES_PER_NAUTICAL_MILE
NAMED: Final = {
    "do365-phase1": WellClear(0.66 * _MILE, 450 * _FOOT, 35.0, 0.0),
    "do365-phase2": WellClear(1500 * _FOOT, 450 * _FOOT, 0.0, 0.0),
    "do365-noncooperative": WellClear(2200 * _FOOT, 450 * _FOOT, 0.0, 0.0),
    "buffered": WellClear(1.0 * _MILE, 450 * _FOOT, 35.0, 20.0),
}
