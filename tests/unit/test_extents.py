"""Extents of volumes, which of them touch, and the places that a change names."""

import math
from datetime import timedelta, timezone

import pytest

from openline.airspace.extents import cells_touch, extent_of, extent_of_volume, extents_touch
from openline.airspace.volume import Volume4D
from openline.errors import InvalidAltitude, InvalidTimeRange, InvariantBroken
from openline.geo.circle import Circle
from openline.geo.covering import WHOLE_EARTH, covering
from openline.store.touching import Touching
from tests.contract.samples import NOON, WORLD, cells_at, extent

HERE = Circle.of(48.1, 11.5, 500)
HOUR = timedelta(hours=1)
FACE = 1 << 60
FIRST_CHILD, LAST_CHILD = FACE >> 2, FACE + 3 * (FACE >> 2)


def test_an_extent_keeps_the_covering_heights_and_times() -> None:
    volume = Volume4D.over_ellipsoid(HERE, 100, 200, NOON, NOON + HOUR)
    made = extent_of_volume(volume)
    assert made.cells == covering(HERE)
    assert (made.altitude_lower_m, made.altitude_upper_m) == (100, 200)
    assert (made.time_start, made.time_end) == (NOON, NOON + HOUR)
    assert made == extent_of(HERE, 100, 200, NOON, NOON + HOUR)


def test_instants_become_utc() -> None:
    zone = timezone(timedelta(hours=2))
    made = extent_of(HERE, None, None, NOON.astimezone(zone), NOON.astimezone(zone))
    assert made.time_start.utcoffset() == timedelta(0)
    assert made.time_start == NOON


@pytest.mark.parametrize("limits", [(200, 100), (math.nan, 1), (0, math.inf), (-math.inf, 0)])
def test_bad_altitudes_are_refused(limits: tuple[float, float]) -> None:
    with pytest.raises(InvalidAltitude):
        extent_of(HERE, *limits, NOON, NOON + HOUR)


def test_bad_times_are_refused() -> None:
    with pytest.raises(InvalidTimeRange):
        extent_of(HERE, 0, 1, NOON, NOON - HOUR)
    with pytest.raises(InvalidTimeRange):
        extent_of(HERE, 0, 1, NOON.replace(tzinfo=None), NOON)


@pytest.mark.parametrize(
    ("one", "other", "touch"),
    [
        ((FACE,), (FACE,), True),
        ((FACE,), (FIRST_CHILD,), True),
        ((FACE,), (LAST_CHILD,), True),
        ((FIRST_CHILD,), (LAST_CHILD,), False),
        ((FACE,), (3 * FACE,), False),
        ((FACE, 5 * FACE), (3 * FACE,), False),
        ((FACE, 5 * FACE), (3 * FACE, 5 * FACE + 1), True),
        ((1,), (FACE,), True),
        ((2 * FACE - 1,), (FACE,), True),
        ((2 * FACE + 1,), (FACE,), False),
        ((), WHOLE_EARTH, False),
    ],
)
def test_cells_touch_where_one_holds_the_other(
    one: tuple[int, ...], other: tuple[int, ...], touch: bool
) -> None:
    assert cells_touch(one, other) is touch
    assert cells_touch(other, one) is touch


def test_unbounded_heights_touch_everything() -> None:
    assert extents_touch(extent(0, (None, None)), extent(0, (5, 6)))
    assert extents_touch(extent(0, (None, 5)), extent(0, (5, 6)))
    assert not extents_touch(extent(0, (None, 4)), extent(0, (5, None)))


def test_a_change_keeps_to_cells_within_those_it_named() -> None:
    Touching(WORLD).require([extent(spot) for spot in range(6)])
    touching = Touching([extent(0), extent(4)])
    touching.require([extent(4, (None, None), (9, 10)), extent(0)])
    touching.require([])
    for beyond in (extent(1), extent(3), *WORLD):
        with pytest.raises(InvariantBroken):
            touching.require([extent(0), beyond])
    with pytest.raises(InvariantBroken):
        Touching([]).require([extent(0)])


def test_neighbouring_cells_make_one_place() -> None:
    quarter = FIRST_CHILD, FIRST_CHILD + FACE // 2, FIRST_CHILD + FACE, LAST_CHILD
    whole = extent(0)
    named = [type(whole)((cell,), None, None, NOON, NOON) for cell in quarter]
    asked = type(whole)((FACE,), None, None, NOON, NOON)
    Touching(named).require([asked])
    with pytest.raises(InvariantBroken):
        Touching(named[1:]).require([asked])


def test_a_part_of_a_covering_is_not_enough() -> None:
    cells = cells_at(0)
    part = type(extent(0))(cells[:-1], None, None, NOON, NOON)
    with pytest.raises(InvariantBroken):
        Touching([part]).require([extent(0)])
