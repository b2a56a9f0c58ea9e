"""Declared courses with turning points: losses that a straight line from now does not show.

A path is where an aircraft says that it will be: positions at instants, straight and at constant
speed between them. Both aircraft's instants cut time into stretches in which both fly straight; in
each the closed form answers.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import (
    LOOKAHEAD_MAX_S,
    POSITION_MAX_M,
    SPEED_MAX_MPS,
    FloatArray,
    Relative,
    rows_of_three,
)
from openline.airspace.encounter.detector import Detector
from openline.errors import InvalidInput, InvalidTimeRange

_SAME_INSTANT_S = 1e-9


class LossSpan(NamedTuple):
    """Closed interval, seconds from the encounter's reference instant."""

    enter_s: float
    exit_s: float


@dataclass(frozen=True, slots=True)
class Path:
    """A course of straight legs: time_s (k,) rising, position_m (k, 3) east, north, up.

    Nothing is said about before the first instant and after the last. Raises: InvalidInput for
    fewer than two points, times that do not rise, a leg faster than 1,000 km/s, NaN, infinity.
    """

    time_s: FloatArray
    position_m: FloatArray

    @classmethod
    def through(cls, time_s: Any, position_m: Any) -> "Path":
        """The path through these points."""
        position = rows_of_three(position_m, "position_m", POSITION_MAX_M)
        time = np.asarray(time_s, dtype=np.float64)
        if time.shape != (len(position),) or len(time) < 2:
            raise InvalidInput("a path needs two points or more, and a time for each")
        if not (np.abs(time) <= LOOKAHEAD_MAX_S).all() or not (np.diff(time) > 0).all():
            raise InvalidTimeRange("the times of a path must be finite and rise", field="time_s")
        path = cls(time, position)
        if np.abs(path.velocities_mps()).max() > SPEED_MAX_MPS:
            raise InvalidInput("a leg of the path is impossibly fast", field="position_m")
        return path

    @classmethod
    def straight(cls, position_m: Any, velocity_mps: Any, lookahead_s: float) -> "Path":
        """The path of an aircraft that flies straight on from 0 to the look-ahead."""
        start = rows_of_three(position_m, "position_m", POSITION_MAX_M)[0]
        speed = rows_of_three(velocity_mps, "velocity_mps", SPEED_MAX_MPS)[0]
        return cls.through((0.0, lookahead_s), np.stack((start, start + lookahead_s * speed)))

    def velocities_mps(self) -> FloatArray:
        """Velocity on each leg, (k - 1, 3)."""
        legs: FloatArray = np.diff(self.position_m, axis=0) / np.diff(self.time_s)[:, np.newaxis]
        return legs

    def at(self, instants_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Position and velocity (n, 3) at instants within the path; at a turn, those after it."""
        leg = np.clip(np.searchsorted(self.time_s, instants_s, side="right") - 1, 0, None)
        leg = np.minimum(leg, len(self.time_s) - 2)
        velocity = self.velocities_mps()[leg]
        since = (instants_s - self.time_s[leg])[:, np.newaxis]
        return self.position_m[leg] + since * velocity, velocity


def losses_on_paths(own: Path, intruder: Path, detector: Detector) -> tuple[LossSpan, ...]:
    """Every loss between two declared courses, in order, where both say something.

    Losses that touch at a turning point are one.
    Law: the same as walking through time in small steps; held by
    tests/property/test_encounter_path.
    """
    start = max(own.time_s[0], intruder.time_s[0])
    end = min(own.time_s[-1], intruder.time_s[-1])
    if not start < end:
        return ()
    instants = np.unique(np.concatenate((own.time_s, intruder.time_s, (start, end))))
    instants = instants[(instants >= start) & (instants <= end)]
    begin, length = instants[:-1], np.diff(instants)
    own_p, own_v = own.at(begin)
    intruder_p, intruder_v = intruder.at(begin)
    p, v = own_p - intruder_p, own_v - intruder_v
    pairs = Relative(p[:, 0], p[:, 1], p[:, 2], v[:, 0], v[:, 1], v[:, 2])
    enter, leave = detector.spans(pairs, length)
    hit = np.isfinite(enter)
    return _joined((begin + enter)[hit], (begin + leave)[hit])


def _joined(enter_s: FloatArray, exit_s: FloatArray) -> tuple[LossSpan, ...]:
    spans: list[LossSpan] = []
    for enter, leave in zip(enter_s.tolist(), exit_s.tolist(), strict=True):
        if spans and enter <= spans[-1].exit_s + _SAME_INSTANT_S:
            spans[-1] = LossSpan(spans[-1].enter_s, leave)
        else:
            spans.append(LossSpan(enter, leave))
    return tuple(spans)
