"""Separation minima: how close is too close, laterally, vertically and in time."""

import math
from dataclasses import dataclass
from datetime import timedelta

from openline.errors import InvalidInput
from openline.limits import LATERAL_MINIMUM_MAX_M, SMALLEST_MINIMUM_M, TIME_MINIMUM_MAX
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Separation:
    """Lateral, vertical and time minima. Two volumes conflict when closer than all three.

    A minimum of zero means that the insides must overlap in that dimension; being exactly at a
    minimum is separated. The default, all zero, is the intersection of F3548.

    Raises: InvalidInput for a minimum that is negative, not finite, too large, or not zero but
    smaller than the resolution allows.
    """

    lateral_m: float = 0.0
    vertical_m: float = 0.0
    time: timedelta = _NO_TIME

    def __post_init__(self) -> None:
        for word, value in (("lateral", self.lateral_m), ("vertical", self.vertical_m)):
            if not math.isfinite(value) or not 0 <= value <= LATERAL_MINIMUM_MAX_M:
                raise InvalidInput(
                    f"{word} minimum {value:g} m is outside 0..{LATERAL_MINIMUM_MAX_M:g} m",
                    field=word,
                )
            if 0 < value < SMALLEST_MINIMUM_M:
                raise InvalidInput(
                    f"{word} minimum {value:g} m is smaller than {SMALLEST_MINIMUM_M:g} m",
                    cure="give 0 for overlap alone",
                    field=word,
                )
        if not _NO_TIME <= self.time <= TIME_MINIMUM_MAX:
            raise InvalidInput(
                f"time minimum {self.time.total_seconds():g} s is outside "
                f"0..{TIME_MINIMUM_MAX.total_seconds():g} s",
                field="time",
            )

    @property
    def time_s(self) -> float:
        """The time minimum in seconds."""
        return self.time.total_seconds()


INTERSECTION = Separation()  # ASTM F3548-21: volumes conflict when they intersect
RADAR = Separation(5 * METRES_PER_NAUTICAL_MILE, 1000 * METRES_PER_FOOT)
# 20 NM: the lateral distance asked for between military aircraft over Syria; any altitude band
WIDE = Separation(20 * METRES_PER_NAUTICAL_MILE, 1000 * METRES_PER_FOOT)
PRESETS = {"none": INTERSECTION, "radar": RADAR, "20nm": WIDE}
