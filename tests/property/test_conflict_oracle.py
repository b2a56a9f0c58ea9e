"""The product against the oracle on random pairs that are rich in conflicts and near misses.

No true conflict may be missed and none invented, outside the tolerance that `tests.oracle.judge`
states. The numbers of each conflict found are checked too.
"""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pytest

from openline.airspace.conflict import VolumeConflict
from openline.airspace.detect import volume_conflict
from openline.airspace.volume import Volume4D
from openline.geo.altitude import AltitudeReference
from openline.geo.position import Position
from tests.oracle.cores import core_of, point_core
from tests.oracle.exact import time_gap_us, vertical_gap
from tests.oracle.generator import pairs
from tests.oracle.judge import Judgement, Pair, Verdict, judge, tally
from tests.oracle.lateral import nearness

PAIRS_PER_BLOCK = 1_000
BLOCKS = 22
HUGE_PAIRS = 60
NIGHTLY_BLOCKS = 50
NIGHTLY_BATCHES = 20

DISTANCE_TOLERANCE_M = 0.02
DISTANCE_TOLERANCE_RELATIVE = 1e-6
# Places are for drawing and reading out: next to radii of many kilometres they may be metres off.
PLACE_TOLERANCE_M = 0.05
PLACE_TOLERANCE_OF_RADIUS = 2e-6

Found = VolumeConflict | None


def _disagreements(
    cases: Sequence[Pair], judged: Sequence[Judgement], found: Sequence[Found]
) -> list[str]:
    lines = []
    for number, (case, said, got) in enumerate(zip(cases, judged, found, strict=True)):
        if said.verdict is Verdict.TOO_CLOSE or (got is not None) == (
            said.verdict is Verdict.CONFLICT
        ):
            continue
        word = "missed" if got is None else "invented"
        lines.append(f"{word}: pair {number}, {said}, product {got}\n  {case}")
    return lines


def _wrong_distances(
    cases: Sequence[Pair], judged: Sequence[Judgement], found: Sequence[Found]
) -> list[str]:
    lines = []
    for number, (case, said, got) in enumerate(zip(cases, judged, found, strict=True)):
        if got is None:
            continue
        allowed = (
            DISTANCE_TOLERANCE_M
            + DISTANCE_TOLERANCE_RELATIVE * said.distance_m
            + said.distance_bound_m
        )
        if not abs(got.distance_m - said.distance_m) <= allowed:
            lines.append(f"pair {number}: {got.distance_m} m, oracle {said.distance_m} m\n  {case}")
    return lines


def _wrong_windows(cases: Sequence[Pair], found: Sequence[Found]) -> list[str]:
    """Both there from the later start to the earlier end; else the time between, and how long."""
    lines = []
    for number, ((a, b, _), got) in enumerate(zip(cases, found, strict=True)):
        if got is None:
            continue
        instants = sorted([max(a.time_start, b.time_start), min(a.time_end, b.time_end)])
        gap = timedelta(microseconds=max(0, time_gap_us(a, b)))
        if [got.time_start, got.time_end] != instants or got.time_gap_s != gap.total_seconds():
            lines.append(f"pair {number}: {got}, oracle {instants} and {gap}")
    return lines


def _over_ellipsoid(volume: Volume4D) -> bool:
    limits = volume.altitude.lower, volume.altitude.upper
    return all(limit.reference is AltitudeReference.W84 for limit in limits)


def _wrong_bands(cases: Sequence[Pair], found: Sequence[Found]) -> list[str]:
    """As for windows, where all limits are over the ellipsoid and nothing is to be resolved."""
    lines = []
    for number, ((a, b, _), got) in enumerate(zip(cases, found, strict=True)):
        if got is None or not (_over_ellipsoid(a) and _over_ellipsoid(b)):
            continue
        edges = sorted(
            [
                max(a.altitude_lower_m, b.altitude_lower_m),
                min(a.altitude_upper_m, b.altitude_upper_m),
            ]
        )
        gap = max(Fraction(0), vertical_gap(a, b))
        if (
            [got.altitude_lower_m, got.altitude_upper_m] != pytest.approx(edges, abs=1e-6)
        ) or got.vertical_gap_m != pytest.approx(float(gap), abs=1e-6):
            lines.append(f"pair {number}: {got}, oracle {edges} and {float(gap)}")
    return lines


def _place_tolerance_m(a: Volume4D, b: Volume4D) -> float:
    radius = max(core_of(a.footprint).radius_m, core_of(b.footprint).radius_m)
    return PLACE_TOLERANCE_M + PLACE_TOLERANCE_OF_RADIUS * radius


def _far_from(
    cases: Sequence[Pair], places: Sequence[tuple[int, str, Volume4D, Position]]
) -> list[str]:
    """The places that are not on the footprint they should be on."""
    if not places:
        return []
    near = nearness([(core_of(volume.footprint), point_core(*at)) for _, _, volume, at in places])
    return [
        f"pair {number}: {word} {at} is {distance:.3f} m off {volume.footprint}"
        for (number, word, volume, at), distance in zip(places, near.distance_m, strict=True)
        if distance > _place_tolerance_m(*cases[number][:2])
    ]


def _wrong_places(cases: Sequence[Pair], found: Sequence[Found]) -> list[str]:
    """The closest points lie on their sides, as far apart as the distance says."""
    places: list[tuple[int, str, Volume4D, Position]] = []
    hits: list[tuple[int, VolumeConflict]] = []
    for number, ((a, b, _), got) in enumerate(zip(cases, found, strict=True)):
        if got is None:
            continue
        hits.append((number, got))
        places.append((number, "closest_a", a, got.closest_a))
        places.append((number, "closest_b", b, got.closest_b))
        if got.distance_m == 0:
            places += [(number, "where", a, got.where), (number, "where", b, got.where)]
    lines = _far_from(cases, places)
    apart = nearness([(point_core(*got.closest_a), point_core(*got.closest_b)) for _, got in hits])
    for (number, got), between in zip(hits, apart.distance_m, strict=True):
        if abs(between - got.distance_m) > _place_tolerance_m(*cases[number][:2]):
            lines.append(f"pair {number}: closest points are {between} m apart, {got}")
    return lines


def _compare(seed: int, count: int, *, huge: bool = False) -> None:
    cases = pairs(seed, count, huge=huge)
    judged = judge(cases)
    found = [volume_conflict(a, b, separation) for a, b, separation in cases]
    counts = tally(judged)
    print(f"seed {seed}: " + ", ".join(f"{n} {verdict}" for verdict, n in counts.items()))
    problems = (
        _disagreements(cases, judged, found)
        + _wrong_distances(cases, judged, found)
        + _wrong_windows(cases, found)
        + _wrong_bands(cases, found)
        + _wrong_places(cases, found)
    )
    assert not problems, f"seed {seed}: {len(problems)} problems\n" + "\n".join(problems[:5])
    assert counts[Verdict.TOO_CLOSE] < 0.05 * count
    assert counts[Verdict.CONFLICT] > 0.35 * count


@pytest.mark.parametrize("seed", range(BLOCKS))
def test_product_agrees_with_the_oracle(seed: int) -> None:
    _compare(seed, PAIRS_PER_BLOCK)


@pytest.mark.parametrize("seed", range(3))
def test_product_agrees_with_the_oracle_on_huge_shapes(seed: int) -> None:
    _compare(500_000 + seed, HUGE_PAIRS, huge=True)


@pytest.mark.nightly
@pytest.mark.parametrize("block", range(NIGHTLY_BLOCKS))
def test_product_agrees_with_the_oracle_on_a_million(block: int) -> None:
    for batch in range(NIGHTLY_BATCHES):
        _compare(1_000_000 + block * NIGHTLY_BATCHES + batch, PAIRS_PER_BLOCK)
