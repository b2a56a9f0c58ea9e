"""What the balls around two cores settle is what the exact measurement finds."""

import numpy as np
import pytest

from openline.geo.core import Core
from openline.geo.footprint_table import FootprintTable
from openline.geo.proximity import measure
from openline.geo.sieve import core_edges
from openline.limits import RESOLUTION_M
from tests.oracle.generator import pairs

PAIRS = 300


@pytest.mark.parametrize("seed", range(3))
def test_sure_verdicts_are_right(seed: int) -> None:
    sure = {1: 0, -1: 0}
    for a, b, separation in pairs(7_000 + seed, PAIRS):
        one, other = Core.of(a.footprint), Core.of(b.footprint)
        for lateral_m in (separation.lateral_m, 0.0, 50_000.0, 100_000.0):
            reach_m = one.buffer_m + other.buffer_m + lateral_m
            verdict = one.verdict(other, reach_m)
            assert other.verdict(one, reach_m) == verdict
            if not verdict:
                continue
            zero, reach = np.zeros(1, dtype=np.int64), np.array([reach_m])
            tables = [FootprintTable.of([each.footprint]) for each in (a, b)]
            near = measure(tables[0], zero, tables[1], zero, reach)
            if verdict > 0:
                assert near.distance_m[0] < reach_m - RESOLUTION_M
            else:
                assert near.distance_m[0] > reach_m
                assert not near.meets[0]
            sure[verdict] += 1
    assert min(sure.values()) > 5  # else nothing was looked at


def test_box_and_ball_hold_what_the_table_holds() -> None:
    for a, b, _ in pairs(43, 200):
        for footprint in (a.footprint, b.footprint):
            core, table = Core.of(footprint), FootprintTable.of([footprint])
            low, high = (np.array(side) for side in core.box(0.0))
            # the inside rises over its boundary; the table's box has the buffer too
            assert (low <= table.vertex.min(axis=0)).all()
            assert (high >= table.vertex.max(axis=0)).all()
            away = np.linalg.norm(table.vertex - np.array(core.centre), axis=1)
            assert away.max() <= core.ball_m + 1e-6
            if core.polygon:
                inside = table.vertex.mean(axis=0)
                inside *= np.linalg.norm(table.vertex, axis=1).max() / np.linalg.norm(inside)
                assert (low <= inside).all()
                assert (high >= inside).all()
                assert np.linalg.norm(inside - core.centre) <= core.ball_m


def test_the_edges_of_a_core_are_those_of_the_sieve() -> None:
    for a, b, _ in pairs(44, 200):
        for footprint in (a.footprint, b.footprint):
            assert np.abs(Core.of(footprint).edges - core_edges(footprint)).max() < 1e-6
