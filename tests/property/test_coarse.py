"""Coarser cells: they contain the finer ones, and none is finer than asked for."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.coarse import coarsened
from openline.airspace.extents import cell_range, cells_touch


@st.composite
def cells(draw: st.DrawFn) -> tuple[int, ...]:
    """S2 ids of any level and face."""
    found = []
    for _ in range(draw(st.integers(1, 20))):
        level = draw(st.integers(0, 30))
        least = 1 << (2 * (30 - level))
        found.append((draw(st.integers(0, 6 * 2**61 - 1)) & -(2 * least)) | least)
    return tuple(sorted(set(found)))


@given(cells(), st.integers(0, 30))
@settings(deadline=None)
def test_every_cell_lies_within_a_coarse_one(fine: tuple[int, ...], level: int) -> None:
    coarse = coarsened(fine, level)
    ranges = [cell_range(cell) for cell in coarse]
    for low, high in map(cell_range, fine):
        assert any(start <= low and high <= end for start, end in ranges)


@given(cells(), st.integers(0, 30))
@settings(deadline=None)
def test_none_is_finer_and_none_lies_within_another(fine: tuple[int, ...], level: int) -> None:
    coarse = coarsened(fine, level)
    assert all(cell & -cell >= 1 << (2 * (30 - level)) for cell in coarse)
    assert list(coarse) == sorted(coarse)
    ranges = sorted(map(cell_range, coarse))
    assert all(high < low for (_, high), (low, _) in pairwise(ranges))


@given(cells(), cells(), st.integers(0, 30))
@settings(deadline=None)
def test_what_touches_still_touches(
    one: tuple[int, ...], other: tuple[int, ...], level: int
) -> None:
    if any(
        a[0] <= b[1] and b[0] <= a[1] for a in map(cell_range, one) for b in map(cell_range, other)
    ):
        assert cells_touch(coarsened(one, level), coarsened(other, level))
