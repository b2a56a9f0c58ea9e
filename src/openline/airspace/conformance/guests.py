"""Aircraft of nobody inside of what is declared: by its place, each is taken for the one declared.

Somebody's sensor sees an aircraft and does not know whose it is. If it is inside an operation that
nothing else is seen to fly, it is that operation's guest: not undeclared, and the operation counts
as seen. That is all: it is not judged by the operation, which nobody can make Nonconforming with an
aircraft of his own. Once it is beyond `match_reach_m` of every volume in time, it is a stranger.

An operation has one guest; of several the first, then the nearest, then by name.
Errs toward: undeclared, for a second aircraft in one operation.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.conformance.fit import Shelf, time_offset_s, vertical_offset_m
from openline.airspace.conformance.observed import Observation
from openline.airspace.conformance.operation import Operation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.encounter.arrays import FloatArray
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.ellipsoid import surface_points
from openline.geo.sphere import unit_vectors

_PAIRS_MAX: Final = 200_000  # of aircraft and volumes whose boxes touch, in one call
_BLOCK: Final = 256  # aircraft at once: their comparisons stay in the cache


class _Boxes(NamedTuple):
    """The volumes of all operations: operation and number, boxes (n, 3) and all of them in one."""

    volumes: list[tuple[str, int]]
    low: FloatArray
    high: FloatArray


class Guests:
    """Who is whose guest. Operations belong to the caller, who says when they changed."""

    def __init__(
        self,
        operations: Mapping[str, Operation],
        shelf: Shelf,
        policy: ConformancePolicy,
        altitudes: AltitudePolicy,
    ) -> None:
        self._operations = operations
        self._shelf = shelf
        self._policy = policy
        self._altitudes = altitudes
        self._boxes: _Boxes | None = None
        self._guest: dict[str, tuple[str, float]] = {}  # by operation: track, and when last seen

    def changed(self) -> None:
        """Operations were declared or withdrawn."""
        self._boxes = None
        self._guest = {key: one for key, one in self._guest.items() if key in self._operations}

    def hosts(self) -> dict[str, str]:
        """Whose guest each track is: the operation, by track."""
        return {track: key for key, (track, _) in self._guest.items()}

    def take(self, states: Sequence[Observation], now_s: float) -> dict[str, Operation]:
        """Those of the states that are guests, by track; `states`: of aircraft of nobody."""
        lost_s = self._policy.lost_after_s
        self._guest = {k: one for k, one in self._guest.items() if now_s - one[1] <= lost_s}
        home = self.hosts()
        near = self._near(states)
        found: dict[str, Operation] = {}
        for one in states:  # who is one stays one
            key = home.get(one.track)
            if key is not None:
                if key in near.get(one.track, {}):
                    self._guest[key] = (one.track, now_s)
                    found[one.track] = self._operations[key]
                else:
                    del self._guest[key]
        ranked = sorted(
            (away_m, one.track, key)
            for one in states
            if one.track not in found
            for key, away_m in near.get(one.track, {}).items()
            if away_m <= 0.0 and not self._operations[key].flights
        )
        for _, track, key in ranked:
            if key not in self._guest and track not in found:
                self._guest[key] = (track, now_s)
                found[track] = self._operations[key]
        return found

    def _near(self, states: Sequence[Observation]) -> dict[str, dict[str, float]]:
        """Metres from each track to the operations that it is inside of, or was by a little.

        0 is inside, by the accuracy of the position.
        """
        policy = self._policy
        asked, whose = self._candidates(states)
        away = self._shelf.lateral_m(
            [one.position for one in states],
            asked,
            policy.match_reach_m + policy.lateral_accuracy_max_m,
        )
        near: dict[str, dict[str, float]] = {}
        for one, (_, key, number), away_m in zip(whose, asked, away, strict=True):
            accuracy_m = one.lateral_accuracy_m
            accuracy_m = policy.lateral_accuracy_m if accuracy_m is None else accuracy_m
            volume = self._operations[key].volumes[number]
            beyond_m = max(away_m - accuracy_m, 0.0)
            if beyond_m > policy.match_reach_m or time_offset_s(volume, one.time, policy):
                continue
            up_m = vertical_offset_m(one, volume.altitude, policy, self._altitudes)
            if abs(up_m) > policy.match_reach_m:
                continue
            beyond_m = max(beyond_m, abs(up_m))
            known = near.setdefault(one.track, {})
            known[key] = min(known.get(key, beyond_m), beyond_m)
        return near

    def _candidates(
        self, states: Sequence[Observation]
    ) -> tuple[list[tuple[int, str, int]], list[Observation]]:
        """(state, operation, volume) whose boxes touch, and the states. Too many."""
        boxes = self._all_boxes()
        if not states or not boxes.volumes:
            return [], []
        policy = self._policy
        reach_m = policy.match_reach_m + policy.lateral_accuracy_max_m
        points = surface_points(unit_vectors([one.position for one in states]))
        low, high = boxes.low - reach_m, boxes.high + reach_m
        some = (points >= low.min(axis=0)).all(axis=1) & (points <= high.max(axis=0)).all(axis=1)
        asked: list[tuple[int, str, int]] = []
        rows = np.flatnonzero(some)
        for begin in range(0, len(rows), _BLOCK):
            part = rows[begin : begin + _BLOCK]
            here = points[part][:, np.newaxis]
            touch = ((here >= low) & (here <= high)).all(axis=2)
            for at, volume in zip(*(axis.tolist() for axis in np.nonzero(touch)), strict=True):
                asked.append((int(part[at]), *boxes.volumes[volume]))
            if len(asked) > _PAIRS_MAX:
                break  # the others are strangers in this call
        return asked, [states[at] for at, _, _ in asked]

    def _all_boxes(self) -> _Boxes:
        if self._boxes is None:
            self._boxes = _Boxes(*self._shelf.boxes_of(self._operations))
        return self._boxes
