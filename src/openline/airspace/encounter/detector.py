"""What a detector is, and the call that asks one for the intervals of many pairs."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol

import numpy as np

from openline.airspace.encounter.arrays import (
    LOOKAHEAD_MAX_S,
    FloatArray,
    Relative,
    States,
    positive,
)
from openline.airspace.encounter.cylinder import Cylinder, Cylinders
from openline.airspace.encounter.interval import Interval, Thresholds
from openline.airspace.encounter.well_clear import WellClear
from openline.errors import InvalidInput

_BLOCK: Final = 8192  # pairs at once: what they need stays in the processor's cache
# Loops are compiled, for about 2 s, when numpy has spent some tenths of a second: the same numbers
# in a third of the time or less. A call takes numpy as long as so many pairs.
_COMPILED_FROM: Final = 4_000_000
_CALL: Final = 1_000


class Asks(Protocol):
    """What is asked of pairs."""

    def spans(self, pairs: Relative, lookahead_s: float | FloatArray) -> Interval:
        """[enter, exit] of each pair in [0, look-ahead]; NaN where there is none."""


class Detector(Asks, Protocol):
    """A volume around an aircraft, and when another one is in it."""

    def lateral_reach_m(self, speed_mps: FloatArray) -> FloatArray:
        """An upper bound of the lateral distance in a loss, by the sum of both speeds."""

    def vertical_reach_m(self, rate_mps: FloatArray) -> FloatArray:
        """An upper bound of the vertical distance in a loss, by the sum of both rates."""


_MEASURED: Final = (Cylinder, Cylinders, WellClear)


def thresholds_of(detector: Asks) -> Thresholds | None:
    """What the detector asks, as numbers for compiled loops; None of one that is not ours."""
    return detector.thresholds() if type(detector) in _MEASURED else None  # type: ignore[attr-defined]


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
    if isinstance(detector, type) or not callable(getattr(detector, "spans", None)):
        raise InvalidInput(
            f"{detector!r:.80} is no detector",
            cure="give Cylinder(lateral_m, vertical_m) or WellClear.named('do365-phase1')",
            field="detector",
        )
    horizon_s = positive(lookahead_s, "lookahead_s", LOOKAHEAD_MAX_S)
    states = States.of(own_position_m, own_velocity_mps, intruder_position_m, intruder_velocity_mps)
    limits = thresholds_of(detector)
    loops = _loops_for(states.pairs) if limits is not None else None
    if loops is not None:
        answer: Interval = loops.spans_of_states(states, limits, horizon_s)
        return answer
    enter, leave = np.empty(states.pairs), np.empty(states.pairs)
    for begin in range(0, states.pairs, _BLOCK):
        block = slice(begin, begin + _BLOCK)
        enter[block], leave[block] = detector.spans(states.relative(block), horizon_s)
    return enter, leave


@dataclass(slots=True)
class _Work:
    """What was asked in this process so far, in pairs."""

    pairs: int = 0


_asked: Final = _Work()


def _loops_for(count: int) -> Any:
    """The compiled loops, once so much was asked that compiling them pays; None before."""
    if _asked.pairs < _COMPILED_FROM:
        _asked.pairs += count + _CALL
        return None
    return _loops()


@cache
def _loops() -> Any:
    try:
        from openline.airspace.encounter import compiled_interval
    except ImportError:  # without the extra `fast`
        return None
    return compiled_interval
