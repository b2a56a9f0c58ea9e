"""The flat sieve never contradicts the exact detector; the index never contradicts either."""

import numpy as np
import pytest

from openline.airspace.detect import volume_conflict
from openline.airspace.entity import OperationalIntent
from openline.airspace.index import AirspaceIndex
from openline.airspace.separation import Separation
from openline.geo.footprint_table import FootprintTable
from openline.geo.polygon import Polygon
from openline.geo.proximity import measure
from openline.geo.sieve import core_edges, edges_of, sieve
from openline.limits import RESOLUTION_M
from tests.oracle.generator import pairs

PAIRS = 250


@pytest.mark.parametrize("seed", range(3))
def test_sure_verdicts_are_right(seed: int) -> None:
    unsure = 0
    for a, b, separation in pairs(9_000 + seed, PAIRS):
        one, other = FootprintTable.of([a.footprint]), FootprintTable.of([b.footprint])
        reach = one.buffer_m + other.buffer_m + separation.lateral_m
        own = core_edges(a.footprint)
        verdict = int(
            sieve(
                own, isinstance(a.footprint, Polygon), [edges_of(other, 0)], other.polygon, reach
            )[0]
        )
        zero = np.zeros(1, dtype=np.int64)
        near = measure(one, zero, other, zero, reach)
        if verdict > 0:
            assert near.solid[0] if reach[0] == 0 else near.distance_m[0] < reach[0] - RESOLUTION_M
        elif verdict < 0:
            assert near.distance_m[0] > reach[0]
            assert not near.meets[0]
        else:
            unsure += 1
    assert unsure < 0.7 * PAIRS  # these pairs were made to be hard; in traffic it is one in fifty


def test_core_edges_are_those_of_the_table() -> None:
    for a, b, _ in pairs(42, 200):
        for footprint in (a.footprint, b.footprint):
            table = edges_of(FootprintTable.of([footprint]), 0)
            direct = core_edges(footprint)
            same = np.sort(table[:, :3], axis=0) - np.sort(direct[:, :3], axis=0)
            assert np.abs(same).max() < 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_index_answers_as_the_detector(seed: int) -> None:
    cases = pairs(500 + seed, 150)
    held = [
        OperationalIntent(f"held-{number}", "north", (b,)) for number, (_, b, _) in enumerate(cases)
    ]
    index = AirspaceIndex(held)
    for number, (a, b, separation) in enumerate(cases):
        expected = volume_conflict(a, b, separation) is not None
        found = {entity.id for entity in index.query(a, separation)}
        assert (f"held-{number}" in found) == expected, (a, b, separation)


def test_index_answers_as_the_detector_for_all_it_holds() -> None:
    cases = pairs(77, 120)
    held = [
        OperationalIntent(f"held-{number}", "north", (b,)) for number, (_, b, _) in enumerate(cases)
    ]
    index = AirspaceIndex(held)
    separation = Separation(20_000.0, 300.0)
    for a, _, _ in cases[:40]:
        expected = [e.id for e in held if volume_conflict(a, e.volumes[0], separation)]
        assert [e.id for e in index.query(a, separation)] == expected


def test_index_looks_only_at_those_it_is_asked_for() -> None:
    cases = pairs(79, 120)
    held = [
        OperationalIntent(f"held-{number}", ("north", "south")[number % 2], (b,))
        for number, (_, b, _) in enumerate(cases)
    ]
    index = AirspaceIndex(held)
    separation = Separation(20_000.0, 300.0)
    found = 0
    for a, _, _ in cases[:40]:
        every = index.query(a, separation)
        south = index.query(a, separation, lambda entity: entity.party == "south")
        assert south == [entity for entity in every if entity.party == "south"]
        found += len(south)
    assert found > 10


def test_index_forgets() -> None:
    cases = pairs(78, 60)
    held = [
        OperationalIntent(f"held-{number}", "north", (b, a))
        for number, (a, b, _) in enumerate(cases)
    ]
    index = AirspaceIndex(held[:30])
    for entity in held[30:]:
        index.add(entity)
    for entity in held[::2]:
        index.remove(entity)
    rest = AirspaceIndex(held[1::2])
    separation = Separation(20_000.0, 300.0)
    assert len(index) == len(rest) == 30
    for a, b, _ in cases:
        for volume in (a, b):
            got = {e.id for e in index.query(volume, separation)}
            assert got == {e.id for e in rest.query(volume, separation)}
