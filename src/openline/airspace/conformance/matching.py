"""Which operation a track flies: by the id it declares, else by its party and where it is.

A match is kept until the operation is withdrawn or the track declares another id. By place: an
operation of its party, in time or soon, with a volume around the position or above it; one that
nobody flies yet before others, then the nearest, then the first by id.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from openline.airspace.conformance.fit import Shelf, time_offset_s, vertical_offset_m
from openline.airspace.conformance.observed import Observation
from openline.airspace.conformance.operation import Operation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.position import Position

_AGAIN_S: Final = 5.0  # a track that matched nothing is tried again


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
        self._by_party: dict[str, list[str]] | None = None

    def changed(self) -> None:
        """Operations were declared or withdrawn: tracks without one are tried again."""
        self._by_party = None
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

    def _match_places(self, states: Iterable[Observation]) -> None:
        points: list[Position] = []
        asked: list[tuple[int, str, int]] = []
        whose: list[Observation] = []
        for one in states:
            numbers = [
                (key, number)
                for key in self._of_party(one.party)
                for number in self._timely(key, one)
            ]
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

    def _of_party(self, party: str | None) -> list[str]:
        if self._by_party is None:
            self._by_party = {}
            for key, operation in self._operations.items():
                self._by_party.setdefault(operation.declared.intent.party, []).append(key)
        return self._by_party.get(party or "", [])

    def _timely(self, key: str, observation: Observation) -> list[int]:
        """Volumes that are in time, or begin soon."""
        soon_s = -self._policy.match_early_s
        return [
            number
            for number, volume in enumerate(self._operations[key].volumes)
            if soon_s <= time_offset_s(volume, observation.time, self._policy) <= 0
        ]

    def _is_over(self, observation: Observation, key: str, number: int) -> bool:
        """Whether the state is above the volume: then it is not on its way into it."""
        band = self._operations[key].volumes[number].altitude
        return vertical_offset_m(observation, band, self._policy, self._altitudes) > 0
