"""The verdict on pairs of volumes: CONFLICT, NO CONFLICT or TOO CLOSE TO CALL.

A pair conflicts when it is closer than the minima laterally and vertically and in time. Being at
a minimum, touching, or infringing by less than 1 cm is none. Laterally the product may decide
either way while the infringement is between -`NEAR_MISS_M` and `SURE_INFRINGEMENT_M`; anything
else has one right answer. Vertical and time are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from tests.oracle.cores import core_of
from tests.oracle.exact import time_is_close, vertical_is_close
from tests.oracle.lateral import DISTANCE_BOUND_M, Nearness, nearness

# What the two numerical methods may differ by; inward the resolution of 1 cm comes on top.
SURE_INFRINGEMENT_M = 0.025
NEAR_MISS_M = 0.002
LATERAL_TOLERANCE_M = max(SURE_INFRINGEMENT_M, NEAR_MISS_M)

Pair = tuple[Volume4D, Volume4D, Separation]


class Verdict(StrEnum):
    """What the oracle says of a pair."""

    CONFLICT = "conflict"
    NO_CONFLICT = "no conflict"
    TOO_CLOSE = "too close to call"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, and the least distance of the footprints to within `distance_bound_m`."""

    verdict: Verdict
    lateral: Verdict
    distance_m: float
    distance_bound_m: float = DISTANCE_BOUND_M


def judge(pairs: Sequence[Pair]) -> list[Judgement]:
    """The judgement of every pair, in one batch."""
    near = nearness([(core_of(a.footprint), core_of(b.footprint)) for a, b, _ in pairs])
    distance = near.distance_m
    results = []
    for number, (a, b, separation) in enumerate(pairs):
        lateral = _lateral(near, number, separation.lateral_m)
        vertical = vertical_is_close(a, b, separation.vertical_m)
        in_time = time_is_close(a, b, separation.time)
        if lateral is Verdict.NO_CONFLICT or vertical is False or not in_time:
            verdict = Verdict.NO_CONFLICT
        elif vertical is None:
            verdict = Verdict.TOO_CLOSE
        else:
            verdict = lateral
        results.append(Judgement(verdict, lateral, float(distance[number])))
    return results


def _lateral(near: Nearness, number: int, minimum_m: float) -> Verdict:
    limit = near.radius_m[number] + minimum_m
    infringement = float(limit - near.core_distance_m[number])
    if infringement < -NEAR_MISS_M:
        return Verdict.NO_CONFLICT
    if limit > 0:
        sure = infringement > SURE_INFRINGEMENT_M
    else:
        sure = bool(near.meet[number]) and near.overlap_holds_disc(number, SURE_INFRINGEMENT_M)
    return Verdict.CONFLICT if sure else Verdict.TOO_CLOSE


def tally(judgements: Sequence[Judgement]) -> dict[Verdict, int]:
    """How many of each verdict."""
    counts = dict.fromkeys(Verdict, 0)
    for judgement in judgements:
        counts[judgement.verdict] += 1
    return counts
