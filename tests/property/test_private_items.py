"""A true conflict shares an item, always; how often one is shared without a conflict."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.detect import volume_conflict
from openline.airspace.separation import INTERSECTION, RADAR, Separation
from openline.airspace.volume import Volume4D
from openline.errors import AreaTooLarge
from openline.geo.altitude import AltitudeReference
from openline.line.private.grid import DRONES, MANNED, Grid, Item, Scope, cell_of, token_of
from openline.line.private.items import bare, block, items_of
from tests import private_skies
from tests.oracle.generator import pairs
from tests.private_skies import ITEMS_MAX, Extent, Tally, shared, sky, tally
from tests.property.traffic_strategies import bands, footprints, volumes

NEAR = Separation(50.0, 15.24, timedelta(seconds=60))  # of small drones
# Where a third of all pairs conflict.
CROWDED = Extent(30_000.0, 30_000.0, 1_500.0, 1.0, 3_600.0)
CROWDED_DRONES = Extent(2_000.0, 2_500.0, 150.0, 0.3, 1_200.0)
CASES = [
    (Grid(), RADAR, CROWDED),
    (Grid(level=11), INTERSECTION, CROWDED),
    (DRONES, NEAR, CROWDED_DRONES),
    (Grid(9, 150.0, timedelta(seconds=10)), Separation(20 * 1852.0, 0.0), CROWDED),
    (Grid(12, 60.0, timedelta(minutes=2)), Separation(0.0, 300.0, timedelta(minutes=5)), CROWDED),
]
CONFLICTS_OF_EACH = 4_100  # of five cases: above 20,000 together


def _conflicts_without_a_miss(case: int, least: int) -> Tally:
    grid, minima, extent = CASES[case]
    total, seed = Tally(), 1_000_003 * (case + 1)
    while total.conflicts < least:
        missed = total.add(sky(seed, 90, extent), grid, minima)
        assert not missed, f"seed {seed}: {sorted(missed)[:3]}"
        seed += 1
    return total


@pytest.mark.parametrize("case", range(len(CASES)))
def test_no_conflict_is_missed(case: int) -> None:
    assert _conflicts_without_a_miss(case, CONFLICTS_OF_EACH).conflicts >= CONFLICTS_OF_EACH


@pytest.mark.nightly
@pytest.mark.parametrize("case", range(len(CASES)))
def test_no_conflict_of_a_million_is_missed(case: int, capsys: pytest.CaptureFixture[str]) -> None:
    total = _conflicts_without_a_miss(case, 200_000)
    assert total.conflicts >= 200_000
    grid, minima, _ = CASES[case]
    with capsys.disabled():
        print(
            f"\nprivate check, crowded, level {grid.level}, {grid.slab_m:g} m, "
            f"{grid.slot.total_seconds():g} s, minima {minima.lateral_m:g} m "
            f"{minima.vertical_m:g} m {minima.time_s:g} s: {total}",
            end="",
        )


def test_pairs_share_what_their_items_say() -> None:
    """The skies compare ranges; here the items themselves, one by one."""
    for seed, (grid, minima, extent) in enumerate(CASES[:2]):
        one = sky(900 + seed, 8, extent)
        told = one.sharing(grid, minima)
        asked = [set(block(volume, grid, minima, ITEMS_MAX)) for volume in one.north]
        own = [set(bare(volume, grid, ITEMS_MAX)) for volume in one.south]
        assert told == {(i, j) for i, a in enumerate(asked) for j, b in enumerate(own) if a & b}
        assert told


def test_without_widening_conflicts_would_be_missed() -> None:
    one = sky(7, 60, CROWDED)
    assert one.conflicts(RADAR) - one.sharing(Grid(), INTERSECTION)


@pytest.mark.parametrize("seed", range(4))
def test_no_conflict_at_the_edge_is_missed(seed: int) -> None:
    met = 0
    for one, other, minima in pairs(31_000 + seed, 80):
        if volume_conflict(one, other, minima) is None or _over_ground(one, other, minima):
            continue
        met += 1
        for grid in (Grid(), Grid(4, 304.8), Grid(6, 30.0, timedelta(seconds=10))):
            try:
                asked = block(one, grid, minima, 30_000)
                own = bare(other, grid, 30_000)
            except AreaTooLarge:
                continue  # of a size that no check takes
            assert shared(asked, own), (seed, one, other, minima)
    assert met > 15


def _over_ground(one: Volume4D, other: Volume4D, minima: Separation) -> bool:
    """Whether heights above ground are compared as such: over what each side takes the ground to
    be, which two made-up volumes do not agree on."""
    limits = (one.altitude.lower, one.altitude.upper, other.altitude.lower, other.altitude.upper)
    above = sum(limit.reference is AltitudeReference.AGL for limit in limits) > 1
    return above and minima.lateral_m == 0


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_any_two_volumes_share_what_they_conflict_in(data: st.DataObject) -> None:
    made = volumes(footprints, bands())
    one, other = data.draw(made), data.draw(made)
    minima = data.draw(st.sampled_from([INTERSECTION, RADAR, NEAR]))
    # in the same place at the same time more often than chance would have it
    if data.draw(st.booleans()):
        other = Volume4D(one.footprint, other.altitude, one.time_start, one.time_end)
    if volume_conflict(one, other, minima) is not None:
        assert shared(block(one, Grid(), minima, ITEMS_MAX), bare(other, Grid(), ITEMS_MAX))


@settings(deadline=None, max_examples=50)
@given(volumes(footprints, bands()))
def test_what_is_widened_holds_what_is_not(volume: Volume4D) -> None:
    own, asked = bare(volume, Grid(), ITEMS_MAX), block(volume, Grid(), RADAR, ITEMS_MAX)
    assert set(own.cells) <= set(asked.cells)
    assert asked.slabs.start < own.slabs.start < own.slabs.stop < asked.slabs.stop
    assert asked.slots.start <= own.slots.start
    assert own.slots.stop <= asked.slots.stop


def test_a_block_is_its_combinations() -> None:
    one = sky(3, 1, private_skies.MANNED).north[0]
    own = bare(one, Grid(), ITEMS_MAX)
    listed = list(own)
    assert len(listed) == len(set(listed)) == len(own)
    assert items_of([own, own], len(own)) == dict.fromkeys(listed, (0, 1))


def test_a_scope_keeps_what_is_in_it() -> None:
    one = sky(5, 1, private_skies.MANNED).north[0]
    own = bare(one, Grid(), ITEMS_MAX)
    parent = _parent(own.cells[0], 9)
    scope = Scope(own.slots.start + 1, own.slots.stop + 5, (token_of(parent),))
    assert cell_of(token_of(parent)) == parent
    kept = set(own.within(scope))
    assert kept == {
        item for item in own if item.slot > own.slots.start and _parent(item.cell, 9) == parent
    }
    assert Item(own.cells[0], own.slabs[0], own.slots.start + 1) in kept


def _parent(cell: int, level: int) -> int:
    """By S2's definition: the bits below the level are dropped, and one is set."""
    lowest = 1 << (2 * (30 - level))
    return (cell & -lowest) | lowest


def test_false_alarms_of_each_grid(capsys: pytest.CaptureFixture[str]) -> None:
    flights = [sky(seed, 60, private_skies.MANNED) for seed in range(4)]
    drones = [sky(seed, 60, private_skies.DRONES) for seed in range(4)]
    cases = [(f"level {level}", Grid(level), RADAR, flights) for level in (9, 10, 11)]
    cases.append(("drones", DRONES, NEAR, drones))
    rates = []
    for name, grid, minima, skies in cases:
        total = tally(skies, grid, minima)
        assert total.missed == 0
        assert total.conflicts > 60
        rates.append(total.rate)
        with capsys.disabled():
            print(f"\nprivate check, {name}: {total}", end="")
    assert rates[0] > rates[1] > rates[2], "a finer grid tells more apart"
    assert max(rates[1], rates[3]) < 0.03


def test_the_grids_are_those_of_the_manual() -> None:
    assert (MANNED.level, MANNED.slab_m, MANNED.slot) == (10, 304.8, timedelta(minutes=5))
    assert (DRONES.level, round(DRONES.slab_m, 3), DRONES.slot) == (
        13,
        30.48,
        timedelta(minutes=1),
    )
    assert Grid().slab_of(-0.01) == -1
    assert Grid().slab_of(304.8) == 1
