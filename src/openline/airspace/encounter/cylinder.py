"""The cylinder of the agreed minima around an aircraft.

Open: exactly at a minimum is separated, as everywhere in this product. The interval returned is
the closure of the loss. Same semantics as the cylinder of NASA DAIDALUS.
"""

from dataclasses import dataclass
from typing import NamedTuple

from openline.airspace.encounter.arrays import LENGTH_MAX_M, FloatArray, Relative, positive
from openline.airspace.encounter.interval import Interval, Thresholds, spans


@dataclass(frozen=True, slots=True)
class Cylinder:
    """Closer than `lateral_m` and closer than `vertical_m` at once is a loss of separation.

    Raises: InvalidInput for a minimum that is not above 0, not finite, or beyond 10,000 km.
    """

    lateral_m: float
    vertical_m: float

    def __post_init__(self) -> None:
        for name in ("lateral_m", "vertical_m"):
            object.__setattr__(self, name, positive(getattr(self, name), name, LENGTH_MAX_M))

    def thresholds(self) -> Thresholds:
        """The same as numbers."""
        return Thresholds(self.lateral_m, self.vertical_m, 0.0, 0.0, closed=False)

    def spans(self, pairs: Relative, lookahead_s: float | FloatArray) -> Interval:
        """[enter, exit] of each pair in [0, look-ahead]; NaN where there is no loss."""
        return spans(pairs, self.thresholds(), lookahead_s)

    def lateral_reach_m(self, speed_mps: FloatArray) -> FloatArray:
        """How far apart, at most, two aircraft are in a loss. `speed_mps`: sum of both speeds."""
        return self.lateral_m + 0.0 * speed_mps

    def vertical_reach_m(self, rate_mps: FloatArray) -> FloatArray:
        """The same vertically. `rate_mps`: sum of both absolute vertical rates."""
        return self.vertical_m + 0.0 * rate_mps


class Cylinders(NamedTuple):
    """A cylinder of its own for each of k pairs: arrays (k,). Of 0 or less: there is no loss."""

    lateral_m: FloatArray
    vertical_m: FloatArray

    def thresholds(self) -> Thresholds:
        """The same as numbers."""
        return Thresholds(self.lateral_m, self.vertical_m, 0.0, 0.0, closed=False)

    def spans(self, pairs: Relative, lookahead_s: float | FloatArray) -> Interval:
        """[enter, exit] of each pair in [0, look-ahead]; NaN where there is no loss."""
        return spans(pairs, self.thresholds(), lookahead_s)
