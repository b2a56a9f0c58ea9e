"""Minima by kinds in one search, against asking each pair; the halves of kinds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.encounter.by_kind import MinimaTable, find_encounters_by_kind, halves_m
from openline.airspace.encounter.compiled import in_loops
from openline.airspace.encounter.cylinder import Cylinder
from openline.airspace.encounter.snapshot import Snapshot


def symmetric(dice: np.random.Generator, kinds: int, low: float, high: float) -> np.ndarray:
    """Magnitudes of any order, some of them 0."""
    drawn = np.exp(dice.uniform(np.log(low), np.log(high), (kinds, kinds)))
    drawn[dice.uniform(size=drawn.shape) < 0.1] = 0.0
    return np.triu(drawn) + np.triu(drawn, 1).T


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1 << 30), st.sampled_from([None, in_loops]))
def test_it_is_the_cylinder_of_each_pair(seed: int, search: object) -> None:
    dice = np.random.default_rng(seed)
    kinds, count = int(dice.integers(1, 5)), 60
    table = MinimaTable(
        symmetric(dice, kinds, 50.0, 20_000.0), symmetric(dice, kinds, 20.0, 2_000.0)
    )
    kind = dice.integers(0, kinds, count)
    fast = np.exp(dice.uniform(np.log(2.0), np.log(300.0), kinds))[kind][:, np.newaxis]
    place = np.column_stack((dice.uniform(-0.2, 0.2, (count, 2)), dice.uniform(0, 900, count)))
    aircraft = Snapshot.on_earth(place, dice.uniform(-1, 1, (count, 3)) * fast * (1, 1, 0.03))
    found = find_encounters_by_kind(aircraft, kind, table, 120.0, search)  # type: ignore[arg-type]
    first, second = np.triu_indices(count, 1)
    pairs = aircraft.relative(first, second)
    expected = {}
    for a in range(kinds):
        for b in range(a, kinds):
            lateral, vertical = float(table.lateral_m[a, b]), float(table.vertical_m[a, b])
            if not lateral or not vertical:
                continue  # nothing is closer than that
            enter, leave = Cylinder(lateral, vertical).spans(pairs, 120.0)
            of_these = (np.minimum(kind[first], kind[second]) == a) & (
                np.maximum(kind[first], kind[second]) == b
            )
            for k in np.flatnonzero(of_these & np.isfinite(enter)).tolist():
                expected[int(first[k]), int(second[k])] = (enter[k], leave[k])
    both = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert both == sorted(expected)
    times = np.array([expected[pair] for pair in both]).reshape(-1, 2)
    assert np.allclose(found.enter_s, times[:, 0], atol=1e-6)
    assert np.allclose(found.exit_s, times[:, 1], atol=1e-6)


@settings(deadline=None)
@given(st.integers(0, 1 << 30))
def test_two_halves_are_never_less_than_what_is_between_the_kinds(seed: int) -> None:
    dice = np.random.default_rng(seed)
    kinds = int(dice.integers(1, 7))
    limits = symmetric(dice, kinds, 1e-2, 1e5)
    half = halves_m(limits, dice.integers(0, 100, kinds))
    assert (half[:, np.newaxis] + half >= limits).all()


def test_many_of_a_small_kind_are_not_looked_for_far_around() -> None:
    limits = np.array([[150.0, 9_260.0], [9_260.0, 9_260.0]])
    assert halves_m(limits, np.array([5_000, 20])) == pytest.approx([75.0, 9_185.0])
