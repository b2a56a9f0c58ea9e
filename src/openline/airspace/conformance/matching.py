"""Which operation a track flies: by the id it declares, else by its party and where it is.

A match is kept until the operation is withdrawn or the track declares another id. By place: an
operation of its party, in time or soon, with a volume around the position or above it; one that
nobody flies yet before others, then the nearest, then the first by id.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.conformance.fit import Shelf, vertical_offset_m
from openline.airspace.conformance.observed import Observation
from openline.airspace.conformance.operation import Operation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.encounter.arrays import FloatArray
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.ellipsoid import surface_points
from openline.geo.position import Position
from openline.geo.sphere import unit_vectors

_AGAIN_S: Final = 5.0  # a track that matched nothing is tried again
_PAIRS_MAX: Final = 200_000  # of tracks and volumes in one call; what is left waits for the next


class _Party(NamedTuple):
    """The volumes of a party: operation and number, boxes (n, 3), times in seconds since 1970."""

    volumes: list[tuple[str, int]]
    low: FloatArray
    high: FloatArray
    start_s: FloatArray
    end_s: FloatArray


class Matcher:
    """Tracks and their operations. Operations belong to the caller, who says when they changed."""

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
        self._owner: dict[str, str] = {}
        self._tried_s: dict[str, float] = {}
        self._by_party: dict[str, _Party] = {}

    def changed(self) -> None:
        """Operations were declared or withdrawn: tracks without one are tried again."""
        self._by_party.clear()
        self._tried_s.clear()

    def known(self, track: str) -> str | None:
        """The operation of a track, as far as is known."""
        return self._owner.get(track)

    def release(self, track: str) -> None:
        """The track is no longer of its operation."""
        self._owner.pop(track, None)

    def match(self, states: Sequence[Observation], now_s: float) -> list[tuple[str, Operation]]:
        """Find the operations of tracks. Returns: tracks that left an operation for another."""
        left: list[tuple[str, Operation]] = []
        unknown: dict[str, Observation] = {}
        for one in states:
            owner = self._owner.get(one.track)
            declared = one.intent_id
            if declared is not None and declared != owner and declared in self._operations:
                if owner is not None:
                    left.append((one.track, self._operations[owner]))
                self._owner[one.track] = declared
                unknown.pop(one.track, None)
            elif owner is None and one.party is not None:
                unknown[one.track] = one
        self._tried_s = {t: s for t, s in self._tried_s.items() if now_s - s < _AGAIN_S}
        untried = [one for track, one in unknown.items() if track not in self._tried_s]
        self._tried_s.update((one.track, now_s) for one in untried)
        self._match_places(untried)
        return left

    def _match_places(self, states: Sequence[Observation]) -> None:
        points: list[Position] = []
        asked: list[tuple[int, str, int]] = []
        whose: list[Observation] = []
        normals = unit_vectors([one.position for one in states])
        for one, point in zip(states, surface_points(normals), strict=True):
            if len(asked) > _PAIRS_MAX:
                self._tried_s.pop(one.track, None)  # its turn is the next call
                continue
            numbers = self._candidates(one, point)
            asked += [(len(points), key, number) for key, number in numbers]
            whose += [one] * len(numbers)
            points.append(one.position)
        policy = self._policy
        reach_m = policy.match_reach_m + policy.lateral_accuracy_max_m
        best: dict[str, tuple[bool, float, str]] = {}
        away = self._shelf.lateral_m(points, asked, reach_m)
        for one, (_, key, number), away_m in zip(whose, asked, away, strict=True):
            accuracy_m = one.lateral_accuracy_m
            accuracy_m = policy.lateral_accuracy_m if accuracy_m is None else accuracy_m
            if away_m > policy.match_reach_m + accuracy_m or self._is_over(one, key, number):
                continue
            rank = (bool(self._operations[key].flights), away_m, key)
            best[one.track] = min(best.get(one.track, rank), rank)
        for track, (_, _, key) in best.items():
            self._owner[track] = key

    def _candidates(self, one: Observation, point: FloatArray) -> list[tuple[str, int]]:
        """Operations and volumes of its party, in time or soon, whose box is near. Too many."""
        party = one.party or ""
        if party not in self._by_party:
            self._by_party[party] = self._party(party)
        known, policy = self._by_party[party], self._policy
        time_s = one.time.timestamp()
        early_s = max(policy.match_early_s, policy.early_s)
        near = (known.start_s <= time_s + early_s) & (known.end_s >= time_s - policy.late_s)
        reach_m = policy.match_reach_m + policy.lateral_accuracy_max_m
        near &= (known.low <= point + reach_m).all(axis=1)
        near &= (known.high >= point - reach_m).all(axis=1)
        return [known.volumes[k] for k in np.flatnonzero(near).tolist()]

    def _party(self, party: str) -> _Party:
        mine = [
            (key, operation)
            for key, operation in self._operations.items()
            if operation.declared.intent.party == party
        ]
        return _Party(
            *self._shelf.boxes_of(key for key, _ in mine),
            np.array([v.time_start.timestamp() for _, one in mine for v in one.volumes]),
            np.array([v.time_end.timestamp() for _, one in mine for v in one.volumes]),
        )

    def _is_over(self, observation: Observation, key: str, number: int) -> bool:
        """Whether the state is above the volume: then it is not on its way into it."""
        band = self._operations[key].volumes[number].altitude
        return vertical_offset_m(observation, band, self._policy, self._altitudes) > 0
