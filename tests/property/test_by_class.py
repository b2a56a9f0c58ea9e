"""Minima by who meets whom, against asking each pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.encounter.by_class import find_encounters_by_class
from openline.airspace.encounter.compiled import in_loops
from openline.airspace.encounter.snapshot import Snapshot
from openline.encounter import Cylinder
from openline.errors import InvalidInput

JETS = Cylinder(9260.0, 304.8)
DRONES = Cylinder(150.0, 30.0)
MIXED = Cylinder(1000.0, 150.0)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1 << 30), st.booleans())
def test_it_is_the_detector_of_each_pair(seed: int, compiled: bool) -> None:
    dice = np.random.default_rng(seed)
    count = 60
    classes = dice.choice(["drone", "jet", "balloon"], count).tolist()
    slow = np.array([1.0 if name == "jet" else 0.1 for name in classes])[:, np.newaxis]
    place = np.column_stack((dice.uniform(-0.2, 0.2, (count, 2)), dice.uniform(0, 900, count)))
    aircraft = Snapshot.on_earth(place, dice.uniform(-200, 200, (count, 3)) * slow * (1, 1, 0.03))
    detectors = {("drone", "drone"): DRONES, ("jet", "drone"): MIXED}
    found = find_encounters_by_class(
        aircraft, classes, detectors, JETS, 120.0, in_loops if compiled else None
    )
    first, second = np.triu_indices(count, 1)
    pairs = aircraft.relative(first, second)
    answers = {d: d.spans(pairs, 120.0)[0].tolist() for d in (DRONES, MIXED, JETS)}
    of_kinds = {("drone", "drone"): DRONES, ("drone", "jet"): MIXED}
    expected = []
    for k, (i, j) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        one, other = sorted((classes[i], classes[j]))
        enter = answers[of_kinds.get((one, other), JETS)][k]
        if not np.isnan(enter):
            expected.append((i, j, enter))
    both = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert both == [(i, j) for i, j, _ in expected]
    assert np.allclose(found.enter_s, [enter for _, _, enter in expected], atol=1e-6)


def test_what_does_not_fit_is_refused() -> None:
    two = Snapshot.on_earth([(0, 0, 0), (0, 0, 0)], [(0, 0, 0), (0, 0, 0)])
    with pytest.raises(InvalidInput):
        find_encounters_by_class(two, ["jet"], {}, JETS, 60.0)
    both = {("jet", "drone"): JETS, ("drone", "jet"): DRONES}
    with pytest.raises(InvalidInput):
        find_encounters_by_class(two, ["jet", "drone"], both, JETS, 60.0)
    assert len(find_encounters_by_class(two, ["jet", "drone"], {}, JETS, 60.0).first) == 1
