"""Laws of finding all conflicts: the index equals brute force, and the order plays no part."""

import random
from collections.abc import Iterable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.conflict import Conflict
from openline.airspace.detect import conflict
from openline.airspace.entity import Entity, EntityKind, Notice, OperationalIntent
from openline.airspace.find import find_conflicts
from openline.airspace.separation import INTERSECTION, RADAR, Separation
from tests.oracle.generator import pairs
from tests.oracle.judge import Verdict, judge
from tests.oracle.scenes import Scene, scene

SAME_M = 1e-3
MINIMA = (INTERSECTION, RADAR, Separation(500.0, 30.0))

seeds = st.integers(0, 2**32 - 1)
minima = st.sampled_from(MINIMA)
few = settings(deadline=None, max_examples=10)

Sides = frozenset[tuple[EntityKind, str]]


def _sides(found: Conflict) -> Sides:
    return frozenset({(found.a.kind, found.a.id), (found.b.kind, found.b.id)})


def _by_sides(found: Iterable[Conflict]) -> dict[Sides, Conflict]:
    listed = list(found)
    table = {_sides(one): one for one in listed}
    assert len(table) == len(listed), "a pair was reported twice"
    return table


def _pairwise(crowd: Scene, separation: Separation, all_pairs: bool) -> dict[Sides, Conflict]:
    """Every pair asked one by one; constraints are not compared with each other."""
    everyone: list[Entity] = [*crowd.intents, *crowd.constraints, *crowd.notices]
    found = []
    for a, b in combinations(everyone, 2):
        if a.kind is EntityKind.CONSTRAINT and b.kind is EntityKind.CONSTRAINT:
            continue
        if a.party == b.party and not all_pairs:
            continue
        one = conflict(a, b, separation)
        if one is not None:
            found.append(one)
    return _by_sides(found)


def _assert_same(one: Conflict, other: Conflict) -> None:
    assert one.id == other.id
    assert one.separation == other.separation
    assert (one.time_start, one.time_end) == (other.time_start, other.time_end)
    assert one.time_gap_s == other.time_gap_s
    for name in ("altitude_lower_m", "altitude_upper_m", "vertical_gap_m", "distance_m"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=SAME_M), name
    pairs_of_volumes = sorted((part.a_volume, part.b_volume) for part in other.parts)
    if (one.a.id, one.a.kind) == (other.b.id, other.b.kind):
        pairs_of_volumes = sorted((part.b_volume, part.a_volume) for part in other.parts)
    assert sorted((part.a_volume, part.b_volume) for part in one.parts) == pairs_of_volumes


def _assert_equal(one: dict[Sides, Conflict], other: dict[Sides, Conflict]) -> None:
    assert one.keys() == other.keys()
    for sides, found in one.items():
        _assert_same(found, other[sides])


@few
@given(seeds, minima, st.booleans())
def test_the_index_equals_brute_force(seed: int, separation: Separation, all_pairs: bool) -> None:
    crowd = scene(seed, intents=18, constraints=4, notices=3)
    found = find_conflicts(
        crowd.intents, crowd.constraints, separation, notices=crowd.notices, all_pairs=all_pairs
    )
    _assert_equal(_by_sides(found), _pairwise(crowd, separation, all_pairs))


@pytest.mark.parametrize("separation", MINIMA)
def test_among_all_pairs_of_the_world_the_index_agrees_with_the_oracle(
    separation: Separation,
) -> None:
    """Volumes from pole to pole in one call: every pair made to meet, and every pair found."""
    cases = [(a, b, separation) for a, b, _ in pairs(4242, 600)]
    intents = [
        OperationalIntent(f"{number}{word}", word, (volume,))
        for number, case in enumerate(cases)
        for word, volume in zip("ab", case[:2], strict=True)
    ]
    found = _by_sides(find_conflicts(intents, (), separation))
    for number, judged in enumerate(judge(cases)):
        sides = frozenset({(EntityKind.INTENT, f"{number}a"), (EntityKind.INTENT, f"{number}b")})
        if judged.verdict is not Verdict.TOO_CLOSE:
            assert (sides in found) == (judged.verdict is Verdict.CONFLICT), cases[number]
    reported = [(one.a.volumes[0], one.b.volumes[0], separation) for one in found.values()]
    assert len(reported) > 100
    for case, judged in zip(reported, judge(reported), strict=True):
        assert judged.verdict is not Verdict.NO_CONFLICT, case


def test_the_scenes_hold_conflicts_and_separated_pairs() -> None:
    """Else the laws above would say little."""
    for separation in MINIMA:
        shares = []
        for seed in range(6):
            crowd = scene(seed)
            count = len(crowd.intents) * (len(crowd.intents) - 1) / 2
            shares.append(
                len(find_conflicts(crowd.intents, (), separation, all_pairs=True)) / count
            )
        assert 0.02 < sum(shares) / len(shares) < 0.9


@few
@given(seeds, minima, st.randoms(use_true_random=False))
def test_the_order_plays_no_part(
    seed: int, separation: Separation, shuffler: random.Random
) -> None:
    crowd = scene(seed)
    first = find_conflicts(crowd.intents, crowd.constraints, separation, notices=crowd.notices)
    for entities in (crowd.intents, crowd.constraints, crowd.notices):
        shuffler.shuffle(entities)
    second = find_conflicts(crowd.intents, crowd.constraints, separation, notices=crowd.notices)
    _assert_equal(_by_sides(first), _by_sides(second))
    assert [found.id for found in first] == [found.id for found in second]


@few
@given(seeds)
def test_two_parties_apart_are_found_as_in_the_crowd(seed: int) -> None:
    """Who else is there changes nothing for two intents."""
    crowd = scene(seed)
    found = _by_sides(find_conflicts(crowd.intents, all_pairs=True))
    for one in crowd.intents[:6]:
        for two in crowd.intents[6:12]:
            alone = _by_sides(find_conflicts([one, two], all_pairs=True))
            sides = frozenset({(one.kind, one.id), (two.kind, two.id)})
            assert (sides in alone) == (sides in found)


def _times(entity: Entity) -> list[tuple[float, float]]:
    if isinstance(entity, Notice) and not entity.located:
        return [(entity.time_start.timestamp(), entity.time_end.timestamp())]
    return [(v.time_start.timestamp(), v.time_end.timestamp()) for v in entity.volumes]


@few
@given(seeds, minima)
def test_an_unlocated_notice_meets_all_others_in_its_time(
    seed: int, separation: Separation
) -> None:
    crowd = scene(seed)
    notice = crowd.notices[0]
    assert not notice.located
    start, end = notice.time_start.timestamp(), notice.time_end.timestamp()
    found = _by_sides(
        find_conflicts(crowd.intents, crowd.constraints, separation, notices=[notice])
    )
    others: list[Entity] = [*crowd.intents, *crowd.constraints]
    for other in others:
        gap = min(max(first - end, start - last) for first, last in _times(other))
        expected = other.party != notice.party and gap < separation.time_s
        sides = frozenset({(notice.kind, notice.id), (other.kind, other.id)})
        assert (sides in found) == expected, other
        if expected:
            assert not found[sides].located
            assert found[sides].where is None
            assert found[sides].distance_m is None
