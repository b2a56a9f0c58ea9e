"""No true conflict is filtered out: the index over space, altitude and time against all pairs."""

from datetime import timedelta

import numpy as np
import pytest

from openline.airspace.candidates import may_conflict
from openline.airspace.detector import detect
from openline.airspace.separation import INTERSECTION, RADAR, Separation
from openline.airspace.volume_table import VolumeTable
from tests.oracle.generator import pairs

MINIMA = (
    INTERSECTION,
    RADAR,
    Separation(200.0, 0.0, timedelta(minutes=5)),
    Separation(400_000.0, 2_000.0, timedelta(hours=3)),
)


@pytest.mark.parametrize("separation", MINIMA)
@pytest.mark.parametrize("seed", range(2))
def test_every_conflict_is_a_candidate_once(separation: Separation, seed: int) -> None:
    volumes = [volume for a, b, _ in pairs(300 + seed, 30) for volume in (a, b)]
    table = VolumeTable.of(volumes)
    found: list[tuple[int, int]] = []
    for i, j in may_conflict(table, separation, np.arange(len(volumes))):
        found += [tuple(sorted(pair)) for pair in zip(i.tolist(), j.tolist(), strict=True)]
    assert len(found) == len(set(found))
    one, other = np.triu_indices(len(volumes), 1)  # every two, through no index
    exact = detect(table, one, table, other, separation)
    conflicts = set(zip(exact.i.tolist(), exact.j.tolist(), strict=True))
    assert conflicts
    assert conflicts <= set(found)


def test_volumes_of_one_owner_are_never_paired() -> None:
    volumes = [volume for a, b, _ in pairs(300, 20) for volume in (a, b)]
    owner = np.arange(len(volumes)) % 2
    for i, j in may_conflict(VolumeTable.of(volumes), RADAR, owner):
        assert (owner[i] != owner[j]).all()


def test_one_volume_has_no_pairs() -> None:
    ((a, _, _),) = pairs(1, 1)
    assert list(may_conflict(VolumeTable.of([a]), RADAR, np.arange(1))) == []
    assert list(may_conflict(VolumeTable.of([]), RADAR, np.arange(0))) == []
