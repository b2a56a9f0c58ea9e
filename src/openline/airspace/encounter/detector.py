"""What a detector is, and the call that asks one for the intervals of many pairs."""

from typing import Any, Final, Protocol

import numpy as np

from openline.airspace.encounter.arrays import (
    LOOKAHEAD_MAX_S,
    FloatArray,
    Relative,
    positive,
    relative,
)
from openline.airspace.encounter.interval import Interval
from openline.errors import InvalidInput

_BLOCK: Final = 8192  # pairs at once: what they need stays in the processor's cache


class Detector(Protocol):
    """A volume around an aircraft, and when another one is in it."""

    def spans(self, pairs: Relative, lookahead_s: float | FloatArray) -> Interval:
        """[enter, exit] of each pair in [0, look-ahead]; NaN where there is none."""

    def lateral_reach_m(self, speed_mps: FloatArray) -> FloatArray:
        """An upper bound of the lateral distance in a loss, by the sum of both speeds."""

    def vertical_reach_m(self, rate_mps: FloatArray) -> FloatArray:
        """An upper bound of the vertical distance in a loss, by the sum of both rates."""


def loss_intervals(
    own_position_m: Any,
    own_velocity_mps: Any,
    intruder_position_m: Any,
    intruder_velocity_mps: Any,
    detector: Detector,
    lookahead_s: float,
) -> Interval:
    """When each of n pairs on straight courses is in loss, within the look-ahead.

    Frame/shape: arrays (n, 3): east, north, up in one frame, metres and metres per second. An
        array (3,) or (1, 3) stands for every pair.
    Args: `detector`: `Cylinder` or `WellClear`. `lookahead_s`: above 0, at most 1,000,000 s.
    Returns: (enter_s, exit_s), arrays (n,), seconds from now, 0 <= enter < exit <= look-ahead;
        NaN in both where there is no loss. A loss that already is enters at 0. A touch of a
        single instant, at the look-ahead too, is none.
    Raises: InvalidInput for NaN, infinity, magnitudes beyond reason, shapes that do not fit.
    Errs toward: neither side; rounding is below 1e-9 s for speeds above 1 m/s (see the tests).
    Laws: 1 swapping the aircraft changes nothing; 2 a larger volume contains the interval of a
        smaller one; 3 inside the interval, and only there, the pair is inside the volume;
        4 moving both on by t shifts the interval by t.  Held by tests/property/test_encounter.
    Source: see `interval`, `well_clear`.
    """
    if not callable(getattr(detector, "spans", None)):
        raise InvalidInput(
            f"{type(detector).__name__} is no detector",
            cure="give Cylinder(lateral_m, vertical_m) or WellClear.named('do365-phase1')",
            field="detector",
        )
    horizon_s = positive(lookahead_s, "lookahead_s", LOOKAHEAD_MAX_S)
    pairs = relative(own_position_m, own_velocity_mps, intruder_position_m, intruder_velocity_mps)
    count = len(pairs.east_m)
    enter, leave = np.empty(count), np.empty(count)
    for begin in range(0, count, _BLOCK):
        block = slice(begin, begin + _BLOCK)
        part = Relative(*(np.ascontiguousarray(column[block]) for column in pairs))
        enter[block], leave[block] = detector.spans(part, horizon_s)
    return enter, leave
