"""Untangling: small tangles against brute force, the bound, and the same answer again."""

import random
import time
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.obstacles import Asking, Sky
from openline.airspace.advise.tangle import Tangle
from openline.airspace.advise.untangle import Untangled, untangle
from openline.airspace.detect import conflict
from openline.airspace.entity import Constraint, OperationalIntent
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.app.solver import available, solve
from openline.geo.circle import Circle

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINIMA = Separation(200.0, 15.0, timedelta(seconds=60))
LIMITS = Limits(
    later=timedelta(minutes=40),
    earlier=timedelta(minutes=40),
    climb_m=80.0,
    time_step=timedelta(minutes=20),
    height_step_m=40.0,
)


def _volume(chance: random.Random, minutes: int) -> Volume4D:
    start = NOON + timedelta(minutes=chance.randrange(30))
    low = 100.0 + chance.randrange(4) * 10
    centre = Circle.of(47 + chance.random() / 100, 8 + chance.random() / 100, 1_500.0)
    end = start + timedelta(minutes=minutes)
    return Volume4D.over_ellipsoid(centre, low, low + 20, start, end)


def _tangle(seed: int, size: int, limits: Limits = LIMITS) -> Tangle:
    chance = random.Random(seed)
    plans = [
        OperationalIntent(f"i{n}", f"p{n}", (_volume(chance, chance.randrange(5, 30)),))
        for n in range(size)
    ]
    fixed = Sky.of((Constraint("c", "authority", (_volume(chance, 10),)),))
    return Tangle.of(plans, lambda plan: Asking(plan, fixed, MINIMA), limits, Costs())


def _brute_force(tangle: Tangle) -> float:
    """The least cost of placing all, by trying every combination of steps."""
    best = float("inf")
    delays, climbs = (0, 20, -20, 40, -40), (0.0, 40.0, 80.0)
    options = [
        [
            (abs(m) * 60 + 2 * h, m * 60_000_000, h)
            for m in delays
            for h in climbs
            if not fixed.holds(m * 60_000_000, h).any()
        ]
        for fixed in tangle.fixed
    ]
    for chosen in product(*options):
        cost = sum(one[0] for one in chosen)
        if cost < best and all(
            not blocks.holds(chosen[j][1] - chosen[i][1], chosen[j][2] - chosen[i][2]).any()
            for (i, j), blocks in tangle.pairs.items()
        ):
            best = cost
    return best


def _assert_sound(tangle: Tangle, found: Untangled) -> None:
    """Nobody placed is in conflict with anybody placed, by the detector of entities."""
    moved = [tangle.moved(n, s).plan for n, s in enumerate(found.shifts) if s is not None]
    for n, one in enumerate(moved):
        assert all(conflict(one, other, MINIMA) is None for other in moved[:n])
    assert found.cost == pytest.approx(sum(s.cost for s in found.shifts if s is not None))


@pytest.mark.parametrize("seed", range(6))
def test_small_tangles_against_brute_force(seed: int) -> None:
    tangle = _tangle(seed, 3)
    found = untangle(tangle)
    _assert_sound(tangle, found)
    least = _brute_force(tangle)
    if found.unplaced == 0:
        assert found.bound <= least + 1e-6
        assert least - 1e-6 <= found.cost <= 1.5 * least + 1e-6
    if available():
        solved = solve(tangle, found, 5.0)
        _assert_sound(tangle, solved)
        if least < float("inf"):
            assert solved.unplaced == 0
            assert solved.cost == pytest.approx(least)
            assert solved.bound == pytest.approx(least, abs=0.01)
            assert solved.gap == pytest.approx(0.0, abs=1e-5)
        else:
            assert solved.unplaced > 0


def test_a_crowd_is_untangled_and_the_same_again() -> None:
    limits = Limits(later=timedelta(hours=9))
    tangle = _tangle(1, 40, limits)
    found = untangle(tangle)
    assert found.unplaced == 0
    _assert_sound(tangle, found)
    assert 0 < found.bound <= found.cost
    assert untangle(_tangle(1, 40, limits)) == found


@pytest.mark.skipif(not available(), reason="the solver is an extra")
@pytest.mark.parametrize("seconds", [1e-6, 0.2])
def test_a_solver_without_time_gives_what_is_known(seconds: float) -> None:
    tangle = _tangle(1, 30, Limits(later=timedelta(hours=9)))
    start = untangle(tangle)
    begun = time.process_time()
    solved = solve(tangle, start, seconds)
    assert time.process_time() - begun < 10.0, "it went on"
    _assert_sound(tangle, solved)
    assert solved.unplaced == 0
    assert solved.cost <= start.cost
    assert start.bound <= solved.bound <= solved.cost + 1e-6
    assert seconds > 1e-3 or solved == start


def test_no_room_is_said() -> None:
    limits = Limits(later=timedelta(0), earlier=timedelta(0), climb_m=0.0)
    found = untangle(_tangle(2, 4, limits))
    assert 0 < found.unplaced < 4
    assert found.cost == found.bound == 0.0, "whoever is placed stays where it is"


@pytest.mark.parametrize(
    ("minima", "climb_m", "least"),
    [
        # Of five that last 600 s one stays, two go 600 s, two 1,200 s aside: 3,600 s. Those that
        # cost c fill 600 + 2 c seconds: the k-th costs (k - 1) 300 s or more.
        (Separation(0.0, 0.0), 0.0, 3_000.0),
        (Separation(0.0, 0.0, timedelta(seconds=60)), 0.0, 3_300.0),
        # 20 m tall, 20 m higher for 40 s: room for two, and the third is one in three.
        (Separation(0.0, 0.0), 20.0, None),
    ],
)
def test_a_crowd_needs_room(minima: Separation, climb_m: float, least: float | None) -> None:
    place = Circle.of(47.0, 8.0, 500.0)
    volume = Volume4D.over_ellipsoid(place, 100, 120, NOON, NOON + timedelta(seconds=600))
    plans = [OperationalIntent(f"i{n}", f"p{n}", (volume,)) for n in range(5)]
    step = {"time_step": timedelta(0), "height_step_m": 0.0}
    limits = Limits(climb_m=climb_m, earlier=timedelta(hours=3), **step)  # type: ignore[arg-type]
    tangle = Tangle.of(plans, lambda plan: Asking(plan, Sky.of(()), minima), limits, Costs())
    found = untangle(tangle)
    assert found.unplaced == 0
    assert found.bound <= found.cost
    if least is None:
        # At the lower height 0, 600 and 600 s aside, above 40 and 640 s: 1,880 s.
        assert 600.0 < found.bound <= 1_880.0 <= found.cost + 1e-6
    else:
        assert found.bound == pytest.approx(least, rel=1e-3)
        assert found.cost == pytest.approx(least * 6 / 5, rel=1e-3)
