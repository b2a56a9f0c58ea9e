"""The cheapest shift out of many blocks, against trying every step in time and height."""

import math
import random
from itertools import product

import numpy as np
import pytest

from openline.airspace.advise.cost import Costs
from openline.airspace.advise.shift import Blocks, Room, cheapest

MINUTE = 60_000_000
ROOM = Room(-40 * MINUTE, 90 * MINUTE, -100.0, 250.0, MINUTE, 10.0)


def _blocks(chance: random.Random, count: int) -> Blocks:
    rows = []
    for _ in range(count):
        low_us, low_m = chance.randrange(-60, 90) * MINUTE, chance.randrange(-20, 25) * 10.0
        long_us, high_m = chance.randrange(1, 40 * MINUTE), chance.choice((30.0, 120.5, 700.0))
        rows.append((low_us, low_us + long_us, low_m, low_m + high_m))
    table, number = np.array(rows), np.arange(count)
    times = table[:, :2].astype(np.int64)
    return Blocks(times[:, 0], times[:, 1], table[:, 2], table[:, 3], number, number)


def _least(blocks: Blocks, costs: Costs) -> float:
    minutes, tens = range(-40, 91), range(-10, 26)
    return min(
        (
            costs.shift(minute * MINUTE) + costs.climb(ten * 10.0)
            for minute, ten in product(minutes, tens)
            if not blocks.holds(minute * MINUTE, ten * 10.0).any()
        ),
        default=math.inf,
    )


@pytest.mark.parametrize("seed", range(12))
def test_no_step_is_free_and_cheaper(seed: int) -> None:
    chance = random.Random(seed)
    blocks = _blocks(chance, chance.choice((3, 25, 60, 100)))
    costs = Costs(later=1.0, earlier=1.5, up=chance.choice((2.0, 20.0)), down=7.0)
    least, found = _least(blocks, costs), cheapest(blocks, ROOM, costs)
    if found is None:
        assert math.isinf(least)
        return
    assert found.cost == pytest.approx(least, abs=1e-9)
    assert not blocks.holds(found.delay_us, found.climb_m).any()
    assert found.cost == costs.shift(found.delay_us) + costs.climb(found.climb_m)
    assert cheapest(blocks, ROOM, costs, below=found.cost) is None
    assert cheapest(blocks, ROOM, costs, below=found.cost + 1e-6) == found


def test_without_steps_a_shift_ends_where_the_block_does() -> None:
    one = np.zeros(1, np.int64)
    blocks = Blocks(one - 7, one + 1_234_567, np.array([-500.0]), np.array([61.37]), one, one)
    room = Room(0, 10**9, 0.0, 300.0, 0, 0.0)
    assert cheapest(blocks, room, Costs(up=0.01)) == (0, 61.37, 0.01 * 61.37)
    assert cheapest(blocks, room, Costs()) == (1_234_567, 0.0, 1.234567)
    assert cheapest(blocks, room, Costs(), below=1.2) is None
